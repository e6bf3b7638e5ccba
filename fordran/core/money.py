"""Money is a whole number of öre (the hundredth part of a krona, a euro, …) and a currency."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

NO_BREAK_SPACE = "\u00a0"
MINUS = "\u2212"

_KRONOR = re.compile(r"(?P<sign>-?)(?P<whole>\d{1,13})(?:[.,](?P<part>\d{1,2}))?")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount in minor units (öre) of one currency. `currency` is an ISO 4217 code in capitals."""

    amount_minor: int
    currency: str = "SEK"


def parse_kronor(text: str) -> int:
    """Kronor as a person types them on the command line -> öre.

    Point or comma, 0 to 2 decimals, no grouping, at most 13 digits before the decimals.
    Raises ValueError with a sentence that says how to write it.
    """
    found = _KRONOR.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not an amount: write for example 1000, 1000.50 or 1000,50")
    part = (found["part"] or "").ljust(2, "0")
    amount = int(found["whole"]) * 100 + int(part)
    return -amount if found["sign"] else amount


def round_half_up(exact: Fraction) -> int:
    """The whole number nearest to `exact`; a half goes away from zero (0.5 -> 1, -0.5 -> -1)."""
    return round_ratio(exact.numerator, exact.denominator)


def round_ratio(numerator: int, denominator: int) -> int:
    """The same of numerator / denominator (> 0), without making a fraction of them."""
    whole = (2 * abs(numerator) + denominator) // (2 * denominator)
    return whole if numerator >= 0 else -whole


def kronor(amount_minor: int) -> str:
    """`123450` -> `1 234,50`: no-break space between groups, comma, two decimals, real minus sign."""
    whole, part = divmod(abs(amount_minor), 100)
    grouped = f"{whole:,}".replace(",", NO_BREAK_SPACE)
    return f"{MINUS if amount_minor < 0 else ''}{grouped},{part:02d}"


def money_in_words(amount_minor: int, currency: str = "SEK") -> str:
    """`1 234,50 kr`, or `1 234,50 EUR` for other currencies, joined with no-break spaces."""
    unit = "kr" if currency == "SEK" else currency
    return f"{kronor(amount_minor)}{NO_BREAK_SPACE}{unit}"


def plain_kronor(amount_minor: int) -> str:
    """`123450` -> `1234.50`, for files and commands that machines read."""
    whole, part = divmod(abs(amount_minor), 100)
    return f"{'-' if amount_minor < 0 else ''}{whole}.{part:02d}"
