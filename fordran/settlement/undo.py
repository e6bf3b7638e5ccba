"""Taking a payment back: all of it, as if it never was, or only what it was set against."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from fordran.audit.record import record_event
from fordran.cases.office import Office, open_office
from fordran.cases.reopen import refresh, reopen, reversals
from fordran.cases.review import review_cases
from fordran.cases.void import void_unsent
from fordran.core.findings import finding
from fordran.core.problems import Refused
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.ledger.post import Posting, post
from fordran.settlement.find import because_of
from fordran.settlement.models import Allocation, Payment

_INTEREST = (Reason.INTEREST_BOOKED, Reason.INTEREST_TOO_HIGH_BEFORE)
_STAYS = (Reason.PAYMENT_RECEIVED, Reason.DEDUCTED, Reason.REVERSED_BY_BANK)
"""Bookings that say what the bank did; they fall only when the payment never was."""


@transaction.atomic
def reverse_payment(payment: Payment, *, by: str, today: date, office: Office | None = None) -> None:
    """The payment never was: every transfer of it is turned round, closed cases come back and wait anew. Raises Refused."""
    if payment.reversed_on:
        raise Refused(f"payment {payment.key} was reversed on {payment.reversed_on} already", field="payment")
    if payment.taken_minor or payment.direction < 0:
        raise Refused(f"payment {payment.pk} is bound to another entry of the bank; take that apart first", field="payment")
    _not_paid_back(payment)
    office = office or open_office(payment.creditor)
    cases = _turn_round(office, payment, today, _INTEREST)
    Payment.objects.filter(pk=payment.pk).update(reversed_on=today, state="undone", held_minor=0, refund_minor=0)
    record_event(office.creditor.pk, today, by, "payment reversed", payment.key)
    review_cases(office, cases, today)


@transaction.atomic
def unmatch(payment: Payment, *, reason: str, by: str, today: date, office: Office | None = None) -> None:
    """Take the payment off its cases: the claims come back and wait anew, the money goes to suspense. Raises Refused."""
    if not reason.strip():
        raise Refused("say why, in a few words", field="--reason")
    if payment.via != "bank" or payment.direction < 0:
        raise Refused("only money that came to the bank can be taken off a case; use `payments reverse`", field="PAYMENT")
    if payment.state not in ("matched", "refunded", "own") and not payment.refund_minor and not _live(payment):
        raise Refused(f"payment {payment.pk} is set against nothing", field="PAYMENT")
    office = office or open_office(payment.creditor)
    cases = to_suspense(office, payment, today)
    because = because_of(finding(Reason.MATCH_UNDONE, why=reason))
    run("UPDATE settlement_payment SET because = %s WHERE id = %s", [because, payment.pk])
    record_event(office.creditor.pk, today, by, "payment taken off its case", str(payment.pk), reason=reason)
    review_cases(office, cases, today)


def _not_paid_back(payment: Payment) -> None:
    if payment.paid_back_minor:
        raise Refused(
            f"a part of payment {payment.pk} is in a payment order to the payer, or paid back; withdraw the order first if it "
            "has not left", field="PAYMENT",
        )  # fmt: skip


def to_suspense(office: Office, payment: Payment, today: date) -> list[int]:
    """All that was done with the payment is undone; what is left of it lies in suspense. Its cases, to be decided again.
    Raises Refused when money of it has gone back to the payer."""
    _not_paid_back(payment)
    cases = _turn_round(office, payment, today, (*_INTEREST, *_STAYS))
    Payment.objects.filter(pk=payment.pk).update(
        state="suspense", held_minor=payment.amount_minor - payment.taken_minor, refund_minor=0, matched_by="", confidence=0,
        about_case=cases[0] if cases else 0, rounds=payment.rounds + (not cases),
    )  # fmt: skip
    return cases


def _live(payment: Payment) -> Sequence[Allocation]:
    """Allocations that have not been taken back."""
    turned = {a.reverses_id for a in payment.allocations.all() if a.reverses_id}
    return [a for a in payment.allocations.all() if a.reverses_id is None and a.pk not in turned]


def _turn_round(office: Office, payment: Payment, today: date, stays: Sequence[Reason]) -> list[int]:
    """Turn round every transfer of the payment but those with a reason in `stays`; closed cases are opened again."""
    creditor = office.creditor.pk
    allocations = _live(payment)
    cases = sorted({a.case_id for a in allocations})
    void_unsent(office, cases, today)
    for case in cases:
        reopen(office, case, today, Reason.PAYMENT_REVERSED)
    rows = run(
        """SELECT t.id, t.debit, t.credit, t.amount_minor, t.currency, t."on", t.case_number, t.reason FROM ledger_transfer t
           WHERE t.creditor_id = %s AND t.payment_number = %s AND t.payment_number <> 0 AND t.reason <> ALL (%s)
             AND t.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_transfer r WHERE r.reverses_id = t.id)
           ORDER BY t.id""",
        [creditor, payment.pk, list(stays)],
    )
    reason = Reason.CREDIT_REVERSED if payment.via == "credit" else Reason.PAYMENT_REVERSED
    # A cost that fell because of the payment was waived by it, not paid: taking that back undoes a waiver.
    turned = [
        booking
        for row in rows
        for booking in reversals([row[:6]], Reason(row[7]) if row[7] in (Reason.COST_WAIVED, Reason.ROUNDED) else reason)
    ]
    with connection.cursor() as cursor:
        post(cursor, creditor, [
            Posting(f"payment {payment.pk} reversed, transfer {transfer}", booking, row[6], payment.pk, transfer)
            for (booking, transfer), row in zip(turned, rows, strict=True)
        ], booked_on=today)  # fmt: skip
    Allocation.objects.bulk_create(
        Allocation(creditor_id=creditor, payment=payment, case_id=a.case_id, on=a.on, costs_minor=-a.costs_minor,
                   interest_minor=-a.interest_minor, capital_minor=-a.capital_minor, waived_minor=-a.waived_minor,
                   matched_by=a.matched_by, act=a.act, reverses=a)
        for a in allocations
    )  # fmt: skip
    refresh(office, cases, today)
    return cases
