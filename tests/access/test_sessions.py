"""Sessions: how long they last, what ends them, and what an ended one does with a form."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from tests.access.doors import a_browser, a_person, an_app, is_in, sign_in, turn_back

pytestmark = pytest.mark.django_db


@pytest.fixture
def somebody() -> Any:
    return a_person()


@pytest.fixture
def browser(somebody: Any) -> Client:
    browser = a_browser()
    browser.force_login(somebody)
    assert is_in(browser)
    return browser


def test_a_session_ends_twelve_hours_after_it_began(browser: Client) -> None:
    turn_back(hours=11.9)
    assert is_in(browser)
    turn_back(hours=0.2)
    assert not is_in(browser)
    assert not is_in(browser)


def test_half_an_hour_without_a_click_ends_it(settings: Any) -> None:
    assert settings.SESSION_COOKIE_AGE == 30 * 60 and settings.SESSION_SAVE_EVERY_REQUEST


def test_signing_in_gives_the_session_a_new_key(somebody: Any) -> None:
    secret = an_app(somebody)
    browser = a_browser()
    browser.get("/sign-in")
    browser.post("/sign-in", {"name": "agnes", "password": "fel"})
    sign_in(browser, somebody, secret)
    first = browser.cookies["fordran"].value
    browser.post("/sign-out")
    sign_in(browser, somebody, secret, steps=-1)
    assert browser.cookies["fordran"].value != first


def test_a_changed_role_gives_every_session_of_the_person_a_new_key(browser: Client, somebody: Any) -> None:
    from fordran.access.models import Seat
    from fordran.creditors.models import Organisation
    from tests.build import day

    before = browser.cookies["fordran"].value
    seat = Seat.objects.create(
        organisation=Organisation.objects.create(name="Ekens bolag", created_on=day("2026-01-02")), user=somebody, reach="read"
    )
    assert is_in(browser)
    between = browser.cookies["fordran"].value
    assert between != before
    assert is_in(browser)
    assert browser.cookies["fordran"].value == between, "once, not at each request"
    stale = a_browser()
    stale.cookies["fordran"] = before
    assert not is_in(stale), "the old key opens nothing"
    seat.delete()
    assert is_in(browser)
    assert browser.cookies["fordran"].value != between


def test_one_sees_ones_own_sessions_and_ends_them(browser: Client, somebody: Any) -> None:
    there, stranger = a_browser(), a_browser()
    sign_in(there, somebody, an_app(somebody))
    stranger.force_login(a_person("bo"))
    assert is_in(there) and is_in(stranger)
    page = browser.get("/account").content.decode()
    others = re.findall(r"/account/sessions/(\d+)/end", page)
    assert len(others) == 1 and "Firefox, Windows" in page
    assert stranger.post(f"/account/sessions/{others[0]}/end").status_code == 404
    assert browser.post(f"/account/sessions/{others[0]}/end")["Location"] == "/account"
    assert not is_in(there) and is_in(browser) and is_in(stranger)


def test_who_has_signed_out_or_been_away_is_no_longer_in_the_list(browser: Client, somebody: Any) -> None:
    there = a_browser()
    there.force_login(somebody)
    assert is_in(there)
    assert "Avsluta" in browser.get("/account").content.decode()
    there.post("/sign-out")
    assert "Avsluta" not in browser.get("/account").content.decode()
    away = a_browser()
    away.force_login(somebody)
    assert is_in(away)
    turn_back(minutes=35)
    assert "Avsluta" not in browser.get("/account").content.decode(), "this one was seen just now, the other was not"


def test_everywhere_but_here(browser: Client, somebody: Any) -> None:
    there = a_browser()
    there.force_login(somebody)
    assert is_in(there)
    browser.post("/account/sessions/end-others")
    assert is_in(browser) and not is_in(there)


def test_a_form_that_meets_an_ended_session_leads_back_to_its_page_with_a_sentence(browser: Client) -> None:
    turn_back(hours=13)
    answer = browser.post("/account/sessions/end-others", headers={"referer": "http://testserver/account?tab=2"})
    assert answer["Location"] == "/sign-in?next=%2Faccount%3Ftab%3D2&unsent=1"
    page = browser.get(answer["Location"]).content.decode()
    assert "Formuläret skickades inte" in page and 'value="/account?tab=2"' in page


def test_the_page_of_another_site_is_never_the_way_back(browser: Client) -> None:
    turn_back(hours=13)
    answer = browser.post("/account", headers={"referer": "https://evil.example/account"})
    assert answer["Location"] == "/sign-in?next=%2Faccount&unsent=1"


def test_a_late_form_of_a_far_reaching_act_is_not_carried_out(browser: Client, somebody: Any) -> None:
    an_app(somebody)
    answer = browser.post("/account/app/remove", headers={"referer": "http://testserver/account"})
    assert answer["Location"] == "/account/prove?next=%2Faccount"
    assert "Formuläret skickades inte" in browser.get(answer["Location"]).content.decode()


def test_what_is_known_of_old_sessions_is_forgotten(browser: Client) -> None:
    from fordran.access.models import SignedIn
    from fordran.access.signed_in import forget_old

    assert forget_old() == 0
    turn_back(hours=24 * 91)
    assert forget_old() == 1 and not SignedIn.objects.exists()
