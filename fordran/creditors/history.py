"""Who changed which setting, from what to what: one event a change, in the words of the settings file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from fordran.audit.record import record_event
from fordran.creditors.models import Creditor

CHANGED = "settings changed"
"""Verb of the events. Their subject is the place; their data `changes`: field -> [old, new], and `key` at a level."""

UNSAID = "•"
"""Stands for a value that is not kept for ever: that it changed is told, not what it was."""


def record_change(
    creditor: Creditor,
    today: date,
    by: str,
    place: str,
    changes: Mapping[str, tuple[object, object]],
    *,
    key: str = "",
    unsaid: Collection[str] = (),
) -> bool:
    """Write down what differs; False, and no event, when nothing does.

    `place`: name of the page's address (import-filter, creditor, customer-settings). `changes`: field as in a settings file
    (days, limits.SEK.min, address.sender.street) -> (old, new); None = not set; money in öre. `key`: customer number or
    class. The event stays for ever and holds no personal data: fields of a person (a contact's name) are named in `unsaid`.
    """
    differ = {
        field: [UNSAID if old else None, UNSAID if new else None] if field in unsaid else [_plain(old), _plain(new)]
        for field, (old, new) in changes.items()
        if _plain(old) != _plain(new)
    }
    if not differ:
        return False
    record_event(creditor.pk, today, by, CHANGED, place, key=key, changes=differ)
    return True


def _plain(value: object) -> object:
    """As JSON has it: days in ISO, decimals as text, an empty text as not set."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    if value is None or isinstance(value, bool | int | str):
        return None if value == "" else value
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    raise TypeError(f"a setting is a number, a day, a text or a list of them, not {type(value).__name__}")
