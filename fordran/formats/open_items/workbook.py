"""XLSX workbooks: weighed before they are opened, since a small file can unfold to fill the machine's memory.

Formulas are never run: the values that the spreadsheet program stored are read. Macros are never touched.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import python_calamine

from fordran.formats.open_items.headers import HEADER_ROWS, best_header
from fordran.formats.open_items.item import MEGABYTE, ReadOptions
from fordran.formats.open_items.table import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Row
from fordran.formats.open_items.words import listed, refuse, say

MOST_ENTRIES = 1000
MOST_EXPANDED = 500 * MEGABYTE
MOST_RATIO = 100
MOST_CELLS = 20_000_000  # of a sheet's whole rectangle, which is held in memory
MOST_REPEATED_TEXT = 2_000 * MEGABYTE  # the longest text times the cells that may repeat it
MOST_SHEETS = 30
LONGEST_RUN = MEGABYTE  # between two tags; a cell's text is far shorter

_ADDRESS = re.compile(rb"""\sr\s*=\s*["']\s*([A-Za-z]{1,12})([0-9]{1,12})""")
_ROW_NUMBER = re.compile(rb"""\sr\s*=\s*["']\s*([0-9]{1,12})["']""")
_CELL = re.compile(rb"<(?:\w+:)?c[\s/>]")
_ROW = re.compile(rb"<(?:\w+:)?row[\s/>]")
_CHUNK = 4_000_000
_COUNTS_FROM_1904 = re.compile(rb"""date1904\s*=\s*["'](?:1|true|on)""")


class _TooHeavy(Exception):
    """`code` names the sentence."""

    def __init__(self, code: str, limit: int = 0) -> None:
        super().__init__(code)
        self.code, self.limit = code, limit


@dataclass(slots=True)
class _Weight:
    """What one entry of the archive would unfold to as a sheet."""

    expanded: int = 0
    columns: int = 0
    rows: int = 0
    cells: int = 0
    addresses: int = 0
    row_marks: int = 0
    longest_text: int = 0
    text_references: int = 0
    errors: int = 0

    def add(self, piece: bytes) -> None:
        for letters, digits in _ADDRESS.findall(piece):
            self.addresses += 1
            self.columns = max(self.columns, _column(letters))
            self.rows = max(self.rows, int(digits))
        for digits in _ROW_NUMBER.findall(piece):
            self.rows = max(self.rows, int(digits))
        self.cells += len(_CELL.findall(piece))
        self.row_marks += len(_ROW.findall(piece))
        self.text_references += piece.count(b't="s"') + piece.count(b"t='s'")
        self.errors += piece.count(b't="e"')
        self.longest_text = max(self.longest_text, max(map(len, piece.split(b"<"))))
        if _COUNTS_FROM_1904.search(piece):
            raise _TooHeavy("from_1904")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters.upper():
        number = number * 26 + letter - 64
    return number


def _expanded(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> Iterator[bytes]:
    """The entry in chunks, by what really comes out: the sizes that an archive states are not believed."""
    info.file_size = 1 << 40
    with archive.open(info) as stream:
        while chunk := stream.read(_CHUNK):
            yield chunk


def _weigh_entry(archive: zipfile.ZipFile, info: zipfile.ZipInfo, room: int) -> _Weight:
    weight = _Weight()
    tail = b""
    for chunk in _expanded(archive, info):
        weight.expanded += len(chunk)
        if weight.expanded > room:
            raise _TooHeavy("zip_bomb")
        piece = tail + chunk
        cut = max(piece.rfind(b"<"), 0)  # at the last "<", so that no tag is torn
        weight.add(piece[:cut])
        tail = piece[cut:]
        if max(weight.longest_text, len(tail)) > LONGEST_RUN:
            raise _TooHeavy("zip_bomb")
    weight.add(tail)
    if weight.cells > weight.addresses:
        _weigh_unaddressed(archive, info, weight)
    return weight


def _weigh_unaddressed(archive: zipfile.ZipFile, info: zipfile.ZipInfo, weight: _Weight) -> None:
    """Cells without an address stand one after the other: the fullest row gives the width."""
    widest = current = 0
    mark = re.compile(rb"<(?:\w+:)?(row|c)[\s/>]")
    tail = b""
    for chunk in _expanded(archive, info):
        piece = tail + chunk
        cut = max(piece.rfind(b"<"), 0)
        for found in mark.finditer(piece[:cut]):
            current = 0 if found[1] == b"row" else current + 1
            widest = max(widest, current)
        tail = piece[cut:]
    weight.columns = weight.columns + widest
    weight.rows = weight.rows + weight.row_marks


def _weigh(content: bytes) -> int:
    """Refuses by _TooHeavy what would not fit; returns the number of cells that hold a formula error."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = archive.infolist()
        if len(entries) > MOST_ENTRIES:
            raise _TooHeavy("zip_bomb")
        if any(info.flag_bits & 1 or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in entries):
            raise _TooHeavy("old_workbook")
        if len({info.filename.lower() for info in entries}) < len(entries) or "[Content_Types].xml" not in archive.NameToInfo:
            raise _TooHeavy("broken_workbook")
        most = min(MOST_EXPANDED, MOST_RATIO * len(content))
        total = longest = references = errors = 0
        for info in entries:
            weight = _weigh_entry(archive, info, most - total)
            total += weight.expanded
            longest, references = max(longest, weight.longest_text), max(references, weight.text_references)
            errors += weight.errors
            if weight.columns > MOST_COLUMNS:
                raise _TooHeavy("too_many_columns", MOST_COLUMNS)
            if weight.rows > MOST_ROWS + HEADER_ROWS or weight.rows * weight.columns > MOST_CELLS:
                raise _TooHeavy("too_many_rows", min(MOST_ROWS, MOST_CELLS // max(weight.columns, 1)))
        if longest * references > MOST_REPEATED_TEXT:
            raise _TooHeavy("zip_bomb")
        return errors


@dataclass(frozen=True, slots=True)
class SheetTable:
    contents: python_calamine.CalamineSheet
    sheet: str
    lang: str
    name: str
    notes: tuple[str, ...]
    kind: str = "xlsx"
    encoding: str = ""
    delimiter: str = ""

    def rows(self) -> Iterator[Row]:
        """Raises Refused when a cell is longer than a cell can be."""
        for number, cells in enumerate(self.contents.iter_rows(), 1):
            for cell in cells:
                if isinstance(cell, str) and len(cell) > MOST_CHARACTERS:
                    raise refuse("long_cell", self.lang, record=self.name, row=number, limit=MOST_CHARACTERS)
            yield number, cells


def read_workbook(content: bytes, name: str, options: ReadOptions) -> SheetTable:
    """The visible sheet whose headers are recognised best. Raises Refused for what is broken, encrypted or too heavy."""
    try:
        errors = _weigh(content)
        return _choose_sheet(content, name, options, errors)
    except _TooHeavy as heavy:
        raise refuse(heavy.code, options.lang, record=name, limit=heavy.limit) from None
    except (zipfile.BadZipFile, zlib.error, python_calamine.CalamineError, OSError, ValueError, EOFError, NotImplementedError):
        raise refuse("broken_workbook", options.lang, record=name) from None
    except BaseException as panic:  # the reader's own panic is not an Exception
        if type(panic).__name__ != "PanicException":
            raise
        raise refuse("broken_workbook", options.lang, record=name) from None


def _choose_sheet(content: bytes, name: str, options: ReadOptions, errors: int) -> SheetTable:
    book = python_calamine.load_workbook(io.BytesIO(content))
    visible = [
        sheet.name
        for sheet in book.sheets_metadata
        if sheet.typ == python_calamine.SheetTypeEnum.WorkSheet and sheet.visible == python_calamine.SheetVisibleEnum.Visible
    ][:MOST_SHEETS]
    best: tuple[int, str, python_calamine.CalamineSheet] | None = None
    filled = []
    for title in visible:
        sheet = book.get_sheet_by_name(title)
        if sheet.start is None:
            continue
        filled.append(title)
        start = list(enumerate(sheet.to_python(skip_empty_area=False, nrows=HEADER_ROWS), 1))
        score = best_header(start, options.mapping)[1]
        if best is None or score > best[0]:
            best = (score, title, sheet)
    if best is None:
        raise refuse("empty_file", options.lang, record=name)
    _, title, contents = best
    notes = []
    if len(filled) > 1:
        others = listed([other for other in filled if other != title])
        notes.append(say("other_sheets", options.lang, sheet=title, others=others))
    if errors:
        notes.append(say("formula_errors", options.lang, count=errors))
    return SheetTable(contents, title, options.lang, name, tuple(notes))
