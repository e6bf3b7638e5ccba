"""Which invoices are taken: the import filter, and the law above it. The same function serves the day and preview."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fordran.core.findings import Finding, Level, finding
from fordran.core.made_often import made_often
from fordran.core.reasons import Reason
from fordran.process.country import Country
from fordran.process.facts import Claim, Debtor, HoldKind
from fordran.process.policy import Policy


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A customer or class that is left out, with the last day it counts; None = until lifted."""

    level: Level  # CUSTOMER or CLASS
    until: date | None = None
    reason: str = ""

    def holds_on(self, today: date) -> bool:
        return self.until is None or today <= self.until


@made_often
@dataclass(frozen=True, slots=True)
class Candidate:
    """An open item of the ledger, as the filter sees it."""

    claim: Claim
    debtor: Debtor
    open_minor: int
    is_credit: bool = False
    exclusions: tuple[Exclusion, ...] = ()
    held_until: date | None = None
    held: bool = False
    missing_in_ledger: bool = False
    rests: HoldKind | None = None  # the ERP's own mark on invoice or customer


@made_often
@dataclass(frozen=True, slots=True)
class Taken:
    because: tuple[Finding, ...]

    @property
    def finding(self) -> Finding:
        return self.because[0]


@made_often
@dataclass(frozen=True, slots=True)
class PassedOver:
    finding: Finding

    @property
    def because(self) -> tuple[Finding, ...]:
        return (self.finding,)


Selected = Taken | PassedOver

STAYS_OUT = frozenset(
    {Reason.NOT_AN_INVOICE, Reason.NOT_OPEN, Reason.MISSING_IN_LEDGER, Reason.CURRENCY_NOT_TAKEN, Reason.DUE_BEFORE_IMPORT_FROM,
     Reason.BELOW_LOWEST_AMOUNT, Reason.ABOVE_HIGHEST_AMOUNT, Reason.OPEN_CREDIT, Reason.SMALL_REST}
)  # fmt: skip
"""Passed over for one of these, an invoice is passed over on every later day as well, until something new is learnt."""


def select(candidate: Candidate, policy: Policy, country: Country, today: date) -> Selected:
    """The first rule that says no decides; when none does, the invoice is taken."""
    for rule in _RULES:
        if (found := rule(candidate, policy, country, today)) is not None:
            return PassedOver(found)
    claim = candidate.claim
    taken = finding(
        Reason.WITHIN_FILTER,
        level=policy.days.level,
        days=policy.days.value,
        due_on=claim.due_on,
        today=today,
    )
    remarks = [taken]
    if claim.reminded_on is not None:
        remarks.append(finding(Reason.REMINDED_BEFORE_US, reminded_on=claim.reminded_on))
    if claim.issued_on is None:
        remarks.append(finding(Reason.ISSUED_ON_MISSING, level=Level.LAW))
    return Taken(tuple(remarks))


def _is_a_claim(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    if c.is_credit:
        return finding(Reason.NOT_AN_INVOICE)
    if c.open_minor <= 0:
        return finding(Reason.NOT_OPEN)
    if c.missing_in_ledger:
        return finding(Reason.MISSING_IN_LEDGER)
    return None


def _is_not_excluded(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    if not c.exclusions:
        return None
    for exclusion in sorted(c.exclusions, key=lambda e: e.level != Level.CUSTOMER):
        if exclusion.holds_on(today):
            reason = Reason.CUSTOMER_EXCLUDED if exclusion.level == Level.CUSTOMER else Reason.CLASS_EXCLUDED
            return finding(reason, level=exclusion.level, until=exclusion.until, why=exclusion.reason)
    return None


_WHY_RESTS = {
    HoldKind.LEFT_ALONE: Reason.LEFT_ALONE_IN_ERP,
    HoldKind.OTHER_AGENCY: Reason.TAKEN_BY_OTHER,
    HoldKind.HELD_IN_ERP: Reason.HELD_IN_ERP,
    HoldKind.DIRECT_DEBIT: Reason.DIRECT_DEBIT,
}


def _does_not_rest_in_the_erp(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    return finding(_WHY_RESTS[c.rests]) if c.rests else None


def _is_in_a_currency_we_take(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    if c.claim.currency in p.limits or p.takes_all_currencies:
        return None
    return finding(Reason.CURRENCY_NOT_TAKEN, level=Level.GENERIC, currency=c.claim.currency)


def _was_due_late_enough(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    start = p.import_from.value
    if start is not None and c.claim.due_on < start:
        return finding(Reason.DUE_BEFORE_IMPORT_FROM, level=p.import_from.level, due_on=c.claim.due_on, import_from=start)
    return None


def _has_been_due_long_enough(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    first = c.claim.due_on + timedelta(days=p.days.value)
    if today < first:
        return finding(Reason.NOT_DUE_LONG_ENOUGH, level=p.days.level, due_on=c.claim.due_on, days=p.days.value, first_day=first)
    moved = country.move_due(c.claim.due_on)
    if today <= moved.date:  # the law counts from the moved day, whatever the filter says
        return finding(Reason.NOT_DUE_BY_LAW, level=Level.LAW, due_on=c.claim.due_on, moved_to=moved.date)
    return None


def _is_within_the_limits(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    card = p.limits.get(c.claim.currency)
    if card is None:
        return None
    low, high = card.value.min_minor, card.value.max_minor
    amount, currency = c.claim.amount_minor, c.claim.currency
    if low is not None and amount < low:
        return finding(
            Reason.BELOW_LOWEST_AMOUNT,
            level=p.limit_level(c.claim.currency, highest=False),
            limit_minor=low,
            amount_minor=amount,
            currency=currency,
        )
    if high is not None and amount > high:
        return finding(
            Reason.ABOVE_HIGHEST_AMOUNT,
            level=p.limit_level(c.claim.currency, highest=True),
            limit_minor=high,
            amount_minor=amount,
            currency=currency,
        )
    return None


def _is_not_held(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    if c.held and (c.held_until is None or today <= c.held_until):
        return finding(Reason.INVOICE_HELD, until=c.held_until)
    if c.claim.credit_minor > 0:
        return finding(Reason.OPEN_CREDIT, credit_minor=c.claim.credit_minor, currency=c.claim.currency)
    tiny = p.creditor.rests_in(c.claim.currency).tiny_minor
    if c.open_minor < min(tiny, c.claim.amount_minor):
        return finding(
            Reason.SMALL_REST, level=Level.GENERIC, open_minor=c.open_minor, limit_minor=tiny, currency=c.claim.currency
        )
    return None


def _is_not_refused_by_law(c: Candidate, p: Policy, country: Country, today: date) -> Finding | None:
    found = country.refusals(c.claim, p.creditor.claim_kinds, c.debtor.born_on, today)
    return found[0] if found else None


_Rule = Callable[[Candidate, Policy, Country, date], Finding | None]
_RULES: tuple[_Rule, ...] = (
    _is_a_claim,
    _is_not_excluded,
    _does_not_rest_in_the_erp,
    _is_in_a_currency_we_take,
    _was_due_late_enough,
    _has_been_due_long_enough,
    _is_within_the_limits,
    _is_not_held,
    _is_not_refused_by_law,
)
