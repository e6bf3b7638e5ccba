"""A list of customers as people keep it: CSV, XLSX or pasted text with customer numbers, perhaps with a reason and a last day."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fordran.core.problems import Refused
from fordran.formats.open_items.dates import Pair, understand
from fordran.formats.open_items.headers import bare
from fordran.formats.open_items.item import ReadOptions
from fordran.formats.open_items.plain_text import read_text
from fordran.formats.open_items.table import Cell, Table, is_empty
from fordran.formats.open_items.words import CellRefused, refuse
from fordran.formats.open_items.workbook import read_workbook

MOST_ROWS, MOST_BYTES = 50_000, 5_000_000
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
    options = ReadOptions(lang=lang, max_bytes=MOST_BYTES)
    if len(content) > MOST_BYTES:
        raise refuse("too_big", lang, record=name, limit=MOST_BYTES // 1_000_000)
    if not content.strip(b"\0 \t\r\n"):
        raise refuse("empty_file", lang, record=name)
    table: Table = read_workbook(content, name, options) if content.startswith(b"PK") else read_text(content, name, options)
    rows = [(number, cells) for number, cells in table.rows() if not is_empty(cells)]
    if len(rows) > MOST_ROWS:
        words = (
            "Filen har {n} rader; dela den i delar om högst {most}."
            if lang == "sv"
            else ("The file has {n} rows; divide it into parts of at most {most}.")
        )
        raise Refused(words.format(n=len(rows), most=MOST_ROWS), record=name)
    columns, first = _columns(rows[0][1]) if rows else ({}, 0)
    return [found for number, cells in rows[first:] if (found := _read(number, cells, columns, lang)).number]


def numbers_in(text: str) -> list[str]:
    """Customer numbers that somebody has pasted: a line, a comma, a semicolon or a tab between each, each once."""
    parts = (" ".join(part.split()) for part in re.split(r"[\n\r,;\t]+", text))
    return list(dict.fromkeys(part for part in parts if part))


def _columns(cells: Sequence[Cell]) -> tuple[dict[str, int], int]:
    """Where each field stands, and how many header rows there are (0 or 1)."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        word = bare(cell) if isinstance(cell, str) else ""
        field = next((name for name, words in _HEADERS.items() if word and word in words.split()), "")
        if field:
            found.setdefault(field, place)
    return (found, 1) if NUMBER in found else ({NUMBER: 0, REASON: 1}, 0)


def _read(row: int, cells: Sequence[Cell], columns: dict[str, int], lang: str) -> ListedCustomer:
    def cell(field: str) -> Cell:
        place = columns.get(field, -1)
        return cells[place] if 0 <= place < len(cells) else None

    number, reason = _text(cell(NUMBER)), _text(cell(REASON))[:_LONGEST]
    until, problem = None, ""
    if _text(cell(UNTIL)):
        try:
            seen = understand(cell(UNTIL))
            until = seen.day("dmy") if isinstance(seen, Pair) else seen  # day before month, as Swedes write it
        except CellRefused as wrong:
            problem = wrong.message(lang)
    return ListedCustomer(row, number, reason, until, problem)


def _text(cell: Cell) -> str:
    """Spreadsheets keep 1042 as 1042.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).split())
