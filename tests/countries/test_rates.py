"""The reference rate: every half-year, its end, and what an operator may add."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from itertools import pairwise

import pytest

from fordran.core.law import NotInForce, NotYetKnown
from fordran.core.problems import Refused
from fordran.countries.registry import country
from fordran.countries.se.country import COUNTRY, with_added_rates
from fordran.countries.se.rates import ADDED_NOTE, REFERENCE_RATE
from tests.countries.law_cases import day

URL = "https://www.riksbank.se/referensranta"
HALVES = """
2002-07-01 4.50  2003-01-01 4.00  2003-07-01 3.00  2004-01-01 3.00  2004-07-01 2.00  2005-01-01 2.00  2005-07-01 1.50
2006-01-01 1.50  2006-07-01 2.50  2007-01-01 3.00  2007-07-01 3.50  2008-01-01 4.00  2008-07-01 4.50  2009-01-01 2.00
2009-07-01 0.50  2010-01-01 0.50  2010-07-01 0.50  2011-01-01 1.50  2011-07-01 2.00  2012-01-01 2.00  2012-07-01 1.50
2013-01-01 1.00  2013-07-01 1.00  2014-01-01 1.00  2014-07-01 1.00  2015-01-01 0.00  2015-07-01 0.00  2016-01-01 0.00
2016-07-01 -0.50  2017-01-01 -0.50  2017-07-01 -0.50  2018-01-01 -0.50  2018-07-01 -0.50  2019-01-01 -0.50
2019-07-01 0.00  2020-01-01 0.00  2020-07-01 0.00  2021-01-01 0.00  2021-07-01 0.00  2022-01-01 0.00  2022-07-01 0.50
2023-01-01 2.50  2023-07-01 3.50  2024-01-01 4.00  2024-07-01 4.00  2025-01-01 3.00  2025-07-01 2.00  2026-01-01 2.00
2026-07-01 2.00
""".split()
TABLE = list(zip(HALVES[::2], HALVES[1::2], strict=True))


@pytest.mark.parametrize(("first", "percent"), TABLE)
def test_each_half_year_has_its_rate_from_its_first_day(first: str, percent: str) -> None:
    assert REFERENCE_RATE.on(day(first)) == Decimal(percent)


@pytest.mark.parametrize(("before", "first"), list(pairwise(TABLE)))
def test_the_day_before_still_has_the_rate_before(before: tuple[str, str], first: tuple[str, str]) -> None:
    assert REFERENCE_RATE.on(day(first[0]) - timedelta(days=1)) == Decimal(before[1])


def test_there_are_no_other_half_years() -> None:
    assert [entry.in_force for entry in REFERENCE_RATE] == [day(first) for first, _ in TABLE]


def test_the_rate_is_refused_before_july_2002_and_not_carried_past_2026() -> None:
    with pytest.raises(NotInForce):
        REFERENCE_RATE.on(day("2002-06-30"))
    assert REFERENCE_RATE.on(day("2026-12-31")) == 2
    with pytest.raises(NotYetKnown):
        REFERENCE_RATE.on(day("2027-01-01"))


def test_an_added_rate_reaches_one_half_year_and_is_marked_and_the_book_stays_as_it_was() -> None:
    longer = with_added_rates(COUNTRY, [(day("2027-01-01"), Decimal("2.50"), URL)])
    entry = longer.reference_rate.since(day("2027-06-30"))
    assert (entry.value, entry.source.note, entry.source.url) == (Decimal("2.50"), ADDED_NOTE, URL)
    with pytest.raises(NotYetKnown):
        longer.reference_rate.on(day("2027-07-01"))
    with pytest.raises(NotYetKnown):
        COUNTRY.reference_rate.on(day("2027-01-01"))


def test_added_rates_follow_each_other_and_those_the_book_has_learnt_are_passed_over() -> None:
    added = [(day("2027-07-01"), Decimal(3), URL), (day("2026-07-01"), Decimal(9), URL), (day("2027-01-01"), Decimal(2), URL)]
    longer = with_added_rates(COUNTRY, added)
    assert longer.reference_rate.on(day("2027-12-31")) == 3
    assert longer.reference_rate.on(day("2026-12-31")) == 2


@pytest.mark.parametrize(
    ("first", "percent", "url", "field"),
    [
        ("2027-07-01", "2.00", URL, "--from"),  # leaves a gap
        ("2027-01-02", "2.00", URL, "--from"),
        ("2027-01-01", "2.25", URL, "--percent"),  # always a whole half
        ("2027-01-01", "NaN", URL, "--percent"),
        ("2027-01-01", "200", URL, "--percent"),
        ("2027-01-01", "2.00", "", "--source"),
    ],
)
def test_no_other_rate_can_be_added(first: str, percent: str, url: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        country("SE", [(day(first), Decimal(percent), url)])
    assert refused.value.problems[0].field == field
