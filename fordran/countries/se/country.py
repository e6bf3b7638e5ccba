"""COUNTRY: the card of Sweden that is inserted into the process (`process.country.Country`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache

from fordran.core.findings import Finding
from fordran.core.law import Dated, Since, Source
from fordran.core.problems import Refused
from fordran.countries.se import allocation, calendar, fees, identifiers, limitation, notices, refusals, words
from fordran.countries.se import interest as interest_law
from fordran.countries.se.procedure import POLICY_LEAST, PROCEDURE
from fordran.countries.se.rates import REFERENCE_RATE, with_rates
from fordran.process.country import (
    Allocated,
    CostAllowed,
    Country,
    IdentityRead,
    Interest,
    InterestStart,
    Limitation,
    Moved,
    Step,
)
from fordran.process.facts import CaseFacts, Claim, ClaimKind, CostKind, DebtorKind, Interruption, Movement, StepKind
from fordran.process.letter import InterestRow, LetterContent, NextCost
from fordran.process.policy import Policy


@dataclass
class Sweden:
    """Treat as frozen. `reference_rate` is the book's, or the book's with the operator's coming half-years."""

    code: str = "SE"
    currency: str = "SEK"
    languages: tuple[str, ...] = words.LANGUAGES
    procedure: Dated[tuple[Step, ...]] = PROCEDURE
    policy_least: Mapping[str, tuple[int, Source | None]] = field(default_factory=lambda: POLICY_LEAST)
    reference_rate: Dated[Decimal] = REFERENCE_RATE

    def is_banking_day(self, day: date) -> bool:
        return calendar.is_banking_day(day)

    def next_banking_day(self, day: date) -> date:
        return calendar.next_banking_day(day)

    def add_banking_days(self, day: date, number: int) -> date:
        return calendar.add_banking_days(day, number)

    def move_due(self, day: date) -> Moved:
        return calendar.move_due(day)

    def last_day_to_pay(self, kind: StepKind, sent_on: date, days: int) -> date:
        return notices.last_day_to_pay(kind, sent_on, days)

    def first_interest_day(self, claim: Claim) -> InterestStart:
        return interest_law.first_interest_day(claim)

    def agreed_rate(self, claim: Claim) -> Decimal | None:
        return interest_law.agreed_rate(claim, self.reference_rate)

    def interest(
        self, opening_minor: int, movements: Sequence[Movement], first: date, last: date, rate_percent: Decimal | None
    ) -> Interest:
        return interest_law.interest_between(
            opening_minor, movements, first, last, reference=self.reference_rate, rate_percent=rate_percent
        )

    def interest_rows(self, interest: Interest, booked_minor: int) -> tuple[InterestRow, ...]:
        return interest_law.interest_rows(interest, booked_minor)

    def cost_allowed(self, kind: CostKind, facts: CaseFacts, policy: Policy, today: date) -> CostAllowed | Finding:
        return fees.cost_allowed(kind, facts, policy, today)

    def most_cost(self, kind: CostKind, day: date) -> Since[int]:
        return fees.fee_source(kind.value, day)

    def earlier_reminder_cost(self, claim: Claim) -> CostAllowed | Finding:
        return fees.earlier_reminder_cost(claim)

    def next_costs(self, kind: StepKind, today: date) -> tuple[NextCost, ...]:
        return _next_costs(kind, today, self.currency)

    def read_identity(self, text: str, today: date) -> IdentityRead:
        try:
            found = identifiers.parse_identity(text, today)
        except Refused:
            return IdentityRead("", identifiers.birthday(text, today), DebtorKind.UNKNOWN)
        return IdentityRead(found.digits, found.born_on, found.debtor_kind)

    def personal_digits(self, text: str) -> str:
        return identifiers.personal_digits(text)

    def limitation(self, claim: Claim, interruptions: Sequence[Interruption], today: date) -> Limitation | Finding:
        return limitation.limitation(claim, interruptions, today)

    def refusals(self, claim: Claim, declared: Sequence[ClaimKind], born_on: date | None, today: date) -> tuple[Finding, ...]:
        return refusals.refusals(claim, declared, born_on, today)

    def obstacles(self, step: Step, facts: CaseFacts, today: date) -> tuple[Finding, ...]:
        return refusals.obstacles(step, facts, today)

    def allocate(self, costs_minor: int, interest_minor: int, capital_minor: int, payment_minor: int, day: date) -> Allocated:
        return allocation.allocate(costs_minor, interest_minor, capital_minor, payment_minor, day)

    def enough_for(self, asked_minor: int, currency: str) -> int:
        return allocation.enough_for(asked_minor, currency)

    def rounded(self, asked_minor: int, currency: str) -> int:
        return allocation.rounded(asked_minor, currency)

    def letter_defects(self, letter: LetterContent) -> tuple[Finding, ...]:
        return notices.letter_defects(letter)

    def word(self, name: str, language: str) -> str:
        return words.texts(language)["kind"].get(str(name), str(name))

    def say(self, found: Finding, language: str) -> str:
        return words.say(found, language)


@lru_cache(maxsize=256)
def _next_costs(kind: StepKind, today: date, currency: str) -> tuple[NextCost, ...]:
    coming = {StepKind.REMINDER: ("demand",), StepKind.DEMAND: ("application", "legal-work")}.get(kind, ())
    return tuple(NextCost(name, fees.fee_source(name, today).value, currency) for name in coming)


COUNTRY = Sweden()

_COMPLETE: Country = COUNTRY  # mypy says here what is missing


def with_added_rates(country: Sweden, added: Sequence[tuple[date, Decimal, str]]) -> Sweden:
    """The country with the operator's reference rates (first day, percent, address of the source) after the book's own.

    `country` itself stays as it is. Raises Refused for anything but the coming half-years in a row.
    """
    return replace(country, reference_rate=with_rates(country.reference_rate, added))
