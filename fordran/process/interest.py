"""Interest is computed, never accrued: what is to be booked is what is exact up to today, less what was booked before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction

from fordran.core.money import round_half_up
from fordran.process.country import Country, Interest, InterestStart
from fordran.process.facts import CaseFacts


@dataclass(frozen=True, slots=True)
class InterestDue:
    """`to_book_minor` may be negative: a back-dated fact made earlier bookings too high; they are reversed and reported."""

    start: InterestStart
    interest: Interest
    total_minor: int
    to_book_minor: int


NO_INTEREST = Interest(Fraction(0), (), ())


def interest_due(facts: CaseFacts, country: Country, until: date) -> InterestDue:
    """Interest from the first interest day to `until`, both included, over the capital's own history.

    Raises core.law.NotYetKnown past the last decided reference rate.
    """
    start = country.first_interest_day(facts.claim)
    if start.on is None or until < start.on:
        return InterestDue(start, NO_INTEREST, 0, -facts.interest_booked_minor)
    interest = country.interest(facts.opening_minor, facts.movements, start.on, until, facts.claim.interest_rate)
    total = round_half_up(interest.exact)
    return InterestDue(start, interest, total, total - facts.interest_booked_minor)
