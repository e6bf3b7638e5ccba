"""A short list as people keep it, CSV, XLSX or pasted text: what the readers of such lists share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from fordran.core.problems import Refused
from fordran.formats.open_items.dates import Pair, understand
from fordran.formats.open_items.headers import bare
from fordran.formats.open_items.item import ReadOptions
from fordran.formats.open_items.plain_text import read_text
from fordran.formats.open_items.table import Cell, Row, Table, is_empty
from fordran.formats.open_items.words import refuse
from fordran.formats.open_items.workbook import read_workbook

MOST_BYTES = 5_000_000


def rows_of(content: bytes, name: str, lang: str, *, most: int) -> list[Row]:
    """The rows that hold something. Raises Refused when the file cannot be read, is empty or too large, or has more than `most`
    of them."""
    if len(content) > MOST_BYTES:
        raise refuse("too_big", lang, record=name, limit=MOST_BYTES // 1_000_000)
    if not content.strip(b"\0 \t\r\n"):
        raise refuse("empty_file", lang, record=name)
    options = ReadOptions(lang=lang, max_bytes=MOST_BYTES)
    table: Table = read_workbook(content, name, options) if content.startswith(b"PK") else read_text(content, name, options)
    rows = [(number, cells) for number, cells in table.rows() if not is_empty(cells)]
    if len(rows) > most:
        sv = f"Filen har {len(rows)} rader; dela den i delar om högst {most}."
        en = f"The file has {len(rows)} rows; divide it into parts of at most {most}."
        raise Refused(sv if lang == "sv" else en, record=name)
    return rows


def places_of(cells: Sequence[Cell], headers: Mapping[str, str]) -> dict[str, int]:
    """Where each field stands, when the cells are its headers. `headers`: by field the words it goes by, without accents and
    signs (`bare`), a space between each."""
    found: dict[str, int] = {}
    for place, cell in enumerate(cells):
        word = bare(cell) if isinstance(cell, str) else ""
        field = next((name for name, words in headers.items() if word and word in words.split()), "")
        if field:
            found.setdefault(field, place)
    return found


def cell_of(cells: Sequence[Cell], place: int | None) -> Cell:
    """Nothing where a row is shorter than its headers."""
    return cells[place] if place is not None and place < len(cells) else None


def text_of(cell: Cell) -> str:
    """Spreadsheets keep 1042 as 1042.0."""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return "" if cell is None else " ".join(str(cell).split())


def day_of(cell: Cell) -> date:
    """Day before month, as Swedes write it. Raises CellRefused."""
    seen = understand(cell)
    return seen.day("dmy") if isinstance(seen, Pair) else seen
