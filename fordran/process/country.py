"""The card that is inserted into the process: what a country must supply.

`countries/se/country.py` holds `COUNTRY`, an object of this Protocol; mypy tells a newcomer what is missing.
Every function is pure. Where the law has no answer they raise `core.law.NotInForce` or `NotYetKnown`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Protocol

from fordran.core.findings import Finding
from fordran.core.law import Dated, Since, Source
from fordran.core.made_often import made_often
from fordran.core.money import round_half_up, round_ratio
from fordran.process.facts import CaseFacts, Claim, ClaimKind, CostKind, DebtorKind, Interruption, Movement, Stage, StepKind
from fordran.process.letter import InterestRow, LetterContent, NextCost
from fordran.process.policy import Policy


@dataclass(frozen=True, slots=True)
class Moved:
    """A last day, moved forward to a day on which one can pay. `because` is empty when it was not moved."""

    date: date
    because: str = ""


@dataclass(frozen=True, slots=True)
class InterestStart:
    """From which day a claim carries interest, by which case of the law. `on` None = it does not."""

    case: str  # "A", "B", "C" or "E"
    on: date | None
    finding: Finding


@made_often
@dataclass(frozen=True, slots=True)
class InterestPeriod:
    """Days with one rate, one capital and one length of year. Both days included."""

    first: date
    last: date
    days: int
    rate_percent: Decimal
    capital_minor: int
    share: Fraction  # what these days cost of each öre of the capital

    @property
    def exact(self) -> Fraction:
        """A fraction of an öre."""
        return self.capital_minor * self.share


@dataclass(frozen=True, slots=True)
class Price:
    """What days cost of each öre: periods of (first day, last day, days, rate, share), the sum of the shares as a fraction, and
    where the rates stand."""

    periods: tuple[tuple[date, date, int, Decimal, Fraction], ...]
    numerator: int
    denominator: int
    sources: tuple[Source, ...]


@made_often
@dataclass(frozen=True, slots=True)
class Interest:
    """Of a capital that nothing moved there is one stretch: (capital in öre, what its days cost)."""

    stretches: tuple[tuple[int, Price], ...]
    sources: tuple[Source, ...]

    @property
    def periods(self) -> tuple[InterestPeriod, ...]:
        return tuple([
            InterestPeriod(first, last, days, rate, capital, share)
            for capital, price in self.stretches
            for first, last, days, rate, share in price.periods
        ])  # fmt: skip

    @property
    def exact(self) -> Fraction:
        """Öre, not rounded."""
        return sum((capital * Fraction(price.numerator, price.denominator) for capital, price in self.stretches), Fraction(0))

    @property
    def rounded_minor(self) -> int:
        """Whole öre, half up: rounded once, of the sum. In whole numbers, for it is asked of every case."""
        if len(self.stretches) == 1:
            capital, price = self.stretches[0]
            return round_ratio(capital * price.numerator, price.denominator)
        return round_half_up(self.exact)


@made_often
@dataclass(frozen=True, slots=True)
class CostAllowed:
    """A cost that may be put on the debt that day: the answer of the gate."""

    kind: CostKind
    amount_minor: int
    finding: Finding  # its source carries act and section
    in_force: date


@made_often
@dataclass(frozen=True, slots=True)
class Limitation:
    """`alive_until` is the last day on which the claim lives; it is barred from `barred_on`, the day after."""

    starts_on: date
    years: int
    alive_until: date
    barred_on: date
    findings: tuple[Finding, ...]
    last_posting_day: date  # nothing is posted after this without a person
    watch_days: tuple[date, ...]  # 6 months, 90 and 30 days before


class Wait(StrEnum):
    """From which event a step waits."""

    DUE = "due"  # days from the due date as it stands (policy), never before the day after the moved due day
    SENT = "sent"  # calendar days from the sending of the previous letter
    LAST_DAY = "last_day"  # banking days from the last day to pay that the previous letter gave


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the procedure: from which stages, after which wait, sending what, leading where."""

    kind: StepKind
    from_stages: tuple[Stage, ...]
    to_stage: Stage | None  # None = the stage stays
    wait: Wait
    wait_setting: str  # the policy field that holds the length of the wait
    wait_least: int  # the law's or custom's least; the setting may lengthen it, never shorten it
    sends_letter: bool
    may_cost: tuple[CostKind, ...] = ()
    pay_setting: str = ""  # the policy field that holds the days to pay; empty = the letter sets no day
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Allocated:
    """How a payment divides, öre. `order` names the components in the order they were paid."""

    costs_minor: int
    interest_minor: int
    capital_minor: int
    left_over_minor: int
    order: tuple[str, ...]
    source: Source


@dataclass(frozen=True, slots=True)
class IdentityRead:
    """What a personal or organisation number tells. `digits` in one spelling for each number; empty when it is not valid."""

    digits: str
    born_on: date | None
    debtor: DebtorKind  # what the number alone says; a file or a setting goes before it

    @property
    def known(self) -> bool:
        return bool(self.digits)


class Country(Protocol):
    code: str  # "SE"
    currency: str  # of the statutory costs
    languages: tuple[str, ...]  # first is the letters' own
    procedure: Dated[tuple[Step, ...]]
    policy_least: Mapping[str, tuple[int, Source | None]]  # setting -> least value the law or custom allows

    def is_banking_day(self, day: date) -> bool: ...

    def next_banking_day(self, day: date) -> date:
        """`day` itself when it is one, else the next."""
        ...

    def add_banking_days(self, day: date, number: int) -> date:
        """The `number`th banking day after `day` (0 = `day` itself, moved forward if it is none)."""
        ...

    def move_due(self, day: date) -> Moved: ...

    def last_day_to_pay(self, kind: StepKind, sent_on: date, days: int) -> date:
        """Last day that a letter of this kind must give when it asks for `days` days (0 = the law's own)."""
        ...

    def first_interest_day(self, claim: Claim) -> InterestStart: ...

    def agreed_rate(self, claim: Claim) -> Decimal | None:
        """The agreed rate that counts, percent a year; None = reference rate + 8, also where the law puts an agreement aside."""
        ...

    def interest(
        self, opening_minor: int, movements: Sequence[Movement], first: date, last: date, rate_percent: Decimal | None
    ) -> Interest:
        """Exact interest on the capital's own history, both days included; `last` < `first` gives none.

        `rate_percent` None = reference rate + 8. A movement counts from the day after its own.
        Raises NotYetKnown past the last decided reference rate, NotInForce before the first.
        """
        ...

    def interest_rows(self, interest: Interest, booked_minor: int) -> tuple[InterestRow, ...]:
        """The periods as a reader sees them: whole öre that add up to `booked_minor`."""
        ...

    def cost_allowed(self, kind: CostKind, facts: CaseFacts, policy: Policy, today: date) -> CostAllowed | Finding:
        """The gate, asked in one place before anything is written: the amount, or why not."""
        ...

    def most_cost(self, kind: CostKind, day: date) -> Since[int]:
        """The most that such a cost may be by the law of the day the measure is taken, öre, with its act and section."""
        ...

    def earlier_reminder_cost(self, claim: Claim) -> CostAllowed | Finding:
        """The cost of a reminder sent before the claim came to us: claimable only through the same gate."""
        ...

    def next_costs(self, kind: StepKind, today: date) -> tuple[NextCost, ...]:
        """What the step after a letter of this kind would add to the debt, for the letter to say."""
        ...

    def read_identity(self, text: str, today: date) -> IdentityRead:
        """A personal or organisation number as typed; `today` settles the century of ten digits."""
        ...

    def personal_digits(self, text: str) -> str:
        """The digits of a person's number in one spelling, where `text` is one; empty for anything else."""
        ...

    def limitation(self, claim: Claim, interruptions: Sequence[Interruption], today: date) -> Limitation | Finding:
        """The period as it stands; interruptions after the claim was barred revive nothing."""
        ...

    def refusals(self, claim: Claim, declared: Sequence[ClaimKind], born_on: date | None, today: date) -> tuple[Finding, ...]:
        """Why a claim of this kind against such a debtor is not taken at all (part 9 of the law paper, minors, barred)."""
        ...

    def obstacles(self, step: Step, facts: CaseFacts, today: date) -> tuple[Finding, ...]:
        """Why this step must wait for a person: identity, address, protected identity, limitation close."""
        ...

    def allocate(self, costs_minor: int, interest_minor: int, capital_minor: int, payment_minor: int, day: date) -> Allocated: ...

    def enough_for(self, asked_minor: int, currency: str) -> int:
        """The least payment that counts as the whole of what was asked for: sums may be rounded to whole kronor."""
        ...

    def rounded(self, asked_minor: int, currency: str) -> int:
        """What is paid, by the law on rounding, when this is owed: the same sum, or the nearest whole krona."""
        ...

    def letter_defects(self, letter: LetterContent) -> tuple[Finding, ...]:
        """What the law asks of such a letter and this one lacks; empty = it may go."""
        ...

    def word(self, name: str, language: str) -> str:
        """What a kind of letter, cost, hold, stage or instruction is called; the name itself where nothing is known."""
        ...

    def say(self, found: Finding, language: str) -> str:
        """The finding as one plain sentence in `sv` or `en`."""
        ...
