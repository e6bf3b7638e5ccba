"""Settings by level: what holds for one customer or class and who says so, and taking a level away."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from fordran.core.findings import Level
from fordran.creditors.filter_form import PLACES, Changed, cards_of
from fordran.creditors.history import record_change
from fordran.creditors.models import Creditor, SettingsLayer
from fordran.creditors.settings_file import LAYER_FIELDS
from fordran.process.policy import AGREED, DEFAULTS, Layer
from fordran.process.profile import CreditorProfile

FIRST = ("days", "import_from")
REST = tuple(name for name in LAYER_FIELDS if name not in FIRST)


@dataclass(frozen=True, slots=True)
class Resolved:
    """One setting as it holds: `field` as in a settings file (days, limits.SEK.min); money in öre.

    `level` decided; none = the software's own value. `steps` are what generic, class and customer say themselves.
    """

    field: str
    value: object
    level: Level
    steps: tuple[object, object, object]


def resolved(profile: CreditorProfile, *, customer: str = "", class_key: str = "") -> list[Resolved]:
    """Every setting for a customer of a class, resolved field by field as the run does it (`process.policy`). A customer
    without number, or a class without name, is one that has no settings of its own: so one sees what a level inherits."""
    layers = (
        profile.generic,
        profile.classes.get(class_key, _NOTHING) if class_key else _NOTHING,
        profile.customers.get(customer, _NOTHING) if customer else _NOTHING,
    )
    found = [_field(profile, name, layers) for name in FIRST]
    found += _cards(layers)
    return found + [_field(profile, name, layers) for name in REST]


_NOTHING = Layer()
_Layers = tuple[Layer, Layer, Layer]
_LEVELS = (Level.GENERIC, Level.CLASS, Level.CUSTOMER)


def _field(profile: CreditorProfile, name: str, layers: _Layers) -> Resolved:
    steps = tuple(getattr(layer, name) for layer in layers)
    if name in AGREED and steps[0] is None:  # what the creditor itself has agreed stands below its generic level
        steps = (getattr(profile, name), *steps[1:])
    return _won(name, steps, getattr(DEFAULTS, name))


def _cards(layers: _Layers) -> Iterator[Resolved]:
    currencies = {currency for layer in layers for currency in layer.limits}
    for currency in sorted(currencies, key=lambda c: (c != "SEK", c)):
        for end, name in (("min", "min_minor"), ("max", "max_minor")):
            steps = tuple(getattr(layer.limits.get(currency), name, None) for layer in layers)
            yield _won(f"limits.{currency}.{end}", steps, None)


def _won(field: str, steps: tuple[object, ...], default: object) -> Resolved:
    generic, class_, customer = steps
    for level, value in reversed(list(zip(_LEVELS, steps, strict=True))):
        if value is not None:
            return Resolved(field, value, level, (generic, class_, customer))
    return Resolved(field, default, Level.NONE, (generic, class_, customer))


def own_values(layer: SettingsLayer) -> dict[str, object]:
    """What the level itself says, by field as in `Resolved`; only what is set. A card open at both ends has no field."""
    cards = {
        f"limits.{currency}.{end}": value
        for currency, card in cards_of(layer).items()
        for end, value in (("min", card.min_minor), ("max", card.max_minor))
        if value is not None
    }
    fields = {name: getattr(layer, name) for name in LAYER_FIELDS if getattr(layer, name) is not None}
    return {name: fields.pop(name) for name in FIRST if name in fields} | cards | fields


def remove_level(creditor: Creditor, layer_id: int, *, version: int, by: str, today: date) -> None:
    """A customer's or class's own settings are gone, and what is above holds. Inside a transaction.

    Raises Changed when somebody changed the level since it was shown. One that is gone already is no harm.
    """
    Creditor.objects.select_for_update(no_key=True).get(pk=creditor.pk)
    layer = SettingsLayer.objects.select_for_update().filter(creditor=creditor, pk=layer_id).exclude(level="generic").first()
    if layer is None:
        return
    if layer.version != version:
        raise Changed(layer)
    record_change(
        creditor, today, by, PLACES[layer.level], {name: (old, None) for name, old in own_values(layer).items()}, key=layer.key
    )
    layer.delete()
