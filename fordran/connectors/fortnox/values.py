"""Values as Fortnox writes them, to ours.

Numbers come as numbers or as texts, against its own documentation; a number field that our scope may not see holds the text
`API_NORIGHT`. A day that is not set is null or "". Every property may be absent.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal, InvalidOperation

from fordran.connectors.exact_json import BadValue, Record

HIDDEN = "API_NORIGHT"
_NUMBER = re.compile(r"-?\d{1,15}(\.\d{1,8})?")
_NOT_ALLOWED = re.compile("[^\\w’\u0308\u030a –:.`´,;^¤#%§£$€¢¥©™°&/()=+\\-*!?²³®½@\u00a0\n\r]")
"""Characters that Fortnox refuses in a text (its developer pages, "Formats and encoding")."""


def _value(record: Record, name: str) -> object:
    value = record.get(name)
    if value == HIDDEN:
        raise BadValue(name, f"Fortnox hides {name} from us; the application lacks a scope, connect it anew")
    return value


def text(record: Record, name: str) -> str:
    """A number counts as a text: DocumentNumber comes as either."""
    value = _value(record, name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise BadValue(name, f"{name} should be a text")
    return str(value).replace("\0", "").strip()


def number(record: Record, name: str) -> str:
    """Digits without zeros before them; "" for none, which Fortnox writes as 0, "" or null."""
    written = text(record, name)
    if written and not (written.isascii() and written.isdigit()):
        raise BadValue(name, f"{name} should be a whole number")
    return written.lstrip("0")


def flag(record: Record, name: str) -> bool:
    value = _value(record, name)
    if isinstance(value, str):
        value = {"true": True, "false": False, "": False}.get(value.lower(), value)
    if value is None:
        return False
    if not isinstance(value, bool):
        raise BadValue(name, f"{name} should be true or false")
    return value


def minor(record: Record, name: str) -> int | None:
    """Hundredths; None when absent. Refuses what is finer than that."""
    value = _value(record, name)
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal) or not _NUMBER.fullmatch(str(value)):
        raise BadValue(name, f"{name} should be a number")
    try:
        hundredths = Decimal(value).scaleb(2)
    except InvalidOperation:
        raise BadValue(name, f"{name} should be a number") from None
    if hundredths != hundredths.to_integral_value():
        raise BadValue(name, f"{name} has more than two decimals, which no amount of money has")
    return int(hundredths)


def day(record: Record, name: str) -> date | None:
    written = text(record, name)
    if not written:
        return None
    try:
        return date.fromisoformat(written[:10])
    except ValueError:
        raise BadValue(name, f"{name} should be a date") from None


def allowed(said: str, most: int) -> str:
    """The text as Fortnox takes it: what it refuses becomes a space."""
    return _NOT_ALLOWED.sub(" ", said).strip()[:most]
