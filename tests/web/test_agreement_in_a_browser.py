"""The agreement in a real browser against a real server with the pages' own database role: the code changes each second, one can
cancel, start again, sign, and do it without script."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from fordran.connectors.clock import SystemClock
from fordran.sandbox.bankid.server import BankIdServer
from tests.conftest import own_database, running
from tests.connectors.bankid_play import ASTRID, US
from tests.web.test_agreement import AGENCY
from tests.web.test_in_a_browser import AXE, RULES, WIDTHS

COMPANIES = ("556016-0680", "559999-0123")


@dataclass
class Site:
    address: str
    bankid: BankIdServer

    def agreement(self, number: str = COMPANIES[0]) -> str:
        return f"{self.address}/{number.replace('-', '')}/agreement"

    def scan_and_sign(self, defect: str = "") -> None:
        ref = next(one.ref for one in self.bankid.orders.pending() if one.picked_up_at is None)
        self.bankid.orders.pick(ref)
        self.bankid.orders.identify(ref, ASTRID)
        self.bankid.orders.sign(ref, defect)  # type: ignore[arg-type]


def _fill() -> None:
    from fordran.creditor_pages.views.session import DEMO_USER
    from fordran.creditors.models import Creditor, Membership
    from tests.build import an_office, day
    from tests.web.conftest import a_user, set_today

    user = a_user(DEMO_USER)
    for number in COMPANIES:
        office = an_office(number=number, creditor=AGENCY)
        Creditor.objects.filter(pk=office.creditor.pk).update(signs_here=True, active=False)
        Membership.objects.create(user=user, creditor=office.creditor, role="sign")
    set_today(day("2026-02-04"))


@pytest.fixture(scope="module")
def site(django_db_setup: None, server: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder: Path = tmp_path_factory.mktemp("bankid")
    bankid = BankIdServer(SystemClock())
    bankid.start()
    files = bankid.write_files(folder, name="Fordran AB", organisation_number=US, passphrase="ord")
    told = {"CERTIFICATE": files["client.pem"], "SERVER_ROOT": files["server-root.pem"], "ORGANISATION_NUMBER": US,
            "SIGNATURE_ROOT": files["signature-root.pem"], "BASE_URL": bankid.url, "PHONE": bankid.phone_url}  # fmt: skip
    try:
        with own_database(server, django_db_blocker) as scratch:
            _fill()
            env = scratch.env | {f"FORDRAN_BANKID_{key}": str(value) for key, value in told.items()}
            with running(env | {"FORDRAN_DEMO": "1", "FORDRAN_ROLE": "app"}, "web") as address:
                yield Site(address, bankid)
    finally:
        bankid.stop()


@pytest.fixture(scope="module")
def signed_in(site: Site, browser: Any) -> Any:
    context = browser.new_context(locale="sv-SE")
    page = context.new_page()
    page.goto(f"{site.address}/demo")
    state = context.storage_state()
    context.close()
    return state


def _codes(page: Any, most: float = 12) -> list[str]:
    """Three codes that followed each other on the page."""
    seen: list[str] = []
    until = time.monotonic() + most
    while len(seen) < 3 and time.monotonic() < until:
        now = page.locator("[data-bankid-code]").inner_html()
        if not seen or now != seen[-1]:
            seen.append(now)
        time.sleep(0.2)
    return seen


def _accept(page: Any) -> None:
    page.get_by_label("Jag får teckna avtal för Granholms Bygg & Rör AB.").check()
    page.get_by_role("button", name="Acceptera").click()
    page.wait_for_url("**/agreement/sign/*")


def test_the_code_changes_each_second_one_may_cancel_start_again_and_sign(site: Site, browser: Any, signed_in: Any) -> None:
    context = browser.new_context(locale="sv-SE", viewport=WIDTHS["desk"], storage_state=signed_in)
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.goto(site.agreement())
    _accept(page)
    assert len(set(_codes(page))) == 3, "a new code each second, and the page stays"
    assert page.get_by_role("link", name="låtsastelefonen").get_attribute("href") == site.bankid.phone_url
    page.get_by_role("button", name="Avbryt").click()
    page.wait_for_url(site.agreement())
    assert "Inget är signerat" in page.locator(".fd-banner").first.inner_text()

    _accept(page)
    site.scan_and_sign("changed_text")
    page.wait_for_selector("[data-bankid][data-state=refused]")
    assert "Avtalet är inte signerat. Referens" in page.locator("[data-bankid-words]").inner_text()
    page.get_by_role("link", name="Försök igen").click()

    _accept(page)
    page.get_by_role("link", name="Öppna BankID på den här enheten").click()  # leads to the telephone that is played
    page.get_by_role("button", name="Fortsätt").click()
    page.fill("#code", "123456")
    page.get_by_role("button", name="Skriv under").click()
    page.get_by_role("link", name="Tillbaka").click()  # as the app does, with the nonce
    page.wait_for_url(site.agreement())
    assert "Avtalet är signerat av Astrid Provlund" in page.locator("main").inner_text()
    page.reload()
    assert "Avtalet är signerat av Astrid Provlund" in page.locator("main").inner_text()
    assert said == []
    context.close()


def test_it_is_signed_without_script_too(site: Site, browser: Any, signed_in: Any) -> None:
    context = browser.new_context(locale="sv-SE", viewport=WIDTHS["phone"], storage_state=signed_in, java_script_enabled=False)
    page = context.new_page()
    page.goto(site.agreement(COMPANIES[1]))
    _accept(page)
    page.get_by_role("link", name="Visa hur det går").click()
    page.wait_for_url("**/bankid/*")
    site.scan_and_sign()
    page.wait_for_url(site.agreement(COMPANIES[1]), timeout=20_000)  # the page renews itself
    assert "Avtalet är signerat av Astrid Provlund" in page.locator("main").inner_text()
    context.close()


@pytest.mark.parametrize(("language", "width"), [("sv", "phone"), ("en", "desk")])
def test_the_pages_hold_their_width_and_axe_finds_nothing_serious(
    site: Site, browser: Any, signed_in: Any, language: str, width: str
) -> None:
    locale = {"sv": "sv-SE", "en": "en-GB"}[language]
    context = browser.new_context(locale=locale, viewport=WIDTHS[width], storage_state=signed_in, bypass_csp=True)
    context.add_init_script(path=str(AXE))
    page, found = context.new_page(), {}
    for address in (site.agreement(), f"{site.agreement()}/document", site.agreement(COMPANIES[1])):
        page.goto(address)
        result = page.evaluate(
            f"axe.run(document, {{runOnly: {json.dumps(RULES)}, resultTypes: ['violations'], elementRef: false}})"
        )
        bad = [(v["id"], v["nodes"][0]["target"]) for v in result["violations"] if v["impact"] in ("serious", "critical")]
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if bad or wide > 0:
            found[address] = (bad, wide)
    context.close()
    assert found == {}
