"""In which order a payment settles one debt: costs, then interest up to the payment's day, then capital.

9 kap. 5 § handelsbalken with what the courts and the authorities' advice have made of it. The debtor chooses between
debts but not between the parts of one. The order is dated data: an inquiry was to propose another for consumers.
"""

from __future__ import annotations

from datetime import date

from fordran.core.law import Dated, Since
from fordran.countries.se.sources import HANDELSBALKEN, ORESAVRUNDNING, Rule, Topic, unsure
from fordran.process.country import Allocated

ORDER: Dated[tuple[str, ...]] = Dated(
    "order in which a payment settles one debt",
    Since(
        date(1736, 9, 1), ("costs", "interest", "capital"),
        unsure(
            HANDELSBALKEN("9 kap. 5 §"),
            "the order rests on custom and advice more than on words; an inquiry (dir. 2025:37) was to propose another order "
            "for claims on consumers, its outcome is not known.",
        ),
    ),
)  # fmt: skip

TOPIC = Topic(
    "Payments",
    "Interest is counted to the day the payment arrived before the payment is divided.",
    values=(ORDER,),
    rules=(
        Rule("Between several debts the payer's own choice goes first, then the oldest due debt.", HANDELSBALKEN("9 kap. 5 §")),
        Rule("Among costs the oldest is paid first. What is left over belongs to the payer.", HANDELSBALKEN("9 kap. 5 §")),
        Rule("A payment that leaves out less than 50 öre of the sum asked for counts as the whole of it.", ORESAVRUNDNING("2 §")),
        Rule(
            "A cash sum is rounded to whole kronor; single items keep their öre, and no maximum is rounded up.",
            ORESAVRUNDNING("2 §"),
        ),
    ),
)


def allocate(costs_minor: int, interest_minor: int, capital_minor: int, payment_minor: int, day: date | None) -> Allocated:
    """Divide a payment of `payment_minor` öre by the order of `day` (None = the latest known). All amounts >= 0, one currency.

    Raises ValueError for an amount below zero.
    """
    open_minor = {"costs": costs_minor, "interest": interest_minor, "capital": capital_minor}
    if payment_minor < 0 or min(open_minor.values()) < 0:
        raise ValueError("a payment and what it pays cannot be less than nothing")
    entry = ORDER.since(day) if day is not None else ORDER.values[-1]
    paid: dict[str, int] = {}
    left = payment_minor
    for part in entry.value:
        paid[part] = min(left, open_minor[part])
        left -= paid[part]
    return Allocated(paid["costs"], paid["interest"], paid["capital"], left, entry.value, entry.source)


def enough_for(asked_minor: int, currency: str) -> int:
    """The least payment, in öre, that counts as the whole of `asked_minor`: in kronor, 1-49 öre may be left out (2 §
    lagen 1970:1029, which rounds what is paid, not what is owed)."""
    odd = asked_minor % 100
    return asked_minor - odd if currency == "SEK" and odd < 50 else asked_minor


def rounded(asked_minor: int, currency: str) -> int:
    """The sum that is paid when `asked_minor` öre are owed: in kronor the nearest whole one, 1-49 öre down and 50-99 up
    (2 § lagen 1970:1029). It rounds what is paid, never what is owed."""
    odd = asked_minor % 100
    if currency != "SEK" or odd == 0:
        return asked_minor
    return asked_minor - odd + (100 if odd >= 50 else 0)
