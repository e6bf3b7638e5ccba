"""Bytes -> rows of cells, whatever they came in. A table can be read several times; rows are numbered from 1."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

MOST_ROWS = 1_000_000
MOST_COLUMNS = 200
MOST_CHARACTERS = 32_767  # in one cell, as Excel has it

# str | int | float | bool | date | datetime | time | timedelta | None
Cell = object
Row = tuple[int, Sequence[Cell]]


class Table(Protocol):
    """One sheet or text file. `rows` starts anew each time and gives every row, empty ones too, with its number."""

    @property
    def kind(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def delimiter(self) -> str: ...
    @property
    def sheet(self) -> str: ...
    @property
    def notes(self) -> tuple[str, ...]: ...
    def rows(self) -> Iterator[Row]: ...


def is_empty(cells: Sequence[Cell]) -> bool:
    for cell in cells:
        if cell is not None and not (isinstance(cell, str) and (cell == "" or cell.isspace())):
            return False
    return True
