"""How a case stands today, to the öre, and what comes next, when and at what cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fordran.cases.load import Loaded, load_cases
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.findings import Finding
from fordran.core.law import LawError, Source
from fordran.process.bookings import COST_ACCOUNT
from fordran.process.country import CostAllowed, Country
from fordran.process.decide import decide, earliest_day
from fordran.process.facts import CaseFacts, Stage, StepKind
from fordran.process.interest import interest_due, interest_per_day
from fordran.process.outcomes import Act, Ask, Close, Wait


@dataclass(frozen=True, slots=True)
class Row:
    """One part of the claim: claimed in all, paid, waived or credited, and what is left. Öre."""

    component: str  # capital, interest, reminder_cost, demand_cost, plan_cost, compensation
    claimed_minor: int
    paid_minor: int
    waived_minor: int
    open_minor: int
    currency: str
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    rows: tuple[Row, ...]
    interest_per_day: Decimal | None  # kronor a day from tomorrow; None = none runs
    interest_source: Source | None
    interest_known: bool  # False when today's rate is not decided yet
    totals: tuple[tuple[str, int], ...]  # currency -> owed today


@dataclass(frozen=True, slots=True)
class Choice:
    """A way the creditor may choose, with what it costs now and puts on the debt."""

    kind: str
    costs_now_minor: int
    on_the_debt_minor: int
    currency: str


@dataclass(frozen=True, slots=True)
class Ahead:
    kind: str = ""  # of the step; empty = nothing by itself
    on: date | None = None
    costs: tuple[tuple[str, int, Source | None], ...] = ()
    findings: tuple[Finding, ...] = ()
    choices: tuple[Choice, ...] = ()
    outcome: str = ""


def load_one(case: Case, office: Office | None = None) -> tuple[Office, Loaded]:
    office = office or open_office(case.creditor)
    return office, load_cases(case.creditor_id, [case.pk], office.profile)[0]


def standing(case: Case, today: date, office: Office | None = None) -> Standing:
    """The parts of the claim with interest counted to today, whether or not it has been booked."""
    office, loaded = load_one(case, office)
    facts, country, currency = loaded.facts, office.country, loaded.facts.claim.currency
    rows = [_capital(facts)]
    interest, known = _interest(facts, country, today)
    if interest is not None:
        rows.append(interest)
    for cost in facts.costs:
        rows.append(
            Row(COST_ACCOUNT[cost.kind], cost.amount_minor, cost.paid_minor, cost.waived_minor,
                cost.amount_minor - cost.paid_minor - cost.waived_minor, country.currency, cost.source)
        )  # fmt: skip
    totals: dict[str, int] = {currency: 0}
    for row in rows:
        totals[row.currency] = totals.get(row.currency, 0) + row.open_minor
    per_day = interest_per_day(facts, country, today)
    return Standing(tuple(rows), per_day, interest.source if interest else None, known, tuple(totals.items()))


def _capital(facts: CaseFacts) -> Row:
    credited = sum(p.amount_minor for p in facts.payments if p.credit)
    paid = sum(minor for p in facts.payments if not p.credit for name, minor in p.split if name == "capital")
    written = facts.opening_minor - paid - credited - facts.capital_minor
    return Row("capital", facts.opening_minor, paid, credited + written, facts.capital_minor, facts.claim.currency)


def _interest(facts: CaseFacts, country: Country, today: date) -> tuple[Row | None, bool]:
    paid = sum(minor for p in facts.payments for name, minor in p.split if name == "interest")
    total, source, known = facts.interest_booked_minor, None, True
    if facts.stage != Stage.CLOSED:
        try:
            due = interest_due(facts, country, today)
            total = max(total, due.total_minor)
            source = due.start.finding.source if not due.interest.sources else due.interest.sources[0]
        except LawError:
            known = False
    waived = facts.interest_booked_minor - paid - facts.interest_open_minor
    if total == 0 and paid == 0:
        return None, known
    return Row("interest", total, paid, waived, total - paid - waived, facts.claim.currency, source), known


def ahead(case: Case, today: date, office: Office | None = None) -> Ahead:
    """What happens next if nothing new is learnt: the run's own decision, with nothing written."""
    office, loaded = load_one(case, office)
    return ahead_of(loaded, office, today)


def ahead_of(loaded: Loaded, office: Office, today: date) -> Ahead:
    policy = office.book.policy(loaded.person.key, loaded.person.class_key)
    facts, country = loaded.facts, office.country
    outcome = decide(facts, policy, country, today)
    if isinstance(outcome, Close):
        return Ahead("", today, findings=outcome.because, outcome="close")
    if isinstance(outcome, Act):
        return Ahead(outcome.step.kind, today, _costs(outcome.costs), outcome.because, outcome="act")
    if isinstance(outcome, Ask) and facts.stage == Stage.AWAITING_CREDITOR:
        return Ahead("", None, findings=outcome.because, choices=_choices(country, today), outcome="ask")
    step = outcome.next_step
    if step is None:
        return Ahead("", outcome.until if isinstance(outcome, Wait) else None, findings=outcome.because, outcome="wait")
    on = outcome.until if isinstance(outcome, Wait) else None
    costs: list[CostAllowed] = []
    when = on or max(today, earliest_day(step, facts, policy, country))
    for kind in step.may_cost:
        answer = country.cost_allowed(kind, facts, policy, when)
        if isinstance(answer, CostAllowed):
            costs.append(answer)
    return Ahead(step.kind, on, _costs(costs), outcome.because, outcome="ask" if isinstance(outcome, Ask) else "wait")


def _costs(costs: list[CostAllowed] | tuple[CostAllowed, ...]) -> tuple[tuple[str, int, Source | None], ...]:
    return tuple((str(c.kind), c.amount_minor, c.finding.source) for c in costs)


def _choices(country: Country, today: date) -> tuple[Choice, ...]:
    order = country.next_costs(StepKind.DEMAND, today)
    outlay = sum(c.amount_minor for c in order if c.kind == "application")
    debt = sum(c.amount_minor for c in order)
    return (
        Choice("payment-order", outlay, debt, country.currency),
        Choice("surveillance", 0, 0, country.currency),
        Choice("withdraw", 0, 0, country.currency),
        Choice("write-off", 0, 0, country.currency),
    )
