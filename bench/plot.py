"""Two plain plots as SVG, readable without colour: how near the limit, and how time grows with the rows."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import Any

INK, QUIET, LINE, BAR, BAR_2 = "#15201e", "#5b6764", "#d3dad7", "#1f6f70", "#93bfbc"
LEFT, WIDTH, HEIGHT = 190, 780, 22
WAYS = (("match", "read and matched", BAR_2), ("one_worker", "one worker", BAR_2), ("two_workers", "two workers", BAR))


def write(figures: dict[str, Any], folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "bench-limit.svg").write_text(near_the_limit(figures), encoding="utf-8")
    (folder / "bench-growth.svg").write_text(growth(figures), encoding="utf-8")


def near_the_limit(figures: dict[str, Any]) -> str:
    bars: list[tuple[str, float, str, str]] = []
    for name, found in figures.items():
        if name == "letters":
            bars.append(("letter with code", found["of_typst_alone"], f"{found['per_second_and_core']:g} a second and core", BAR))
            continue
        for way, called, colour in WAYS:
            if way in found:
                label = f"{name}, {called}"
                bars.append((label, found[way]["of_limit"], f"{found[way]['rows_per_second']:,} rows a second", colour))
    scale = (WIDTH - LEFT - 170) / max(1.0, *(share for _, share, _, _ in bars))
    parts = []
    for n, (label, share, told, colour) in enumerate(bars):
        y = 60 + n * (HEIGHT + 10)
        parts.append(_text(LEFT - 10, y + 15, label, "end"))
        parts.append(f'<rect x="{LEFT}" y="{y}" width="{share * scale:.1f}" height="{HEIGHT}" fill="{colour}"/>')
        parts.append(_text(LEFT + share * scale + 8, y + 15, f"{share:.0%} · {told}"))
    bottom = 60 + len(bars) * (HEIGHT + 10)
    marks = []
    for mark in (0.5, 1.0):
        x = LEFT + mark * scale
        marks.append(f'<path d="M{x:.1f} 50V{bottom}" stroke="{INK}" stroke-dasharray="{"4 3" if mark < 1 else "none"}"/>')
        marks.append(_text(x, 44, f"{mark:.0%}", "middle", QUIET))
    parts = marks + parts
    told = "; ".join(f"{label} {share:.0%}" for label, share, _, _ in bars)
    return _svg(bottom + 12, "How near the day comes to what the database can take of the same rows", told, parts)


def growth(figures: dict[str, Any]) -> str:
    steps = {name: found for name, found in figures.items() if "tenth" in found}
    parts, told, y = [], [], 44
    for name, found in steps.items():
        few, many = found["tenth"], found
        each = [size["one_worker"]["client_us"] + size["one_worker"]["server_us"] for size in (few, many)]
        scale = (WIDTH - LEFT - 200) / max(each)
        for rows, micro, colour in ((few["rows"], each[0], BAR_2), (many["rows"], each[1], BAR)):
            parts.append(_text(LEFT - 10, y + 15, f"{name}, {rows:,}", "end"))
            parts.append(f'<rect x="{LEFT}" y="{y}" width="{micro * scale:.1f}" height="{HEIGHT}" fill="{colour}"/>')
            parts.append(_text(LEFT + micro * scale + 8, y + 15, f"{micro:.0f} µs a row"))
            y += HEIGHT + 10
        told.append(f"{name}: {each[0]:.0f} µs a row at {few['rows']:,} rows, {each[1]:.0f} at {many['rows']:,}")
        y += 12
    return _svg(y, "Processor time per row at a tenth of the size and at the whole: flat is linear", "; ".join(told), parts)


def _text(x: float, y: float, words: str, anchor: str = "start", colour: str = INK) -> str:
    """With a rim of white, so that a line behind it does not cross it out."""
    rim = 'stroke="#ffffff" stroke-width="5" paint-order="stroke"'
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}" {rim}>{escape(words)}</text>'


def _svg(height: float, title: str, told: str, parts: list[str]) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" height="{height:.0f}" '
        f'role="img" aria-labelledby="t d" font-family="Source Sans 3, sans-serif" font-size="14">'
        f'<title id="t">{escape(title)}</title><desc id="d">{escape(told)}</desc>'
        f'<rect width="100%" height="100%" fill="#ffffff"/>{_text(10, 18, title)}{"".join(parts)}</svg>\n'
    )
