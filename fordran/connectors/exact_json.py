"""JSON with exact decimals, as every ERP writes amounts: never read or written through binary fractions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from fordran.ports.errors import Malformed

Record = Mapping[str, Any]


class BadValue(Exception):
    """One field of one record cannot be used. `message` is a plain sentence."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field
        self.message = message


def decimal_of(amount_minor: int) -> Decimal:
    """Kronor of öre."""
    return Decimal(amount_minor).scaleb(-2)


def encode(value: Any) -> bytes:
    """In UTF-8."""
    return _json(value).encode()


def _json(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{json.dumps(name)}: {_json(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_json(one) for one in value) + "]"
    if isinstance(value, Decimal):
        return format(value, "f")
    return json.dumps(value, ensure_ascii=False)


def decode(content: bytes, who: str) -> Any:
    """Decimals as Decimal. Raises Malformed when it is cut off or is no JSON; `who` answered it."""
    try:
        return json.loads(content, parse_float=Decimal, parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{who} answered something that is not whole JSON") from error


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")
