"""A list of reminders that a creditor has sent itself: CSV, XLSX or pasted text; invoice numbers, perhaps with day and fee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from fordran.core.problems import Refused
from fordran.formats.open_items.amounts import decimal_sign, read_amount
from fordran.formats.open_items.dates import Pair, understand
from fordran.formats.open_items.headers import bare
from fordran.formats.open_items.item import ReadOptions
from fordran.formats.open_items.plain_text import read_text
from fordran.formats.open_items.table import Cell, Row, Table, is_empty
from fordran.formats.open_items.words import CellRefused, refuse
from fordran.formats.open_items.workbook import read_workbook

MOST_ROWS, MOST_BYTES = 20_000, 5_000_000
NUMBER, ON, FEE = "number", "on", "fee"
_HEADERS = {
    NUMBER: "faktura fakturanummer fakturanr fakturano fakturaid invoice invoicenumber invoiceno invoicenr invoiceid nummer "
    "number",
    ON: "pamind paminddatum pamindden pamindatum paminnelse paminnelsedatum paminnelsedag senastepaminnelse senastpamind datum "
    "dag reminded remindedon reminder reminderdate lastreminder date",
    FEE: "avgift paminnelseavgift pamavgift kravavgift fee reminderfee dunningfee",
}
"""Headers without accents and signs (`bare`)."""
_TITLE_ROWS = 20


@dataclass(frozen=True, slots=True)
class ListedReminder:
    """One line. `on` None: the day is not stated. `fee_minor` öre; None: not stated. `problem`: what is wrong with the line, in
    the language asked for; "" = nothing."""

    row: int
    number: str
    on: date | None = None
    fee_minor: int | None = None
    problem: str = ""


@dataclass(slots=True)
class ReminderList:
    """`blank`: lines passed over since the file has columns for day or fee, and these are empty there."""

    lines: list[ListedReminder] = field(default_factory=list)
    blank: int = 0


def read_reminder_list(content: bytes, name: str, lang: str = "sv") -> ReminderList:
    """Each line that has a number. With headers the columns are found by them; without, number, day and fee stand in that order.

    Raises Refused when the file cannot be read, or has more than `MOST_ROWS` rows.
    """
    if len(content) > MOST_BYTES:
        raise refuse("too_big", lang, record=name, limit=MOST_BYTES // 1_000_000)
    if not content.strip(b"\0 \t\r\n"):
        raise refuse("empty_file", lang, record=name)
    options = ReadOptions(lang=lang, max_bytes=MOST_BYTES)
    table: Table = read_workbook(content, name, options) if content.startswith(b"PK") else read_text(content, name, options)
    rows = [(number, cells) for number, cells in table.rows() if not is_empty(cells)]
    if len(rows) > MOST_ROWS:
        sv = f"Filen har {len(rows)} rader; dela den i delar om högst {MOST_ROWS}."
        en = f"The file has {len(rows)} rows; divide it into parts of at most {MOST_ROWS}."
        raise Refused(sv if lang == "sv" else en, record=name)
    places, body = _places(rows)
    fees = decimal_sign(_cell(cells, places.get(FEE)) for _, cells in body)
    found = ReminderList()
    for number, cells in body:
        line = _read(number, cells, places, fees, lang)
        if line is None:
            continue
        if {ON, FEE} & places.keys() and line.on is None and line.fee_minor is None and not line.problem:
            found.blank += 1
        else:
            found.lines.append(line)
    return found


def _places(rows: Sequence[Row]) -> tuple[dict[str, int], Sequence[Row]]:
    """Where each field stands, and the rows below the headers. Titles may stand above them."""
    for index, (_, cells) in enumerate(rows[:_TITLE_ROWS]):
        found: dict[str, int] = {}
        for place, cell in enumerate(cells):
            word = bare(cell) if isinstance(cell, str) else ""
            name = next((field for field, words in _HEADERS.items() if word and word in words.split()), "")
            if name:
                found.setdefault(name, place)
        if NUMBER in found:
            return found, rows[index + 1 :]
    widest = max((len(cells) for _, cells in rows), default=1)
    return dict(zip((NUMBER, ON, FEE)[: min(widest, 3)], range(3), strict=False)), rows


def _cell(cells: Sequence[Cell], place: int | None) -> Cell:
    return cells[place] if place is not None and place < len(cells) else None


def _read(row: int, cells: Sequence[Cell], places: dict[str, int], decimal: str, lang: str) -> ListedReminder | None:
    number = _text(_cell(cells, places.get(NUMBER)))
    if not number:
        return None
    on = fee = None
    try:
        if _text(day := _cell(cells, places.get(ON))):
            seen = understand(day)
            on = seen.day("dmy") if isinstance(seen, Pair) else seen  # day before month, as Swedes write it
        if _text(amount := _cell(cells, places.get(FEE))):
            fee = read_amount(amount, decimal)[0]
    except CellRefused as wrong:
        return ListedReminder(row, number, on, problem=wrong.message(lang))
    return ListedReminder(row, number, on, fee)


def _text(cell: Cell) -> str:
    """Spreadsheets keep 1042 as 1042.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).split())
