"""Many rows at once. The day's role uses COPY; a role under row-level security, for which COPY is refused, plain INSERT."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper


def _plain(value: object) -> object:
    if isinstance(value, Decimal):
        return str(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"cannot store {type(value).__name__} as JSON")


def as_json(value: Any) -> str:
    """Compact JSON for a jsonb column; days as ISO, decimals as text."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def next_ids(cursor: CursorWrapper, table: str, count: int) -> list[int]:
    """Reserve `count` ids of a table, in order."""
    if count == 0:
        return []
    cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count])
    return [row[0] for row in cursor.fetchall()]


def _may_copy(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute("SELECT NOT row_security_active(%s::regclass)", [table])
    return bool(cursor.fetchone()[0])


def insert_many(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Insert rows of the given columns (names from our own code only)."""
    if not rows:
        return
    names = ", ".join(f'"{name}"' for name in columns)
    if _may_copy(cursor, table):
        with cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
    else:
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', rows)


def update_many(
    cursor: CursorWrapper, table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]], key: str = "id"
) -> None:
    """One UPDATE from a temporary table. `columns` are (name, type), the key first."""
    if not rows:
        return
    described = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.changed; CREATE TEMPORARY TABLE changed ({described}) ON COMMIT DROP")
    names = ", ".join(f'"{name}"' for name, _ in columns)
    with cursor.copy(f"COPY changed ({names}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    sets = ", ".join(f'"{name}" = changed."{name}"' for name, _ in columns if name != key)
    cursor.execute(f'UPDATE "{table}" AS t SET {sets} FROM changed WHERE t."{key}" = changed."{key}"')
    cursor.execute("DROP TABLE changed")


def run(sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """One statement on the current connection; its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []
