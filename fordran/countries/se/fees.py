"""What a debtor may be charged for being late, and the one gate through which every such cost must pass.

Lagen (1981:739) om ersättning för inkassokostnader m.m. A reminder may cost something only if that was agreed at the
latest when the debt arose (2 §); a demand only if it fulfils 5 § inkassolagen, and an instalment plan only if made with
the debtor (3 §); all of it within the maxima of 4 §, and nothing else at all (5-6 §§). Between businesses, and against
public bodies, 4 a § gives a compensation for late payment of 450 kronor instead: collection costs may then be asked only
for the part by which they exceed it.

The amount is that of the day the measure is taken. Amounts are öre in SEK, whatever the claim's currency.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from fordran.core.findings import Finding, Level, finding
from fordran.core.law import Dated, Since
from fordran.core.reasons import Reason
from fordran.countries.se.calendar import ONE_DAY, move_due
from fordran.countries.se.interest import first_interest_day
from fordran.countries.se.sources import (
    BETALNINGSFORELAGGANDE,
    BETALNINGSFORELAGGANDE_ERSATTNING,
    FI_INKASSO,
    INKASSOKOSTNADSFORORDNINGEN,
    INKASSOKOSTNADSLAGEN,
    INKASSOLAGEN,
    KRONOFOGDENS_AVGIFTER,
    Rule,
    Topic,
    unsure,
)
from fordran.process.country import CostAllowed
from fordran.process.facts import CaseFacts, Claim, ClaimKind, CostKind, DebtorKind, StepKind
from fordran.process.policy import Policy

_2003, _2013 = date(2003, 7, 1), date(2013, 3, 16)
_OLD, _NEW = INKASSOKOSTNADSFORORDNINGEN, INKASSOKOSTNADSLAGEN

REMINDER: Dated[int] = Dated(
    "written reminder, at most, öre",
    Since(_2003, 5_000, _OLD("1 p.", "SFS 2003:294")),
    Since(_2013, 6_000, _NEW("4 § 2 st. 1 p.", "SFS 2013:56")),
)
DEMAND: Dated[int] = Dated(
    "demand, at most, öre",
    Since(_2003, 16_000, _OLD("2 p.", "SFS 2003:294")),
    Since(_2013, 18_000, _NEW("4 § 2 st. 2 p.", "SFS 2013:56")),
)
INSTALMENT_PLAN: Dated[int] = Dated(
    "instalment plan, at most, öre",
    Since(_2003, 15_000, _OLD("3 p.", "SFS 2003:294")),
    Since(_2013, 17_000, _NEW("4 § 2 st. 3 p.", "SFS 2013:56")),
)
LATE_PAYMENT: Dated[int] = Dated(
    "compensation for late payment, öre",
    Since(_2013, 45_000, _NEW("4 a §", "SFS 2013:56")),
)
APPLICATION: Dated[int] = Dated(
    "application for a payment order, Kronofogden's fee, öre",
    Since(
        date(2009, 1, 1), 30_000,
        unsure(KRONOFOGDENS_AVGIFTER("1 §"), "the amount is older than 2009, from which day is not known; ask Kronofogden."),
    ),
)  # fmt: skip
LEGAL_WORK: Dated[int] = Dated(
    "own work with an application for a payment order, öre",
    Since(date(2006, 7, 1), 34_000, unsure(BETALNINGSFORELAGGANDE_ERSATTNING(), "the first day is not verified.")),
    Since(date(2014, 1, 1), 38_000, BETALNINGSFORELAGGANDE("48 §", "SFS 2013:1062. The day the application arrived counts.")),
)
LEGAL_WORK_ASSISTANCE: Dated[int] = Dated(
    "own work with an application for assistance (handräckning), öre",
    Since(date(2006, 7, 1), 37_500, unsure(BETALNINGSFORELAGGANDE_ERSATTNING(), "the first day is not verified.")),
    Since(date(2014, 1, 1), 42_000, BETALNINGSFORELAGGANDE("48 §", "SFS 2013:1062. The day the application arrived counts.")),
)
ENFORCEMENT: Dated[int] = Dated(
    "basic fee of enforcement (grundavgift), öre",
    Since(
        date(2008, 1, 1), 60_000,
        unsure(KRONOFOGDENS_AVGIFTER("6 §"), "the same in the wordings of 2007 and 2017; confirm with Kronofogden."),
    ),
)  # fmt: skip

FEES: dict[str, Dated[int]] = {
    "reminder": REMINDER,
    "demand": DEMAND,
    "instalment-plan": INSTALMENT_PLAN,
    "late-payment": LATE_PAYMENT,
    "application": APPLICATION,
    "legal-work": LEGAL_WORK,
    "enforcement": ENFORCEMENT,
}
"""By the words of `fordran law fee`. The first four may be charged by us, the others are costs of the next instance."""

AGREEMENT = INKASSOKOSTNADSLAGEN("2 §")
CALLED_FOR = INKASSOKOSTNADSLAGEN("4 § 1 st.")
COMPENSATION = INKASSOKOSTNADSLAGEN("4 a §")
SET_OFF = unsure(
    INKASSOKOSTNADSLAGEN("5 §"),
    "the set-off of costs against the compensation was read in secondary sources; how it works when reminder and demand "
    "were charged first is our reading.",
)
ONCE = unsure(CALLED_FOR, "the act does not say 'once'; a second paid reminder or demand is not reasonably called for.")

TOPIC = Topic(
    "Costs",
    "Maxima by the day the measure is taken. VAT may not raise them. Costs bear no interest.",
    values=(REMINDER, DEMAND, INSTALMENT_PLAN, LATE_PAYMENT, APPLICATION, LEGAL_WORK, LEGAL_WORK_ASSISTANCE, ENFORCEMENT),
    rules=(
        Rule("No cost before the day after the moved due day, and none when nothing is owed.", CALLED_FOR),
        Rule(
            "Reminder: only if agreed at the latest when the debt arose. That day is the earliest known of the contract or "
            "delivery day and the invoice day; where neither is known the agreement is not proven and the reminder is free.",
            unsure(
                AGREEMENT,
                "whether business terms sent with an order confirmation are agreed in time must be judged case by case.",
            ),
        ),
        Rule(
            "One paid reminder for an invoice, for ever, waived or not; an earlier reminder by the creditor uses up the right.",
            ONCE,
        ),
        Rule(
            "The sum stated for an earlier reminder may be claimed if it was agreed in time, at most the maximum of its day.",
            AGREEMENT,
        ),
        Rule(
            "Demand: no agreement needed, once, and only for a letter with all that 5 § inkassolagen asks.", INKASSOLAGEN("5 §")
        ),
        Rule(
            "Claims of the same kind on one debtor that are ready the same day go in one letter with one cost of its kind.",
            unsure(FI_INKASSO, "rests on earlier guidance on joint demands."),
        ),
        Rule(
            "Instalment plan: one cost for a plan of the whole rest, in writing, made with the debtor.",
            INKASSOKOSTNADSLAGEN("3 § 2 p."),
        ),
        Rule(
            "Compensation for late payment: a creditor's choice; once for an invoice for goods or services, from business to "
            "business or to public body, contract from 2013-03-16 or later, when the right to default interest exists.",
            unsure(
                COMPENSATION, "rent of premises, housing cooperatives and associations need a lawyer's word and get none here."
            ),
        ),
        Rule(
            "Reminder + demand + plan + compensation = the larger of the compensation and reminder + demand + plan, in every "
            "order of events.",
            SET_OFF,
        ),
        Rule(
            "Nothing else may be charged: no telephone, no tracing, no commission, no administration.",
            INKASSOKOSTNADSLAGEN("5-6 §§"),
        ),
    ),
)


def debt_arose_on(claim: Claim) -> date | None:
    """The earliest known of contract, delivery and invoice day; None where none is known."""
    if claim.arose_on is None or claim.issued_on is None:
        return claim.arose_on or claim.issued_on
    return min(claim.arose_on, claim.issued_on)


@dataclass(frozen=True, slots=True)
class _Kind:
    step: StepKind | None
    reason: Reason
    taken: Reason


_KINDS = {
    CostKind.REMINDER: _Kind(StepKind.REMINDER, Reason.REMINDER_COST, Reason.REMINDER_COST_ALREADY_TAKEN),
    CostKind.DEMAND: _Kind(StepKind.DEMAND, Reason.DEMAND_COST, Reason.DEMAND_COST_ALREADY_TAKEN),
    CostKind.INSTALMENT_PLAN: _Kind(None, Reason.PLAN_COST, Reason.PLAN_COST_ALREADY_TAKEN),
}
_COLLECTION = tuple(_KINDS)


def cost_allowed(kind: CostKind, facts: CaseFacts, policy: Policy, today: date) -> CostAllowed | Finding:
    """The gate: how much of this cost may be put on the debt today, or why nothing may.

    Where a step may bear both, ask for the compensation first, and let `facts` carry what was just allowed.
    Raises NotInForce for a day before the first known amount.
    """
    moved = move_due(facts.claim.due_on).date
    if today <= moved:
        return finding(Reason.NOT_DUE_BY_LAW, CALLED_FOR, Level.LAW, due_on=facts.claim.due_on, moved_to=moved)
    if facts.capital_minor + facts.interest_open_minor <= 0 and facts.costs_open_minor <= 0:
        return finding(Reason.NOT_OPEN, CALLED_FOR, Level.LAW)
    if kind == CostKind.LATE_PAYMENT:
        return _compensation(facts, policy, today)
    if kind == CostKind.REMINDER and (no := _reminder_right_is_lacking(facts.claim)):
        return no
    if no := _has_been_taken(kind, facts):
        return no
    return _beside_compensation(kind, facts, today)


def _reminder_right_is_lacking(claim: Claim) -> Finding | None:
    if no := _not_agreed_in_time(claim):
        return no
    if claim.reminded_on is not None or claim.reminded_fee_minor:
        return finding(Reason.REMINDED_BEFORE_US, ONCE, Level.LAW, reminded_on=claim.reminded_on)
    return None


def _not_agreed_in_time(claim: Claim) -> Finding | None:
    """Why a reminder may cost nothing for want of an agreement (2 §)."""
    agreed, arose = claim.terms_agreed_on, debt_arose_on(claim)
    if agreed is None:
        return finding(Reason.REMINDER_COST_NOT_AGREED, AGREEMENT, Level.LAW, lack="agreement")
    if arose is None:
        return finding(Reason.REMINDER_COST_NOT_AGREED, AGREEMENT, Level.LAW, lack="debt_day", agreed_on=agreed)
    if agreed > arose:
        return finding(Reason.REMINDER_COST_AGREED_TOO_LATE, AGREEMENT, Level.LAW, agreed_on=agreed, arose_on=arose)
    return None


def _has_been_taken(kind: CostKind, facts: CaseFacts) -> Finding | None:
    """Once for ever: charged (waived or not), or the step was taken, if in a letter whose cost another case bears."""
    known = _KINDS[kind]
    if facts.was_charged(kind):
        return finding(known.taken, ONCE, Level.LAW)
    if known.step is not None and (step := facts.last_step(known.step)):
        return finding(known.taken, ONCE, Level.LAW, step_on=step.on)
    return None


def _beside_compensation(kind: CostKind, facts: CaseFacts, today: date) -> CostAllowed | Finding:
    """The whole maximum, or beside a compensation only what raises the larger of the two."""
    compensation = next((c for c in facts.costs if c.kind == CostKind.LATE_PAYMENT), None) if facts.costs else None
    entry = FEES[kind].since(today)
    if compensation is None:
        return _whole(kind, entry)
    most = LATE_PAYMENT.on(compensation.on)
    charged = sum(c.amount_minor for c in facts.costs)
    asked_before = sum(max(_contained(k, facts, compensation.on), _charged(k, facts)) for k in _COLLECTION if k != kind)
    part = min(entry.value, max(most, asked_before + entry.value) - charged)
    if part <= 0:
        return finding(
            Reason.CONTAINED_IN_COMPENSATION, SET_OFF, Level.LAW,
            kind=kind, cost_minor=entry.value, compensation_minor=most,
        )  # fmt: skip
    return _allowed(kind, _KINDS[kind].reason, part, entry)


@lru_cache(maxsize=256)
def _whole(kind: CostKind, entry: Since[int]) -> CostAllowed:
    return _allowed(kind, _KINDS[kind].reason, entry.value, entry)


def _charged(kind: CostKind, facts: CaseFacts) -> int:
    return sum(c.amount_minor for c in facts.costs if c.kind == kind)


def _contained(kind: CostKind, facts: CaseFacts, since: date) -> int:
    """What a cost or step since the compensation would have been without it; 0 where it would have been free."""
    if charged := [c.on for c in facts.costs if c.kind == kind and c.on >= since]:
        return FEES[kind].on(charged[0])
    step = _KINDS[kind].step
    taken = facts.last_step(step) if step else None
    if taken is None or taken.on < since or (kind == CostKind.REMINDER and _reminder_right_is_lacking(facts.claim)):
        return 0
    return FEES[kind].on(taken.on)


def _compensation(facts: CaseFacts, policy: Policy, today: date) -> CostAllowed | Finding:
    asked = policy.late_payment_compensation
    if not asked.value:
        return _not_asked(asked.level)
    if facts.was_charged(CostKind.LATE_PAYMENT):
        return finding(Reason.COMPENSATION_ALREADY_TAKEN, COMPENSATION, Level.LAW)
    if lack := _compensation_lacks(facts.claim, today):
        return finding(Reason.COMPENSATION_NOT_ALLOWED, COMPENSATION, Level.LAW, lack=lack)
    entry = LATE_PAYMENT.since(today)
    owed = sum(facts.cost_taken_minor(kind) for kind in _COLLECTION)
    if owed >= entry.value:
        return finding(Reason.COMPENSATION_NOT_ALLOWED, SET_OFF, Level.LAW, lack="costs_reach_it")
    before = {"taken_before_minor": owed} if owed else {}
    return _allowed(CostKind.LATE_PAYMENT, Reason.COMPENSATION, entry.value - owed, entry, **before)


@lru_cache(maxsize=16)
def _not_asked(level: Level) -> Finding:
    return finding(Reason.COMPENSATION_NOT_ASKED, COMPENSATION, level)


def _compensation_lacks(claim: Claim, today: date) -> str:
    """Which condition of 4 a § is not met; empty when all are."""
    arose, start = debt_arose_on(claim), first_interest_day(claim)
    conditions = {
        "creditor_business": claim.creditor_is_business,
        "debtor_business": claim.debtor in (DebtorKind.BUSINESS, DebtorKind.PUBLIC),
        "goods_services": claim.kind in (ClaimKind.GOODS_SERVICES, ClaimKind.ELECTRICITY),
        "debt_day": arose is not None,
        "old_contract": arose is not None and arose >= LATE_PAYMENT.values[0].in_force,
        "interest": start.on is not None and start.on <= today,
    }
    return next((name for name, holds in conditions.items() if not holds), "")


def _allowed(kind: CostKind, reason: Reason, amount: int, entry: Since[int], **facts: int) -> CostAllowed:
    found = finding(
        reason, entry.source, Level.LAW,
        amount_minor=amount, currency="SEK", most_minor=entry.value, in_force_since=entry.in_force, **facts,
    )  # fmt: skip
    return CostAllowed(kind, amount, found, entry.in_force)


def earlier_reminder_cost(claim: Claim) -> CostAllowed | Finding:
    """The fee the creditor stated for a reminder of its own: claimable with its date, if agreed in time, within the cap."""
    stated, on = claim.reminded_fee_minor, claim.reminded_on
    if not stated or on is None or on < move_due(claim.due_on).date + ONE_DAY:
        return finding(Reason.REMINDED_BEFORE_US, AGREEMENT, Level.LAW, reminded_on=on)
    if no := _not_agreed_in_time(claim):
        return no
    entry = REMINDER.since(on)
    amount = min(stated, entry.value)
    found = finding(
        Reason.EARLIER_REMINDER_COST, entry.source, Level.LAW,
        amount_minor=amount, currency="SEK", most_minor=entry.value, reminded_on=on,
    )  # fmt: skip
    return CostAllowed(CostKind.REMINDER, amount, found, entry.in_force)


def fee_source(kind: str, day: date) -> Since[int]:
    """The amount of `fordran law fee KIND --on DAY` with its source. Raises NotInForce before the first known value."""
    return FEES[kind].since(day)
