"""What is refused on the way through the guide, and with which words; and what people expect to be refused and is not."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.web.walk.person import Person
from tests.web.walk.steps import COMPANY, Walk, give_access, register
from tests.web.walk.town import TODAY, Town

pytestmark = pytest.mark.slow


def test_each_refusal_says_why_and_the_class_trick_passes(place: Town, browser: Any, tmp_path: Path) -> None:
    walk = Walk.begin(place, browser, "sv", tmp_path)
    try:
        _without_a_role(walk)
        give_access(walk)
        register(walk)
        _unsigned(walk)
        _bankid_that_does_not_end_well(walk)
        _signed(walk)
        _nothing_filled_in_at_activation(walk)
        _wrong_check_digit(walk)
        _cards_that_cannot_be(walk)
        _odd_but_lawful(walk)
    except BaseException:
        walk.anna.page.screenshot(path=tmp_path / "stopped.png")
        raise
    finally:
        walk.end()
    assert walk.anna.complaints == []


def _to(walk: Walk, rest: str) -> None:
    walk.anna.at(f"/{walk.town.numbers['new']}/{rest}")


def _without_a_role(walk: Walk) -> None:
    """Whom Visma knows and nobody here has let in does not get in; an administrator without a role sees no company."""
    olle = walk.olle
    olle.at("/")
    olle.sign_in_with_visma("Olle Sandin")
    assert (
        olle.page.url.startswith(f"{walk.town.address}/sign-in")
        or olle.page.get_by_text("Du har ännu ingen roll här").first.is_visible()
    )
    olle.picture("without-account")


def _unsigned(walk: Walk) -> None:
    """Every page of the company leads to its agreement."""
    for page in ("settings/creditor", "settings/import-filter", "start/activate", "letters"):
        _to(walk, page)
        walk.anna.heading("Avtal")
        assert walk.anna.page.url.endswith("/agreement")


def _begin_to_sign(anna: Person, *, state: bool = True) -> None:
    if state:
        anna.tick("Jag får teckna avtal för {company}.", company=COMPANY)
    anna.press("Acceptera")


def _bankid_that_does_not_end_well(walk: Walk) -> None:
    anna, phone = walk.anna, httpx.Client(base_url=walk.town.phone, headers={"Accept": "application/json"}, trust_env=False)
    _begin_to_sign(anna, state=False)
    anna.reads("Kryssa i att du får teckna avtal för företaget. Får du inte det behöver någon annan signera.")

    _begin_to_sign(anna)  # and cancels on the page
    anna.page.wait_for_url("**/agreement/sign/*")
    anna.press("Avbryt", within="[data-bankid-cancel]")
    anna.reads("Du avbröt signeringen. Inget är signerat.")

    _begin_to_sign(anna)  # and cancels on the telephone
    anna.page.wait_for_url("**/agreement/sign/*")
    anna.on_the_phone("Underskrift hos", "Avbryt")
    anna.page.wait_for_selector("[data-bankid][data-state=failed]")
    anna.press("Försök igen")
    anna.heading("Avtal")

    _begin_to_sign(anna)  # and lets the time run out
    anna.page.wait_for_url("**/agreement/sign/*")
    order = phone.get("/orders").json()[0]["order"]
    assert phone.post("/cancel", json={"order": order, "hint": "expiredTransaction"}).status_code == 200
    anna.page.locator("[data-bankid-words]").get_by_text("BankID-appen svarar inte.").wait_for()  # as BankID has it said
    anna.press("Försök igen")
    anna.heading("Avtal")
    _to(walk, "settings/creditor")
    anna.heading("Avtal")  # nothing of this was a signature


def _signed(walk: Walk) -> None:
    _begin_to_sign(walk.anna)
    walk.anna.page.wait_for_url("**/agreement/sign/*")
    walk.anna.on_the_phone()
    walk.anna.page.wait_for_url("**/agreement")
    walk.anna.press("Logga in", within="main")
    walk.anna.heading("Kom igång")
    walk.anna.reads("Kundreskontran är läst {day}.", day=TODAY)


def _nothing_filled_in_at_activation(walk: Walk) -> None:
    """The switch is pressed, and says what is missing; no payout account is among it."""
    anna = walk.anna
    _to(walk, "start/activate")
    anna.tick("Aktiverad")
    anna.press("Spara")
    anna.reads("Det här saknas innan tjänsten kan aktiveras")
    said = anna.page.locator(".fd-errors").inner_text()
    for words in ("Utbetalningskonto saknas.", "Skuldbeskrivningen saknas.", "Importfiltret är inte ifyllt", "örhandsgranskning"):
        assert words in said
    anna.press("Utbetalningskonto saknas.", within=".fd-errors")
    anna.heading("Borgenär")


def _wrong_check_digit(walk: Walk) -> None:
    anna = walk.anna
    anna.write("Standardtext för raden Skuld avser", "Skötsel")
    anna.write("Bankgiro", "9865-2184")
    anna.press("Uppdatera")
    anna.reads("Bankgironumret stämmer inte. Sista siffran är en kontrollsiffra; kontrollera att alla siffror är rätt.")
    assert anna.page.get_by_label("Bankgiro", exact=True).first.input_value() == "9865-2184"
    assert anna.page.get_by_label("Standardtext för raden Skuld avser").input_value() == "Skötsel"


def _cards_that_cannot_be(walk: Walk) -> None:
    anna = walk.anna
    _to(walk, "settings/import-filter?edit=generic")
    anna.write("Antal dagar", "-3")
    anna.press("Ok")
    anna.page.get_by_role("alert").get_by_text("Antal dagar ska vara ett helt tal från 0.").wait_for()
    assert anna.page.get_by_label("Antal dagar", exact=True).input_value() == "-3"
    _to(walk, "settings/import-filter?edit=SEK")
    anna.write("Lägsta tillåtna belopp", "5000")
    anna.write("Högsta tillåtna belopp", "1000")
    anna.press("Ok")
    anna.page.get_by_role("alert").get_by_text(re.compile(r"Lägsta belopp \(5\s000,00\skr\) är högre än högsta")).wait_for()


def _odd_but_lawful(walk: Walk) -> None:
    """A far date on the filter; on a class many days, and a lowest amount above the generic highest."""
    anna, far = walk.anna, TODAY + timedelta(days=400)
    _to(walk, "settings/import-filter?edit=SEK")
    anna.write("Högsta tillåtna belopp", "20000")
    anna.press("Ok")
    anna.page.locator("#card-SEK .fd-settings").wait_for()
    _to(walk, "settings/import-filter?edit=generic")
    anna.write("Antal dagar", "6")
    anna.write("Importera efter", str(far))
    anna.press("Ok")
    anna.reads("De generiska inställningarna är sparade och gäller från nästa körning.")
    anna.page.locator("main").get_by_text(re.compile(rf"400 dagar framåt.*Inget hämtas före\s+{far}")).first.wait_for()
    _to(walk, "settings/classes/add?key=STAMKUND")
    anna.write("Antal dagar", "3650")
    anna.write("Lägsta tillåtna belopp", "30000")
    anna.press("Ok")
    anna.heading("Parameter&shy;inställningar")
    said = anna.page.locator("main").inner_text().replace("\u00a0", " ")
    assert "hämtas i praktiken inga fakturor från den här kundklassen" in said
    assert anna.page.get_by_role("link", name="Undanta klassen").first.is_visible()
    anna.picture("class-trick")
