"""Judge cases and carry out what was decided: a shard of thousands, or one case after a click; the same function.

Decision, charges, ledger entries, the composed letter and the step are written in the caller's transaction; nothing leaves
the house here. Sending happens afterwards, from the letter's row.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import chain
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from fordran.cases.compose import InLetter, compose
from fordran.cases.load import load_cases
from fordran.cases.move_cost import FALLS_WITH, move_fallen_costs
from fordran.cases.office import Office
from fordran.cases.write import CaseChange, Next, charges_of, outcome_name, record, write_changes
from fordran.core.many import FEW, many_objects
from fordran.core.reasons import Reason
from fordran.db.bulk import insert_many, next_ids
from fordran.formats.ocr import make_ocr
from fordran.letters.store import digest, to_json
from fordran.process.again import look_again
from fordran.process.apply import booked
from fordran.process.carry_out import carry_out
from fordran.process.country import Country
from fordran.process.decide import decide, earliest_day, next_step
from fordran.process.facts import CaseFacts, Stage
from fordran.process.join import Ready, join_letters
from fordran.process.letter import LetterContent
from fordran.process.outcomes import Act, Ask, Close, Outcome, Wait
from fordran.process.policy import Policy
from fordran.process.settle import write_off


@dataclass(slots=True)
class Reviewed:
    cases: int = 0
    letters: int = 0
    closed: int = 0
    asks: int = 0


LetterRows = tuple[tuple[Any, ...], list[tuple[Any, ...]]]
"""The row of a letter, and one for each case in it: what it says is text at once, so that a shard of thousands stays small."""


@dataclass(slots=True)
class _Desk:
    """What one review gathers before it is written."""

    office: Office
    today: date
    changes: dict[int, CaseChange] = field(default_factory=dict)
    policies: dict[int, Policy] = field(default_factory=dict)
    letters: int = 0


def review_cases(office: Office, ids: Sequence[int], today: date) -> Reviewed:
    """Decide these cases again, under lock, and do what was decided. Must run inside a transaction."""
    if len(ids) < FEW:
        return _review(office, ids, today)
    with many_objects():
        return _review(office, ids, today)


def _review(office: Office, ids: Sequence[int], today: date) -> Reviewed:
    cases = load_cases(office.creditor.pk, ids, office.profile, lock=True)
    return review_changes(office, (CaseChange(case, case.facts) for case in cases), today)


def review_changes(office: Office, changes: Iterable[CaseChange], today: date) -> Reviewed:
    """As `review_cases`, for cases that are loaded and locked already and to which something may have happened: that is
    written together with what is decided."""
    desk = _Desk(office, today)
    ready: list[Ready] = []
    for change in changes:
        loaded = change.before
        policy = office.book.policy(loaded.person.key, loaded.person.class_key)
        desk.changes[loaded.id] = change
        desk.policies[loaded.id] = policy
        change.deeds = len(change.bookings)
        act = _judge(desk, change, policy)
        if act is not None:
            ready.append(Ready(loaded.id, loaded.customer_id, change.facts, act, loaded.person.address()))
    with connection.cursor() as cursor:
        groups = join_letters(ready)
        ids = next_ids(cursor, "letters_letter", len(groups))
        desk.letters = _insert_rows(cursor, _compose_letters(desk, zip(ids, groups, strict=True)))
        write_changes(cursor, office.creditor.pk, list(desk.changes.values()), today)
    fell = [c.before.id for c in desk.changes.values() if c.closed in FALLS_WITH]
    if fell:
        heirs = move_fallen_costs(office, fell, today)
        review_cases(office, heirs, today)
    closed = sum(1 for c in desk.changes.values() if c.closed is not None)
    asks = sum(1 for c in desk.changes.values() if c.next and c.next.outcome == "ask")
    return Reviewed(len(desk.changes), desk.letters, closed, asks)


def _judge(desk: _Desk, change: CaseChange, policy: Policy) -> Act | None:
    """Decide until the case rests; an Act that sends a letter is handed back, to be joined with others."""
    country, today = desk.office.country, desk.today
    for _ in range(4):
        outcome = decide(change.facts, policy, country, today)
        if isinstance(outcome, Act) and outcome.step.sends_letter:
            return outcome
        record(change, outcome)
        if isinstance(outcome, Close):
            close(change, outcome, country, today)
            return None
        if not isinstance(outcome, Act):
            change.next = rest(change.facts, outcome, policy, country, today)
            return None
        done = carry_out(change.facts, outcome, country, today)
        change.facts = done.facts
        change.book(done.bookings)
        change.steps.append((done.step, None))
    raise AssertionError(f"case {change.before.number} did not come to rest on {today}")


def close(change: CaseChange, outcome: Close, country: Country, today: date) -> None:
    bookings = write_off(change.facts, today, country.currency, outcome.cause)
    change.book(bookings)
    change.facts = replace(booked(change.facts, bookings), stage=Stage.CLOSED)
    change.closed = outcome.cause
    change.next = Next(None, "", None, "close", outcome.cause)


def rest(facts: CaseFacts, outcome: Outcome, policy: Policy, country: Country, today: date) -> Next:
    """When to look again, and what a list shows as the next step."""
    look = look_again(facts, outcome, country, today)
    reason = outcome.because[0].reason if outcome.because else ""
    step = outcome.next_step if isinstance(outcome, Wait | Ask) else None
    shown = look.until
    if step is None and reason == Reason.HELD and shown is not None:
        step = next_step(facts, policy, country, today)
        shown = max(shown, earliest_day(step, facts, policy, country)) if step else shown
    return Next(look.on, step.kind if step else "", shown, outcome_name(outcome), reason, look.barred_on)


# ---- letters ----------------------------------------------------------------------------------------------------


def _compose_letters(desk: _Desk, groups: Iterable[tuple[int, Sequence[Ready]]]) -> Iterator[LetterRows]:
    """One letter is composed while the server writes those before it."""
    for letter_id, group in groups:
        if (rows := _compose_letter(desk, letter_id, group)) is not None:
            yield rows


def _compose_letter(desk: _Desk, letter_id: int, group: Sequence[Ready]) -> LetterRows | None:
    """Carry out the step for every case of a letter and compose it; a letter the law finds lacking asks a person instead."""
    country, today = desk.office.country, desk.today
    done = [(desk.changes[r.case], r, carry_out(r.facts, r.act, country, today)) for r in group]
    first = done[0][0].before
    kind = str(group[0].act.step.kind)
    content = compose(
        profile=desk.office.profile, country=country, kind=kind,
        person=first.person_with_identity() if kind == "demand" else first.person,
        cases=[InLetter(c.before.number, c.before.ocr, c.before.item, d.facts) for c, _, d in done],
        dated_on=today, last_day=group[0].act.last_day, number=letter_number(today, letter_id),
        ocr=first.ocr if len(done) == 1 else letter_ocr(letter_id),
    )  # fmt: skip
    defects = country.letter_defects(content)
    if defects:
        for change, ready, _ in done:
            outcome = Ask(defects, ready.act.step)
            record(change, outcome)
            change.next = rest(change.facts, outcome, desk.policies[ready.case], country, today)
        return None
    for change, ready, carried in done:
        record(change, ready.act)
        change.facts = carried.facts
        change.book(carried.bookings)
        change.charges += charges_of(carried.bookings, len(change.steps))
        change.steps.append((carried.step, letter_id))
        waits = decide(change.facts, desk.policies[ready.case], country, today)
        change.next = rest(change.facts, waits, desk.policies[ready.case], country, today)
    parts = [(change.before.id, carried.step.asked_minor) for change, _, carried in done]
    return _letter_rows(desk.office.creditor.pk, letter_id, content, first.customer_id, parts)


def letter_number(today: date, letter_id: int) -> str:
    return f"B{today.year}-{letter_id:06d}"


def case_number(today: date, number: int) -> str:
    return f"{today.year}-{number:06d}"


def letter_ocr(letter_id: int) -> str:
    """Letters and cases draw from one number space: 2 begins a letter's, 1 a case's. Never reused."""
    return make_ocr(f"2{letter_id:08d}")


def case_ocr(case_id: int) -> str:
    return make_ocr(f"1{case_id:08d}")


def insert_letters(
    cursor: CursorWrapper, creditor_id: int, letters: Sequence[tuple[int, LetterContent, int, Sequence[tuple[int, int]]]]
) -> None:
    """`letters` are (id, content, customer, [(case, asked öre)])."""
    _insert_rows(cursor, [_letter_rows(creditor_id, *letter) for letter in letters])


def _letter_rows(
    creditor_id: int, letter_id: int, content: LetterContent, customer: int, cases: Sequence[tuple[int, int]]
) -> LetterRows:
    text = to_json(content)
    currency = content.claims[0].currency
    row = (
        letter_id, creditor_id, content.number, content.kind, content.language, customer, content.dated_on, content.last_day,
        currency, dict(content.totals()).get(currency, 0), content.pay.ocr, text, digest(text), "composed", "", "",
    )  # fmt: skip
    return row, [(creditor_id, letter_id, case, asked) for case, asked in cases]


def _insert_rows(cursor: CursorWrapper, letters: Iterable[LetterRows]) -> int:
    """How many letters there were."""
    columns = (
        "id", "creditor_id", "number", "kind", "language", "customer_id", "dated_on", "last_day", "currency", "total_minor",
        "ocr", "content", "sha256", "state", "approved_by", "void_reason",
    )  # fmt: skip
    parts: list[list[tuple[Any, ...]]] = []

    def rows() -> Iterator[tuple[Any, ...]]:
        for row, of_cases in letters:
            parts.append(of_cases)
            yield row

    insert_many(cursor, "letters_letter", columns, rows())
    of_cases = ("creditor_id", "letter_id", "case_number", "asked_minor")
    insert_many(cursor, "letters_lettercase", of_cases, chain.from_iterable(parts))
    return len(parts)
