"""Default interest: from which day, at which rate, and how it is counted (räntelagen 1975:635).

First day, 3-4 §§. (A) Was the due day agreed in advance, interest runs from the day after it, as it was moved. (B)
Otherwise, against a consumer, from the day that falls 30 days after the invoice was sent, and only if the invoice said
that late payment leads to interest. (C) Otherwise, between businesses and from a business against a public body, 30 days
after, without any such words. (E) Else not before an application or summons has been served. We add a floor: never before
the day after the moved due day.

Rate, 6 §: the reference rate of each day plus eight percentage points, unless a rate was agreed.

Count: the act says "per year" and no more. Kronofogden's explanation of its own calculator is followed: real days, both
ends included, over the real length of the calendar year (365, or 366 in a leap year). Interest bears no interest, and
neither do costs. All is kept as exact fractions of an öre; rounding to whole öre, half up, is the booking's business.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from itertools import chain, pairwise
from math import lcm

from fordran.core.days import days_in_year
from fordran.core.findings import Finding, Level, finding
from fordran.core.law import Dated, Since, Source
from fordran.core.reasons import Reason
from fordran.countries.se.calendar import ONE_DAY, move_due
from fordran.countries.se.rates import MARGIN
from fordran.countries.se.sources import IMY_PRAXIS, RANTELAGEN, Rule, Topic, once, unsure
from fordran.process.country import Interest, InterestStart, Price
from fordran.process.facts import Claim, DebtorKind, Movement
from fordran.process.letter import InterestRow

DAYS_AFTER_DEMAND: Dated[int] = Dated(
    "days from the sending of an invoice to interest, where no due day was agreed",
    Since(date(2002, 7, 1), 30, RANTELAGEN("4 §")),
)

LONGEST_CREDIT: Dated[int] = Dated(
    "longest time to pay between businesses, days, unless the creditor expressly agreed to more",
    Since(
        date(2013, 3, 16), 30, RANTELAGEN("2 a §", "For contracts made from that day. Printed for the reader; no rule uses it.")
    ),
)

AGREED_DAY = RANTELAGEN("3 §")
CONSUMER = RANTELAGEN("4 § 1 st.")
BUSINESS = RANTELAGEN("4 § 2 st.")
BACKSTOP = RANTELAGEN("4 § 4 st.")
RATE = RANTELAGEN("6 §")
AGREED_RATE = RANTELAGEN("1 §", "A rate that was agreed goes before the rate of the act.")
DAY_COUNT = unsure(
    RANTELAGEN("6 §"),
    "the act does not say how days are counted; the divisor 366 in leap years follows Kronofogden's published explanation, "
    "and no published result inside a leap year was found.",
)

TOPIC = Topic(
    "Interest",
    "Default interest on the capital, VAT included. A payment counts from the day after the day it arrived.",
    values=(DAYS_AFTER_DEMAND, LONGEST_CREDIT),
    rules=(
        Rule(
            "A. Due day agreed in advance: from the day after the moved due day. A due day that only the invoice states is "
            "not agreed.",
            unsure(AGREED_DAY, "that the due day itself carries no interest, and that a moved day counts, is our reading."),
        ),
        Rule(
            "B. Else, consumer (or debtor of unknown kind): the day that falls 30 days after the invoice was sent, only if "
            "the invoice says that interest is charged. Nothing stated means no such text; no sending day means no interest.",
            CONSUMER,
        ),
        Rule("C. Else, business or public body owing a business: 30 days after the invoice was sent; no text needed.", BUSINESS),
        Rule("E. Else no interest until an application or summons has been served.", BACKSTOP),
        Rule("In every case at the earliest the day after the moved due day.", RANTELAGEN("2 §")),
        Rule("Rate: the reference rate of each day plus 8 percentage points, or the agreed rate.", RATE),
        Rule(
            "capital x rate / 100 x days / days in that calendar year (365 or 366), in periods of one rate, one capital and "
            "one length of year; both ends included; exact fractions, rounded once, half up, to whole öre.",
            DAY_COUNT,
        ),
        Rule("No interest on interest, and none on costs or compensation.", RANTELAGEN("6 §", "NJA 1994 s. 3.")),
        Rule(
            "Interest may be reduced for illness, unemployment and the like; that is a person's decision, made by a waiver.",
            RANTELAGEN("8 §"),
        ),
        Rule("An agreed consumer rate that is much too high can be set aside; the creditor answers for it.", IMY_PRAXIS),
    ),
)


# ---- the first day ----------------------------------------------------------------------------------------------


def first_interest_day(claim: Claim) -> InterestStart:
    """From which day the claim bears interest, by which case (A, B, C, E), and why."""
    if claim.due_agreed:
        return _from_agreed_day(claim.due_on)
    floor = move_due(claim.due_on).date + ONE_DAY
    sent = claim.invoice_sent_on
    needs_text = claim.debtor not in (DebtorKind.BUSINESS, DebtorKind.PUBLIC) or not claim.creditor_is_business
    if needs_text and not claim.interest_text:
        return _none("interest_text", CONSUMER)
    if sent is None:
        return _none("invoice_day", CONSUMER if needs_text else BUSINESS)
    first = max(sent + timedelta(days=DAYS_AFTER_DEMAND.on(sent)), floor)
    if needs_text:
        found = _start(Reason.INTEREST_FROM_30_DAYS_CONSUMER, CONSUMER, first=first, sent_on=sent)
        return InterestStart("B", first, found)
    found = _start(Reason.INTEREST_FROM_30_DAYS_BUSINESS, BUSINESS, first=first, sent_on=sent)
    return InterestStart("C", first, found)


@lru_cache(maxsize=4096)
def _from_agreed_day(due_on: date) -> InterestStart:
    floor = move_due(due_on).date + ONE_DAY
    return InterestStart("A", floor, _start(Reason.INTEREST_FROM_AGREED_DUE_DAY, AGREED_DAY, first=floor, due_on=due_on))


def _start(reason: Reason, source: Source, **facts: date) -> Finding:
    return finding(reason, source, Level.LAW, **facts)


def _none(lack: str, source: Source) -> InterestStart:
    return InterestStart("E", None, finding(Reason.INTEREST_NOT_RUNNING, source, Level.LAW, lack=lack))


# ---- how much ---------------------------------------------------------------------------------------------------


def agreed_rate(claim: Claim, reference: Dated[Decimal]) -> Decimal | None:
    """The agreed rate, or None for reference + 8: a lower rate agreed with a public body by a business has no effect
    (räntelagen 6 § 2 st.). Compared on the first day that carries interest."""
    rate = claim.interest_rate
    if rate is None or claim.debtor != DebtorKind.PUBLIC or not claim.creditor_is_business:
        return rate
    first = first_interest_day(claim).on
    if first is None or (reference.known_until is not None and first > reference.known_until):
        return rate
    return None if rate < reference.on(first) + MARGIN.on(first) else rate


def interest_between(
    opening_minor: int,
    movements: Sequence[Movement],
    first: date,
    last: date,
    *,
    reference: Dated[Decimal],
    rate_percent: Decimal | None = None,
    over_reference: Decimal | None = None,
) -> Interest:
    """Exact interest from `first` to `last`, both included; none when `last` < `first`.

    `rate_percent` is an agreed rate; None = reference rate + `over_reference` (None = the act's 8 points).
    A movement counts from the day after its own; one before `first` simply changes the opening. Capital below zero
    bears nothing. Raises NotYetKnown or NotInForce where a day with capital has no known reference rate.
    """
    written = str(rate_percent)
    stretches = [
        (capital, _price(start, end, reference, rate_percent, written, over_reference))
        for start, end, capital in _stretches(opening_minor, movements, first, last)
    ]
    if len(stretches) == 1:
        return Interest(tuple(stretches), stretches[0][1].sources)
    head = RATE if rate_percent is None else AGREED_RATE
    return Interest(tuple(stretches), once([head, *chain.from_iterable(price.sources for _, price in stretches)]))


def _stretches(opening_minor: int, movements: Sequence[Movement], first: date, last: date) -> list[tuple[date, date, int]]:
    """(first day, last day, capital) of each stretch with one capital above zero."""
    if last < first:
        return []
    if not movements:
        return [(first, last, opening_minor)] if opening_minor > 0 else []
    starts = sorted({first, last + ONE_DAY, *(m.on + ONE_DAY for m in movements if first <= m.on < last)})
    stretches = []
    for start, after in pairwise(starts):
        capital = opening_minor + sum([m.amount_minor for m in movements if m.on < start])
        if capital > 0:
            stretches.append((start, after - ONE_DAY, capital))
    return stretches


@lru_cache(maxsize=4096)
def _price(
    first: date, last: date, reference: Dated[Decimal], rate_percent: Decimal | None, rate_as_written: str,
    over_reference: Decimal | None,
) -> Price:  # fmt: skip
    """What each öre costs from `first` to `last`, in periods of one rate and one length of year. The same for all claims that
    fell due on one day.

    `rate_as_written` tells 8.0 from 8.00, which are equal but not shown alike.
    """
    periods, sources = [], [RATE if rate_percent is None else AGREED_RATE]
    whole = Fraction(0)
    for start, after in pairwise(_starts(first, last, reference if rate_percent is None else None)):
        rate = rate_percent
        if rate is None:
            entry = reference.since(start)
            rate = entry.value + (MARGIN.on(start) if over_reference is None else over_reference)
            sources.append(entry.source)
        days = (after - start).days
        share = Fraction(rate) * days / (100 * days_in_year(start.year))
        periods.append((start, after - ONE_DAY, days, rate, share))
        whole += share
    return Price(tuple(periods), whole.numerator, whole.denominator, once(sources))


def _starts(first: date, last: date, reference: Dated[Decimal] | None) -> tuple[date, ...]:
    """`first`, each day between on which the rate or the length of the year is another than the day before, and the day
    after `last`. None = the rate is agreed and stays."""
    starts = {first, last + ONE_DAY}
    starts |= {
        date(year, 1, 1)
        for year in range(first.year + 1, last.year + 1)
        if days_in_year(year) != days_in_year(year - 1)
    }  # fmt: skip
    if reference is not None:
        starts |= {day for day in _rate_changes(reference) if first < day <= last}
    return tuple(sorted(starts))


def _rate_changes(reference: Dated[Decimal]) -> list[date]:
    """Days on which the rate differs from the day before, the first day without a known rate among them."""
    entries = reference.values
    days = [b.in_force for a, b in pairwise(entries) if a.value != b.value]
    return days if reference.known_until is None else [*days, reference.known_until + ONE_DAY]


# ---- how it is shown --------------------------------------------------------------------------------------------


def interest_rows(interest: Interest, booked_minor: int) -> tuple[InterestRow, ...]:
    """The periods as rows of whole öre that add up to `booked_minor`.

    By the largest remainder: every row gets its exact interest without the fraction, and the öre that are left go one
    each to the rows with the largest fractions, so no row is a whole öre from its exact interest. Where `booked_minor`
    is not the rounded sum (something was waived or reversed), the last row takes the difference.
    """
    periods = interest.periods
    if not periods:
        return ()
    exact = [(p.capital_minor * p.share.numerator, p.share.denominator) for p in periods]
    floors = [numerator // denominator for numerator, denominator in exact]
    left = booked_minor - sum(floors)
    if left and len(floors) > 1:
        whole = lcm(*[denominator for _, denominator in exact])
        rests = [numerator % denominator * (whole // denominator) for numerator, denominator in exact]
        by_remainder = sorted(range(len(floors)), key=lambda n: (-rests[n], n))
        for n in by_remainder[: max(0, min(left, len(floors)))]:
            floors[n] += 1
            left -= 1
    floors[-1] += left
    return tuple([
        InterestRow(p.first, p.last, p.days, p.rate_percent, p.capital_minor, amount)
        for p, amount in zip(periods, floors, strict=True)
    ])  # fmt: skip
