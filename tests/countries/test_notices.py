"""How long a letter gives, what it must contain, and the words it may not carry."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.countries.se.calendar import add_banking_days, is_banking_day
from fordran.countries.se.country import COUNTRY
from fordran.countries.se.notices import DEMAND_DAYS, forbidden_words
from fordran.process.facts import StepKind
from fordran.process.letter import InterestRow, LetterContent, LetterLine, Party, PaySlip, Recipient
from tests.countries.law_cases import COST_SOURCE, a_letter, day, with_lines

# ---- last days --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "sent", "asked", "last"),
    [
        (StepKind.REMINDER, "2026-03-16", 10, "2026-03-26"),
        (StepKind.REMINDER, "2026-03-16", 3, "2026-03-26"),  # a setting never shortens
        (StepKind.REMINDER, "2026-03-16", 20, "2026-04-07"),  # Easter Sunday, moved
        (StepKind.RESIDUAL, "2026-06-09", 10, "2026-06-22"),  # Midsummer Eve, moved
        (StepKind.DEMAND, "2026-04-07", 0, "2026-04-17"),
        (StepKind.DEMAND, "2026-04-07", 14, "2026-04-21"),
        (StepKind.DEMAND, "2025-06-30", 0, "2025-07-09"),  # eight days, and four banking days after day 3
        (StepKind.DEMAND, "2025-07-01", 0, "2025-07-11"),
        (StepKind.DEMAND, "2026-12-22", 0, "2027-01-04"),  # New Year's Day, moved
    ],
)
def test_a_letter_gives_at_least_its_days_and_ends_on_a_banking_day(kind: StepKind, sent: str, asked: int, last: str) -> None:
    assert COUNTRY.last_day_to_pay(kind, day(sent), asked) == day(last)


def test_the_demands_days_change_on_the_day_the_regulations_took_effect() -> None:
    assert (DEMAND_DAYS.on(day("2025-06-30")), DEMAND_DAYS.on(day("2025-07-01"))) == (8, 10)


@given(
    st.sampled_from([StepKind.REMINDER, StepKind.RESIDUAL, StepKind.DEMAND]),
    st.dates(date(2013, 1, 1), date(2035, 1, 1)),
    st.integers(0, 60),
)
def test_the_last_day_is_never_too_early(kind: StepKind, sent: date, asked: int) -> None:
    last = COUNTRY.last_day_to_pay(kind, sent, asked)
    assert is_banking_day(last) and last >= sent + timedelta(days=max(asked, 8))
    if kind == StepKind.DEMAND:
        assert last >= add_banking_days(sent + timedelta(days=3), 4)


# ---- contents ---------------------------------------------------------------------------------------------------


def lacks(letter: LetterContent) -> list[Any]:
    found = COUNTRY.letter_defects(letter)
    for one in found:
        assert COUNTRY.say(one, "sv").endswith(".") and COUNTRY.say(one, "en").endswith(".")
    return [f.fact("lack") for f in found]


def test_a_complete_demand_may_go() -> None:
    assert lacks(a_letter()) == []


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"kind": "threat"}, "kind"),
        ({"creditor": Party(" ", "556016-0680")}, "creditor_name"),
        ({"sender": Party("Städ AB", "")}, "sender"),
        ({"recipient": Recipient("", ("Gatan 1",))}, "recipient"),
        ({"recipient": Recipient("Kim Kund", ())}, "address"),
        ({"mode": "agency"}, "permit"),
        ({"dated_on": day("2026-04-06"), "last_day": day("2026-04-20")}, "dated_on"),
        ({"last_day": None}, "last_day"),
        ({"last_day": day("2026-04-18")}, "last_day_not_banking_day"),
        ({"last_day": day("2026-04-16")}, "last_day_too_early"),
        ({"pay": PaySlip("10017")}, "how_to_pay"),
        ({"pay": PaySlip("10018", bankgiro="50501055")}, "reference"),
        ({"contact_email": ""}, "contact"),
        ({"claims": ()}, "claims"),
    ],
)
def test_a_demand_that_lacks_something_is_stopped(changes: dict[str, Any], lack: str) -> None:
    assert lacks(replace(a_letter(), **changes)) == [lack]


def test_a_claim_must_say_what_it_concerns_and_show_its_capital_by_itself() -> None:
    letter = a_letter()
    vague = replace(letter, claims=(replace(letter.claims[0], concerns=" "),))
    assert lacks(vague) == ["concerns"]
    assert lacks(with_lines(letter, drop="capital")) == ["capital"]


def row(**changes: Any) -> InterestRow:
    return replace(InterestRow(day("2026-03-11"), day("2026-04-07"), 28, Decimal("10.00"), 100_000, 767), **changes)


@pytest.mark.parametrize(
    ("rows", "lack"),
    [
        ((), "interest_rows"),
        ((row(amount_minor=766),), "interest_sum"),
        ((row(days=27),), "interest_period"),
        ((row(capital_minor=0),), "interest_period"),
    ],
)
def test_interest_shows_rate_period_and_capital_and_adds_up(rows: tuple[InterestRow, ...], lack: str) -> None:
    letter = with_lines(a_letter(), LetterLine("interest", 767, "SEK", interest=rows), drop="interest")
    assert lacks(letter) == [lack]


def cost(kind: str, amount: int, on: str = "2026-04-07") -> LetterLine:
    return LetterLine(kind, amount, "SEK", on=day(on), source=COST_SOURCE)


def test_no_cost_may_be_above_its_maximum_or_stand_twice_or_lack_its_paragraph() -> None:
    assert lacks(with_lines(a_letter(), cost("demand", 18_001), drop="demand")) == ["cost_too_high"]
    assert lacks(with_lines(a_letter(), cost("demand", 18_000))) == ["cost_too_high"]
    assert lacks(with_lines(a_letter(), LetterLine("demand", 18_000, "SEK"), drop="demand")) == ["cost_source"]


def test_compensation_beside_costs_may_not_pass_450_in_all() -> None:
    demand_only = with_lines(a_letter(), drop="demand")
    assert lacks(with_lines(demand_only, cost("late-payment", 39_000))) == []
    assert lacks(with_lines(demand_only, cost("late-payment", 39_001))) == ["cost_too_high"]


def test_the_parts_of_a_payment_are_the_whole_payment() -> None:
    paid = LetterLine("paid", -10_000, "SEK", on=day("2026-04-01"), split=(("costs", 6_000), ("capital", 4_000)))
    assert lacks(with_lines(a_letter(), paid)) == []
    assert lacks(with_lines(a_letter(), replace(paid, split=(("costs", 6_000),)))) == ["split_sum"]


def test_a_letter_that_asks_for_nothing_is_stopped() -> None:
    assert lacks(with_lines(a_letter(), LetterLine("paid", -124_767, "SEK"))) == ["total"]


def test_a_notice_is_free_and_sets_no_last_day() -> None:
    notice = replace(with_lines(with_lines(a_letter(), drop="reminder"), drop="demand"), kind="notice", last_day=None)
    assert lacks(notice) == []
    assert lacks(replace(notice, last_day=day("2026-04-17"))) == ["notice_with_last_day"]
    assert lacks(with_lines(notice, cost("reminder", 6_000))) == ["notice_with_cost"]


def test_a_confirmation_needs_neither_total_nor_last_day() -> None:
    assert lacks(replace(a_letter(), kind="confirmation", claims=(), last_day=None, pay=PaySlip(""))) == []


# ---- words ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Annars går ärendet till Kronofogden.", "sv"),
        ("Den här påminnelsen ger ingen betalningsanmärkning.", "sv"),
        ("Vi tar rättsliga åtgärder.", "sv"),
        ("… ansöka om betalnings-\nföreläggande", "sv"),
        ("Kro\u00adno\u00adfog\u00adden", "sv"),
        ("We may take legal\naction.", "en"),
        ("The matter goes to court.", "en"),
        ("This gives no payment remark.", "en"),
        ("Enforcement Authority", "en"),
    ],
)
def test_words_of_legal_action_are_found_however_they_are_broken(text: str, language: str) -> None:
    assert forbidden_words(text, language)


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Stämmer inte fakturan? Skriv till oss. Annars kan kravet gå vidare till inkasso och kostar då 180 kr.", "sv"),
        ("Har du redan betalat kan du bortse från brevet. Hur du invänder står nedan.", "sv"),
        ("As a courtesy we remind you. If the invoice is wrong, tell us. Otherwise it may go to debt collection.", "en"),
    ],
)
def test_an_ordinary_reminder_has_none_of_them(text: str, language: str) -> None:
    assert forbidden_words(text, language) == ()


def test_both_languages_are_looked_for_when_the_language_is_another() -> None:
    assert forbidden_words("Kronofogden eller court", "de") == ("kronofogd", "court")
