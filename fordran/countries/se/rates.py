"""The reference rate (9 § räntelagen) and what the act adds to it.

The Riksbank decides the reference rate for each calendar half-year: its policy rate in effect just before the half-year,
rounded up to the nearest half percentage point. It can be below zero (2016-07-01 to 2019-06-30 it was -0.50) and is then
used as it is. Before 2002-07-01 another base was used; those days are refused.

The rate runs out: past the last decided half-year there is no answer. An operator may enter the rate the Riksbank has
published for the coming half-year; it is kept apart and marked, and only a new version of this file makes it the book's.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal, InvalidOperation

from fordran.core.days import months_later
from fordran.core.law import Dated, Since, Source
from fordran.core.problems import Refused
from fordran.countries.se.sources import RANTELAGEN, RIKSBANKEN, Rule, Topic, unsure

ADDED_NOTE = "added by the operator"

_READ = RIKSBANKEN
_SECOND_HAND = unsure(RIKSBANKEN, "read in secondary sources only; confirm each half-year on the Riksbank's page.")


def _halves(first_year: int, *percents: str) -> list[tuple[date, str]]:
    """Half-years in a row, the first of them 1 January of `first_year`."""
    return [(date(first_year + n // 2, 1 if n % 2 == 0 else 7, 1), percent) for n, percent in enumerate(percents)]


_KNOWN = [
    (date(2002, 7, 1), "4.50"),
    *_halves(2003, "4.00", "3.00", "3.00", "2.00", "2.00", "1.50", "1.50", "2.50", "3.00", "3.50"),  # 2003-2007
    *_halves(2008, "4.00", "4.50", "2.00", "0.50", "0.50", "0.50", "1.50", "2.00", "2.00", "1.50"),  # 2008-2012
    *_halves(2013, "1.00", "1.00", "1.00", "1.00", "0.00", "0.00", "0.00", "-0.50", "-0.50", "-0.50"),  # 2013-2017
    *_halves(2018, "-0.50", "-0.50", "-0.50", "0.00", "0.00", "0.00", "0.00", "0.00", "0.00", "0.50"),  # 2018-2022
    *_halves(2023, "2.50", "3.50", "4.00", "4.00", "3.00", "2.00", "2.00", "2.00"),  # 2023-2026
]

REFERENCE_RATE: Dated[Decimal] = Dated(
    "reference rate, percent a year",
    *(Since(day, Decimal(percent), _SECOND_HAND if day >= date(2024, 1, 1) else _READ) for day, percent in _KNOWN),
    known_until=date(2026, 12, 31),
)

MARGIN: Dated[Decimal] = Dated(
    "addition to the reference rate for default interest, percentage points",
    Since(date(2002, 7, 1), Decimal(8), RANTELAGEN("6 §")),
)

RETURN_MARGIN: Dated[Decimal] = Dated(
    "addition to the reference rate for return interest, percentage points",
    Since(date(2002, 7, 1), Decimal(2), RANTELAGEN("5 §")),
)

TOPIC = Topic(
    "The reference rate",
    "Decided for each half-year and never carried on past the last one decided. The rate of the day counts for each day.",
    values=(REFERENCE_RATE, MARGIN, RETURN_MARGIN),
    rules=(Rule("The rate is rounded up to the nearest half point, also below zero; it is not cut off at zero.", RIKSBANKEN),),
)


def check_added_rate(rate: Dated[Decimal], starts_on: date, percent: Decimal, source_url: str) -> None:
    """Refuse anything but the published rate of the half-year right after the last one in `rate`.

    Raises Refused with the field `--from`, `--percent` or `--source`.
    """
    if rate.known_until is None:
        raise Refused("The book's rate has no end, so nothing can be added to it.", "--from")
    expected = rate.known_until + timedelta(days=1)
    if starts_on != expected:
        raise Refused(f"Only the coming half-year can be added: write --from {expected}.", "--from")
    try:
        whole_halves = percent.is_finite() and percent * 2 % 1 == 0 and -5 <= percent <= 25
    except InvalidOperation:
        whole_halves = False
    if not whole_halves:
        raise Refused("The reference rate is a whole number of half percent between -5 and 25; check the figure.", "--percent")
    if not source_url.startswith(("https://", "http://")):
        raise Refused("Give the address of the Riksbank's page where the rate stands.", "--source")


def with_rates(rate: Dated[Decimal], added: Sequence[tuple[date, Decimal, str]]) -> Dated[Decimal]:
    """`rate` reaching further by the operator's rates (first day, percent, address), each marked in its source.

    Rates the book has meanwhile learnt itself are passed over. Raises Refused for a gap or a rate that cannot be.
    """
    for starts_on, percent, address in sorted(added):
        if rate.known_until is not None and starts_on <= rate.known_until:
            continue
        check_added_rate(rate, starts_on, percent, address)
        source = Source(RIKSBANKEN.act, RIKSBANKEN.section, address, ADDED_NOTE)
        last = months_later(starts_on, 6) - timedelta(days=1)
        rate = Dated(rate.name, *rate.values, Since(starts_on, percent, source), known_until=last)
    return rate
