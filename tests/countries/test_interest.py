"""Interest: its first day, and its sum beside an independent count, day by day."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.core.law import NotInForce, NotYetKnown
from fordran.core.money import round_half_up
from fordran.core.reasons import Reason
from fordran.countries.se.country import COUNTRY
from fordran.countries.se.interest import interest_rows
from fordran.countries.se.rates import REFERENCE_RATE
from fordran.process.country import Interest
from fordran.process.facts import DebtorKind, Movement
from tests.countries.law_cases import a_claim, day


def start_of(**changes: object) -> tuple[str, date | None]:
    found = COUNTRY.first_interest_day(a_claim(**changes))
    return found.case, found.on


# ---- first day --------------------------------------------------------------------------------------------------


def test_a_due_day_agreed_in_advance_bears_interest_from_the_day_after() -> None:
    assert start_of(due_on=day("2026-06-30"), due_agreed=True) == ("A", day("2026-07-01"))


def test_an_agreed_due_day_on_midsummer_eve_bears_interest_from_the_tuesday() -> None:
    assert start_of(due_on=day("2026-06-19"), due_agreed=True) == ("A", day("2026-06-23"))


def test_a_consumer_pays_interest_from_30_days_after_the_invoice_if_it_said_so() -> None:
    issued = day("2026-02-10")
    assert start_of(issued_on=issued, due_on=day("2026-03-02"), interest_text=True) == ("B", day("2026-03-12"))


def test_a_consumer_pays_no_interest_when_the_invoice_did_not_say_so() -> None:
    found = COUNTRY.first_interest_day(a_claim())
    assert (found.case, found.on, found.finding.reason) == ("E", None, Reason.INTEREST_NOT_RUNNING)
    assert "upplyste inte" in COUNTRY.say(found.finding, "sv")


def test_a_debtor_of_unknown_kind_is_protected_as_a_consumer() -> None:
    assert start_of(debtor=DebtorKind.UNKNOWN) == ("E", None)


@pytest.mark.parametrize("kind", [DebtorKind.BUSINESS, DebtorKind.PUBLIC])
def test_a_business_or_public_body_pays_from_30_days_without_any_text(kind: DebtorKind) -> None:
    assert start_of(debtor=kind, issued_on=day("2026-02-10"), due_on=day("2026-03-02")) == ("C", day("2026-03-12"))


def test_a_creditor_that_is_no_business_needs_the_text_against_a_business_too() -> None:
    assert start_of(debtor=DebtorKind.BUSINESS, creditor_is_business=False) == ("E", None)


def test_the_sending_day_goes_before_the_invoice_day() -> None:
    changes = {"debtor": DebtorKind.BUSINESS, "issued_on": day("2026-02-01"), "sent_on": day("2026-02-10")}
    assert start_of(due_on=day("2026-03-02"), **changes) == ("C", day("2026-03-12"))


def test_never_before_the_day_after_the_moved_due_day() -> None:
    late = {"issued_on": day("2026-01-01"), "due_on": day("2026-04-03")}  # Good Friday, moves to 7 April
    assert start_of(debtor=DebtorKind.BUSINESS, **late) == ("C", day("2026-04-08"))
    assert start_of(interest_text=True, **late) == ("B", day("2026-04-08"))


@pytest.mark.parametrize("kind", list(DebtorKind))
def test_an_unknown_invoice_day_means_no_interest_unless_the_due_day_was_agreed(kind: DebtorKind) -> None:
    assert start_of(debtor=kind, issued_on=None, interest_text=True) == ("E", None)
    assert start_of(debtor=kind, issued_on=None, due_agreed=True)[0] == "A"


# ---- how much ---------------------------------------------------------------------------------------------------


def day_by_day(opening: int, movements: list[Movement], first: date, last: date, rate: Decimal | None) -> Fraction:
    """The rule in its plainest form: one day at a time, in whole fractions."""
    total, at = Fraction(0), first
    while at <= last:
        capital = opening + sum(m.amount_minor for m in movements if m.on < at)
        year = 366 if at.year % 4 == 0 and (at.year % 100 != 0 or at.year % 400 == 0) else 365
        percent = Fraction(rate) if rate is not None else Fraction(REFERENCE_RATE.on(at)) + 8
        total += Fraction(max(capital, 0)) * percent / 100 / year
        at += timedelta(days=1)
    return total


def counted(opening: int, movements: list[Movement], first: str, last: str, rate: str | None = None) -> Interest:
    agreed = Decimal(rate) if rate else None
    found = COUNTRY.interest(opening, movements, day(first), day(last), agreed)
    assert found.exact == day_by_day(opening, movements, day(first), day(last), agreed)
    assert found.exact == sum(p.exact for p in found.periods)
    return found


def test_a_whole_year_bears_exactly_the_rate_also_a_leap_year() -> None:
    assert counted(1_000_000, [], "2023-01-01", "2023-12-31", "12").exact == 120_000
    assert counted(1_000_000, [], "2024-01-01", "2024-12-31", "12").exact == 120_000


def test_the_half_year_rate_change_splits_the_claim() -> None:
    found = counted(1_000_000, [], "2025-06-01", "2025-07-31")
    assert [(p.first, p.last, p.days, p.rate_percent) for p in found.periods] == [
        (day("2025-06-01"), day("2025-06-30"), 30, Decimal("11.00")),
        (day("2025-07-01"), day("2025-07-31"), 31, Decimal("10.00")),
    ]
    assert round_half_up(found.exact) == round_half_up(Fraction(1_000_000 * (11 * 30 + 10 * 31), 36_500))


def test_a_new_year_splits_only_where_the_length_of_the_year_changes() -> None:
    assert [p.last for p in counted(100_000, [], "2023-12-01", "2024-01-31", "8").periods] == [
        day("2023-12-31"),
        day("2024-01-31"),
    ]
    assert len(counted(100_000, [], "2025-12-01", "2026-01-31", "8").periods) == 1
    assert len(counted(100_000, [], "2025-12-01", "2026-01-31").periods) == 1  # the rate stayed 2.00


def test_a_negative_reference_rate_is_used_as_it_is() -> None:
    assert counted(100_000, [], "2017-01-01", "2017-01-31").periods[0].rate_percent == Decimal("7.50")


def test_a_payment_counts_from_the_day_after() -> None:
    found = counted(100_000, [Movement(day("2026-03-10"), -40_000)], "2026-03-01", "2026-03-31")
    assert [(p.days, p.capital_minor) for p in found.periods] == [(10, 100_000), (21, 60_000)]


def test_a_payment_before_the_first_day_simply_lowers_the_opening() -> None:
    before = [Movement(day("2026-02-28"), -40_000)]
    assert counted(100_000, before, "2026-03-01", "2026-03-31") == counted(60_000, [], "2026-03-01", "2026-03-31")


def test_overpaid_capital_bears_nothing() -> None:
    assert counted(100, [Movement(day("2026-03-01"), -500)], "2026-03-02", "2026-03-31").periods == ()


def test_no_days_no_interest() -> None:
    assert COUNTRY.interest(100_000, [], day("2026-03-02"), day("2026-03-01"), None).exact == 0


def test_interest_past_the_last_decided_rate_is_refused_but_an_agreed_rate_goes_on() -> None:
    with pytest.raises(NotYetKnown):
        COUNTRY.interest(100_000, [], day("2026-12-01"), day("2027-01-01"), None)
    assert COUNTRY.interest(100_000, [], day("2026-12-01"), day("2027-01-01"), Decimal(8)).exact > 0
    with pytest.raises(NotInForce):
        COUNTRY.interest(100_000, [], day("2002-06-30"), day("2002-07-31"), None)


def test_a_claim_whose_capital_is_paid_needs_no_rate() -> None:
    paid = [Movement(day("2026-12-15"), -100_000)]
    assert COUNTRY.interest(100_000, paid, day("2026-12-01"), day("2027-02-01"), None).periods[-1].last == day("2026-12-15")


_days = st.dates(date(2002, 7, 1), date(2026, 12, 31))
_movements = st.lists(st.builds(Movement, _days, st.integers(-5_000_000, 5_000_000)), max_size=6)
_rates = st.none() | st.decimals(0, 30, places=2)


@given(st.integers(0, 10_000_000), _movements, st.lists(_days, min_size=3, max_size=3), _rates)
def test_interest_is_the_sum_of_its_parts(
    opening: int, movements: list[Movement], days: list[date], rate: Decimal | None
) -> None:
    first, middle, last = sorted(days)
    movements.sort(key=lambda m: m.on)
    whole = COUNTRY.interest(opening, movements, first, last, rate).exact
    one = COUNTRY.interest(opening, movements, first, middle, rate).exact
    other = COUNTRY.interest(opening, movements, middle + timedelta(days=1), last, rate).exact
    assert one + other == whole
    if (last - first).days < 800:
        assert whole == day_by_day(opening, movements, first, last, rate)


# ---- rows -------------------------------------------------------------------------------------------------------


@given(st.integers(1, 10_000_000), st.lists(_days, min_size=2, max_size=2))
def test_the_rows_add_up_and_none_is_a_whole_ore_from_its_exact_interest(opening: int, days: list[date]) -> None:
    found = COUNTRY.interest(opening, [], min(days), max(days), None)
    booked = round_half_up(found.exact)
    rows = interest_rows(found, booked)
    assert sum(row.amount_minor for row in rows) == booked
    assert all(abs(row.amount_minor - p.exact) < 1 for row, p in zip(rows, found.periods, strict=True))


def test_the_rows_add_up_to_a_sum_that_was_lowered_too() -> None:
    found = COUNTRY.interest(1_000_000, [], day("2025-06-01"), day("2025-07-31"), None)
    assert sum(row.amount_minor for row in interest_rows(found, 12_345)) == 12_345
