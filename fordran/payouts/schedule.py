"""On which days a creditor is paid. Pure but for the country's calendar, which is an argument.

A planned day that is no banking day moves forward to the next one. What was booked up to and including that day is paid; a
day that was missed is caught up with the same contents.
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from fordran.process.country import Country


@dataclass(frozen=True, slots=True)
class Schedule:
    """`weekday` 1 Monday … 7 Sunday; a `month_day` that the month lacks is its last day."""

    kind: str = "weekly"
    weekday: int = 5
    month_day: int = 25


def last_day(schedule: Schedule, country: Country, today: date) -> date:
    """The latest payout day that has come, `today` included."""
    planned = today
    while True:
        planned = _planned_before(schedule, planned)
        moved = country.next_banking_day(planned)
        if moved <= today:
            return moved
        planned -= timedelta(days=1)


def next_day(schedule: Schedule, country: Country, after: date) -> date:
    """The first payout day after that day."""
    day = after + timedelta(days=1)
    while last_day(schedule, country, day) != day:
        day += timedelta(days=1)
    return day


def _planned_before(schedule: Schedule, day: date) -> date:
    """The latest day that the calendar alone names, `day` included."""
    if schedule.kind == "daily":
        return day
    if schedule.kind == "weekly":
        return day - timedelta(days=(day.isoweekday() - schedule.weekday) % 7)
    this_month = date(day.year, day.month, min(schedule.month_day, monthrange(day.year, day.month)[1]))
    if this_month <= day:
        return this_month
    month_end = date(day.year, day.month, 1) - timedelta(days=1)
    return date(month_end.year, month_end.month, min(schedule.month_day, month_end.day))
