"""Amounts as files write them."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.formats.open_items.amounts import decimal_sign, read_amount, read_rate
from fordran.formats.open_items.words import CellRefused


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234", 123400),
        ("1234,5", 123450),
        ("1234.50", 123450),
        ("1 234,50", 123450),
        ("1\u00a0234,50", 123450),
        ("1\u202f234\u202f567,50", 123456750),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("12.345.678", 1234567800),
        ("12,345,678", 1234567800),
        ("1'234.50", 123450),
        ("1’234,50", 123450),
        ("1234:50", 123450),
        ("1 234:-", 123400),
        ("1234,-", 123400),
        ("-1234,50", -123450),
        ("\u22121 234,50", -123450),
        ("1234,50-", -123450),
        ("1 234,50 -", -123450),
        ("(1 234,50)", -123450),
        ("+12,00", 1200),
        ("1 234,50 kr", 123450),
        ("kr 1.234,50", 123450),
        ("SEK 1,234.50", 123450),
        ("-99 SEK", -9900),
        (",50", 50),
        ("0,10", 10),
        ("1234,5000", 123450),
        ("  7,00  ", 700),
        (1234.5600000000002, 123456),
        (0.1 + 0.2, 30),
        (100, 10000),
        (-12.5, -1250),
        (0, 0),
    ],
)
def test_an_amount_is_read_to_the_ore(text: object, minor: int) -> None:
    assert read_amount(text, "")[0] == minor


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "not_an_amount"),
        ("abc", "not_an_amount"),
        ("kr", "not_an_amount"),
        ("12 kr 50", "not_an_amount"),
        ("--5", "not_an_amount"),
        ("-5-", "not_an_amount"),
        ("(-5)", "not_an_amount"),
        ("1e5", "not_an_amount"),
        ("5 xyz", "not_an_amount"),
        ("1234:5", "not_an_amount"),
        ("٣٤", "not_an_amount"),
        ("12,345678", "amount_decimals"),
        ("0,125", "amount_decimals"),
        ("1234.567", "amount_decimals"),
        (12.345, "amount_decimals"),
        ("1 23,45", "amount_grouping"),
        ("12.34.56", "amount_grouping"),
        ("1.234,567.89", "amount_grouping"),
        ("1.234", "amount_unclear"),
        ("999,000", "amount_unclear"),
        ("12345678901234", "amount_too_big"),
        (1e15, "amount_too_big"),
        (float("nan"), "not_an_amount"),
        (float("inf"), "not_an_amount"),
        (True, "not_an_amount"),
    ],
)
def test_what_is_no_amount_is_refused_with_the_reason(text: object, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        read_amount(text, "")
    assert refused.value.code == code
    assert refused.value.message("sv") and refused.value.message("en")


def test_the_column_decides_what_one_value_leaves_open() -> None:
    assert decimal_sign(["1.234", "12,50"]) == ","
    assert read_amount("1.234", ",") == (123400, "")
    assert decimal_sign(["1.234", "12.50"]) == "."
    assert read_amount("1.200", ".") == (120, "")
    with pytest.raises(CellRefused, match="amount_decimals"):
        read_amount("1.234", ".")


def test_a_repeated_separator_proves_that_it_groups() -> None:
    assert decimal_sign(["1.234.567", "1.234"]) == ","


def test_a_column_that_contradicts_itself_decides_nothing() -> None:
    assert decimal_sign(["1,50", "1.50", "1.234"]) == ""


def test_numbers_without_separator_decide_nothing() -> None:
    assert decimal_sign(["100", "1 000", 12.5, "x"]) == ""


def test_the_message_of_an_unclear_amount_tells_both_readings() -> None:
    with pytest.raises(CellRefused) as refused:
        read_amount("1.234", "")
    assert "1234.00" in refused.value.message("en") and "1.234" in refused.value.message("en")


def test_a_currency_beside_the_sum_is_told() -> None:
    assert read_amount("€ 12,50", "") == (1250, "EUR")
    assert read_amount("12,50 kr", "") == (1250, "kr")
    assert read_amount("12,50 NOK", "") == (1250, "NOK")


@given(
    st.integers(-(10**14), 10**14), st.sampled_from([(" ", ","), (".", ","), (",", "."), ("\u00a0", ","), ("'", "."), ("", ",")])
)
def test_every_amount_comes_back_in_every_style(minor: int, style: tuple[str, str]) -> None:
    group, decimal = style
    whole, part = divmod(abs(minor), 100)
    text = f"{'-' if minor < 0 else ''}{whole:,}".replace(",", group) + f"{decimal}{part:02d}"
    assert read_amount(text, "") == (minor, "")
    assert decimal_sign([text]) == decimal


@given(st.text(max_size=30), st.sampled_from(["", ",", "."]))
def test_any_text_gives_ore_or_a_refusal(text: str, decimal: str) -> None:
    try:
        minor, _ = read_amount(text, decimal)
    except CellRefused as refused:
        assert refused.message("sv")
    else:
        assert isinstance(minor, int)


@pytest.mark.parametrize(
    ("cell", "rate"),
    [("8", "8"), ("8,5", "8.5"), ("8.50 %", "8.5"), ("12%", "12"), ("0", "0"), (8.5, "8.5"), (100, "100"), ("8,125", "8.125")],
)
def test_a_rate_is_percent_a_year(cell: object, rate: str) -> None:
    assert read_rate(cell) == Decimal(rate)


@pytest.mark.parametrize("cell", ["101", "-1", "åtta", 0.085, "1,2345", 101.0, True])
def test_a_rate_that_cannot_be_one_is_refused(cell: object) -> None:
    with pytest.raises(CellRefused):
        read_rate(cell)
