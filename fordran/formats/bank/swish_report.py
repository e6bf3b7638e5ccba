"""Swish settlement reports: what came to a Swish number on a day, as the banks export it.

Two shapes are in use. *Records*: rows that begin with 01 (start), 02 (a transaction) and 03 (end), fields told by their
place, comma with decimal point or semicolon with decimal comma (Handelsbanken's Swish report). *Table*: an optional title
row that begins with `*`, a header row, and a row a transaction (Swedbank's, and exports with the same headers).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fordran.formats.bank.fields import decimal_minor, is_currency, is_digits, iso_day, note_day, note_reference, tidy
from fordran.formats.bank.report import Report, shown
from fordran.formats.bank.result import Deposit, Event, Kind, Payment

_START = re.compile(r'"?01"?[,;]"?\d{4}-\d{2}-\d{2}')
_OCR = re.compile(r"\d{2,25}")
_RECORD_FIELDS = (15, 18)  # before and after booking day, instruction id and end-to-end id were added
_CODES: dict[str, tuple[Kind, int]] = {
    "SWH": ("payment", 1),
    "SWR": ("other_debit", -1),  # a refund that we made
    "SWT": ("reversal", 1),  # a refund of ours that came back
    "SWU": ("other_debit", -1),  # a payout that we made
    "SWZ": ("reversal", 1),  # a payout of ours that came back
}
# Our name: headers, small letters without anything but letters. The first of each is Swedbank's.
_COLUMNS = {
    "number": ("mottagarnr", "mottagarnummer", "swishnummer", "swishnr", "recipientnumber", "swishnumber"),
    "day": ("bokfdag", "bokföringsdag", "bokföringsdatum", "bookingdate", "transdag", "transaktionsdag", "datum", "date"),
    "amount": ("belopp", "amount"),
    "payer": ("avsändarnamn", "avsändare", "namn", "sendername", "name"),
    "phone": ("avsändarnr", "avsändarnummer", "mobilnummer", "sendernumber", "phone"),
    "message": ("meddelande", "message"),
    "order": ("orderreferens", "orderid", "orderreference"),
    "serial": ("betalningsreferens", "paymentreference", "transaktionsid"),
    "currency": ("valuta", "currency"),
    "row": ("radnr", "radnummer", "row"),
    "clearing": ("clnr", "clearingnr", "clearingnummer"),
    "account": ("kontonr", "kontonummer", "account"),
}
_COMPULSORY = ("number", "day", "amount")


@dataclass(slots=True)
class _Row:
    line: int
    kind: Kind
    sign: int
    number: str
    day: str
    amount: str
    currency: str = "SEK"
    payer: str = ""
    phone: str = ""
    message: str = ""
    order: str = ""
    serial: str = ""
    account: str = ""


def is_swish_report(first_lines: list[str]) -> bool:
    """True for a first row that only these reports have."""
    filled = [line for line in first_lines if line.strip()]
    if not filled:
        return False
    if _START.match(filled[0]):
        return True
    if filled[0].startswith("*"):
        filled = filled[1:]
    headers = _headers(next(csv.reader([filled[0]], delimiter=_delimiter(filled[0])), [])) if filled else {}
    return all(name in headers for name in _COMPULSORY)


def read_swish(lines: Iterator[tuple[int, str]], report: Report) -> Iterator[Event]:
    """Payments, each before its deposit: the rows of one Swish number and booking day that stand together."""
    deposits = _Deposits(report)
    rows = _rows(lines, report)
    first = next(((line, cells) for line, cells in rows if not cells[0].startswith("*")), None)
    if first is None:
        report.disagreement("stops_early", "", "", missing="01")
        return
    records = first[1][0] == "01"
    report.version = "records" if records else "table"
    for row in _records(first, rows, report) if records else _table(first, rows, report):
        yield from deposits.take(row)
    yield from deposits.close()


def _delimiter(line: str) -> str:
    return max(",;\t", key=line.count)


def _rows(lines: Iterator[tuple[int, str]], report: Report) -> Iterator[tuple[int, list[str]]]:
    """(line, cells) of each row that is not blank. A row never spans lines: a quotation mark that tries is a problem."""
    delimiter = ""
    for line, text in lines:
        text = text.strip("\x1a")
        if not text.strip():
            continue
        if not delimiter and not text.startswith("*"):
            delimiter = _delimiter(text)
        try:
            cells = next(csv.reader([text], delimiter=delimiter or ",", strict=True))
        except csv.Error:
            report.problem("rows_run_together", line, "")
            continue
        yield line, [cell.strip() for cell in cells]


def _records(first: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]], report: Report) -> Iterator[_Row]:
    line, start = first
    if len(start) > 5 or not all(iso_day(cell) for cell in start[1:3]):
        report.problem("not_a_date", line, "01", value=shown(",".join(start[1:])), pattern="YYYY-MM-DD")
    count = 0
    sums = {"in": 0, "out": 0}
    for line, cells in rows:
        if cells[0] == "03":
            _end_record(line, cells, count, sums, report)
            if next(rows, None) is not None:
                report.problem("goes_on", line, "")
            return
        if cells[0] != "02":
            report.problem("not_a_code", line, "record type", value=shown(cells[0]), codes="02 03")
            continue
        count += 1
        low, high = _RECORD_FIELDS
        if not low <= len(cells) <= high:
            report.problem("fields_count", line, "", count=len(cells), expected=f"{low}-{high}")
            continue
        if cells[6] not in _CODES:
            report.problem("not_a_code", line, "transaction type", value=shown(cells[6]), codes=" ".join(_CODES))
            continue
        kind, sign = _CODES[cells[6]]
        row = _Row(
            line, kind, sign, number=cells[4], day=(cells[15] if len(cells) > 15 else "") or cells[5], amount=cells[7],
            currency=cells[8], payer=cells[10], phone=cells[9], message=cells[12], order=cells[13], serial=cells[11],
            account=cells[2],
        )  # fmt: skip
        sums["in" if sign > 0 else "out"] += abs(_minor(row.amount) or 0)
        yield row
    report.disagreement("stops_early", line, "record type", missing="03")


def _end_record(line: int, cells: list[str], count: int, sums: dict[str, int], report: Report) -> None:
    """Its first number counts the transactions; a sum, where there is one, is one of the file's."""
    stated = next((cell for cell in cells[1:] if cell), "")
    if is_digits(stated) and int(stated[:15]) != count:
        report.disagreement("deposit_count", line, "number of transactions", stated=stated, counted=count)
    possible = {0, sums["in"], sums["out"], sums["in"] - sums["out"], sums["in"] + sums["out"]}
    for cell in cells[1:]:
        minor = _minor(cell) if re.search(r"[.,]\d\d$", cell) else None
        if minor is not None and abs(minor) not in {abs(one) for one in possible}:
            report.disagreement("end_sum", line, "sum", stated=shown(cell))


def _headers(cells: list[str]) -> dict[str, int]:
    """Our name -> the column's place."""
    plain = ["".join(c for c in cell.lower() if c.isalpha()) for cell in cells]
    found: dict[str, int] = {}
    for name, headers in _COLUMNS.items():
        place = next((plain.index(header) for header in headers if header in plain), None)
        if place is not None:
            found[name] = place
    return found


def _table(first: tuple[int, list[str]], rows: Iterator[tuple[int, list[str]]], report: Report) -> Iterator[_Row]:
    line, header = first
    columns = _headers(header)
    for name in _COMPULSORY:
        if name not in columns:
            report.problem("no_column", line, name, name=name)
            return
    expected = 0
    for line, cells in rows:
        if len(cells) < len(header) or any(cells[len(header) :]):
            report.problem("fields_count", line, "", count=len(cells), expected=len(header))
            continue
        cell = {name: cells[place] if place < len(cells) else "" for name, place in columns.items()}
        expected = _check_row_number(line, cell.get("row", ""), expected, report)
        out = cell["amount"].startswith(("-", "\u2212"))
        yield _Row(
            line, "other_debit" if out else "payment", -1 if out else 1, cell["number"], cell["day"],
            cell["amount"].lstrip("-\u2212"), cell.get("currency") or "SEK", cell.get("payer", ""), cell.get("phone", ""),
            cell.get("message", ""), cell.get("order", ""), cell.get("serial", ""),
            " ".join(part for part in (cell.get("clearing", ""), cell.get("account", "")) if part),
        )  # fmt: skip


def _check_row_number(line: int, written: str, before: int, report: Report) -> int:
    """Rows are numbered, so a missing one shows."""
    if not is_digits(written):
        return before
    number = int(written[:15])
    if before and number != before + 1:
        report.disagreement("row_number", line, "row", stated=number, counted=before + 1)
    elif not before and number != 1:
        report.disagreement("row_number", line, "row", stated=number, counted=1)
    return number


def _minor(written: str) -> int | None:
    return decimal_minor(written.replace("\u00a0", "").replace(" ", "").replace(",", ".").lstrip("-"))


class _Deposits:
    """Payments of one Swish number and day, as they come."""

    def __init__(self, report: Report) -> None:
        self.report = report
        self.key: tuple[str, date | None, str, str] | None = None
        self.number = 0
        self.total = 0
        self.line = 0

    def take(self, row: _Row) -> tuple[Event, ...]:
        report = self.report
        number = "".join(c for c in row.number if c not in " -")
        if not is_digits(number):
            report.problem("not_digits", row.line, "Swish number", value=shown(row.number), width="6-15")
            number = ""
        day = iso_day(row.day)
        if day is None:
            report.problem("not_a_date", row.line, "booking day", value=shown(row.day), pattern="YYYY-MM-DD")
        else:
            note_day(day, row.line, report)
        if not is_currency(row.currency):
            report.problem("not_a_currency", row.line, "currency", value=shown(row.currency))
        if row.amount.startswith("-") and row.sign > 0:
            report.problem("wrong_sign", row.line, "amount", value=shown(row.amount))
            return ()
        minor = _minor(row.amount)
        if minor is None:
            report.problem("not_a_sum", row.line, "amount", value=shown(row.amount))
            return ()
        key = (number, day, row.currency, row.account)
        events: tuple[Event, ...] = ()
        if key != self.key:
            events = self.close()
            self.key, self.total, self.line = key, 0, row.line
            self.number += 1
            if row.currency != "SEK":
                report.note("n_currency", row.line, currency=row.currency)
        self.total += row.sign * minor
        return (*events, self._payment(row, row.sign * minor))

    def _payment(self, row: _Row, amount: int) -> Payment:
        message = tidy(row.message)
        plain = message.replace(" ", "")
        found = [tidy(row.order), plain if _OCR.fullmatch(plain) else ""]
        references = list(dict.fromkeys(one for one in found if one))
        for reference in references:
            note_reference(reference, row.line, self.report)
        return Payment(
            row.kind, amount, row.currency,
            reference=references[0] if references else "",
            references=tuple(references[1:]),
            payer=tidy(row.payer),
            texts=(message,) if message else (),
            deposit=self.number,
            record=str(row.line),
            serial=row.serial,
            payer_account=tidy(row.phone),
        )  # fmt: skip

    def close(self) -> tuple[Event, ...]:
        if self.key is None:
            return ()
        number, day, currency, account = self.key
        self.key = None
        return (Deposit(self.number, number, currency, day, self.total, record=str(self.line), bank_account=account),)
