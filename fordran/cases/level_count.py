"""What one customer or class would have taken today, as if it had these settings of its own: the run's judgement, unwritten."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fordran.cases.choose import judge_invoices
from fordran.cases.filter_count import Heap
from fordran.cases.office import Office, open_office
from fordran.core.many import many_objects
from fordran.creditors.load import load_profile
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.process.policy import Layer
from fordran.process.select import Taken


def count_level(creditor: Creditor, level: str, key: str, layer: Layer, today: date) -> tuple[Heap, Heap]:
    """(taken, left) of the invoices of the customer or class that have fallen due and have no case."""
    column = "key" if level == "customer" else "class_key"
    rows = run(
        f"""SELECT i.id, i.customer_id, u.key, u.class_key
            FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id
            WHERE i.creditor_id = %s AND u.creditor_id = %s AND u.{column} = %s AND i.kind = 'invoice' AND i.open_minor > 0
              AND i.due_on < %s AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)""",
        [creditor.pk, creditor.pk, key, today],
    )
    taken, left = Heap(), Heap()
    if not rows:
        return taken, left
    customers = [row[1] for row in rows]
    desk = _desk(creditor, {key, *(row[2] for row in rows), *(row[3] for row in rows)}, level, key, layer)
    with many_objects():
        for one in judge_invoices(
            desk, today, first=min(customers), last=max(customers), due_only=True, only=[row[0] for row in rows]
        ):
            (taken if isinstance(one.verdict, Taken) else left).add(one)
    return taken, left


def _desk(creditor: Creditor, keys: set[str], level: str, key: str, layer: Layer) -> Office:
    """The desk as if the level said this, with the own settings of those that are judged and no others."""
    profile = load_profile(creditor, only=keys)
    if level == "customer":
        profile = replace(profile, customers={**profile.customers, key: layer})
    else:
        profile = replace(profile, classes={**profile.classes, key: layer})
    return open_office(creditor, profile)
