"""Values as Visma.net writes them: numbers with four places, local date-times without a zone, JSON in UTF-8.

Numbers never pass through binary fractions. A number is handed to the JSON writer as a marked string, and the marks and
quotation marks are taken away in what was written: the standard writer stays, and 1234.7700 stays 1234.7700.
"""

from __future__ import annotations

import json
import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

#: Halves of surrogate pairs: no text that came as UTF-8 or was read by `read` holds them.
_OPEN, _CLOSE = "\udc01", "\udc02"
_MOMENT = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d):(\d\d)(?:\.(\d{1,7}))?)?")
FOUR_PLACES = Decimal("0.0001")


class Refusal(Exception):
    """The call is refused. Its body is `{"message": ...}`, as the ERP's own rules answer."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status, self.message = status, message


def amount(minor: int) -> str:
    """Öre as a number with four places."""
    whole, rest = divmod(abs(minor), 100)
    return f"{_OPEN}{'-' if minor < 0 else ''}{whole}.{rest:02}00{_CLOSE}"


def number(value: Decimal) -> str:
    return f"{_OPEN}{value.quantize(FOUR_PLACES):f}{_CLOSE}"


def day(value: date | None) -> str | None:
    return None if value is None else f"{value.isoformat()}T00:00:00"


def moment(value: datetime) -> str:
    return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")


def period(value: date) -> str:
    return f"{value.year}{value.month:02}"


def write(value: object) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    return text.replace(f'"{_OPEN}', "").replace(f'{_CLOSE}"', "").encode()


def read(body: bytes) -> object:
    """JSON that came. Raises Refusal (400)."""
    try:
        value = json.loads(body.decode("utf-8"), parse_float=Decimal, parse_constant=_refuse)
        body.decode("utf-8")
        json.dumps(value, ensure_ascii=False, default=str).encode("utf-8")  # half a surrogate pair is not text
    except (UnicodeError, ValueError, RecursionError) as error:
        raise Refusal(400, "The request body is not valid JSON.") from error
    return value


def _refuse(name: str) -> None:
    raise ValueError(name)


def minor(value: Decimal | int, name: str) -> int:
    """A number that came, in öre. Raises Refusal when it is no amount of money."""
    exact = Decimal(value)
    if abs(exact) >= 10**13:
        raise Refusal(400, f"{name} is too large.")
    ore = Fraction(exact) * 100 if exact.adjusted() >= -4 or not exact else Fraction(1, 2)
    if ore.denominator != 1:
        raise Refusal(400, f"{name} has more than two decimals.")
    return int(ore)


def read_moment(text: str, name: str) -> datetime:
    """A date or date-time without zone, in one of the ways the papers name. Raises Refusal."""
    match = _MOMENT.fullmatch(text)
    if not match:
        raise Refusal(400, f"{name}: {text!r} is not a date. Use yyyy-MM-dd or yyyy-MM-ddTHH:mm:ss.FFF, without time zone.")
    year, month, day_of, hour, minute, second, fraction = match.groups()
    try:
        whole = datetime(int(year), int(month), int(day_of), int(hour or 0), int(minute or 0), int(second or 0))  # noqa: DTZ001
    except ValueError as error:
        raise Refusal(400, f"{name}: {text!r} is not a date.") from error
    return whole + timedelta(microseconds=int((fraction or "0").ljust(7, "0")[:6]))
