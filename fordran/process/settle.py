"""What a payment or a credit does to one claim: interest first brought up to the day, then the law's order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date

from fordran.core.findings import Level, finding
from fordran.core.law import NotYetKnown
from fordran.core.reasons import Reason
from fordran.process.apply import booked
from fordran.process.bookings import COST_ACCOUNT, Account, Booking, change_of_claim
from fordran.process.country import Allocated, Country
from fordran.process.facts import CaseFacts, Cost, CostKind, PaymentSeen, StepKind, StepTaken
from fordran.process.interest import InterestDue, interest_due


@dataclass(frozen=True, slots=True)
class Settled:
    """`bookings` in the order they are posted. `left_over_minor` is what the claim could not take."""

    facts: CaseFacts
    bookings: tuple[Booking, ...]
    allocated: Allocated
    left_over_minor: int
    in_time: bool = False  # the total of a letter, booked by its last day


def book_interest(facts: CaseFacts, country: Country, until: date, on: date) -> tuple[Booking, ...]:
    """Bring the booked interest to what is exact up to and including `until`; lowers it when it was too high, as far as
    it is open: what has been paid stays paid, and interest that comes later fills the gap."""
    return _booked_to(facts, interest_due(facts, country, until), until, on)


def _booked_to(facts: CaseFacts, due: InterestDue, until: date, on: date) -> tuple[Booking, ...]:
    minor = max(due.to_book_minor, -max(0, facts.interest_open_minor))
    reason = Reason.INTEREST_BOOKED if minor >= 0 else Reason.INTEREST_TOO_HIGH_BEFORE
    source = due.interest.sources[0] if due.interest.sources else None
    found = finding(reason, source, Level.LAW, until=until, total_minor=due.total_minor, currency=facts.claim.currency)
    return change_of_claim(Account.INTEREST, minor, facts.claim.currency, on, reason, source, found)


def settle_payment(
    facts: CaseFacts, payment_minor: int, on: date, country: Country, *, today: date, at_creditor: bool = False
) -> Settled:
    """Allocate a payment in the claim's currency that was booked at the bank on `on`.

    A payment of all that a letter asked for, booked by the letter's last day, settles the claim: costs that only
    came after the payment fall, and so does interest from the day after the letter's own calculation, even what an
    earlier part of the payment was set against. A payment learnt late meets the claim as it stood on its own day.
    """
    currency = facts.claim.currency
    bookings: list[Booking] = []

    def post(new: Iterable[Booking]) -> None:
        nonlocal facts
        new = tuple(new)
        bookings.extend(new)
        facts = booked(facts, new)

    post(_costs_that_crossed(facts, country, payment_minor, on, today))
    of_the_day = _interest_of_the_day(facts, country, on)
    post(_interest_to_the_day(facts, of_the_day, on, today))
    letter = _letter_paid_in_time(facts, country, payment_minor, on)
    since = _interest_since(facts, country, letter, of_the_day) if letter else 0
    open_since = min(since, facts.interest_open_minor)
    post(_waived_in_time(Account.INTEREST, open_since, currency, today, letter))
    due = _allocated(facts, country, payment_minor, on)
    reason = Reason.PAID_TO_CREDITOR if at_creditor else Reason.PAYMENT_ALLOCATED
    post(_paid_parts(facts, due, currency, on, reason, country.currency))
    if not due.left_over_minor:
        post(_rounded_off(facts, country, payment_minor, on))
    post(_waived_in_time(Account.CAPITAL, min(since - open_since, facts.capital_minor), currency, on, letter))
    parts = (("costs", due.costs_minor), ("interest", due.interest_minor), ("capital", due.capital_minor))
    split = tuple((name, minor) for name, minor in parts if minor)
    seen = PaymentSeen(on, payment_minor - due.left_over_minor, split=split, at_creditor=at_creditor, learnt_on=today)
    facts = replace(facts, payments=tuple(sorted((*facts.payments, seen), key=lambda p: p.on)))
    post(_interest_now_too_high(facts, country, on, today))
    return Settled(facts, tuple(bookings), due, due.left_over_minor, letter is not None)


def settle_credit(facts: CaseFacts, credit_minor: int, on: date, country: Country, *, today: date) -> Settled:
    """A credit note lowers the capital as if it had never been owed; one that takes all of it takes the rest with it.

    Interest already booked on the credited part is reversed. With no capital left, interest and costs fall too.
    """
    currency = facts.claim.currency
    taken = min(credit_minor, max(0, facts.capital_minor))
    whole = taken == facts.capital_minor and not any(not p.credit for p in facts.payments)
    bookings = list(change_of_claim(Account.CAPITAL, -taken, currency, on, Reason.CREDIT_RECEIVED))
    after = booked(facts, bookings)
    if taken:
        seen = PaymentSeen(on, taken, False, True, (("capital", taken),), learnt_on=today)
        after = replace(after, payments=tuple(sorted((*facts.payments, seen), key=lambda p: p.on)))
    if whole:
        fallen = [
            *change_of_claim(Account.INTEREST, -after.interest_open_minor, currency, today, Reason.COST_FELL_WITH_CASE),
            *_all_costs_fall(after, country.currency, today),
        ]
        bookings += fallen
        after = booked(after, fallen)
    else:
        lowered = _interest_now_too_high(after, country, today, today)
        bookings += lowered
        after = booked(after, lowered)
    order = Allocated(0, 0, taken, credit_minor - taken, ("capital",), country.allocate(0, 0, 0, 0, on).source)
    return Settled(after, tuple(bookings), order, credit_minor - taken)


def waive_cost(facts: CaseFacts, kind: CostKind, on: date, currency: str, reason: Reason) -> tuple[Booking, ...]:
    """Take back what is open of this cost."""
    open_minor = sum(_open(c) for c in facts.costs if c.kind == kind)
    return change_of_claim(COST_ACCOUNT[kind], -open_minor, currency, on, reason)


def write_off(facts: CaseFacts, on: date, costs_currency: str, reason: Reason) -> tuple[Booking, ...]:
    """Empty every account of the case: what is open leaves the mirror with the cause as its reason."""
    currency = facts.claim.currency
    return (
        *change_of_claim(Account.CAPITAL, -facts.capital_minor, currency, on, reason),
        *change_of_claim(Account.INTEREST, -facts.interest_open_minor, currency, on, reason),
        *(booking for kind in CostKind for booking in waive_cost(facts, kind, on, costs_currency, reason)),
    )


# ---- parts ------------------------------------------------------------------------------------------------------


def _interest_of_the_day(facts: CaseFacts, country: Country, on: date) -> InterestDue | None:
    """None while the rate is not decided: interest is booked when it is, money is never kept waiting for it."""
    try:
        return interest_due(facts, country, on)
    except NotYetKnown:
        return None


def _interest_to_the_day(facts: CaseFacts, due: InterestDue | None, on: date, today: date) -> tuple[Booking, ...]:
    """Interest as it stood on the day of the payment. A later letter may have counted further than the day of a payment
    that we learn of late: what is open of that is taken back first, or the payment would be set against it."""
    if due is None:
        return ()
    if due.to_book_minor >= 0:
        return _booked_to(facts, due, on, today)
    return _lowered(facts, min(-due.to_book_minor, facts.interest_open_minor), on, due.total_minor, today)


def _interest_now_too_high(facts: CaseFacts, country: Country, on: date, today: date) -> tuple[Booking, ...]:
    """After a back-dated fact: interest booked beyond what the new history gives is reversed, as far as it is open."""
    last = facts.last_step()
    until = max([on, *([last.interest_until] if last and last.interest_until else [])])
    try:
        due = interest_due(facts, country, until)
    except NotYetKnown:
        return ()
    return _lowered(facts, min(-due.to_book_minor, facts.interest_open_minor), until, due.total_minor, today)


def _lowered(facts: CaseFacts, too_high: int, until: date, total_minor: int, today: date) -> tuple[Booking, ...]:
    if too_high <= 0:
        return ()
    currency, reason = facts.claim.currency, Reason.INTEREST_TOO_HIGH_BEFORE
    found = finding(reason, level=Level.LAW, until=until, total_minor=total_minor, currency=currency)
    return change_of_claim(Account.INTEREST, -too_high, currency, today, reason, because=found)


def _waived_in_time(account: Account, minor: int, currency: str, on: date, letter: StepTaken | None) -> tuple[Booking, ...]:
    if letter is None or minor <= 0:
        return ()
    reason = Reason.INTEREST_WAIVED_PAID_IN_TIME
    found = finding(reason, letter_on=letter.on, last_day=letter.last_day)
    return change_of_claim(account, -minor, currency, on, reason, because=found)


def _allocated(facts: CaseFacts, country: Country, payment_minor: int, on: date) -> Allocated:
    """The law's order over what was due on the payment's day; costs that came later take only what is left."""
    if facts.claim.currency != country.currency:
        return country.allocate(0, facts.interest_open_minor, facts.capital_minor, payment_minor, on)
    later = sum(_open(c) for c in facts.costs if _owed_from(facts, c) > on)
    due = country.allocate(facts.costs_open_minor - later, facts.interest_open_minor, facts.capital_minor, payment_minor, on)
    more = min(later, due.left_over_minor)
    return replace(due, costs_minor=due.costs_minor + more, left_over_minor=due.left_over_minor - more)


def _open(cost: Cost) -> int:
    return cost.amount_minor - cost.waived_minor - cost.paid_minor


def _owed_from(facts: CaseFacts, cost: Cost) -> date:
    """A cost of a letter is owed from the day the letter was really sent. The creditor's own reminder keeps its day."""
    kind = _LETTER_OF.get(cost.kind)
    if kind is None or (kind == StepKind.REMINDER and facts.claim.reminded_on is not None):
        return cost.on
    step = facts.last_step(kind)
    return max(cost.on, step.on) if step else cost.on


_LETTER_OF = {CostKind.REMINDER: StepKind.REMINDER, CostKind.DEMAND: StepKind.DEMAND}


def _letters(facts: CaseFacts) -> Iterable[StepTaken]:
    return (s for s in reversed(facts.steps) if s.sent and s.last_day is not None and s.asked_minor > 0)


def _letter_paid_in_time(facts: CaseFacts, country: Country, payment_minor: int, on: date) -> StepTaken | None:
    """The letter whose whole total has now been paid by its last day, if any."""
    for letter in _letters(facts):
        since = sum(p.amount_minor for p in facts.payments if p.on >= letter.on)
        enough = country.enough_for(letter.asked_minor, facts.claim.currency)
        if letter.on <= on <= (letter.last_day or on) and since + payment_minor >= enough:
            return letter
    return None


def _interest_since(facts: CaseFacts, country: Country, letter: StepTaken, due: InterestDue | None) -> int:
    """Interest that ran from the day after the letter's own count up to the payment. Where that day's rate is not known
    nothing later than the letter has been booked either."""
    if due is None:
        return 0
    return max(0, due.total_minor - interest_due(facts, country, letter.interest_until or letter.on).total_minor)


def _costs_that_crossed(facts: CaseFacts, country: Country, payment_minor: int, on: date, today: date) -> tuple[Booking, ...]:
    """A cost is owed if its letter was sent no later than the day the payment was booked. A payment booked before
    that, of all that was owed without the later costs, takes those costs away."""
    later = [c for c in facts.costs if _owed_from(facts, c) > on and _open(c) > 0]
    if not later or facts.claim.currency != country.currency:
        return ()
    before = facts.capital_minor + facts.costs_open_minor - sum(map(_open, later))
    if payment_minor < before:
        return ()
    return tuple(
        booking
        for cost in later
        for booking in change_of_claim(
            COST_ACCOUNT[cost.kind], -_open(cost), country.currency, today, Reason.COST_WAIVED,
            because=finding(Reason.COST_WAIVED, kind=cost.kind, paid_on=on, charged_on=_owed_from(facts, cost)),
        )
    )  # fmt: skip


def _paid_parts(facts: CaseFacts, due: Allocated, currency: str, on: date, reason: Reason, costs_currency: str) -> list[Booking]:
    parts: list[Booking] = []
    left = due.costs_minor
    for cost in sorted(facts.costs, key=lambda c: c.on):  # among costs, oldest first
        share = min(left, _open(cost))
        if share > 0:
            parts += change_of_claim(COST_ACCOUNT[cost.kind], -share, costs_currency, on, reason, due.source)
            left -= share
    parts += change_of_claim(Account.INTEREST, -due.interest_minor, currency, on, reason, due.source)
    parts += change_of_claim(Account.CAPITAL, -due.capital_minor, currency, on, reason, due.source)
    return parts


def _rounded_off(facts: CaseFacts, country: Country, payment_minor: int, on: date) -> list[Booking]:
    """What a payment rounded to whole kronor leaves of the sum it pays: at most 49 öre, and nobody owes them."""
    if facts.claim.currency != country.currency:
        return []
    rest = facts.capital_minor + facts.interest_open_minor + facts.costs_open_minor
    if not 0 < rest or payment_minor < country.enough_for(payment_minor + rest, country.currency):
        return []
    bookings = [b for kind in CostKind for b in waive_cost(facts, kind, on, country.currency, Reason.ROUNDED)]
    for account, minor in ((Account.INTEREST, facts.interest_open_minor), (Account.CAPITAL, facts.capital_minor)):
        bookings += change_of_claim(account, -minor, country.currency, on, Reason.ROUNDED)
    return bookings


def _all_costs_fall(facts: CaseFacts, currency: str, on: date) -> list[Booking]:
    return [b for kind in CostKind for b in waive_cost(facts, kind, on, currency, Reason.COST_FELL_WITH_CASE)]
