"""Lists of customers as people keep them are read, and what is wrong with a line is said at the line."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter

from fordran.core.problems import Refused
from fordran.formats.customer_list import ListedCustomer, numbers_in, read_customer_list


def read(text: str) -> list[ListedCustomer]:
    return read_customer_list(text.encode("cp1252"), "lista.csv")


def test_columns_are_found_by_their_headers_in_any_order() -> None:
    rows = read("Skäl;Kundnr;Till och med\nEgen plan;1042;2027-01-31\n;1043;\n")
    assert rows == [ListedCustomer(2, "1042", "Egen plan", date(2027, 1, 31)), ListedCustomer(3, "1043")]


def test_without_headers_the_first_column_is_the_number_and_the_second_the_reason() -> None:
    assert [(r.row, r.number, r.reason) for r in read("1042;Egen plan\n\n1043;\n")] == [(1, "1042", "Egen plan"), (3, "1043", "")]
    assert [r.number for r in read("1042\n1043\n")] == ["1042", "1043"]


def test_a_day_that_cannot_be_is_said_at_its_line_and_stops_no_other() -> None:
    wrong, right = read("Kund;t.o.m.\n1042;2027-02-30\n1043;24/12 2026\n")
    assert wrong.problem and wrong.until is None
    assert right.until == date(2026, 12, 24) and not right.problem


def test_a_workbook_keeps_numbers_whole_and_days_as_days() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["Kundnummer", "Till och med", "Orsak"])
        sheet.write_number(1, 0, 1042)
        sheet.write_datetime(1, 1, date(2027, 1, 31), book.add_format({"num_format": "yyyy-mm-dd"}))  # type: ignore[arg-type]
        sheet.write_string(1, 2, "Egen plan")
    assert read_customer_list(stream.getvalue(), "lista.xlsx") == [ListedCustomer(2, "1042", "Egen plan", date(2027, 1, 31))]


@pytest.mark.parametrize("content", [b"", b"%PDF-1.7 \x00\x01\x02", b"PK\x03\x04 not a workbook"], ids=["empty", "pdf", "zip"])
def test_what_is_no_list_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_customer_list(content, "fil")


def test_pasted_numbers_may_stand_on_lines_or_between_commas_and_each_counts_once() -> None:
    assert numbers_in("1042, 1043\n1042;  10 44\t1045\r\n\n") == ["1042", "1043", "10 44", "1045"]
