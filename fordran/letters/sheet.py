"""A letter between content and shape: every sentence and figure in reading order, no measure and no font.

`lay_out` is the one place that chooses words; paper, plain text and page all print the same sheet, so that what a
screen shows is what the debtor got.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal

from fordran.formats.swish import show_swish, swish_qr_text
from fordran.letters import slip
from fordran.letters.claim_rows import ClaimRow, claim_rows, clean, sums, total_rows
from fordran.letters.words import Run, Words, day
from fordran.process.letter import LetterContent, Party

KINDS = ("notice", "reminder", "demand", "residual", "confirmation")
ADDRESS_LINES = 5
NAME_BREAK = 40
"""A name longer than this many characters takes two lines in the window where there is room."""


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    lines: tuple[str, ...]
    small: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A heading and its sentences."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class SlipPart:
    fields: tuple[tuple[str, str], ...]  # label, value
    note: str
    heading: str
    swish_heading: str = ""
    swish_note: str = ""
    swish_alt: str = ""
    swish_text: str = ""  # what the QR code says; empty = none
    machine: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sheet:
    """Everything that is printed, in reading order."""

    language: str
    kind: str
    title: str
    document_title: str
    ask: tuple[Run, ...]
    sender: str
    address: tuple[str, ...]
    facts: tuple[Fact, ...]
    intro: str
    table_heads: tuple[str, str]
    rows: tuple[ClaimRow, ...]
    totals: tuple[ClaimRow, ...]
    after: str
    parts: tuple[Part, ...]
    small: tuple[str, ...]
    slip: SlipPart | None
    foot: tuple[str, str]
    running: str  # top of the following pages
    page_count: str  # with {page} and {pages}
    draft: str = ""
    draft_note: str = ""


def without_identity(content: LetterContent) -> LetterContent:
    """The same letter as it may go by e-mail: no identity number anywhere."""
    return replace(content, recipient=replace(content.recipient, identity=""))


def has_identity(content: LetterContent) -> bool:
    """True when the rendered letter shows the debtor's identity number: on demands only."""
    return content.kind == "demand" and bool(content.recipient.identity)


def address_lines(content: LetterContent, words: Words) -> tuple[str, ...]:
    """At most five lines. The name, the town and the country always stay; what is cut is in the middle, last first."""
    to = content.recipient
    rest = [line for line in (clean(line) for line in to.address) if line]
    if to.country.upper() not in ("", "SE"):
        rest.append(words.country(to.country))
    name = [clean(to.name)]
    if len(name[0]) > NAME_BREAK and len(rest) < ADDRESS_LINES - 1:
        head, space, tail = name[0][: NAME_BREAK + 1].rpartition(" ")
        if space:
            name = [head, tail + name[0][NAME_BREAK + 1 :]]
    room = ADDRESS_LINES - len(name)
    keep = 2 if to.country.upper() not in ("", "SE") else 1
    return tuple(name + (rest if len(rest) <= room else rest[: room - keep] + rest[-keep:]))


def lay_out(content: LetterContent) -> Sheet:
    """The letter's words and figures. Raises ValueError for a kind, mode or line that no letter can have."""
    if content.kind not in KINDS:
        raise ValueError(f"no letter of the kind {content.kind!r}")
    if content.mode not in ("own", "agency"):
        raise ValueError(f"no letter in the mode {content.mode!r}")
    if not content.claims:
        raise ValueError("a letter without a claim says nothing")
    words = Words(content.language, content.mode)
    title = words.say(f"title.{content.kind}")
    sender = clean(content.sender.name)
    reference = _reference(content)
    draft = words.say("page.draft") if content.draft else ""
    return Sheet(
        language=content.language,
        kind=content.kind,
        title=title,
        document_title=" ".join(part for part in (draft, title, reference) if part),
        ask=_ask(content, words),
        sender=sender,
        address=address_lines(content, words),
        facts=_facts(content, words),
        intro=_intro(content, words),
        table_heads=_heads(content, words),
        rows=claim_rows(content, words),
        totals=total_rows(content, words),
        after=_after(content, words),
        parts=_parts(content, words),
        small=_small(content, words),
        slip=_slip(content, words) if content.kind != "confirmation" else None,
        foot=_foot(content, words),
        running=" · ".join(part for part in (sender, title, day(content.dated_on), reference) if part),
        page_count=words.pattern("page.count"),
        draft=draft,
        draft_note=words.say("page.draft_note") if content.draft else "",
    )


def _reference(content: LetterContent) -> str:
    return content.claims[0].case if len(content.claims) == 1 else content.number


def _amount(content: LetterContent, words: Words) -> str:
    return words.listed([words.money(amount, currency) for currency, amount in sums(content)], "ask.and")


def _ask(content: LetterContent, words: Words) -> tuple[Run, ...]:
    amount = _amount(content, words)
    if content.kind == "confirmation":
        return words.runs("ask.left", amount=amount)
    if content.last_day is None:
        return words.runs("ask.pay", amount=amount)
    return words.runs("ask.by", amount=amount, last_day=day(content.last_day))


def _heads(content: LetterContent, words: Words) -> tuple[str, str]:
    only_kronor = {line.currency for claim in content.claims for line in claim.lines} <= {"SEK"}
    heading = words.say("table.heading_notice" if content.kind == "notice" else "table.heading")
    return heading, words.say("table.kronor" if only_kronor else "table.amount")


def _facts(content: LetterContent, words: Words) -> tuple[Fact, ...]:
    facts = [Fact(words.say("facts.date"), (day(content.dated_on),))]
    cases = [claim.case for claim in content.claims]
    if len(cases) == 1:
        facts.append(Fact(words.say("facts.case"), (cases[0],)))
    else:
        shown = ", ".join(cases) if len(cases) <= 3 else words.say("facts.cases_many", number=str(len(cases)))
        facts.append(Fact(words.say("facts.cases"), (shown,)))
        if content.number:
            facts.append(Fact(words.say("facts.letter"), (content.number,)))
    names_creditor = content.mode == "agency" or content.kind == "demand"
    facts.append(_party(words, "facts.creditor" if names_creditor else "facts.sender", content.creditor))
    if has_identity(content):
        number = slip.show_organisation_number(content.recipient.identity)
        facts.append(Fact(words.say("facts.debtor"), (f"{clean(content.recipient.name)}, {number}",)))
    contact = tuple(line for line in (content.contact_email, content.contact_phone) if line)
    if contact:
        facts.append(Fact(words.say("facts.contact"), contact))
    return tuple(facts)


def _party(words: Words, label: str, party: Party) -> Fact:
    number = slip.show_organisation_number(party.number)
    small = (words.say("facts.organisation_number", number=number),) if number else ()
    return Fact(words.say(label), (clean(party.name),), small)


def _intro(content: LetterContent, words: Words) -> str:
    number = "one" if len(content.claims) == 1 else "many"
    sentences = [words.say(f"intro.{content.kind}.{number}", creditor=clean(content.creditor.name))]
    if content.kind == "demand":
        if content.reminded_on:
            sentences.append(words.say("intro.reminded", reminded_on=day(content.reminded_on)))
        if content.last_day:
            sentences.append(words.say("intro.answer_by", last_day=day(content.last_day)))
    if content.kind in ("demand", "residual"):
        sentences.append(words.say("intro.known", dated_on=day(content.dated_on)))
    return " ".join(sentences)


def _after(content: LetterContent, words: Words) -> str:
    """What interest does from now on: nothing when paid in time, so much a day otherwise."""
    running = [claim for claim in content.claims if claim.interest_per_day is not None]
    if not running or content.kind in ("notice", "confirmation"):
        return ""
    sentences = []
    if content.last_day:
        sentences.append(words.say("after.in_time", last_day=day(content.last_day)))
    for currency in dict.fromkeys(claim.currency for claim in running):
        same = [claim for claim in running if claim.currency == currency]
        per_day = sum((claim.interest_per_day or Decimal(0) for claim in same), Decimal(0))
        ore = int((per_day * 100).quantize(Decimal(1), ROUND_HALF_UP))
        key = "after.later" if content.last_day else "after.later_undated"
        capital = words.money(sum(claim.capital_minor for claim in same), currency)
        sentences.append(words.say(key, per_day=words.money(ore, currency), capital=capital))
    if any(line.reference_percent is not None for claim in running for line in claim.lines):
        sentences.append(words.say("after.floating"))
    return " ".join(sentences)


def _contact(content: LetterContent, words: Words) -> str:
    email, phone = content.contact_email, content.contact_phone
    if email and phone:
        return words.say("contact.both", email=email, phone=phone)
    if email:
        return words.say("contact.email", email=email)
    if phone:
        return words.say("contact.phone", phone=phone)
    if content.sender.address:
        return words.say("contact.post", address=", ".join(clean(line) for line in content.sender.address))
    return words.say("contact.none")


def _parts(content: LetterContent, words: Words) -> tuple[Part, ...]:
    """Three columns: what happens otherwise, what to do when it is wrong, and when one cannot pay it all."""
    if content.kind == "confirmation":
        return ()
    demand = content.kind == "demand"
    contact = _contact(content, words)
    last = day(content.last_day) if content.last_day else ""
    heading = words.say("otherwise.heading_demand" if demand else "otherwise.heading")
    wrong = [words.say("wrong.tell", contact=contact), words.say("wrong.pause_demand" if demand else "wrong.pause")]
    if demand:
        wrong.insert(1, words.say("wrong.part"))
        if last:
            wrong.insert(0, words.say("wrong.demand_by", last_day=last))
    hard = [words.say("hard.by", last_day=last) if last else words.say("hard.soon"), words.say("hard.text", contact=contact)]
    return (
        Part(heading, _otherwise(content, words)),
        Part(words.say("wrong.heading"), " ".join(wrong)),
        Part(words.say("hard.heading"), " ".join(hard)),
    )


def _otherwise(content: LetterContent, words: Words) -> str:
    costs = {cost.kind: words.money(cost.amount_minor, cost.currency) for cost in content.next_costs}
    sentences = [words.say(f"otherwise.{content.kind}", creditor=clean(content.creditor.name))]
    if content.kind == "notice" and "reminder" in costs:
        sentences.append(words.say("otherwise.notice_reminder", amount=costs["reminder"]))
    if content.kind == "reminder" and "demand" in costs:
        sentences.append(words.say("otherwise.reminder_demand", amount=costs["demand"]))
    if content.kind == "demand":
        named = [words.say(f"otherwise.{kind}", amount=costs[kind]) for kind in ("application", "legal-work") if kind in costs]
        if named:
            sentences.append(words.say("otherwise.demand_costs", costs=words.listed(named, "less.and")))
        else:
            sentences.append(words.say("otherwise.demand_cost_unknown"))
    return " ".join(sentences)


def _small(content: LetterContent, words: Words) -> tuple[str, ...]:
    """A demand ends with whom to complain to and what is done with the reader's data."""
    if content.kind != "demand":
        return ()
    contact = _contact(content, words)
    if content.complaints:
        contact = words.say(
            "contact.email" if "@" in content.complaints else "contact.phone", email=content.complaints, phone=content.complaints
        )
    source = words.say("small.source", creditor=clean(content.creditor.name))
    return (
        words.say("small.complaints", contact=contact),
        words.say("small.privacy", controller=clean(content.sender.name), source=source),
    )


def _slip(content: LetterContent, words: Words) -> SlipPart:
    pay, totals = content.pay, sums(content)
    fields: list[tuple[str, str]] = []
    for key, value in (
        ("bankgiro", slip.show_bankgiro(pay.bankgiro)),
        ("plusgiro", slip.show_plusgiro(pay.plusgiro)),
        ("iban", slip.show_iban(pay.iban)),
    ):
        if value:
            fields.append((words.say(f"slip.{key}"), value))
    fields.append((words.say("slip.payee"), clean(pay.payee or content.sender.name)))
    fields.append((words.say("slip.ocr"), pay.ocr))
    if _reference(content):
        fields.append((words.say("slip.case" if len(content.claims) == 1 else "slip.letter"), _reference(content)))
    fields.append((words.say("slip.amount"), _amount(content, words)))
    if content.last_day:
        fields.append((words.say("slip.last_day"), day(content.last_day)))
    note = " ".join(text for text in (words.say("slip.note"), words.say("slip.funds")) if text)
    part = SlipPart(tuple(fields), note, words.say("slip.pay"))
    currency, amount = totals[0]
    if len(totals) > 1 or currency != "SEK" or amount <= 0:
        return part
    part = replace(part, machine=slip.machine_line(pay.ocr, amount, pay.bankgiro))
    if not pay.swish:
        return part
    number = show_swish(pay.swish)
    return replace(
        part,
        swish_heading=words.say("slip.swish"),
        swish_note=f"{words.say('slip.swish_note')} {words.say('slip.swish_number', number=number)}",
        swish_alt=words.say("slip.swish_alt", amount=words.money(amount, currency), number=number, ocr=pay.ocr),
        swish_text=swish_qr_text(pay.swish, amount, pay.ocr),
    )


def _foot(content: LetterContent, words: Words) -> tuple[str, str]:
    sender = content.sender
    number = slip.show_organisation_number(sender.number)
    parts = [
        clean(sender.name),
        words.say("foot.number", number=number) if number else "",
        ", ".join(clean(line) for line in sender.address),
        sender.email,
    ]
    permit = words.say("foot.permit", permit=content.permit) if content.permit else ""
    return " · ".join(part for part in parts if part), permit
