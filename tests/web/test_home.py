"""The first address, the list of companies and the tile: what each kind of person meets."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fordran.access.models import Seat
from fordran.access.people import give_role, make_administrator
from fordran.cases.office import Office
from fordran.creditor_pages.tenancy import see_only
from fordran.creditors.models import Creditor, Membership, Organisation
from tests.build import an_office
from tests.web.bank import read_in
from tests.web.conftest import OTHER, OWN, World, a_user


def signed_in(user: Any, language: str = "sv") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(user)
    return client


def something_waits(world: World, office: Office | None = None) -> None:
    """A payment that nobody can place."""
    read_in((office or world.office).creditor, [(12_345, "", "Sven Okänd")], world.today.isoformat())


def an_organisation(world: World, *offices: Office, name: str = "Granholms") -> Organisation:
    organisation = Organisation.objects.create(name=name, created_on=world.today)
    Creditor.objects.filter(pk__in=[office.creditor.pk for office in offices]).update(organisation=organisation)
    return organisation


def an_administrator(world: World, organisation: Organisation, name: str = "maria") -> Any:
    user = a_user(name)
    make_administrator(organisation, user, by="command line", today=world.today)
    return user


def test_who_works_at_one_company_that_runs_is_led_straight_in(world: World, clerk: Client) -> None:
    assert clerk.get("/")["Location"] == world.url()
    home = clerk.get("/home")  # and finds Home all the same
    assert home.status_code == 200 and "Påminnelser och inkasso" in home.content.decode()


@pytest.mark.parametrize("why", ["not on yet", "looks after others", "two companies"])
def test_everybody_else_meets_home(world: World, why: str) -> None:
    organisation = an_organisation(world, world.office)
    user = a_user("vera", world.office)
    if why == "not on yet":
        Creditor.objects.update(active=False)
    elif why == "looks after others":
        make_administrator(organisation, user, by="command line", today=world.today)
    else:
        Membership.objects.create(user=user, creditor=an_office(number=OTHER).creditor)
    page = signed_in(user).get("/")
    assert page.status_code == 200 and "<h1>Hem</h1>" in page.content.decode()


def test_without_a_role_there_is_no_tile_but_a_sentence(world: World) -> None:
    page = signed_in(a_user("sten")).get("/").content.decode()
    assert "fd-tile" not in page.replace("fd-tiles.css", "")
    assert "Be en administratör på ditt företag att ge dig rollen AutoCollect User." in page


def test_an_administrator_without_a_role_is_shown_how_to_give_access(world: World) -> None:
    maria = an_administrator(world, an_organisation(world, world.office))
    page = signed_in(maria).get("/").content.decode()
    assert "Nya Admin" in page and "fd-tile--dashed" in page and "Ge åtkomst" in page
    assert "<strong>Påminnelser och inkasso</strong><span>" not in page
    assert signed_in(maria).get(world.url()).status_code == 404  # the seat alone opens no company


def test_the_tile_appears_with_the_role_and_goes_the_day_after_its_last(world: World, settings: Any) -> None:
    from tests.web.conftest import set_today

    organisation = an_organisation(world, world.office)
    maria = an_administrator(world, organisation)
    give_role(organisation, maria, "sign", creditor=None, until=world.today, by=maria, today=world.today)
    client, tile = signed_in(maria), "<strong>Påminnelser och inkasso</strong><span>"
    page = client.get("/").content.decode()
    assert tile in page and "fd-tile--dashed" not in page and "väntar på dig" in page
    set_today(world.today + timedelta(days=1))
    page = client.get("/").content.decode()
    assert tile not in page and "fd-tile--dashed" in page


def test_a_role_before_any_company_is_registered_is_a_tile_too(world: World) -> None:
    organisation = an_organisation(world)
    maria = an_administrator(world, organisation)
    give_role(organisation, maria, "sign", creditor=None, until=None, by=maria, today=world.today)
    page = signed_in(maria).get("/").content.decode()
    assert "Välj vilka företag som ska börja använda tjänsten." in page and "Inte igång" in page


def test_what_waits_is_named_for_those_who_can_do_it(world: World) -> None:
    Creditor.objects.update(activated_on=world.today)
    something_waits(world)
    worker, reader = a_user("vera", world.office), a_user("rune", world.office, "read")
    page = signed_in(worker).get("/home").content.decode()
    assert "Säg vad 1 betalning gäller" in page and f'href="{world.url("payments")}"' in page and "1 sak väntar på dig" in page
    assert f'Igång sedan <time datetime="{world.today}"' in page
    assert "Säg vad" not in signed_in(reader).get("/home").content.decode()


def test_a_company_under_way_shows_its_steps_and_the_next_one_to_take(world: World) -> None:
    Creditor.objects.update(active=False)
    page = signed_in(a_user("vera", world.office)).get("/").content.decode()
    assert "Kom igång" in page and page.count("btn btn-primary") == 1 and "is-now" in page


def test_the_list_says_of_each_company_what_is_left(world: World) -> None:
    organisation = an_organisation(world, world.office, other := an_office(number=OTHER))
    Creditor.objects.filter(pk=other.creditor.pk).update(name="Byggbolaget", active=False)
    Creditor.objects.filter(pk=world.office.creditor.pk).update(activated_on=world.today)
    maria = an_administrator(world, organisation)
    give_role(organisation, maria, "work", creditor=None, until=None, by=maria, today=world.today)
    page = signed_in(maria).get("/companies").content.decode()
    assert "Välj bolaget" in page and "Igång sedan" in page and "Säker start återstår" in page and "Byggbolaget" in page
    english = signed_in(maria, "en").get("/companies").content.decode()
    assert "Running since" in english and "Välj" not in english


def test_many_companies_are_searched_by_name_or_number(world: World) -> None:
    organisation = an_organisation(world, world.office)
    made = [
        Creditor(organisation=organisation, name=f"Bolag {n}", organisation_number=f"55600000{n:02}", active=False)
        for n in range(9)
    ]
    Creditor.objects.bulk_create(made)
    maria = an_administrator(world, organisation)
    give_role(organisation, maria, "read", creditor=None, until=None, by=maria, today=world.today)
    client = signed_in(maria)
    assert 'type="search"' in client.get("/companies").content.decode()
    for wanted in ("bolag 7", "556000-0007"):
        page = client.get("/companies", {"q": wanted}).content.decode()
        assert "Bolag 7" in page and "Bolag 8" not in page, wanted
    part = client.get(
        "/companies", {"q": "finns inte"}, headers={"HX-Request": "true", "HX-Target": "companies"}
    ).content.decode()
    assert "Inget företag passar" in part and "<html" not in part


def test_as_many_statements_for_ten_companies_as_for_one(world: World) -> None:
    organisation = an_organisation(world, world.office)
    maria = an_administrator(world, organisation)
    give_role(organisation, maria, "work", creditor=None, until=None, by=maria, today=world.today)
    client, counts = signed_in(maria), []
    for more in (0, 9):
        Creditor.objects.bulk_create(
            Creditor(organisation=organisation, name=f"Bolag {n}", organisation_number=f"55600000{n:02}") for n in range(more)
        )
        for address in ("/", "/companies", "/tile.json"):
            client.get(address)
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert client.get(address).status_code == 200
            counts.append(len(caught))
    assert counts[:3] == counts[3:]


def test_home_and_the_list_hold_as_the_pages_own_role(world: World, other: Office, app_role: None) -> None:
    for office in (world.office, other):
        see_only([office.creditor.pk])
        something_waits(world, office)
    client = signed_in(a_user("vera", world.office))
    assert "1 sak väntar på dig" in client.get("/home").content.decode()
    page = client.get("/companies").content.decode()
    assert world.office.creditor.organisation_number in page and other.creditor.organisation_number not in page


def test_the_tile_in_json_tells_the_signed_in_and_nobody_else(world: World) -> None:
    Creditor.objects.update(activated_on=world.today)
    something_waits(world)
    answer = Client().get("/tile.json", headers={"Origin": "https://intranet.example"})
    assert answer.status_code == 401 and "waiting" not in answer.json()
    assert "Access-Control-Allow-Origin" not in answer
    told = signed_in(a_user("vera", world.office)).get("/tile.json", headers={"Origin": "https://intranet.example"})
    assert "Access-Control-Allow-Origin" not in told and told["Cache-Control"] == "no-store"
    data = told.json()
    assert data["waiting"] == 1 and {k: data[k] for k in ("shown", "companies", "running", "running_since", "title")} == {
        "shown": True, "companies": 1, "running": 1, "running_since": world.today.isoformat(), "title": "Påminnelser och inkasso",
    }  # fmt: skip
    assert signed_in(a_user("sten")).get("/tile.json").json()["shown"] is False


def test_a_seat_reaches_a_company_that_comes_later(world: World) -> None:
    organisation = an_organisation(world, world.office)
    vera = a_user("vera")
    give_role(organisation, vera, "read", creditor=None, until=None, by="command line", today=world.today)
    assert Seat.objects.count() == 1
    later = an_office(number=OTHER)
    assert signed_in(vera).get(f"/{later.creditor.organisation_number}/").status_code == 404
    Creditor.objects.filter(pk=later.creditor.pk).update(organisation=organisation)
    assert signed_in(vera).get(f"/{later.creditor.organisation_number}/").status_code == 200
    assert OWN != OTHER
