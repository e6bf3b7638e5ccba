"""Lists of a creditor's own reminders are read, and what is wrong with a line is said at the line."""

from __future__ import annotations

import io
from datetime import date

import pytest
import xlsxwriter

from fordran.core.problems import Refused
from fordran.formats.reminder_list import ListedReminder, read_reminder_list


def read(text: str) -> list[ListedReminder]:
    return read_reminder_list(text.encode("cp1252"), "lista.csv").lines


def test_columns_are_found_by_their_headers_in_any_order() -> None:
    rows = read("Avgift;Kund;Påmind;Fakturanr\n60,00;Öberg;2026-01-20;1001\n;Åker;24/1 2026;1002\n")
    assert rows == [
        ListedReminder(2, "1001", date(2026, 1, 20), 6_000),
        ListedReminder(3, "1002", date(2026, 1, 24)),
    ]


def test_numbers_alone_are_a_list_of_reminders_without_day_and_fee() -> None:
    assert read("1001\n\n1002\n") == [ListedReminder(1, "1001"), ListedReminder(3, "1002")]
    assert read("Faktura\n1001\n") == [ListedReminder(2, "1001")]


def test_lines_left_blank_in_a_list_with_days_are_not_reminded() -> None:
    found = read_reminder_list("Faktura;Påmind;Avgift\n1001;2026-01-20;\n1002;;\n1003;;60\n".encode(), "lista.csv")
    assert [line.number for line in found.lines] == ["1001", "1003"] and found.blank == 1


def test_what_cannot_be_read_is_said_at_its_line_and_stops_no_other() -> None:
    day, fee, right = read("Faktura;Påmind;Avgift\n1001;2026-02-30;60\n1002;2026-01-20;gratis\n1003;2026-01-20;0\n")
    assert day.problem and fee.problem and (day.row, fee.row) == (2, 3)
    assert right == ListedReminder(4, "1003", date(2026, 1, 20), 0)


def test_a_workbook_with_titles_above_its_headers_is_read() -> None:
    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream)
    sheet = book.add_worksheet("Lista")
    as_day = book.add_format({"num_format": "yyyy-mm-dd"})
    sheet.write_row(0, 0, ("Redan påminda",))
    sheet.write_row(2, 0, ("Faktura", "Kund", "Påmind", "Avgift"))
    sheet.write_row(3, 0, (1001, "Öberg"))
    sheet.write_datetime(3, 2, date(2026, 1, 20), as_day)
    sheet.write(3, 3, 60)
    book.close()
    assert read_reminder_list(stream.getvalue(), "lista.xlsx").lines == [ListedReminder(4, "1001", date(2026, 1, 20), 6_000)]


@pytest.mark.parametrize("content", [b"", b" \n", b"\0\0", b"Faktura\n" + b"1\n" * 20_001, b"x" * 5_000_001])
def test_what_is_no_such_list_is_refused(content: bytes) -> None:
    with pytest.raises(Refused):
        read_reminder_list(content, "lista.csv")
