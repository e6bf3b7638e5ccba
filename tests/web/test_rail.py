"""The rail of steps: the same place on every page, and the way on once a page's own step is done."""

from __future__ import annotations

from pathlib import Path

from fordran.creditor_pages import frame
from fordran.creditor_pages.setup_steps import onward, shown
from fordran.onboarding.steps import DONE, KEYS, MISSING, PAGES, Step

PAGES_OF_THE_SETUP = Path(frame.__file__).parent / "templates" / "creditor_pages"
RAIL = "parts/setup_steps.html"


def steps(done: int, optional: str = "own") -> list[Step]:
    made = zip(KEYS, PAGES, strict=True)
    return [
        Step(n, key, DONE if n <= done else MISSING, "registered", page, optional=key == optional)
        for n, (key, page) in enumerate(made, start=1)
    ]


def test_the_rail_stands_below_the_heavy_line_everywhere() -> None:
    texts = {path.name: path.read_text(encoding="utf-8") for path in PAGES_OF_THE_SETUP.glob("*.html")}
    with_rail = {name: text for name, text in texts.items() if RAIL in text}
    assert len(with_rail) > 20
    assert [
        name
        for name, text in with_rail.items()
        if not text.partition(RAIL)[0].rstrip().endswith('</header>\n{% include "creditor_pages/')
    ] == []


def test_a_page_whose_step_is_done_says_where_to_go() -> None:
    found = onward(shown(steps(3), "5560160680"), "creditor")
    assert found is not None and found.step.key == "filter"


def test_a_page_whose_step_is_left_to_do_says_nothing_of_the_next() -> None:
    assert onward(shown(steps(3), "5560160680"), "import-filter") is None


def test_what_may_be_left_as_it_is_says_where_to_go() -> None:
    found = onward(shown(steps(4), "5560160680"), "customer-settings")
    assert found is not None and found.step.key == "start"


def test_after_the_last_step_there_is_none() -> None:
    assert onward(shown(steps(7), "5560160680"), "creditor") is None
