"""Plain values and frozen dataclasses as compact JSON text: days as ISO, decimals as text, öre as whole numbers.

The writer of a type is made once and used again; a day's evidence and letters are thousands of small objects, and this is
several times as fast as turning them into dictionaries first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import lru_cache
from json.encoder import encode_basestring as quoted
from operator import attrgetter
from typing import Any

Writer = Callable[[Any], str]


def json_text(value: Any) -> str:
    """Canonical: the keys of a dataclass are in order, so the same value gives the same text.

    A dictionary keeps the order of its keys, which must be text. Raises TypeError for a value that has no JSON here: binary
    fractions among them, for money is whole öre.
    """
    return _WHOLE[type(value)](value)


def slim_json_text(value: Any) -> str:
    """The same without the fields of dataclasses that are empty or zero."""
    return _SLIM[type(value)](value)


class _Writers(dict[type, Writer]):
    def __init__(self, *, slim: bool) -> None:
        self.slim = slim

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
            return self._dataclass(sorted(f.name for f in fields(kind)))
        raise TypeError(f"cannot write {kind.__name__} as JSON")

    def _dataclass(self, names: list[str]) -> Writer:
        heads = [f'"{name}":' for name in names]
        read = attrgetter(*names) if len(names) > 1 else lambda value: (getattr(value, names[0]),)
        if self.slim:
            return lambda value: "{" + ",".join([head + self[type(v)](v) for head, v in zip(heads, read(value)) if v]) + "}"  # noqa: B905
        frame = "{" + ",".join(f"{head}%s" for head in heads) + "}"
        return lambda value: frame % tuple([self[type(v)](v) for v in read(value)])

    def remember(self, kind: type) -> None:
        self[kind] = lru_cache(maxsize=1024)(self._make(kind))


def remember(kind: type) -> None:
    """Keep the texts of this frozen type: for few values that are written again and again. Only where equal values are
    written alike, so never for one that holds decimals (8.0 equals 8.00)."""
    _WHOLE.remember(kind)
    _SLIM.remember(kind)


_WHOLE, _SLIM = _Writers(slim=False), _Writers(slim=True)
