"""What a letter says, as JSON in its row and back again, and the digest that proves it."""

from __future__ import annotations

import hashlib
import json
import types
import typing
from dataclasses import fields, is_dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from fordran.core.json_text import json_text, slim_json_text
from fordran.process.letter import LetterContent


def to_json(content: LetterContent) -> str:
    """Canonical JSON without what is empty: the same letter gives the same text. It is what a letter's row holds and what its
    seal is made of."""
    return slim_json_text(content)


def is_sealed_by(content: LetterContent, sha256: str) -> bool:
    """True when these are the words that were sealed. Letters of the first edition were sealed with their empty fields."""
    return sha256 in (digest(to_json(content)), digest(json_text(content)))


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def from_json(data: Any) -> LetterContent:
    """A letter as stored (text, or what the driver made of it)."""
    content = _read(LetterContent, json.loads(data) if isinstance(data, str) else data)
    assert isinstance(content, LetterContent)
    return content


@cache
def _types(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind)


def _empty(kind: Any) -> Any:
    """What a field that is not written holds: nothing, and never its default."""
    if typing.get_origin(kind) is tuple:
        return ()
    return kind() if isinstance(kind, type) and issubclass(kind, str | int) else None


def _read(kind: Any, value: Any) -> Any:
    origin = typing.get_origin(kind)
    if origin in (types.UnionType, typing.Union):
        inner = [part for part in typing.get_args(kind) if part is not type(None)]
        return None if value is None else _read(inner[0], value)
    if origin is tuple:
        parts = typing.get_args(kind)
        if len(parts) == 2 and parts[1] is Ellipsis:
            return tuple(_read(parts[0], item) for item in value)
        return tuple(_read(part, item) for part, item in zip(parts, value, strict=True))
    if isinstance(kind, type) and is_dataclass(kind):
        hints = _types(kind)
        return kind(**{f.name: _read(hints[f.name], value.get(f.name, _empty(hints[f.name]))) for f in fields(kind)})
    if kind is date:
        return date.fromisoformat(value)
    if kind is Decimal:
        return Decimal(value)
    return value
