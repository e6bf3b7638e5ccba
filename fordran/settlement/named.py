"""What a payment's texts name beside what its reference found: the payer says what the rest is for.

One sum for several invoices comes with the number of one of them, or of a letter, and the others in words. Their cases get
their part at once; an invoice that has no case yet gets it on the day it has one, so nobody is written to who has paid it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from fordran.cases.office import Office
from fordran.db.bulk import numbers, run
from fordran.process.matching import BY_PERSON

if TYPE_CHECKING:
    from fordran.settlement.allocate import Receipt

LEAST_DIGITS = 4
"""A shorter number in a text is as likely anything else."""


def with_named(office: Office, receipts: Sequence[Receipt]) -> list[Receipt]:
    """The receipts, with the running cases of further invoices that their texts name, and the first open one without a case.
    Of the same customer and currency only; never where the payer stated a split, or a person decided; and not a case that has
    had its part of this payment before. One statement."""
    asked = [
        r for r in receipts if r.via == "bank" and r.cases and not r.shares and not r.keeps_rest and r.matched_by != BY_PERSON
    ]
    rows = run(
        """SELECT p.id, coalesce(c.id, 0), i.id, i.open_minor FROM settlement_payment p
           JOIN cases_case f ON f.id = p.cases[1]
           JOIN invoices_invoice i ON i.creditor_id = p.creditor_id AND i.customer_id = f.customer_id AND i.kind = 'invoice'
                AND i.open_minor > 0 AND i.missing_since IS NULL AND i.currency = p.currency
                AND length(fordran_plain(i.number)) >= %s
                AND (fordran_plain(i.number) = ANY (p.words)
                     OR (i.reference <> '' AND fordran_plain(i.reference) = ANY (p.words)))
           LEFT JOIN cases_case c ON c.invoice_id = i.id
           WHERE p.creditor_id = %s AND p.id = ANY (%s::bigint[]) AND p.words <> '{}'
             AND (c.id IS NULL OR (c.stage <> 'closed' AND c.currency = p.currency AND c.id <> ALL (p.cases)
                                AND NOT EXISTS (SELECT 1 FROM settlement_allocation a
                                                WHERE a.creditor_id = p.creditor_id AND a.payment_id = p.id AND a.case_id = c.id
                                                HAVING sum(a.costs_minor + a.interest_minor + a.capital_minor) > 0)))
           ORDER BY p.id, i.due_on, i.id""",
        [LEAST_DIGITS, office.creditor.pk, numbers([r.payment for r in asked])],
    ) if asked else []  # fmt: skip
    cases: dict[int, list[int]] = {}
    elsewhere: dict[int, list[tuple[int, int]]] = {}
    for payment, case, invoice, open_minor in rows:
        if case:
            cases.setdefault(payment, []).append(case)
        else:
            elsewhere.setdefault(payment, []).append((invoice, open_minor))
    return [_with(r, cases.get(r.payment, []), elsewhere.get(r.payment, [])) for r in receipts] if rows else list(receipts)


def _with(receipt: Receipt, cases: Sequence[int], elsewhere: Sequence[tuple[int, int]]) -> Receipt:
    if not cases and not elsewhere:
        return receipt
    return replace(
        receipt, cases=(*receipt.cases, *cases), names_more=True, elsewhere=elsewhere[0][0] if elsewhere else 0,
        elsewhere_minor=sum(minor for _, minor in elsewhere),
    )  # fmt: skip
