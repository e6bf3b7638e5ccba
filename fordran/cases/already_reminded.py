"""Marking invoices as reminded already: those without a case, since a case knows its own letters and costs."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction

from fordran.audit.record import record_event
from fordran.creditors.models import Creditor
from fordran.db.bulk import numbers, run
from fordran.formats.reminder_list import ListedReminder
from fordran.invoices import reminded
from fordran.invoices.reminded import Mark

OPEN_WITHOUT_CASE = """i.creditor_id = %s AND i.kind = 'invoice' AND i.open_minor > 0 AND i.missing_since IS NULL
    AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)"""


@dataclass(slots=True)
class Matched:
    """Lines of a list set against the ledger. The other lists hold lines that nothing is done with."""

    marks: list[tuple[ListedReminder, Mark]] = field(default_factory=list)
    unknown: list[ListedReminder] = field(default_factory=list)  # no open invoice has that number
    has_case: list[ListedReminder] = field(default_factory=list)
    said_in_ledger: list[ListedReminder] = field(default_factory=list)  # the ERP says so itself
    wrong: list[tuple[ListedReminder, str]] = field(default_factory=list)  # and the field at fault; "" = the line says it


@dataclass(frozen=True, slots=True)
class Sum:
    n: int
    minor: dict[str, int]  # by currency
    latest_due: date | None


def match_list(creditor: Creditor, lines: Sequence[ListedReminder], today: date) -> Matched:
    """Nothing is stored. A number that stands twice counts as its last line."""
    rows = run(
        """SELECT i.number, i.id, i.due_on, i.reminded_on IS NOT NULL,
                  EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id),
                  i.open_minor > 0 AND i.missing_since IS NULL
           FROM invoices_invoice i WHERE i.creditor_id = %s AND i.kind = 'invoice' AND i.number = ANY(%s)""",
        [creditor.pk, [line.number for line in lines]],
    )
    known = {row[0]: row[1:] for row in rows}
    found = Matched()
    last = {line.number: line for line in lines}
    for line in last.values():
        invoice, due_on, said, has_case, is_open = known.get(line.number, (0, today, False, False, False))
        if line.problem:
            found.wrong.append((line, ""))
        elif has_case:
            found.has_case.append(line)
        elif not is_open:
            found.unknown.append(line)
        elif said:
            found.said_in_ledger.append(line)
        elif wrong := reminded.check_mark(due_on=due_on, reminded_on=line.on, fee_minor=line.fee_minor, today=today):
            found.wrong.append((line, wrong.field))
        else:
            found.marks.append((line, Mark(invoice, line.on, line.fee_minor)))
    return found


def due_before(creditor: Creditor, before: date, today: date) -> list[int]:
    """Ids of what has fallen due before the day, has no case, and of which nobody says that it has been reminded."""
    rows = run(
        f"""SELECT i.id FROM invoices_invoice i WHERE {OPEN_WITHOUT_CASE} AND i.due_on < %s AND i.due_on < %s
            AND i.reminded_on IS NULL AND i.marked_on IS NULL ORDER BY i.due_on, i.id""",
        [creditor.pk, before, today],
    )
    return [row[0] for row in rows]


def may_be_marked(creditor: Creditor, invoices: Iterable[int]) -> list[int]:
    """Of these, those that a mark says something new of: no case, and the ERP says nothing itself."""
    rows = run(
        f"SELECT i.id FROM invoices_invoice i WHERE {OPEN_WITHOUT_CASE} AND i.reminded_on IS NULL AND i.id = ANY(%s::bigint[]) "
        "ORDER BY i.id",
        [creditor.pk, numbers(invoices)],
    )
    return [row[0] for row in rows]


def sum_of(creditor: Creditor, invoices: Iterable[int]) -> Sum:
    rows = run(
        """SELECT currency, count(*), sum(open_minor)::bigint, max(due_on) FROM invoices_invoice
           WHERE creditor_id = %s AND id = ANY(%s::bigint[]) GROUP BY currency ORDER BY currency""",
        [creditor.pk, numbers(invoices)],
    )
    latest = max((row[3] for row in rows), default=None)
    return Sum(sum(row[1] for row in rows), {row[0]: row[2] for row in rows}, latest)


@transaction.atomic
def mark_reminded(creditor: Creditor, marks: Sequence[Mark], *, by: str, today: date, how: str) -> int:
    """Mark them; how many were new. `how`: chosen, date or list. What has got a case meanwhile is passed over.

    Raises Refused as `reminded.mark`.
    """
    free = set(may_be_marked(creditor, [one.invoice_id for one in marks]))
    n = reminded.mark(creditor, [one for one in marks if one.invoice_id in free], by=by, today=today)
    if n:
        record_event(creditor.pk, today, by, "marked as reminded", how, invoices=n)
    return n


@transaction.atomic
def take_back_marks(creditor: Creditor, invoices: Iterable[int], *, by: str, today: date) -> int:
    """Only what the ERP says of them holds again; how many. One that has got a case keeps its mark: the case began with it."""
    rows = run(
        f"SELECT i.id FROM invoices_invoice i WHERE {OPEN_WITHOUT_CASE} AND i.marked_on IS NOT NULL AND i.id = ANY(%s::bigint[])",
        [creditor.pk, numbers(invoices)],
    )
    n = reminded.take_back(creditor, [row[0] for row in rows], today=today)
    if n:
        record_event(creditor.pk, today, by, "mark as reminded taken back", "", invoices=n)
    return n
