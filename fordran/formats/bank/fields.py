"""Small pieces that all the formats share: digits, amounts, days, account numbers, references."""

from __future__ import annotations

import re
from datetime import date

from fordran.formats.bank.report import Report

LONGEST_TEXT = 500
_AMOUNT = re.compile(r"[+]?(\d{0,16})(?:\.(\d{0,18}))?")
_CURRENCY = re.compile(r"[A-Z]{3}")
_GIRO = re.compile(r"\d{3,4}-\d{4}")
_FIRST_YEAR, _LAST_YEAR = 1990, 2100


def is_digits(text: str) -> bool:
    """ASCII digits only, and at least one."""
    return text.isascii() and text.isdigit()


def is_currency(text: str) -> bool:
    return _CURRENCY.fullmatch(text) is not None


def decimal_minor(text: str) -> int | None:
    """`1234.5` -> 123450 hundredths. None for anything but digits, a point and decimals of which two may be other than 0."""
    found = _AMOUNT.fullmatch(text)
    if found is None or not (found[1] or found[2]):
        return None
    decimals = (found[2] or "").ljust(2, "0")
    if decimals[2:].strip("0"):
        return None
    return int(found[1] or "0") * 100 + int(decimals[:2])


def compact_day(text: str) -> date | None:
    """`20261001` -> the day; None when there is no such day."""
    if len(text) != 8 or not is_digits(text):
        return None
    try:
        return date(int(text[:4]), int(text[4:6]), int(text[6:]))
    except ValueError:
        return None


def iso_day(text: str) -> date | None:
    """`2026-10-01`, with or without a time or zone after it -> the day as written; None when there is no such day."""
    if len(text) < 10 or text[4] != "-" or text[7] != "-" or (len(text) > 10 and text[10] not in "T +-Z"):
        return None
    return compact_day(text[:4] + text[5:7] + text[8:10])


def note_day(day: date, record: object, report: Report) -> None:
    if not _FIRST_YEAR <= day.year < _LAST_YEAR:
        report.note("n_date", record, day=day.isoformat())


def note_reference(reference: str, record: object, report: Report) -> None:
    if reference.startswith("0") and len(reference) > 1 and is_digits(reference):
        report.note("n_zeros", record)


def without_hyphen(number: str, record: object, report: Report) -> str:
    """`321-7254` -> `3217254`, with a note; anything else as it is."""
    if _GIRO.fullmatch(number):
        report.note("n_hyphen", record)
        return number.replace("-", "")
    return number


def tidy(text: str) -> str:
    """A text of the file: blanks collapsed, control characters gone, at most 500 characters."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())[:LONGEST_TEXT]
