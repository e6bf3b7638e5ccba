"""Choose invoices and open their cases. What is passed over keeps the rule that decided, and the level it was set at."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection
from django.db.backends.utils import CursorWrapper

from fordran.cases.load import ITEM_COLUMNS, ITEM_WIDTH, PERSON_COLUMNS, item_from, person_from
from fordran.cases.office import Office
from fordran.cases.review import case_number, case_ocr
from fordran.core.findings import Finding, finding
from fordran.core.json_text import quick_json_text
from fordran.core.made_often import made_often
from fordran.core.many import many_objects
from fordran.core.reasons import Reason
from fordran.db.bulk import insert_many, next_ids, numbers, run
from fordran.ledger.post import Posting, post
from fordran.process.bookings import COST_ACCOUNT, Account, Booking
from fordran.process.country import CostAllowed
from fordran.process.items import Credits, Item, Person, candidate_of, claim_of, spread_credits
from fordran.process.select import Selected, Taken, select


@made_often
@dataclass(frozen=True, slots=True)
class Judged:
    """One open invoice and the verdict of the filter."""

    invoice_id: int
    customer_id: int
    item: Item
    person: Person
    open_minor: int  # once credits that name the invoice are taken off
    verdict: Selected


@dataclass(slots=True)
class Chosen:
    looked_at: int = 0
    taken: int = 0


def judge_invoices(
    office: Office, today: date, *, first: int = 0, last: int = 2**62, due_only: bool = False, only: Sequence[int] | None = None
) -> list[Judged]:
    """Every open invoice without a case of customers `first`..`last`, with its verdict. Nothing is written.

    `due_only` leaves out what has not fallen due: a sieve, not a rule.
    """
    creditor = office.creditor.pk
    rows = run(
        f"""SELECT i.id, i.customer_id, {ITEM_COLUMNS}, {PERSON_COLUMNS}
            FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id
            WHERE i.creditor_id = %s AND i.customer_id BETWEEN %s AND %s AND i.open_minor > 0 AND i.kind = 'invoice'
              AND (%s IS FALSE OR i.due_on < %s) AND (%s::bigint[] IS NULL OR i.id = ANY(%s))
              AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)
            ORDER BY i.customer_id, i.due_on, i.id""",
        [creditor, first, last, due_only, today, only, only],
    )
    credits = credits_of(creditor, first, last)
    judged: list[Judged] = []
    customer = None
    for row in rows:
        item = item_from(row[2 : 2 + ITEM_WIDTH])
        if row[1] != customer:  # in order of customers
            customer, person = row[1], person_from(row[2 + ITEM_WIDTH :])
            policy = office.book.policy(person.key, person.class_key)
        addressed = person.written_to(item)
        candidate = candidate_of(item, addressed, office.profile, office.book, credits)
        verdict = select(candidate, policy, office.country, today)
        judged.append(Judged(row[0], row[1], item, addressed, candidate.open_minor, verdict))
    return judged


def credits_of(creditor: int, first: int = 0, last: int = 2**62) -> Credits:
    """What open credits do to the invoices of customers `first`..`last`. Only customers that have an open credit matter."""
    rows = run(
        f"""SELECT u.key, {ITEM_COLUMNS} FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id
            WHERE i.creditor_id = %s AND i.customer_id BETWEEN %s AND %s AND i.open_minor > 0 AND i.missing_since IS NULL
              AND i.customer_id IN (SELECT customer_id FROM invoices_invoice WHERE creditor_id = %s AND kind = 'credit'
                                    AND open_minor > 0 AND missing_since IS NULL)""",
        [creditor, first, last, creditor],
    )
    return spread_credits((row[0], item_from(row[1:])) for row in rows)


def choose_invoices(office: Office, today: date, first: int, last: int) -> Chosen:
    """Open a case for each invoice the filter takes, and keep the last word on every other. Inside a transaction."""
    with many_objects():
        return _choose(office, today, first, last)


def _choose(office: Office, today: date, first: int, last: int) -> Chosen:
    judged = judge_invoices(office, today, first=first, last=last, due_only=True)
    taken = [j for j in judged if isinstance(j.verdict, Taken)]
    with connection.cursor() as cursor:
        _keep_verdicts(cursor, office, judged, today)
        _open_cases(cursor, office, taken, today)
    return Chosen(len(judged), len(taken))


def _keep_verdicts(cursor: CursorWrapper, office: Office, judged: Sequence[Judged], today: date) -> None:
    creditor = office.creditor.pk
    stored = {
        row[0]: row[1:]
        for row in run(
            """SELECT invoice_id, taken, reason, level FROM invoices_selection
               WHERE creditor_id = %s AND invoice_id = ANY(%s::bigint[])""",
            [creditor, numbers(j.invoice_id for j in judged)],
        )
    }
    fresh: list[tuple[int, bool, Finding]] = []
    for j in judged:
        found = j.verdict.because[0]
        taken = isinstance(j.verdict, Taken)
        if stored.get(j.invoice_id) != (taken, found.reason, found.level):
            fresh.append((j.invoice_id, taken, found))
    if not fresh:
        return
    if stored:
        cursor.execute(
            "DELETE FROM invoices_selection WHERE creditor_id = %s AND invoice_id = ANY(%s::bigint[])",
            [creditor, numbers(f[0] for f in fresh)],
        )
    columns = ("creditor_id", "invoice_id", "on", "taken", "reason", "level", "facts")
    rows = (
        (creditor, invoice, today, taken, found.reason, found.level, quick_json_text(dict(found.facts)))
        for invoice, taken, found in fresh
    )
    insert_many(cursor, "invoices_selection", columns, rows)


def _open_cases(cursor: CursorWrapper, office: Office, taken: Sequence[Judged], today: date) -> None:
    if not taken:
        return
    creditor = office.creditor.pk
    ids = next_ids(cursor, "cases_case", len(taken))
    opened = [(case_id, judged, *opening(office, judged, today)) for case_id, judged in zip(ids, taken, strict=True)]
    postings = (
        Posting(f"case {case_id} opened {n}", b, case_id) for case_id, _, bookings, _ in opened for n, b in enumerate(bookings)
    )
    post(cursor, creditor, postings, booked_on=today)
    # Numbers come without gaps, so only one worker at a time may give them out. What can be done before is done before.
    cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
    first = _first_number(cursor, creditor, len(opened))
    rows = (
        (case_id, creditor, judged.customer_id, judged.invoice_id, case_ocr(case_id),
         judged.item.currency, judged.item.due_on, "open", today, today, today, judged.open_minor, judged.open_minor, 0, 0,
         cost.amount_minor if cost is not None else 0, today, "", "", "", "", "", 0, "", "", 0, case_number(today, number))
        for number, (case_id, judged, _, cost) in enumerate(opened, first)
    )  # fmt: skip
    insert_many(cursor, "cases_case", _CASE, rows)
    columns = (
        "creditor_id", "case_id", "invoice_id", "kind", "amount_minor", "currency", "on", "reason", "act", "section", "in_force",
        "waived_minor", "paid_minor",
    )  # fmt: skip
    charges = [
        _earlier_charge(creditor, case_id, judged, cost, bookings[-1], office.country.currency)
        for case_id, judged, bookings, cost in opened
        if cost is not None
    ]
    insert_many(cursor, "cases_charge", columns, charges)


def _first_number(cursor: CursorWrapper, creditor: int, count: int) -> int:
    cursor.execute(
        "UPDATE creditors_creditor SET next_case_number = next_case_number + %s WHERE id = %s RETURNING next_case_number",
        [count, creditor],
    )
    return int(cursor.fetchone()[0]) - count


_CASE = (
    "id", "creditor_id", "customer_id", "invoice_id", "ocr", "currency", "due_on", "stage", "stage_on", "opened_on",
    "procedure_version", "opening_minor", "capital_minor", "interest_booked_minor", "interest_minor", "costs_minor", "review_on",
    "closed_cause", "next_kind", "outcome", "reason", "held", "decisions", "decided", "stage_before", "heeds_after",
    "number",
)  # fmt: skip


def opening(office: Office, judged: Judged, today: date) -> tuple[tuple[Booking, ...], CostAllowed | None]:
    """The capital as it is open now, and the cost of an earlier reminder where the gate lets it through."""
    item = judged.item
    open_minor = judged.open_minor
    opened = finding(Reason.CASE_OPENED, invoice_minor=item.amount_minor, open_minor=open_minor, currency=item.currency)
    bookings = [Booking(Account.CAPITAL, Account.CLAIMS, open_minor, item.currency, today, Reason.CASE_OPENED, because=opened)]
    if item.reminded_on is None or not item.reminded_fee_minor:
        return tuple(bookings), None
    cost = office.country.earlier_reminder_cost(claim_of(item, judged.person, office.profile))
    if isinstance(cost, Finding):
        return tuple(bookings), None
    bookings.append(
        Booking(COST_ACCOUNT[cost.kind], Account.CLAIMS, cost.amount_minor, office.country.currency, item.reminded_on,
                cost.finding.reason, cost.finding.source, cost.finding)
    )  # fmt: skip
    return tuple(bookings), cost


def _earlier_charge(
    creditor: int, case_id: int, judged: Judged, cost: CostAllowed, booking: Booking, currency: str
) -> tuple[Any, ...]:
    source = cost.finding.source
    assert source is not None
    return (
        creditor, case_id, judged.invoice_id, cost.kind, cost.amount_minor, currency, booking.on, cost.finding.reason,
        source.act, source.section, cost.in_force, 0, 0,
    )  # fmt: skip
