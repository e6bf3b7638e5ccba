"""Signing in at the simulated Visma Connect over HTTP: who comes in as whom, and every token that is refused."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from django.test import Client

from fordran.access.provider import Provider
from fordran.sandbox.bankid.clock import MachineClock
from fordran.sandbox.book import Book
from fordran.sandbox.visma_net.server import VismaNetServer
from fordran.sandbox.visma_net.settings import Behaviours, Person
from fordran.sandbox.visma_net.tokens import Signer, encode
from tests.access.doors import a_browser, a_person, an_app, is_in, sign_in, turn_back

pytestmark = pytest.mark.django_db

BACK = "http://testserver/sign-in/connect/callback"
ANNA = Person("sub-anna", "Anna", "Lind", "anna.lind@firma.example", ("t1", "t2"), roles=("Customer Administrator",))
OLLE = Person("sub-olle", "Olle", "Sandin", "olle@firma.example", ("t1",), roles=("AutoCollect User",))


class World:
    """A clock of 2031: what the API lives by."""

    def now(self) -> float:
        return 1_940_000_000.0

    def sleep(self, seconds: float) -> None: ...


@pytest.fixture
def connect(settings: Any) -> Iterator[VismaNetServer]:
    from datetime import datetime

    books = {key: Book(key, name, number, now=lambda: datetime(2031, 6, 1)) for key, name, number in  # noqa: DTZ001
             (("t1", "Ekbacken AB", "5560000001"), ("t2", "Ekbacken Syster AB", "5560000002"))}  # fmt: skip
    server = VismaNetServer(
        books, {"isv_fordran": "hush", "isv_other": "hush"}, World(), people=(ANNA, OLLE), wall=MachineClock(),
        behaviours=Behaviours(tells_roles=True), redirects={"isv_fordran": frozenset({BACK}), "isv_other": frozenset({BACK})},
    )  # fmt: skip
    url = server.start()
    settings.CONNECT = Provider(url, "isv_fordran", "hush", "Visma", ("openid", "profile", "email", "tenants"), {}, "roles")
    yield server
    server.stop()


def to_provider(browser: Client, **posted: str) -> str:
    answer = browser.post("/sign-in/connect", {"next": "/account", **posted})
    assert answer.status_code == 302, answer.content
    return str(answer["Location"])


def says_yes(address: str, who: Person = ANNA) -> str:
    """The person chooses themselves; the address they are sent back to."""
    answer = httpx.get(address + "&" + urlencode({"login_hint": who.email}))
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"].removeprefix("http://testserver")


def comes_in(browser: Client, who: Person = ANNA, **posted: str) -> Any:
    return browser.get(says_yes(to_provider(browser, **posted), who))


def test_a_person_comes_in_without_a_role_and_is_known_by_the_providers_own_key(connect: VismaNetServer) -> None:
    from django.contrib.auth.models import User

    a_person("anna", email=ANNA.email)
    browser = a_browser()
    assert comes_in(browser)["Location"] == "/account"
    user = User.objects.get(pk=browser.session["_auth_user_id"])
    assert (user.get_full_name(), user.email, user.username) == ("Anna Lind", ANNA.email, "connect-sub-anna")
    assert not user.has_usable_password() and not user.is_staff
    assert not user.memberships.exists() and not user.seats.exists(), "another with the same address is another person"
    again = a_browser()
    comes_in(again)
    assert again.session["_auth_user_id"] == str(user.pk)
    assert is_in(again)


def test_the_question_to_the_provider_carries_pkce_state_and_nonce(connect: VismaNetServer, settings: Any) -> None:
    address = to_provider(a_browser())
    assert address.startswith(f"{settings.CONNECT.url}/connect/authorize?")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
    assert (asked["response_type"], asked["code_challenge_method"], asked["redirect_uri"]) == ("code", "S256", BACK)
    assert set(asked["scope"].split()) == {"openid", "profile", "email", "tenants"}
    assert len(asked["nonce"]) >= 32 and len(asked["state"]) >= 16 and len(asked["code_challenge"]) == 43
    assert "prompt" not in asked and "prompt=login" in to_provider(a_browser(), fresh="1")


def test_forms_may_lead_to_the_provider_and_nowhere_else(connect: VismaNetServer, settings: Any) -> None:
    policy = a_browser().get("/sign-in")["Content-Security-Policy"]
    assert f"form-action 'self' {settings.CONNECT.url};" in policy and policy.endswith("report-uri /csp")


def test_the_companies_that_the_provider_tells_of_are_kept(connect: VismaNetServer) -> None:
    from django.contrib.auth.models import User

    from fordran.access.identity import Tenant, tenants_of

    comes_in(a_browser())
    user = User.objects.get(username="connect-sub-anna")
    assert tenants_of(user) == [Tenant("t1", "Ekbacken AB"), Tenant("t2", "Ekbacken Syster AB")]
    assert tenants_of(a_person("bo")) == []


def test_a_state_works_once_and_only_in_its_own_browser(connect: VismaNetServer) -> None:
    browser, other = a_browser(), a_browser()
    back = says_yes(to_provider(browser))
    assert other.get(back)["Location"] == "/sign-in?failed=failed" and not is_in(other)
    assert browser.get(back)["Location"] == "/account"
    assert browser.get(back)["Location"] == "/sign-in?failed=failed"
    third = a_browser()
    state = parse_qs(urlsplit(to_provider(third)).query)["state"][0]
    replayed = urlencode({"state": state, "code": parse_qs(urlsplit(back).query)["code"][0]})
    assert third.get(f"/sign-in/connect/callback?{replayed}")["Location"] == "/sign-in?failed=failed"
    assert not is_in(third)


@pytest.mark.parametrize("asked", ["", "code=x", "state=x&code=x", "error=server_error"])
def test_whatever_is_wrong_with_the_answer_leads_to_the_sign_in_page(connect: VismaNetServer, asked: str) -> None:
    answer = a_browser().get(f"/sign-in/connect/callback?{asked}")
    assert answer["Location"] == "/sign-in?failed=failed"
    assert "gick inte igenom" in a_browser().get(answer["Location"]).content.decode()


def test_a_person_who_says_no_is_told_that_they_are_not_signed_in(connect: VismaNetServer) -> None:
    browser = a_browser()
    page = httpx.get(to_provider(browser)).text
    assert 'lang="sv"' in page and "Anna Lind" in page and "<script" not in page
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page.partition("<form")[2]))
    answer = browser.get("/sign-in/connect/callback?" + urlencode(fields))
    assert answer["Location"] == "/sign-in?failed=cancelled"
    assert "Du avbröt" in browser.get(answer["Location"]).content.decode()


class Twisted(Signer):
    """Signs other claims than it is asked to; None takes one away."""

    def __init__(self, **changes: Any) -> None:
        self.changes = changes

    def sign(self, claims: dict[str, Any]) -> str:
        told = {**claims, **{name: value(claims) if callable(value) else value for name, value in self.changes.items()}}
        return super().sign({name: value for name, value in told.items() if value is not None})


class Unsigned(Signer):
    """`alg: none`, which some libraries once took (RFC 8725 section 3.1)."""

    def sign(self, claims: dict[str, Any]) -> str:
        head = {"alg": "none", "kid": self.jwk["kid"], "typ": "JWT"}
        return ".".join(encode(json.dumps(part).encode()) for part in (head, claims)) + "."


class Foreign(Signer):
    """Another's key under the name of the provider's."""

    def __init__(self, own: Signer) -> None:
        self.own, self.made = own, False

    @property
    def jwk(self) -> dict[str, str]:  # type: ignore[override]
        return self.own.jwk


WRONG = {
    "another audience": Twisted(aud="isv_other"),
    "another issuer": Twisted(iss="https://evil.example"),
    "run out": Twisted(exp=lambda claims: claims["iat"] - 60),
    "not yet valid": Twisted(nbf=lambda claims: claims["iat"] + 3600),
    "without an end": Twisted(exp=None),
    "another question's": Twisted(nonce="another"),
    "no question's": Twisted(nonce=None),
    "of nobody": Twisted(sub=None),
    "somebody else": Twisted(sub="sub-olle"),
    "made for another party": Twisted(azp="isv_other"),
    "unsigned": Unsigned(),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_token_that_is_wrong_in_any_way_lets_nobody_in(connect: VismaNetServer, name: str) -> None:
    from django.contrib.auth.models import User

    connect.connect.signer = WRONG[name]
    browser = a_browser()
    assert comes_in(browser)["Location"] == "/sign-in?failed=failed"
    assert not is_in(browser) and not User.objects.exists()


def test_a_token_signed_by_another_key_is_refused(connect: VismaNetServer) -> None:
    connect.connect.signer = Foreign(connect.connect.signer)
    browser = a_browser()
    assert comes_in(browser)["Location"] == "/sign-in?failed=failed" and not is_in(browser)


def test_a_twisted_token_without_a_twist_is_taken(connect: VismaNetServer) -> None:
    connect.connect.signer = Twisted()
    assert comes_in(a_browser())["Location"] == "/account"


def test_a_provider_that_does_not_answer_is_a_failed_sign_in(connect: VismaNetServer) -> None:
    browser = a_browser()
    back = says_yes(to_provider(browser))
    connect.stop()
    assert browser.get(back)["Location"] == "/sign-in?failed=failed"
    assert browser.post("/sign-in/connect")["Location"] == "/sign-in?failed=failed"


def test_roles_that_the_provider_sends_are_given_refreshed_and_taken_away(connect: VismaNetServer, settings: Any) -> None:
    from django.contrib.auth.models import User

    from fordran.access.models import Seat
    from fordran.creditors.models import Organisation
    from tests.build import day

    house = Organisation.objects.create(name="Ekbacken", created_on=day("2026-01-02"))
    levels = {"Customer Administrator": "administrator", "AutoCollect User": "work"}
    settings.CONNECT = replace(settings.CONNECT, roles=levels)
    comes_in(a_browser())
    user = User.objects.get(username="connect-sub-anna")
    seat = Seat.objects.get(user=user)
    assert (seat.organisation, seat.administrator, seat.reach, seat.origin) == (house, True, "", "token")
    connect.connect.people = (replace(ANNA, roles=("AutoCollect User", "Owner of everything")), OLLE)
    comes_in(a_browser())
    seat.refresh_from_db()
    assert (seat.administrator, seat.reach) == (False, "work")
    connect.connect.people = (replace(ANNA, roles=()), OLLE)
    comes_in(a_browser())
    assert not Seat.objects.exists()


def test_an_openid_sign_in_proves_who_one_is_for_five_minutes(connect: VismaNetServer) -> None:
    browser = a_browser()
    comes_in(browser)
    assert browser.get("/account/passkeys/add").status_code == 200
    turn_back(minutes=6)
    assert browser.get("/account/passkeys/add")["Location"].startswith("/account/prove")
    assert comes_in(browser, next="/account/passkeys/add", fresh="1")["Location"] == "/account/passkeys/add"
    assert browser.get("/account/passkeys/add").status_code == 200


def test_a_provider_that_knows_one_from_before_proves_nothing(connect: VismaNetServer) -> None:
    connect.connect.signer = Twisted(auth_time=lambda claims: claims["iat"] - 3600)
    browser = a_browser()
    assert comes_in(browser)["Location"] == "/account"
    assert browser.get("/account/passkeys/add")["Location"].startswith("/account/prove")
    assert comes_in(browser, fresh="1")["Location"] == "/sign-in?failed=failed"


def test_the_provider_is_added_to_ones_means_and_nobody_elses_is_taken_over(connect: VismaNetServer) -> None:
    user = a_person()
    secret = an_app(user)
    browser = a_browser()
    sign_in(browser, user, secret)
    assert comes_in(browser, add="1")["Location"] == "/account"
    assert browser.session["_auth_user_id"] == str(user.pk)
    by_visma = a_browser()
    comes_in(by_visma)
    assert by_visma.session["_auth_user_id"] == str(user.pk)
    bo = a_person("bo")
    other = a_browser()
    sign_in(other, bo, an_app(bo))
    answer = comes_in(other, add="1")
    assert other.session["_auth_user_id"] == str(bo.pk)
    assert "hör redan till någon annan" in other.get(answer["Location"]).content.decode()
    assert browser.post("/account/connect/remove")["Location"] == "/account"
    comes_in(by_visma)
    assert by_visma.session["_auth_user_id"] != str(user.pk)


def test_the_only_way_in_cannot_be_taken_away(connect: VismaNetServer) -> None:
    browser = a_browser()
    comes_in(browser)
    browser.post("/account/connect/remove")
    assert "enda sätt att logga in" in browser.get("/account").content.decode()
    assert comes_in(a_browser())["Location"] == "/account"


def test_adding_the_provider_asks_for_a_fresh_proof_first(connect: VismaNetServer) -> None:
    user = a_person()
    browser = a_browser()
    sign_in(browser, user, an_app(user))
    turn_back(minutes=6)
    asked = browser.post("/sign-in/connect", {"add": "1", "next": "/account"})
    assert asked["Location"] == "/account/prove?next=%2Faccount"
