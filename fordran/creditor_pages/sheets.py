"""Lists as Excel: real numbers and days, a first sheet that says what was asked for, and nothing that can run.

Cells are written as what they are and never as formulas, so a customer named `=HYPERLINK(...)` stays a name.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import xlsxwriter
from django.http import HttpResponse

from fordran.creditor_pages.words import t

KIND = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@dataclass(frozen=True, slots=True)
class Column:
    """`kind`: text, day, money (öre in, kronor out), number."""

    head: str
    kind: str = "text"
    width: int = 16


def sheet_answer(
    *, name: str, title: str, about: Sequence[tuple[str, object]], columns: Sequence[Column], rows: Iterable[Sequence[Any]]
) -> HttpResponse:
    """A workbook as a download. `rows` is read once, row by row."""
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(
        stream, {"constant_memory": True, "in_memory": False, "strings_to_formulas": False, "strings_to_urls": False}
    )
    shapes = _shapes(book)
    _front(book.add_worksheet(str(t("Om listan"))), title, about, shapes)
    _list(book.add_worksheet(str(t("Lista"))), columns, rows, shapes)
    book.close()
    response = HttpResponse(stream.getvalue(), content_type=KIND)
    response["Content-Disposition"] = f'attachment; filename="{name}.xlsx"'
    return response


def _shapes(book: Any) -> dict[str, Any]:
    return {
        "head": book.add_format({"bold": True, "bottom": 1, "text_wrap": False}),
        "title": book.add_format({"bold": True, "font_size": 14}),
        "label": book.add_format({"bold": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
        "money": book.add_format({"num_format": "#,##0.00"}),
        "number": book.add_format({"num_format": "#,##0"}),
        "text": book.add_format({"num_format": "@"}),
    }


def _front(sheet: Any, title: str, about: Sequence[tuple[str, object]], shapes: dict[str, Any]) -> None:
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 60)
    sheet.write_string(0, 0, title, shapes["title"])
    for line, (label, value) in enumerate(about, start=2):
        sheet.write_string(line, 0, str(label), shapes["label"])
        _write(sheet, line, 1, value, "day" if isinstance(value, date) else "text", shapes)


def _list(sheet: Any, columns: Sequence[Column], rows: Iterable[Sequence[Any]], shapes: dict[str, Any]) -> None:
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.set_column(place, place, column.width)
        sheet.write_string(0, place, str(column.head), shapes["head"])
    line = 0
    for line, row in enumerate(rows, start=1):
        for place, (column, value) in enumerate(zip(columns, row, strict=True)):
            _write(sheet, line, place, value, column.kind, shapes)
    sheet.autofilter(0, 0, max(line, 1), len(columns) - 1)


def _write(sheet: Any, line: int, place: int, value: Any, kind: str, shapes: dict[str, Any]) -> None:
    if value is None or value == "":
        return
    if kind == "day":
        sheet.write_datetime(line, place, value, shapes["day"])
    elif kind == "money":
        # Excel's numbers are binary fractions; with two decimals shown an öre never goes astray below 10^13 kronor.
        sheet.write_number(line, place, value / 100, shapes["money"])
    elif kind == "number":
        sheet.write_number(line, place, value, shapes["number"])
    else:
        sheet.write_string(line, place, str(value), shapes["text"])
