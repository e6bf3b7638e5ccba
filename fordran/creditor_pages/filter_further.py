"""The further settings of the generic level: a quiet card, since what the law and good custom say holds without it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from fordran.cases.office import Office
from fordran.core.money import kronor, money_in_words
from fordran.creditor_pages.fields import read_day, read_limit, read_percent, read_whole, say_day
from fordran.creditor_pages.filter_cards import Card, Field
from fordran.creditor_pages.filter_fields import Typed
from fordran.creditor_pages.setting_words import FIELD_WORDS, shown
from fordran.creditor_pages.words import number, t
from fordran.creditors.filter_form import MOST_WAIT, least_of, save_values
from fordran.creditors.history import record_change
from fordran.creditors.models import Creditor, RestLimit, SettingsLayer
from fordran.process.decide import OWN_REMINDER_DAYS
from fordran.process.policy import DEFAULT_RESTS, DEFAULTS, Rests

WAITS = ("notice_days", "pay_days", "demand_wait", "demand_days", "choice_wait")
YES = ("friendly_notice", "late_payment_compensation", "due_agreed", "interest_text")
ORDER = (
    "terms_agreed_from", "due_agreed", "interest_text", "interest_rate", "after_own_reminder", "friendly_notice", "notice_days",
    "pay_days", "demand_wait", "demand_days", "choice_wait", "late_payment_compensation",
)  # fmt: skip
AS_PROFILE = ("terms_agreed_from", "due_agreed", "interest_text", "interest_rate")
"""The creditor itself has these too; the generic level goes before it."""

RESTS = {"rest_tiny": "Rest som skrivs av direkt", "rest_costs": "Rest av kostnader som inte krävs"}

HINTS = {
    "terms_agreed_from": "Påminnelseavgift får bara tas ut om den är avtalad innan skulden uppstod. Utan datum tas ingen ut.",
    "due_agreed": "Förfallodagen stod i avtalet. Då löper ränta från dagen efter den, annars senare.",
    "interest_text": "Fakturan säger att ränta tas ut vid sen betalning.",
    "interest_rate": "Tomt betyder räntelagens ränta.",
    "friendly_notice": "Ett vänligt brev utan avgift före påminnelsen.",
    "late_payment_compensation": "Lagens ersättning när ett företag betalar sent. Andra kostnader räknas in i den.",
    "demand_days": "Minst {least}. Tomt eller 0 betyder så många som lagen kräver.",
    "rest_tiny": "När något är betalt och mindre än så är kvar.",
    "rest_costs": "När hela kapitalet är betalt och mindre än så är kvar.",
}
"""Field -> what it does, in plain words. Other waits say their least."""


def _values(office: Office, layer: SettingsLayer) -> dict[str, Any]:
    """What holds at the generic level: its own, else the creditor's, else the software's."""
    found: dict[str, Any] = {}
    for name in ORDER:
        own = getattr(layer, name)
        fallback = getattr(office.profile, name) if name in AS_PROFILE else getattr(DEFAULTS, name)
        found[name] = fallback if own is None else own
    rests = office.profile.rests.get("SEK", DEFAULT_RESTS)
    return found | {"rest_tiny": rests.tiny_minor, "rest_costs": rests.costs_minor}


def _typed_as(name: str, value: Any) -> str:
    """As a person would type it."""
    if value is None or (name == "demand_days" and value == 0):
        return ""
    if name in RESTS:
        return kronor(value).replace(",00", "")
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f").replace(".", ",")
    return value.isoformat() if isinstance(value, date) else str(value)


def seen_further(creditor: Creditor, layer: SettingsLayer) -> str:
    rests = RestLimit.objects.filter(creditor=creditor, currency="SEK").first() or DEFAULT_RESTS
    return " ".join(str(getattr(layer, name)) for name in ORDER) + f" {rests.tiny_minor} {rests.costs_minor}"


def further_card(office: Office, layer: SettingsLayer, *, editing: bool, typed: Typed | None) -> Card:
    values = _values(office, layer)
    stored = {name: _typed_as(name, value) for name, value in values.items()}
    card = Card("further", str(t("Fler inställningar")), editing=editing, stored=stored)
    for name in ORDER:
        own = getattr(layer, name) is not None or (name in AS_PROFILE and bool(values[name]))
        card.rows.append((str(t(FIELD_WORDS[name])), shown(name, values[name]), "generic" if own else "none"))
    for name, word in RESTS.items():
        level = "generic" if "SEK" in office.profile.rests else "none"
        card.rows.append((str(t(word)), money_in_words(values[name]), level))
    if editing:
        card.fields = [_field(office, name, stored, typed) for name in (*ORDER, *RESTS)]
    return card


def _field(office: Office, name: str, stored: Mapping[str, str], typed: Typed | None) -> Field:
    least = least_of(office.creditor).get(name, 0)
    label = str(t(RESTS[name] if name in RESTS else FIELD_WORDS[name]))
    hint = str(t(HINTS[name], least=number(least)) if name in HINTS else "")
    kind, unit = "whole", str(t("dagar"))
    choices: tuple[tuple[str, str], ...] = ()
    if name in WAITS and name not in HINTS:
        hint = str(t("Minst {least}.", least=number(least)))
    elif name in YES:
        kind, unit = "yes", ""
    elif name == "terms_agreed_from":
        kind, unit = "day", ""
    elif name == "interest_rate":
        kind, unit = "rate", "%"
    elif name in RESTS:
        kind, unit = "money", "kr"
    elif name == "after_own_reminder":
        kind, unit = "choice", ""
        choices = (
            ("reminder", str(t("Börja med vår påminnelse, utan avgift"))),
            ("demand", str(t("Börja med inkassokravet, tidigast {n} dagar efter er påminnelse", n=OWN_REMINDER_DAYS))),
        )
    return Field(
        name, label, typed.text[name] if typed else stored[name], kind, hint=hint, unit=unit, choices=choices,
        error=dict(typed.errors).get(name, "") if typed else "", echo=typed.echoes.get(name, "") if typed else "",
        placeholder=str(getattr(DEFAULTS, name)) if name in WAITS and name != "demand_days" else "",
    )  # fmt: skip


def read_further(creditor: Creditor, posted: Mapping[str, str]) -> Typed:
    typed = Typed({name: posted.get(name, "").strip() for name in (*ORDER, *RESTS)})
    least = least_of(creditor)
    for name in WAITS:
        typed.read(name, lambda text, name=name: _wait(text, name, least[name]))
    for name in YES:
        typed.values[name] = typed.text[name] == "yes"
    typed.read("terms_agreed_from", lambda text: read_day(text) if text else None)
    typed.read("interest_rate", lambda text: read_percent(text) if text else None)
    typed.values["after_own_reminder"] = "demand" if typed.text["after_own_reminder"] == "demand" else "reminder"
    for name in RESTS:
        typed.read(name, read_limit)
    if (on := typed.values.get("terms_agreed_from")) is not None:
        typed.echoes["terms_agreed_from"] = say_day(on)
    order = [*ORDER, *RESTS]
    typed.errors.sort(key=lambda error: order.index(error[0]))
    return typed


def _wait(text: str, name: str, least: int) -> int | None:
    if not text or (name == "demand_days" and text == "0"):
        return 0 if name == "demand_days" and text else None
    wrong = t("Skriv ett helt tal från {least} till {most}.", least=number(least), most=number(MOST_WAIT))
    return read_whole(text, least=least, most=MOST_WAIT, wrong=str(wrong))


def save_further(creditor: Creditor, values: Mapping[str, Any], *, version: int, by: str, today: date) -> None:
    """As `filter_form.save_values`. What says no more than the creditor itself or the software is not written."""
    layer = SettingsLayer.objects.filter(creditor=creditor, level="generic").first()
    own = {}
    for name in ORDER:
        value = values[name]
        before = getattr(layer, name) if layer else None
        fallback = getattr(creditor, name) if name in AS_PROFILE else getattr(DEFAULTS, name)
        own[name] = None if before is None and value == fallback else value
        if value is None and fallback is not None and name in AS_PROFILE:  # else the creditor's own would come back
            Creditor.objects.filter(pk=creditor.pk).update(**{name: None}, version=F("version") + 1)
            record_change(creditor, today, by, "import-filter", {name: (fallback, None)})
            own[name] = None
    tiny, costs = values["rest_tiny"], values["rest_costs"]
    rests = Rests(
        DEFAULT_RESTS.tiny_minor if tiny is None else tiny, DEFAULT_RESTS.costs_minor if costs is None else costs
    )  # fmt: skip
    save_values(creditor, own, version=version, by=by, today=today, rests={"SEK": rests})
