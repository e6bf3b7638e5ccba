"""OCR, Swish and the payment part."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.core.checkdigits import luhn_holds
from fordran.formats.ocr import make_ocr, valid_ocr
from fordran.formats.swish import show_swish, swish_qr_text
from fordran.letters.slip import (
    machine_line,
    show_bankgiro,
    show_iban,
    show_organisation_number,
    show_plusgiro,
)


@given(st.integers(min_value=0, max_value=10**23 - 1))
def test_every_reference_we_make_holds_at_every_level_of_control(number: int) -> None:
    made = make_ocr(number)
    assert made.startswith(str(number))
    assert valid_ocr(made) and valid_ocr(made, length_digit=True)
    assert int(made[-2]) == len(made) % 10


@given(st.integers(min_value=10, max_value=10**12), st.data())
def test_one_wrong_digit_is_seen(number: int, data: st.DataObject) -> None:
    made = make_ocr(number)
    place = data.draw(st.integers(0, len(made) - 1))
    other = data.draw(st.sampled_from([d for d in "0123456789" if d != made[place]]))
    assert not valid_ocr(made[:place] + other + made[place + 1 :])


@pytest.mark.parametrize("wrong", ["", "12a", "1" * 24, "-1", "١٢٣", " 1"])
def test_only_digits_within_the_length_make_a_reference(wrong: str) -> None:
    with pytest.raises(ValueError, match="digits"):
        make_ocr(wrong)


@pytest.mark.parametrize("reference", ["", "0", "1", "12229446", "1" * 26, "1222 9445"])
def test_what_no_bank_takes_is_not_valid(reference: str) -> None:
    assert not valid_ocr(reference)


def test_a_reference_without_length_digit_is_valid_under_soft_control_only() -> None:
    assert valid_ocr("12229445") == luhn_holds("12229445")
    assert valid_ocr("18") and not valid_ocr("18", length_digit=True)


def test_the_swish_text_has_a_comma_and_is_locked() -> None:
    assert swish_qr_text("1231181189", 905116, "202600418729") == "C1231181189;9051,16;202600418729;0"
    assert swish_qr_text("1231181189", 5, "18") == "C1231181189;0,05;18;0"
    for number, amount, reference in (("123-118", 1, "18"), ("1231181189", 0, "18"), ("1231181189", 1, "18;9")):
        with pytest.raises(ValueError, match="Swish"):
            swish_qr_text(number, amount, reference)


def test_numbers_are_shown_as_people_write_them() -> None:
    shown = (show_bankgiro("50501055"), show_bankgiro("5050105"), show_plusgiro("1234567"), show_plusgiro("12"),
             show_plusgiro("98765432"), show_iban("SE3550000000054910000003"), show_swish("1231181189"),
             show_organisation_number("5599234571"), show_organisation_number("198001011235"))  # fmt: skip
    assert [text.replace("\u00a0", " ") for text in shown] == [
        "5050-1055", "505-0105", "12 34 56-7", "1-2", "9 87 65 43-2", "SE35 5000 0000 0549 1000 0003", "123 118 11 89",
        "559923-4571", "19800101-1235",
    ]  # fmt: skip


def test_the_machine_line_carries_reference_amount_and_receiver() -> None:
    assert machine_line("202600418729", 905116, "50501055") == ("#", "202600418729", "#", "9051 16", "0", ">", "50501055#41#")
    for ocr, amount, bankgiro in (("202600418720", 1, "50501055"), ("202600418729", 0, "50501055"), ("202600418729", 1, ""),
                                  ("202600418729", 10**10, "50501055")):  # fmt: skip
        assert machine_line(ocr, amount, bankgiro) == ()
