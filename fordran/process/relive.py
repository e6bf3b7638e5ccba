"""Days that have been, lived once more: the forecast's own steps, with the payments and credits of that time applied on their
days. Nothing is written, and nobody of that time is thought to have acted otherwise because of a letter.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from fordran.process.country import Country
from fordran.process.facts import Stage
from fordran.process.forecast import Forecast, ForecastAsk, ForecastLetter, Lacks, Running, forecast
from fordran.process.profile import CreditorProfile
from fordran.process.settle import settle_credit, settle_payment


@dataclass(frozen=True, slots=True)
class Paid:
    """Money or a credit that the ledger set against the invoice, öre. `whole`: after it nothing was open there, so who paid it
    is thought to have paid all that our letter asked for."""

    on: date
    minor: int
    credit: bool = False
    whole: bool = False


_MORE_THAN_ANY = 10**13
"""Öre; what the claim cannot take is left over."""


@dataclass(slots=True)
class Past:
    """A claim of that time: `running` as the ledger had it when it was written, all of it open, and what was set against it."""

    running: Running
    paid: tuple[Paid, ...] = ()


@dataclass(slots=True)
class Relived:
    letters: list[ForecastLetter] = field(default_factory=list)
    asks: list[ForecastAsk] = field(default_factory=list)
    received: list[tuple[date, int]] = field(default_factory=list)  # on running cases: day, öre
    paid_at_last: dict[int, date] = field(default_factory=dict)  # case -> the day nothing was open any more


def relive(
    claims: Sequence[Past], profile: CreditorProfile, country: Country, first: date, last: date,
    progress: Callable[[date], None] | None = None, lacks: Lacks | None = None,
) -> Relived:  # fmt: skip
    """Letters, questions and money from `first` to `last`, both included."""
    done = Relived()
    due: dict[date, list[tuple[Past, Paid]]] = defaultdict(list)
    for past in claims:
        for paid in past.paid:
            due[max(paid.on, first)].append((past, paid))

    def learn(today: date) -> None:
        for past, paid in due.get(today, ()):
            _learn(past.running, paid, country, today, done)

    found: Forecast = forecast([past.running for past in claims], profile, country, first, last, progress, lacks, learn)
    done.letters, done.asks = found
    return done


def _learn(running: Running, paid: Paid, country: Country, today: date, done: Relived) -> None:
    if running.facts is None:
        assert running.candidate is not None
        left = max(0, running.candidate.open_minor - paid.minor)
        running.candidate = replace(running.candidate, open_minor=left)
        if left == 0:
            done.paid_at_last[running.case] = today
        return
    if running.facts.stage == Stage.CLOSED:
        return
    settle = settle_credit if paid.credit else settle_payment
    sum_minor = _MORE_THAN_ANY if paid.whole and not paid.credit else paid.minor
    settled = settle(running.facts, sum_minor, today, country, today=today)
    running.facts, running.look_on = settled.facts, today
    if not paid.credit:
        done.received.append((today, sum_minor - settled.left_over_minor))
    if running.facts.capital_minor <= 0:
        done.paid_at_last.setdefault(running.case, today)
