"""What an act will do, before it is done: the act itself runs, the difference is read, and everything is taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction

from fordran.cases.models import Case
from fordran.db.bulk import run


@dataclass(frozen=True, slots=True)
class Snapshot:
    stage: str
    capital_minor: int
    interest_minor: int
    costs_minor: int
    next_kind: str
    next_on: object
    closed_cause: str
    letters_waiting: int


@dataclass(frozen=True, slots=True)
class Consequence:
    """Before and after an act. `currency` is the claim's; costs are in SEK."""

    before: Snapshot
    after: Snapshot
    currency: str

    @property
    def closes(self) -> bool:
        return self.after.stage == "closed" and self.before.stage != "closed"

    @property
    def letters_taken_back(self) -> int:
        return max(0, self.before.letters_waiting - self.after.letters_waiting)


class _Undo(Exception):
    pass


def consequence_of(case: Case, act: Callable[[], object]) -> Consequence:
    """Run `act` (a call of one of the acts on this case) and take it back. Raises Refused as the act does."""
    before = _snapshot(case)
    after: list[Snapshot] = []
    try:
        with transaction.atomic():
            act()
            after.append(_snapshot(case))
            raise _Undo
    except _Undo:
        pass
    return Consequence(before, after[0], case.currency)


def _snapshot(case: Case) -> Snapshot:
    rows = run(
        """SELECT c.stage, c.capital_minor, c.interest_minor, c.costs_minor, c.next_kind, c.next_on, c.closed_cause,
                  (SELECT count(*) FROM letters_lettercase k JOIN letters_letter l ON l.id = k.letter_id
                   WHERE k.creditor_id = c.creditor_id AND k.case_number = c.id AND l.state IN ('composed', 'approved'))
           FROM cases_case c WHERE c.id = %s""",
        [case.pk],
    )
    return Snapshot(*rows[0])
