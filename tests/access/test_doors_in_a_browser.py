"""The doors in a real browser: a passkey made and used, an app coupled, and the sandbox's Visma Connect chosen from a page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.test import override_settings

from fordran.sandbox.bankid.clock import MachineClock
from fordran.sandbox.book import Book
from fordran.sandbox.visma_net.server import VismaNetServer
from fordran.sandbox.visma_net.settings import Person
from tests.access.doors import PASSWORD, a_person, code_of
from tests.conftest import own_database, running

HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
"""As the served pages know passwords; the tests' own is quicker."""
ANNA = Person("sub-anna", "Anna", "Lind", "anna.lind@firma.example", ("t1",))


@pytest.fixture(scope="module")
def site(django_db_setup: None, server: Any, django_db_blocker: Any) -> Iterator[str]:
    """Two people in a database of its own, served as an installation is: no demonstration, and a provider."""
    book = Book("t1", "Ekbacken AB", "5560000001", now=lambda: datetime(2026, 3, 2))
    visma = VismaNetServer({"t1": book}, {"isv": "hush"}, MachineClock(), people=(ANNA,))
    try:
        with own_database(server, django_db_blocker) as scratch:
            with override_settings(PASSWORD_HASHERS=HASHERS):
                a_person("agnes")
                a_person("bo")
            told = {"FORDRAN_ROLE": "app", "FORDRAN_CONNECT_URL": visma.start(), "FORDRAN_CONNECT_CLIENT": "isv",
                    "FORDRAN_CONNECT_SECRET": "hush", "FORDRAN_CONNECT_NAME": "Visma"}  # fmt: skip
            with running(scratch.env | told, "web") as address:
                yield address
    finally:
        visma.stop()


@pytest.fixture
def page(browser: Any) -> Iterator[Any]:
    """A page that fails the test when the policy of content stops anything."""
    context = browser.new_context(locale="sv-SE")
    page, stopped = context.new_page(), []
    page.on("console", lambda line: stopped.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert not stopped


def with_a_key(page: Any) -> None:
    """The machine has a fingerprint reader, as the browser sees it."""
    wire = page.context.new_cdp_session(page)
    wire.send("WebAuthn.enable")
    wire.send("WebAuthn.addVirtualAuthenticator", {"options": {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }})  # fmt: skip


def by_password(page: Any, site: str, name: str) -> None:
    page.goto(f"{site}/sign-in?next=/account")
    page.fill("#name", name)
    page.fill("#password", PASSWORD)
    page.get_by_role("button", name="Logga in", exact=True).click()


def sign_out(page: Any) -> None:
    page.get_by_role("button", name="Logga ut", exact=True).first.click()
    page.wait_for_url("**/sign-in")


def test_a_passkey_is_made_at_the_first_sign_in_and_then_lets_in_alone(site: str, page: Any) -> None:
    with_a_key(page)
    by_password(page, site, "agnes")
    page.get_by_role("link", name="Gör en passkey").click()
    page.fill("#name", "Jobbdatorn")
    page.get_by_role("button", name="Gör en passkey").click()
    page.wait_for_url("**/account/codes")
    assert page.locator(".fd-recovery li").count() == 10
    page.goto(f"{site}/account")
    assert "Jobbdatorn" in page.content()
    sign_out(page)
    page.get_by_role("button", name="Logga in med passkey").click()
    page.wait_for_url(re.compile(r":\d+/(?!sign-in)"))
    page.goto(f"{site}/account")
    assert "Den här, Passkey" in page.locator("section", has=page.locator("#where")).inner_text()
    sign_out(page)
    by_password(page, site, "agnes")
    page.wait_for_url("**/sign-in/second-step")
    page.get_by_role("button", name="Använd passkey").click()
    page.wait_for_url("**/account")


def test_an_app_is_coupled_without_a_passkey(site: str, page: Any) -> None:
    by_password(page, site, "bo")
    page.get_by_role("link", name="Koppla en app").click()
    page.fill("#code", code_of(page.locator(".fd-secret").inner_text()))
    page.get_by_role("button", name="Koppla appen").click()
    page.wait_for_url("**/account/codes")
    page.get_by_role("link", name="Jag har sparat dem").click()
    page.goto(f"{site}/account")
    assert "10 koder kvar" in page.content()


def test_a_person_is_chosen_at_the_provider_and_comes_in(site: str, page: Any) -> None:
    page.goto(f"{site}/sign-in?next=/account")
    page.get_by_role("button", name="Logga in med Visma").click()
    page.wait_for_url("**/connect/authorize**")
    page.get_by_role("link", name="Anna Lind").click()
    page.wait_for_url("**/account")
    assert page.locator("h1").inner_text() == "Din inloggning" and "Anna Lind" in page.content()
