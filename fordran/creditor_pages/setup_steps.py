"""The steps of the set-up in words, for the rail, the company's own page and lists of companies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.urls import reverse
from django.utils.safestring import SafeString

from fordran.creditor_pages.words import day, number, t, tn
from fordran.onboarding.steps import DONE, LOCKED, Step, left, next_of

NAMES = {
    "registration": "Registrering",
    "agreement": "Avtal",
    "creditor": "Borgenär",
    "filter": "Importfilter",
    "own": "Egna inställningar",
    "start": "Säker start",
    "active": "Aktiverad",
}

STATES = {"done": "klar", "now": "pågår", "missing": "saknas", "locked": "låst"}

SAID = {
    "registered": "Företaget är registrerat.",
    "registered_on": "Företaget registrerades {day}.",
    "signed": "Avtalet är accepterat.",
    "signed_on": "Avtalet accepterades {day}. Version {version}.",
    "to_sign": "Någon som får teckna avtal för företaget ska signera innan något annat öppnas.",
    "creditor_whole": "Konto, avsändaradress och skuldbeskrivning finns.",
    "creditor_lacks": "Fyll i skuldbeskrivning, konto och adresser. Uppgifter som saknas: {n}.",
    "filter_unset": "Välj hur många dagar efter förfallodagen och hur långt bak i tiden fakturor ska tas.",
    "filter_all": "Fakturor tas {days} dagar efter förfallodagen, hur gamla de än är.",
    "filter_from": "Fakturor som förföll {day} eller senare tas {days} dagar efter förfallodagen.",
    "own_none": "Kundinställningar, Parameterinställningar och Exkludera kunder. Frivilligt, men gör det före aktiveringen.",
    "own_some": "Egna regler för {customers} kunder och {classes} kundklasser. Exkluderade: {excluded}.",
    "preview_unread": "Kontrollera reskontran och se varje faktura som skulle tas och varje brev som skulle skickas.",
    "preview_old": "Förhandsgranskningen är från {day}. Räkna om den.",
    "preview_read": "Förhandsgranskningen är läst {day}.",
    "preview_done": "Gjordes innan tjänsten aktiverades.",
    "off": "Slå på strömbrytaren och spara. Första utskicket väntar på ditt godkännande.",
    "on": "Igång sedan {day}.",
}
"""Why a step stands as it does -> the sentence."""

BUTTONS = {
    "agreement": "Läs och acceptera avtalet",
    "creditor": "Fyll i borgenär",
    "filter": "Fyll i importfilter",
    "own": "Öppna",
    "start": "Granska",
    "active": "Aktivera",
}

LEFT = {
    "agreement": "Avtal ska signeras",
    "filter": "Importfilter saknas",
    "start": "Säker start återstår",
    "active": "Klart att aktivera",
}


@dataclass(frozen=True, slots=True)
class ShownStep:
    """A step as a template writes it. `href` is empty where nothing can be done."""

    step: Step
    name: SafeString
    state: SafeString
    said: SafeString
    button: SafeString | str
    href: str

    @property
    def done(self) -> bool:
        return self.step.state == DONE


def shown(steps: Sequence[Step], org: str) -> list[ShownStep]:
    found = []
    for step in steps:
        href = reverse(step.page, args=[org]) if step.page and step.state != LOCKED else ""
        button = t(BUTTONS[step.key]) if step.key in BUTTONS else ""
        found.append(ShownStep(step, t(NAMES[step.key]), t(STATES[step.state]), said(step), button, href))
    return found


def said(step: Step) -> SafeString:
    """One sentence on how the step stands."""
    facts = {
        name: day(value) if value is None or isinstance(value, date) else number(value) for name, value in step.facts.items()
    }
    return t(SAID[step.why], **facts)


def left_to_do(steps: Sequence[Step]) -> SafeString:
    """A company's line in a list: what is next, or since when it runs."""
    step = next_of(steps)
    if step is None:
        return said(steps[-1])
    if step.key == "creditor":
        return tn("Borgenär: {n} uppgift saknas", "Borgenär: {n} uppgifter saknas", step.facts.get("n", 0))
    return t(LEFT[step.key])


def onward(steps: Sequence[ShownStep], current: str) -> ShownStep | None:
    """Where to go from a page whose step is done, or may be left as it is; None while it is still to be done."""
    here = next((one.step for one in steps if one.step.page == current), None)
    if here is None or not (here.state == DONE or here.optional):
        return None
    following = next_of([one.step for one in steps])
    return next((one for one in steps if one.step is following and one.step is not here and one.href), None)


def count_of(steps: Sequence[Step]) -> dict[str, int]:
    """`{"done": 3, "all": 7, "left": 3}`"""
    return {"done": sum(step.state == DONE for step in steps), "all": len(steps), "left": left(steps)}
