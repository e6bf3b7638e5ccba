"""Days as the acts count them; what is a holiday is the country's business."""

from __future__ import annotations

from datetime import date


def years_later(day: date, years: int) -> date:
    """The day with the same name `years` later; 29 February becomes 28 February where it is missing."""
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return day.replace(year=day.year + years, day=28)


def months_later(day: date, months: int) -> date:
    """The day with the same number `months` later (or earlier, if negative); the month's last day where it is missing."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for number in range(day.day, 27, -1):
        try:
            return date(year, month + 1, number)
        except ValueError:
            continue
    return date(year, month + 1, day.day)


def days_in_year(year: int) -> int:
    return 366 if year % 4 == 0 and (year % 100 != 0 or year % 400 == 0) else 365
