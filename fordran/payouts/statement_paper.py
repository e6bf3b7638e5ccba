"""The statement as PDF, tagged and archivable like a letter, and as a workbook. The same payout gives the same bytes."""

from __future__ import annotations

import io
import json
import re
import tomllib
from collections.abc import Iterator
from datetime import UTC, datetime, time
from functools import cache
from pathlib import Path
from typing import Any

import typst
import xlsxwriter

from fordran.core.problems import Refused
from fordran.letters.render import FONTS, STANDARDS
from fordran.letters.words import Words
from fordran.payouts.statement import COSTS, Row, Statement

HERE = Path(__file__).parent
LONG = 24
COLUMNS = ("paid", "case", "col_capital", "col_interest", "col_costs", "col_collected", "col_taken", "col_vat", "col_amount")


@cache
def _texts(language: str) -> dict[str, Any]:
    return tomllib.loads((HERE / "texts" / f"{language}.toml").read_text(encoding="utf-8"))


def state_in_words(statement: Statement, language: str) -> str:
    order = statement.order
    if order is None:
        return ""
    words: str = _texts(language)["order"][order.state]
    reason = " ".join(filter(None, [order.reason_code, order.reason_text]))
    return words.format(day=order.paid_on or "", reason=reason or "–")


def render_statement(statement: Statement, language: str = "sv") -> bytes:
    """PDF/UA-1 and PDF/A-2a, dated at midnight UTC of the day it was prepared. Raises Refused when the fonts are missing."""
    if not list(FONTS.glob("*.ttf")):
        raise Refused("the letter font Source Sans 3 is missing; run `make setup`", field="font")
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
    source = HERE / "templates" / "statement-1.typ"
    made = typst.Compiler(str(source), root=str(source.parent), font_paths=fonts, ignore_system_fonts=True).compile(
        format="pdf", sys_inputs={"sheet": json.dumps(_sheet(statement, language), ensure_ascii=False, sort_keys=True)},
        pdf_standards=STANDARDS, timestamp=datetime.combine(statement.payout.prepared_on, time(), UTC),
    )  # fmt: skip
    if not isinstance(made, bytes):
        raise TypeError("Typst gave no single PDF")
    return made


def _sheet(statement: Statement, language: str) -> dict[str, Any]:
    t, words, payout = _texts(language), Words(language, "agency"), statement.payout
    amount = words.money(payout.amount_minor, payout.currency)
    account = t["bank"][statement.order.to_kind].format(number=statement.account) if statement.order else ""
    facts = [
        (t["creditor"], f"{statement.creditor}, {_grouped(statement.creditor_number)}"),
        (t["until"], payout.day.isoformat()),
        (t["prepared"], payout.prepared_on.isoformat()),
        (t["account"], account),
        (t["state"], state_in_words(statement, language)),
    ]
    note = t["vat_note"].format(
        taken=words.money(payout.earned_minor, payout.currency), vat=words.money(payout.vat_minor, payout.currency),
        office=statement.office, number=_grouped(statement.office_number),
    )  # fmt: skip
    return {
        "language": language, "title": t["title"].format(number=payout.number), "office": statement.office,
        "document": t["document"].format(number=payout.number, creditor=statement.creditor), "page": t["page"],
        "ask": t["ask"].format(amount=amount, account=account) if account else t["ask_pending"].format(amount=amount),
        "intro": t["intro"].format(day=payout.day.isoformat()), "facts": [[a, _breakable(b)] for a, b in facts if b],
        "sum_heading": t["sum_heading"], "lines_heading": t["lines_heading"],
        "heads": [t["what"], t["amount"].format(currency=payout.currency)],
        "sums": [[label, words.number(minor), strong] for label, minor, strong in _sums(statement, t)],
        "note": note if payout.earned_minor or payout.vat_minor else "", "columns": [t[name] for name in COLUMNS],
        "rows": [_cells(row, t, words) for row in statement.rows],
        "total": ["", t["sum"], *(words.number(minor) for minor in _figures(statement.total))],
    }  # fmt: skip


def _grouped(number: str) -> str:
    return f"{number[:6]}-{number[6:]}" if len(number) == 10 else number


def _sums(statement: Statement, t: dict[str, Any]) -> Iterator[tuple[str, int, bool]]:
    total = statement.total
    parts = [("capital", total.capital), ("interest", total.interest), *((kind, total.costs.get(kind, 0)) for kind in COSTS)]
    for name, minor in (*parts, ("own", total.own)):
        if minor:
            yield t[name], minor, False
    yield t["collected"], total.collected, True
    for name, minor in (("commission", total.commission), ("kept", total.kept), ("fee", total.fee), ("vat", total.vat)):
        if minor:
            yield t[name], minor, False
    yield t["total"], total.amount, True


def _figures(row: Row) -> tuple[int, ...]:
    return (row.capital, row.interest, row.costs_sum, row.collected, -row.taken, row.vat, row.amount)


def _cells(row: Row, t: dict[str, Any], words: Words) -> dict[str, Any]:
    head = " ".join(filter(None, [row.case or t["no_case"], row.debtor]))
    notes = [t["invoice"].format(invoice=row.invoice)] if row.invoice else []
    notes += [t["correction"]] if row.kind == "correction" else [t["case_fee"]] if row.kind == "fee" else []
    return {
        "cells": [row.on.isoformat(), _breakable(head), *(words.number(minor) if minor else "" for minor in _figures(row))],
        "notes": _breakable(", ".join(notes)),
    }  # fmt: skip


def _breakable(text: str) -> str:
    """Places to break inside words that no column could hold."""
    return " ".join(w if len(w) <= LONG else "\u200b".join(re.findall(".{1,10}", w)) for w in text.split(" "))


# ---- as a workbook ----------------------------------------------------------------------------------------------


def statement_workbook(statement: Statement, language: str = "sv") -> bytes:
    """Two sheets: the summary, and a row for each payment and case with every cost by itself. Cells are never formulas."""
    t, stream = _texts(language), io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    day = datetime.combine(statement.payout.prepared_on, time())
    book.set_properties({"title": t["title"].format(number=statement.payout.number), "created": day})
    shapes = {
        "head": book.add_format({"bold": True, "bottom": 1}), "strong": book.add_format({"bold": True}),
        "money": book.add_format({"num_format": "#,##0.00"}), "sum": book.add_format({"num_format": "#,##0.00", "bold": True}),
        "day": book.add_format({"num_format": "yyyy-mm-dd", "align": "left"}),
    }  # fmt: skip
    _front(book.add_worksheet(t["sum_heading"]), statement, t, shapes, language)
    _lines(book.add_worksheet(t["lines_heading"]), statement, t, shapes)
    book.close()
    return stream.getvalue()


def _front(sheet: Any, statement: Statement, t: dict[str, Any], shapes: dict[str, Any], language: str) -> None:
    payout = statement.payout
    sheet.set_column(0, 0, 52)
    sheet.set_column(1, 1, 30)
    sheet.write_string(0, 0, t["title"].format(number=payout.number), shapes["strong"])
    facts = (
        (t["office"], statement.office), (t["creditor"], statement.creditor), (t["until"], payout.day.isoformat()),
        (t["account"], statement.account), (t["state"], state_in_words(statement, language)),
    )  # fmt: skip
    for line, (label, value) in enumerate(facts, 2):
        sheet.write_string(line, 0, label)
        sheet.write_string(line, 1, value)
    sheet.write_string(8, 0, t["what"], shapes["head"])
    sheet.write_string(8, 1, t["amount"].format(currency=payout.currency), shapes["head"])
    for line, (label, minor, strong) in enumerate(_sums(statement, t), 9):
        sheet.write_string(line, 0, label, *([shapes["strong"]] if strong else []))
        _money(sheet, line, 1, minor, shapes["sum" if strong else "money"])


def _money(sheet: Any, line: int, column: int, minor: int, shape: Any) -> None:
    # Excel's numbers are binary fractions; with two decimals shown an öre never goes astray below 10^13 kronor.
    sheet.write_number(line, column, minor / 100, shape)


def _lines(sheet: Any, statement: Statement, t: dict[str, Any], shapes: dict[str, Any]) -> None:
    costs = [kind for kind in COSTS if any(row.costs.get(kind) for row in statement.rows)]
    heads = [t["paid"], t["case"], t["invoice"].format(invoice="").strip(), t["what"], "", t["col_capital"], t["col_interest"]]
    heads += [
        *(t[kind] for kind in costs),
        t["own"],
        t["col_collected"],
        t["commission"],
        t["kept"],
        t["fee"],
        t["col_vat"],
        t["col_amount"],
    ]
    sheet.freeze_panes(1, 0)
    sheet.set_column(0, len(heads) - 1, 16)
    for column, head in enumerate(heads):
        sheet.write_string(0, column, head, shapes["head"])
    for line, row in enumerate((*statement.rows, statement.total), 1):
        total = row is statement.total
        if not total:
            sheet.write_datetime(line, 0, datetime.combine(row.on, time()), shapes["day"])
        said = {"correction": t["correction"], "fee": t["case_fee"], "own": t["no_case"], "total": t["sum"]}.get(row.kind, "")
        for column, text in enumerate((row.case, row.invoice, said, row.debtor), 1):
            sheet.write_string(line, column, text)
        figures = [row.capital, row.interest, *(row.costs.get(kind, 0) for kind in costs), row.own, row.collected]
        figures += [row.commission, row.kept, row.fee, row.vat, row.amount]
        for column, minor in enumerate(figures, 5):
            _money(sheet, line, column, minor, shapes["sum" if total else "money"])
