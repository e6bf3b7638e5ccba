"""Which cases new payments are for: set-based, a constant number of statements however many payments there are.

References first, then words of the texts. What is found is written on the payment with its reason and confidence; setting it
against the cases is another step (`allocate.py`), so that a run that is stopped goes on where it was.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from fordran.cases.office import Office
from fordran.cases.write import finding_as_row
from fordran.core.findings import Finding, finding
from fordran.core.reasons import Reason
from fordran.creditors.models import Creditor
from fordran.db.bulk import as_json, run, update_many
from fordran.formats.bank import plain_reference
from fordran.process.matching import CONFIDENCE, RUNGS, WHY, Found, Pointed, Puzzle, choose

OLDEST, COMING = timedelta(days=400), timedelta(days=14)
"""A booking day further from the day the file came is looked at by a person: it decides interest and costs."""

AT_A_TIME = 5_000

_HINTS = """
    SELECT p.id AS payment, n.ord::integer AS ord, n.text FROM settlement_payment p,
           unnest(p.{column}) WITH ORDINALITY AS n (text, ord)
    WHERE p.creditor_id = %(creditor)s AND p.state = 'new' AND p.kind = 'payment' AND p.via = 'bank'
      AND (%(only)s::bigint[] IS NULL OR p.id = ANY (%(only)s))
"""

_CASE = "c.id, c.number, c.stage, c.closed_cause, c.invoice_id, i.number, c.customer_id, c.currency, c.due_on"
_INVOICE = (
    "coalesce(c.id, 0), coalesce(c.number, ''), coalesce(c.stage, ''), coalesce(c.closed_cause, ''), i.id, i.number, "
    "i.customer_id, coalesce(c.currency, i.currency), i.due_on"
)
_LADDER: Mapping[str, str] = {
    "case_ocr": f"""SELECT h.payment, h.ord, h.text, 'case_ocr', {_CASE} FROM hint h
        JOIN cases_case c ON c.ocr = h.text AND c.creditor_id = %(creditor)s JOIN invoices_invoice i ON i.id = c.invoice_id""",
    "letter_ocr": f"""SELECT DISTINCT h.payment, h.ord, h.text, 'letter_ocr', {_CASE} FROM hint h
        JOIN letters_letter l ON l.ocr = h.text AND l.creditor_id = %(creditor)s
        JOIN letters_lettercase k ON k.letter_id = l.id JOIN cases_case c ON c.id = k.case_number
        JOIN invoices_invoice i ON i.id = c.invoice_id""",
    "invoice_reference": f"""SELECT h.payment, h.ord, h.text, 'invoice_reference', {_INVOICE} FROM hint h
        JOIN invoices_invoice i ON fordran_plain(i.reference) = h.text AND i.creditor_id = %(creditor)s AND i.kind = 'invoice'
             AND i.reference <> '' LEFT JOIN cases_case c ON c.invoice_id = i.id""",
    "invoice_number": f"""SELECT h.payment, h.ord, h.text, 'invoice_number', {_INVOICE} FROM hint h
        JOIN invoices_invoice i ON fordran_plain(i.number) = h.text AND i.creditor_id = %(creditor)s AND i.kind = 'invoice'
        LEFT JOIN cases_case c ON c.invoice_id = i.id""",
}


@dataclass(slots=True)
class Sought:
    """How many found their cases, by what, and how many wait."""

    found: dict[str, int]
    waiting: int = 0
    suspense: int = 0


def point(cursor: CursorWrapper, creditor: int, hints: str, values: Mapping[str, Any]) -> None:
    """Fill the temporary tables `hint` (from a SELECT of payment, ord, text) and `pointed`: what each hint is known as, by
    the highest rung on which it is known."""
    cursor.execute("DROP TABLE IF EXISTS pg_temp.hint; DROP TABLE IF EXISTS pg_temp.pointed")
    cursor.execute(f"CREATE TEMPORARY TABLE hint ON COMMIT DROP AS {hints}", {**values, "creditor": creditor})
    cursor.execute(
        """CREATE TEMPORARY TABLE pointed (payment bigint, ord integer, text text, rung text, case_id bigint, number text,
               stage text, cause text, invoice_id bigint, invoice_number text, customer_id bigint, currency text, due_on date)
           ON COMMIT DROP;
           ANALYZE hint"""
    )
    for rung in RUNGS:
        cursor.execute(
            f"""INSERT INTO pointed SELECT f.* FROM ({_LADDER[rung]}) f
                WHERE NOT EXISTS (SELECT 1 FROM pointed p
                                  WHERE p.payment = f.payment AND p.ord = f.ord AND p.rung <> %(rung)s)""",
            {"creditor": creditor, "rung": rung},
        )
    cursor.execute("ANALYZE pointed")


def match(creditor: Creditor, reference: str, currency: str) -> tuple[list[int], str]:
    """Running cases that a reference names, oldest first, and how it named them: our OCR, the joint letter's, the
    invoice's own, or its number. None found, or not clear: an empty list."""
    text = plain_reference(reference)
    if not text:
        return [], ""
    with connection.cursor() as cursor:
        point(cursor, creditor.pk, "SELECT 0::bigint AS payment, 1 AS ord, %(text)s::text AS text", {"text": text})
    found = choose(currency, (), _pointed().get(0, ()), in_text=False)
    return (list(found.cases), found.matched_by) if isinstance(found, Found) else ([], "")


def find_cases(office: Office, today: date, only: Sequence[int] | None = None) -> Sought:
    """Look up all new payments from the bank (or `only` these). Those that name nothing known stay new. In a transaction."""
    sought = Sought({})
    with connection.cursor() as cursor:
        for column in ("named", "words"):
            in_text = column == "words"
            point(cursor, office.creditor.pk, _HINTS.format(column=column), {"only": list(only) if only is not None else None})
            if not in_text:
                _plain_ones(cursor, sought, today)
            _puzzling_ones(cursor, sought, today, in_text)
        cursor.execute("DROP TABLE hint; DROP TABLE pointed")
    return sought


def _plain_ones(cursor: CursorWrapper, sought: Sought, today: date) -> None:
    """Nearly all: one reference, one running case, one currency. Done by the database at once."""
    reasons = " ".join(f"WHEN '{rung}' THEN '{WHY[rung]}'" for rung in RUNGS)
    sure = " ".join(f"WHEN '{rung}' THEN {CONFIDENCE[rung]}" for rung in RUNGS)
    # A table with an index: the planner cannot know how many there are, and must not go through all for each payment.
    cursor.execute(
        """CREATE TEMPORARY TABLE one ON COMMIT DROP AS
               SELECT payment, min(case_id) AS case_id, min(rung) AS rung, min(text) AS text, min(currency) AS currency
               FROM pointed GROUP BY payment HAVING count(*) = 1 AND min(case_id) <> 0 AND min(stage) <> 'closed';
           CREATE UNIQUE INDEX ON one (payment); ANALYZE one"""
    )
    cursor.execute(
        f"""UPDATE settlement_payment p SET state = 'found', cases = ARRAY[one.case_id], matched_by = one.rung,
                   confidence = CASE one.rung {sure} END,
                   because = jsonb_build_array(CASE one.rung {reasons} END, jsonb_build_object('reference', one.text),
                                               'none', '', '')
            FROM one WHERE p.id = one.payment AND p.currency = one.currency AND p."on" BETWEEN %s AND %s
              AND cardinality(p.named) = 1
            RETURNING p.matched_by""",
        [today - OLDEST, today + COMING],
    )
    for (rung,) in cursor.fetchall():
        sought.found[rung] = sought.found.get(rung, 0) + 1
    cursor.execute("DROP TABLE one")


def _puzzling_ones(cursor: CursorWrapper, sought: Sought, today: date, in_text: bool) -> None:
    last = 0
    while True:
        cursor.execute(
            """SELECT p.id, p.currency, p.parts, p."on" FROM settlement_payment p
               WHERE p.state = 'new' AND p.id > %s AND p.id IN (SELECT payment FROM pointed) ORDER BY p.id LIMIT %s""",
            [last, AT_A_TIME],
        )
        payments = cursor.fetchall()
        if not payments:
            return
        first, last = payments[0][0], payments[-1][0]
        pointed = _pointed(first, last)
        rows = []
        for payment, currency, parts, on in payments:
            answer = choose(currency, [tuple(part) for part in from_json(parts)], pointed[payment], in_text=in_text)
            if answer is not None:
                rows.append(note(payment, _in_season(answer, on, today)))
                _count(sought, rows[-1])
        write_notes(cursor, rows)


def from_json(value: Any) -> Any:
    """A JSON column as it comes from the driver."""
    return json.loads(value) if isinstance(value, str) else value


def _in_season(answer: Found | Puzzle, on: date, today: date) -> Found | Puzzle:
    if isinstance(answer, Puzzle) or today - OLDEST <= on <= today + COMING:
        return answer
    return Puzzle(finding(Reason.PAYMENT_DATE_UNUSUAL, on=on), answer.cases[0])


def _pointed(first: int = 0, last: int = 0) -> dict[int, list[Pointed]]:
    found: dict[int, list[Pointed]] = defaultdict(list)
    rows = run(
        """SELECT payment, ord, text, rung, case_id, number, stage, cause, invoice_id, invoice_number, customer_id, currency,
                  due_on FROM pointed WHERE payment BETWEEN %s AND %s""",
        [first, last],
    )
    for payment, *row in rows:
        found[payment].append(Pointed(*row))
    return found


# ---- writing down what was found --------------------------------------------------------------------------------

Note = tuple[Any, ...]
NOTE = (
    ("id", "bigint"), ("state", "text"), ("matched_by", "text"), ("confidence", "smallint"), ("because", "jsonb"),
    ("cases", "bigint[]"), ("about_case", "bigint"), ("about_invoice", "bigint"), ("shares", "jsonb"),
)  # fmt: skip


def because_of(found: Finding) -> str:
    """As the payment keeps it."""
    return as_json(finding_as_row(found))


def array(values: Iterable[int | str]) -> str:
    """Numbers or texts as PostgreSQL writes an array, for COPY."""
    return "{" + ",".join(str(v) if isinstance(v, int) else _quoted(v) for v in values) + "}"


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def note(payment: int, answer: Found | Puzzle) -> Note:
    """The row of what was found. Shares stand as [case id, öre] once they are known, the last one empty where a rest is
    another claim's."""
    if isinstance(answer, Found):
        shares = [list(share) for share in answer.shares] + ([[0, 0]] if answer.keeps_rest else [])
        return (
            payment, "found", answer.matched_by, answer.confidence, because_of(answer.because), array(answer.cases), 0, 0,
            as_json(shares),
        )  # fmt: skip
    state = "waiting" if answer.waits else "suspense"
    return (payment, state, "", 0, because_of(answer.because), "{}", answer.about_case, answer.about_invoice, "[]")


def write_notes(cursor: CursorWrapper, rows: Sequence[Note]) -> None:
    update_many(cursor, "settlement_payment", NOTE, rows)


def _count(sought: Sought, row: Note) -> None:
    if row[1] == "found":
        sought.found[row[2]] = sought.found.get(row[2], 0) + 1
    elif row[1] == "waiting":
        sought.waiting += 1
    else:
        sought.suspense += 1
