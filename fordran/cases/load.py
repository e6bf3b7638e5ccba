"""Tables -> facts: the only code that builds `CaseFacts` from the database. The number of statements never grows."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from fordran.core.findings import Level
from fordran.core.law import Source
from fordran.core.made_often import made_often
from fordran.core.reasons import Reason
from fordran.db.bulk import numbers, run
from fordran.db.seals import unseal
from fordran.process.apply import movement
from fordran.process.bookings import COST_OF_ACCOUNT, Account
from fordran.process.facts import (
    CaseFacts,
    Claim,
    ClaimKind,
    Cost,
    CostKind,
    DebtorKind,
    Hold,
    HoldKind,
    Instruction,
    InstructionKind,
    Interruption,
    InterruptionKind,
    Movement,
    PaymentSeen,
    Stage,
    StepKind,
    StepTaken,
)
from fordran.process.items import Item, Person, SentTo, claim_of
from fordran.process.profile import CreditorProfile


@made_often
@dataclass(frozen=True, slots=True)
class Loaded:
    """A case as it is judged. `person` has a name; `facts` have none."""

    id: int
    number: str
    ocr: str
    customer_id: int
    invoice_id: int
    item: Item
    person: Person
    facts: CaseFacts
    decisions: int
    decided: str
    reviewed: tuple[Any, ...]  # review_on, next_kind, next_on, outcome, reason as stored
    stood: tuple[Any, ...]  # stage_on, closed_on, closed_cause, stage_before, barred_on as stored
    sealed: bytes | None = None
    creditor_id: int = 0

    def person_with_identity(self) -> Person:
        """Only a paper demand prints the number, so only then is it opened."""
        return replace(self.person, identity=unseal(self.sealed, self.creditor_id)) if self.sealed else self.person


ITEM_COLUMNS = (
    "i.number, i.kind, i.currency, i.amount_minor, i.open_minor, i.due_on, i.issued_on, i.arose_on, i.text, i.reference, "
    "i.credits, i.claim_kind, i.due_agreed, i.interest_text, i.interest_rate, i.terms_agreed_on, "
    # what the ledger says goes before what a person has marked (`invoices.reminded`)
    "coalesce(i.reminded_on, i.marked_reminded_on, i.marked_on), coalesce(i.reminded_fee_minor, i.marked_fee_minor), "
    "i.missing_since IS NOT NULL, CASE WHEN i.taken_by_other <> '' THEN 'other-agency' "
    "WHEN i.left_alone THEN 'left-alone' WHEN i.held_in_erp THEN 'held-in-erp' WHEN i.direct_debit THEN 'direct-debit' "
    "ELSE '' END, i.sent_to"
)
PERSON_COLUMNS = (
    "u.key, u.name, u.class_key, u.kind, u.identity_known, u.born_on, u.street, u.street2, u.postcode, u.town, u.country, "
    "u.email, u.language, u.protected, u.identity_sealed IS NOT NULL, u.left_alone"
)
ITEM_WIDTH, PERSON_WIDTH = 21, 16


# Looked up by their values, which is a third of the time of asking the type.
_CLAIMS = {str(kind): kind for kind in ClaimKind}
_DEBTORS = {str(kind): kind for kind in DebtorKind}
_STAGES = {str(stage): stage for stage in Stage}


def item_from(row: Sequence[Any]) -> Item:
    values: list[Any] = [*row[:11], _CLAIMS[row[11]], *row[12:ITEM_WIDTH]]
    if values[-1] is not None:
        values[-1] = SentTo(**json.loads(values[-1]))
    return Item(*values)


def person_from(row: Sequence[Any]) -> Person:
    key, name, class_key, kind, known, born_on, *rest = row
    return Person(key, name, class_key, _DEBTORS[kind], "", known, born_on, *rest)


def load_cases(creditor_id: int, ids: Sequence[int], profile: CreditorProfile, *, lock: bool = False) -> list[Loaded]:
    """The cases with these ids, in order of id; locked for this transaction if asked."""
    if not ids:
        return []
    heads = run(
        f"""SELECT c.id, c.number, c.ocr, c.customer_id, c.invoice_id, c.stage, c.opened_on, c.procedure_version,
                   c.opening_minor, c.interest_booked_minor, c.interest_minor, c.decisions, c.decided, c.heeds_after,
                   c.review_on, c.next_kind, c.next_on, c.outcome, c.reason, u.identity_sealed,
                   c.stage_on, c.closed_on, c.closed_cause, c.stage_before, c.barred_on, {ITEM_COLUMNS}, {PERSON_COLUMNS}
            FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id JOIN invoices_customer u ON u.id = c.customer_id
            WHERE c.creditor_id = %s AND c.id = ANY(%s::bigint[]) ORDER BY c.id {"FOR UPDATE OF c" if lock else ""}""",
        [creditor_id, numbers(ids)],
    )
    parts = _Parts(creditor_id, [row[0] for row in heads])
    excluded = _Excluded(creditor_id, ids, profile) if profile.exclusions else None
    return [_loaded(creditor_id, row, parts, profile, excluded) for row in heads]


def _loaded(creditor_id: int, row: Sequence[Any], parts: _Parts, profile: CreditorProfile, excluded: _Excluded | None) -> Loaded:
    case, number, ocr, customer_id, invoice_id, stage, opened_on, version, opening, booked, interest = row[:11]
    decisions, decided, heeds_after = row[11:14]
    item = item_from(row[25 : 25 + ITEM_WIDTH])
    person = person_from(row[25 + ITEM_WIDTH :]).written_to(item)
    claim = claim_of(item, person, profile)
    facts = CaseFacts(
        claim=claim, debtor=person.debtor(), stage=_STAGES[stage], opened_on=opened_on, opening_minor=opening,
        movements=parts.movements(case, claim), interest_booked_minor=booked, interest_open_minor=interest,
        costs=tuple(parts.costs[case]), steps=tuple(parts.steps[case]),
        holds=(
            *parts.holds[case],
            *(excluded.holds(case, person, opened_on) if excluded else ()),
            *_rests(item, person, opened_on),
        ),
        instructions=tuple(i for key, i in parts.instructions[case] if key > heeds_after),
        payments=parts.payments(case), interruptions=tuple(parts.interruptions[case]), procedure_version=version,
    )  # fmt: skip
    return Loaded(
        case, number, ocr, customer_id, invoice_id, item, person, facts, decisions, decided, tuple(row[14:19]), tuple(row[20:25]),
        bytes(row[19]) if row[19] is not None else None, creditor_id,
    )  # fmt: skip


class _Excluded:
    """Who is excluded is not chased: a running case of such a customer or class rests as long as the exclusion lasts, unless
    it was to go on (`Exemption`)."""

    def __init__(self, creditor_id: int, ids: Sequence[int], profile: CreditorProfile) -> None:
        self._until = {(row.level, row.key): row.until for row in profile.exclusions}
        self._exempt = {
            (case, Level(level), key)
            for case, level, key in run(
                """SELECT x.case_id, e.level, e.key FROM cases_exemption x JOIN creditors_exclusion e ON e.id = x.exclusion_id
                   WHERE x.creditor_id = %s AND x.case_id = ANY(%s::bigint[]) AND e.lifted_on IS NULL""",
                [creditor_id, numbers(ids)],
            )
        }

    def holds(self, case: int, person: Person, opened_on: date) -> tuple[Hold, ...]:
        mine = ((Level.CUSTOMER, person.key), (Level.CLASS, person.class_key))
        found = [key for key in mine if key in self._until and (case, *key) not in self._exempt]
        return tuple(Hold(HoldKind.EXCLUDED, opened_on, self._until[key]) for key in found)


def _rests(item: Item, person: Person, opened_on: date) -> tuple[Hold, ...]:
    """What the ERP wants left in peace rests as long as it says so."""
    kind = item.rests_with(person)
    return (Hold(kind, opened_on),) if kind else ()


class _Parts:
    """The rows that belong to the cases, one statement a table."""

    def __init__(self, creditor_id: int, ids: list[int]) -> None:
        self._transfers: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
        self.steps: dict[int, list[StepTaken]] = defaultdict(list)
        self.costs: dict[int, list[Cost]] = defaultdict(list)
        self.holds: dict[int, list[Hold]] = defaultdict(list)
        self.instructions: dict[int, list[tuple[int, Instruction]]] = defaultdict(list)
        self.interruptions: dict[int, list[Interruption]] = defaultdict(list)
        where = "WHERE creditor_id = %s AND case_id = ANY(%s::bigint[])"
        values = [creditor_id, numbers(ids)]
        for case, *transfer in run(
            """SELECT case_number, "on", reason, debit, credit, amount_minor, payment_number, booked_on FROM ledger_transfer
               WHERE creditor_id = %s AND case_number = ANY(%s::bigint[]) ORDER BY case_number, id""",
            values,
        ):
            self._transfers[case].append(tuple(transfer))
        for case, kind, *step in run(
            f"""SELECT case_id, kind, "on", last_day, sent, asked_minor, interest_until FROM cases_step {where}
                AND voided_on IS NULL ORDER BY case_id, id""",
            values,
        ):
            self.steps[case].append(StepTaken(StepKind(kind), *step))
        for case, kind, amount, on, waived, paid, act, section in run(
            f"""SELECT case_id, kind, amount_minor, "on", waived_minor, paid_minor, act, section FROM cases_charge {where}
                AND voided_on IS NULL ORDER BY case_id, id""",
            values,
        ):
            self.costs[case].append(Cost(CostKind(kind), amount, on, waived, paid, Source(act, section)))
        for case, kind, since, until in run(
            f"SELECT case_id, kind, since, until FROM cases_hold {where} AND lifted_on IS NULL ORDER BY case_id, id", values
        ):
            self.holds[case].append(Hold(HoldKind(kind), since, until))
        for case, key, kind, on in run(
            f'SELECT case_id, id, kind, "on" FROM cases_instruction {where} ORDER BY case_id, id', values
        ):
            self.instructions[case].append((key, Instruction(InstructionKind(kind), on)))
        for case, kind, on in run(f'SELECT case_id, kind, "on" FROM cases_interruption {where} ORDER BY case_id, id', values):
            self.interruptions[case].append(Interruption(InterruptionKind(kind), on))

    def movements(self, case: int, claim: Claim) -> tuple[Movement, ...]:
        if len(self._transfers[case]) == 1:  # the opening alone
            return ()
        found = []
        for on, reason, debit, credit, amount, _, _ in self._transfers[case]:
            if Account.CAPITAL in (debit, credit) and reason != Reason.CASE_OPENED:
                found.append(movement(on, amount if debit == Account.CAPITAL else -amount, Reason(reason), claim))
        return tuple(sorted(found, key=lambda m: m.on))

    def payments(self, case: int) -> tuple[PaymentSeen, ...]:
        """Payments and credits that still stand, put together from their transfers."""
        if len(self._transfers[case]) == 1:
            return ()
        seen: dict[int, dict[str, int]] = {}
        first: dict[int, tuple[date, str, date]] = {}
        for on, reason, debit, credit, amount, payment, booked_on in self._transfers[case]:
            if payment == 0 or reason not in _PAYS:
                continue
            part, sign = (credit, 1) if debit == Account.CLAIMS else (debit, -1)
            name = "costs" if part in COST_OF_ACCOUNT else str(part)
            split = seen.setdefault(payment, {})
            split[name] = split.get(name, 0) + sign * amount
            first.setdefault(payment, (on, reason, booked_on))
        found = []
        for payment, split in seen.items():
            total = sum(split.values())
            if total > 0:
                on, reason, learnt_on = first[payment]
                credited = reason == Reason.CREDIT_RECEIVED
                parts = tuple((name, minor) for name, minor in split.items() if minor)
                found.append(PaymentSeen(on, total, not credited, credited, parts, reason == Reason.PAID_TO_CREDITOR, learnt_on))
        return tuple(sorted(found, key=lambda p: p.on))


_PAYS = {
    Reason.PAYMENT_ALLOCATED, Reason.PAID_TO_CREDITOR, Reason.PAYMENT_REVERSED, Reason.CREDIT_RECEIVED, Reason.CREDIT_REVERSED,
}  # fmt: skip


def due_cases(creditor_id: int, today: date, first: int, last: int) -> list[int]:
    """Cases of customers `first`..`last` whose day has come, claimed for this transaction."""
    rows = run(
        """SELECT id FROM cases_case WHERE creditor_id = %s AND customer_id BETWEEN %s AND %s AND review_on <= %s
           ORDER BY id FOR UPDATE""",
        [creditor_id, first, last, today],
    )
    return [row[0] for row in rows]
