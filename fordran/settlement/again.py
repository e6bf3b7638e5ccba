"""A credit note says that a part of the claim was never owed. What has been paid is then set against what was: payments are
taken off the case, the credit is booked, and they are set against it anew, each on its own day."""

from __future__ import annotations

from datetime import date

from django.db import connection

from fordran.cases.office import Office
from fordran.cases.reopen import refresh, reversals
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.ledger.post import Posting, post
from fordran.process.bookings import Account, Booking
from fordran.settlement.allocate import Receipt, allocate, deed_key, owned_by
from fordran.settlement.models import Allocation, Payment

_STAYS = (Reason.INTEREST_BOOKED, Reason.INTEREST_TOO_HIGH_BEFORE)


def take_off(office: Office, case: int, today: date) -> list[Receipt]:
    """Take every payment off a running case; the receipts to set against it again. Inside a transaction."""
    turned = set(Allocation.objects.filter(case_id=case, reverses__isnull=False).values_list("reverses_id", flat=True))
    live = [
        a
        for a in Allocation.objects.select_related("payment").filter(case_id=case, reverses__isnull=True).order_by("id")
        if a.pk not in turned and a.payment.via in ("bank", "creditor") and a.payment.direction > 0
    ]
    receipts = []
    for allocation in live:
        minor = allocation.costs_minor + allocation.interest_minor + allocation.capital_minor
        payment = allocation.payment
        rounds = payment.rounds + 1
        _turn_round(office, payment, case, minor, rounds, today)
        receipts.append(Receipt(payment.pk, payment.via, payment.on, minor, payment.currency, (case,), allocation.matched_by,
                                rounds=rounds))  # fmt: skip
    Allocation.objects.bulk_create(
        Allocation(creditor=office.creditor, payment=a.payment, case_id=case, on=a.on, costs_minor=-a.costs_minor,
                   interest_minor=-a.interest_minor, capital_minor=-a.capital_minor, waived_minor=-a.waived_minor,
                   matched_by=a.matched_by, act=a.act, reverses=a)
        for a in live
    )  # fmt: skip
    if live:
        refresh(office, [case], today)
    return receipts


def _turn_round(office: Office, payment: Payment, case: int, minor: int, rounds: int, today: date) -> None:
    rows = run(
        """SELECT t.id, t.debit, t.credit, t.amount_minor, t.currency, t."on", t.reason FROM ledger_transfer t
           WHERE t.creditor_id = %s AND t.payment_number = %s AND t.case_number = %s AND t.reason <> ALL (%s)
             AND t.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM ledger_transfer r WHERE r.reverses_id = t.id)
           ORDER BY t.id""",
        [office.creditor.pk, payment.pk, case, list(_STAYS)],
    )
    postings = []
    for row in rows:
        reason = Reason(row[6]) if row[6] in (Reason.COST_WAIVED, Reason.ROUNDED) else Reason.PAYMENT_REVERSED
        for booking, transfer in reversals([row[:6]], reason):
            postings.append(Posting(f"payment {payment.pk} taken off, transfer {transfer}", booking, case, payment.pk, transfer))
    if payment.via == "bank" and minor:
        back = Booking(owned_by(office.creditor), Account.SUSPENSE, minor, payment.currency, payment.on, Reason.PAYMENT_REVERSED)
        key = deed_key(payment.pk, rounds, f"taken off case {case}")
        postings.append(Posting(key, back, payment_number=payment.pk))
    with connection.cursor() as cursor:
        post(cursor, office.creditor.pk, postings, booked_on=today)


def set_again(office: Office, receipts: list[Receipt], today: date) -> None:
    """Set them against the case anew; what it no longer takes is to be paid back, or waits for a person."""
    known = {p.pk: (p.held_minor, p.refund_minor) for p in Payment.objects.filter(pk__in=[r.payment for r in receipts])}
    for outcome in allocate(office, receipts, today):
        held, refund = known[outcome.receipt.payment]
        Payment.objects.filter(pk=outcome.receipt.payment).update(
            held_minor=held + outcome.held_minor, refund_minor=refund + outcome.refund_minor,
            state="suspense" if held + outcome.held_minor else "matched",
        )  # fmt: skip
