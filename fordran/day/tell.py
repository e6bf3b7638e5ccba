"""The creditor's ERP is told what we do: our case on the invoice at every change, the letter as a file, money and books.

What is to be told is found set-based, by setting how things stand beside what was last asked; so a day that is run twice
asks nothing twice, and one that was missed is caught up.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import date
from typing import Any

from django.db import connection, transaction

from fordran.books.errands import ask_errands
from fordran.cases.office import Office
from fordran.db.bulk import insert_many, run
from fordran.erp.connections import connection_of
from fordran.erp.errands import payload_of, run_errands
from fordran.erp.models import Connection
from fordran.ports.erp import CaseMark, Erp, LetterCopy

Progress = Callable[[int], None]


def tell(office: Office, erp: Erp, today: date, progress: Progress | None = None) -> dict[str, Any]:
    """Ask and tell everything of today. Not inside a transaction. Counts by name, sentences under `problems`."""
    known = connection_of(office.creditor)
    if known is None:
        return {}
    marks = ask_marks(office, known, today) if known.marks_cases and erp.can(CaseMark) else 0
    copies = ask_copies(office, known, today) if known.attaches_letters and erp.can(LetterCopy) else 0
    ask_errands(office, today)
    told = run_errands(office, erp, today, progress)
    counts: dict[str, Any] = {
        "marks": marks, "copies": copies, "told": told.done, "refused": told.refused, "ambiguous": told.ambiguous,
    }  # fmt: skip
    found = {name: number for name, number in counts.items() if number}
    if told.waiting:
        found["waiting"] = told.waiting
    return found | ({"problems": told.problems} if told.problems else {})


# ---- marks ------------------------------------------------------------------------------------------------------------

_HELD = {"dispute": "disputed", "respite": "respite", "plan": "instalments", "question": "question", "left-alone": "left_alone"}
_CLOSED = {
    "paid": "paid", "paid_in_time": "paid", "paid_to_creditor": "paid", "credited": "credited", "withdrawn": "withdrawn",
    "settled_at_creditor": "settled", "barred": "barred",
}  # fmt: skip
_UNSENT, _NEW = "waiting", "registered"

AT_A_TIME = 5_000
"""Cases read at once, so that memory stays small."""


def ask_marks(office: Office, known: Connection, today: date) -> int:
    """An errand for each case whose number, kind, status or address is not what was last asked. How many.

    Of cases that ended before marks were switched on nothing is said. An invoice that another agency has keeps its mark.
    """
    asked, last = 0, 0
    while rows := _standings(office.creditor.pk, known, last):
        last = rows[-1][0]
        new = [row for row in (_new_mark(office.creditor.pk, known, today, *row) for row in rows) if row is not None]
        with transaction.atomic(), connection.cursor() as cursor:
            # What was not told yet is overtaken by what is so now.
            cursor.execute(
                """UPDATE erp_errand SET state = 'overtaken' WHERE creditor_id = %s AND kind = 'mark'
                   AND state IN ('waiting', 'refused') AND about_case = ANY(%s)""",
                [office.creditor.pk, [row[10] for row in new]],
            )
            insert_many(cursor, "erp_errand", _COLUMNS, new)
        asked += len(new)
        if len(rows) < AT_A_TIME:
            break
    return asked


def _standings(creditor: int, known: Connection, after: int) -> list[tuple[Any, ...]]:
    """How the next cases stand, beside what was last asked of each."""
    return run(
        """SELECT c.id, c.number, i.number, i.erp_document, c.stage, c.closed_cause, c.held, s.kind, s.sent, m.payload,
                  (SELECT count(*) FROM erp_errand e WHERE e.creditor_id = c.creditor_id AND e.kind = 'mark'
                   AND e.about_case = c.id)
           FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           LEFT JOIN LATERAL (SELECT kind, sent FROM cases_step WHERE case_id = c.id AND voided_on IS NULL
                              ORDER BY id DESC LIMIT 1) s ON true
           LEFT JOIN LATERAL (SELECT payload FROM erp_errand e WHERE e.creditor_id = c.creditor_id AND e.kind = 'mark'
                              AND e.about_case = c.id ORDER BY id DESC LIMIT 1) m ON true
           WHERE c.creditor_id = %(c)s AND c.id > %(after)s AND i.taken_by_other = '' AND i.missing_since IS NULL
             AND (c.stage <> 'closed' OR m.payload IS NOT NULL OR c.closed_on >= %(since)s) ORDER BY c.id LIMIT %(most)s""",
        {"c": creditor, "after": after, "since": known.marks_cases_since, "most": AT_A_TIME},
    )


def _new_mark(
    creditor: int, known: Connection, today: date, case: int, number: str, invoice: str, document: str, stage: str, cause: str,
    held: str, step: str | None, sent: bool | None, last: Any, count: int,
) -> tuple[Any, ...] | None:  # fmt: skip
    """The errand's row, where the ERP shows something else than what is so."""
    kind, status = _standing(stage, cause, held, step, sent)
    url = f"{known.case_url.rstrip('/')}/{number}" if known.case_url else ""
    mark = CaseMark(f"mark {number} {count + 1}", invoice, document, number, kind, status, url)
    payload = payload_of(mark)
    before = json.loads(last) if isinstance(last, str) else last
    if before is not None and {**before, "key": mark.key} == payload:
        return None
    return (creditor, mark.key, "mark", json.dumps(payload), today, "waiting", 0, today, "", "", case, 0, 0)


def closed_marks_behind(creditor: int, known: Connection, day: date) -> list[str]:
    """Numbers of cases that had ended before `day` and of which the ERP was last told something else. Reads only."""
    behind, last = [], 0
    while rows := _standings(creditor, known, last):
        last = rows[-1][0]
        told = [row for row in rows if row[4] == "closed" and row[9] is not None]
        ended = {
            row[0] for row in run("SELECT id FROM cases_case WHERE id = ANY(%s) AND closed_on < %s", [[r[0] for r in told], day])
        }
        behind += [row[1] for row in told if row[0] in ended and _new_mark(creditor, known, day, *row) is not None]
        if len(rows) < AT_A_TIME:
            break
    return behind


_COLUMNS = (
    "creditor_id", "key", "kind", "payload", "asked_on", "state", "attempts", "next_on", "error", "external_id", "about_case",
    "about_letter", "about_payment",
)  # fmt: skip


def _standing(stage: str, cause: str, held: str, step: str | None, sent: bool | None) -> tuple[str, str]:
    """Kind and status in the short words of `ports.erp.CaseMark`."""
    kind = (step or "case").replace("-", "_")
    if stage == "closed":
        return kind, _CLOSED.get(cause, "closed")
    if held:
        return kind, _HELD.get(held, "paused")
    if step is None:
        return kind, _NEW
    return kind, "sent" if sent else _UNSENT


# ---- letters ----------------------------------------------------------------------------------------------------------


def ask_copies(office: Office, known: Connection, today: date) -> int:
    """An errand for each letter sent since copies were switched on, on each invoice in it. How many."""
    rows = run(
        """SELECT l.id, l.number, k.case_number, i.number, i.erp_document
           FROM letters_letter l JOIN letters_lettercase k ON k.letter_id = l.id JOIN cases_case c ON c.id = k.case_number
           JOIN invoices_invoice i ON i.id = c.invoice_id
           WHERE l.creditor_id = %(c)s AND l.state = 'sent' AND l.sent_on >= %(since)s AND l.content NOT IN ('', '{}')
             AND i.taken_by_other = '' AND NOT EXISTS (
                 SELECT 1 FROM erp_errand e WHERE e.creditor_id = l.creditor_id AND e.key = 'letter ' || l.number || ' '
                     || c.number)
           ORDER BY l.id, k.case_number""",
        {"c": office.creditor.pk, "since": known.attaches_letters_since},
    )
    cases = dict(run("SELECT id, number FROM cases_case WHERE id = ANY(%s)", [[row[2] for row in rows]])) if rows else {}
    new = []
    for letter, number, case, invoice, document in rows:
        copy = LetterCopy(f"letter {number} {cases[case]}", invoice, document, f"{number}.pdf")
        new.append(
            (office.creditor.pk, copy.key, "letter", json.dumps(payload_of(copy)), today, "waiting", 0, today, "", "", case,
             letter, 0)
        )  # fmt: skip
    with transaction.atomic(), connection.cursor() as cursor:
        insert_many(cursor, "erp_errand", _COLUMNS, new)
    return len(new)
