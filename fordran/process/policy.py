"""Settings in levels: the most specific value wins, field by field, and each value remembers its level."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import Decimal
from typing import Generic, TypeVar

from fordran.core.findings import Level
from fordran.process.facts import ClaimKind

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Chosen(Generic[T]):
    value: T
    level: Level


@dataclass(frozen=True, slots=True)
class Limits:
    """Lowest and highest invoice total in öre, both inclusive; None = open at that end."""

    min_minor: int | None = None
    max_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Layer:
    """What one level sets; None = inherit. Field names are those of [filter] and [process] in a settings file."""

    days: int | None = None  # 0..3650 calendar days after the due date as it stands on the invoice
    import_from: date | None = None
    limits: Mapping[str, Limits] = field(default_factory=dict)  # by currency
    friendly_notice: bool | None = None
    notice_days: int | None = None  # days from the notice to the reminder, at least 7
    pay_days: int | None = None  # days to pay that a reminder gives, at least 10
    demand_wait: int | None = None  # banking days from the reminder's last day, at least 3
    demand_days: int | None = None  # days to pay that a demand gives, at least the law's
    choice_wait: int | None = None  # banking days from the demand's last day, at least 4
    late_payment_compensation: bool | None = None
    after_own_reminder: str | None = None  # "reminder" or "demand"
    # what was agreed with the customer; an invoice's own field goes before these
    terms_agreed_from: date | None = None  # reminder cost agreed for debts that arise from this day
    due_agreed: bool | None = None
    interest_text: bool | None = None
    interest_rate: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Rests:
    """Small remainders, öre, for a claim of which something has been paid or credited."""

    tiny_minor: int = 100  # a rest below this is written off at once
    costs_minor: int = 10_000  # with the whole capital paid or credited, a rest below this gets no letter


@dataclass(frozen=True, slots=True)
class CreditorTerms:
    """What is the same for all of a creditor's customers."""

    mode: str = "own"  # own collection, or agency
    permit: str = ""  # agency: number of the permit
    permit_until: date | None = None
    claim_kinds: tuple[ClaimKind, ...] = (ClaimKind.GOODS_SERVICES,)
    rests: Mapping[str, Rests] = field(default_factory=dict)  # by currency; a currency without: the defaults
    is_business: bool = True
    sending_stopped: bool = False  # somebody pressed "stop all sending"

    def rests_in(self, currency: str) -> Rests:
        return self.rests.get(currency, DEFAULT_RESTS)


DEFAULT_RESTS = Rests()


@dataclass(frozen=True, slots=True)
class Policy:
    """The resolved settings for one customer."""

    days: Chosen[int]
    import_from: Chosen[date | None]
    limits: Mapping[str, Chosen[Limits]]
    takes_all_currencies: bool  # nobody has set a card: every currency is taken without limits (files only)
    friendly_notice: Chosen[bool]
    notice_days: Chosen[int]
    pay_days: Chosen[int]
    demand_wait: Chosen[int]
    demand_days: Chosen[int]
    choice_wait: Chosen[int]
    late_payment_compensation: Chosen[bool]
    after_own_reminder: Chosen[str]
    creditor: CreditorTerms
    limit_levels: Mapping[str, tuple[Level, Level]] = field(default_factory=dict)  # who set each end of a card

    def limit_level(self, currency: str, *, highest: bool) -> Level:
        """The level at which the lowest or the highest amount of a currency's card was set."""
        both = self.limit_levels.get(currency)
        return both[highest] if both else self.limits[currency].level


DEFAULTS = Layer(
    days=5,
    friendly_notice=False,
    notice_days=7,
    pay_days=10,
    demand_wait=3,
    demand_days=0,
    choice_wait=4,
    late_payment_compensation=False,
    after_own_reminder="reminder",
)
"""Where no level says anything. `demand_days` 0 = what the law asks that day."""


AGREED = ("terms_agreed_from", "due_agreed", "interest_text", "interest_rate")
"""Fields of a layer that are facts of the claim (`items.claim_of`), not settings of the process."""


def resolve_policy(layers: Sequence[tuple[Level, Layer]], creditor: CreditorTerms, takes_all_currencies: bool = False) -> Policy:
    """`layers` most specific first (customer, class, generic). Fields nobody set come from DEFAULTS at level none."""
    ladder = [*layers, (Level.NONE, DEFAULTS)]
    values: dict[str, Chosen[object]] = {}
    for name in (f.name for f in fields(Layer) if f.name != "limits" and f.name not in AGREED):
        values[name] = next(
            (Chosen(getattr(layer, name), level) for level, layer in ladder if getattr(layer, name) is not None),
            Chosen(None, Level.NONE),
        )
    limits: dict[str, Chosen[Limits]] = {}
    set_by: dict[str, tuple[Level, Level]] = {}
    for level, layer in layers:
        for currency, card in layer.limits.items():
            if currency not in limits:
                limits[currency], set_by[currency] = Chosen(card, level), (level, level)
            else:  # the ends resolve one by one, as every other field
                won, (low, high) = limits[currency], set_by[currency]
                no_low, no_high = won.value.min_minor is None, won.value.max_minor is None
                both = Limits(
                    card.min_minor if no_low else won.value.min_minor, card.max_minor if no_high else won.value.max_minor
                )
                limits[currency] = Chosen(both, won.level)
                set_by[currency] = (level if no_low else low, level if no_high else high)
    return Policy(
        limits=limits,
        limit_levels=set_by,
        takes_all_currencies=takes_all_currencies,
        creditor=creditor,
        **values,  # type: ignore[arg-type]
    )
