"""Dates as files write them, and the order of day and month."""

from datetime import date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.formats.open_items.dates import Unclear, decide_order, read_day
from fordran.formats.open_items.words import CellRefused

CHRISTMAS = date(2026, 12, 24)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-12-24",
        "2026/12/24",
        "2026.12.24",
        "20261224",
        "2026-12-24 00:00:00",
        "2026-12-24T00:00:00Z",
        "2026-12-24 13:45",
        "24 dec 2026",
        "24 december 2026",
        "24-Dec-2026",
        "Dec 24, 2026",
        date(2026, 12, 24),
        datetime(2026, 12, 24, 13, 45),
        20261224,
        20261224.0,
        46380,
        46380.5,
    ],
)
def test_a_date_that_says_its_order_needs_no_column(cell: object) -> None:
    assert read_day(cell, "ymd") == CHRISTMAS
    assert read_day(cell, "") == CHRISTMAS


@pytest.mark.parametrize(
    "text", ["24/12/2026", "24.12.2026", "24-12-2026", "24/12 2026", "24/12-2026", "24. 12. 2026", "24 12 2026"]
)
def test_day_first(text: str) -> None:
    assert decide_order([text]) == "dmy"
    assert read_day(text, "dmy") == CHRISTMAS


def test_a_thirteenth_settles_the_whole_column() -> None:
    assert decide_order(["03/04/2026", "04/13/2026"]) == "mdy"
    assert read_day("03/04/2026", "mdy") == date(2026, 3, 4)
    assert decide_order(["03/04/2026", "13/04/2026"]) == "dmy"


def test_points_and_the_swedish_slash_are_day_first() -> None:
    assert decide_order(["03.04.2026"]) == "dmy"
    assert decide_order(["3/4 2026"]) == "dmy"


def test_a_column_that_says_nothing_is_refused() -> None:
    with pytest.raises(Unclear) as unclear:
        decide_order(["03/04/2026", "05/06/2026"])
    assert unclear.value.code == "dates_unclear"


def test_a_column_in_both_orders_is_refused() -> None:
    with pytest.raises(Unclear) as unclear:
        decide_order(["13/04/2026", "04/13/2026"])
    assert unclear.value.code == "dates_mixed"


def test_a_single_odd_date_among_clear_ones_refuses_its_row_only() -> None:
    order = decide_order(["2026-01-31", "03/04/2026"])
    assert read_day("2026-01-31", order) == date(2026, 1, 31)
    with pytest.raises(CellRefused) as refused:
        read_day("03/04/2026", order)
    assert "--dates" in refused.value.message("sv")


def test_the_same_number_twice_is_no_riddle() -> None:
    assert read_day("05/05/2026", decide_order(["05/05/2026"])) == date(2026, 5, 5)


def test_real_dates_beside_text_dates_look_like_a_spreadsheets_swap() -> None:
    with pytest.raises(Unclear) as unclear:
        decide_order([date(2026, 3, 4), date(2026, 6, 5), "25/04/2026"])
    assert unclear.value.code == "dates_swapped"
    assert decide_order([date(2026, 3, 25), "25/04/2026"]) == "dmy"


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("26-12-24", "short_year"),
        ("24/12/26", "short_year"),
        ("24/12 26", "short_year"),
        ("261224", "short_year"),
        ("2026-02-29", "no_such_day"),
        ("31 sep 2026", "no_such_day"),
        ("1026-01-01", "odd_year"),
        ("20262412", "no_such_day"),
        ("imorgon", "not_a_date"),
        ("2026-12", "not_a_date"),
        ("2026-12-23T23:00:00Z", "date_zone"),
        ("2026-12-24 00:30:00+01:00", "date_zone"),
        (12, "not_a_date"),
        (float("nan"), "not_a_date"),
        (float("inf"), "not_a_date"),
        (True, "not_a_date"),
        ("13.13.2026", "no_such_day"),
    ],
)
def test_what_is_no_day_is_refused_with_the_reason(cell: object, code: str) -> None:
    with pytest.raises(CellRefused) as refused:
        read_day(cell, "dmy")
    assert refused.value.code == code
    assert refused.value.message("sv") and refused.value.message("en")


def test_year_first_is_taken_whatever_order_was_stated_but_day_first_is_not() -> None:
    assert read_day("2026-12-24", "dmy") == CHRISTMAS
    with pytest.raises(CellRefused, match="date_order"):
        read_day("24/12/2026", "ymd")
    with pytest.raises(CellRefused, match="date_order"):
        read_day("24/12/2026", "mdy")


@given(st.dates(date(1900, 1, 1), date(2200, 12, 31)), st.sampled_from(["%d/%m/%Y", "%d.%m.%Y", "%d-%m-%Y", "%d/%m %Y"]))
def test_every_day_comes_back(day: date, style: str) -> None:
    assert read_day(day.strftime(style), "dmy") == day


@given(st.one_of(st.text(max_size=25), st.floats(), st.integers(), st.booleans()), st.sampled_from(["", "dmy", "mdy", "ymd"]))
def test_any_cell_gives_a_day_or_a_refusal(cell: object, order: str) -> None:
    try:
        assert isinstance(read_day(cell, order), date)
    except CellRefused as refused:
        assert refused.message("sv")
