"""How an open-items file is to be read: the options that `ledger read`, `ledger import` and `preview --file` share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from fordran.core.problems import Refused
from fordran.formats.open_items import LedgerFile, ReadOptions, read_open_items
from fordran.formats.open_items.headers import parse_mapping

MOST_BYTES = 500_000_000  # the user's own file on the user's own machine; uploads are capped lower


def mapping_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds --currency, --map and --dates; the command gets them as one argument `reading` (ReadOptions)."""

    @click.option("--currency", default="SEK", show_default=True, help="Currency of rows that state none.")
    @click.option("--map", "mapping", multiple=True, metavar="FIELD=HEADER", help="Which column holds a field (repeatable).")
    @click.option("--dates", type=click.Choice(["ymd", "dmy", "mdy"]), help="Order of day and month where the file cannot say.")
    @functools.wraps(command)
    def reading_first(*, currency: str, mapping: tuple[str, ...], dates: str | None, **rest: Any) -> Any:
        lang = rest.get("lang", "sv")
        pairs = parse_mapping(mapping, lang)
        return command(reading=ReadOptions(currency, pairs, dates, lang, MOST_BYTES), **rest)

    return reading_first


def read_ledger(path: Path, reading: ReadOptions) -> LedgerFile:
    """Read a file from disk. Raises Refused, also when the file cannot be opened."""
    try:
        with path.open("rb") as file:
            content = file.read(reading.max_bytes + 1)  # one too many is enough for the reader to say so
    except OSError as error:
        raise Refused(f"cannot open the file: {error.strerror}", record=str(path)) from None
    return read_open_items(content, path.name, reading)
