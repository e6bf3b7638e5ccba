"""What would happen on the coming days if nothing new were learnt: the run's own functions, with nothing written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from fordran.core.findings import Finding
from fordran.core.reasons import Reason
from fordran.process.again import look_again
from fordran.process.apply import booked
from fordran.process.bookings import COST_ACCOUNT, Account, Booking
from fordran.process.carry_out import carry_out
from fordran.process.country import CostAllowed, Country
from fordran.process.decide import decide
from fordran.process.facts import CaseFacts, Stage
from fordran.process.items import Item, Person, claim_of
from fordran.process.join import Ready, join_letters
from fordran.process.outcomes import Act, Ask, Close
from fordran.process.policy import Policy
from fordran.process.profile import CreditorProfile
from fordran.process.select import STAYS_OUT, Candidate, PassedOver, Taken, select
from fordran.process.settle import write_off


@dataclass(slots=True)
class Running:
    """A claim on its way; `case` is any number, the same for ever. `candidate` is set until it is taken."""

    case: int
    number: str
    ocr: str
    item: Item
    person: Person
    policy: Policy
    candidate: Candidate | None
    facts: CaseFacts | None
    look_on: date | None = None


@dataclass(frozen=True, slots=True)
class InForecast:
    """One claim in a letter that would be sent."""

    running: Running
    facts: CaseFacts
    costs: tuple[CostAllowed, ...]
    because: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class ForecastLetter:
    on: date
    kind: str
    last_day: date | None
    claims: tuple[InForecast, ...]


@dataclass(frozen=True, slots=True)
class ForecastAsk:
    """On this day the claim would stop and wait for a person."""

    on: date
    running: Running
    because: tuple[Finding, ...]


Forecast = tuple[list[ForecastLetter], list[ForecastAsk]]

Lacks = Callable[[ForecastLetter], tuple[Finding, ...]]
"""What the law finds lacking in a letter; empty = it may go. One that lacks something asks a person instead, as in the run."""


def open_facts(item: Item, person: Person, profile: CreditorProfile, country: Country, open_minor: int, today: date) -> CaseFacts:
    """The facts of a case opened today: its capital, and the cost of an earlier reminder where the gate lets it through."""
    claim = claim_of(item, person, profile)
    facts = CaseFacts(claim, person.debtor(), Stage.OPEN, today)
    bookings = [Booking(Account.CAPITAL, Account.CLAIMS, open_minor, item.currency, today, Reason.CASE_OPENED)]
    if item.reminded_on is not None and item.reminded_fee_minor:
        cost = country.earlier_reminder_cost(claim)
        if isinstance(cost, CostAllowed):
            bookings.append(
                Booking(COST_ACCOUNT[cost.kind], Account.CLAIMS, cost.amount_minor, country.currency, item.reminded_on,
                        cost.finding.reason, cost.finding.source, cost.finding)
            )  # fmt: skip
    return booked(facts, bookings)


def forecast(
    claims: Sequence[Running], profile: CreditorProfile, country: Country, first: date, last: date,
    progress: Callable[[date], None] | None = None, lacks: Lacks | None = None, learn: Callable[[date], None] | None = None,
) -> Forecast:  # fmt: skip
    """Letters and questions from `first` to `last`, both included, as if every letter left on its day. `learn` is told each day
    before anything is judged, and may change what is known of a claim that day (`relive`)."""
    letters: list[ForecastLetter] = []
    asks: list[ForecastAsk] = []
    for number in range((last - first).days + 1):
        today = first + timedelta(days=number)
        if learn:
            learn(today)
        ready = []
        for running in claims:
            act = _one_day(running, profile, country, today, asks)
            if act is not None:
                assert running.facts is not None
                ready.append(Ready(running.case, running.person.key, running.facts, act, running.person.address()))
        by_case = {running.case: running for running in claims} if ready else {}
        for group in join_letters(ready):
            letter = _send(group, by_case, country, today)
            defects = lacks(letter) if lacks else ()
            if defects:
                _ask_instead(group, by_case, defects, country, today, asks)
            else:
                letters.append(letter)
        if progress:
            progress(today)
    return letters, asks


def _one_day(running: Running, profile: CreditorProfile, country: Country, today: date, asks: list[ForecastAsk]) -> Act | None:
    if running.look_on is None or today < running.look_on:
        return None
    if running.facts is None:
        assert running.candidate is not None
        verdict = select(running.candidate, running.policy, country, today)
        if not isinstance(verdict, Taken):
            running.look_on = _looked_at_again(verdict, today)
            return None
        running.facts = open_facts(running.item, running.person, profile, country, running.candidate.open_minor, today)
    return _advance(running, country, today, asks)


def _looked_at_again(passed: PassedOver, today: date) -> date | None:
    """The next day on which the filter could answer otherwise; None = none, while nothing new is learnt."""
    if passed.finding.reason in STAYS_OUT:
        return None
    first = passed.finding.fact("first_day")
    return first if isinstance(first, date) and first > today else today + timedelta(days=1)


def _advance(running: Running, country: Country, today: date, asks: list[ForecastAsk]) -> Act | None:
    facts = running.facts
    assert facts is not None
    for _ in range(4):
        outcome = decide(facts, running.policy, country, today)
        if isinstance(outcome, Act):
            if outcome.step.sends_letter:
                return outcome
            running.facts = facts = carry_out(facts, outcome, country, today).facts
            continue
        running.look_on = look_again(facts, outcome, country, today).on
        if isinstance(outcome, Ask):
            asks.append(ForecastAsk(today, running, outcome.because))
        if isinstance(outcome, Close):
            gone = booked(facts, write_off(facts, today, country.currency, outcome.cause))
            running.facts, running.look_on = replace(gone, stage=Stage.CLOSED), None
        return None
    return None


def _send(group: Sequence[Ready], by_case: dict[int, Running], country: Country, today: date) -> ForecastLetter:
    parts = []
    for ready in group:
        running = by_case[ready.case]
        done = carry_out(ready.facts, ready.act, country, today)
        sent = replace(done.facts, steps=(*done.facts.steps[:-1], replace(done.step, sent=True)))
        running.facts = sent
        running.look_on = today + timedelta(days=1)
        parts.append(InForecast(running, done.facts, ready.act.costs, ready.act.because))
    act = group[0].act
    return ForecastLetter(today, str(act.step.kind), act.last_day, tuple(parts))


def _ask_instead(
    group: Sequence[Ready], by_case: dict[int, Running], defects: tuple[Finding, ...], country: Country, today: date,
    asks: list[ForecastAsk],
) -> None:  # fmt: skip
    """The letter is not written: its claims are as they were, and wait for a person."""
    for ready in group:
        running = by_case[ready.case]
        running.facts = ready.facts
        running.look_on = look_again(ready.facts, Ask(defects, ready.act.step), country, today).on
        asks.append(ForecastAsk(today, running, defects))
