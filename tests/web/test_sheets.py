"""Lists as Excel: read back with another program than the one that wrote them."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditors.models import Exclusion
from tests.build import the_case
from tests.web.bank import read_in
from tests.web.conftest import World


def read(answer: Any) -> tuple[list[list[Any]], list[list[Any]]]:
    import io

    assert answer.status_code == 200 and answer["Content-Disposition"].endswith('.xlsx"')
    book = CalamineWorkbook.from_filelike(io.BytesIO(answer.content))
    return book.get_sheet_by_index(0).to_python(), book.get_sheet_by_index(1).to_python()


@pytest.mark.parametrize(
    "page", ["cases", "invoices", "letters/all", "invoices/coming", "settings/exclusions", "payments/all", "payments/files"]
)
def test_each_list_comes_as_a_workbook_that_says_what_it_is(world: World, clerk: Client, page: str) -> None:
    Exclusion.objects.create(creditor=world.office.creditor, level="customer", key="9", reason="prov")
    read_in(world.office.creditor, [(20_000, the_case("1002").ocr, "Kund 2"), (50_000, "", "=1+1")], world.today.isoformat())
    front, rows = read(clerk.get(world.url(page), {"as": "xlsx"}))
    said = {line[0]: line[1] for line in front if len(line) > 1 and line[0]}
    assert said["Företag"] == world.office.creditor.name and said["Dag"] == world.today and said["Hämtad av"] == "Clara Ek"
    least = {"cases": 5, "invoices": 7, "letters/all": 5, "invoices/coming": 5, "settings/exclusions": 2, "payments/all": 3,
             "payments/files": 2}  # fmt: skip
    assert len(rows) >= least[page]


def test_sums_are_numbers_and_days_are_days(world: World, clerk: Client) -> None:
    _, rows = read(clerk.get(world.url("cases"), {"as": "xlsx"}))
    row = dict(zip(rows[0], next(r for r in rows if r[0] == the_case("1001").number), strict=True))
    assert row["Kapital"] == 1000.0 and row["Kostnader, SEK"] == 60.0
    assert row["Förföll"] == date(2026, 1, 30)
    assert isinstance(row["OCR"], str) and isinstance(row["Faktura"], str)


def test_payments_come_with_signs_days_and_how_they_found_their_case(world: World, clerk: Client) -> None:
    read_in(world.office.creditor, [(50_000, the_case("1002").ocr, "Firma"), (-5_000, "9", "Firma")], world.today.isoformat())
    _, rows = read(clerk.get(world.url("payments/all"), {"as": "xlsx"}))
    lines = [dict(zip(rows[0], line, strict=True)) for line in rows[1:]]
    assert sorted(line["Belopp"] for line in lines) == [-50.0, 500.0]
    assert {line["Bokförd"] for line in lines} == {world.today} and {line["Slag"] for line in lines} == {"Betalning", "Avdrag"}


def test_the_sheet_follows_the_filter(world: World, clerk: Client) -> None:
    _, rows = read(clerk.get(world.url("cases"), {"as": "xlsx", "q": "1002"}))
    assert [r[4] for r in rows[1:]] == ["1002"]


@pytest.mark.parametrize("name", ['=HYPERLINK("http://evil.example")', "+1+1", "-2", "@SUM(A1)", "http://evil.example", "{=1}"])
def test_no_cell_can_run(name: str) -> None:
    answer = sheet_answer(name="x", title=name, about=[(name, name)], columns=[Column(name)], rows=[[name]])
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(answer.content)) as parts:
        xml = "".join(parts.read(part).decode("utf-8", "replace") for part in parts.namelist() if part.endswith(".xml"))
    assert "<f>" not in xml and "<f " not in xml and "hyperlink " not in xml
    front, rows = read(answer)
    assert rows == [[name], [name]] and front[0][0] == name


def test_an_empty_list_is_a_sheet_with_its_heads() -> None:
    _, rows = read(sheet_answer(name="x", title="t", about=[], columns=[Column("A"), Column("B", "money")], rows=[]))
    assert rows == [["A", "B"]]
