"""A list of reminders that a creditor has sent itself: CSV, XLSX or pasted text; invoice numbers, perhaps with day and fee."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from fordran.formats.listed import cell_of, day_of, places_of, rows_of, text_of
from fordran.formats.open_items.amounts import decimal_sign, read_amount
from fordran.formats.open_items.table import Cell, Row
from fordran.formats.open_items.words import CellRefused

MOST_ROWS = 20_000
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
    rows = rows_of(content, name, lang, most=MOST_ROWS)
    places, body = _places(rows)
    fees = decimal_sign(cell_of(cells, places.get(FEE)) for _, cells in body)
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
        found = places_of(cells, _HEADERS)
        if NUMBER in found:
            return found, rows[index + 1 :]
    widest = max((len(cells) for _, cells in rows), default=1)
    return dict(zip((NUMBER, ON, FEE)[: min(widest, 3)], range(3), strict=False)), rows


def _read(row: int, cells: Sequence[Cell], places: dict[str, int], decimal: str, lang: str) -> ListedReminder | None:
    number = text_of(cell_of(cells, places.get(NUMBER)))
    if not number:
        return None
    on = fee = None
    try:
        if text_of(day := cell_of(cells, places.get(ON))):
            on = day_of(day)
        if text_of(amount := cell_of(cells, places.get(FEE))):
            fee = read_amount(amount, decimal)[0]
    except CellRefused as wrong:
        return ListedReminder(row, number, on, problem=wrong.message(lang))
    return ListedReminder(row, number, on, fee)
