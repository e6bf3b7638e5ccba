"""A payment order from proposal to its end: reserved, released by a person, and if the bank does not pay, owed again.

Money is in transit from the moment an order is proposed, so nothing else can be done with it; two orders for the same money
are refused by the database. Who entered the account and who let the order go are two people.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from fordran.audit.record import record_event
from fordran.cases.office import Office, open_office
from fordran.core.problems import Problem, Refused
from fordran.core.reasons import Reason
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.formats.pain import Order, Payee, cannot_pay, dialect_of
from fordran.ledger.post import Posting, post
from fordran.payouts.models import PaymentOrder, Payout
from fordran.payouts.sealed import approved
from fordran.payouts.terms import payer_of, plan_of
from fordran.process.bookings import Account, Booking
from fordran.settlement.allocate import bank_of
from fordran.settlement.models import Payment

BY_BANK_FILE = "bank file"
"""Who entered the account: the payer's own bank did."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An order to be proposed. Exactly one of `payout` and `payment` is set."""

    payee: Payee
    name: str
    amount_minor: int
    currency: str
    account_by: str
    message: str = ""
    reference: str = ""
    town: str = ""
    country: str = "SE"
    payout: Payout | None = None
    payment: Payment | None = None


def lock_orders(creditor: int) -> None:
    """One at a time proposes, releases or sends for a creditor; to the end of the transaction."""
    run("SELECT pg_advisory_xact_lock(hashtextextended('payouts of ' || %s::text, 0))", [creditor])


def why_not(office: Office, wanted: Wanted, today: date) -> str:
    """Why the bank would not take such an order; "" when it would."""
    plan = plan_of(office.creditor)
    order = _as_order(wanted.payee, wanted.name, wanted.amount_minor, wanted.currency, "X", today)
    return cannot_pay(order, payer_of(office, plan), dialect_of(plan.dialect))


def propose(office: Office, wanted: Wanted, today: date) -> PaymentOrder:
    """Store the order and move its money into transit. Inside a transaction that holds `lock_orders`. Raises Refused when the
    bank would not take it."""
    why = why_not(office, wanted, today)
    if why:
        raise Refused(why, field="account")
    creditor = office.creditor
    number = 1 + PaymentOrder.objects.filter(creditor=creditor).count()
    source = (
        f"payout {wanted.payout.number}" if wanted.payout else f"refund of payment {wanted.payment.pk if wanted.payment else 0}"
    )
    before = PaymentOrder.objects.filter(creditor=creditor, payout=wanted.payout, payment=wanted.payment).count()
    order = PaymentOrder.objects.create(
        creditor=creditor, number=number, key=f"{source} #{before + 1}", kind="payout" if wanted.payout else "refund",
        payout=wanted.payout, payment=wanted.payment, to_kind=wanted.payee.kind, to_number=wanted.payee.number,
        to_name=wanted.name, to_town=wanted.town, to_country=wanted.country, account_by=wanted.account_by,
        amount_minor=wanted.amount_minor, currency=wanted.currency, reference=wanted.reference, message=wanted.message,
        proposed_on=today, end_to_end_id=f"FORDRAN-{creditor.pk}-{number}",
    )  # fmt: skip
    reason = Reason.PAYOUT_ORDERED if wanted.payout else Reason.REFUND_ORDERED
    _move(order, _owed_on(order), Account.IN_TRANSIT, reason, today, of_payment=order.kind == "refund")
    if wanted.payment:
        _paid_back(wanted.payment, wanted.amount_minor)
    return order


def _paid_back(payment: Payment, minor: int) -> None:
    run(
        "UPDATE settlement_payment SET refund_minor = refund_minor - %s, paid_back_minor = paid_back_minor + %s WHERE id = %s",
        [minor, minor, payment.pk],
    )


def _owed_on(order: PaymentOrder) -> Account:
    return Account.PAYABLE if order.kind == "payout" else Account.REFUNDS


def _move(
    order: PaymentOrder, debit: Account, credit: Account, reason: Reason, on: date, *, of_payment: bool = False,
    booked_on: date | None = None,
) -> None:  # fmt: skip
    """One transfer of the whole order. Its key is the order and the reason: each deed with an order is done once."""
    booking = Booking(debit, credit, order.amount_minor, order.currency, on, reason)
    payment = order.payment_id or 0 if of_payment else 0
    with connection.cursor() as cursor:
        posting = Posting(f"order {order.number} {reason}", booking, payment_number=payment)
        post(cursor, order.creditor_id, [posting], booked_on=booked_on or on)


# ---- what a person does -----------------------------------------------------------------------------------------


@transaction.atomic
def release(creditor: Creditor, numbers: Sequence[int], *, by: str, today: date) -> list[PaymentOrder]:
    """A person lets these orders go; they leave with the day's file. All or none. Raises Refused naming each that may not."""
    lock_orders(creditor.pk)
    office = open_office(creditor)
    orders = list(PaymentOrder.objects.select_for_update().filter(creditor=creditor, number__in=numbers).order_by("number"))
    problems = [
        Problem(str(n), "ORDER", f"there is no order {n} of {creditor.name}") for n in set(numbers) - {o.number for o in orders}
    ]
    for order in orders:
        why = _why_not_released(office, order, by, today)
        if why:
            problems.append(Problem(str(order.number), "ORDER", why))
    if problems or not orders:
        raise Refused(problems or "name the orders to release")
    for order in orders:
        PaymentOrder.objects.filter(pk=order.pk).update(state="released", released_on=today, released_by=by)
    record_event(creditor.pk, today, by, "payment orders released", "", orders=[order.number for order in orders])
    return list(PaymentOrder.objects.filter(pk__in=[order.pk for order in orders]).order_by("number"))


def _why_not_released(office: Office, order: PaymentOrder, by: str, today: date) -> str:
    if order.state != "proposed":
        return f"order {order.number} is {order.state}, not proposed"
    if not by.strip():
        return "say who releases it"
    if by == order.account_by:
        return f"{by} entered the account: another person must release the order"
    return why_not_sent(office, order, today)


def why_not_sent(office: Office, order: PaymentOrder, today: date) -> str:
    """What has come between since it was proposed: a payout's account is approved no more, or the bank's dialect changed."""
    payee = Payee(order.to_kind, order.to_number)
    if order.kind == "payout" and not is_approved(office.creditor, payee):
        return "its account is no longer approved: withdraw the order, and it is proposed anew to the approved one"
    plan = plan_of(office.creditor)
    as_order = _as_order(payee, order.to_name, order.amount_minor, order.currency, order.end_to_end_id, today)
    return cannot_pay(as_order, payer_of(office, plan), dialect_of(plan.dialect))


def is_approved(creditor: Creditor, payee: Payee) -> bool:
    """With a seal that holds."""
    plain = _plain(payee.number)
    return any(row.kind == payee.kind and _plain(row.number) == plain for row in approved(creditor))


def _plain(number: str) -> str:
    return "".join(c for c in number if c.isalnum()).upper()


@transaction.atomic
def withdraw(order: PaymentOrder, *, reason: str, by: str, today: date) -> None:
    """A person takes an order back that is in no file yet; its money is owed again. Raises Refused."""
    lock_orders(order.creditor_id)
    order = PaymentOrder.objects.select_for_update().get(pk=order.pk)
    if order.state not in ("proposed", "released"):
        raise Refused(f"order {order.number} is {order.state}: only one that has not left can be withdrawn", field="ORDER")
    if not reason.strip():
        raise Refused("say why, in a few words", field="--reason")
    come_back(order, "rejected", code="WITHDRAWN", text=f"{reason} ({by})", today=today)
    record_event(order.creditor_id, today, by, "payment order withdrawn", str(order.number))


# ---- how it ends ------------------------------------------------------------------------------------------------


def come_back(order: PaymentOrder, state: str, *, code: str, text: str, today: date) -> None:
    """Rejected or returned: the money lies where it is owed from again. Inside a transaction, the order locked."""
    PaymentOrder.objects.filter(pk=order.pk).update(state=state, reason_code=code[:40], reason_text=text[:500], told_on=today)
    _move(order, Account.IN_TRANSIT, _owed_on(order), Reason.PAYMENT_ORDER_CAME_BACK, today, of_payment=order.kind == "refund")
    if order.payment_id:
        _paid_back(Payment(pk=order.payment_id), -order.amount_minor)


def pay(orders: Iterable[PaymentOrder], debit: Payment, today: date) -> None:
    """The debit was seen on the account: the money has left. Inside a transaction, the orders locked."""
    for order in orders:
        PaymentOrder.objects.filter(pk=order.pk).update(state="paid", paid_on=debit.on, debit=debit)
        bank = bank_of(order.creditor)
        _move(order, Account.IN_TRANSIT, bank, Reason.PAYMENT_ORDER_PAID, debit.on, booked_on=today)


def take_returned(order: PaymentOrder, entry: Payment, today: date) -> None:
    """A paid order has come back as money in: it leaves suspense for transit, and is owed again. Inside a transaction."""
    booking = Booking(
        Account.SUSPENSE, Account.IN_TRANSIT, order.amount_minor, order.currency, today, Reason.PAYMENT_ORDER_CAME_BACK
    )
    with connection.cursor() as cursor:
        posting = Posting(f"order {order.number} returned", booking, payment_number=entry.pk)
        post(cursor, order.creditor_id, [posting], booked_on=today)
    Payment.objects.filter(pk=entry.pk).update(state="undone", held_minor=0)
    PaymentOrder.objects.filter(pk=order.pk).update(came_back=entry)
    text = " ".join(entry.texts)[:200]
    come_back(order, "returned", code="RETURNED", text=text or "the bank gave the money back", today=today)


def _as_order(payee: Payee, name: str, minor: int, currency: str, identity: str, on: date) -> Order:
    return Order(identity, payee, name, minor, currency, on)
