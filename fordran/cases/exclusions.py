"""Excluding many at once, and what becomes of the cases that run: they go on, rest, or are withdrawn."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from fordran.audit.record import record_event
from fordran.cases.acts import review_now
from fordran.cases.models import Instruction
from fordran.cases.office import open_office
from fordran.core.problems import Problem, Refused
from fordran.countries import registry
from fordran.creditors.keys import stored_key
from fordran.creditors.models import Creditor, Exclusion
from fordran.db.bulk import run
from fordran.invoices.models import Customer
from fordran.process.facts import InstructionKind

GO_ON, PAUSE, WITHDRAW = "go-on", "pause", "withdraw"
RUNNING = (GO_ON, PAUSE, WITHDRAW)
"""What is to become of running cases of those who are excluded."""

_AT_A_TIME = 2_000


@dataclass(frozen=True, slots=True)
class Wanted:
    """Somebody to be left out. `level`: customer or class; `key`: customer number or class as the ledger has it."""

    level: str
    key: str
    reason: str = ""
    until: date | None = None  # last day; None = until lifted


@dataclass(frozen=True, slots=True)
class Running:
    """Cases under way of those that are to be excluded. Sums in öre of those in SEK."""

    ids: tuple[int, ...] = ()
    capital_minor: int = 0
    interest_and_costs_minor: int = 0

    def __len__(self) -> int:
        return len(self.ids)


@dataclass(frozen=True, slots=True)
class Excluded:
    excluded: int = 0
    already: int = 0
    cases: int = 0


def as_stored(creditor: Creditor, wanted: Iterable[Wanted]) -> list[Wanted]:
    """Keys as the tables have them, each once; a later line about the same one holds."""
    card = registry.country(creditor.country)
    found: dict[tuple[str, str], Wanted] = {}
    for one in wanted:
        key = stored_key(one.key.strip(), card) if one.level == "customer" else one.key.strip()
        found[one.level, key] = Wanted(one.level, key, one.reason.strip(), one.until)
    return list(found.values())


def not_in_ledger(creditor: Creditor, wanted: Iterable[Wanted]) -> set[tuple[str, str]]:
    """Those of `wanted` (as stored) that the ledger's mirror has no customer for, as (level, key). Two statements."""
    asked = {(one.level, one.key) for one in wanted}
    known: set[tuple[str, str]] = set()
    for level, column in (("customer", "key"), ("class", "class_key")):
        keys = [key for of, key in asked if of == level]
        rows = Customer.objects.filter(creditor=creditor, **{f"{column}__in": keys}).values_list(column, flat=True).distinct()
        known |= {(level, key) for key in rows} if keys else set()
    return asked - known


def excluded_before(creditor: Creditor, wanted: Iterable[Wanted], today: date) -> set[tuple[str, str]]:
    """Those of `wanted` (as stored) that are left out today already, as (level, key)."""
    asked = {(one.level, one.key) for one in wanted}
    live = creditor.exclusions.filter(lifted_on=None, key__in=[key for _, key in asked])
    return asked & {(row.level, row.key) for row in live if row.until_on is None or row.until_on >= today}


def running_of(creditor: Creditor, wanted: Iterable[Wanted]) -> Running:
    """Cases under way of the customers and classes (as stored)."""
    asked = [(one.level, one.key) for one in wanted]
    rows = run(
        """SELECT c.id, c.currency, c.capital_minor, c.interest_minor, c.costs_minor
           FROM cases_case c JOIN invoices_customer u ON u.id = c.customer_id
           WHERE c.creditor_id = %s AND c.stage <> 'closed'
             AND (u.key = ANY(%s) OR u.class_key = ANY(%s)) ORDER BY c.id""",
        [creditor.pk, [key for level, key in asked if level == "customer"], [key for level, key in asked if level == "class"]],
    )
    kronor = [row for row in rows if row[1] == "SEK"]
    return Running(tuple(row[0] for row in rows), sum(row[2] for row in kronor), sum(row[3] + row[4] for row in kronor))


@transaction.atomic
def exclude_many(creditor: Creditor, wanted: Sequence[Wanted], *, running: str, by: str, today: date) -> Excluded:
    """Leave them out from today, and do with their running cases as `running` says. Who is left out already stays as it was.

    Raises Refused when nothing is wanted, an end lies behind, or the ledger does not know one of them.
    """
    wanted = as_stored(creditor, wanted)
    _check(creditor, wanted, running, today)
    Creditor.objects.select_for_update().get(pk=creditor.pk)  # two at once: the second sees what the first did
    before = excluded_before(creditor, wanted, today)
    fresh = [one for one in wanted if (one.level, one.key) not in before]
    if not fresh:
        return Excluded(already=len(before))
    for level in ("customer", "class"):  # an exclusion that has run out gives way
        keys = [one.key for one in fresh if one.level == level]
        creditor.exclusions.filter(level=level, key__in=keys, lifted_on=None, until_on__lt=today).update(lifted_on=today)
    made = Exclusion.objects.bulk_create(
        [
            Exclusion(creditor=creditor, level=one.level, key=one.key, reason=one.reason, until_on=one.until, placed_by=by,
                      from_on=today)
            for one in fresh
        ],
        batch_size=_AT_A_TIME,
    )  # fmt: skip
    cases = running_of(creditor, fresh).ids
    _record(creditor, fresh, running if cases else "", len(cases), by, today)
    if running == GO_ON:
        _exempt(creditor, cases, made)
    else:
        if running == WITHDRAW:
            _withdraw(creditor, cases, by, today)
        office = open_office(creditor)
        for first in range(0, len(cases), _AT_A_TIME):
            review_now(office, cases[first : first + _AT_A_TIME], today)
    return Excluded(len(fresh), len(before), len(cases))


def _check(creditor: Creditor, wanted: Sequence[Wanted], running: str, today: date) -> None:
    if running not in RUNNING:
        raise Refused(f"{running!r} is not one of {', '.join(RUNNING)}", field="running")
    if not wanted:
        raise Refused("name a customer or a class", field="key")
    problems = [
        Problem(one.key, "until", f"the exclusion would end on {one.until}, before it begins on {today}")
        for one in wanted
        if one.until is not None and one.until < today
    ]
    problems += [
        Problem(key, "key", f"the ledger has no {level} {key}") for level, key in sorted(not_in_ledger(creditor, wanted))
    ]
    if problems:
        raise Refused(problems)


def _record(creditor: Creditor, fresh: Sequence[Wanted], running: str, cases: int, by: str, today: date) -> None:
    """One event however many: their numbers stand in it. Reasons stand in the exclusions, since they are free text."""
    for level in ("customer", "class"):
        keys = [one.key for one in fresh if one.level == level]
        untils = {one.until for one in fresh if one.level == level}
        if keys:
            record_event(
                creditor.pk, today, by, "excluded", keys[0] if len(keys) == 1 else "", level=level, running=running, cases=cases,
                keys=keys if len(keys) > 1 else None, until=untils.pop() if len(untils) == 1 else None,
            )  # fmt: skip


def _exempt(creditor: Creditor, cases: Sequence[int], made: Sequence[Exclusion]) -> None:
    """Each case is let go by whichever of the new exclusions meets it."""
    run(
        """INSERT INTO cases_exemption (creditor_id, case_id, exclusion_id)
           SELECT c.creditor_id, c.id, e.id FROM cases_case c JOIN invoices_customer u ON u.id = c.customer_id
           JOIN creditors_exclusion e ON e.creditor_id = c.creditor_id AND e.id = ANY(%s)
             AND ((e.level = 'customer' AND e.key = u.key) OR (e.level = 'class' AND e.key = u.class_key))
           WHERE c.creditor_id = %s AND c.id = ANY(%s) ON CONFLICT DO NOTHING""",
        [[one.pk for one in made], creditor.pk, list(cases)],
    )


def _withdraw(creditor: Creditor, cases: Sequence[int], by: str, today: date) -> None:
    Instruction.objects.bulk_create(
        [Instruction(creditor=creditor, case_id=case, kind=InstructionKind.WITHDRAW, on=today, by=by) for case in cases],
        batch_size=_AT_A_TIME,
    )
