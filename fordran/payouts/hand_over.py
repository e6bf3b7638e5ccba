"""Released orders leave: a file is made of them and committed as being sent, then given to the bank, then marked as given.

Stopped anywhere, the next call gives the same bytes under the same name, which is one order to the bank. A file of which we do
not know whether it left is given again only when a person, or the bank's own answer, has said so. Not inside a transaction:
the world cannot be rolled back.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from fordran.audit.record import record_event
from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.formats.pain import Order, Payee, Payer, dialect_of, group, write_orders
from fordran.payouts.models import PaymentFile, PaymentOrder
from fordran.payouts.orders import come_back, lock_orders, why_not_sent
from fordran.payouts.terms import payer_of, plan_of
from fordran.ports.bank import BankExchange
from fordran.ports.errors import Ambiguous, Declined, Malformed, PortError


@dataclass(slots=True)
class Handed:
    """How many files and orders left, and what a person must know."""

    files: int = 0
    orders: int = 0
    problems: list[str] = field(default_factory=list)


def hand_over(office: Office, today: date, exchange: BankExchange) -> Handed:
    """Make the file of what is released, and give every file that is not given yet. Run twice it gives nothing twice."""
    handed = Handed()
    _make_file(office, today, handed)
    for pk in (
        PaymentFile.objects.filter(creditor=office.creditor, state="sending").order_by("number").values_list("pk", flat=True)
    ):
        _give(pk, exchange, today, handed)
    return handed


@transaction.atomic
def _make_file(office: Office, today: date, handed: Handed) -> None:
    creditor = office.creditor
    lock_orders(creditor.pk)
    orders = []
    for order in PaymentOrder.objects.select_for_update().filter(creditor=creditor, state="released").order_by("number"):
        why = why_not_sent(office, order, today)
        if why:
            handed.problems.append(f"{creditor.name}: order {order.number} cannot leave: {why}")
        else:
            orders.append(order)
    if not orders:
        return
    plan = plan_of(creditor)
    payer = payer_of(office, plan)
    number = PaymentFile.objects.filter(creditor=creditor).count() + 1
    message_id = f"FORDRAN-{creditor.pk}-{today:%Y%m%d}-{number}"
    execute_on = office.country.next_banking_day(today)
    for order in orders:
        order.execute_on = execute_on
    as_orders = [as_order(order) for order in orders]
    content = write_orders(message_id, today, as_orders, payer, dialect_of(plan.dialect), plan.version)
    file = PaymentFile.objects.create(
        creditor=creditor, number=number, message_id=message_id, made_on=today, dialect=plan.dialect, version=plan.version,
        payer=payer_as_json(payer), sha256=hashlib.sha256(content).hexdigest(), content=content,
    )  # fmt: skip
    places = {
        one.end_to_end_id: info.id
        for info in group(message_id, as_orders, payer, dialect_of(plan.dialect))
        for one in info.orders
    }
    for order in orders:
        PaymentOrder.objects.filter(pk=order.pk).update(
            state="sent", file=file, execute_on=execute_on, payment_info_id=places[order.end_to_end_id]
        )
    record_event(creditor.pk, today, "fordran", "payment file made", message_id, orders=len(orders), sha256=file.sha256[:16])


def as_order(order: PaymentOrder) -> Order:
    return Order(
        order.end_to_end_id, Payee(order.to_kind, order.to_number), order.to_name, order.amount_minor, order.currency,
        order.execute_on or order.proposed_on, order.reference, order.message, order.to_town, order.to_country,
    )  # fmt: skip


def payer_as_json(payer: Payer) -> dict[str, Any]:
    accounts = [[currency, payee.kind, payee.number, bic] for currency, payee, bic in payer.accounts]
    return {
        "name": payer.name, "organisation_number": payer.organisation_number, "accounts": accounts, "town": payer.town,
        "country": payer.country,
    }  # fmt: skip


def payer_from_json(data: Mapping[str, Any]) -> Payer:
    accounts = tuple((currency, Payee(kind, number), bic) for currency, kind, number, bic in data["accounts"])
    return Payer(data["name"], data["organisation_number"], accounts, data["town"], data["country"])


def made_again(file: PaymentFile) -> bytes:
    """The file's bytes from its orders alone; its digest proves that they are the same."""
    orders = [as_order(order) for order in file.orders.order_by("number")]
    return write_orders(
        file.message_id, file.made_on, orders, payer_from_json(file.payer), dialect_of(file.dialect), file.version
    )


def file_name(file: PaymentFile) -> str:
    return f"{file.message_id}.xml"


def _give(pk: int, exchange: BankExchange, today: date, handed: Handed) -> None:
    file = PaymentFile.objects.get(pk=pk)
    state, external, error = "handed", "", ""
    try:
        external = exchange.order(file_name(file), bytes(file.content))
    except Declined as refusal:
        state, error = "declined", str(refusal)
    except (Ambiguous, Malformed) as doubt:
        state, error = "ambiguous", str(doubt)
    except PortError as trouble:  # nothing left: it is given again the next time
        state, error = "sending", str(trouble)
    with transaction.atomic():
        lock_orders(file.creditor_id)
        # What the bank has answered meanwhile stands.
        changed = PaymentFile.objects.filter(pk=pk, state="sending").update(state=state, external_name=external, error=error)
        if changed and state == "declined":
            for order in file.orders.select_for_update().filter(state="sent").order_by("number"):
                come_back(order, "rejected", code="DECLINED", text=error, today=today)
    if state == "handed":
        handed.files += 1
        handed.orders += file.orders.count()
    else:
        handed.problems.append(f"file {file.message_id}: {error}{_WHAT_TO_DO[state]}")


_WHAT_TO_DO = {
    "sending": "; it is given again with the next run",
    "declined": "; its orders are owed again",
    "ambiguous": "; find out whether the bank has it, then say so with `fordran payouts resolve`",
}


@transaction.atomic
def resolve(creditor: Creditor, message_id: str, *, left: bool, by: str, today: date) -> PaymentFile:
    """A person has found out whether the bank has the file. If not, the same bytes are given again under the same name. Raises
    Refused."""
    lock_orders(creditor.pk)
    file = PaymentFile.objects.select_for_update().filter(creditor=creditor, message_id=message_id).first()
    if file is None:
        raise Refused(f"there is no payment file {message_id} of {creditor.name}", field="FILE")
    if file.state != "ambiguous":
        raise Refused(f"file {message_id} is {file.state}, not ambiguous", field="FILE")
    PaymentFile.objects.filter(pk=file.pk).update(state="handed" if left else "sending", error=f"found out by {by}")
    record_event(creditor.pk, today, by, "ambiguous payment file resolved", message_id, left=left)
    file.refresh_from_db()
    return file
