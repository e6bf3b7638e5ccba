"""The pages as people meet them: a real browser, a real server, the pages' own database role, both widths, both languages."""

from __future__ import annotations

import json
import re
import time
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import pytest

from tests.conftest import ROOT, own_database, running

AXE = ROOT / "tests/vendor/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = {"phone": {"width": 390, "height": 844}, "desk": {"width": 1440, "height": 900}}
REFLOW = {"width": 320, "height": 700}


@dataclass
class Site:
    address: str
    org: str
    case: str
    letter: str
    payment: int
    settled: int
    file: int
    voucher: int

    def pages(self) -> dict[str, str]:
        own = f"/{self.org}/"
        return {
            "overview": own, "cases": f"{own}cases", "nothing found": f"{own}cases?q=zzzz", "case": f"{own}cases/{self.case}",
            "act": f"{own}cases/{self.case}/hold", "letters": f"{own}letters", "all letters": f"{own}letters/all",
            "letter": f"{own}letters/{self.letter}", "invoices": f"{own}invoices", "coming": f"{own}invoices/coming",
            "waiting payments": f"{own}payments", "payments": f"{own}payments/all", "files": f"{own}payments/files",
            "read in": f"{own}payments/files/add", "file": f"{own}payments/files/{self.file}",
            "payment": f"{own}payments/{self.payment}", "settled": f"{own}payments/{self.settled}",
            "match": f"{own}payments/{self.payment}/match?q=Kund", "refund": f"{own}payments/{self.payment}/refund",
            "unmatch": f"{own}payments/{self.settled}/unmatch", "set off": f"{own}payments/{self.settled}/set-off",
            "books": f"{own}books", "vouchers": f"{own}books/vouchers", "voucher": f"{own}books/vouchers/{self.voucher}",
            "accounts": f"{own}books/accounts", "creditor": f"{own}settings/creditor", "filter": f"{own}settings/import-filter",
            "customers": f"{own}settings/customers", "classes": f"{own}settings/classes",
            "exclusions": f"{own}settings/exclusions", "exclude": f"{own}settings/exclusions/add", "law": f"{own}law",
            "exclude a list": f"{own}settings/exclusions/upload", "find a customer": f"{own}settings/customers/add",
            "a customer's settings": f"{own}settings/customers/add?key=1", "a class": f"{own}settings/classes/add?key=BYGG",
            "what applies": f"{own}settings/applies?customer=1", "history": f"{own}settings/history",
            "next day": f"{own}next-day", "stop": f"{own}letters/stop", "companies": "/companies", "sign in": "/sign-in",
            "home": "/home", "my sign-in": "/account", "start": f"{own}start", "check the ledger": f"{own}start/ledger",
            "a check": f"{own}start/ledger/identity", "preview": f"{own}start/preview", "last year": f"{own}start/last-year",
            "switch": f"{own}start/activate", "payout accounts": f"{own}settings/payout-accounts",
            "reminded before": f"{own}settings/import-filter/reminded",
            "reminded list": f"{own}settings/import-filter/reminded/list",
            "filter card": f"{own}settings/import-filter?edit=generic", "agreement": f"{own}agreement",
            "erp": f"{own}settings/erp",
            "payouts": f"{own}payouts", "refunds": f"{own}payouts/refunds", "a day": f"{own}day/2026-02-04",
            "not found": f"{own}nowhere",
        }  # fmt: skip


@pytest.fixture(scope="module")
def site(django_db_setup: None, server: Any, django_db_blocker: Any) -> Iterator[Site]:
    """A small world in a database of its own, served by `fordran web` as the demonstration."""
    with own_database(server, django_db_blocker) as scratch:
        filled = _fill()
        with running(scratch.env | {"FORDRAN_DEMO": "1", "FORDRAN_ROLE": "app"}, "web") as address:
            yield Site(address, *filled)


def _fill() -> tuple[str, str, str, int, int, int, int]:
    from fordran.cases.models import Case
    from fordran.creditor_pages.views.session import DEMO_USER
    from fordran.creditors.models import Creditor
    from fordran.letters.models import Letter
    from fordran.settlement.models import Payment
    from tests.build import an_office
    from tests.web.bank import read_in
    from tests.web.conftest import a_user, a_week_of_life, set_today

    office = an_office(approved=False)
    today = a_week_of_life(office, cases=6)
    Creditor.objects.filter(pk=office.creditor.pk).update(activated_on=today)
    set_today(today)
    a_user(DEMO_USER, office, "sign")
    case = Case.objects.order_by("id").first()
    paid = Case.objects.order_by("-id")[0]
    rows = [(106_137, "2026000099917", paid.customer.name), (150_000, paid.ocr, paid.customer.name), (9_900, "", "Sven Okänd")]
    file = read_in(office.creditor, rows, today.isoformat(), name="bgmax-2026-02-04.txt").files[0]
    settled, waiting = Payment.objects.get(state="matched"), Payment.objects.filter(state="suspense").order_by("id")[0]
    letter = Letter.objects.order_by("id").first()
    assert case is not None and letter is not None
    voucher = _books(office, today)
    return office.creditor.organisation_number, case.number, letter.number, waiting.pk, settled.pk, file, voucher


def _books(office: Any, today: Any) -> int:
    from fordran.books.make import make_vouchers
    from fordran.books.models import Voucher
    from fordran.books.reconcile import keep, reconcile

    make_vouchers(office, today)
    keep(office.creditor, reconcile(office, today), by="test")
    return int(Voucher.objects.order_by("id")[0].pk)


@pytest.fixture(scope="module")
def signed_in(site: Site, browser: Any) -> Any:
    """The cookies of somebody who came in through the demonstration's door."""
    context = browser.new_context(locale="sv-SE")
    page = context.new_page()
    page.goto(f"{site.address}/")
    assert page.locator("h1").inner_text() == "Översikt", "the first address is the site itself, signed in"
    page.reload()
    assert page.url == f"{site.address}/{site.org}/"
    state = context.storage_state()
    context.close()
    return state


def _context(browser: Any, signed_in: Any, language: str, viewport: dict[str, int], **more: Any) -> Any:
    locale = {"sv": "sv-SE", "en": "en-GB"}[language]
    return browser.new_context(locale=locale, viewport=viewport, storage_state=signed_in, **more)


@pytest.mark.parametrize("language", ["sv", "en"])
@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways_or_breaks_its_own_policy(
    site: Site, browser: Any, signed_in: Any, language: str, width: str
) -> None:
    context = _context(browser, signed_in, language, WIDTHS[width])
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    wrong = {}
    for name, address in site.pages().items():
        said.clear()
        answer = page.goto(site.address + address)  # waits for pictures and scripts too
        wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        spoken = [text for text in said if "404" not in text]
        expected = 404 if name == "not found" else 200
        if wide > 0 or spoken or answer.status != expected or page.locator("html").get_attribute("lang") != language:
            wrong[name] = (answer.status, wide, spoken)
    context.close()
    assert wrong == {}


@pytest.mark.parametrize(
    ("language", "width", "scheme"),
    [("sv", "phone", "light"), ("en", "phone", "light"), ("sv", "desk", "light"), ("en", "desk", "dark")],
)
def test_axe_finds_nothing_serious(site: Site, browser: Any, signed_in: Any, language: str, width: str, scheme: str) -> None:
    assert AXE.exists(), "tests/vendor/axe.min.js is missing: run `make setup`"
    found = {}
    context = _context(browser, signed_in, language, WIDTHS[width], bypass_csp=True, color_scheme=scheme)
    context.add_init_script(path=str(AXE))
    page = context.new_page()
    for name, address in site.pages().items():
        page.goto(site.address + address)
        result = page.evaluate(
            f"axe.run(document, {{runOnly: {json.dumps(RULES)}, resultTypes: ['violations'], elementRef: false}})"
        )
        bad = [(v["id"], v["nodes"][0]["target"]) for v in result["violations"] if v["impact"] in ("serious", "critical")]
        if bad:
            found[name] = bad
    context.close()
    assert found == {}


def test_at_320_pixels_nothing_is_lost_to_the_right(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", REFLOW)
    page, wide = context.new_page(), {}
    for name, address in site.pages().items():
        page.goto(site.address + address)
        if (over := page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")) > 0:
            wide[name] = over
    context.close()
    assert wide == {}


def test_the_keyboard_reaches_everything(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["desk"])
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "fd-skip"
    page.keyboard.press("Enter")
    assert page.url.endswith("#main")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/cases")
    page.keyboard.press("/")
    page.keyboard.type("Kund 3")
    page.keyboard.press("Enter")
    page.wait_for_url("**q=Kund*")
    assert "hold=" not in page.url, "a search leaves no empty fields in the address"
    page.locator("h1").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/cases/\d{4}-\d{6}"))
    page.keyboard.press("?")
    assert page.locator("dialog#keys").is_visible()
    context.close()


def test_keys_do_nothing_while_one_types_and_can_be_turned_off(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["desk"])
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/cases")
    page.locator("input[type=search]").fill("")
    page.locator("input[type=search]").press_sequentially("ga")
    assert page.url.endswith("/cases")
    page.locator("h1").click()
    page.keyboard.press("?")
    page.locator("#keys-on").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("o")
    time.sleep(0.3)
    assert page.url.endswith("/cases")
    context.close()


def test_the_menu_opens_on_a_phone_with_script_and_without(site: Site, browser: Any, signed_in: Any) -> None:
    for script in (True, False):
        context = _context(browser, signed_in, "sv", WIDTHS["phone"], java_script_enabled=script)
        page = context.new_page()
        page.goto(f"{site.address}/{site.org}/")
        assert not page.locator("#menu .fd-menu").is_visible()
        page.get_by_label("Öppna menyn").click()
        page.locator("#menu .fd-menu >> text=Fakturor").click()
        page.wait_for_url("**/invoices")
        context.close()


def test_a_customer_is_found_and_excluded_by_keyboard_alone(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["desk"])
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/settings/applies")
    page.keyboard.press("/")
    page.keyboard.type("kund 3")
    page.wait_for_selector("[role=option]")
    page.keyboard.press("ArrowDown")
    field = page.locator("#f-find")
    assert field.get_attribute("aria-activedescendant") == page.locator("[aria-selected=true]").get_attribute("id")
    page.keyboard.press("Enter")
    page.wait_for_url("**/applies?customer=3")
    page.goto(f"{site.address}/{site.org}/settings/exclusions/add")
    for words in ("kund 4", "kund 5"):
        page.locator("#f-find").focus()
        page.keyboard.type(words)
        page.wait_for_selector("[role=option]")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
    assert page.locator("#picked input:checked").count() == 2
    page.locator("#f-reason").focus()
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Exkludera 2 kunder")
    context.close()


def test_the_count_follows_what_one_types(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["desk"])
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/settings/customers/add?key=1")
    page.fill("#f-days", "många")
    page.wait_for_selector("[data-live-here] >> text=Rätta fälten")
    page.fill("#f-days", "7")
    page.wait_for_selector("[data-live-here] >> text=Med de här värdena tas i dag")
    context.close()


def test_without_script_a_customer_is_found_by_a_button(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["desk"], java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/settings/exclusions/add")
    page.fill("#f-find", "kund 4")
    page.get_by_role("button", name="Sök").click()
    page.get_by_label("4 · Kund 4").check()
    page.get_by_role("button", name="Lägg till").click()
    assert page.locator("h1").inner_text() == "Exkludera 1 kund"
    page.goto(f"{site.address}/{site.org}/settings/customers/add")
    page.fill("#f-find", "kund 4")
    page.get_by_role("button", name="Sök").click()
    page.get_by_role("link", name="Kund 4").click()
    page.fill("#f-days", "9")
    page.get_by_role("button", name="Ok").click()
    assert page.get_by_role("link", name="4", exact=True).is_visible()
    context.close()


def test_an_act_works_without_script(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["desk"], java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/cases/{site.case}/hold")
    page.fill("#f-reason", "väntar på svar")
    page.get_by_role("button", name="Visa vad som händer").click()
    page.locator(".fd-consequence li").first.wait_for()
    page.get_by_role("link", name="Avbryt").click()
    assert page.url.endswith(site.case)
    context.close()


def test_the_demonstration_has_one_name(site: Site) -> None:
    port = site.address.rpartition(":")[2]

    class Stay(urllib.request.HTTPRedirectHandler):
        def redirect_request(self, *arguments: Any) -> None:
            return None

    with suppress(urllib.error.HTTPError):
        urllib.request.build_opener(Stay).open(f"http://127.0.0.1:{port}/sign-in")
    try:
        urllib.request.build_opener(Stay).open(f"http://127.0.0.1:{port}/sign-in")
    except urllib.error.HTTPError as answer:
        assert answer.headers["Location"] == f"http://localhost:{port}/sign-in"
    else:
        pytest.fail("127.0.0.1 was not sent on to localhost")


def test_the_pages_bring_their_own_letters(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["desk"])
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/")
    page.evaluate("document.fonts.ready")
    assert page.evaluate("""document.fonts.check('16px "Source Sans 3 Variable"')""")
    context.close()


def _bank_file(site: Site, *, broken: bool = False) -> bytes:
    from tests.settlement.bank_day import bgmax

    data = bgmax([(12_300, "", "Någon Annan"), (45_600, "", "En Till")], "2026-02-04", serial="00077", first=50)
    return data.replace(b"057900SEK", b"057901SEK") if broken else data


@pytest.mark.parametrize("script", [True, False])
def test_a_file_is_read_in_with_progress_and_without_script(
    site: Site, browser: Any, signed_in: Any, script: bool, tmp_path: Any
) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["desk"], java_script_enabled=script)
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{site.address}/{site.org}/payments/files/add")
    broken, right = tmp_path / "trasig.txt", tmp_path / "bgmax.txt"
    broken.write_bytes(_bank_file(site, broken=True))
    right.write_bytes(_bank_file(site))
    page.set_input_files("#f-file", broken)
    page.get_by_role("button", name="Läs in filen").click()
    page.wait_for_selector(".fd-banner--bad")
    assert "trasig.txt" in page.locator("#errors").inner_text() and page.locator(".fd-record").count() >= 1
    if script:
        assert page.evaluate("document.activeElement.id") == "errors" and page.title().startswith("Fel:")
    page.set_input_files("#f-file", right)
    page.get_by_role("button", name="Läs in filen").click()
    page.wait_for_url(re.compile(r"/payments/files/\d+$"))
    assert "inläst" in page.locator(".fd-banner--good").inner_text()
    assert [text for text in said if "422" not in text] == []
    context.close()


def test_a_dropped_file_is_read_in(site: Site, browser: Any, signed_in: Any) -> None:
    import base64

    context = _context(browser, signed_in, "sv", WIDTHS["desk"])
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/payments/files/add")
    given = page.evaluate_handle(
        """text => { const data = new DataTransfer(), bytes = Uint8Array.from(atob(text), c => c.charCodeAt(0));
                     data.items.add(new File([bytes], "draget.txt")); return data; }""",
        base64.b64encode(_bank_file(site)).decode(),
    )
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": given})
    page.wait_for_url(re.compile(r"/payments/files/\d+$"))
    context.close()


def test_what_waits_is_cleared_in_three_steps(site: Site, browser: Any, signed_in: Any) -> None:
    context = _context(browser, signed_in, "sv", WIDTHS["phone"])
    page = context.new_page()
    page.goto(f"{site.address}/{site.org}/payments")
    page.locator(f"a[href$='/payments/{site.payment}/match']").first.click()
    page.get_by_label("Sök ärende").fill("Kund 5")
    page.get_by_role("button", name="Sök", exact=True).click()
    page.get_by_role("button", name=re.compile("^Välj")).first.click()
    assert page.locator(".fd-consequence li").count() >= 1
    page.get_by_role("link", name="Avbryt").click()
    assert page.url.endswith(f"/payments/{site.payment}")
    context.close()
