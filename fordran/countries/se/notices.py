"""What a letter must contain and how long it must give (5 § inkassolagen; practice for reminders).

A demand is in writing and says: the creditor's name; what the claim is founded on; capital, interest and costs each by
itself; for interest its rate, its period and the capital it is counted on; a reasonable time to pay or object; and, as it
should, a way to pay. No legal step before that time has run out (6 §). A reminder that speaks of legal action is itself a
measure of collection (1 §), so it must not.

How many days are reasonable does not stand in the act. To 2025-06-30 the supervisors' practice was eight days from
sending. Finansinspektionen's regulations since then could not be read in full for this book, so ten days are given.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache

from fordran.core.checkdigits import luhn_holds
from fordran.core.days import days_in_year
from fordran.core.findings import Finding, Level, finding
from fordran.core.law import Dated, LawError, Since, Source
from fordran.core.money import round_ratio
from fordran.core.reasons import Reason
from fordran.countries.se.calendar import add_banking_days, is_banking_day, move_due
from fordran.countries.se.fees import FEES, LATE_PAYMENT
from fordran.countries.se.sources import FI_INKASSO, IMY_PRAXIS, INKASSOLAGEN, OFFICE, Rule, Topic, unsure
from fordran.process.facts import CostKind, StepKind
from fordran.process.letter import InterestRow, LetterClaim, LetterContent, LetterLine

DEMAND_DAYS: Dated[int] = Dated(
    "days that a demand gives at least, from sending",
    Since(date(1981, 1, 1), 8, IMY_PRAXIS),
    Since(date(2025, 7, 1), 10, unsure(FI_INKASSO, "the regulations' own number was not read; ten days are Fordran's choice.")),
)

SUPERVISOR: Dated[str] = Dated(
    "supervisor of debt collection",
    Since(date(1974, 7, 1), "Datainspektionen", unsure(INKASSOLAGEN(), "the first day is not verified.")),
    Since(date(2021, 1, 1), "Integritetsskyddsmyndigheten (IMY)", INKASSOLAGEN("", "A new name for the same authority.")),
    Since(date(2024, 1, 1), "Finansinspektionen (FI)", INKASSOLAGEN("", "SFS 2023:716 and 2023:721.")),
)

REMINDER_DAYS = 10
"""Days that a reminder gives at least. The act names none; custom and Fordran's choice."""

POST_DAYS, DEMAND_BANKING_DAYS = 3, 4
"""A demand is taken to arrive on day 3 and leaves at least four banking days after that (IMY's practice)."""

CONTENTS = INKASSOLAGEN("5 §")
NO_THREAT = INKASSOLAGEN("1 §")

TOPIC = Topic(
    "Letters",
    "Checked on each composed letter before it may leave; a letter with a defect is not sent.",
    values=(DEMAND_DAYS, SUPERVISOR),
    rules=(
        Rule(f"Reminder and rest letter: last day at least {REMINDER_DAYS} days after sending, moved to a banking day.", OFFICE),
        Rule(
            f"Demand: at least the days above, moved to a banking day, and at least {DEMAND_BANKING_DAYS} banking days after "
            f"day {POST_DAYS}, when it is taken to have arrived.",
            IMY_PRAXIS,
        ),
        Rule("Demand: no legal step before its last day has passed.", INKASSOLAGEN("6 §")),
        Rule(
            "Demand: creditor's name; what the claim is founded on; capital, interest and costs each by itself; interest with "
            "rate, period and capital; a last day to pay or object; how to pay; how to object.",
            CONTENTS,
        ),
        Rule("Whether the regulations ask for more in a demand.", unsure(FI_INKASSO, "their text was not read.")),
        Rule("Reminder and notice: no word of legal action, Kronofogden or payment remarks, not even to deny one.", NO_THREAT),
        Rule("A notice is free and sets no last day.", OFFICE),
        Rule("Letters are dated and sent on banking days. Their lines add up to their total.", OFFICE),
        Rule("An agency names its permit; nobody else may collect for others.", INKASSOLAGEN("2 §")),
    ),
)


@lru_cache(maxsize=4096)
def last_day_to_pay(kind: StepKind, sent_on: date, days: int) -> date:
    """The last day a letter of this kind gives when it asks for `days` days (0 = the least allowed), always a banking day.

    A notice sets no day; asked all the same, it gets a reminder's. Raises NotInForce for a demand from before 1981.
    """
    if kind != StepKind.DEMAND:
        return move_due(sent_on + timedelta(days=max(days, REMINDER_DAYS))).date
    asked = move_due(sent_on + timedelta(days=max(days, DEMAND_DAYS.on(sent_on)))).date
    return max(asked, add_banking_days(sent_on + timedelta(days=POST_DAYS), DEMAND_BANKING_DAYS))


# ---- the check of a composed letter -----------------------------------------------------------------------------

_WITH_LAST_DAY = {"reminder": StepKind.REMINDER, "demand": StepKind.DEMAND, "residual": StepKind.RESIDUAL}
_KINDS = ("notice", *_WITH_LAST_DAY, "confirmation")
_COSTS = tuple(kind.value for kind in CostKind)


def letter_defects(letter: LetterContent) -> tuple[Finding, ...]:
    """What the law and our own care ask of such a letter and this one lacks; empty = it may go.

    Each finding is LETTER_DEFECT with `lack` (a stable word) and, where it concerns one claim, its `invoice`.
    """
    return tuple(_defects(letter))


def _defects(letter: LetterContent) -> Iterator[Finding]:
    yield from _who(letter)
    if letter.kind == "confirmation":
        return
    yield from _when(letter)
    yield from _how(letter)
    if not letter.claims:
        yield _lack("claims")
    if any(total <= 0 for _, total in letter.totals()):
        yield _lack("total")
    for claim in letter.claims:
        yield from _claim(letter, claim)


def _lack(what: str, source: Source = CONTENTS, invoice: str | None = None) -> Finding:
    return finding(Reason.LETTER_DEFECT, source, Level.LAW, lack=what, invoice=invoice)


def _who(letter: LetterContent) -> Iterator[Finding]:
    if letter.kind not in _KINDS:
        yield _lack("kind")
    if not letter.creditor.name.strip():
        yield _lack("creditor_name")
    if not letter.sender.name.strip() or not letter.sender.number.strip():
        yield _lack("sender", OFFICE)
    if not letter.recipient.name.strip():
        yield _lack("recipient", OFFICE)
    if letter.kind == "demand" and not "".join(letter.recipient.address).strip():
        yield _lack("address", INKASSOLAGEN("4 §"))
    if letter.mode == "agency" and not letter.permit.strip():
        yield _lack("permit", INKASSOLAGEN("2 §"))


def _when(letter: LetterContent) -> Iterator[Finding]:
    if not is_banking_day(letter.dated_on):
        yield _lack("dated_on", OFFICE)
    kind = _WITH_LAST_DAY.get(letter.kind)
    if kind is None:
        if letter.kind == "notice" and letter.last_day is not None:
            yield _lack("notice_with_last_day", OFFICE)
        return
    if letter.last_day is None:
        yield _lack("last_day")
        return
    if not is_banking_day(letter.last_day):
        yield _lack("last_day_not_banking_day", OFFICE)
    if letter.last_day < last_day_to_pay(kind, letter.dated_on, 0):
        yield _lack("last_day_too_early", DEMAND_DAYS.since(letter.dated_on).source if kind == StepKind.DEMAND else OFFICE)


def _how(letter: LetterContent) -> Iterator[Finding]:
    pay = letter.pay
    if not (pay.bankgiro or pay.plusgiro or pay.iban):
        yield _lack("how_to_pay")
    if not luhn_holds(pay.ocr):
        yield _lack("reference", OFFICE)
    # An objection may be made in writing, so a whole address of whoever writes is enough.
    sender = letter.sender
    if not "".join((letter.contact_email, letter.contact_phone, sender.email, sender.phone, *sender.address)).strip():
        yield _lack("contact")


def _claim(letter: LetterContent, claim: LetterClaim) -> Iterator[Finding]:
    if not claim.invoice.strip() or not claim.concerns.strip():
        yield _lack("concerns", invoice=claim.invoice)
    if "capital" not in [line.kind for line in claim.lines]:
        yield _lack("capital", invoice=claim.invoice)
    costs = [line for line in claim.lines if line.kind in _COSTS]
    if letter.kind == "notice" and costs:
        yield _lack("notice_with_cost", OFFICE, claim.invoice)
    if any(line.source is None for line in costs):
        yield _lack("cost_source", invoice=claim.invoice)
    if not _within_the_law(costs, letter.dated_on):
        yield _lack("cost_too_high", FEES["reminder"].values[-1].source, claim.invoice)
    for line in claim.lines:
        if line.kind == "interest":
            yield from _interest(line, claim.invoice)
        elif line.split and abs(sum(amount for _, amount in line.split)) != abs(line.amount_minor):
            yield _lack("split_sum", OFFICE, claim.invoice)


def _within_the_law(costs: list[LetterLine], dated_on: date) -> bool:
    """No cost above the maximum of its day, none twice, and all together as 4 a § allows."""
    if not costs:
        return True
    try:
        most = {line.kind: FEES[line.kind].on(line.on or dated_on) for line in costs}
        compensation = LATE_PAYMENT.on(dated_on) if "late-payment" in most else 0
    except LawError:
        return False
    if len(most) != len(costs) or any(line.amount_minor > most[line.kind] for line in costs):
        return False
    collection = sum(amount for kind, amount in most.items() if kind != "late-payment")
    return sum(line.amount_minor for line in costs) <= max(compensation, collection)


def _interest(line: LetterLine, invoice: str) -> Iterator[Finding]:
    if not line.amount_minor:
        return
    if not line.interest:
        yield _lack("interest_rows", invoice=invoice)
        return
    most = len(line.interest) + 1
    total, fits, holds = 0, True, True
    for row in line.interest:
        total += row.amount_minor
        fits = fits and row.days == (row.last - row.first).days + 1 and row.capital_minor > 0
        holds = holds and abs(row.amount_minor - _product(row)) <= most
    if total != line.amount_minor:
        yield _lack("interest_sum", OFFICE, invoice)
    if not fits:
        yield _lack("interest_period", invoice=invoice)
    elif not holds:
        yield _lack("interest_product", invoice=invoice)


def _product(row: InterestRow) -> int:
    """What the row's own days, rate and capital give, öre; rows share one rounding, so one may differ by a few öre."""
    numerator, denominator = row.rate_percent.as_integer_ratio()
    return round_ratio(numerator * row.capital_minor * row.days, denominator * 100 * days_in_year(row.first.year))


# ---- words that a reminder may not carry ------------------------------------------------------------------------

FORBIDDEN_IN_REMINDERS: dict[str, tuple[str, ...]] = {
    "sv": (
        r"kronofogd", r"\bkfm\b", r"betalningsföreläggand", r"betalningsanmärkning", r"domstol", r"tingsrätt",
        r"rättslig", r"rättegång", r"juridiska? åtgärd", r"stämningsans", r"\bstämma (?:dig|er)\b", r"lagsök",
        r"utmät", r"exekuti", r"verkställighet", r"konkurs", r"avhys", r"\bvräk", r"skuldregist", r"kreditupplysning",
    ),
    "en": (
        r"kronofogd", r"enforcement", r"\blegal (?:action|proceeding|measure|step)", r"\bcourts?\b", r"\blawsuit", r"\bsue\b",
        r"\bsummons\b", r"payment order", r"payment remark", r"record of non-payment", r"\bbailiff", r"\bbankruptcy",
        r"\beviction", r"\bseizure", r"credit (?:record|register|report|bureau)", r"\blitigation",
    ),
}  # fmt: skip
"""Patterns by language, for text in lower case. What they find may not stand in a notice or reminder (1 § inkassolagen)."""


def forbidden_words(text: str, language: str) -> tuple[str, ...]:
    """The words in a rendered notice or reminder that make it a measure of collection, as written, in order.

    Line breaks, hyphenation and no-break spaces of a rendered page are seen through. Both languages are always looked for
    where the language is unknown. Give our own words only: a company may be called what it likes.
    """
    plain = re.sub(r"[\u00ad]|(?<=\w)[-\u2010]\s*\n\s*", "", text)
    plain = re.sub(r"\s+", " ", plain).lower()
    patterns = FORBIDDEN_IN_REMINDERS.get(language) or tuple(p for ps in FORBIDDEN_IN_REMINDERS.values() for p in ps)
    found = [(match.start(), match.group()) for pattern in patterns for match in re.finditer(pattern, plain)]
    return tuple(word for _, word in sorted(set(found)))
