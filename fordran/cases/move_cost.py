"""When the case that bore a letter's cost falls, another case in the same letter may bear it, if the letter to it alone would
have justified the cost (decision 3 of the joint letter)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import connection

from fordran.cases.load import Loaded, load_cases
from fordran.cases.office import Office
from fordran.cases.write import CaseChange, charges_of, write_changes
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.process.apply import booked
from fordran.process.bookings import COST_ACCOUNT, Account, Booking
from fordran.process.country import CostAllowed
from fordran.process.facts import CostKind
from fordran.process.join import ONE_PER_LETTER

FALLS_WITH = (Reason.CREDITED, Reason.WITHDRAWN)
"""Causes of closing that say the claim was not owed: its costs fall, they are not paid or forgiven."""


def move_fallen_costs(office: Office, fallen: Sequence[int], today: date) -> list[int]:
    """For each case that fell: give the cost of its joint letters to the oldest running case that may bear it."""
    rows = run(
        """SELECT c.case_id, c.kind, c."on", s2.case_id FROM cases_charge c JOIN cases_step s ON s.id = c.step_id
           JOIN cases_step s2 ON s2.letter_id = s.letter_id AND s2.case_id <> c.case_id AND s2.voided_on IS NULL
           JOIN cases_case k ON k.id = s2.case_id AND k.stage <> 'closed'
           WHERE c.creditor_id = %s AND c.case_id = ANY(%s) AND c.voided_on IS NULL AND c.paid_minor = 0
             AND c.kind = ANY(%s) ORDER BY c.case_id, c.kind, k.due_on, k.id""",
        [office.creditor.pk, list(fallen), [str(kind) for kind in ONE_PER_LETTER]],
    )
    loaded = {c.id: c for c in load_cases(office.creditor.pk, sorted({row[3] for row in rows}), office.profile, lock=True)}
    changes: dict[int, CaseChange] = {}
    settled: set[tuple[int, str]] = set()
    for case, kind, on, heir in rows:
        if (case, kind) not in settled and _take_over(office, loaded[heir], changes, CostKind(kind), on, case):
            settled.add((case, kind))
    with connection.cursor() as cursor:
        write_changes(cursor, office.creditor.pk, list(changes.values()), today)
    return sorted(changes)


def _take_over(office: Office, heir: Loaded, changes: dict[int, CaseChange], kind: CostKind, on: date, fallen: int) -> bool:
    change = changes.get(heir.id) or CaseChange(heir, heir.facts, key=f"case {heir.id} takes over from case {fallen}")
    policy = office.book.policy(heir.person.key, heir.person.class_key)
    # Judged as on the letter's own day, when its step had not been taken yet.
    before = replace(change.facts, steps=tuple(s for s in change.facts.steps if s.on < on))
    answer = office.country.cost_allowed(kind, before, policy, on)
    if not isinstance(answer, CostAllowed):
        return False
    booking = Booking(
        COST_ACCOUNT[kind], Account.CLAIMS, answer.amount_minor, office.country.currency, on, answer.finding.reason,
        answer.finding.source, answer.finding,
    )  # fmt: skip
    change.facts = booked(change.facts, [booking])
    change.book([booking])
    change.charges += charges_of([booking], -1)
    changes[heir.id] = change
    return True
