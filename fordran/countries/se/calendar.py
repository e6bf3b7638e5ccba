"""Which days one can pay on, and how a last day moves.

Lagen (1989:253) om allmänna helgdagar names the public holidays. Lagen (1930:173) om beräkning av lagstadgad tid, 2 §,
puts Saturdays, Midsummer Eve, Christmas Eve and New Year's Eve beside them: what should be done on such a day may be
done on the next ordinary weekday. 5 § skuldebrevslagen says the same of payments, and is applied to debts of money in
general. A day is moved forward only, also over the end of a month or a year. We call the days that are none of these
banking days.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from fordran.countries.se.sources import HELGDAGSLAGEN, LAGSTADGAD_TID, SKULDEBREVSLAGEN, Rule, Topic, unsure
from fordran.process.country import Moved

ONE_DAY = timedelta(days=1)

MOVED_DAY = LAGSTADGAD_TID("2 §")

TOPIC = Topic(
    "Time",
    "Days are calendar days in Sweden. The day of sending is day 0: ten days from the 1st is the 11th.",
    rules=(
        Rule(
            "Public holidays: every Sunday, New Year's Day, Epiphany (6 January), Good Friday, Easter Day, Easter Monday, "
            "1 May, Ascension Day, Whit Sunday, National Day (6 June, from 2005), Midsummer Day (the Saturday 20-26 June), "
            "All Saints' Day (the Saturday 31 October-6 November), 25 and 26 December. Whit Monday was one to 2004.",
            HELGDAGSLAGEN("1-2 §§", "National Day came and Whit Monday went by SFS 2004:1320, in force 2005-04-01."),
        ),
        Rule(
            "A last day that falls on a Saturday, Sunday, other public holiday, Midsummer Eve, Christmas Eve or New Year's "
            "Eve moves forward to the next day that is none of these.",
            MOVED_DAY,
        ),
        Rule(
            "The due day of a debt moves in the same way: payment on the moved day is in time, so nothing may be reminded, "
            "charged or bear interest before the day after it.",
            unsure(
                SKULDEBREVSLAGEN("5 §"),
                "the section speaks of promissory notes and is applied to money debts in general; that interest starts "
                "only after the moved day is the reading best for the debtor.",
            ),
        ),
        Rule(
            "A period in years or months ends on the day with the same number; where the month lacks it, on its last day.",
            LAGSTADGAD_TID("1 §"),
        ),
    ),
)


@lru_cache(maxsize=256)
def easter_day(year: int) -> date:
    """Easter Day by the Gregorian computus (Meeus, Jones, Butcher)."""
    golden = year % 19
    century, rest = divmod(year, 100)
    leap_centuries, century_rest = divmod(century, 4)
    correction = (century + 8) // 25
    moon = (19 * golden + century - leap_centuries - (century - correction + 1) // 3 + 15) % 30
    fours, ones = divmod(rest, 4)
    weekday = (32 + 2 * century_rest + 2 * fours - moon - ones) % 7
    late = (golden + 11 * moon + 22 * weekday) // 451
    month, day = divmod(moon + weekday - 7 * late + 114, 31)
    return date(year, month, day + 1)


def _saturday_from(first: date) -> date:
    return first + timedelta(days=(5 - first.weekday()) % 7)


@lru_cache(maxsize=256)
def named_days(year: int) -> dict[date, str]:
    """Public holidays and the eves equal to them, by their id. Ordinary Saturdays and Sundays are not named."""
    easter = easter_day(year)
    midsummer = _saturday_from(date(year, 6, 20))
    days = {
        midsummer - ONE_DAY: "midsummer_eve",
        date(year, 12, 24): "christmas_eve",
        date(year, 12, 31): "new_years_eve",
        date(year, 1, 1): "new_years_day",
        date(year, 1, 6): "epiphany",
        easter - 2 * ONE_DAY: "good_friday",
        easter: "easter_day",
        easter + ONE_DAY: "easter_monday",
        date(year, 5, 1): "first_of_may",
        easter + 39 * ONE_DAY: "ascension_day",
        easter + 49 * ONE_DAY: "whit_sunday",
        midsummer: "midsummer_day",
        _saturday_from(date(year, 10, 31)): "all_saints_day",
        date(year, 12, 25): "christmas_day",
        date(year, 12, 26): "boxing_day",
    }
    if year >= 2005:
        days.setdefault(date(year, 6, 6), "national_day")
    else:
        days[easter + 50 * ONE_DAY] = "whit_monday"
    return days


EVES = ("midsummer_eve", "christmas_eve", "new_years_eve")


@lru_cache(maxsize=4096)
def closed_because(day: date) -> str:
    """Id of the holiday, eve or weekend day that `day` is; empty for a banking day."""
    if name := named_days(day.year).get(day):
        return name
    return {5: "saturday", 6: "sunday"}.get(day.weekday(), "")


def is_banking_day(day: date) -> bool:
    return not closed_because(day)


@lru_cache(maxsize=4096)
def next_banking_day(day: date) -> date:
    """`day` itself when it is one, else the next."""
    while not is_banking_day(day):
        day += ONE_DAY
    return day


@lru_cache(maxsize=4096)
def add_banking_days(day: date, number: int) -> date:
    """The `number`th banking day after `day`; 0 = `day` itself, moved forward if it is none."""
    if number <= 0:
        return next_banking_day(day)
    for _ in range(number):
        day = next_banking_day(day + ONE_DAY)
    return day


@lru_cache(maxsize=4096)
def move_due(day: date) -> Moved:
    """The due or last day, moved forward (2 § lagen 1930:173). `because` holds the ids of the days passed."""
    passed = []
    while name := closed_because(day):
        passed.append(name)
        day += ONE_DAY
    return Moved(day, ", ".join(passed))
