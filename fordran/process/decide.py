"""What is due for this claim today, and why. The only thing that may move a case."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import lru_cache

from fordran.core.findings import Finding, Level, finding
from fordran.core.law import Dated, LawError, NotYetKnown
from fordran.core.reasons import Reason
from fordran.process import country as card
from fordran.process.country import CostAllowed, Country, Limitation, Step
from fordran.process.facts import (
    CaseFacts,
    Cost,
    Hold,
    InstructionKind,
    Stage,
    StepKind,
    StepTaken,
)
from fordran.process.interest import interest_due
from fordran.process.outcomes import Act, Ask, Close, Outcome, Wait
from fordran.process.policy import Policy

REST_DAYS = 30
"""A small rest is shown this many days before it is written off (decision of the office, not of the law)."""

OWN_REMINDER_DAYS = 10
"""A reminder the creditor sent itself must be at least this old before a demand may be our first letter."""

NO_WAY_ROUND = {Reason.PERMIT_MISSING, Reason.PERMIT_EXPIRED, Reason.ADDRESS_ABROAD, Reason.PROTECTED_IDENTITY}
"""Obstacles that no "go on" removes: collecting for others without a permit is a crime (inkassolagen 2 and 17 §§), no demand
goes abroad, and a letter to somebody with protected identity is never a file of ours; a person writes it."""

AT_THE_AUTHORITY = (Stage.PAYMENT_ORDER, Stage.ENFORCEMENT)


def decide(facts: CaseFacts, policy: Policy, country: Country, today: date) -> Outcome:
    """Total: one of the four outcomes for every combination of facts; law not known that day becomes Wait or Ask."""
    try:
        return (
            _closed_or_settled(facts, policy, country, today)
            or _barred(facts, country, today)
            or _held(facts, today)
            or _advance(facts, policy, country, today)
        )
    except NotYetKnown as missing:
        return Wait(None, (finding(Reason.RATE_NOT_YET_KNOWN, level=Level.LAW, known_until=missing.known_until),))
    except LawError as missing:
        return Ask((finding(Reason.LAW_NOT_IN_FORCE, level=Level.LAW, what=str(missing)),))


# ---- settled, withdrawn, small rests ----------------------------------------------------------------------------


def _closed_or_settled(facts: CaseFacts, policy: Policy, country: Country, today: date) -> Outcome | None:
    if facts.stage == Stage.CLOSED:
        return Wait(None, ())
    for instruction in facts.instructions:
        if instruction.kind == InstructionKind.WITHDRAW:
            return Close(Reason.WITHDRAWN, (finding(Reason.WITHDRAWN, on=instruction.on),))
        if instruction.kind == InstructionKind.WRITE_OFF:
            return Close(Reason.WRITTEN_OFF, (finding(Reason.WRITTEN_OFF, on=instruction.on),))
        if instruction.kind == InstructionKind.SETTLED_AT_CREDITOR:
            return Close(Reason.SETTLED_AT_CREDITOR, (finding(Reason.SETTLED_AT_CREDITOR, on=instruction.on),))
    own_rest, costs_rest = facts.capital_minor + facts.interest_open_minor, facts.costs_open_minor
    if own_rest <= 0 and costs_rest <= 0:
        cause = _cause_of_settlement(facts)
        return Close(cause, (finding(cause),))
    return _small_rest(facts, policy, country, own_rest, costs_rest, today)


def _cause_of_settlement(facts: CaseFacts) -> Reason:
    if facts.payments and facts.payments[-1].credit:
        return Reason.CREDITED
    if facts.payments and facts.payments[-1].at_creditor:
        return Reason.PAID_TO_CREDITOR
    last = facts.last_step()
    in_time = last and last.last_day and facts.payments and facts.payments[-1].on <= last.last_day
    return Reason.PAID_IN_TIME if in_time else Reason.PAID


def _small_rest(
    facts: CaseFacts, policy: Policy, country: Country, own_rest: int, costs_rest: int, today: date
) -> Outcome | None:
    """Only for a claim of which something was paid or credited, while it came to us or before."""
    claim = facts.claim
    paid = sum([p.amount_minor for p in facts.payments])
    if paid <= 0 and facts.opening_minor >= claim.amount_minor:
        return None
    same = claim.currency == country.currency  # statutory costs are in the country's own
    rests = policy.creditor.rests_in(claim.currency)
    rest = own_rest + (costs_rest if same else 0)
    others_settled = same or costs_rest <= 0
    if 0 < rest < rests.tiny_minor and others_settled:
        found = finding(Reason.TINY_REST_WRITTEN_OFF, level=Level.GENERIC, rest_minor=rest, currency=claim.currency)
        return Close(Reason.TINY_REST_WRITTEN_OFF, (found,))
    if paid < facts.opening_minor:
        return None
    costs_small = same or costs_rest < policy.creditor.rests_in(country.currency).costs_minor
    if rest >= rests.costs_minor or not costs_small:
        return None
    until = max((p.on for p in facts.payments), default=today) + timedelta(days=REST_DAYS)
    found = finding(
        Reason.REST_LEFT_ALONE, level=Level.GENERIC, rest_minor=rest or costs_rest,
        currency=claim.currency if rest else country.currency, limit_minor=rests.costs_minor, until=until,
    )  # fmt: skip
    if today < until:
        return Wait(until, (found,))
    written = replace(found, reason=Reason.REST_WRITTEN_OFF)
    return Close(Reason.REST_WRITTEN_OFF, (written,))


# ---- limitation and holds ---------------------------------------------------------------------------------------


def limitation_of(facts: CaseFacts, country: Country, today: date) -> Limitation | Finding:
    """The limitation period, with the debtor's own payments counted as acknowledgements."""
    return country.limitation(facts.claim, facts.interruptions_known, today)


def _barred(facts: CaseFacts, country: Country, today: date) -> Outcome | None:
    period = limitation_of(facts, country, today)
    if isinstance(period, Finding) or today < period.barred_on:
        return None
    source = next((f.source for f in period.findings if f.source), None)
    found = finding(Reason.BARRED, source, Level.LAW, barred_on=period.barred_on, alive_until=period.alive_until)
    if facts.stage in AT_THE_AUTHORITY:  # the proceeding may have broken the period; only a person knows
        return Ask((found,))
    return Close(Reason.BARRED, (found,))


def holds_on(facts: CaseFacts, today: date) -> tuple[Hold, ...]:
    return tuple(h for h in facts.holds if h.since <= today and (h.until is None or today <= h.until))


def _held(facts: CaseFacts, today: date) -> Outcome | None:
    live = holds_on(facts, today)
    if not live:
        return None
    ends = [h.until for h in live]
    until = None if None in ends else max(end for end in ends if end is not None) + timedelta(days=1)
    return Wait(until, tuple(finding(Reason.HELD, kind=h.kind, since=h.since, until=h.until) for h in live))


# ---- the next step ----------------------------------------------------------------------------------------------


def _advance(facts: CaseFacts, policy: Policy, country: Country, today: date) -> Outcome:
    step = next_step(facts, policy, country, today)
    if step is None:
        return _end_of_the_road(facts)
    before = facts.last_step()
    if before is not None and not before.sent:
        return Wait(None, (finding(Reason.LETTER_NOT_SENT_YET, kind=before.kind),), step)
    earliest = earliest_day(step, facts, policy, country)
    if today < earliest:
        return Wait(earliest, (_patience(step, facts, policy, earliest),), step)
    if step.sends_letter and not country.is_banking_day(today):
        opens = country.next_banking_day(today)
        return Wait(opens, (finding(Reason.NOT_A_BANKING_DAY, until=opens),), step)
    if step.sends_letter and policy.creditor.sending_stopped:
        return Wait(None, (finding(Reason.CREDITOR_DISABLED),), step)
    obstacles = (*_permit(step, policy, today), *country.obstacles(step, facts, today))
    if barred := next((o for o in obstacles if o.reason == Reason.BARRED), None):
        # Where no first day is known: it arose no later than its due day, so the period is counted from there.
        return Close(Reason.BARRED, (barred,))
    if any(o.reason in NO_WAY_ROUND for o in obstacles) or (obstacles and not _told_to_go_on(facts)):
        return Ask(obstacles, step)
    return _act(step, facts, policy, country, today)


def _act(step: Step, facts: CaseFacts, policy: Policy, country: Country, today: date) -> Act:
    because = [finding(Reason.STEP_DUE, step.source, Level.LAW if step.source else Level.NONE, step=step.kind)]
    costs: list[CostAllowed] = []
    for kind in step.may_cost:
        answer = country.cost_allowed(kind, _with_costs(facts, costs, today), policy, today)
        if isinstance(answer, CostAllowed):
            costs.append(answer)
            because.append(answer.finding)
        else:
            because.append(answer)
    if step.sends_letter and step.kind != StepKind.NOTICE:
        interest_due(facts, country, today)  # raises here, before anything is written, if the rate is not known
    days = getattr(policy, step.pay_setting).value if step.pay_setting else 0
    last_day = country.last_day_to_pay(step.kind, today, days) if step.pay_setting else None
    return Act(step, last_day, tuple(costs), tuple(because))


def _with_costs(facts: CaseFacts, costs: list[CostAllowed], today: date) -> CaseFacts:
    """The facts as they are once the costs already allowed in this step are charged."""
    taken = tuple(Cost(c.kind, c.amount_minor, today) for c in costs)
    return replace(facts, costs=(*facts.costs, *taken)) if taken else facts


def next_step(facts: CaseFacts, policy: Policy, country: Country, today: date) -> Step | None:
    """The row of the procedure that comes next, whether or not its day has come. Next level only, never two at once."""
    version = facts.procedure_version or facts.opened_on or today
    rows = _rows(country.procedure, version, facts.stage)
    if facts.stage == Stage.OPEN:
        if policy.friendly_notice.value and facts.claim.reminded_on is None and StepKind.NOTICE in rows:
            return rows[StepKind.NOTICE]
        if _own_reminder_counts(facts, policy):
            return next((step for step in country.procedure.on(version) if step.kind == StepKind.DEMAND), None)
        return rows.get(StepKind.REMINDER)
    if facts.stage == Stage.AWAITING_CREDITOR:
        wanted = {InstructionKind.PAYMENT_ORDER: StepKind.PAYMENT_ORDER, InstructionKind.SURVEILLANCE: StepKind.SURVEILLANCE}
        given = [wanted[i.kind] for i in facts.instructions if i.kind in wanted]
        return rows.get(given[-1]) if given else None
    if StepKind.RESIDUAL in rows and _rest_after_part_payment(facts):
        return rows[StepKind.RESIDUAL]
    return next((rows[k] for k in (StepKind.REMINDER, StepKind.DEMAND, StepKind.AWAIT_CREDITOR) if k in rows), None)


@lru_cache(maxsize=1024)
def _rows(procedure: Dated[tuple[Step, ...]], version: date, stage: Stage) -> Mapping[StepKind, Step]:
    """The steps that lead on from a stage, by the table of that day."""
    return {step.kind: step for step in procedure.on(version) if stage in step.from_stages}


def _own_reminder_counts(facts: CaseFacts, policy: Policy) -> bool:
    return policy.after_own_reminder.value == "demand" and facts.claim.reminded_on is not None


def _rest_after_part_payment(facts: CaseFacts) -> bool:
    """Something was paid or credited that the latest letter did not count, and no letter has said what is left."""
    letter = _last_letter(facts)
    if letter is None or letter.kind == StepKind.RESIDUAL:
        return False
    return any(p.on >= letter.on or (p.learnt_on or p.on) > letter.on for p in facts.payments)


def _last_letter(facts: CaseFacts) -> StepTaken | None:
    return facts.last_step(StepKind.NOTICE, StepKind.REMINDER, StepKind.DEMAND, StepKind.RESIDUAL)


def earliest_day(step: Step, facts: CaseFacts, policy: Policy, country: Country) -> date:
    """The first day on which the step may be taken, a banking day where it sends a letter."""
    setting = getattr(policy, step.wait_setting).value if step.wait_setting else 0
    length = max(setting, step.wait_least)
    before = _last_letter(facts)
    if step.wait == card.Wait.DUE or before is None:
        earliest = max(
            facts.claim.due_on + timedelta(days=policy.days.value),
            country.move_due(facts.claim.due_on).date + timedelta(days=1),
        )
        if step.kind == StepKind.DEMAND and facts.claim.reminded_on is not None:
            earliest = max(earliest, facts.claim.reminded_on + timedelta(days=OWN_REMINDER_DAYS))
    elif step.wait == card.Wait.SENT:
        earliest = before.on + timedelta(days=length)
    else:
        earliest = country.add_banking_days(before.last_day or before.on, length)
    if facts.opened_on is not None:
        earliest = max(earliest, facts.opened_on)
    return country.next_banking_day(earliest) if step.sends_letter else earliest


def _patience(step: Step, facts: CaseFacts, policy: Policy, earliest: date) -> Finding:
    before = _last_letter(facts)
    level = getattr(policy, step.wait_setting).level if step.wait_setting else Level.LAW
    if before is None or step.wait == card.Wait.DUE:
        return finding(Reason.TOO_EARLY, step.source, level, step=step.kind, until=earliest)
    return finding(
        Reason.WAITS_FOR_LAST_DAY, step.source, level, step=step.kind, until=earliest,
        after=before.kind, last_day=before.last_day or before.on,
    )  # fmt: skip


def _permit(step: Step, policy: Policy, today: date) -> tuple[Finding, ...]:
    """An agency whose permit has run out sends no new demands from that day (inkassolagen 2 §)."""
    terms = policy.creditor
    if terms.mode != "agency" or step.kind == StepKind.AWAIT_CREDITOR:
        return ()
    if not terms.permit or terms.permit_until is None:
        return (finding(Reason.PERMIT_MISSING, level=Level.LAW),)
    if today > terms.permit_until:
        return (finding(Reason.PERMIT_EXPIRED, level=Level.LAW, permit_until=terms.permit_until),)
    return ()


def _told_to_go_on(facts: CaseFacts) -> bool:
    """A person answered the latest question with "go on". The step it allowed has used it up: a step always waits some days
    after the one before, so an answer of that one's own day was meant for that one."""
    last = facts.last_step()
    return any(i.kind == InstructionKind.GO_ON and (last is None or i.on > last.on) for i in facts.instructions)


def _end_of_the_road(facts: CaseFacts) -> Outcome:
    found = finding(Reason.END_OF_AUTOMATIC_PROCEDURE, stage=facts.stage)
    if facts.stage == Stage.AWAITING_CREDITOR:
        return Ask((found,))
    return Wait(None, (found,))
