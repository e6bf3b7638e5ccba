"""Frozen dataclasses as plain dictionaries and lists, for JSON. Much faster than `dataclasses.asdict`, which copies deeply."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any

_LEAVES = (str, int, bool, type(None))


@cache
def _names(kind: type) -> tuple[str, ...] | None:
    return tuple(f.name for f in fields(kind)) if is_dataclass(kind) else None


def as_plain(value: Any, *, slim: bool = False) -> Any:
    """Days and decimals stay as they are, for the writer of the JSON. `slim` leaves out fields that are empty or zero."""
    kind: type = type(value)
    if kind in _LEAVES:
        return value
    if kind is tuple or kind is list:
        return [as_plain(item, slim=slim) for item in value]
    names = _names(kind)
    if names is None:
        return value
    plain = {}
    for name in names:
        inner = getattr(value, name)
        if slim and (inner is None or inner == () or inner == "" or inner == 0):
            continue
        plain[name] = as_plain(inner, slim=slim)
    return plain
