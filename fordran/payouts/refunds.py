"""What was paid too much, or for nothing, goes back to the one who paid: to an account that the payer's bank named, or that a
person entered. Without one it waits on a list. The same in both modes; in own collection it leaves the creditor's own account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from fordran.audit.record import record_event
from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.formats.pain import Payee, read_payee
from fordran.payouts.models import PaymentOrder
from fordran.payouts.orders import BY_BANK_FILE, Wanted, lock_orders, propose, why_not
from fordran.settlement.models import Payment


@dataclass(slots=True)
class PreparedRefunds:
    orders: list[PaymentOrder] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WaitingRefund:
    """Money to be paid back that has no order. `name` is the payer's, else the debtor's; `rejected` the last order that the
    bank refused or gave back."""

    payment: Payment
    name: str
    rejected: PaymentOrder | None


def payee_of(payment: Payment) -> Payee | None:
    """The payer's account where the bank's file names one that money can be sent to: a bankgiro in BgMax, an IBAN anywhere.
    Other numbers do not say what kind of account they are."""
    number = payment.payer_account.strip()
    kind = "iban" if re.match(r"[A-Za-z]{2}[0-9]{2}", number) else "bankgiro" if payment.source == "bgmax" else ""
    if not kind:
        return None
    try:
        return read_payee(kind, number)
    except Refused:
        return None


def waiting_refunds(creditor: Creditor) -> list[WaitingRefund]:
    """Oldest first."""
    payments = list(Payment.objects.filter(creditor=creditor, refund_minor__gt=0, via="bank").order_by("on", "id"))
    names = _names(payments)
    last: dict[int, PaymentOrder] = {}
    for order in PaymentOrder.objects.filter(creditor=creditor, payment__in=payments).order_by("number"):
        if order.payment_id:
            last[order.payment_id] = order
    came_back = {pk: o for pk, o in last.items() if o.state in ("rejected", "returned")}
    return [WaitingRefund(p, names.get(p.pk, ""), came_back.get(p.pk)) for p in payments]


def _names(payments: Sequence[Payment]) -> dict[int, str]:
    """Who paid: as the bank wrote it, else the debtor whose case the payment was set against."""
    names = {payment.pk: payment.payer for payment in payments if payment.payer}
    rows = run(
        """SELECT p.id, min(k.name) FROM settlement_payment p
           LEFT JOIN settlement_allocation a ON a.payment_id = p.id
           JOIN cases_case c ON c.id = coalesce(a.case_id, nullif(p.about_case, 0))
           JOIN invoices_customer k ON k.id = c.customer_id WHERE p.id = ANY (%s) GROUP BY p.id""",
        [[payment.pk for payment in payments if not payment.payer]],
    )
    return {**dict(rows), **names}


@transaction.atomic
def prepare_refunds(office: Office, today: date) -> PreparedRefunds:
    """Propose an order for each refund whose payer's account the bank has told. One that came back waits for a person."""
    prepared = PreparedRefunds()
    lock_orders(office.creditor.pk)
    for refund in waiting_refunds(office.creditor):
        payee = payee_of(refund.payment)
        if payee is None or refund.rejected is not None or _has_order(refund.payment):
            continue
        wanted = _wanted(refund, payee, BY_BANK_FILE)
        if not why_not(office, wanted, today):
            prepared.orders.append(propose(office, wanted, today))
    return prepared


def _has_order(payment: Payment) -> bool:
    return bool(
        run(
            "SELECT 1 FROM payouts_paymentorder WHERE payment_id = %s AND state IN ('proposed', 'released', 'sent', 'accepted')",
            [payment.pk],
        )
    )


def _wanted(refund: WaitingRefund, payee: Payee, by: str) -> Wanted:
    payment = refund.payment
    message = f"Återbetalning {payment.reference}".strip()
    return Wanted(payee, refund.name, payment.refund_minor, payment.currency, by, message=message, payment=payment)


@transaction.atomic
def refund_to(
    payment: Payment, payee: Payee, *, by: str, today: date, name: str = "", office: Office | None = None
) -> PaymentOrder:
    """A person has found out where the money goes: an order is proposed, which another person releases. Raises Refused."""
    lock_orders(payment.creditor_id)
    payment = Payment.objects.select_for_update().get(pk=payment.pk)
    if payment.refund_minor <= 0:
        raise Refused(f"nothing of payment {payment.pk} is to be paid back", field="PAYMENT")
    if _has_order(payment):
        raise Refused(f"payment {payment.pk} has an order under way; withdraw it first", field="PAYMENT")
    if not by.strip():
        raise Refused("say who enters the account", field="--by")
    office = office or open_office(payment.creditor)
    refund = WaitingRefund(payment, name.strip() or _names([payment]).get(payment.pk, ""), None)
    order = propose(office, _wanted(refund, payee, by), today)
    record_event(payment.creditor_id, today, by, "refund account entered", str(payment.pk), kind=payee.kind, order=order.number)
    return order
