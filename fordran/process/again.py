"""When a claim that rests is looked at again, if nothing is learnt before: the same answer for the run and for the forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from fordran.core.findings import Finding
from fordran.core.reasons import Reason
from fordran.process.country import Country
from fordran.process.decide import limitation_of
from fordran.process.facts import CaseFacts
from fordran.process.outcomes import Ask, Outcome, Wait


@dataclass(frozen=True, slots=True)
class Look:
    """`until`: what the outcome waits for. `on`: the day to decide again; None = not before something new is learnt."""

    until: date | None
    on: date | None
    barred_on: date | None


def look_again(facts: CaseFacts, outcome: Outcome, country: Country, today: date) -> Look:
    until = outcome.until if isinstance(outcome, Wait) else None
    if isinstance(outcome, Ask):
        until = outcome.look_again_on
    if isinstance(outcome, Wait | Ask) and outcome.because and outcome.because[0].reason == Reason.RATE_NOT_YET_KNOWN:
        until = today + timedelta(days=1)
    period = limitation_of(facts, country, today)
    barred_on = None if isinstance(period, Finding) else period.barred_on
    on = until
    if barred_on is not None and barred_on > today and (on is None or barred_on < on):
        on = barred_on
    return Look(until, on, barred_on)
