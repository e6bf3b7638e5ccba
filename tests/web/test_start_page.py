"""The company's own page while it is set up: seven steps, what is left, and the way to each."""

from __future__ import annotations

from typing import Any

from django.test import Client

from fordran.creditors.models import AmountLimit, Creditor, SettingsLayer
from fordran.onboarding.steps import KEYS, left, missing, steps, steps_of
from tests.build import an_office, day
from tests.web.conftest import World

TODAY = day("2026-02-04")


def _states(creditor: Creditor) -> dict[str, str]:
    return {step.key: step.state for step in steps(creditor, TODAY)}


def _inactive(world: World) -> Creditor:
    Creditor.objects.filter(pk=world.office.creditor.pk).update(active=False)
    return Creditor.objects.get(pk=world.office.creditor.pk)


def test_a_company_that_runs_has_every_step_behind_it(db: None) -> None:
    creditor = an_office().creditor
    found = steps(creditor, TODAY)
    assert [step.key for step in found] == list(KEYS)
    assert {step.state for step in found} == {"done"}
    assert left(found) == 0


def test_the_first_step_that_is_not_done_is_the_one_to_take_and_what_is_optional_is_passed_by(db: None) -> None:
    office = an_office(creditor="", rest="")
    Creditor.objects.filter(pk=office.creditor.pk).update(active=False, debt_description="")
    creditor = Creditor.objects.get(pk=office.creditor.pk)
    assert _states(creditor)["creditor"] == "now"
    assert [m.field for m in missing(creditor, TODAY)] == ["creditor.debt_description"]
    Creditor.objects.filter(pk=creditor.pk).update(debt_description="Byggarbeten")
    creditor.refresh_from_db()
    assert _states(creditor) == {
        "registration": "done", "agreement": "done", "creditor": "done", "filter": "done", "own": "missing", "start": "now",
        "active": "missing",
    }  # fmt: skip


def test_a_filter_without_any_card_takes_nothing_and_is_missing(db: None) -> None:
    office = an_office()
    Creditor.objects.filter(pk=office.creditor.pk).update(active=False)
    AmountLimit.objects.filter(creditor=office.creditor).delete()
    creditor = Creditor.objects.get(pk=office.creditor.pk)
    assert _states(creditor)["filter"] == "now"
    assert [m.field for m in missing(creditor, TODAY)] == ["filter.limits"]


def test_a_company_registered_on_the_pages_has_no_filter_before_somebody_fills_it_in(db: None) -> None:
    office = an_office()
    Creditor.objects.filter(pk=office.creditor.pk).update(active=False, registered_on=TODAY)
    SettingsLayer.objects.filter(creditor=office.creditor).update(days=None)
    creditor = Creditor.objects.get(pk=office.creditor.pk)
    assert [m.field for m in missing(creditor, TODAY)] == ["filter.days"]
    SettingsLayer.objects.filter(creditor=office.creditor).update(days=6)
    assert missing(creditor, TODAY) == ()


def test_many_companies_cost_no_more_statements_than_one(db: None, django_assert_max_num_queries: Any) -> None:
    creditors = [an_office(number=number).creditor for number in ("556016-0680", "559999-0123", "556036-0793")]
    with django_assert_max_num_queries(6):
        assert set(steps_of(creditors, TODAY)) == {c.pk for c in creditors}


def test_the_page_shows_the_steps_and_two_buttons_at_its_end(world: World, clerk: Client) -> None:
    _inactive(world)
    answer = clerk.get(world.url("start"))
    html = answer.content.decode()
    assert answer.status_code == 200
    for name in ("Registrering", "Avtal", "Borgenär", "Importfilter", "Egna inställningar", "Säker start", "Aktiverad"):
        assert name in html
    corner = html[html.index("fd-corner") :]
    assert corner.index("Borgenär") < corner.index("Importfilter")


def test_the_rail_follows_through_the_setup_and_goes_when_the_service_runs(world: World, clerk: Client) -> None:
    assert "fd-rail" not in clerk.get(world.url("start")).content.decode()
    _inactive(world)
    assert len(clerk.get(world.url("start")).context["steps"]) == 7
    assert clerk.get(world.url("invoices")).context["steps"] == []
    menu = clerk.get(world.url("invoices")).context["menu"]
    assert menu[0]["word"] == "Kom igång"
