"""From the bytes of a file to the whole answer: what it is, which column is what, in which style, and then row by row."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from types import MappingProxyType

from fordran.formats.open_items.codes import plain, read_currency
from fordran.formats.open_items.dates import ORDERS
from fordran.formats.open_items.headers import (
    HEADER_ROWS,
    Mapping,
    best_header,
    check_mapping,
    guess_of,
    map_columns,
)
from fordran.formats.open_items.item import MEGABYTE, CellProblem, FileFormat, LedgerFile, OpenItem, ReadOptions, Total
from fordran.formats.open_items.plain_text import read_text
from fordran.formats.open_items.rows import RowReader, is_blank
from fordran.formats.open_items.survey import date_orders, decimal_signs, drop_hollow_guesses, marked_only, survey
from fordran.formats.open_items.table import Cell, Row, Table, is_empty
from fordran.formats.open_items.words import CellRefused, listed, refuse, say, shown
from fordran.formats.open_items.workbook import read_workbook

_SUM_WORDS = (
    "summa", "totalt", "total", "totalsumma", "delsumma", "slutsumma", "sum", "subtotal", "grand total", "totaler", "totals",
    "summa totalt", "total summa",
)  # fmt: skip
_SUM_INITIALS = frozenset(" \u00a0dgstDGST")  # what a sum word can begin with; most cells begin with something else
_SUM_NOTES = 3
_OTHER_FILES = (
    (b"%PDF", "PDF"),
    (b"{\\rtf", "RTF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"\x1f\x8b", "gzip"),
)


def read_open_items(content: bytes, name: str, options: ReadOptions | None = None) -> LedgerFile:
    """Read an open-items file. `name` is the file's name, used in messages only.

    Raises Refused when the file as a whole, its headers or an option cannot be understood; single bad rows are in
    `LedgerFile.refused`. The same bytes and options give the same answer.
    """
    options = _checked(options or ReadOptions())
    table = _table(content, name, options)
    header_row, header_cells = _header(table, options, name)
    mapping = map_columns(header_cells, options, name)
    columns = survey(_body(table, header_row), mapping)
    mapping, notes = drop_hollow_guesses(columns, mapping, options.lang)
    orders = date_orders(columns, mapping, options, name)
    decimals = decimal_signs(columns, mapping)
    reader = RowReader(mapping, orders, decimals, marked_only(columns, mapping), options.currency, options.lang)
    del columns
    read = _Rows(options.lang)
    for number, cells in _body(table, header_row):
        read.take(number, cells, reader, mapping, strict_width=table.kind == "csv")
    if read.rows == 0:
        raise refuse("no_rows", options.lang, record=name)
    read.refuse_duplicates()
    return LedgerFile(
        name=name,
        sha256=hashlib.sha256(content).hexdigest(),
        format=FileFormat(
            table.kind, table.encoding, table.delimiter, table.sheet, header_row,
            MappingProxyType({f: o for f, o in orders.items() if o}), MappingProxyType({f: d for f, d in decimals.items() if d}),
        ),
        items=tuple(read.items),
        refused=tuple(sorted(read.refused, key=lambda problem: problem.row)),
        mapping=mapping.named(),
        unknown_columns=mapping.unknown(),
        totals=_totals(read.items),
        notes=(*table.notes, *notes, *read.notes()),
        rows=read.rows,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sample:
    """A file's headers and its first rows as people read them, for whoever says which column is what. `guess`: field -> header,
    as far as that can be told."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    guess: dict[str, str]


def sample_of(content: bytes, name: str, options: ReadOptions | None = None, rows: int = 3) -> Sample:
    """The beginning of a file, whatever its columns mean. Raises Refused when it is no table, or has no headers."""
    options = _checked(options or ReadOptions())
    table = _table(content, name, options)
    number, cells = _header(table, options, name)
    headers = tuple(" ".join(str(cell).split()) if cell is not None else "" for cell in cells)
    first = [tuple(_as_read(cell)[:60] for cell in row)
             for _, row in islice(_body(table, number), rows)]  # fmt: skip
    return Sample(headers, tuple(first), guess_of(cells, options, name))


def _as_read(cell: Cell) -> str:
    if cell is None:
        return ""
    return f"{cell:.0f}" if isinstance(cell, float) and cell.is_integer() else " ".join(str(cell).split())


def _checked(options: ReadOptions) -> ReadOptions:
    check_mapping(options.mapping, options.lang)
    if options.dates is not None and options.dates not in ORDERS:
        raise refuse("dates_option", options.lang, field="--dates", value=shown(options.dates))
    try:
        return replace(options, currency=read_currency(options.currency))
    except CellRefused:
        raise refuse("currency_option", options.lang, field="--currency", value=shown(options.currency)) from None


def _table(content: bytes, name: str, options: ReadOptions) -> Table:
    """Told by the content, never by the file's name."""
    if len(content) > options.max_bytes:
        raise refuse("too_big", options.lang, record=name, limit=options.max_bytes // MEGABYTE)
    if not content.strip(b"\0 \t\r\n"):
        raise refuse("empty_file", options.lang, record=name)
    if content.startswith(b"PK"):
        return read_workbook(content, name, options)
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        raise refuse("old_workbook", options.lang, record=name)
    for mark, what in _OTHER_FILES:
        if content[:1024].lstrip().startswith(mark):
            raise refuse("not_a_table", options.lang, record=name, what=what)
    return read_text(content, name, options)


def _header(table: Table, options: ReadOptions, name: str) -> tuple[int, Sequence[Cell]]:
    """The number and the cells of the header row; title rows above it are passed over."""
    start = [row for row in islice(table.rows(), HEADER_ROWS) if not is_empty(row[1])]
    if not start:
        raise refuse("empty_file", options.lang, record=name)
    index, score = best_header(start, options.mapping)
    if score == 0:
        seen = listed([str(cell) for cell in start[0][1]])
        raise refuse("no_header", options.lang, record=name, limit=HEADER_ROWS, headers=shown(seen))
    return start[index]


def _body(table: Table, header_row: int) -> Iterator[Row]:
    return ((number, cells) for number, cells in table.rows() if number > header_row and not is_empty(cells))


class _Rows:
    """What has been read so far."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self.rows = 0
        self.items: list[OpenItem] = []
        self.refused: list[CellProblem] = []
        self.sum_rows: list[tuple[int, str]] = []

    def take(self, number: int, cells: Sequence[Cell], reader: RowReader, mapping: Mapping, *, strict_width: bool) -> None:
        label = _sum_label(cells, mapping)
        if label:
            self.sum_rows.append((number, label))
            return
        self.rows += 1
        item, problems = reader.read(number, cells, strict_width=strict_width)
        if item is not None:
            self.items.append(item)
        self.refused += problems

    def refuse_duplicates(self) -> None:
        """Two rows with one number and kind: a number names one invoice, we cannot know which holds, so neither is taken."""
        first: dict[tuple[str, str], int] = {}
        other: dict[int, int] = {}
        for item in self.items:
            row = first.setdefault((item.invoice, item.kind), item.row)
            if row != item.row:
                other[item.row] = row
                other.setdefault(row, item.row)
        if not other:
            return
        for item in self.items:
            if item.row in other:
                message = say("duplicate", self.lang, value=shown(item.invoice), other=other[item.row])
                self.refused.append(CellProblem(item.row, "invoice", message, item.invoice))
        self.items = [item for item in self.items if item.row not in other]

    def notes(self) -> list[str]:
        notes = [say("sum_row", self.lang, row=row, value=shown(label)) for row, label in self.sum_rows[:_SUM_NOTES]]
        if len(self.sum_rows) > _SUM_NOTES:
            notes.append(say("sum_rows", self.lang, count=len(self.sum_rows) - _SUM_NOTES))
        settled = sum(1 for item in self.items if item.open == 0)
        if settled:
            notes.append(say("settled_rows", self.lang, count=settled))
        return notes


def _sum_label(cells: Sequence[Cell], mapping: Mapping) -> str:
    """The label of a sum row ("Summa 12 345,00"): a sum word where no invoice with a due date stands; else ""."""
    due, invoice = mapping.columns["due"], mapping.columns["invoice"]
    if due < len(cells) and not is_blank(cells[due]) and not _is_sum_word(cells[due]):
        return ""
    if invoice < len(cells) and not is_blank(cells[invoice]) and not _is_sum_word(cells[invoice]):
        return ""
    return next((str(cell).strip() for cell in cells if _is_sum_word(cell)), "")


def _is_sum_word(cell: Cell) -> bool:
    if not isinstance(cell, str) or cell[:1] not in _SUM_INITIALS or len(cell) > 60:
        return False
    word = plain(cell).rstrip(": ")
    return word in _SUM_WORDS or word.startswith(("summa ", "totalt ", "total ", "delsumma ", "sum "))


def _totals(items: Sequence[OpenItem]) -> dict[str, Total]:
    totals: dict[str, Total] = {}
    for item in items:
        total = totals.setdefault(item.currency, Total())
        if item.kind == "credit":
            total.credits += 1
            total.credit_minor += item.open
        else:
            total.invoices += 1
            total.open_minor += item.open
    return dict(sorted(totals.items()))
