"""A payout whose money came back is ordered once more, to the account that is approved now."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from fordran.audit.record import record_event
from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.payouts.models import LIVE, PaymentOrder, Payout
from fordran.payouts.orders import Wanted, lock_orders, propose
from fordran.payouts.terms import approved_account, plan_of


def is_owed(payout: Payout) -> bool:
    """No order of it is under way or paid: its money lies with what is owed to the creditor."""
    return not payout.orders.filter(state__in=[*LIVE, "paid"]).exists()


@transaction.atomic
def order_again(payout: Payout, *, by: str, today: date, office: Office | None = None) -> PaymentOrder:
    """Propose the payout's order anew; it waits for release like any other. Raises Refused."""
    lock_orders(payout.creditor_id)
    office = office or open_office(payout.creditor)
    if not is_owed(payout):
        raise Refused(f"payout {payout.number} has an order that is under way or paid", field="PAYOUT")
    payee = approved_account(office.creditor, payout.currency, office.country.currency)
    if payee is None:
        raise Refused("no account for it is approved; a second person must approve one first", field="PAYOUT")
    address = office.profile.addresses.get("sender")
    order = propose(office, Wanted(
        payee, office.creditor.name, payout.amount_minor, payout.currency, "approved account",
        message=f"Utbetalning {payout.number}", reference=plan_of(office.creditor).ocr, town=address.town if address else "",
        country=address.country if address else "SE", payout=payout,
    ), today)  # fmt: skip
    record_event(payout.creditor_id, today, by, "payout ordered again", payout.number)
    return order
