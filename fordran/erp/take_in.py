"""One page of what the ERP tells, into the mirror, with what only the cases know: our own numbers, and which had none."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date

from fordran.cases.office import Office
from fordran.db.bulk import run
from fordran.invoices.receive_erp import TakenIn, missing_customers, take_in_customers, take_in_items
from fordran.ports.erp import OURS, Erp, ErpCustomer, ErpItem
from fordran.ports.errors import Unusable


def customers(office: Office, told: Sequence[ErpCustomer], on: date) -> TakenIn:
    """Inside a transaction."""
    return take_in_customers(office.creditor, told, on, office.country)


def look_up_customers(office: Office, erp: Erp, told: Sequence[ErpItem]) -> list[ErpCustomer]:
    """Customers that came into the ERP after we had read the customers. Outside a transaction: the ERP is asked. One that
    cannot be used is left out; then its items are refused, and no others."""
    found = []
    for key in missing_customers(office.creditor, told, office.country):
        with suppress(Unusable):
            found.append(erp.customer(key))
    return [customer for customer in found if customer is not None]


def items(
    office: Office, told: Sequence[ErpItem], new_customers: Sequence[ErpCustomer], on: date, *, anew: bool = False
) -> TakenIn:
    """Inside a transaction. A case number of ours on an invoice is no other agency's; what was applied before there was a
    case is part of what the case began with, and is never told to it."""
    take_in_customers(office.creditor, new_customers, on, office.country)
    told = _without_our_payments(office, told)
    done = take_in_items(office.creditor, _without_ours(office, told), on, office.country, anew=anew)
    run(
        """UPDATE invoices_application a SET told = true FROM invoices_invoice i
           WHERE a.creditor_id = %s AND i.id = a.invoice_id AND NOT a.told AND a.payment = 0
             AND i.number = ANY(%s) AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = a.invoice_id)""",
        [office.creditor.pk, [item.number for item in told]],
    )
    return done


def _without_our_payments(office: Office, told: Sequence[ErpItem]) -> Sequence[ErpItem]:
    """What we posted came to us: should somebody set it free in the ERP, it is no money that we do not know of."""
    said = {item.reference for item in told if item.kind == "credit" and item.reference}
    if not said:
        return told
    rows = run(
        "SELECT key FROM erp_errand WHERE creditor_id = %s AND kind = 'payment' AND key = ANY(%s)",
        [office.creditor.pk, sorted({word for words in said for word in (words, words.split(" ")[0])})],
    )
    ours = {OURS, *(row[0] for row in rows)}
    return [item for item in told if item.kind != "credit" or not {item.reference, item.reference.split(" ")[0]} & ours]


def _without_ours(office: Office, told: Sequence[ErpItem]) -> list[ErpItem]:
    said = [item.taken_by_other for item in told if item.taken_by_other]
    if not said:
        return list(told)
    rows = run("SELECT number FROM cases_case WHERE creditor_id = %s AND number = ANY(%s)", [office.creditor.pk, said])
    ours = {row[0] for row in rows}
    return [replace(item, taken_by_other="") if item.taken_by_other in ours else item for item in told]
