"""What the office takes of what it collected, by the price list in force on the day the money was set against the claim.

Three kinds of pay: commission on collected capital, parts of the claim that stay with the office (costs, interest), and a
fixed fee for a case that was paid. Each is rounded to the öre by itself, half up, so that every line can be checked by hand.
VAT is counted on each line too. Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from fordran.core.money import round_half_up
from fordran.process.bookings import COST_OF_ACCOUNT, Account

OWN = "own"
"""The component of money that was paid for no claim: the creditor's own, whole."""

KEEPABLE = ("interest", *(str(kind) for kind in COST_OF_ACCOUNT.values()))


@dataclass(frozen=True, slots=True)
class Price:
    """`keeps` names interest and kinds of cost that stay with the office. VAT in per cent, added on top."""

    from_on: date
    commission_permille: int = 0
    keeps: frozenset[str] = frozenset()
    case_fee_minor: int = 0
    vat_percent: Decimal = Decimal(25)
    taxes_kept: bool = True


@dataclass(frozen=True, slots=True)
class Part:
    """A line of a payout, öre, in the creditor's favour when above nothing."""

    kind: str
    component: str
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Prices:
    """Oldest first. Before the first of them the office takes nothing."""

    lists: Sequence[Price] = field(default_factory=tuple)

    def on(self, day: date) -> Price:
        found = [price for price in self.lists if price.from_on <= day]
        return found[-1] if found else Price(day)


def parts_of(price: Price, component: str, amount_minor: int) -> Iterator[Part]:
    """What `amount_minor` > 0 öre of one part of a claim becomes: collected, less what the office takes, less VAT on that."""
    yield Part("collected", component, amount_minor)
    if component == Account.CAPITAL:
        commission = round_half_up(Fraction(amount_minor * price.commission_permille, 1000))
        yield from _taken(price, "commission", component, commission, taxed=True)
    elif component != OWN and _kind(component) in price.keeps:
        yield from _taken(price, "kept", component, amount_minor, taxed=price.taxes_kept)


def case_fee(price: Price) -> Iterator[Part]:
    yield from _taken(price, "case_fee", "case_fee", price.case_fee_minor, taxed=True)


def _taken(price: Price, kind: str, component: str, minor: int, *, taxed: bool) -> Iterator[Part]:
    if minor:
        yield Part(kind, component, -minor)
    vat = vat_of(price, minor) if taxed else 0
    if vat:
        yield Part("vat", component, -vat)


def vat_of(price: Price, minor: int) -> int:
    return round_half_up(Fraction(minor) * Fraction(price.vat_percent) / 100)


def _kind(component: str) -> str:
    account = Account(component)
    return str(COST_OF_ACCOUNT[account]) if account in COST_OF_ACCOUNT else component
