"""What a transfer of ours is in the creditor's own book-keeping. Pure.

The creditor's books know the invoice already: it was booked, with its VAT, when it was written. They learn from us what came of
it: money, and what of that was capital, interest and costs. Interest and costs are income on the day they are paid, not on the
day they are demanded (ADR 0240). What a creditor sees itself, such as credit notes and payments straight to it, it has booked.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from fordran.books.plan import AccountPlan, Role
from fordran.core.reasons import Reason
from fordran.process.bookings import CASE_ACCOUNTS, Account


@dataclass(frozen=True, slots=True)
class Moved:
    """A transfer, öre. `reverses` is the reason of the transfer that it turns round, "" for none. `to_payer`: it belongs to a
    payment order that gives a payer money back."""

    id: int
    debit: str
    credit: str
    amount_minor: int
    currency: str
    on: date
    booked_on: date
    reason: str
    case_number: int = 0
    payment_number: int = 0
    reverses: str = ""
    to_payer: bool = False


class Kind(StrEnum):
    """A voucher's kind of event."""

    PAYMENTS = "payments"
    REVERSALS = "reversals"
    LOSSES = "losses"
    PAYOUTS = "payouts"


class Without(StrEnum):
    """Why a transfer has no place in the creditor's books."""

    DEMANDED = "demanded"  # interest or costs, asked for, lowered or let go: not income before it is paid
    BOOKED_THERE = "booked_there"  # the creditor has booked it: its invoice, its credit note, what it was paid itself
    GIVEN_UP = "given_up"  # withdrawn, or settled at the creditor: its own books say how
    SAID_BY_PARTS = "said_by_parts"  # money set against claims: the parts of the claims say it
    OF_THE_AGENCY = "of_the_agency"  # on the agency's account for client money: not the creditor's yet
    UNDER_WAY = "under_way"  # an order given to the bank: nothing has moved yet
    CANCELS_OUT = "cancels_out"  # with others in the same voucher
    BEFORE_US = "before_us"  # before the creditor's books began to come from here
    UNKNOWN = "unknown"  # a movement this module does not know: shown as a difference, never guessed


PART_ROLES = {
    Account.CAPITAL: Role.CUSTOMER_CLAIMS,
    Account.INTEREST: Role.INTEREST_INCOME,
    Account.REMINDER_COST: Role.REMINDER_INCOME,
    Account.DEMAND_COST: Role.DEMAND_INCOME,
    Account.PLAN_COST: Role.PLAN_INCOME,
    Account.COMPENSATION: Role.COMPENSATION_INCOME,
    Account.COURT_COST: Role.COURT_COSTS,
}
INCOME = (
    Role.INTEREST_INCOME, Role.REMINDER_INCOME, Role.DEMAND_INCOME, Role.PLAN_INCOME, Role.COMPENSATION_INCOME, Role.COURT_COSTS,
)  # fmt: skip
LOSSES = (Reason.WRITTEN_OFF, Reason.REST_WRITTEN_OFF, Reason.TINY_REST_WRITTEN_OFF, Reason.BARRED)
"""Closings that leave the creditor with a loss. A withdrawn claim was not owed: that is a credit note, and the creditor's."""

CASE_REASONS = (
    Reason.PAYMENT_ALLOCATED, Reason.PAID_TO_CREDITOR, Reason.INTEREST_WAIVED_PAID_IN_TIME, Reason.ROUNDED, *LOSSES,
)  # fmt: skip
"""Reasons by which a part of a claim may reach the creditor's books; all others are without effect there."""

_OWN = {
    Account.OWN_BANK: Role.BANK, Account.SUSPENSE: Role.UNIDENTIFIED, Account.REFUNDS: Role.REFUNDS,
    Account.IN_TRANSIT: Role.REFUNDS, Account.ROUNDING: Role.ROUNDING,
}  # fmt: skip
_AGENCY = {
    Account.PAYABLE: Role.AGENCY, Account.IN_TRANSIT: Role.AGENCY, Account.EARNED: Role.COMMISSION, Account.VAT: Role.VAT_IN,
}  # fmt: skip
_OF_THE_AGENCY = {Account.CLIENT_BANK, Account.SUSPENSE, Account.REFUNDS, Account.ROUNDING, Account.EARNED, Account.VAT}

Effect = tuple[Role, Role]
"""Debited and credited."""


def effect_of(moved: Moved, mode: str) -> Effect | Without:
    """What is debited and what credited in the creditor's books, or why nothing is. `mode`: own, agency."""
    if moved.reverses:
        original = _effect(Account(moved.credit), Account(moved.debit), moved.reverses, moved, mode)
        return original if isinstance(original, Without) else (original[1], original[0])
    return _effect(Account(moved.debit), Account(moved.credit), moved.reason, moved, mode)


def _effect(debit: Account, credit: Account, reason: str, moved: Moved, mode: str) -> Effect | Without:
    if Account.CLAIMS in (debit, credit):
        part, lowered = (credit, True) if debit == Account.CLAIMS else (debit, False)
        found = _of_claim(part, reason, mode) if part in CASE_ACCOUNTS else Without.UNKNOWN
        return found if isinstance(found, Without) or lowered else (found[1], found[0])
    if reason in (Reason.PAYMENT_ALLOCATED, Reason.PAYMENT_REVERSED):
        return Without.SAID_BY_PARTS
    if reason == Reason.PAID_ON_INVOICE:
        return (Role.UNIDENTIFIED if mode == "own" else Role.AGENCY), Role.PASSED_ON
    return _of_money_own(debit, credit) if mode == "own" else _of_money_agency(debit, credit, moved.to_payer)


def _of_claim(part: Account, reason: str, mode: str) -> Effect | Without:
    """A part of a claim that is lowered."""
    role = PART_ROLES[part]
    if reason == Reason.PAYMENT_ALLOCATED:
        return (Role.UNIDENTIFIED if mode == "own" else Role.AGENCY), role
    if reason == Reason.PAID_TO_CREDITOR:
        return Without.BOOKED_THERE if part == Account.CAPITAL else (Role.DIRECT_PAYMENTS, role)
    if part != Account.CAPITAL:
        return Without.DEMANDED
    if reason == Reason.INTEREST_WAIVED_PAID_IN_TIME:  # interest that had been paid already pays capital instead
        return Role.INTEREST_INCOME, role
    if reason == Reason.ROUNDED:
        return Role.ROUNDING, role
    if reason in LOSSES:
        return Role.LOSSES, role
    return Without.GIVEN_UP if reason in (Reason.WITHDRAWN, Reason.SETTLED_AT_CREDITOR) else Without.BOOKED_THERE


def _of_money_own(debit: Account, credit: Account) -> Effect | Without:
    if debit not in _OWN or credit not in _OWN:
        return Without.UNKNOWN
    found = _OWN[debit], _OWN[credit]
    return Without.UNDER_WAY if found[0] == found[1] else found


def _of_money_agency(debit: Account, credit: Account, to_payer: bool) -> Effect | Without:
    if {debit, credit} <= _OF_THE_AGENCY or (to_payer and Account.IN_TRANSIT in (debit, credit)):
        return Without.OF_THE_AGENCY
    if debit == Account.IN_TRANSIT and credit == Account.CLIENT_BANK:  # the payout has reached the creditor
        return Role.BANK, Role.AGENCY
    if credit == Account.IN_TRANSIT and debit in (Account.CLIENT_BANK, Account.SUSPENSE):  # and has come back
        return Role.AGENCY, Role.BANK
    if debit in _AGENCY and credit in _AGENCY:
        # What the office earns is what the creditor pays for; our side's credit is the creditor's debit.
        found = _AGENCY[credit], _AGENCY[debit]
        return Without.UNDER_WAY if found[0] == found[1] else found
    return Without.UNKNOWN


# ---- vouchers -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Line:
    """One row of a voucher; one of the sums is nothing. Öre."""

    role: Role
    account: str
    debit_minor: int
    credit_minor: int
    payment_number: int = 0
    case_number: int = 0


@dataclass(frozen=True, slots=True)
class Voucher:
    """Lines that balance, and the transfers they say. Without lines: the transfers cancel each other out."""

    kind: Kind
    on: date
    currency: str
    lines: tuple[Line, ...]
    transfers: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Said:
    """Every transfer once: in a voucher, or under why it is in none."""

    vouchers: tuple[Voucher, ...]
    without: tuple[tuple[int, Without], ...]


_OF_A_CASE = {*PART_ROLES.values(), Role.LOSSES, Role.DIRECT_PAYMENTS}


def voucher_of(moved: Iterable[Moved], plan: AccountPlan, mode: str) -> Said:
    """One voucher for each kind, day and currency, with a line for each account, payment and case. Sums of the same account
    are set off against each other within a voucher: money that came and found its claim the same day is no unexplained money."""
    groups: dict[tuple[Kind, date, str], list[tuple[Moved, Effect]]] = defaultdict(list)
    without: list[tuple[int, Without]] = []
    for transfer in moved:
        effect = effect_of(transfer, mode)
        if plan.starts_on and transfer.booked_on < plan.starts_on:
            effect = Without.BEFORE_US
        if isinstance(effect, Without):
            without.append((transfer.id, effect))
        else:
            groups[_kind(transfer, effect), _day(transfer, plan), transfer.currency].append((transfer, effect))
    vouchers = []
    for (kind, on, currency), rows in sorted(groups.items()):
        lines = _lines(rows, plan, currency)
        ids = tuple(sorted(transfer.id for transfer, _ in rows))
        if lines:
            vouchers.append(Voucher(kind, on, currency, lines, ids))
        else:
            without += [(number, Without.CANCELS_OUT) for number in ids]
    return Said(tuple(vouchers), tuple(without))


def _is_reversal(transfer: Moved) -> bool:
    return bool(transfer.reverses) or transfer.reason == Reason.PAYMENT_REVERSED


def _kind(transfer: Moved, effect: Effect) -> Kind:
    if _is_reversal(transfer):
        return Kind.REVERSALS
    if Role.LOSSES in effect:
        return Kind.LOSSES
    agency_pays = {Role.COMMISSION, Role.VAT_IN} & set(effect) or set(effect) == {Role.BANK, Role.AGENCY}
    return Kind.PAYOUTS if agency_pays else Kind.PAYMENTS


def _day(transfer: Moved, plan: AccountPlan) -> date:
    """The day it happened; of a correction the day it was made. Never inside a period that the creditor has closed."""
    on = transfer.booked_on if _is_reversal(transfer) else transfer.on
    return max(on, plan.closed_until + timedelta(days=1)) if plan.closed_until else on


def _lines(rows: Sequence[tuple[Moved, Effect]], plan: AccountPlan, currency: str) -> tuple[Line, ...]:
    sums: dict[tuple[Role, int, int], int] = defaultdict(int)
    for transfer, effect in rows:
        for role, sign in zip(effect, (1, -1), strict=True):
            case = transfer.case_number if role in _OF_A_CASE else 0
            sums[role, transfer.payment_number, case] += sign * transfer.amount_minor
    order = list(Role)
    return tuple(
        Line(role, plan.account(role, currency), max(total, 0), max(-total, 0), payment, case)
        for (role, payment, case), total in sorted(sums.items(), key=lambda x: (x[0][1], x[0][2], order.index(x[0][0])))
        if total
    )


def digest(series: str, number: int, voucher: Voucher) -> str:
    """What a stored voucher is checked against."""
    text = [series, str(number), voucher.kind, str(voucher.on), voucher.currency]
    text += [f"{x.role} {x.account} {x.debit_minor} {x.credit_minor} {x.payment_number} {x.case_number}" for x in voucher.lines]
    text.append(" ".join(map(str, voucher.transfers)))
    return hashlib.sha256("\n".join(text).encode()).hexdigest()
