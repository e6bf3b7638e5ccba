"""A password lets nobody in alone: the second step is made at the first sign-in and asked for at each one after."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.access.doors import a_browser, a_person, an_app, code_of, is_in, password, sign_in, turn_back

pytestmark = pytest.mark.django_db


def test_the_first_password_sign_in_opens_nothing_but_the_making_of_a_second_step() -> None:
    a_person()
    browser = a_browser()
    assert password(browser)["Location"] == "/"
    for address in ("/", "/companies", "/account", "/account/password", "/account/sessions/1/end", "/5560160680/"):
        assert browser.get(address)["Location"] == "/account/second-step", address
    page = browser.get("/account/second-step").content.decode()
    assert "Gör en passkey" in page and "Koppla en app" in page


def test_an_app_is_coupled_by_a_code_and_then_everything_opens_and_codes_lie_ready() -> None:
    a_person()
    browser = a_browser()
    password(browser)
    page = browser.get("/account/app").content.decode()
    secret = re.search(r'fd-secret">([A-Z2-7]+)<', page)
    assert secret and "<svg" in page
    wrong = browser.post("/account/app", {"code": "000000" if code_of(secret[1]) != "000000" else "111111"})
    assert wrong.status_code == 422 and "Koden stämmer inte" in wrong.content.decode()
    assert secret[1] in wrong.content.decode(), "the picture stays the same"
    assert browser.post("/account/app", {"code": code_of(secret[1])})["Location"] == "/account/codes"
    codes = re.findall(r'fd-mono">(\d{4} \d{4})<', browser.get("/account/codes").content.decode())
    assert len(codes) == 10
    assert is_in(browser)
    file = browser.get("/account/codes?as=text")
    assert file["Content-Disposition"].startswith("attachment") and codes[0].replace(" ", "") in file.content.decode()


def test_the_secret_of_an_app_is_sealed_in_the_database() -> None:
    from allauth.mfa.models import Authenticator

    secret = an_app(a_person())
    assert secret not in str(Authenticator.objects.get().data)


def test_afterwards_the_code_is_asked_for_and_lets_in_to_where_one_was_going() -> None:
    user = a_person()
    secret = an_app(user)
    browser = a_browser()
    assert password(browser, next="/companies")["Location"] == "/sign-in/second-step"
    assert not is_in(browser)
    wrong = browser.post("/sign-in/second-step", {"code": "12345"})
    assert wrong.status_code == 422 and not is_in(browser)
    assert browser.post("/sign-in/second-step", {"code": code_of(secret)})["Location"] == "/companies"
    assert is_in(browser)


def test_a_code_works_once_though_another_process_took_it() -> None:
    from django.core.cache import cache

    user = a_person()
    secret = an_app(user)
    sign_in(a_browser(), user, secret)
    cache.clear()  # another process has not heard of it
    second = a_browser()
    assert sign_in(second, user, secret).status_code == 422
    assert not is_in(second)


def test_a_recovery_code_lets_in_once_and_proves_nothing() -> None:
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    user = a_person()
    an_app(user)
    code = RecoveryCodes.activate(user).get_unused_codes()[0]
    browser = a_browser()
    password(browser)
    assert browser.post("/sign-in/second-step", {"code": code}).status_code == 302
    assert is_in(browser)
    assert browser.get("/account/codes")["Location"].startswith("/account/prove?next=")
    again = a_browser()
    password(again)
    assert again.post("/sign-in/second-step", {"code": code}).status_code == 422


def test_the_page_of_the_second_step_leads_nowhere_without_the_first() -> None:
    assert a_browser().get("/sign-in/second-step")["Location"] == "/sign-in"
    assert a_browser().post("/sign-in/second-step", {"code": "123456"})["Location"] == "/sign-in"


def test_by_e_mail_address_where_it_is_one_persons_only() -> None:
    a_person("agnes", email="agnes@firma.example")
    assert password(a_browser(), "Agnes@firma.example").status_code == 302
    a_person("aina", email="agnes@firma.example")
    assert password(a_browser(), "agnes@firma.example").status_code == 422


def test_somebody_who_was_shut_out_gets_the_answer_of_a_wrong_password() -> None:
    user = a_person()
    user.is_active = False
    user.save()
    assert password(a_browser()).status_code == 422


def test_the_last_second_step_of_a_password_cannot_be_taken_away() -> None:
    user = a_person()
    secret = an_app(user)
    browser = a_browser()
    sign_in(browser, user, secret)
    assert "Det går inte" in browser.get("/account/app/remove").content.decode()
    assert browser.post("/account/app/remove").status_code == 422
    from allauth.mfa.models import Authenticator

    assert Authenticator.objects.filter(user=user, type="totp").exists()


def test_means_are_changed_by_a_fresh_proof_only(settings: Any) -> None:
    user = a_person()
    secret = an_app(user)
    browser = a_browser()
    sign_in(browser, user, secret, steps=-1)
    assert browser.get("/account/passkeys/add").status_code == 200
    turn_back(minutes=6)
    asked = browser.get("/account/passkeys/add")
    assert asked["Location"] == "/account/prove?next=%2Faccount%2Fpasskeys%2Fadd"
    page = browser.get(asked["Location"]).content.decode()
    assert "Kod från appen" in page and "Det är jag" in page
    assert browser.post("/account/prove", {"code": "000", "next": "/account/passkeys/add"}).status_code == 422
    proved = browser.post("/account/prove", {"code": code_of(secret), "next": "/account/passkeys/add"})
    assert proved["Location"] == "/account/passkeys/add"
    assert browser.get("/account/passkeys/add").status_code == 200


def test_a_new_password_ends_every_other_session() -> None:
    user = a_person()
    secret = an_app(user)
    here, there = a_browser(), a_browser()
    sign_in(here, user, secret)
    sign_in(there, user, secret, steps=-1)
    short = here.post("/account/password", {"old": "en lång mening att minnas", "new": "kort"})
    assert short.status_code == 422 and "minst 12 tecken" in short.content.decode()
    wrong = here.post("/account/password", {"old": "fel", "new": "en helt annan lång mening"})
    assert wrong.status_code == 422 and "nuvarande lösenordet" in wrong.content.decode()
    done = here.post("/account/password", {"old": "en lång mening att minnas", "new": "en helt annan lång mening"})
    assert done["Location"] == "/account"
    assert is_in(here) and not is_in(there)
    assert password(a_browser()).status_code == 422
    assert password(a_browser(), text="en helt annan lång mening").status_code == 302


def test_a_name_is_changed_once_however_often_it_is_pressed() -> None:
    from fordran.audit.models import Event

    user = a_person()
    secret = an_app(user)
    browser = a_browser()
    sign_in(browser, user, secret)
    key = re.search(r'name="once" value="([^"]+)"', browser.get("/account").content.decode())
    assert key
    for name in ("Agneta", "Anna"):
        assert browser.post("/account", {"first_name": name, "last_name": "Ek", "once": key[1]})["Location"] == "/account"
    user.refresh_from_db()
    assert user.first_name == "Agneta"
    assert Event.objects.filter(verb="own name changed").count() == 1
    assert browser.post("/account", {"first_name": " ", "last_name": ""}).status_code == 422
