"""Values as the API writes them, to ours and back.

Numbers are JSON decimals with up to four places; they are never read or written through binary fractions. Days and times are
local, without a zone. Every property of an answer may be absent or null.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from fordran.connectors import exact_json
from fordran.connectors.exact_json import BadValue, Record

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d:\d\d)(?:\.\d+)?)?(?:Z|[+-]\d\d:\d\d)?")
_NO_DAY = "0001-01-01"  # what a .NET server writes for a day that is not set


def inner(record: Record, *path: str) -> Any:
    """The value at the end of a path of names; None where any part of it is absent."""
    here: Any = record
    for name in path:
        if here is None:
            return None
        if not isinstance(here, Mapping):
            raise BadValue(name, f"{name} was looked for in something that has no fields")
        here = here.get(name)
    return here


def text(record: Record, *path: str) -> str:
    value = inner(record, *path)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise BadValue(path[-1], f"{path[-1]} should be a text")
    return value.replace("\0", "").strip()


def flag(record: Record, *path: str) -> bool:
    value = inner(record, *path)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise BadValue(path[-1], f"{path[-1]} should be true or false")
    return value


def whole(record: Record, *path: str) -> int:
    value = inner(record, *path)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadValue(path[-1], f"{path[-1]} should be a whole number")
    return value


def minor(record: Record, *path: str) -> int | None:
    """Hundredths. Refuses what is finer than that: `1234.7700` is 123477, `0.005` is refused."""
    value = inner(record, *path)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise BadValue(path[-1], f"{path[-1]} should be a number")
    hundredths = Decimal(value).scaleb(2)
    if hundredths != hundredths.to_integral_value() or abs(hundredths) >= 10**17:
        raise BadValue(path[-1], f"{path[-1]} has more than two decimals, which no amount of money has")
    return int(hundredths)


def day(record: Record, *path: str) -> date | None:
    """The day as it is written; an hour after it says nothing more."""
    written = text(record, *path)
    if not written or written.startswith(_NO_DAY):
        return None
    found = _MOMENT.fullmatch(written)
    try:
        return date.fromisoformat(found[1]) if found else _refuse_day(path[-1])
    except ValueError:
        return _refuse_day(path[-1])


def _refuse_day(name: str) -> date:
    raise BadValue(name, f"{name} should be a date")


def moment(record: Record, *path: str) -> str:
    """A local time as `2026-11-24T10:00:00`: whole seconds, downwards. "" when it is absent or cannot be read."""
    found = _MOMENT.fullmatch(text(record, *path))
    return f"{found[1]}T{found[2] or '00:00:00'}" if found else ""


def earlier(when: str, seconds: float) -> str:
    """The local time so many seconds before `when`."""
    return (datetime.fromisoformat(when) - timedelta(seconds=seconds)).replace(microsecond=0).isoformat()


def wrapped(value: str | bool | Decimal | date) -> dict[str, Any]:
    """`{"value": ...}`, the form of every scalar of a body that is sent. A date gets midnight and no zone."""
    return {"value": f"{value.isoformat()}T00:00:00" if isinstance(value, date) else value}


def decode(content: bytes) -> Any:
    """JSON with decimals as Decimal. Raises Malformed when it is cut off or is no JSON."""
    return exact_json.decode(content, "Visma.net")
