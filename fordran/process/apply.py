"""What the facts are after bookings and a step: the pure twin of what the database stores. Preview and forecast live on it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from fordran.core.made_often import quick_replace
from fordran.core.reasons import Reason
from fordran.process.bookings import CASE_ACCOUNTS, COST_OF_ACCOUNT, Account, Booking
from fordran.process.facts import CaseFacts, Claim, Cost, Movement

CHARGES = {
    Reason.REMINDER_COST, Reason.EARLIER_REMINDER_COST, Reason.DEMAND_COST, Reason.PLAN_COST, Reason.COMPENSATION,
}  # fmt: skip
"""Reasons that put a new cost on the debt, one `Cost` each."""

INTEREST_BOOKED = {Reason.INTEREST_BOOKED, Reason.INTEREST_TOO_HIGH_BEFORE}
"""Reasons that change how much interest has been booked, as opposed to how much of it is open."""


def booked(facts: CaseFacts, bookings: Iterable[Booking]) -> CaseFacts:
    """The facts once these bookings are posted."""
    changed: dict[str, Any] = {}
    for booking in bookings:
        for account, sign in ((booking.debit, 1), (booking.credit, -1)):
            if account in CASE_ACCOUNTS:
                _move(facts, changed, booking, account, sign * booking.amount_minor)
    return quick_replace(facts, **changed) if changed else facts


def _move(facts: CaseFacts, changed: dict[str, Any], booking: Booking, account: Account, amount: int) -> None:
    """Note in `changed` what becomes of the fields of the facts."""

    def so_far(name: str) -> Any:
        return changed[name] if name in changed else getattr(facts, name)

    kind = COST_OF_ACCOUNT.get(account)
    if account == Account.CAPITAL:
        if booking.reason == Reason.CASE_OPENED:
            changed["opening_minor"] = so_far("opening_minor") + amount
        else:
            moved = movement(booking.on, amount, booking.reason, facts.claim)
            changed["movements"] = _in_order(so_far("movements"), moved)
    elif account == Account.INTEREST:
        changed["interest_open_minor"] = so_far("interest_open_minor") + amount
        if booking.reason in INTEREST_BOOKED:
            changed["interest_booked_minor"] = so_far("interest_booked_minor") + amount
    elif kind is not None and booking.reason in CHARGES:
        changed["costs"] = (*so_far("costs"), Cost(kind, amount, booking.on, source=booking.source))
    elif kind is not None:
        changed["costs"] = _spread(so_far("costs"), kind, -amount, paid=is_payment(booking.reason))


def movement(on: date, amount_minor: int, reason: Reason, claim: Claim) -> Movement:
    """How a booking on the capital counts for interest: what was credited was never owed, so it counts from the due day."""
    return Movement(claim.due_on if reason in {Reason.CREDIT_RECEIVED, Reason.CREDIT_REVERSED} else on, amount_minor)


def _in_order(movements: tuple[Movement, ...], new: Movement) -> tuple[Movement, ...]:
    return tuple(sorted((*movements, new), key=lambda m: m.on))


def is_payment(reason: str) -> bool:
    """True for reasons that pay a part of the claim or take such a payment back; other reductions are waivers."""
    return reason in {Reason.PAYMENT_ALLOCATED, Reason.PAYMENT_REVERSED, Reason.PAID_TO_CREDITOR}


def _spread(costs: tuple[Cost, ...], kind: object, amount: int, *, paid: bool) -> tuple[Cost, ...]:
    """Put a payment or waiver (negative: its reversal) on the costs of this kind, oldest first."""
    result = []
    for cost in costs:
        if cost.kind == kind and amount != 0:
            open_minor = cost.amount_minor - cost.waived_minor - cost.paid_minor
            used = cost.paid_minor if paid else cost.waived_minor
            share = max(min(amount, open_minor), -used)
            cost = quick_replace(cost, paid_minor=used + share) if paid else quick_replace(cost, waived_minor=used + share)
            amount -= share
        result.append(cost)
    return tuple(result)
