"""Values and refusals as Fortnox writes them: exact numbers, days, `ErrorInformation`."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

JSON = "application/json; charset=utf-8"
_CHARACTERS = re.compile("[\\w’\u0308\u030a –:.`´,;^¤#%§£$€¢¥©™°&/()=+\\-*!?²³®½@\u00a0\n\r]*")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d( \d\d:\d\d(:\d\d)?)?")


class Refusal(Exception):
    """`code` as Fortnox's developer pages list it; "0" where its code is not known to us."""

    def __init__(self, status: int, message: str, code: str = "0") -> None:
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(slots=True)
class Answer:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, value: object, status: int = 200, **headers: str) -> Answer:
        named = {name.replace("_", "-"): text for name, text in headers.items()}
        return cls(status, write(value), {"Content-Type": JSON, **named})


def refused(refusal: Refusal) -> Answer:
    told = {"error": 1, "message": refusal.message, "code": int(refusal.code)}
    return Answer.of({"ErrorInformation": told}, refusal.status)


def html(status: int, title: str, body: str = "") -> Answer:
    text = f"<!DOCTYPE html>\n<html><head><title>{title}</title></head><body><h1>{title}</h1>{body}</body></html>\n"
    return Answer(status, text.encode(), {"Content-Type": "text/html; charset=utf-8"})


def kronor(ore: int) -> Decimal:
    """1250 or 1250.5: no more decimals than it needs."""
    exact = Decimal(ore).scaleb(-2)
    return exact.quantize(Decimal(1)) if exact == exact.to_integral_value() else exact.normalize()


def day(value: date | None) -> str | None:
    return None if value is None else value.isoformat()


def write(value: object) -> bytes:
    return _text(value).encode()


def _text(value: object) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{json.dumps(name)}:{_text(one)}" for name, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(_text, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def read(body: bytes) -> object:
    if not body:
        raise Refusal(400, "Ingen eller felaktig typ av data.", "2001392")
    try:
        return json.loads(body.decode("utf-8"), parse_float=Decimal)
    except (UnicodeError, ValueError, RecursionError) as error:
        raise Refusal(400, "Error deserializing JSON: JSON_ERROR_SYNTAX", "2002115") from error


# ---- what came, each as what it should be ---------------------------------------------------------------------------


def amount(value: object) -> int:
    """Öre. A text that is a number is taken, as by the real one."""
    try:
        exact = Decimal(str(value))
        ore = exact.scaleb(2)
        if isinstance(value, bool) or not exact.is_finite() or ore != ore.to_integral_value() or abs(ore) >= 10**15:
            raise ValueError
    except (ArithmeticError, ValueError) as error:
        raise Refusal(400, f"Värdet måste vara numeriskt ({value})", "2000108") from error
    return int(ore)


def whole(value: object) -> int:
    if isinstance(value, bool) or not str(value).isascii() or not str(value).isdigit() or len(str(value)) > 15:
        raise Refusal(400, f"Värdet måste vara numeriskt ({value})", "2000108")
    return int(str(value))


def text(value: object, most: int) -> str:
    if not isinstance(value, str) or not _CHARACTERS.fullmatch(value):
        raise Refusal(400, f"Värdet innehåller ej tillåtna tecken. ({value})", "2000359")
    if len(value) > most:
        raise Refusal(400, f"Värdet får innehålla högst {most} tecken.")
    return value


def read_day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError as error:
        raise Refusal(400, f"Felaktigt datum ({value})") from error


def read_moment(value: str) -> datetime:
    if not _MOMENT.fullmatch(value):
        raise Refusal(400, "Ogiltig parameter i anropet.", "2000588")
    try:
        return datetime.fromisoformat(value)
    except ValueError as error:
        raise Refusal(400, "Ogiltig parameter i anropet.", "2000588") from error
