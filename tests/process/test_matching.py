"""Which claims a payment is for: the payer's own words go first, and what fits two is not guessed."""

from __future__ import annotations

from typing import Any

import pytest

from fordran.core.reasons import Reason
from fordran.formats.ocr import make_ocr
from fordran.process.matching import CONFIDENCE, CONFIDENCE_OF_TEXT, Found, Pointed, Puzzle, choose
from tests.build import day


def points(case: int = 1, **changes: Any) -> Pointed:
    """The first reference is the OCR of a running case in kronor."""
    row: dict[str, Any] = {
        "hint": 1, "text": "10000000116", "rung": "case_ocr", "case": case, "number": f"2026-{case:06d}", "stage": "reminded",
        "cause": "", "invoice": case + 100, "invoice_number": str(1000 + case), "customer": case, "currency": "SEK",
        "due_on": day("2026-01-30"),
    }  # fmt: skip
    return Pointed(**{**row, **changes})


def found(*pointed: Pointed, parts: tuple[tuple[str, int], ...] = (), in_text: bool = False) -> Found:
    answer = choose("SEK", parts, pointed, in_text=in_text)
    assert isinstance(answer, Found), answer
    return answer


def puzzle(*pointed: Pointed, parts: tuple[tuple[str, int], ...] = ()) -> Puzzle:
    answer = choose("SEK", parts, pointed, in_text=False)
    assert isinstance(answer, Puzzle), answer
    return answer


@pytest.mark.parametrize("rung", list(CONFIDENCE))
def test_one_running_case_is_found_with_its_reason_and_how_sure_it_is(rung: str) -> None:
    answer = found(points(rung=rung))
    assert (answer.cases, answer.matched_by, answer.confidence) == ((1,), rung, CONFIDENCE[rung])
    assert answer.because.reason == f"matched_{rung}" and answer.because.fact("reference") == "10000000116"


def test_a_reference_is_what_it_is_on_the_highest_rung() -> None:
    assert found(points(2, rung="invoice_number"), points(1, rung="case_ocr")).cases == (1,)


def test_a_joint_letters_cases_are_paid_oldest_first() -> None:
    letter = [points(2, rung="letter_ocr", due_on=day("2026-01-28"), customer=7), points(1, rung="letter_ocr", customer=7)]
    assert found(*letter).cases == (2, 1)


def test_a_customers_own_reference_on_several_invoices_pays_the_oldest_first() -> None:
    rows = [points(n, rung="invoice_reference", customer=7, due_on=day(f"2026-01-{n + 10}")) for n in (3, 1, 2)]
    assert found(*rows).cases == (1, 2, 3)


def test_a_number_that_two_customers_have_is_a_persons_to_judge() -> None:
    assert puzzle(points(1, rung="invoice_number"), points(2, rung="invoice_number")).because.reason == Reason.SEVERAL_FIT


def test_several_references_are_hints_and_all_are_paid_oldest_first() -> None:
    assert found(points(1), points(2, hint=2, text="2", due_on=day("2026-01-02"))).cases == (2, 1)


def test_a_split_that_the_payer_stated_is_obeyed() -> None:
    answer = found(points(1), points(2, hint=2, text="222"), parts=(("10000000116", 700), ("0222", 300)))
    assert dict(answer.shares) == {1: 700, 2: 300} and not answer.keeps_rest


def test_a_part_for_an_invoice_without_a_case_is_kept_apart() -> None:
    answer = found(points(1), points(0, hint=2, text="222"), parts=(("10000000116", 700), ("222", 300)))
    assert dict(answer.shares) == {1: 700} and answer.keeps_rest


def test_without_parts_a_payment_for_a_case_and_an_invoice_without_one_waits_for_a_person() -> None:
    answer = puzzle(points(1), points(0, hint=2, text="222", invoice=9))
    assert answer.because.reason == Reason.INVOICE_WITHOUT_CASE and answer.about_invoice == 9 and not answer.waits


def test_an_invoice_without_a_case_is_waited_for() -> None:
    answer = puzzle(points(0, invoice=9, rung="invoice_number"))
    assert (answer.because.reason, answer.about_invoice, answer.waits) == (Reason.INVOICE_WITHOUT_CASE, 9, True)


def test_a_closed_case_is_named_and_nothing_is_done() -> None:
    answer = puzzle(points(1, stage="closed", cause="paid"))
    assert (answer.because.reason, answer.about_case) == (Reason.PAID_ON_CLOSED_CASE, 1)


def test_of_a_closed_and_a_running_case_the_running_one_is_paid() -> None:
    assert found(points(1, stage="closed", cause="paid"), points(2, hint=2, text="2")).cases == (2,)


def test_another_currency_is_a_persons_to_judge() -> None:
    assert puzzle(points(1, currency="EUR")).because.reason == Reason.PAYMENT_CURRENCY_DIFFERS


def test_in_a_text_only_a_reference_whose_check_digit_holds_is_an_ocr() -> None:
    valid = make_ocr("20261")
    assert (
        found(points(1, rung="invoice_reference", text=valid), in_text=True).confidence == CONFIDENCE_OF_TEXT["invoice_reference"]
    )
    assert choose("SEK", (), [points(1, rung="invoice_reference", text="12345678")], in_text=True) is None


def test_in_the_reference_field_an_old_systems_reference_needs_no_check_digit() -> None:
    assert found(points(1, rung="invoice_reference", text="12345678")).matched_by == "invoice_reference"


def test_nothing_named_is_no_answer() -> None:
    assert choose("SEK", (), [], in_text=False) is None
