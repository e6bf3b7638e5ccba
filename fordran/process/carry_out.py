"""What taking a step does to the claim: interest booked when a letter demands it, the step's costs, and the step itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fordran.core.made_often import made_often, quick_replace
from fordran.process.apply import booked
from fordran.process.bookings import COST_ACCOUNT, Account, Booking
from fordran.process.country import Country
from fordran.process.facts import CaseFacts, StepKind, StepTaken
from fordran.process.outcomes import Act
from fordran.process.settle import book_interest


@made_often
@dataclass(frozen=True, slots=True)
class CarriedOut:
    facts: CaseFacts
    bookings: tuple[Booking, ...]
    step: StepTaken


def carry_out(facts: CaseFacts, act: Act, country: Country, today: date) -> CarriedOut:
    """The facts, bookings and step after `act`, whose costs have been shared among the letter's cases.

    A friendly notice asks for no interest, so none is booked. Raises core.law.NotYetKnown as `interest_due` does.
    """
    bookings: list[Booking] = []
    demands = act.step.sends_letter and act.step.kind != StepKind.NOTICE
    if demands:
        bookings += book_interest(facts, country, today, today)
    bookings += [
        Booking(
            COST_ACCOUNT[cost.kind], Account.CLAIMS, cost.amount_minor, country.currency, today, cost.finding.reason,
            cost.finding.source, cost.finding,
        )
        for cost in act.costs
    ]  # fmt: skip
    after = booked(facts, bookings)
    same = facts.claim.currency == country.currency
    asked = after.capital_minor + (after.interest_open_minor if demands else 0) + (after.costs_open_minor if same else 0)
    step = StepTaken(
        act.step.kind, today, act.last_day, sent=not act.step.sends_letter,
        asked_minor=asked if act.step.sends_letter else 0, interest_until=today if demands else None,
    )  # fmt: skip
    stage = act.step.to_stage or facts.stage
    return CarriedOut(quick_replace(after, steps=(*facts.steps, step), stage=stage), tuple(bookings), step)
