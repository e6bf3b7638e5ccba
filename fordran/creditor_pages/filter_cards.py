"""The cards of the import filter: what each shows, and its fields when it is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from fordran.cases.office import Office
from fordran.core.money import kronor, money_in_words
from fordran.core.reasons import Reason
from fordran.creditor_pages import filter_fields as fields
from fordran.creditor_pages.filter_rule import Rule, say_heap
from fordran.creditor_pages.words import day, number, t, tn
from fordran.creditors.filter_form import cards_of
from fordran.creditors.models import SettingsLayer
from fordran.db.bulk import run
from fordran.process.policy import DEFAULTS, Limits

_EXAMPLE = date(2022, 12, 31)
"""Of the guide's worked example."""


@dataclass(slots=True)
class Field:
    """One field of an open card. `kind`: whole, day, money, code, rate, yes, choice."""

    name: str
    label: str
    value: str
    kind: str
    hint: str = ""
    unit: str = ""
    echo: str = ""
    note: str = ""
    error: str = ""
    stored: str = ""  # what is stored now, when somebody else has changed it
    placeholder: str = ""
    choices: Sequence[tuple[str, str]] = ()


@dataclass(slots=True)
class Card:
    """`rows`: name, value in words, level that set it. `key`: generic, a currency, new, further."""

    key: str
    title: str
    rows: list[tuple[str, str, str]] = field(default_factory=list)
    fields: list[Field] = field(default_factory=list)
    foot: str = ""
    editing: bool = False
    removable: bool = False
    removing: bool = False
    missing: bool = False  # a currency of the ledger that has no card
    version: int = 0
    seen: str = ""
    changed_by: str = ""
    changed_on: date | None = None
    stored: dict[str, str] = field(default_factory=dict)

    def tell_changed(self, layer: SettingsLayer, who: str) -> None:
        """Beside each field that differs: what is stored now."""
        self.changed_by, self.changed_on = who, layer.changed_on
        for one in self.fields:
            stored = self.stored.get(one.name, "")
            if stored != one.value:
                one.stored = stored or str(t("inget"))


def _said(typed: fields.Typed | None, name: str, stored: str) -> str:
    return typed.text[name] if typed else stored


def generic_card(
    office: Office, layer: SettingsLayer, rule: Rule, today: date, *, editing: bool, typed: fields.Typed | None
) -> Card:
    days = DEFAULTS.days if layer.days is None else layer.days
    stored = {"days": str(days), "import_from": layer.import_from.isoformat() if layer.import_from else ""}
    level = "none" if layer.days is None else "generic"
    card = Card("generic", str(t("Generiska inställningar")), editing=editing, stored=stored)
    card.rows = [
        (str(t("Antal dagar")), str(tn("{n} dag efter förfallodagen", "{n} dagar efter förfallodagen", days or 0)), level),
        (str(t("Importera efter")), str(day(layer.import_from)) if layer.import_from else str(t("alla, hur gamla de än är")),
         "generic" if layer.import_from else "none"),
    ]  # fmt: skip
    if not editing:  # what is odd is said when it has been saved too
        notes = [note for note in (fields.days_note(days), fields.import_note(layer.import_from, today)) if note]
        card.foot = format_html_join(" ", "{}", ([note] for note in notes))
        return card
    values: dict[str, Any] = typed.values if typed else {"days": days, "import_from": layer.import_from}
    wrong = dict(typed.errors) if typed else {}
    echoes = typed.echoes if typed else {}
    card.fields = [
        Field("days", str(t("Antal dagar")), _said(typed, "days", stored["days"]), "whole",
              unit=str(t("dagar efter förfallodagen")), hint=_days_hint(values.get("days"), today),
              note=fields.days_note(values.get("days")), error=wrong.get("days", "")),
        Field("import_from", str(t("Importera efter")), _said(typed, "import_from", stored["import_from"]), "day",
              hint=_import_hint(),
              echo=_import_echo(echoes.get("import_from", ""), values, rule),
              note=fields.import_note(values.get("import_from"), today) or _old_note(values), error=wrong.get("import_from", "")),
    ]  # fmt: skip
    return card


def _days_hint(days: Any, today: date) -> str:
    said = str(t("Dagar efter förfallodagen. 5–7 dagar rekommenderas, så hinner betalningar som är på väg komma fram."))
    counts = fields.day_that_counts(days, today)
    if counts is None:
        return said
    also = t("Dag {n} räknas med: det som förföll {day} tas i dag.", n=number(days), day=day(counts))
    return format_html("{} {}", said, also) if days else said


def _import_hint() -> SafeString:
    """With the guide's worked example."""
    said = t("Fakturor med förfallodag det här datumet eller senare tas med.")
    example = t(
        "Exempel: med {a} tas en faktura som förföll {a} med; med {b} tas den inte med.",
        a=day(_EXAMPLE), b=day(_EXAMPLE + timedelta(days=1)),
    )  # fmt: skip
    return format_html("{} {}", said, example)


def _import_echo(echo: str, values: Any, rule: Rule) -> str:
    """The day as it was understood, and what it leaves out."""
    older = rule.count.left_by(Reason.DUE_BEFORE_IMPORT_FROM)
    left = str(t("Äldre som lämnas: {heap}.", heap=say_heap(older))) if older.n and values.get("import_from") else ""
    return " ".join(part for part in (f"{echo[:1].upper()}{echo[1:]}." if echo else "", left) if part)


def _old_note(values: Any) -> str:
    if "import_from" in values and values["import_from"] is None:
        return str(t("Utan datum tas alla förfallna fakturor, hur gamla de än är."))
    return ""


def money_card(office: Office, layer: SettingsLayer, currency: str, *, editing: bool, typed: fields.Typed | None) -> Card:
    known = cards_of(layer).get(currency)
    card = Card(currency, currency, editing=editing, removable=known is not None and currency != "SEK")
    limits = known or Limits()
    card.stored = {"min": _plain(limits.min_minor), "max": _plain(limits.max_minor)}
    none = str(t("ingen gräns")) if known else str(t("inte ifyllt"))
    level = "generic" if known else "none"
    card.rows = [
        (str(t("Lägsta belopp")), _shown(limits.min_minor, currency, none), level),
        (str(t("Högsta belopp")), _shown(limits.max_minor, currency, none), level),
    ]
    card.foot = str(t("Gränserna räknas med. Fakturans hela belopp jämförs, inte det som är kvar att betala."))
    if not known:
        card.foot = str(t("Inget kort än. Fakturor i {currency} tas inte förrän det är ifyllt.", currency=currency))
    if editing:
        card.fields = _ends(card.stored, currency, typed, office.creditor.pk)
    return card


def new_card(typed: fields.Typed | None) -> Card:
    typed = typed or fields.Typed({"currency": "", "min": "", "max": ""})
    wrong = dict(typed.errors)
    code = Field(
        "currency", str(t("Valuta")), typed.text["currency"], "code", hint=str(t("Tre bokstäver, till exempel EUR.")),
        error=wrong.get("currency", ""), choices=[(code, code) for code in fields.CURRENCIES],
    )  # fmt: skip
    unit = typed.text["currency"].upper()[:3]
    return Card("new", str(t("Ny valuta")), fields=[code, *_ends({"min": "", "max": ""}, unit, typed, 0)], editing=True)


def _ends(stored: dict[str, str], currency: str, typed: fields.Typed | None, creditor: int) -> list[Field]:
    wrong = dict(typed.errors) if typed else {}
    echoes = typed.echoes if typed else {}
    low = typed.values.get("min") if typed else None
    note = fields.lowest_note(low, currency, _largest(creditor, currency)) if low is not None and creditor else ""
    hint = str(t("Gäller fakturans hela belopp, gränserna räknas med."))
    labels = {"min": t("Lägsta tillåtna belopp"), "max": t("Högsta tillåtna belopp")}
    return [
        Field(name, str(label), _said(typed, name, stored[name]), "money", hint=f"{hint} {t('Tomt betyder ingen gräns.')}",
              unit="kr" if currency == "SEK" else currency, echo=echoes.get(name, ""), note=note if name == "min" else "",
              error=wrong.get(name, ""))
        for name, label in labels.items()
    ]  # fmt: skip


def _largest(creditor: int, currency: str) -> int | None:
    rows = run(
        """SELECT max(amount_minor) FROM invoices_invoice WHERE creditor_id = %s AND kind = 'invoice' AND open_minor > 0
           AND currency = %s""",
        [creditor, currency],
    )
    found: int | None = rows[0][0]
    return found


def _plain(minor: int | None) -> str:
    """As a person would type it."""
    return "" if minor is None else kronor(minor).replace(",00", "")


def _shown(minor: int | None, currency: str, none: str) -> str:
    return none if minor is None else money_in_words(minor, currency)
