"""What of a payment's text could be a reference, and what never is."""

from __future__ import annotations

import pytest

from fordran.process.hints import name_orders, payer_key, references_of, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Faktura 1001, tack", ("1001",)),
        ("avser fakt.nr F-1001", ("f-1001",)),
        ("faktura:1001", ("1001",)),
        ("1001/1002", ("1001/1002", "1001", "1002")),
        ("betalning 1001 + 1002", ("1001", "1002")),
        ("faktura 12", ("12",)),
        ("OCR 0000012345", ("12345",)),
        ("INV/2026/01", ("inv/2026/01", "2026")),
    ],
)
def test_what_could_be_a_reference_is_kept_as_it_is_compared(text: str, words: tuple[str, ...]) -> None:
    assert words_of([text]) == words


@pytest.mark.parametrize(
    "text",
    [
        "betalt 2026-02-10",
        "20260210",
        "260210",
        "den 10/2",
        "10.2.2026",
        "tel 070-123 45 67",
        "0701234567",
        "+46701234567",
        "046-1234567",
        "konto 8327 9 123456789",
        "6789-123456789",
        "SE3550000000054910000003",
        "bg 5050-1055",
        "kundnr 4711",
        "pnr 640823-3234",
        "hyra 12 mån",
        "Tack så mycket!",
        "",
    ],
)
def test_a_date_a_telephone_number_and_an_account_are_no_references(text: str) -> None:
    assert words_of([text]) == ()


def test_after_a_telephone_number_an_invoice_is_still_seen() -> None:
    assert words_of(["tel 070 123 45 67 faktura 1001"]) == ("1001",)


def test_references_are_compared_without_blanks_and_leading_zeros_each_once() -> None:
    assert references_of(" 000 1245", ["1245", "F 12", ""]) == ("1245", "f12")


@pytest.mark.parametrize("written", ["ANNA BERG", "Berg Anna", "berg, anna", "Anna  Berg"])
def test_a_name_is_the_same_in_any_order_and_case(written: str) -> None:
    assert payer_key(written) == payer_key("Anna Berg")
    assert "anna berg" in name_orders(written)


def test_a_long_name_has_few_orders() -> None:
    assert len(name_orders("a b c d e f")) == 2 and len(name_orders("a b c d")) == 24 and name_orders("") == ()
