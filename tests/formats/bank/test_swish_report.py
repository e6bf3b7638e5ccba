"""Swish reports: the record shape in both spellings, and the table shape."""

from __future__ import annotations

from datetime import date

import pytest

from fordran.formats.bank import BankFile, read_bank_file

OCR = "2026004187038"
HEAD = (
    "Radnr,Clnr,Kontonr,Bokfdag,Transdag,Valutadag,Mottagarnr,"
    "Mottagarnamn,Avsändarnr,Avsändarnamn,Meddelande,Tid,Belopp,Orderreferens"
)


def record(kind: str = "SWH", amount: str = "150.00", message: str = OCR, order: str = "", booked: str | None = None) -> str:
    fields = ["02", "5560001234", "123456789", "HANDSESS", "1231181189", "2026-10-05", kind, amount, "SEK", "+46701740601",
              "Åsa Öberg", "4469411476093401", message, order, "2026-10-05T13:32:22"]  # fmt: skip
    return ",".join(fields if booked is None else [*fields, booked, "", ""])


def records(*rows: str, end: str | None = None) -> bytes:
    return "\r\n".join(["01,2026-10-06,2026-10-05,", *rows, f"03,{len(rows)}" if end is None else end, ""]).encode()


def row(number: int = 1, amount: str = "150.00", message: str = OCR, day: str = "2026-10-05") -> str:
    return f"{number},83279,1234567890,{day},{day},{day},1231181189,Bolaget AB,+46701740601,Åsa Öberg,{message},13:32,{amount},"


def table(*rows: str, title: str = "* Swish-rapport Avser 2026-10-05 - 2026-10-05 Skapad 2026-10-06 06:12 CEST\n") -> bytes:
    return (title + "\n".join([HEAD, *rows]) + "\n").encode("iso-8859-1")


def accepted(content: bytes) -> BankFile:
    result = read_bank_file(content)
    assert result.problems == () and result.control_totals_agree and result.format == "swish"
    return result


def refused(content: bytes) -> list[tuple[str, str]]:
    problems = read_bank_file(content).problems
    assert problems and all(problem.message for problem in problems)
    return [(problem.record, problem.field) for problem in problems]


@pytest.mark.parametrize(
    "content", [records(record()), table(row()), table(row(), title=""), records(record()).replace(b"\r\n", b"\n")]
)
def test_a_payment(content: bytes) -> None:
    (deposit,) = accepted(content).deposits
    assert (deposit.account, deposit.currency, deposit.date) == ("1231181189", "SEK", date(2026, 10, 5))
    assert deposit.payments[0].as_dict() == {
        "kind": "payment", "amount_minor": 15_000, "currency": "SEK", "reference": OCR, "references": [],
        "payer": "Åsa Öberg", "texts": [OCR],
    }  # fmt: skip
    assert deposit.payments[0].payer_account == "+46701740601"


def test_semicolons_with_a_decimal_comma_are_the_same() -> None:
    written = records(record(amount="2300.50"), record())
    semicolons = written.decode().replace(",", ";").replace("2300.50", "2300,50").replace("150.00", "150,00").encode()
    assert accepted(semicolons).deposits == accepted(written).deposits


def test_only_an_incoming_swish_is_a_payment() -> None:
    found = accepted(records(*[record(kind) for kind in ("SWH", "SWR", "SWT", "SWU", "SWZ")])).deposits[0]
    assert [(p.kind, p.amount_minor) for p in found.payments] == [
        ("payment", 15_000),
        ("other_debit", -15_000),
        ("reversal", 15_000),
        ("other_debit", -15_000),
        ("reversal", 15_000),
    ]
    assert found.amount_minor == 15_000
    (out,) = accepted(table(row(amount="-20.00"))).deposits[0].payments
    assert (out.kind, out.amount_minor) == ("other_debit", -2_000)


def test_the_booking_day_decides_and_a_new_day_is_a_new_deposit() -> None:
    content = records(record(booked="2026-10-06"), record(booked="2026-10-07"), record(booked="2026-10-07"))
    assert [(d.date, len(d.payments)) for d in accepted(content).deposits] == [(date(2026, 10, 6), 1), (date(2026, 10, 7), 2)]


def test_an_order_reference_comes_before_the_message() -> None:
    (payment,) = accepted(records(record(order="2026004187137"))).deposits[0].payments
    assert (payment.reference, payment.references) == ("2026004187137", (OCR,))


def test_a_message_in_words_is_a_text_and_no_reference() -> None:
    (payment,) = accepted(records(record(message='"Faktura 12, tack"'))).deposits[0].payments
    assert (payment.reference, payment.texts) == ("", ("Faktura 12, tack",))


@pytest.mark.parametrize(
    ("content", "field"),
    [
        (records(record(), end="03,2"), "number of transactions"),
        (records(record(), end="03,1,149.00"), "sum"),
        (records(record("XXX")), "transaction type"),
        (records(record(amount="12.345")), "amount"),
        (records(record(amount="-150.00")), "amount"),
        (records(record(message="a, b, c, d, e")), ""),
        (records(record().replace("2026-10-05,SWH", "2026-13-05,SWH")), "booking day"),
        (records(record().replace("1231181189", "12311X1189")), "Swish number"),
        (records(record().replace("SEK", "kr")), "currency"),
        (records(record(), "04,hej", end="03,1"), "record type"),
        (records(record(), end=""), "record type"),
        (table(row(1), row(3)), "row"),
        (table(row(2)), "row"),
        (table(row(amount="abc")), "amount"),
        (table(row() + "x,y"), ""),
        (table(row().replace(",13:32,", "13:32,")), ""),
        (records(record()).replace(b"2026-10-05,\r\n02", b"2026-10-0\r\n02"), "01"),
        (table(row(message='"oavslutat')), ""),
    ],
)
def test_what_is_refused(content: bytes, field: str) -> None:
    found = refused(content)
    assert field in [one for _, one in found], found


@pytest.mark.parametrize("end", ["03,2", "03,2,280.00", "03,2,280.00,0.00", "03"])
def test_an_end_record_may_count_and_sum(end: str) -> None:
    assert accepted(records(record(), record(amount="130.00"), end=end))


def test_a_table_without_what_is_needed_is_no_swish_report() -> None:
    assert read_bank_file(b"Datum,Namn,Belopp\n2026-10-05,Bo,5\n").format is None
