"""Invoices that are open in the ledger although the bank has told of a payment that seems to be theirs.

The run's own matching has looked at each payment when its file came; what it found for an invoice without a case is kept on the
payment. Beside that: the same references and numbers once more, for invoices that came into the ledger later, and a payment of
exactly what is open by somebody with the customer's own number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fordran.creditors.models import Creditor
from fordran.db.bulk import run

SHORTEST_NUMBER = 4
"""A shorter invoice number is found in too many texts to mean anything there."""


@dataclass(frozen=True, slots=True)
class LooksPaid:
    """`how`: reference, number, amount_and_payer."""

    invoice: int
    payment: int
    on: date
    amount_minor: int
    how: str


_OPEN = """i.creditor_id = %(c)s AND i.kind = 'invoice' AND i.open_minor > 0 AND i.missing_since IS NULL
    AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)"""
_PAID = """p.creditor_id = %(c)s AND p.kind = 'payment' AND p.via = 'bank' AND p.direction = 1 AND p.reversed_on IS NULL
    AND p.state IN ('new', 'suspense', 'waiting', 'own') AND p.currency = i.currency
    AND p."on" >= coalesce(i.issued_on, i.due_on - 60)"""


def looks_paid(creditor: Creditor) -> dict[int, LooksPaid]:
    """By invoice id; one payment each, the surest sign first, then the latest. One statement."""
    rows = run(
        f"""SELECT DISTINCT ON (invoice) invoice, payment, "on", minor, how FROM (
              SELECT i.id AS invoice, p.id AS payment, p."on", p.amount_minor AS minor, 'reference' AS how, 1 AS rank
              FROM settlement_payment p JOIN invoices_invoice i ON i.id = p.about_invoice WHERE {_OPEN} AND {_PAID}
            UNION ALL
              SELECT i.id, p.id, p."on", p.amount_minor, 'reference', 1
              FROM settlement_payment p, unnest(p.named) AS n (text), invoices_invoice i
              WHERE i.reference <> '' AND fordran_plain(i.reference) = n.text AND {_OPEN} AND {_PAID}
            UNION ALL
              SELECT i.id, p.id, p."on", p.amount_minor, 'number', 2
              FROM settlement_payment p, unnest(p.named || p.words) AS n (text), invoices_invoice i
              WHERE fordran_plain(i.number) = n.text AND length(n.text) >= %(shortest)s AND {_OPEN} AND {_PAID}
            UNION ALL
              SELECT i.id, p.id, p."on", p.amount_minor, 'amount_and_payer', 3
              FROM settlement_payment p, invoices_invoice i, invoices_customer u
              WHERE u.id = i.customer_id AND p.payer_index IS NOT NULL AND u.identity_index = p.payer_index
                AND p.amount_minor = i.open_minor AND {_OPEN} AND {_PAID}
            ) found ORDER BY invoice, rank, "on" DESC, payment""",
        {"c": creditor.pk, "shortest": SHORTEST_NUMBER},
    )
    return {row[0]: LooksPaid(*row) for row in rows}
