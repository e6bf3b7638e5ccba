"""Long lists by keyset: each page starts after the last row of the one before, so page 8 000 costs what page 1 costs."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import DateField, F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

FAR = date(9999, 12, 31)
ROWS = 50


@dataclass(frozen=True, slots=True)
class Sort:
    """One order of a list. `read` makes the key again out of what stood in the address."""

    expression: Any
    read: Callable[[str], Any]
    down: bool = False


@dataclass(frozen=True, slots=True)
class Page:
    rows: list[Any]
    next: str  # what `after=` of the next page says; empty on the last
    is_first: bool


def by_day(field: str) -> Sort:
    return Sort(Coalesce(F(field), Value(FAR), output_field=DateField()), date.fromisoformat)


def by_text(field: str) -> Sort:
    return Sort(F(field), str)


def by_sum(expression: Any) -> Sort:
    """Largest first."""
    return Sort(expression, int, down=True)


def cut(query: QuerySet[Any], sort: Sort, after: str, rows: int = ROWS) -> Page:
    """The page that starts after the row that `after` names; a broken `after` gives the first page."""
    query = query.annotate(sort_key=sort.expression)
    place = _read(after, sort)
    if place is not None:
        key, last = place
        beyond = Q(sort_key__lt=key) if sort.down else Q(sort_key__gt=key)
        query = query.filter(beyond | Q(sort_key=key, id__gt=last))
    found = list(query.order_by(F("sort_key").desc() if sort.down else "sort_key", "id")[: rows + 1])
    more = len(found) > rows
    found = found[:rows]
    return Page(found, _write(found[-1].sort_key, found[-1].id) if more else "", place is None)


def _write(key: Any, row_id: int) -> str:
    text = json.dumps([str(key), row_id], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _read(after: str, sort: Sort) -> tuple[Any, int] | None:
    if not after:
        return None
    try:
        key, row_id = json.loads(base64.urlsafe_b64decode(after + "=" * (-len(after) % 4)))
        return sort.read(key), int(row_id)
    except (ValueError, TypeError, binascii.Error):
        return None
