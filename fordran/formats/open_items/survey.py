"""What whole columns say, before any row is read: the order of dates, the decimal sign, and whether a guess holds."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import islice

from fordran.core.problems import Problem, Refused
from fordran.formats.open_items.amounts import decimal_sign
from fordran.formats.open_items.codes import plain
from fordran.formats.open_items.dates import Unclear, decide_order
from fordran.formats.open_items.headers import Mapping
from fordran.formats.open_items.item import COMPULSORY, ReadOptions
from fordran.formats.open_items.rows import AMOUNTS, DATES, YES_NO, Reader, is_blank, reader_of
from fordran.formats.open_items.table import Cell, Row
from fordran.formats.open_items.words import CellRefused, refuse, say, shown

_TRIED = 300  # different values that show whether a guessed column holds what its header says
_CODED = ("interest_rate", "kind", "debtor", "claim", "country", "language", "currency", "reference")
_MARKS = frozenset({"x", "✓", "✔"})
_PAYMENT_REFERENCE = re.compile(
    r"(?:RF\d\d)?[\d -]{2,40}|\d[.,]?\d*E\+?\d+", re.ASCII | re.IGNORECASE
)  # or one shortened by Excel

Columns = dict[str, list[Cell]]  # field -> its different filled cells, in the order of the file


def survey(rows: Iterable[Row], mapping: Mapping) -> Columns:
    """Go through the rows below the header once."""
    wanted = [field for field in mapping.columns if field in (*DATES, *AMOUNTS, *YES_NO, *_CODED)]
    places = [(mapping.columns[field], dict[Cell, None]()) for field in wanted]
    for _, cells in rows:
        count = len(cells)
        for column, seen in places:
            if column < count:
                seen[cells[column]] = None
    return {field: [cell for cell in seen if not is_blank(cell)] for field, (_, seen) in zip(wanted, places, strict=True)}


def drop_hollow_guesses(columns: Columns, mapping: Mapping, lang: str) -> tuple[Mapping, list[str]]:
    """Let go of guesses by a header whose column holds nothing of the kind ("Typ" with kinds of customers, say)."""
    notes = []
    for field, cells in columns.items():
        if field not in mapping.guessed or field in COMPULSORY or not cells:
            continue
        if field == "reference":
            holds = any(not isinstance(cell, str) or _PAYMENT_REFERENCE.fullmatch(cell.strip()) for cell in cells[:_TRIED])
        else:
            # Which order or sign the column uses does not matter here, only whether it is a date or an amount at all.
            readers = [reader_of(field, order=order, decimal=sign) for order, sign in (("dmy", ","), ("mdy", "."))]
            holds = any(_readable(cell, read) for cell in islice(cells, _TRIED) for read in readers)
        if not holds:
            notes.append(say("guess_dropped", lang, header=shown(mapping.header(field)), field=field))
            mapping = mapping.without(field)
    return mapping, notes


def _readable(cell: Cell, read: Reader) -> bool:
    try:
        read(cell)
    except CellRefused:
        return False
    return True


def date_orders(columns: Columns, mapping: Mapping, options: ReadOptions, name: str) -> dict[str, str]:
    """Field -> order of its column. Raises Refused where the file cannot say and the person has not."""
    orders: dict[str, str] = {}
    problems: list[Problem] = []
    for field in DATES:
        if field not in mapping.columns:
            continue
        if options.dates:
            orders[field] = options.dates
            continue
        try:
            orders[field] = decide_order(columns[field])
        except Unclear as unclear:
            facts = {"header": shown(mapping.header(field)), **unclear.facts}
            problems += refuse(unclear.code, options.lang, record=name, field=field, **facts).problems
    if problems:
        raise Refused(problems)
    return orders


def decimal_signs(columns: Columns, mapping: Mapping) -> dict[str, str]:
    """Field -> the decimal sign of its column, "" where no value proves one."""
    return {field: decimal_sign(columns[field]) for field in AMOUNTS if field in mapping.columns}


def marked_only(columns: Columns, mapping: Mapping) -> frozenset[str]:
    """Yes/no columns whose filled cells are all a mark (x): an empty cell there is meant as no."""
    return frozenset(
        field
        for field in YES_NO
        if field in mapping.columns and columns[field] and {plain(str(cell)) for cell in columns[field]} <= _MARKS
    )
