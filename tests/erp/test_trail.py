"""One name from the first page of the ERP through the decision to the letter and the errand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import structlog

from fordran.audit.trail import run_name
from tests.build import IDENTITIES
from tests.erp.conftest import LATER, REMINDS, House


@pytest.fixture
def told() -> Iterator[list[dict[str, Any]]]:
    """All that is logged, from the lowest level, with what was bound."""
    before = structlog.get_config()
    found: list[dict[str, Any]] = []

    def keep(_logger: Any, method: str, event: Any) -> Any:
        found.append({"level": method, **event})
        raise structlog.DropEvent

    structlog.configure(
        processors=[structlog.contextvars.merge_contextvars, keep], wrapper_class=structlog.make_filtering_bound_logger(10)
    )
    yield found
    structlog.configure(**before)


def _of(told: list[dict[str, Any]], event: str) -> list[dict[str, Any]]:
    return [one for one in told if one["event"] == event]


def test_page_decision_letter_and_errand_bear_the_same_name(house: House, told: list[dict[str, Any]]) -> None:
    house.invoice("1001")
    assert house.run(REMINDS).problems == []
    name = run_name(house.office.creditor.pk, REMINDS)
    assert {one["run"] for one in told} == {name}
    pages = _of(told, "page read")
    assert pages and len({one["fetch"] for one in pages if one["kind"] == "first"}) == 1
    decided = [one for one in _of(told, "piece done") if one["step"] == "decide"]
    assert decided and decided[0]["counts"]["letters"] == 1
    (letter,) = _of(told, "letter handed over")
    errands = _of(told, "errand told")
    assert {one["state"] for one in errands} == {"done"} and {"mark", "letter"} <= {one["kind"] for one in errands}
    assert [one["letter"] for one in errands if one["kind"] == "letter"] == [letter["letter"]]
    assert [one["errand"] for one in errands if one["kind"] == "mark"][0].startswith("mark ")


def test_the_next_day_has_another_name(house: House, told: list[dict[str, Any]]) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    house.run(LATER)
    assert {one["run"] for one in told} == {run_name(house.office.creditor.pk, on) for on in (REMINDS, LATER)}


def test_a_reading_that_fails_is_a_warning_with_its_kind(house: House, told: list[dict[str, Any]]) -> None:
    house.invoice("1001")
    house.faults.next("GET *", "500", times=500)
    house.run(REMINDS)
    failed = _of(told, "ERP not read")
    assert failed and failed[0]["level"] == "warning" and _of(told, "letter handed over") == []


def test_nothing_that_is_logged_of_a_life_with_an_erp_names_anybody(house: House, told: list[dict[str, Any]]) -> None:
    house.invoice("1001")
    house.paid_at_creditor("1001", 40_000, on=REMINDS)
    house.run(REMINDS)
    house.run(LATER)
    text = str(told)
    secret = [word for one in IDENTITIES for word in (one, one.replace("-", ""))]
    assert [word for word in ("Kund", "Gatan", "Staden", "Granholm", *secret) if word in text] == []
