"""Many rows at once. The day's role uses COPY; a role under row-level security, for which COPY is refused, plain INSERT."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from itertools import chain, islice
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from fordran.core.json_text import json_text


def as_json(value: Any) -> str:
    """Compact JSON for a jsonb column; days as ISO, decimals as text."""
    return json_text(value)


def next_ids(cursor: CursorWrapper, table: str, count: int) -> list[int]:
    """Reserve `count` ids of a table, in order."""
    if count == 0:
        return []
    cursor.execute(
        """WITH s AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, 'id')::regclass AS name)
           SELECT nextval(s.name) FROM s, generate_series(1, %s)""",
        [table, count],
    )
    return [row[0] for row in cursor.fetchall()]


def numbers(values: Iterable[int]) -> str:
    """Whole numbers as an array for `= ANY(%s::bigint[])`: many of them go over as one text."""
    return "{" + ",".join(map(str, values)) + "}"


def _may_copy(cursor: CursorWrapper, table: str) -> bool:
    cursor.execute("SELECT NOT row_security_active(%s::regclass)", [table])
    return bool(cursor.fetchone()[0])


def insert_many(cursor: CursorWrapper, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert rows of the given columns (names from our own code only). Rows that are still to be made are made while the
    server works on those before them; making them must not ask the database."""
    rows = iter(rows)
    first = next(rows, None)
    if first is None:
        return
    rows = chain((first,), rows)
    names = ", ".join(f'"{name}"' for name in columns)
    if _may_copy(cursor, table):
        _copy(cursor, f'"{table}" ({names})', rows)
    else:
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', list(rows))


def _text(value: str) -> str:
    if "\\" in value or "\n" in value or "\t" in value or "\r" in value:
        return value.replace("\\", "\\\\").replace("\n", "\\n").replace("\t", "\\t").replace("\r", "\\r")
    return value


def _bytes(value: bytes | memoryview) -> str:
    return f"\\\\x{value.hex()}"


class _Columns(dict[type, Callable[[Any], str]]):
    """How a value of a type stands in COPY's text format."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        known = ((str, _text), (int, int.__repr__), (Decimal, str), ((date, datetime), lambda v: v.isoformat()),
                 ((bytes, memoryview), _bytes))  # fmt: skip
        for kinds, writer in known:
            if issubclass(kind, kinds):
                self[kind] = writer
                return writer
        raise TypeError(f"cannot copy {kind.__name__} into a column")


_COLUMNS = _Columns({type(None): lambda _: "\\N", bool: lambda value: "t" if value else "f"})
ROWS_AT_ONCE = 500


def _column(values: Sequence[Any]) -> Sequence[str]:
    """A column as it stands in COPY's text format. Most hold the same few values again and again, or texts that need no
    change: those cost next to nothing."""
    kinds = set(map(type, values))
    if all(issubclass(kind, str) for kind in kinds):
        whole = "".join(values)
        if not ("\\" in whole or "\n" in whole or "\t" in whole or "\r" in whole):
            return values
    elif len(kinds) == 1 and int in kinds:
        return list(map(int.__repr__, values))
    if len(distinct := set(values)) * 2 < len(values) and not _LOOK_ALIKE & kinds:
        known = {value: _COLUMNS[type(value)](value) for value in distinct}
        return [known[value] for value in values]
    return [_COLUMNS[type(value)](value) for value in values]


_LOOK_ALIKE = {bool, Decimal}
"""Equal values that are not written alike: True is 1, 8.0 is 8.00."""


def _copy(cursor: CursorWrapper, into: str, rows: Iterable[Sequence[Any]]) -> None:
    """Text COPY, put together here column by column: several times as fast as the driver's row by row."""
    rows = iter(rows)
    with cursor.copy(f"COPY {into} FROM STDIN") as copy:
        while some := list(islice(rows, ROWS_AT_ONCE)):
            columns = map(_column, zip(*some, strict=True))
            copy.write("\n".join(map("\t".join, zip(*columns, strict=True))) + "\n")


def update_many(
    cursor: CursorWrapper, table: str, columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[Any]], key: str = "id"
) -> None:
    """One UPDATE from a temporary table. `columns` are (name, type), the key first."""
    if not rows:
        return
    described = ", ".join(f'"{name}" {kind}' for name, kind in columns)
    cursor.execute(f"DROP TABLE IF EXISTS pg_temp.changed; CREATE TEMPORARY TABLE changed ({described}) ON COMMIT DROP")
    names = ", ".join(f'"{name}"' for name, _ in columns)
    _copy(cursor, f"changed ({names})", rows)
    sets = ", ".join(f'"{name}" = changed."{name}"' for name, _ in columns if name != key)
    cursor.execute(f'UPDATE "{table}" AS t SET {sets} FROM changed WHERE t."{key}" = changed."{key}"')
    cursor.execute("DROP TABLE changed")


def run(sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> list[tuple[Any, ...]]:
    """One statement on the current connection; its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall() if cursor.description else []
