"""Who changed what, for the page and for Excel: events read back and said in words."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils.safestring import SafeString

from fordran.audit.models import Event
from fordran.core.money import money_in_words
from fordran.creditor_pages import words
from fordran.creditor_pages.fields import Wrong, read_day
from fordran.creditor_pages.setting_words import field_words, value_words
from fordran.creditor_pages.tables import Sort
from fordran.creditor_pages.words import t, tn
from fordran.creditors.history import CHANGED, UNSAID

NEWEST = Sort(F("id"), int, down=True)
PLACES = {
    "creditor": "Borgenär",
    "import-filter": "Importfilter",
    "customer-settings": "Kundinställningar",
    "class-settings": "Parameterinställningar",
    "exclusions": "Exkludera kunder",
    "reminded": "Redan påminda",
    "agreement": "Avtal",
    "switch": "Säker start",
    "erp": "Affärssystem",
    "books": "Bokföring",
    "people": "Personer",
}
"""Name of a page -> its word. What is changed on one of them stands under it."""

DEEDS = {
    # verb of the event -> page, sentence
    "excluded": ("exclusions", "Exkluderades"),
    "exclusion lifted": ("exclusions", "Exkluderingen lyftes"),
    "payout account proposed": ("creditor", "Ett utbetalningskonto föreslogs"),
    "payout account approved": ("creditor", "Ett utbetalningskonto godkändes"),
    "payout account rejected": ("creditor", "Ett utbetalningskonto avslogs"),
    "agreement_accepted": ("agreement", "Avtalet accepterades"),
    "ERP connected": ("erp", "Affärssystemet anslöts"),
    "ERP disconnected": ("erp", "Affärssystemet kopplades bort"),
    "bank connected": ("erp", "Banken anslöts"),
    "bank disconnected": ("erp", "Banken kopplades bort"),
    "account plan changed": ("books", "Kontoplanen ändrades"),
    "person let in": ("people", "En person fick tillgång"),
    "person shut out": ("people", "En persons tillgång togs bort"),
    "all sending stopped": ("switch", "Alla utskick stoppades"),
    "sending resumed": ("switch", "Utskicken släpptes igen"),
}

RUNNING = {
    "go-on": ("{n} pågående ärende fortsätter", "{n} pågående ärenden fortsätter"),
    "pause": ("{n} pågående ärende vilar", "{n} pågående ärenden vilar"),
    "withdraw": ("{n} pågående ärende återkallades", "{n} pågående ärenden återkallades"),
}

OTHER_FIELDS = {
    "debt_description": "Skuldbeskrivning",
    "name": "Namn",
    "street": "Gatuadress",
    "postcode": "Postnummer",
    "town": "Ort",
    "country": "Land",
    "email": "E-post",
    "phone": "Telefon",
    "logo": "Logotyp",
    "preferred": "Föredraget konto",
    "bankgiro": "Bankgiro",
    "plusgiro": "Plusgiro",
    "account": "Bankkonto",
    "iban": "IBAN",
    "rest_tiny": "Öresrest som skrivs av",
    "rest_costs": "Liten rest av kostnader",
    "active": "Aktiverad",
    "first_batch_approval": "Första omgången godkänns",
}
_GROUPS = {"sender": "Avsändaradress", "invoice": "Fakturaadress", "agreement": "Avtalsadress"}
_SHOWN_KEYS = 20


@dataclass(slots=True)
class Told:
    """An event in words. `changes`: (field, old, new)."""

    id: int
    at: Any
    on: date
    by: str
    place: str
    what: str
    key: str
    changes: list[tuple[str, str | SafeString, str | SafeString]] = field(default_factory=list)
    more: str = ""


@dataclass(slots=True)
class HistoryFilter:
    place: str = ""
    person: str = ""
    since: date | None = None
    until: date | None = None
    words: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> HistoryFilter:
        """What is not understood is left out."""
        place = query.get("place", "")
        return cls(
            place if place in PLACES else "", query.get("person", "")[:150], _day(query.get("since", "")),
            _day(query.get("until", "")), query.get("q", "").strip()[:100],
        )  # fmt: skip

    def rows(self, creditor_id: int) -> QuerySet[Event]:
        query = every_change(creditor_id)
        if self.place:
            verbs = [verb for verb, (place, _) in DEEDS.items() if place == self.place]
            query = query.filter(Q(verb=CHANGED, subject=self.place) | Q(verb__in=verbs))
        if self.person:
            query = query.filter(actor=self.person)
        if self.since:
            query = query.filter(on__gte=self.since)
        if self.until:
            query = query.filter(on__lte=self.until)
        if self.words:
            query = query.filter(
                Q(data__key=self.words) | (Q(subject=self.words) & ~Q(verb=CHANGED)) | Q(data__keys__contains=self.words)
            )
        return query

    def chips(self) -> list[tuple[str, str]]:
        found = []
        if self.since:
            found.append(("since", t("från {day}", day=self.since.isoformat())))
        if self.until:
            found.append(("until", t("till och med {day}", day=self.until.isoformat())))
        return [(name, str(said)) for name, said in found]


def every_change(creditor_id: int) -> QuerySet[Event]:
    """Events that are a change of settings, of one creditor."""
    return Event.objects.filter(creditor_id=creditor_id, verb__in=[CHANGED, *DEEDS])


def tell(events: Iterable[Event], people: dict[str, str]) -> list[Told]:
    return [_told(event, people.get(event.actor, event.actor)) for event in events]


def _told(event: Event, by: str) -> Told:
    data = event.data
    if event.verb == CHANGED:
        place = words.word(PLACES, event.subject)
        told = data.get("changes", {})
        ends = {name.rpartition(".")[0] for name in told if name.startswith("limits.")}  # a card is told by its ends
        changes = [_change(name, old, new) for name, (old, new) in told.items() if name not in ends]
        return Told(event.pk, event.at, event.on, by, place, "", str(data.get("key", "")), changes)
    where, sentence = DEEDS[event.verb]
    keys, more = data.get("keys") or [], ""
    key = event.subject if where == "exclusions" else ""
    if keys:
        more = ", ".join(map(str, keys[:_SHOWN_KEYS])) + (" …" if len(keys) > _SHOWN_KEYS else "")
        key = tn("{n} kund eller klass", "{n} kunder eller klasser", len(keys))
    if data.get("running") in RUNNING and data.get("cases"):
        one, many = RUNNING[data["running"]]
        more = f"{more}. {tn(one, many, data['cases'])}".removeprefix(". ")
    if data.get("until"):
        more = f"{more}. {t('till och med {day}', day=data['until'])}".removeprefix(". ")
    return Told(event.pk, event.at, event.on, by, words.word(PLACES, where), str(t(sentence)), key, [], more)


def _change(name: str, old: object, new: object) -> tuple[str, str | SafeString, str | SafeString]:
    return name_of(name), _value(name, old), _value(name, new)


def name_of(field_name: str) -> str:
    """`days`, `limits.SEK.min`, `address.sender.street`, `account.bankgiro` in the visitor's language."""
    field_name = field_name.removeprefix("creditor.")
    first, _, rest = field_name.partition(".")
    if first == "address" and "." in rest:
        kind, part = rest.split(".", 1)
        return f"{words.word(_GROUPS, kind)}: {words.word(OTHER_FIELDS, part)}"
    if first == "contact":
        return f"{t('Kontakt')}: {words.word(OTHER_FIELDS, rest)}"
    if first in ("account", "payout") and rest:
        return f"{t('Utbetalningskonto')}: {words.word(OTHER_FIELDS, rest)}"
    if first == "rests" and "." in rest:
        currency, part = rest.split(".", 1)
        return f"{words.word(OTHER_FIELDS, f'rest_{part}')}, {currency}"
    if first == "limits" or field_name not in OTHER_FIELDS:
        return field_words(field_name)
    return words.word(OTHER_FIELDS, field_name)


def _value(name: str, value: object) -> str | SafeString:
    if value == UNSAID:
        return t("visas inte")
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if name.startswith("rests.") and isinstance(value, int):
        return money_in_words(value, name.split(".")[1])
    return value_words(name, value)


def _day(text: str) -> date | None:
    try:
        return read_day(text) if text.strip() else None
    except Wrong:
        return None
