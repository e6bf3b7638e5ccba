"""A world as a file, and back: JSON lines, a version number first. Plain values only: opening a file runs no code of its own.

What is kept is every company's ledger and market, and the bank. What simulators of ERPs remember for themselves (tokens, calls
made) is not: a client signs in anew.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

VERSION = 2
_LEFT_OUT = {"now", "lock", "recent", "applied"}
"""Fields of a Book that are made anew."""

_AS_THEY_ARE = frozenset({str, int, bool})
_HINTS: dict[type, dict[str, Any]] = {}
_NAMES: dict[type, tuple[str, ...]] = {}


def lines_of(name: str, thing: Any) -> Iterator[str]:
    """`thing` is a dataclass: a line for each value, and for each item of its lists and dictionaries."""
    for one in fields(thing):
        if one.name in _LEFT_OUT:
            continue
        value = getattr(thing, one.name)
        if isinstance(value, dict):
            for key, item in value.items():
                yield _line(name, one.name, plain(item), plain(key))
        elif isinstance(value, list):
            for item in value:
                yield _line(name, one.name, plain(item))
        else:
            yield _line(name, one.name, plain(value))


def _line(name: str, field: str, value: Any, key: Any = None) -> str:
    row = [name, field, value] if key is None else [name, field, value, key]
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))


def take_line(thing: Any, row: list[Any]) -> None:
    """Put what `lines_of` wrote into an empty `thing` of the same class."""
    _, name, value, *key = row
    kind = _hints(type(thing))[name]
    old = getattr(thing, name)
    if isinstance(old, dict):
        of_key, of_value = get_args(kind)
        old[rich(key[0], of_key)] = rich(value, of_value)
    elif isinstance(old, list):
        old.append(rich(value, get_args(kind)[0]))
    else:
        setattr(thing, name, rich(value, kind))


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _HINTS:
        _HINTS[kind] = get_type_hints(kind)
    return _HINTS[kind]


def plain(value: Any) -> Any:
    """As JSON holds it."""
    kind = type(value)
    if value is None or kind in _AS_THEY_ARE:
        return value
    if kind is list or kind is tuple:
        return [plain(item) for item in value]
    if is_dataclass(kind):
        return [plain(getattr(value, name)) for name in _names(kind)]
    if kind is date or kind is datetime:
        return value.isoformat()
    if kind is dict:
        return [[plain(key), plain(item)] for key, item in value.items()]
    if kind is bytes:
        return base64.b64encode(value).decode()
    raise TypeError(f"{kind.__name__} is no plain value")


def _names(kind: type) -> tuple[str, ...]:
    """Of its fields; thousands of records are of one class."""
    if kind not in _NAMES:
        _NAMES[kind] = tuple(one.name for one in fields(kind))
    return _NAMES[kind]


def rich(value: Any, kind: Any) -> Any:
    """What `plain` was given, told its type."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return None if value is None else rich(value, next(one for one in inner if one is not NoneType))
    if origin is list:
        return [rich(item, inner[0]) for item in value]
    if origin is tuple:
        kinds = [inner[0]] * len(value) if inner[-1] is Ellipsis else inner
        return tuple(rich(item, one) for item, one in zip(value, kinds, strict=True))
    if origin is dict:
        return {rich(key, inner[0]): rich(item, inner[1]) for key, item in value}
    if kind is datetime:
        return datetime.fromisoformat(value)
    if kind is date:
        return date.fromisoformat(value)
    if kind is bytes:
        return base64.b64decode(value)
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _hints(kind)
        return kind(**{one.name: rich(item, hints[one.name]) for one, item in zip(fields(kind), value, strict=True)})
    return value
