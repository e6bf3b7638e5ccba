"""Take back letters that have not left: as if they had never been written. Their steps and costs go with them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import connection

from fordran.cases.load import Loaded, load_cases
from fordran.cases.office import Office
from fordran.cases.write import CaseChange, write_changes
from fordran.core.reasons import Reason
from fordran.db.bulk import numbers, run
from fordran.process.bookings import COST_ACCOUNT, Booking, change_of_claim
from fordran.process.facts import Cost, Stage, StepKind, StepTaken


def void_unsent(office: Office, ids: Sequence[int], today: date, reason: Reason = Reason.LETTER_VOIDED) -> list[int]:
    """Void every letter of these cases that is composed or approved and has not begun to leave. The cases that shared
    them, whose step is taken back too."""
    if not ids:
        return []
    # Whoever else works on these cases may be writing a new letter of theirs: wait for that, then look.
    run(
        """SELECT id FROM cases_case WHERE id IN (
               SELECT unnest(%(ids)s::bigint[]) UNION ALL
               SELECT shared.case_id FROM cases_step s JOIN cases_step shared ON shared.letter_id = s.letter_id
               JOIN letters_letter l ON l.id = s.letter_id AND l.state IN ('composed', 'approved')
               WHERE s.case_id = ANY(%(ids)s::bigint[]))
           ORDER BY id FOR UPDATE""",
        {"ids": numbers(ids)},
    )
    letters = run(
        """SELECT DISTINCT l.id FROM cases_step s JOIN letters_letter l ON l.id = s.letter_id
           WHERE s.creditor_id = %s AND s.case_id = ANY(%s::bigint[]) AND s.voided_on IS NULL
             AND l.state IN ('composed', 'approved')
             AND NOT EXISTS (SELECT 1 FROM letters_dispatch d WHERE d.letter_id = l.id
                             AND d.state IN ('sending', 'sent', 'ambiguous'))
           ORDER BY l.id""",
        [office.creditor.pk, numbers(ids)],
    )
    return void_letters(office, lock_unsent([row[0] for row in letters]), today, reason)


def lock_unsent(letters: Sequence[int]) -> list[int]:
    """Of these letters those that still have not begun to leave, locked: no sender may take them now, and nobody else can
    void them at the same time. Everywhere cases are locked before letters, and both in order of id."""
    if not letters:
        return []
    lock_cases_of(letters)
    run("SELECT id FROM letters_letter WHERE id = ANY(%s) ORDER BY id FOR UPDATE", [list(letters)])
    rows = run(
        """SELECT l.id FROM letters_letter l WHERE l.id = ANY(%s) AND l.state IN ('composed', 'approved')
             AND NOT EXISTS (SELECT 1 FROM letters_dispatch d WHERE d.letter_id = l.id
                             AND d.state IN ('reserved', 'sending', 'sent', 'ambiguous')) ORDER BY l.id""",
        [list(letters)],
    )
    return [row[0] for row in rows]


def lock_cases_of(letters: Sequence[int]) -> None:
    run(
        """SELECT id FROM cases_case WHERE id IN (SELECT case_id FROM cases_step WHERE letter_id = ANY(%s))
           ORDER BY id FOR UPDATE""",
        [list(letters)],
    )


def void_letters(office: Office, letters: Sequence[int], today: date, reason: Reason = Reason.LETTER_VOIDED) -> list[int]:
    """Void these letters, sent or not, with their steps and costs. The ids of their cases, to be decided again."""
    if not letters:
        return []
    creditor = office.creditor.pk
    steps = run(
        """SELECT s.case_id, s.id, s.kind, s.letter_id FROM cases_step s
           WHERE s.creditor_id = %s AND s.letter_id = ANY(%s) AND s.voided_on IS NULL ORDER BY s.case_id, s.id""",
        [creditor, list(letters)],
    )
    cases = sorted({row[0] for row in steps})
    taken_back: dict[int, list[tuple[str, int]]] = {}
    for case, _, kind, letter in steps:
        taken_back.setdefault(case, []).append((kind, letter))
    loaded = load_cases(creditor, cases, office.profile, lock=True)
    charged = run(
        """SELECT case_id, kind, waived_minor = 0 AND paid_minor = 0 FROM cases_charge
           WHERE creditor_id = %s AND step_id = ANY(%s) AND voided_on IS NULL""",
        [creditor, [row[1] for row in steps]],
    )
    # A cost of which something was paid or waived stays on the case with the rest waived, so that it is not asked twice.
    fallen = {(case, kind): untouched for case, kind, untouched in charged}
    changes = [_voided(c, taken_back[c.id], fallen, office.country.currency, today) for c in loaded]
    with connection.cursor() as cursor:
        # Steps and costs go first: then the same kind of cost may be charged anew.
        cursor.execute(
            """UPDATE cases_charge SET voided_on = %s WHERE creditor_id = %s AND voided_on IS NULL AND step_id = ANY(%s)
               AND waived_minor = 0 AND paid_minor = 0""",
            [today, creditor, [row[1] for row in steps]],
        )
        cursor.execute("UPDATE cases_step SET voided_on = %s WHERE id = ANY(%s)", [today, [row[1] for row in steps]])
        cursor.execute(
            """UPDATE letters_letter SET state = 'voided', voided_on = %s, void_reason = %s
               WHERE creditor_id = %s AND id = ANY(%s)""",
            [today, reason, creditor, list(letters)],
        )
        write_changes(cursor, creditor, changes, today)
        cursor.execute("UPDATE cases_case SET review_on = %s WHERE id = ANY(%s) AND stage <> 'closed'", [today, cases])
    return cases


def _voided(
    loaded: Loaded, taken_back: Sequence[tuple[str, int]], fallen: dict[tuple[int, str], bool], currency: str, today: date
) -> CaseChange:
    facts = loaded.facts
    bookings: list[Booking] = []
    kept: list[Cost] = []
    for cost in facts.costs:
        untouched = fallen.get((loaded.id, str(cost.kind)))
        if untouched is None:
            kept.append(cost)
            continue
        open_minor = cost.amount_minor - cost.waived_minor - cost.paid_minor
        reason = Reason.LETTER_VOIDED if untouched else Reason.COST_WAIVED
        bookings += change_of_claim(COST_ACCOUNT[cost.kind], -open_minor, currency, today, reason)
        if not untouched:
            kept.append(replace(cost, waived_minor=cost.waived_minor + open_minor))
    steps = list(facts.steps)
    for kind, _ in taken_back:
        last = max(n for n, step in enumerate(steps) if step.kind == kind)
        del steps[last]
    stage = facts.stage if facts.stage == Stage.CLOSED else _stage_after(steps)
    key = f"case {loaded.id} voided letter {taken_back[0][1]}"
    change = CaseChange(loaded, replace(facts, costs=tuple(kept), steps=tuple(steps), stage=stage), key=key)
    change.book(bookings)
    return change


def _stage_after(steps: Sequence[StepTaken]) -> Stage:
    """The stage that the remaining steps lead to; a residual claim moves no stage."""
    moved = [step.kind for step in steps if step.kind in STAGE_OF]
    return STAGE_OF[moved[-1]] if moved else Stage.OPEN


STAGE_OF = {
    StepKind.NOTICE: Stage.NOTICED, StepKind.REMINDER: Stage.REMINDED, StepKind.DEMAND: Stage.DEMANDED,
    StepKind.AWAIT_CREDITOR: Stage.AWAITING_CREDITOR, StepKind.PAYMENT_ORDER: Stage.PAYMENT_ORDER,
    StepKind.SURVEILLANCE: Stage.SURVEILLANCE,
}  # fmt: skip
