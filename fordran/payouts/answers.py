"""What the bank says of our orders: its status reports (pain.002) and the debits and returns on the account.

A report may reject a whole file, a group or single orders; the narrowest word counts. Accepted is not paid: an order is paid
when its debit is seen on the account, and silence leaves it as it was. Reading the same thing twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from fordran.audit.record import record_event
from fordran.cases.office import Office
from fordran.core.money import money_in_words
from fordran.formats.pain import StatusReport, StatusTold
from fordran.formats.pain.status import ACCEPTED, REJECTED
from fordran.payouts.models import PaymentFile, PaymentOrder
from fordran.payouts.orders import come_back, lock_orders, pay, take_returned
from fordran.settlement.models import Payment

AT_THE_BANK = ("sent", "accepted")
DUPLICATE = frozenset({"DU01", "DU02", "DU03", "DU04", "DU05", "AM05"})
"""The bank refuses a second copy. The first is under way: to call the order rejected would be to pay it twice."""
LATEST = timedelta(days=7)
"""A debit that names no order is an order's only within so many days of the day it was to be done."""


@dataclass(slots=True)
class Learnt:
    """How many orders changed, and what a person must look at."""

    answers: int = 0
    accepted: int = 0
    rejected: int = 0
    paid: int = 0
    returned: int = 0
    problems: list[str] = field(default_factory=list)


# ---- status reports ---------------------------------------------------------------------------------------------


def file_of(report: StatusReport) -> PaymentFile | None:
    """The file of ours that the report answers, whosever it is."""
    return PaymentFile.objects.filter(message_id=report.about).first()


@transaction.atomic
def take_report(office: Office, report: StatusReport, today: date, learnt: Learnt) -> None:
    """Apply the report to the orders of its file, which is the office's."""
    lock_orders(office.creditor.pk)
    file = PaymentFile.objects.select_for_update().get(message_id=report.about, creditor=office.creditor)
    if file.state in ("sending", "ambiguous"):  # the bank has it, whatever we knew
        PaymentFile.objects.filter(pk=file.pk).update(state="handed", error="")
    orders = list(file.orders.select_for_update().order_by("number"))
    learnt.answers += 1
    for order in orders:
        told = _narrowest(report.told, order)
        if told is not None:
            _apply(order, told, today, learnt)
    known = {order.end_to_end_id for order in orders}
    for told in report.told:
        if told.order and told.order not in known:
            learnt.problems.append(f"the bank answers an order {told.order} that is not in file {file.message_id}")
    record_event(office.creditor.pk, today, "bank", "payment file answered", file.message_id, statuses=len(report.told))


def _narrowest(told: Iterable[StatusTold], order: PaymentOrder) -> StatusTold | None:
    found: StatusTold | None = None
    rank = 0
    for one in told:
        if one.order:
            fits, level = one.order == order.end_to_end_id, 3
        elif one.payment_info:
            fits, level = one.payment_info == order.payment_info_id, 2
        else:
            fits, level = True, 1
        if fits and level > rank and (one.status == REJECTED or one.status in ACCEPTED):
            found, rank = one, level
    return found


def _apply(order: PaymentOrder, told: StatusTold, today: date, learnt: Learnt) -> None:
    if told.status == REJECTED and told.reason_code in DUPLICATE:
        learnt.problems.append(f"the bank has order {order.number} already and refuses it as a double: the first one counts")
        return
    if told.status == REJECTED and order.state in AT_THE_BANK:
        come_back(order, "rejected", code=told.reason_code or "RJCT", text=told.reason_text, today=today)
        learnt.rejected += 1
    elif told.status == REJECTED and order.state == "paid":
        learnt.problems.append(f"the bank rejects order {order.number}, whose debit was seen on {order.paid_on}: ask the bank")
    elif told.status in ACCEPTED and order.state == "sent":
        PaymentOrder.objects.filter(pk=order.pk).update(state="accepted", told=told.status, told_on=today)
        learnt.accepted += 1
    elif told.status in ACCEPTED and order.state in ("rejected", "returned"):
        learnt.problems.append(f"the bank accepts order {order.number}, which it had rejected before: ask the bank")
    PaymentOrder.objects.filter(pk=order.pk).update(told=told.status)


# ---- the account ------------------------------------------------------------------------------------------------


@transaction.atomic
def look_at_account(office: Office, today: date, learnt: Learnt) -> None:
    """Debits that bank files have told of are set against orders at the bank; money that came back makes them owed again."""
    lock_orders(office.creditor.pk)
    orders = _locked(office, AT_THE_BANK)
    if orders:
        first = min(order.proposed_on for order in orders)
        for debit in _debits(office, first):
            found = _paid_by(debit, orders, learnt)
            if found:
                pay(found, debit, today)
                learnt.paid += len(found)
                orders = [order for order in orders if order not in found]
    _returns(office, today, learnt)


def _locked(office: Office, states: Sequence[str]) -> list[PaymentOrder]:
    rows = PaymentOrder.objects.select_for_update(of=("self",)).select_related("file", "creditor")
    return list(rows.filter(creditor=office.creditor, state__in=states).order_by("number"))


def _debits(office: Office, since: date) -> list[Payment]:
    return list(
        Payment.objects.filter(
            creditor=office.creditor, kind="other_debit", state="shown", direction=-1, on__gte=since, paid_orders__isnull=True
        ).order_by("on", "id")
    )


def _names(payment: Payment) -> set[str]:
    return {payment.reference, *payment.references, *payment.texts} - {""}


def _paid_by(debit: Payment, orders: Sequence[PaymentOrder], learnt: Learnt) -> list[PaymentOrder]:
    """The orders that this debit paid: those it names, singly or as a group; else the one order, or one group, of its sum."""
    names = _names(debit)
    mine = [order for order in orders if order.currency == debit.currency]
    ways = (
        [o for o in mine if o.end_to_end_id in names],
        [o for o in mine if o.payment_info_id in names],
        [o for o in mine if o.file and o.file.message_id in names],
    )
    named = next((found for found in ways if found), [])
    if named:
        if sum(order.amount_minor for order in named) == debit.amount_minor:
            return named
        numbers = ", ".join(str(order.number) for order in named)
        money = money_in_words(debit.amount_minor, debit.currency)
        learnt.problems.append(f"{money} drawn on {debit.on} names order {numbers}, of another sum: look at the account")
        return []
    timely = [o for o in mine if o.execute_on and o.execute_on <= debit.on <= o.execute_on + LATEST]
    alike = [[o] for o in timely if o.amount_minor == debit.amount_minor]
    for group in {o.payment_info_id for o in timely}:
        members = [o for o in mine if o.payment_info_id == group]
        if len(members) > 1 and sum(o.amount_minor for o in members) == debit.amount_minor:
            alike.append(members)
    return alike[0] if len(alike) == 1 else []


def _returns(office: Office, today: date, learnt: Learnt) -> None:
    rows = Payment.objects.select_for_update().filter(
        creditor=office.creditor, kind="reversal", direction=1, state="suspense", via="bank"
    )
    entries = list(rows.order_by("on", "id"))
    paid = {order.end_to_end_id: order for order in _locked(office, ("paid",))} if entries else {}
    for entry in entries:
        order = next((paid[name] for name in _names(entry) if name in paid), None)
        if order is not None and (order.amount_minor, order.currency) == (entry.held_minor, entry.currency):
            take_returned(order, entry, today)
            del paid[order.end_to_end_id]
            learnt.returned += 1
