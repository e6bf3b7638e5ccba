"""Every address that allauth would serve is ours or is not there; every page of a door has the headers and both languages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import structlog.testing
from django.test import Client
from django.urls import NoReverseMatch, URLPattern, URLResolver, get_resolver, resolve, reverse

from fordran.creditor_pages.urls import urlpatterns
from tests.access.doors import a_browser, a_person, an_app, password, sign_in

pytestmark = pytest.mark.django_db

OURS = {"account_login", "mfa_authenticate", "account_reauthenticate"}
"""Names by which allauth finds pages of ours."""
WORDS = {"passkey_id": 1, "session_id": 1}


def leaves(patterns: Any) -> Iterator[URLPattern]:
    for one in patterns:
        if isinstance(one, URLResolver):
            yield from leaves(one.url_patterns)
        else:
            yield one


def test_no_page_of_allauth_has_an_address_here() -> None:
    from allauth import urls as theirs

    names = {one.name for one in leaves(theirs.urlpatterns) if one.name}
    assert len(names) > 20
    for name in names - OURS:
        for kwargs in ({}, {"pk": 1}, {"key": "x"}, {"provider_id": "connect"}, {"uidb36": "1", "key": "x"}):
            with pytest.raises(NoReverseMatch):
                reverse(name, kwargs=kwargs)
    for name in OURS:
        assert resolve(reverse(name)).func.__module__.startswith("fordran."), name
    for one in leaves(get_resolver().url_patterns):
        assert one.callback.__module__.startswith("fordran."), one.name


@pytest.mark.parametrize("address", ["accounts/login/", "accounts/signup/", "account/signup", "account/email", "account/2fa/",
                                     "account/password/reset", "sign-in/signup", "oidc/connect/login/"])  # fmt: skip
def test_what_is_not_offered_is_not_there(address: str) -> None:
    browser = a_browser()
    browser.force_login(a_person())
    assert browser.get(f"/{address}").status_code == 404


def addresses() -> Iterator[str]:
    for one in leaves(urlpatterns):
        if str(one.pattern).startswith(("sign-in", "account", "csp", "demo", "sign-out")) and one.name not in OURS - {
            "account_login"
        }:
            yield reverse(one.name, kwargs={name: WORDS[name] for name in one.pattern.converters})


@pytest.mark.parametrize("method", ["get", "post"])
def test_signed_out_the_pages_of_ones_own_lead_to_the_door(method: str) -> None:
    for address in sorted(set(addresses())):
        answer = getattr(a_browser(), method)(address)
        if address.startswith("/account"):
            assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?"), address
        assert answer.status_code < 500, address


@pytest.mark.parametrize("method", ["get", "post", "put", "delete"])
def test_every_answer_has_the_headers_and_none_fails(method: str) -> None:
    browser = a_browser()
    user = a_person()
    sign_in(browser, user, an_app(user))
    for address in sorted(set(addresses())):
        answer = getattr(browser, method)(address)
        assert answer.status_code < 500, address
        assert answer["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self'"), address
        assert "report-uri /csp" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] == answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin" and answer["Cache-Control"] == "no-store"
        assert "publickey-credentials-get=(self)" in answer["Permissions-Policy"]
        if address == "/sign-out":
            browser = a_browser()
            browser.force_login(user)


def test_no_form_of_the_doors_is_taken_without_its_mark() -> None:
    user = a_person()
    careful = Client(enforce_csrf_checks=True)
    for signed_in in (False, True):
        if signed_in:
            careful.force_login(user)
        for address in sorted(set(addresses())):
            status = careful.post(address).status_code
            assert status in ((204,) if address == "/csp" else (403,)), address


def test_the_pages_speak_english_too() -> None:
    user = a_person()
    secret = an_app(user)
    browser = a_browser()
    browser.cookies["django_language"] = "en"
    assert "Sign in" in browser.get("/sign-in").content.decode()
    password(browser)
    assert "One more step" in browser.get("/sign-in/second-step").content.decode()
    sign_in(browser, user, secret)
    assert "How you sign in" in browser.get("/account").content.decode()


def report(body: object) -> int:
    text = body if isinstance(body, str) else json.dumps(body)
    return a_browser().post("/csp", text, content_type="application/csp-report").status_code


@pytest.fixture
def said() -> Iterator[list[Any]]:
    """What our own log says, though it is silent in tests."""
    before, lines = structlog.get_config(), structlog.testing.LogCapture()
    structlog.configure(
        processors=[lines], wrapper_class=structlog.make_filtering_bound_logger(0), cache_logger_on_first_use=False
    )
    yield lines.entries
    structlog.configure(**before)


def refusals(said: list[Any]) -> list[Any]:
    return [line for line in said if line["event"] == "content refused"]


def test_what_the_policy_stops_is_logged_without_an_address(said: list[Any]) -> None:
    told = {"csp-report": {"effective-directive": "script-src-elem", "document-uri": "http://x/5560160680/cases?q=Anna",
                           "blocked-uri": "https://evil.example/x.js"}}  # fmt: skip
    assert report(told) == 204
    [line] = refusals(said)
    assert line["kind"] == "script-src-elem" and line["route"] == "" and "evil" not in str(line)


NONSENSE: list[object] = [
    "", "[]", "{", "\ufffd", "[" * 9000, {"csp-report": 7}, {"csp-report": {"effective-directive": "x\ny"}}, "x" * 20_000,
]  # fmt: skip


def test_nonsense_is_taken_and_forgotten(said: list[Any]) -> None:
    assert {report(body) for body in NONSENSE} == {204}
    assert not refusals(said)


def test_reports_of_an_address_are_limited(said: list[Any]) -> None:
    told = {"csp-report": {"effective-directive": "img-src", "document-uri": "http://x/account"}}
    assert {report(told) for _ in range(70)} == {204}
    assert len(refusals(said)) == 60 and refusals(said)[0]["route"] == "account"
