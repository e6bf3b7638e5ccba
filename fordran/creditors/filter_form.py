"""Settings of one level changed by a person: a few fields, or the card of one currency, at a time.

For the generic level, a class or a customer. What is written here the run reads (`creditors.load`); a settings file that is
applied later takes its place.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from fordran.core.problems import Problem, Refused
from fordran.countries import registry
from fordran.creditors.history import record_change
from fordran.creditors.models import AmountLimit, Creditor, RestLimit, SettingsLayer
from fordran.creditors.settings_file import LAYER_FIELDS
from fordran.process.policy import DEFAULT_RESTS, Limits, Rests

MOST_DAYS = 3650
MOST_WAIT = 365
"""Days of any other wait or respite."""

PLACES = {"generic": "import-filter", "class": "class-settings", "customer": "customer-settings"}
"""Level -> name of its page, as changes are told under."""


@dataclass(slots=True)
class Changed(Exception):  # noqa: N818 (an answer, not a fault)
    """Somebody else has changed the level since the person saw it. `layer` is as it stands now."""

    layer: SettingsLayer


def the_layer(creditor: Creditor, level: str = "generic", key: str = "") -> SettingsLayer:
    """The level's row, or a new one that is not stored yet."""
    found = SettingsLayer.objects.filter(creditor=creditor, level=level, key=key).first()
    return found or SettingsLayer(creditor=creditor, level=level, key=key)


def cards_of(layer: SettingsLayer) -> dict[str, Limits]:
    """By currency, SEK first."""
    rows = layer.limits.all() if layer.pk else ()
    return {
        row.currency: Limits(row.min_minor, row.max_minor)
        for row in sorted(rows, key=lambda r: (r.currency != "SEK", r.currency))
    }


def least_of(creditor: Creditor) -> dict[str, int]:
    """Field -> the least that law or good custom allows in the creditor's country."""
    return {name: least for name, (least, _) in registry.country(creditor.country).policy_least.items()}


def check_values(creditor: Creditor, values: Mapping[str, Any]) -> None:
    """Raises Refused naming each field whose value cannot be. None = inherit, and can always be."""
    least, problems = least_of(creditor), []
    for name, value in values.items():
        if name not in LAYER_FIELDS:
            raise ValueError(f"there is no setting {name!r}")
        if value is None:
            continue
        if name in least:
            most = MOST_DAYS if name == "days" else MOST_WAIT
            if not least[name] <= value <= most and not (name == "demand_days" and value == 0):
                problems.append(Problem("", name, f"write a whole number from {least[name]} to {most}"))
        elif name == "after_own_reminder" and value not in ("reminder", "demand"):
            problems.append(Problem("", name, "write reminder or demand"))
        elif name == "interest_rate" and not Decimal(0) <= value <= Decimal(100):
            problems.append(Problem("", name, "write a yearly rate in percent from 0 to 100"))
    if problems:
        raise Refused(problems)


def check_card(currency: str, card: Limits) -> None:
    """Raises Refused when the currency is none, or the lowest amount lies above the highest of the same card. Both may be
    left open, and a class's lowest may lie above the generic highest: then nothing is taken, which may be what is meant."""
    problems = []
    if not (len(currency) == 3 and currency.isascii() and currency.isalpha() and currency.isupper()):
        problems.append(Problem("", "currency", "name the currency by its three capitals, for example EUR"))
    low, high = card.min_minor, card.max_minor
    if any(end is not None and end < 0 for end in (low, high)):
        problems.append(Problem("", "min" if low is not None and low < 0 else "max", "an amount cannot be negative"))
    elif low is not None and high is not None and low > high:
        problems.append(Problem("", "min", "the lowest amount is above the highest"))
    if problems:
        raise Refused(problems)


def save_values(
    creditor: Creditor, values: Mapping[str, Any], *, version: int, by: str, today: date, level: str = "generic", key: str = "",
    rests: Mapping[str, Rests] | None = None, cards: Mapping[str, Limits | None] | None = None,
) -> SettingsLayer:  # fmt: skip
    """Store these fields of the level; the others stay. `version` is that of the level as the person saw it. `rests`, by
    currency, are the same for all customers and are changed with the generic level. `cards`, by currency, are stored with them,
    as one change; None takes a card away.

    Inside a transaction. Raises Refused (`check_values`, `check_card`) and Changed; neither stores anything.
    """
    check_values(creditor, values)
    for currency, card in (cards or {}).items():
        if card is not None:
            check_card(currency, card)
    layer = _locked(creditor, level, key, version)
    changes: dict[str, tuple[object, object]] = {name: (getattr(layer, name), values[name]) for name in values}
    for currency, rest in (rests or {}).items():
        old = RestLimit.objects.filter(creditor=creditor, currency=currency).first() or DEFAULT_RESTS
        changes[f"rests.{currency}.tiny"] = (old.tiny_minor, rest.tiny_minor)
        changes[f"rests.{currency}.costs"] = (old.costs_minor, rest.costs_minor)
        RestLimit.objects.update_or_create(
            creditor=creditor, currency=currency, defaults={"tiny_minor": rest.tiny_minor, "costs_minor": rest.costs_minor}
        )
    for currency, card in (cards or {}).items():
        changes |= _put_card(layer, currency, card)
    return _stored(layer, dict(values), changes, by, today)


def save_card(
    creditor: Creditor, currency: str, card: Limits | None, *, version: int, by: str, today: date, level: str = "generic",
    key: str = "",
) -> SettingsLayer:  # fmt: skip
    """Store the card of one currency at the level; None takes it away. As `save_values`."""
    if card is not None:
        check_card(currency, card)
    layer = _locked(creditor, level, key, version)
    return _stored(layer, {}, _put_card(layer, currency, card), by, today)


def _put_card(layer: SettingsLayer, currency: str, card: Limits | None) -> dict[str, tuple[object, object]]:
    """Store or take away the card; what changed by it."""
    old = cards_of(layer).get(currency)
    if card is None:
        AmountLimit.objects.filter(layer=layer, currency=currency).delete()
    else:
        AmountLimit.objects.update_or_create(
            creditor=layer.creditor, layer=layer, currency=currency,
            defaults={"min_minor": card.min_minor, "max_minor": card.max_minor},
        )  # fmt: skip
    changes: dict[str, tuple[object, object]] = {f"limits.{currency}": (old is not None or None, card is not None or None)}
    for end, name in (("min", "min_minor"), ("max", "max_minor")):
        changes[f"limits.{currency}.{end}"] = (getattr(old, name, None), getattr(card, name, None))
    return changes


def _locked(creditor: Creditor, level: str, key: str, version: int) -> SettingsLayer:
    """The level's row, nobody else's until the end of the transaction. Raises Changed when it is another version."""
    Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)  # a level without a row has nothing else to lock
    layer = SettingsLayer.objects.select_for_update().filter(creditor=creditor, level=level, key=key).first()
    if (layer.version if layer else 0) != version:
        raise Changed(layer or SettingsLayer(creditor=creditor, level=level, key=key))
    return layer or SettingsLayer.objects.create(creditor=creditor, level=level, key=key)


def _stored(
    layer: SettingsLayer, values: dict[str, Any], changes: Mapping[str, tuple[object, object]], by: str, today: date
) -> SettingsLayer:
    """What changes nothing is no change: the version stays, and nobody is told."""
    if record_change(layer.creditor, today, by, PLACES[layer.level], changes, key=layer.key):
        SettingsLayer.objects.filter(pk=layer.pk).update(**values, version=F("version") + 1, changed_by=by, changed_on=today)
        layer.refresh_from_db()
    return layer
