"""The rows that a run of the product wrote, kept as binary COPY, to be put into an equal database without a thought."""

from __future__ import annotations

import json
import shutil
from dataclasses import dataclass, field
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


def highest(connection: psycopg.Connection[Any]) -> dict[str, int]:
    found = {}
    for table in WRITTEN:
        row = connection.execute(sql.SQL("SELECT coalesce(max(id), 0) FROM {}").format(sql.Identifier(table))).fetchone()
        found[table] = int(row[0]) if row else 0
    return found


@dataclass(slots=True)
class Kept:
    new: dict[str, bytes] = field(default_factory=dict)
    changed: bytes = b""
    counts: dict[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: psycopg.Connection[Any], before: dict[str, int]) -> Kept:
        """The rows above the highest ids that there were before, and the cases from before as they are now."""
        kept = cls()
        for table in WRITTEN:
            name = sql.Identifier(table)
            row = connection.execute(sql.SQL("SELECT count(*) FROM {} WHERE id > %s").format(name), [before[table]]).fetchone()
            kept.counts[table] = int(row[0]) if row else 0
            if kept.counts[table]:
                what = sql.SQL("SELECT * FROM {} WHERE id > {} ORDER BY id").format(name, before[table])
                kept.new[table] = _out(connection, what)
        if before["cases_case"]:
            columns = sql.SQL(", ").join(map(sql.Identifier, CHANGED))
            kept.changed = _out(connection, sql.SQL("SELECT {} FROM cases_case ORDER BY id").format(columns))
            row = connection.execute("SELECT count(*) FROM cases_case").fetchone()
            kept.counts["cases_case (changed)"] = int(row[0]) if row else 0
        return kept

    def write(self, folder: Path) -> None:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        for table, data in self.new.items():
            (folder / table).write_bytes(data)
        (folder / "changed").write_bytes(self.changed)
        (folder / "counts.json").write_text(json.dumps(self.counts))

    @classmethod
    def read(cls, folder: Path) -> Kept:
        new = {table: (folder / table).read_bytes() for table in WRITTEN if (folder / table).exists()}
        return cls(new, (folder / "changed").read_bytes(), json.loads((folder / "counts.json").read_text()))

    def put_back(self, connection: psycopg.Connection[Any]) -> None:
        with connection.cursor() as cursor:
            for table, data in self.new.items():
                _in(cursor, sql.SQL("COPY {} FROM STDIN (FORMAT binary)").format(sql.Identifier(table)), data)
            if self.changed:
                columns = sql.SQL(", ").join(map(sql.Identifier, CHANGED))
                cursor.execute(
                    sql.SQL("CREATE TEMPORARY TABLE changed ON COMMIT DROP AS SELECT {} FROM cases_case LIMIT 0").format(columns)
                )
                _in(cursor, sql.SQL("COPY changed FROM STDIN (FORMAT binary)"), self.changed)
                cursor.execute("ANALYZE changed")
                sets = sql.SQL(", ").join(sql.SQL("{0} = changed.{0}").format(sql.Identifier(name)) for name in CHANGED[1:])
                cursor.execute(sql.SQL("UPDATE cases_case t SET {} FROM changed WHERE t.id = changed.id").format(sets))


def _out(connection: psycopg.Connection[Any], what: sql.Composed) -> bytes:
    with connection.cursor() as cursor, cursor.copy(sql.SQL("COPY ({}) TO STDOUT (FORMAT binary)").format(what)) as copy:
        return b"".join(copy)


def _in(cursor: psycopg.Cursor[Any], statement: sql.Composed | sql.SQL, data: bytes) -> None:
    with cursor.copy(statement) as copy:
        for start in range(0, len(data), 1 << 18):
            copy.write(data[start : start + (1 << 18)])
