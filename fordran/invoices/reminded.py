"""Invoices that the creditor's people say have been reminded already, where the ledger says nothing of it.

A mark stands beside what the ledger says and is read with it in one place (`cases.load.ITEM_COLUMNS`), so a marked invoice is
treated as one that the ERP calls reminded: it begins with a reminder without fee, and the right to the fee is used up.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from fordran.core.problems import Problem, Refused
from fordran.creditors.models import Creditor
from fordran.db.bulk import numbers, run

FIELD = "own_reminder"
"""Name of a mark among the changes of an invoice: before and after are the day of the reminder, or ``marked``."""


@dataclass(frozen=True, slots=True)
class Mark:
    """`reminded_on` None: the day is not known. `fee_minor` öre; None: not known whether it bore a fee, 0: it bore none."""

    invoice_id: int
    reminded_on: date | None = None
    fee_minor: int | None = None


def check_mark(*, due_on: date, reminded_on: date | None, fee_minor: int | None, today: date) -> Problem | None:
    """What is wrong with such a mark, by its field; None when nothing is."""
    if reminded_on is not None and reminded_on > today:
        return Problem("", "reminded_on", "the reminder cannot have been sent later than today")
    if reminded_on is not None and reminded_on <= due_on:
        return Problem("", "reminded_on", "a reminder is sent after the due date")
    if fee_minor is not None and fee_minor < 0:
        return Problem("", "fee", "the fee cannot be negative")
    if fee_minor and reminded_on is None:
        return Problem("", "reminded_on", "a fee counts only with the day of its reminder")
    return None


def mark(creditor: Creditor, marks: Sequence[Mark], *, by: str, today: date) -> int:
    """Mark the creditor's invoices; how many were not so marked before. Inside a transaction; the caller has seen to it that
    none of them has a case. Another mark of the same invoice takes the place of the first.

    Raises Refused, and stores nothing, when a day or fee cannot be (`check_mark`).
    """
    wanted = {one.invoice_id: one for one in marks}
    rows = run(
        "SELECT id, number, due_on FROM invoices_invoice WHERE creditor_id = %s AND kind = 'invoice' AND id = ANY(%s::bigint[]) "
        "ORDER BY id FOR UPDATE",
        [creditor.pk, numbers(wanted)],
    )
    problems = []
    for pk, number, due_on in rows:
        one = wanted[pk]
        wrong = check_mark(due_on=due_on, reminded_on=one.reminded_on, fee_minor=one.fee_minor, today=today)
        if wrong:
            problems.append(Problem(number, wrong.field, wrong.message))
    if problems:
        raise Refused(problems)
    known = [wanted[row[0]] for row in rows]
    days = [one.reminded_on for one in known]
    fees = [one.fee_minor for one in known]
    changed = run(
        """WITH said AS (SELECT * FROM unnest(%s::bigint[], %s::date[], %s::bigint[]) AS s (id, reminded, fee)),
                before AS (SELECT i.id, i.marked_on, i.marked_reminded_on FROM invoices_invoice i JOIN said USING (id)),
                now AS (UPDATE invoices_invoice i SET marked_on = %s, marked_by = %s, marked_reminded_on = s.reminded,
                               marked_fee_minor = s.fee
                        FROM said s WHERE i.id = s.id AND i.creditor_id = %s
                          AND (i.marked_on IS NULL OR (i.marked_reminded_on, i.marked_fee_minor)
                                                      IS DISTINCT FROM (s.reminded, s.fee))
                        RETURNING i.id, s.reminded)
           INSERT INTO invoices_invoicechange (creditor_id, invoice_id, "on", field, before, after)
           SELECT %s, now.id, %s, %s,
                  CASE WHEN b.marked_on IS NULL THEN '' ELSE coalesce(b.marked_reminded_on::text, 'marked') END,
                  coalesce(now.reminded::text, 'marked')
           FROM now JOIN before b ON b.id = now.id ORDER BY now.id RETURNING 1""",
        [numbers(one.invoice_id for one in known), days, fees, today, by, creditor.pk, creditor.pk, today, FIELD],
    )
    return len(changed)


def take_back(creditor: Creditor, invoices: Iterable[int], *, today: date) -> int:
    """The mark was a mistake: only what the ledger says holds again. How many had one. Inside a transaction."""
    changed = run(
        """WITH before AS (SELECT id, marked_reminded_on FROM invoices_invoice
                           WHERE creditor_id = %s AND marked_on IS NOT NULL AND id = ANY(%s::bigint[]) ORDER BY id FOR UPDATE),
                now AS (UPDATE invoices_invoice i SET marked_on = NULL, marked_by = '', marked_reminded_on = NULL,
                               marked_fee_minor = NULL
                        FROM before b WHERE i.id = b.id RETURNING i.id)
           INSERT INTO invoices_invoicechange (creditor_id, invoice_id, "on", field, before, after)
           SELECT %s, b.id, %s, %s, coalesce(b.marked_reminded_on::text, 'marked'), '' FROM before b JOIN now ON now.id = b.id
           ORDER BY b.id RETURNING 1""",
        [creditor.pk, numbers(invoices), creditor.pk, today, FIELD],
    )
    return len(changed)
