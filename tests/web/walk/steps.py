"""The set-up guide, step by step, as a company's people do it: from the ERP's sign-in to the switch, and the first day after it.

Each step leaves its pictures under the name that the guide shows them by.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.web.walk.person import Person
from tests.web.walk.town import TODAY, Town

COMPANY, OFFICE, ACCOUNT = "Ekbackens Trädgård AB", "Kravbyrån Sundhamn AB", "9865-2183"
SIGNS = "Signera: dessutom godkänna konton, släppa utbetalningar och avtal"
DEBT = "Trädgårdsskötsel"
PATIENCE = 60


@dataclass
class Walk:
    """Anna sets the company up; Olle is the second person, whose yes a payout account needs."""

    town: Town
    anna: Person
    olle: Person
    first_letters: int = 0
    """As many as the preview says."""

    @classmethod
    def begin(cls, town: Town, browser: Any, language: str, pictures: Path) -> Walk:
        """In Swedish everything is done with the keyboard, in English with the mouse."""
        keys = language == "sv"
        return cls(town, *(Person(browser, town.address, language, pictures, keys=keys) for _ in range(2)))

    def whole(self) -> None:
        for step in STEPS:
            step(self)

    def end(self) -> None:
        self.anna.close()
        self.olle.close()


def give_access(walk: Walk) -> None:
    """A Customer Administrator gives herself the role, and invites the second person."""
    anna = walk.anna
    anna.at("/")
    anna.heading("Logga in")
    anna.picture("sign-in")
    anna.sign_in_with_visma("Anna Lind")
    anna.heading("Hem")
    anna.picture("home-without-role")
    anna.press("Ge åtkomst")
    anna.heading("Nya Admin")
    anna.press("Ändra", within="main")
    anna.reads("Ge eller ändra roll")
    anna.tick(SIGNS)
    anna.picture("role")
    anna.press("Spara")
    anna.reads("{name}: {role} vid {company}. Det gäller från nu.", name="Anna Lind", role=anna.say("AutoCollect User, signera"),
               company=anna.say("alla företag"))  # fmt: skip


def invite(walk: Walk) -> None:
    anna, olle = walk.anna, walk.olle
    anna.press("Nya Admin", within=".fd-menu")
    anna.heading("Nya Admin")
    anna.press("Bjud in")
    anna.heading("Bjud in")
    anna.write("E-post", "olle.sandin@ekbacken.example")
    anna.tick(SIGNS)
    anna.picture("invite")
    anna.press("Bjud in", role="button")
    anna.heading("Inbjudan är klar")
    olle.page.goto(anna.page.get_by_label(anna.say("Länk"), exact=True).input_value())
    olle.press("Logga in med {name}, BankID eller lösenord", name="Visma")
    olle.heading("Logga in")
    olle.sign_in_with_visma("Olle Sandin")
    olle.press("Tacka ja")
    olle.heading("Hem")
    anna.press("Klar")
    anna.heading("Nya Admin")
    anna.picture("people")


def register(walk: Walk) -> None:
    """The tile is there now; behind it the companies of the ERP."""
    anna = walk.anna
    anna.press("Hem", within=".fd-menu")
    anna.heading("Hem")
    anna.picture("home")
    anna.press("Påminnelser och inkasso")
    anna.heading("Registrera företag")
    anna.tick("{office} samlar in åt er", office=OFFICE)
    anna.picture("register")
    anna.press("Registrera", role="button")
    anna.heading("Välj bolaget")
    anna.picture("companies")


def sign(walk: Walk) -> None:
    """Nothing else is open: read, close, accept, sign with BankID, Logga in."""
    anna = walk.anna
    anna.press(COMPANY)
    anna.heading("Avtal")
    anna.picture("agreement")
    anna.press("Läs", within="main")
    anna.page.wait_for_url("**/agreement/document")
    anna.press("Stäng")
    anna.heading("Avtal")
    anna.tick("Jag får teckna avtal för {company}.", company=COMPANY)
    anna.press("Acceptera")
    anna.page.wait_for_url("**/agreement/sign/*")
    anna.reads("Skanna koden med BankID-appen. Du ska själv ha öppnat den här sidan. Skanna aldrig en kod som någon annan visar "
               "eller skickar.")  # fmt: skip
    anna.picture("bankid")
    anna.on_the_phone()
    anna.page.wait_for_url("**/agreement")
    anna.reads("Logga in för att fortsätta.")
    anna.picture("signed")
    anna.press("Logga in", within="main")
    anna.heading("Kom igång")


def wait_for_the_ledger(walk: Walk) -> None:
    """It is read beside what people do; the page tells when it is done."""
    walk.anna.reads("Kundreskontran är läst {day}.", day=TODAY)
    walk.anna.picture("start")


def creditor(walk: Walk) -> None:
    anna = walk.anna
    anna.press("Borgenär", within=".fd-corner")
    anna.heading("Borgenär")
    for title in ("Skuldbeskrivning", "Utbetalningsalternativ", "Avsändaradress", "Fakturaadress", "Avtalsadress"):
        anna.reads(title)
    anna.write("Standardtext för raden Skuld avser", DEBT)
    anna.page.locator("#debt-sample").filter(has_text=DEBT).wait_for()
    anna.write("Bankgiro", ACCOUNT.replace("-", ""))
    anna.picture("creditor")
    anna.press("Uppdatera")
    anna.heading("Utbetalningskonton")
    anna.reads("Utbetalningskontot måste godkännas av en person till innan pengar går dit.")
    anna.picture("payout-account")


def second_person(walk: Walk) -> None:
    olle = walk.olle
    olle.at(f"/{walk.town.numbers['new']}/settings/payout-accounts")
    olle.heading("Utbetalningskonton")
    olle.press("Granska", within="main")
    olle.heading("Bankgiro")
    olle.picture("approve-account")
    olle.press("Godkänn {account}", account=ACCOUNT)
    olle.reads("{account} är godkänt. Från och med nu går pengarna dit.", account=ACCOUNT)


def import_filter(walk: Walk) -> None:
    """The card Generiska inställningar, then the card SEK."""
    anna = walk.anna
    anna.press("Kom igång", within=".fd-menu")
    anna.heading("Kom igång")
    anna.press("Importfilter", within=".fd-corner")
    anna.heading("Importfilter")
    anna.press("Ändra {card}", card=anna.say("Generiska inställningar"))
    anna.write("Antal dagar", "6")
    anna.write("Importera efter", "2026-06-01")
    anna.page.locator("#rule").get_by_text("2026-06-01").wait_for()
    anna.picture("import-filter")
    anna.press("Ok")
    anna.reads("De generiska inställningarna är sparade och gäller från nästa körning.")
    anna.press("Ändra {card}", card="SEK")
    anna.write("Lägsta tillåtna belopp", "200")
    anna.write("Högsta tillåtna belopp", "50 000")
    anna.page.locator("#rule").get_by_text("50\u00a0000").wait_for()
    anna.picture("currency")
    anna.press("Ok")
    anna.page.locator("#card-SEK .fd-settings").wait_for()
    anna.picture("rule")


def own_settings(walk: Walk) -> None:
    """One customer, one class, and one customer who is left out."""
    anna = walk.anna
    for page, who, days in (("Kund&shy;inställningar", "Viktor", "20"), ("Parameter&shy;inställningar", "STAMKUND", "10")):
        anna.press(page, within=".fd-menu")
        anna.heading(page)
        anna.press("Lägg till", within="main")
        anna.heading("Lägg till")
        anna.choose(who)
        anna.page.wait_for_url("**/add?key=*")
        anna.write("Antal dagar", days)
        anna.picture(f"{'customer' if days == '20' else 'class'}-setting")
        anna.press("Ok")
        anna.heading(page)
        anna.picture(f"{'customer' if days == '20' else 'class'}-settings")
    anna.press("Exkludera kunder", within=".fd-menu")
    anna.heading("Exkludera kunder")
    anna.press("Lägg till", within="main")
    anna.heading("Lägg till")
    anna.choose("Golv")
    anna.write("Skäl (valfritt men bra att ha om ett år)", "Betalar efter avtal")
    anna.picture("exclude")
    anna.press("Lägg till", within="main .fd-actions")
    anna.heading("Exkludera kunder")
    anna.picture("exclusions")


def safe_start(walk: Walk) -> None:
    anna = walk.anna
    anna.press("Säker start", within=".fd-rail")
    anna.heading("Säker start")
    anna.press("Kontrollera reskontran", within=".fd-tabs")
    anna.heading("Kontrollera reskontran")
    anna.picture("ledger")
    anna.press("Vidare till förhandsgranskningen")
    anna.press("Räkna fram förhandsgranskningen")
    anna.reads("Faktura för faktura")
    anna.picture("preview")
    said = anna.page.locator("div:has(> dt)").filter(has_text=anna.say("Skickas första dagen")).inner_text()
    walk.first_letters = int(re.search(r"(\d+)\s+(?:brev|letters)", said)[1])  # type: ignore[index]
    anna.press("Jag har läst den, gå vidare")


def switch_on(walk: Walk) -> None:
    anna = walk.anna
    anna.heading("Aktiverad")
    anna.tick("Aktiverad")
    anna.picture("switch")
    anna.press("Spara")
    anna.reads("Grattis, tjänsten är igång.")
    anna.picture("running")


def first_day(walk: Walk) -> None:
    """The one who runs the installation begins the day, a worker lives it, and the first letters wait for a yes."""
    begun = walk.town.fordran("day", "--on", str(TODAY), "--enqueue")
    assert begun.returncode == 0, begun.stderr
    anna, until = walk.anna, time.monotonic() + PATIENCE
    anna.press("Brev", within=".fd-menu")
    anna.heading("Brev")
    while not anna.page.locator("form[action$='/letters/approve'] button").count() and time.monotonic() < until:
        time.sleep(0.5)
        anna.page.reload()
    anna.heading("Brev")
    anna.picture("letters")
    with walk.town.scratch.connect() as database:
        composed = dict(database.execute("select state, count(*) from letters_letter group by state").fetchall())
    assert sum(composed.values()) == walk.first_letters, composed


STEPS: tuple[Callable[[Walk], None], ...] = (
    give_access, invite, register, sign, wait_for_the_ledger, creditor, second_person, import_filter, own_settings, safe_start,
    switch_on, first_day,
)  # fmt: skip
