"""Interest is computed, never accrued: what is to be booked is what is exact up to today, less what was booked before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from fordran.core.law import LawError
from fordran.core.made_often import made_often
from fordran.process.country import Country, Interest, InterestStart
from fordran.process.facts import CaseFacts, Stage


@made_often
@dataclass(frozen=True, slots=True)
class InterestDue:
    """`to_book_minor` may be negative: a back-dated fact made earlier bookings too high; they are reversed and reported."""

    start: InterestStart
    interest: Interest
    total_minor: int
    to_book_minor: int


NO_INTEREST = Interest((), ())


def interest_due(facts: CaseFacts, country: Country, until: date) -> InterestDue:
    """Interest from the first interest day to `until`, both included, over the capital's own history.

    Raises core.law.NotYetKnown past the last decided reference rate.
    """
    start = country.first_interest_day(facts.claim)
    if start.on is None or until < start.on:
        return InterestDue(start, NO_INTEREST, 0, -facts.interest_booked_minor)
    interest = country.interest(facts.opening_minor, facts.movements, start.on, until, country.agreed_rate(facts.claim))
    total = interest.rounded_minor
    return InterestDue(start, interest, total, total - facts.interest_booked_minor)


def interest_per_day(facts: CaseFacts, country: Country, today: date) -> Decimal | None:
    """Kronor a day on what is left of the capital, from tomorrow on; None where none runs or its rate is not known."""
    start = country.first_interest_day(facts.claim)
    if start.on is None or facts.capital_minor <= 0 or facts.stage == Stage.CLOSED:
        return None
    day = max(today + timedelta(days=1), start.on)
    try:
        of_the_day = country.interest(facts.capital_minor, (), day, day, country.agreed_rate(facts.claim))
    except LawError:
        return None
    return Decimal(of_the_day.rounded_minor).scaleb(-2)
