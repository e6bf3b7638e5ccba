"""The rows that a run of the product wrote, kept as files of binary COPY, to be put into an equal database without a thought.

Nothing is held in memory: a million rows go through in pieces.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

WRITTEN = (
    "invoices_selection", "cases_case", "letters_letter", "letters_lettercase", "cases_decision", "cases_step", "cases_charge",
    "bank_bankfile", "bank_deposit", "settlement_payment", "settlement_allocation", "ledger_transfer",
)  # fmt: skip
"""In an order that the foreign keys allow."""

CHANGED = (
    "id", "stage", "stage_on", "capital_minor", "interest_booked_minor", "interest_minor", "costs_minor", "closed_on",
    "closed_cause", "review_on", "next_kind", "next_on", "outcome", "reason", "decisions", "decided", "stage_before", "barred_on",
)  # fmt: skip
"""What a decision changes of a case."""

NOT_MATCHED: Mapping[str, str] = {
    "state": "'new'", "matched_by": "''", "confidence": "0::smallint", "because": "'[]'::jsonb", "cases": "'{}'::bigint[]",
    "taken_minor": "0::bigint", "rounds": "0::smallint", "held_minor": "amount_minor", "refund_minor": "0::bigint",
    "about_case": "0::bigint", "about_invoice": "0::bigint", "shares": "'[]'::jsonb",
}  # fmt: skip
"""A payment as it is before anybody has asked what it is for."""

MATCHED = """
    CREATE TEMPORARY TABLE joined ON COMMIT DROP AS
        SELECT p.id, array_agg(c.id ORDER BY c.due_on, c.id) AS cases FROM settlement_payment p
        JOIN (SELECT ocr, id FROM cases_case UNION ALL SELECT l.ocr, k.case_number FROM letters_letter l
              JOIN letters_lettercase k ON k.letter_id = l.id WHERE l.ocr LIKE '2%') AS o (ocr, case_id) ON o.ocr = p.plain
        JOIN cases_case c ON c.id = o.case_id WHERE p.state = 'new' GROUP BY p.id;
    ANALYZE joined;
    UPDATE settlement_payment p SET state = 'found', cases = joined.cases, matched_by = 'letter_ocr', confidence = 100,
           because = jsonb_build_array('matched_letter_ocr', jsonb_build_object('reference', p.plain), 'none', '', '')
    FROM joined WHERE joined.id = p.id
"""
"""The plainest join by which a payment can find its cases: by a case's OCR, or by a joint letter's, which begins with 2."""

PIECE = 1 << 18


def highest(connection: psycopg.Connection[Any]) -> dict[str, int]:
    found = {}
    for table in WRITTEN:
        row = connection.execute(sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(table))).fetchone()
        found[table] = int(row[0]) if row else 0
    return found


def keep(connection: psycopg.Connection[Any], before: Mapping[str, int], folder: Path) -> dict[str, int]:
    """Write the rows above the highest ids that there were before, and the cases from before as they are now. How many."""
    _empty(folder)
    counts = {}
    for table in WRITTEN:
        everything = sql.SQL("SELECT * FROM {} WHERE id > {} ORDER BY id").format(sql.Identifier(table), before[table])
        counts[table] = _out(connection, everything, folder / table)
    if before["cases_case"]:
        columns = sql.SQL(", ").join(map(sql.Identifier, CHANGED))
        cases = sql.SQL("SELECT {} FROM cases_case ORDER BY id").format(columns)
        counts["cases_case (changed)"] = _out(connection, cases, folder / "changed")
    return counts


def keep_unmatched(connection: psycopg.Connection[Any], before: Mapping[str, int], folder: Path) -> None:
    """Write the payments as they stood before they were matched, with their file and their money in suspense."""
    _empty(folder)
    for table in ("bank_bankfile", "bank_deposit"):
        everything = sql.SQL("SELECT * FROM {} WHERE id > {} ORDER BY id").format(sql.Identifier(table), before[table])
        _out(connection, everything, folder / table)
    row = connection.execute("SELECT * FROM settlement_payment LIMIT 0").description or ()
    columns = [sql.SQL(NOT_MATCHED[c.name]) if c.name in NOT_MATCHED else sql.Identifier(c.name) for c in row]  # type: ignore[arg-type]
    payments = sql.SQL("SELECT {} FROM settlement_payment WHERE id > {} ORDER BY id").format(
        sql.SQL(", ").join(columns), before["settlement_payment"]
    )
    _out(connection, payments, folder / "settlement_payment")
    received = sql.SQL("SELECT * FROM ledger_transfer WHERE id > {} AND reason = 'payment_received' ORDER BY id")
    _out(connection, received.format(before["ledger_transfer"]), folder / "ledger_transfer")


def put_back(connection: psycopg.Connection[Any], folder: Path) -> None:
    with connection.cursor() as cursor:
        _in_all(cursor, WRITTEN, folder)
        if not (folder / "changed").exists():
            return
        columns = sql.SQL(", ").join(map(sql.Identifier, CHANGED))
        cursor.execute(
            sql.SQL("CREATE TEMPORARY TABLE changed ON COMMIT DROP AS SELECT {} FROM cases_case LIMIT 0").format(columns)
        )
        _in(cursor, sql.SQL("COPY changed FROM STDIN (FORMAT binary)"), folder / "changed")
        cursor.execute("ANALYZE changed")
        sets = sql.SQL(", ").join(sql.SQL("{0} = changed.{0}").format(sql.Identifier(name)) for name in CHANGED[1:])
        cursor.execute(sql.SQL("UPDATE cases_case t SET {} FROM changed WHERE t.id = changed.id").format(sets))


def put_back_and_join(connection: psycopg.Connection[Any], folder: Path) -> None:
    with connection.cursor() as cursor:
        _in_all(cursor, WRITTEN, folder)
        cursor.execute(MATCHED)


def _empty(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _out(connection: psycopg.Connection[Any], what: sql.Composed, file: Path) -> int:
    """How many rows; without any there is no file."""
    with connection.cursor() as cursor:
        with file.open("wb") as out, cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(what)) as copy:
            for piece in copy:
                out.write(piece)
        if cursor.rowcount == 0:
            file.unlink()
        return cursor.rowcount


def _in_all(cursor: psycopg.Cursor[Any], tables: Sequence[str], folder: Path) -> None:
    for table in tables:
        if (folder / table).exists():
            _in(cursor, sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table)), folder / table)


def _in(cursor: psycopg.Cursor[Any], statement: sql.Composed | sql.SQL, file: Path) -> None:
    with file.open("rb") as data, cursor.copy(statement) as copy:
        while piece := data.read(PIECE):
            copy.write(piece)
