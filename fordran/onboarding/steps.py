"""The seven steps of the set-up, and how far a company has come: one answer for its own page and for lists of companies.

A step is *done*, *now* (the next one to take, or half-done), *missing* or *locked*. Sentences are the pages' own: a step tells
which one (`why`) and the values in it (`facts`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from fordran.agreements.standing import Standing, standings
from fordran.creditors.models import Address, Creditor, PayoutAccount
from fordran.db.bulk import run
from fordran.process.policy import DEFAULTS
from fordran.process.profile import CreditorProfile, PostalAddress

DONE, NOW, MISSING, LOCKED = "done", "now", "missing", "locked"

KEYS = ("registration", "agreement", "creditor", "filter", "own", "start", "active")
"""Registrering, Avtal, Borgenär, Importfilter, Egna inställningar, Säker start, Aktiverad."""

PAGES = ("", "agreement", "creditor", "import-filter", "customer-settings", "start-preview", "switch")
"""Name of the page where each is done; "" = nothing is left to do there."""


@dataclass(frozen=True, slots=True)
class Step:
    """`number` 1-7. `optional`: nothing waits for it."""

    number: int
    key: str
    state: str
    why: str
    page: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that must be there before activation: the sentence in both languages, and the page where it is put in."""

    field: str
    swedish: str
    english: str
    page: str


@dataclass(slots=True)
class _Known:
    """What the steps of one company are judged from."""

    profile: CreditorProfile
    agreed: Standing
    cards: int = 0
    days: int | None = None
    import_from: date | None = None
    customers: int = 0
    classes: int = 0
    exclusions: int = 0
    read_on: date | None = None  # the latest preview that a person has read: the day it was reckoned for


def steps(creditor: Creditor, today: date) -> tuple[Step, ...]:
    """How far this company has come."""
    return steps_of([creditor], today)[creditor.pk]


def steps_of(creditors: Sequence[Creditor], today: date) -> dict[int, tuple[Step, ...]]:
    """The same for many, by the creditor's id. Five statements, however many. Their rows must be visible."""
    known = _known(creditors, today)
    return {creditor.pk: _judged(creditor, known[creditor.pk], today) for creditor in creditors}


def missing(creditor: Creditor, today: date) -> tuple[Missing, ...]:
    """What must be put in before the company can be switched on, in the order of the steps."""
    return _missing(creditor, _known([creditor], today)[creditor.pk], today)


def left(of: Sequence[Step]) -> int:
    """How many steps are left that something waits for."""
    return sum(step.state != DONE and not step.optional for step in of)


def next_of(of: Sequence[Step]) -> Step | None:
    """The step to take next; None when all that is needed is done."""
    return next((step for step in of if step.state != DONE and not step.optional), None)


# ---- the judgement ------------------------------------------------------------------------------------------------


def _judged(creditor: Creditor, known: _Known, today: date) -> tuple[Step, ...]:
    locked = known.agreed.state == "to_sign"
    made = [
        _registration(creditor),
        _agreement(known.agreed),
        _creditor(known, today),
        _filter(creditor, known),
        _own(creditor, known),
        _start(creditor, known, today),
        (DONE, "on", {"day": creditor.activated_on}) if creditor.active else (MISSING, "off", {}),
    ]
    found = []
    for number, (key, page, (state, why, facts)) in enumerate(zip(KEYS, PAGES, made, strict=True), 1):
        if locked and number > 2:
            state = LOCKED
        found.append(Step(number, key, state, why, page, facts, optional=key == "own"))
    now = next_of(found)
    return tuple(replace(step, state=NOW) if step is now else step for step in found)


_State = tuple[str, str, dict[str, Any]]


def _registration(creditor: Creditor) -> _State:
    if creditor.registered_on is None:
        return DONE, "registered", {}
    return DONE, "registered_on", {"day": creditor.registered_on}


def _agreement(agreed: Standing) -> _State:
    if agreed.state == "to_sign":
        return MISSING, "to_sign", {}
    if agreed.on is None:
        return DONE, "signed", {}
    return DONE, "signed_on", {"day": agreed.on, "version": agreed.signed_version}


def _creditor(known: _Known, today: date) -> _State:
    lacks = len(known.profile.not_ready(today))
    return (MISSING, "creditor_lacks", {"n": lacks}) if lacks else (DONE, "creditor_whole", {})


def _is_filter_unset(creditor: Creditor, known: _Known) -> bool:
    """Registered on the pages, and nobody has said how many days or how far back: then the usual days would hold for a ledger
    of any age, which nobody has chosen."""
    return creditor.registered_on is not None and known.days is None and known.import_from is None


def _filter(creditor: Creditor, known: _Known) -> _State:
    if not known.cards or _is_filter_unset(creditor, known):
        return MISSING, "filter_unset", {}
    days = DEFAULTS.days if known.days is None else known.days
    if known.import_from is None:
        return DONE, "filter_all", {"days": days}
    return DONE, "filter_from", {"days": days, "day": known.import_from}


def _own(creditor: Creditor, known: _Known) -> _State:
    counts = {"customers": known.customers, "classes": known.classes, "excluded": known.exclusions}
    if any(counts.values()):
        return DONE, "own_some", counts
    return (DONE if creditor.active else MISSING), "own_none", {}


def _start(creditor: Creditor, known: _Known, today: date) -> _State:
    if creditor.active:
        return DONE, "preview_done", {}
    if known.read_on is None:
        return MISSING, "preview_unread", {}
    if known.read_on != today:
        return MISSING, "preview_old", {"day": known.read_on}
    return DONE, "preview_read", {"day": known.read_on}


def _missing(creditor: Creditor, known: _Known, today: date) -> tuple[Missing, ...]:
    found = []
    if known.agreed.state == "to_sign":
        found.append(Missing("agreement", "Avtalet är inte accepterat.", "The agreement is not accepted.", "agreement"))
    for name, said in known.profile.not_ready(today):
        swedish, english = said.split(" | ")
        found.append(Missing(name, swedish, english, "creditor"))
    if not known.cards:
        found.append(
            Missing(
                "filter.limits", "Importfiltret har inget kort för någon valuta, så ingen faktura skulle tas.",
                "The import filter has no card for any currency, so no invoice would be taken.", "import-filter",
            )
        )  # fmt: skip
    elif _is_filter_unset(creditor, known):
        found.append(
            Missing(
                "filter.days", "Importfiltret är inte ifyllt: antal dagar, och hur långt bak i tiden fakturor ska tas.",
                "The import filter is not filled in: number of days, and how far back in time invoices are taken.",
                "import-filter",
            )
        )  # fmt: skip
    return tuple(found)


# ---- from the tables ------------------------------------------------------------------------------------------------


def _known(creditors: Sequence[Creditor], today: date) -> dict[int, _Known]:
    ids = [creditor.pk for creditor in creditors]
    senders = {a.creditor_id: a for a in Address.objects.filter(creditor_id__in=ids, kind="sender")}
    payouts: dict[int, list[tuple[str, str, bool]]] = defaultdict(list)
    for account in PayoutAccount.objects.filter(creditor_id__in=ids).order_by("id"):
        payouts[account.creditor_id].append((account.kind, account.number, account.preferred))
    agreed = standings(creditors, today)
    known = {c.pk: _Known(_outline(c, senders.get(c.pk), tuple(payouts[c.pk])), agreed[c.pk]) for c in creditors}
    for pk, level, number, days, import_from in run(
        """SELECT creditor_id, level, count(*), max(days), max(import_from) FROM creditors_settingslayer
           WHERE creditor_id = ANY(%s) GROUP BY creditor_id, level""",
        [ids],
    ):
        one = known[pk]
        if level == "generic":
            one.days, one.import_from = days, import_from
        elif level == "class":
            one.classes = number
        else:
            one.customers = number
    for pk, cards, exclusions, read_on in run(
        """SELECT c.id, (SELECT count(*) FROM creditors_amountlimit a WHERE a.creditor_id = c.id),
                  (SELECT count(*) FROM creditors_exclusion e WHERE e.creditor_id = c.id AND e.lifted_on IS NULL),
                  (SELECT r.read_on FROM onboarding_reckoning r WHERE r.creditor_id = c.id AND r.kind = 'preview'
                   ORDER BY r.id DESC LIMIT 1)
           FROM creditors_creditor c WHERE c.id = ANY(%s)""",
        [ids],
    ):
        known[pk].cards, known[pk].exclusions, known[pk].read_on = cards, exclusions, read_on
    return known


def _outline(creditor: Creditor, sender: Address | None, payouts: tuple[tuple[str, str, bool], ...]) -> CreditorProfile:
    """As much of the profile as says whether it is whole."""
    at = PostalAddress(sender.name, sender.street, sender.postcode, sender.town, sender.country) if sender else PostalAddress()
    return CreditorProfile(
        name=creditor.name, number=creditor.organisation_number, mode=creditor.mode, permit=creditor.permit,
        permit_until=creditor.permit_until, debt_description=creditor.debt_description, bankgiro=creditor.bankgiro,
        plusgiro=creditor.plusgiro, iban=creditor.iban, payouts=payouts, addresses={"sender": at},
    )  # fmt: skip
