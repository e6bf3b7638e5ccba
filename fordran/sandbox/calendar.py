"""The Swedish days on which banks are open, as a bank's calendar has them: written here once more, so that an error in the
product's own calendar shows as a difference."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

ONE_DAY = timedelta(days=1)
_FIXED = {(1, 1), (1, 6), (5, 1), (6, 6), (12, 24), (12, 25), (12, 26), (12, 31)}


@lru_cache(maxsize=64)
def easter(year: int) -> date:
    """Easter Day by Gauss's rule, with his two exceptions; 1900 to 2199."""
    moon = (19 * (year % 19) + 24) % 30
    later = 2100 <= year < 2200
    sunday = (2 * (year % 4) + 4 * (year % 7) + 6 * moon + (6 if later else 5)) % 7
    days = moon + sunday
    if days == 35 or (days == 34 and moon == 28 and year % 19 > 10):
        days -= 7
    return date(year, 3, 22) + timedelta(days=days)


@lru_cache(maxsize=4096)
def is_banking_day(day: date) -> bool:
    if day.weekday() >= 5 or (day.month, day.day) in _FIXED:
        return False
    if day.month == 6 and day.weekday() == 4 and 19 <= day.day <= 25:  # Midsummer Eve
        return False
    return (day - easter(day.year)).days not in (-2, 1, 39)  # Good Friday, Easter Monday, Ascension Day


def banking_day(day: date) -> date:
    """`day` itself when banks are open, else the next day they are."""
    while not is_banking_day(day):
        day += ONE_DAY
    return day


def banking_days_later(day: date, number: int) -> date:
    """The `number`th banking day after `day`; 0 = `day`, or the next one."""
    day = banking_day(day)
    for _ in range(number):
        day = banking_day(day + ONE_DAY)
    return day


def banking_day_before(day: date) -> date:
    day -= ONE_DAY
    while not is_banking_day(day):
        day -= ONE_DAY
    return day
