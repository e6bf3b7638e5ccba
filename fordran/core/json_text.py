"""Plain values and frozen dataclasses as compact JSON text: days as ISO, decimals as text, öre as whole numbers.

A day's evidence and letters are thousands of small objects. Whole objects are written by `msgspec`, which is several times as
fast as anything in Python.
"""

from __future__ import annotations

import typing
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from json.encoder import encode_basestring as quoted
from types import UnionType
from typing import Any

import msgspec

Writer = Callable[[Any], str]

_IN_ORDER = msgspec.json.Encoder(order="sorted")
_AS_IT_IS = msgspec.json.Encoder()


def json_text(value: Any) -> str:
    """Canonical: the keys of a dataclass are in order, so the same value gives the same text.

    A dictionary keeps the order of its keys, which must be text. Raises TypeError for a value that has no JSON here: binary
    fractions among them, for money is whole öre.
    """
    return _WRITERS[type(value)](value)


def quick_json_text(value: Any) -> str:
    """The same for lists and dictionaries whose values the type checker has seen: nobody looks for binary fractions."""
    return _AS_IT_IS.encode(value).decode()


def slim_json_text(value: Any) -> str:
    """A dataclass without the fields that are empty or zero, also inside it."""
    kind: Any = type(value)
    return _AS_IT_IS.encode(msgspec.convert(value, _slim(kind), from_attributes=True)).decode()


class _Writers(dict[type, Writer]):
    def __missing__(self, kind: type) -> Writer:
        writer = self[kind] = self._make(kind)
        return writer

    def _make(self, kind: type) -> Writer:
        if issubclass(kind, str):
            return quoted
        if kind is bool:
            return lambda value: "true" if value else "false"
        if issubclass(kind, int):
            return int.__repr__
        if kind is type(None):
            return lambda value: "null"
        if issubclass(kind, date | datetime | time):
            return lambda value: f'"{value.isoformat()}"'
        if issubclass(kind, Decimal):
            return lambda value: f'"{value}"'
        if issubclass(kind, tuple | list):
            return lambda value: "[" + ",".join([self[type(item)](item) for item in value]) + "]"
        if issubclass(kind, dict):
            return lambda value: "{" + ",".join([f"{quoted(k)}:{self[type(v)](v)}" for k, v in value.items()]) + "}"
        if is_dataclass(kind):
            return lambda value: _IN_ORDER.encode(value).decode()
        raise TypeError(f"cannot write {kind.__name__} as JSON")


_WRITERS = _Writers()


# ---- the slim twin of a dataclass: a struct of the same fields that leaves out those that have their empty value ---------


@cache
def _slim(kind: Any) -> type[msgspec.Struct]:
    hints = typing.get_type_hints(kind)
    wanted = [(name, *_slim_field(hints[name])) for name in sorted(f.name for f in fields(kind))]
    return msgspec.defstruct(kind.__name__, wanted, omit_defaults=True, kw_only=True)


def _has_fields(hint: Any) -> bool:
    return is_dataclass(hint)


def _slim_field(hint: Any) -> tuple[Any, Any]:
    """Type and empty value. Nothing inside a plain value is left out, and an optional number keeps its zero."""
    origin, inner = typing.get_origin(hint), typing.get_args(hint)
    if origin is tuple:
        many = len(inner) == 2 and inner[1] is Ellipsis and _has_fields(inner[0])
        return (tuple[_slim(inner[0]), ...] if many else Any), ()  # type: ignore[misc]
    if origin in (UnionType, typing.Union):
        known = [part for part in inner if _has_fields(part)]
        return (_slim(known[0]) | None if known else Any), None
    if _has_fields(hint):
        return _slim(hint), msgspec.NODEFAULT
    empty = next((kind() for kind in (bool, int, str) if isinstance(hint, type) and issubclass(hint, kind)), None)
    return Any, empty
