"""Forgiving fields: what a person types is understood or refused with a sentence, never guessed."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from fordran.core.money import parse_kronor
from fordran.creditor_pages.words import language, number, t
from fordran.formats.open_items.dates import understand
from fordran.formats.open_items.words import CellRefused


class Wrong(ValueError):
    """One sentence, in the visitor's language, on what to write instead."""


_YMD = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})")
_DMY = re.compile(r"(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})")


def read_day(text: str) -> date:
    """`2026-11-24`, `20261124`, `24/11 2026` or `24 november 2026`; day before month, as Swedes write it. Raises Wrong."""
    clean = " ".join(text.split())
    year_first, day_first = _YMD.fullmatch(clean), _DMY.fullmatch(clean)
    try:
        if year_first:
            return date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        raise Wrong(t("Datumet {text} finns inte.", text=clean)) from None
    try:
        named = understand(clean)  # `1 oktober 2026`
    except CellRefused:
        named = None
    if isinstance(named, date):
        return named
    raise Wrong(t("Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-24."))


def read_sum(text: str) -> int:
    """Kronor in any usual way of writing -> öre, more than nothing. `1.234` may mean two things and is refused."""
    amount = _read_amount(text)
    if amount <= 0:
        raise Wrong(t("Beloppet ska vara större än noll."))
    return amount


def read_limit(text: str) -> int | None:
    """As `read_sum`, and 0 is an amount; nothing typed = no limit."""
    if not text.strip():
        return None
    amount = _read_amount(text)
    if amount < 0:
        raise Wrong(t("Skriv ett belopp, till exempel 1 000 eller 1000,50."))
    return amount


def read_whole(text: str, *, least: int, most: int, wrong: str) -> int:
    """`7`, `7 dagar`, `1 000` -> the whole number. `wrong` is what to say of anything else; beyond an end both are said."""
    clean = re.sub(r"(?i)\s|\u00a0|\u202f|(dagar|dag|days|day|st)\.?$", "", text.strip())
    if not re.fullmatch(r"\+?[0-9]{1,9}", clean):
        raise Wrong(wrong)
    value = int(clean)
    if not least <= value <= most:
        raise Wrong(t("Skriv ett helt tal från {least} till {most}.", least=number(least), most=number(most)))
    return value


def _read_amount(text: str) -> int:
    clean = re.sub(r"(?i)\s|\u00a0|kr|(?<![a-z])[a-z]{3}(?![a-z])", "", text)
    if re.fullmatch(r"\d{1,3}([.,])\d{3}", clean):
        raise Wrong(t("{text} kan läsas på två sätt. Skriv hela kronor utan punkt, eller med två decimaler.", text=text.strip()))
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d{1,2}", clean):
        clean = clean.replace(".", "")
    try:
        return parse_kronor(clean)
    except ValueError:
        raise Wrong(t("Skriv ett belopp, till exempel 1 000 eller 1000,50.")) from None


def read_percent(text: str) -> Decimal:
    """`8`, `8,5` or `12 %`: a rate a year, 0 to 100 with at most three decimals."""
    clean = re.sub(r"[\s\u00a0%]", "", text).replace(",", ".")
    if not re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3})?", clean) or Decimal(clean) > 100:
        raise Wrong(t("Skriv räntan i procent om året, till exempel 8 eller 12,5."))
    return Decimal(clean)


_WEEKDAYS = {
    "sv": ("måndag", "tisdag", "onsdag", "torsdag", "fredag", "lördag", "söndag"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
_MONTHS = {
    "sv": ("januari", "februari", "mars", "april", "maj", "juni", "juli", "augusti", "september", "oktober", "november",
           "december"),
    "en": ("January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
           "December"),
}  # fmt: skip


def say_day(on: date) -> str:
    """`torsdag 1 oktober 2026`: so that who typed a day sees which one was understood."""
    weekday, month = _WEEKDAYS[language()][on.weekday()], _MONTHS[language()][on.month - 1]
    return f"{weekday} {on.day} {month} {on.year}"
