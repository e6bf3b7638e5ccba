"""A list of customers as people keep it: CSV, XLSX or pasted text with customer numbers, perhaps with a reason and a last day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fordran.formats.listed import cell_of, day_of, places_of, rows_of, text_of
from fordran.formats.open_items.table import Cell
from fordran.formats.open_items.words import CellRefused

MOST_ROWS = 50_000
NUMBER, REASON, UNTIL = "number", "reason", "until"
_HEADERS = {
    NUMBER: "kund kundnr kundnummer kundkod kundid kundellerklass customer customernumber customerno customerid number nr id "
    "customerorclass",
    REASON: "skal orsak anledning kommentar notering reason comment note",
    UNTIL: "tom tillochmed till slut slutdatum slutdag until end enddate lastday todate",
}
"""Headers without accents and signs (`bare`)."""
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class ListedCustomer:
    """One line. `problem`: what is wrong with it, in the language asked for; "" = nothing."""

    row: int
    number: str
    reason: str = ""
    until: date | None = None  # last day
    problem: str = ""


def read_customer_list(content: bytes, name: str, lang: str = "sv") -> list[ListedCustomer]:
    """Each row of the file that has a number. With headers the columns are found by them, without the first is the number, and
    a second the reason. Raises Refused when the file cannot be read, or has more than `MOST_ROWS` rows."""
    rows = rows_of(content, name, lang, most=MOST_ROWS)
    columns, first = _columns(rows[0][1]) if rows else ({}, 0)
    return [found for number, cells in rows[first:] if (found := _read(number, cells, columns, lang)).number]


def numbers_in(text: str) -> list[str]:
    """Customer numbers that somebody has pasted: a line, a comma, a semicolon or a tab between each, each once."""
    parts = (" ".join(part.split()) for part in re.split(r"[\n\r,;\t]+", text))
    return list(dict.fromkeys(part for part in parts if part))


def _columns(cells: Sequence[Cell]) -> tuple[dict[str, int], int]:
    """Where each field stands, and how many header rows there are (0 or 1)."""
    found = places_of(cells, _HEADERS)
    return (found, 1) if NUMBER in found else ({NUMBER: 0, REASON: 1}, 0)


def _read(row: int, cells: Sequence[Cell], columns: dict[str, int], lang: str) -> ListedCustomer:
    number, reason, last = (cell_of(cells, columns.get(field)) for field in (NUMBER, REASON, UNTIL))
    until, problem = None, ""
    if text_of(last):
        try:
            until = day_of(last)
        except CellRefused as wrong:
            problem = wrong.message(lang)
    return ListedCustomer(row, text_of(number), text_of(reason)[:_LONGEST], until, problem)
