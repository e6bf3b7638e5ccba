"""Fields, plots and the page of Markdown: no database."""

from __future__ import annotations

from datetime import date

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from fordran.creditor_pages.fields import Wrong, read_day, read_sum
from fordran.creditor_pages.markdown import as_html
from fordran.creditor_pages.plots import Series, columns, shares


@pytest.mark.parametrize("text", ["2026-11-24", "20261124", "2026/11/24", "24/11 2026", "24.11.2026", " 2026-11-24 "])
def test_a_day_is_understood_in_the_usual_ways(text: str) -> None:
    assert read_day(text) == date(2026, 11, 24)


@pytest.mark.parametrize("text", ["", "i morgon", "2026-13-01", "31/2 2026", "11/24/2026", "24/11"])
def test_a_day_that_is_none_is_refused(text: str) -> None:
    with override("sv"), pytest.raises(Wrong):
        read_day(text)


@pytest.mark.parametrize(
    ("text", "minor"),
    [
        ("1234,5", 123450),
        ("1 234.50", 123450),
        ("1.234,50", 123450),
        ("1\u00a0234,50 kr", 123450),
        ("SEK 10", 1000),
        ("12345", 1234500),
    ],
)
def test_a_sum_is_understood_in_the_usual_ways(text: str, minor: int) -> None:
    assert read_sum(text) == minor


@pytest.mark.parametrize("text", ["", "1.234", "12,345", "abc", "0", "-5", "1,2,3", "10.005"])
def test_a_sum_that_may_mean_two_things_or_none_is_refused(text: str) -> None:
    with override("sv"), pytest.raises(Wrong):
        read_sum(text)


@given(st.text(max_size=30))
def test_fields_never_fail_in_another_way(text: str) -> None:
    for read in (read_day, read_sum):
        try:
            read(text)
        except Wrong:
            pass


@given(st.lists(st.integers(0, 10_000), min_size=1, max_size=40), st.sampled_from([0, 7]))
def test_columns_stay_inside_their_picture(values: list[int], last: int) -> None:
    picture = columns(
        names=[str(n) for n in range(len(values))], series=[Series("a", "2", values)], width=520, label="x", last=last
    )
    for bar in picture.bars:
        assert 0 <= float(bar["y"]) <= 180 and float(bar["x"]) >= 40 and float(bar["x"]) + float(bar["w"]) <= 520.2
        assert float(bar["y"]) + float(bar["h"]) <= 180.8


def test_bars_are_shares_of_the_largest() -> None:
    assert shares([50, 100, 0, 1], 100) == ["50.0", "100.0", "0", "1.0"] and shares([0], 0) == ["0"]


def test_markdown_becomes_safe_html() -> None:
    html = as_html(
        "# Title\n\nA **bold** `code` and <script>.\n\n| A | B |\n|---|---|\n| 1 | [x](https://example.org/a) |\n\n"
        "- one\n  more\n- two"
    )
    assert "<h1" not in html and "<strong>bold</strong>" in html and "&lt;script&gt;" in html
    assert '<td><a href="https://example.org/a" rel="noreferrer">x</a></td>' in html and "<li>one more</li><li>two</li>" in html
    assert "javascript" not in as_html("[x](javascript:alert(1))").replace("[x](javascript:alert(1))", "")
