"""`fordran law rate add`: the one legal value an operator may enter, kept apart from the book."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fordran.cli.main import run

URL = "https://www.riksbank.se/sv/statistik/rantor-och-valutakurser/referensranta/"
ACROSS = ("interest", "--principal", "36500", "--from", "2027-01-01", "--to", "2027-01-10")

pytestmark = pytest.mark.django_db


def law(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, Any]:
    code = run(["law", *arguments, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_an_added_rate_is_used_only_when_asked_for_and_shown_as_added(capsys: pytest.CaptureFixture[str]) -> None:
    code, stored = law(capsys, "rate", "add", "--from", "2027-01-01", "--percent", "2,5", "--source", URL)
    assert code == 0 and stored["rate_percent"] == "2.50" and stored["note"] == "added by the operator"

    code, found = law(capsys, *ACROSS, "--with-added")
    assert code == 0 and found["interest_minor"] == 10_500 and found["periods"][0]["rate_percent"] == "10.50"
    assert any("added by the operator" in source for source in found["sources"])
    code, refused = law(capsys, *ACROSS)
    assert code == 2 and refused["problems"][0]["field"] == "--to"

    code, listed = law(capsys, "rate", "list", "--with-added")
    assert code == 0 and listed["known_until"] == "2027-06-30" and listed["rates"][-1]["note"] == "added by the operator"


def test_only_the_coming_half_year_can_be_added_and_only_once(capsys: pytest.CaptureFixture[str]) -> None:
    add = ("rate", "add", "--percent", "2", "--source", URL, "--from")
    assert law(capsys, *add, "2027-07-01")[0] == 2
    assert law(capsys, *add, "2027-01-01")[0] == 0
    assert law(capsys, *add, "2027-01-01")[0] == 2
    assert law(capsys, *add, "2027-07-01")[0] == 0
