"""Holidays and moved days, against the acts' own rules and an independent calendar."""

from __future__ import annotations

from datetime import date, timedelta

import holidays
import pytest

from fordran.countries.se.calendar import add_banking_days, closed_because, easter_day, is_banking_day, move_due, next_banking_day
from tests.countries.law_cases import day


@pytest.mark.parametrize(
    "text", ["2024-03-31", "2025-04-20", "2026-04-05", "2027-03-28", "2028-04-16", "2030-04-21", "2038-04-25"]
)
def test_easter_day_falls_where_the_church_says(text: str) -> None:
    assert easter_day(day(text).year) == day(text)


@pytest.mark.parametrize("year", range(2005, 2041))
def test_every_day_agrees_with_an_independent_calendar(year: int) -> None:
    known = holidays.country_holidays("SE", years=year, include_sundays=False)
    eves = {date(year, 12, 24), date(year, 12, 31)}
    at = date(year, 1, 1)
    while at.year == year:
        midsummer_eve = at.month == 6 and 19 <= at.day <= 25 and at.weekday() == 4
        closed = at in known or at in eves or midsummer_eve or at.weekday() >= 5
        assert is_banking_day(at) is not closed, at
        at += timedelta(days=1)


def test_whit_monday_was_a_holiday_to_2004_and_national_day_is_one_from_2005() -> None:
    assert closed_because(day("2004-05-31")) == "whit_monday"
    assert closed_because(day("2005-05-16")) == ""
    assert closed_because(day("2003-06-06")) == ""
    assert closed_because(day("2005-06-06")) == "national_day"


@pytest.mark.parametrize("text", ["2026-04-02", "2026-04-30", "2026-01-05", "2026-05-15", "2026-10-30"])
def test_maundy_thursday_and_other_half_holidays_are_banking_days(text: str) -> None:
    assert is_banking_day(day(text))


@pytest.mark.parametrize(
    ("due", "moved", "because"),
    [
        ("2020-12-24", "2020-12-28", "christmas_eve, christmas_day, boxing_day, sunday"),
        ("2021-12-31", "2022-01-03", "new_years_eve, new_years_day, sunday"),
        ("2023-04-07", "2023-04-11", "good_friday, saturday, easter_day, easter_monday"),
        ("2024-06-06", "2024-06-07", "national_day"),
        ("2023-06-23", "2023-06-26", "midsummer_eve, midsummer_day, sunday"),
        ("2026-01-31", "2026-02-02", "saturday, sunday"),
        ("2026-03-10", "2026-03-10", ""),
    ],
)
def test_a_last_day_moves_forward_to_the_next_banking_day(due: str, moved: str, because: str) -> None:
    found = move_due(day(due))
    assert (found.date, found.because) == (day(moved), because)


def test_banking_days_are_counted_from_the_day_after() -> None:
    assert add_banking_days(day("2026-04-01"), 1) == day("2026-04-02")
    assert add_banking_days(day("2026-04-02"), 1) == day("2026-04-07")  # over Easter
    assert add_banking_days(day("2026-04-04"), 0) == day("2026-04-07")
    assert next_banking_day(day("2026-04-07")) == day("2026-04-07")
