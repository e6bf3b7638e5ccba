"""What a request's body may hold, and its values without their wrapping.

`bodies.json` lists the fields of each body as the specification has them (integrations paper 1.4): `value<T>` is written
`{"value": T}`, everything else is written plainly. Both ways round are refused, as is a field that is not listed.
"""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from typing import Any

from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.wire import Refusal


@cache
def _facts() -> dict[str, dict[str, Any]]:
    facts: dict[str, dict[str, Any]] = json.loads((files(__package__) / "bodies.json").read_text(encoding="utf-8"))
    return facts


def unwrapped(body: object, schema: str, at: str = "") -> dict[str, Any]:
    """The fields of a body, named as on the wire; dates are datetime, numbers Decimal or int. Raises Refusal (400)."""
    if not isinstance(body, dict):
        raise Refusal(400, f"{at or 'The request body'} must be an object.")
    known = _facts()["schemas"][schema]
    taken = {}
    for name, given in body.items():
        if name not in known:
            raise Refusal(400, f"Unknown field: {at}{name}.")
        taken[name] = _field(given, known[name], f"{at}{name}")
    return taken


def _field(given: object, kind: str, name: str) -> Any:
    if kind.startswith("value<"):
        if not isinstance(given, dict) or set(given) != {"value"}:
            raise Refusal(400, f'{name} must be written {{"value": ...}}.')
        return None if given["value"] is None else _plain(given["value"], kind[6:-1], name)
    if kind.startswith("array<"):
        if not isinstance(given, list):
            raise Refusal(400, f"{name} must be an array.")
        return [_plain(one, kind[6:-1], f"{name}[{index}]") for index, one in enumerate(given)]
    return _plain(given, kind, name)


def _plain(given: object, kind: str, name: str) -> Any:
    facts = _facts()
    if kind in facts["schemas"]:
        return unwrapped(given, kind, f"{name}.")
    if kind in facts["enums"]:
        if given not in facts["enums"][kind]:
            raise Refusal(400, f"{given!r} is not a value of {name}: {', '.join(facts['enums'][kind])}.")
        return given
    right = {
        "string": isinstance(given, str),
        "boolean": isinstance(given, bool),
        "integer": isinstance(given, int) and not isinstance(given, bool),
        "number": isinstance(given, int | Decimal) and not isinstance(given, bool),
        "date-time": isinstance(given, str),
    }.get(kind, True)
    if not right:
        raise Refusal(400, f"{name} must be a {kind}.")
    return wire.read_moment(str(given), name) if kind == "date-time" else given
