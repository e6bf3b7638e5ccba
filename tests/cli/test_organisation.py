"""Organisations are opened, filled and given their administrators on the command line."""

from __future__ import annotations

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fordran.access.models import Seat
from fordran.access.roles import reach_at
from fordran.audit.models import Event
from fordran.cli.organisation import command
from fordran.creditors.models import Creditor, Organisation
from tests.access.conftest import a_person
from tests.build import an_office, day

ON = ("--on", "2026-03-02", "--json")


@pytest.fixture(autouse=True)
def ready(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fordran.cli.organisation.ready", lambda *_a, **_k: None)


def run(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def told(*words: str) -> Any:
    done = run(*words)
    assert done.exception is None, done.exception
    return json.loads(done.output)


def test_an_organisation_is_opened_with_its_administrator_and_once_only() -> None:
    maria = a_person("maria")
    first = told("add", "Granholms  Bygg", "--administrator", "maria", "--erp", "visma_net", *ON)
    again = told("add", "Granholms Bygg", *ON)
    assert (first["new"], again["new"], first["id"]) == (True, False, again["id"])
    assert Organisation.objects.get().erp == "visma_net" and Seat.objects.get().user == maria
    assert told("list", "--json")["organisations"][0]["administrators"] == ["maria"]


@pytest.mark.parametrize(
    ("words", "said"),
    [(("add", "X", "--administrator", "ingen"), "nobody can sign in"), (("add", "X", "--erp", "abacus"), "no connector"),
     (("add", " "), "name"), (("administrator", "add", "Finns inte", "maria"), "no organisation"),
     (("take", "Finns inte", "--creditor", "1"), "no organisation")],
)  # fmt: skip
def test_what_is_not_there_is_refused_and_nothing_is_made(words: tuple[str, ...], said: str) -> None:
    done = run(*words, *ON)
    assert done.exception is not None and said in str(done.exception)
    assert not Organisation.objects.exists()


def test_the_last_administrator_is_not_removed_here_either() -> None:
    for name in ("maria", "johan"):
        a_person(name)
        told("add", "Granholms", "--administrator", name, *ON)
    told("administrator", "remove", "Granholms", "maria", *ON)
    done = run("administrator", "remove", "Granholms", "johan", *ON)
    assert done.exception is not None and "without a Customer Administrator" in str(done.exception)
    assert told("administrator", "add", "Granholms", "johan", *ON)["new"] is False


def test_a_company_comes_into_one_organisation_and_stays_there() -> None:
    company = an_office().creditor
    vera = a_person("vera")
    for name in ("Granholms", "Fjärran"):
        told("add", name, *ON)
    Seat.objects.create(organisation=Organisation.objects.get(name="Granholms"), user=vera, reach="work")
    assert told("take", "Granholms", "--creditor", "556016-0680", *ON)["companies"] == [company.organisation_number]
    company.refresh_from_db()
    assert reach_at(vera.pk, company, day("2026-03-02")) == "work"
    done = run("take", "Fjärran", "--creditor", "556016-0680", *ON)
    assert done.exception is not None and "another organisation" in str(done.exception)
    assert Creditor.objects.get().organisation == Organisation.objects.get(name="Granholms")
    assert Event.objects.filter(creditor_id=company.pk, verb="taken into an organisation").count() == 1
