"""How a command answers: with --json, JSON alone on standard output; else words for a person. Notes go to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from typing import Any

import click
from click.termui import progressbar


def _plain(value: object) -> object:
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Fraction):
        return f"{value.numerator}/{value.denominator}"
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def answer(data: Any, as_json: bool, words: str) -> None:
    """Print `data` as JSON, or `words`."""
    click.echo(json.dumps(data, ensure_ascii=False, indent=1, default=_plain) if as_json else words)


def note(text: str) -> None:
    """A remark beside the answer, on standard error."""
    click.echo(text, err=True)


def progress_wanted() -> bool:
    return sys.stderr.isatty()


@contextmanager
def progress_bar(length: int, label: str) -> Iterator[Callable[[int], None]]:
    """A bar on standard error while the block runs, where that is a terminal; yields how to move it on."""
    if not progress_wanted():
        yield _stay
        return
    shown = progressbar(length=length, label=label, file=sys.stderr)
    with shown as bar:
        yield bar.update


def _stay(steps: int) -> None:
    """Where no bar is shown."""
