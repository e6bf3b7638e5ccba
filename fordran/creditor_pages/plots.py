"""Columns and bars as plain SVG, drawn here so that they need no script. Every plot has its table beside it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Series:
    """One part of each column. `shade` is the step of the ramp that fills it."""

    name: str
    shade: str
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class Columns:
    width: int
    label: str  # read aloud
    bars: list[dict[str, Any]] = field(default_factory=list)
    lines: list[dict[str, Any]] = field(default_factory=list)
    words: list[dict[str, Any]] = field(default_factory=list)


TOP, BOTTOM, LEFT = 22, 180, 40


def columns(*, names: Sequence[str], series: Sequence[Series], width: int, label: str, last: int = 0) -> Columns:
    """Stacked columns from zero; only the `last` ones when that is given (the phone's picture)."""
    start = len(names) - last if last and last < len(names) else 0
    totals = [sum(s.values[n] for s in series) for n in range(start, len(names))]
    top, step = _scale(max(totals, default=0))
    picture = Columns(width, label)
    for value in range(0, top + 1, step):
        y = BOTTOM - (BOTTOM - TOP) * value / top
        picture.lines.append({"y": _at(y), "axis": value == 0, "x1": LEFT, "x2": width, "text": value, "ty": _at(y + 4)})
    slot = (width - LEFT) / max(len(totals), 1)
    bar = slot * 0.72
    marked = {totals.index(max(totals)), len(totals) - 1} if any(totals) else set()
    every = max(1, round(44 / slot))
    for n, total in enumerate(totals):
        x, y = LEFT + slot * n + (slot - bar) / 2, float(BOTTOM)
        for part in series:
            height = (BOTTOM - TOP) * part.values[start + n] / top
            if height <= 0:
                continue
            y -= height
            picture.bars.append({"x": _at(x), "y": _at(y), "w": _at(bar), "h": _at(max(height - 1, 0.75)), "shade": part.shade})
        middle = _at(x + bar / 2)
        far_from_last = len(totals) - 1 - n >= every
        if n == len(totals) - 1 or (n % every == 0 and far_from_last):
            picture.words.append({"x": middle, "y": 199, "text": names[start + n], "value": False})
        if n in marked and total:
            picture.words.append({"x": middle, "y": _at(y - 6), "text": total, "value": True})
    return picture


def _at(value: float) -> str:
    return f"{value:.1f}"


def _scale(highest: int) -> tuple[int, int]:
    """Top of the axis and the step of its lines: three or four round steps."""
    if highest <= 3:
        return 3, 1
    size = 10 ** (len(str(highest)) - 1)
    for step in (size // 4, size // 2, size, size * 2, size * 5):
        if step and step * 4 >= highest:
            return -(-highest // step) * step, step
    return size * 10, size * 5


def shares(amounts: Sequence[int], whole: int) -> list[str]:
    """Widths in per cent for bars, largest = 100; at least a hair for what is not nothing."""
    return [f"{max(100 * amount / whole, 0.4):.1f}" if amount and whole else "0" for amount in amounts]
