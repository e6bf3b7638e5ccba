"""Amounts as spreadsheets and ERPs write them -> whole öre.

`1 234,50`, `1.234,50`, `1,234.50`, `1'234.50`, `1234:50`, `1234,50-`, `(1 234,50)`, `1 234,50 kr`, `SEK 1,234.50`, numbers.
One value such as `1.234` can be read in two ways; the other values of its column decide, never a guess.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from fordran.core.money import plain_kronor
from fordran.formats.open_items.words import CellRefused, Figure, shown

MOST_DIGITS = 13

# Most amounts at one stroke: digits, maybe in threes by spaces (or by the sign that is not the decimal sign), two decimals.
_PLAIN = re.compile(
    r"(-?)(\d{1,13}|\d{1,3}(?:[ \u00a0\u202f]\d{3}){1,3}|\d{1,3}(?:\.\d{3}){1,3}(?=,\d)|\d{1,3}(?:,\d{3}){1,3}(?=\.\d))"
    r"(?:([.,])(\d{1,2}))?",
    re.ASCII,
)
_NOT_DIGITS = str.maketrans("", "", " .,\u00a0\u202f")
_GROUP_SIGNS = re.compile(r"(?<=\d)[\s\u00a0\u202f\u2009'’`´](?=\d)")
_BODY = re.compile(r"\d*(?:[., ]\d+)*", re.ASCII)
_DECORATION = re.compile(r"(?P<word>kronor|skr|kr\.?|[a-z]{3}|€|\$|£)", re.IGNORECASE)
_WHOLE_KRONOR = re.compile(r"[,.:][-–—]+\s*$")  # the Swedish 1 234:-
_CURRENCY = {"€": "EUR", "$": "USD", "£": "GBP", "SKR": "SEK", "KRONOR": "kr", "KR": "kr", "KR.": "kr"}
CODES = frozenset(
    "AED AUD BGN BRL CAD CHF CNY CZK DKK EEK EUR GBP HKD HUF INR ISK JPY KRW LTL LVL MXN NOK NZD PLN RON RSD SEK SGD THB "
    "TRY UAH USD ZAR".split()
)
KRONA_CODES = frozenset({"SEK", "NOK", "DKK", "ISK"})  # what "kr" may stand for


@dataclass(frozen=True, slots=True)
class Amount:
    """A number taken apart. `decimal` is the decimal sign that it proves ("" = none). An ambiguous one has `whole`
    "1", `part` "234" and `sign` the separator between them."""

    negative: bool
    whole: str
    part: str
    currency: str = ""
    decimal: str = ""
    sign: str = ""  # the separator of an ambiguous amount


def take_apart(text: str) -> Amount:
    """Raises CellRefused for anything but an amount."""
    plain = _PLAIN.fullmatch(text)
    if plain:
        return Amount(bool(plain[1]), plain[2].translate(_NOT_DIGITS), plain[4] or "", decimal=plain[3] or "")
    body, negative, currency = _strip(text)
    if ":" in body:
        whole, _, part = body.partition(":")
        if not re.fullmatch(r"\d\d", part, re.ASCII):
            raise CellRefused("not_an_amount", value=shown(text))
        return Amount(negative, _ungrouped(whole, text), part, currency)
    if not _BODY.fullmatch(body) or not re.search(r"\d", body):
        raise CellRefused("not_an_amount", value=shown(text))
    return _split(body, text, negative, currency)


def _strip(text: str) -> tuple[str, bool, str]:
    """The digits with their separators, whether the amount is negative, and the currency that was written beside it."""
    body = text.strip().replace("\u2212", "-").replace("–", "-").replace("—", "-")
    bracketed = body.startswith("(") and body.endswith(")")
    if bracketed:
        body = body[1:-1].strip()
    body = _WHOLE_KRONOR.sub("", body)
    currency = ""
    found = _DECORATION.search(body)
    if found:
        word = found["word"].upper()
        currency = _CURRENCY.get(word, word)
        if currency != "kr" and currency not in CODES:
            raise CellRefused("not_an_amount", value=shown(text))
        before, after = body[: found.start()].strip(), body[found.end() :].strip()
        if before.strip("-+ ") and after.strip("-+ "):
            raise CellRefused("not_an_amount", value=shown(text))
        body = _WHOLE_KRONOR.sub("", f"{before}{after}")
    minus = body.startswith("-") or body.endswith("-")
    if minus and (bracketed or (body.startswith("-") and body.endswith("-"))):
        raise CellRefused("not_an_amount", value=shown(text))
    body = body[1:] if body[:1] in ("-", "+") else body[:-1] if body.endswith("-") else body
    return _GROUP_SIGNS.sub(" ", body.strip()), bracketed or minus, currency


def _split(body: str, text: str, negative: bool, currency: str) -> Amount:
    signs = re.findall(r"[., ]", body)
    if not signs or signs[-1] == " ":
        return Amount(negative, _ungrouped(body, text), "", currency)
    last = signs[-1]
    other = "." if last == "," else ","
    if signs.count(last) > 1:  # 1.234.567: it groups, so the other one is the decimal sign
        return Amount(negative, _ungrouped(body, text), "", currency, other)
    whole, _, part = body.rpartition(last)
    if len(signs) == 1 and len(part) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0"):
        return Amount(negative, whole, part, currency, sign=last)
    return Amount(negative, _ungrouped(whole or "0", text), part, currency, last)


def _ungrouped(whole: str, text: str) -> str:
    """`1 234 567` -> `1234567`; groups must be threes, parted by one and the same sign."""
    groups = re.split(r"[., ]", whole)
    if len(groups) > 1 and (
        len(set(re.findall(r"[., ]", whole))) > 1 or not 1 <= len(groups[0]) <= 3 or any(len(g) != 3 for g in groups[1:])
    ):
        raise CellRefused("amount_grouping", value=shown(text))
    return "".join(groups)


def decimal_sign(cells: Iterable[object]) -> str:
    """The decimal sign that the values of one column prove: "," or "."; "" when none does or they disagree."""
    proved = set()
    for cell in cells:
        if isinstance(cell, str) and ("," in cell or "." in cell):
            plain = _PLAIN.fullmatch(cell)
            try:
                proved.add((plain[3] or "") if plain else take_apart(cell.strip()).decimal)
            except CellRefused:
                continue
            if "," in proved and "." in proved:
                return ""
    proved.discard("")
    return proved.pop() if len(proved) == 1 else ""


def read_amount(cell: object, decimal: str) -> tuple[int, str]:
    """A cell -> (öre, the currency written in it: a code, "kr" or ""). `decimal` is the column's decimal sign, "" if not known.

    Raises CellRefused: not an amount, more than two decimals, or ambiguous.
    """
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | Decimal):
        raise CellRefused("not_an_amount", value=shown(cell))
    if not isinstance(cell, str):
        return _from_number(cell), ""
    plain = _PLAIN.fullmatch(cell)
    if plain:
        minor = int(plain[2].translate(_NOT_DIGITS) + (plain[4] or "").ljust(2, "0"))
        return (-minor if plain[1] else minor), ""
    amount = take_apart(cell.strip())
    whole, part = amount.whole, amount.part
    if amount.sign:
        if not decimal:
            thousands, ones = int(whole + part) * 100, int(whole) * 100
            other = plain_kronor(ones) if part == "000" else f"{whole}.{part}"
            raise CellRefused("amount_unclear", value=shown(cell), one=Figure(plain_kronor(thousands)), other=Figure(other))
        if amount.sign != decimal:
            whole, part = whole + part, ""
    part = part.rstrip("0")
    if len(part) > 2:
        raise CellRefused("amount_decimals", value=shown(cell))
    if len(whole) > MOST_DIGITS:
        raise CellRefused("amount_too_big", value=shown(cell))
    minor = int(whole) * 100 + int(part.ljust(2, "0"))
    return (-minor if amount.negative else minor), amount.currency


def _from_number(number: float | int | Decimal) -> int:
    """A number cell -> öre. Spreadsheets count in binary: 1234.5600000000002 is 1234.56, but 1234.565 is no amount."""
    exact = Decimal(repr(number)) if isinstance(number, float) else Decimal(number)
    if not exact.is_finite():
        raise CellRefused("not_an_amount", value=shown(number))
    if abs(exact) >= 10**MOST_DIGITS:
        raise CellRefused("amount_too_big", value=shown(number))
    minor = exact * 100
    whole = minor.to_integral_value()
    if abs(minor - whole) > Decimal("0.0001"):
        raise CellRefused("amount_decimals", value=shown(number))
    return int(whole)


def read_rate(cell: object) -> Decimal:
    """Percent a year, to three decimals: `8`, `8,5`, `8.5 %`. Raises CellRefused outside 0 to 100.

    A number cell between 0 and 1 is refused: formatted as per cent it looks like 8.5 % but holds 0.085.
    """
    if isinstance(cell, str):
        found = re.fullmatch(r"(\d{1,3})(?:[.,](\d{1,3}))?\s*(?:%|procent|percent)?", cell.strip(), re.ASCII | re.IGNORECASE)
        if not found:
            raise CellRefused("not_a_rate", value=shown(cell))
        rate = Decimal(f"{found[1]}.{found[2] or '0'}")
    elif isinstance(cell, int | float) and not isinstance(cell, bool):
        rate = Decimal(repr(cell))
        if not rate.is_finite():
            raise CellRefused("not_a_rate", value=shown(cell))
        if 0 < rate < 1:
            raise CellRefused("rate_unclear", value=shown(cell), one=Figure(f"{rate * 100:f}"), other=Figure(f"{rate:f}"))
    else:
        raise CellRefused("not_a_rate", value=shown(cell))
    if not 0 <= rate <= 100:
        raise CellRefused("not_a_rate", value=shown(cell))
    return rate.quantize(Decimal("0.001")).normalize() + 0
