"""Facts decided -> tables: everything that a shard, or one click, changes is gathered here and written in a few statements."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

from fordran.cases.load import Loaded
from fordran.core.findings import Finding
from fordran.core.json_text import quick_json_text, slim_json_text
from fordran.core.reasons import Reason
from fordran.db.bulk import insert_many, next_ids, update_many
from fordran.ledger.post import Posting, post
from fordran.process.apply import CHARGES
from fordran.process.bookings import COST_OF_ACCOUNT, Account, Booking
from fordran.process.facts import CaseFacts, Stage, StepTaken
from fordran.process.outcomes import Act, Ask, Close, Outcome, Wait


def finding_as_row(found: Finding) -> list[Any]:
    """Reason, facts, level, act, section: as stored with a decision."""
    source = found.source
    return [found.reason, dict(found.facts), found.level, source.act if source else "", source.section if source else ""]


@dataclass(slots=True)
class Next:
    """What a case waits for after a decision, as shown in lists."""

    review_on: date | None
    kind: str
    on: date | None
    outcome: str
    reason: str
    barred_on: date | None = None


@dataclass(slots=True)
class CaseChange:
    """One case before and after; `bookings` in order."""

    before: Loaded
    facts: CaseFacts
    decisions: list[tuple[str, str, date | None, tuple[Finding, ...], CaseFacts]] = field(default_factory=list)
    bookings: list[tuple[Booking, int]] = field(default_factory=list)  # with the payment's number, 0 = none
    steps: list[tuple[StepTaken, int | None]] = field(default_factory=list)  # with the letter's id
    charges: list[tuple[Booking, int]] = field(default_factory=list)  # with the index of its step, -1 = none
    closed: Reason | None = None
    reopened: bool = False
    next: Next | None = None
    key: str = ""  # begins the ledger keys of a deed that is no decision
    deeds: int | None = None  # so many bookings are of the deed, the rest of the decision after it; None = all
    counted: tuple[int, str] | None = None  # how many decisions are stored, and the digest of the last, once written

    def book(self, bookings: Sequence[Booking], payment: int = 0) -> None:
        self.bookings += [(b, payment) for b in bookings]


_KINDS = {Act: "act", Wait: "wait", Ask: "ask", Close: "close"}


def outcome_name(outcome: Outcome) -> str:
    return _KINDS[type(outcome)]


def record(change: CaseChange, outcome: Outcome) -> None:
    """Remember the decision with the facts it was taken on; only what differs from the one before is stored."""
    step = outcome.step.kind if isinstance(outcome, Act) else ""
    if isinstance(outcome, Wait | Ask) and outcome.next_step:
        step = outcome.next_step.kind
    until = outcome.until if isinstance(outcome, Wait) else None
    change.decisions.append((outcome_name(outcome), step, until, outcome.because, change.facts))


def _digest(name: str, step: str, until: date | None, because: str) -> str:
    return hashlib.blake2b(f"{name}|{step}|{until}|{because}".encode(), digest_size=16).hexdigest()


def write_changes(cursor: CursorWrapper, creditor_id: int, changes: Sequence[CaseChange], today: date) -> None:
    """Write what was gathered, in the caller's transaction. Steps' letters must have been inserted before."""
    columns = ("creditor_id", "case_id", "number", "on", "outcome", "step", "until", "because", "facts")
    insert_many(cursor, "cases_decision", columns, _decisions(creditor_id, changes, today))
    _write_steps_and_charges(cursor, creditor_id, changes, today)
    post(cursor, creditor_id, _postings(changes), booked_on=today)
    _write_cases(cursor, changes, today)


def _postings(changes: Sequence[CaseChange]) -> Iterator[Posting]:
    for change in changes:
        number, _ = change.counted or (change.before.decisions, "")
        deeds = 0 if not change.key else len(change.bookings) if change.deeds is None else change.deeds
        for n, (booking, payment) in enumerate(change.bookings):
            key = f"{change.key} {n}" if n < deeds else f"case {change.before.id} decision {number} {n - deeds}"
            yield Posting(key, booking, change.before.id, payment)


def _decisions(creditor_id: int, changes: Sequence[CaseChange], today: date) -> Iterator[tuple[Any, ...]]:
    """The rows of decisions that differ from the one before; counts them in each change."""
    for change in changes:
        number, decided = change.counted or (change.before.decisions, change.before.decided)
        for name, step, until, because, facts in change.decisions:
            text = quick_json_text([finding_as_row(f) for f in because])
            digest = _digest(name, step, until, text)
            if digest == decided and name in ("wait", "ask"):
                continue
            number, decided = number + 1, digest
            yield creditor_id, change.before.id, number, today, name, step, until, text, slim_json_text(facts)
        change.counted = (number, decided)


def _write_steps_and_charges(cursor: CursorWrapper, creditor_id: int, changes: Sequence[CaseChange], today: date) -> None:
    ids = iter(next_ids(cursor, "cases_step", sum(len(c.steps) for c in changes)))
    steps, charges = [], []
    for change in changes:
        of_case = []
        for step, letter in change.steps:
            of_case.append(next(ids))
            steps.append(
                (of_case[-1], creditor_id, change.before.id, step.kind, today, step.on, step.last_day, step.sent,
                 step.asked_minor, step.interest_until, letter)
            )  # fmt: skip
        for booking, index in change.charges:
            charges.append(_charge_row(creditor_id, change, booking, of_case[index] if index >= 0 else None))
    columns = (
        "id", "creditor_id", "case_id", "kind", "decided_on", "on", "last_day", "sent", "asked_minor", "interest_until",
        "letter_id",
    )  # fmt: skip
    insert_many(cursor, "cases_step", columns, steps)
    charged = (
        "creditor_id", "case_id", "invoice_id", "step_id", "kind", "amount_minor", "currency", "on", "reason", "act", "section",
        "in_force", "waived_minor", "paid_minor",
    )  # fmt: skip
    insert_many(cursor, "cases_charge", charged, charges)


def _charge_row(creditor_id: int, change: CaseChange, booking: Booking, step: int | None) -> tuple[Any, ...]:
    source = booking.source
    if source is None or not source.act or not source.section:
        raise ValueError(f"no cost without its paragraph: {booking}")
    in_force = booking.because.fact("in_force_since") if booking.because else None
    return (
        creditor_id, change.before.id, change.before.invoice_id, step, COST_OF_ACCOUNT[booking.debit], booking.amount_minor,
        booking.currency, booking.on, booking.reason, source.act, source.section, in_force or booking.on, 0, 0,
    )  # fmt: skip


def charges_of(bookings: Sequence[Booking], step_index: int) -> list[tuple[Booking, int]]:
    """The bookings that put a new cost on the debt, each bound to its step."""
    return [(b, step_index) for b in bookings if b.reason in CHARGES and b.debit != Account.CLAIMS]


_CASE_COLUMNS = (
    ("id", "bigint"), ("stage", "text"), ("stage_on", "date"), ("capital_minor", "bigint"), ("interest_booked_minor", "bigint"),
    ("interest_minor", "bigint"), ("costs_minor", "bigint"), ("closed_on", "date"), ("closed_cause", "text"),
    ("review_on", "date"), ("next_kind", "text"), ("next_on", "date"), ("outcome", "text"), ("reason", "text"),
    ("decisions", "integer"), ("decided", "text"), ("stage_before", "text"),
    ("barred_on", "date"),
)  # fmt: skip


def _write_cases(cursor: CursorWrapper, changes: Sequence[CaseChange], today: date) -> None:
    rows, costs = [], []
    for change in changes:
        facts, before = change.facts, change.before
        stage, (stage_on, closed_on, cause, stage_before, barred_on) = before.facts.stage, before.stood
        if facts.stage != stage:
            stage_on = today
        if change.closed is not None:
            closed_on, cause, stage_before = today, change.closed, stage
        elif facts.stage != Stage.CLOSED:
            closed_on, cause = None, ""
        after = change.next
        decisions, decided = change.counted or (before.decisions, before.decided)
        shown = (after.review_on, after.kind, after.on, after.outcome, after.reason) if after else before.reviewed
        rows.append(
            (before.id, facts.stage, stage_on, facts.capital_minor, facts.interest_booked_minor, facts.interest_open_minor,
             facts.costs_open_minor, closed_on, cause, shown[0], shown[1], shown[2], shown[3], shown[4],
             decisions, decided, stage_before, after.barred_on if after else barred_on)
        )  # fmt: skip
        if facts.costs is not before.facts.costs:
            known = {cost.kind: (cost.waived_minor, cost.paid_minor) for cost in before.facts.costs}
            costs += [
                (before.id, cost.kind, cost.waived_minor, cost.paid_minor)
                for cost in facts.costs
                if known.get(cost.kind, (0, 0)) != (cost.waived_minor, cost.paid_minor)
            ]
    update_many(cursor, "cases_case", _CASE_COLUMNS, rows)
    _write_costs(cursor, costs)


def _write_costs(cursor: CursorWrapper, costs: Sequence[tuple[int, str, int, int]]) -> None:
    """What of each cost is waived and paid, kept beside the books."""
    if not costs:
        return
    cases, kinds, waived, paid = zip(*costs, strict=True)
    cursor.execute(
        """UPDATE cases_charge c SET waived_minor = v.waived, paid_minor = v.paid
           FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::bigint[]) AS v (case_id, kind, waived, paid)
           WHERE c.case_id = v.case_id AND c.kind = v.kind AND c.voided_on IS NULL
             AND (c.waived_minor, c.paid_minor) IS DISTINCT FROM (v.waived, v.paid)""",
        [list(cases), [str(kind) for kind in kinds], list(waived), list(paid)],
    )
