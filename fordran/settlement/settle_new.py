"""New payments are worked off: what they are for is found, and shard by shard they are set against their cases.

Each piece is a transaction of its own, and a payment's state says how far it has come: a run that is stopped anywhere goes
on where it was, to the same end.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from fordran.cases.office import Office
from fordran.core.findings import finding
from fordran.core.reasons import Reason
from fordran.db.bulk import numbers, run
from fordran.ledger.post import post_from
from fordran.process.bookings import Account
from fordran.process.matching import BY_TEXT, CONFIDENCE_OF_TEXT, WHY, Found
from fordran.settlement.allocate import Receipt, allocate, owned_by
from fordran.settlement.entries import work_off_entries
from fordran.settlement.find import because_of, find_cases, from_json, note, write_notes
from fordran.settlement.payer import Unnamed, by_payer

SHARD_SIZE = 2_500
"""Payments in a shard; one customer's are never divided."""

UNNAMED_AT_A_TIME = 500

Progress = Callable[[int, int], None]
"""Called with payments done and payments in all."""


@dataclass(slots=True)
class Worked:
    """How many payments found their cases by what, and how many wait for a case or a person."""

    matched: dict[str, int] = field(default_factory=dict)
    waiting: int = 0
    suspense: int = 0


def settle_new(office: Office, today: date, progress: Progress | None = None) -> None:
    """Work off whatever is new for the creditor. Several processes may call it: the second finds less to do."""
    creditor = office.creditor.pk
    with transaction.atomic():
        _lock(creditor)
        if not run("SELECT 1 FROM settlement_payment WHERE creditor_id = %s AND state IN ('new', 'found') LIMIT 1", [creditor]):
            return
        work_off_entries(office, today)
        find_cases(office, today)
    _allocate_found(office, today, progress)
    while True:
        with transaction.atomic():
            _lock(creditor)
            if not settle_by_payer(office, today):
                return


def _lock(creditor: int) -> None:
    """One at a time looks up and allocates for a creditor; to the end of the transaction."""
    run("SELECT pg_advisory_xact_lock(hashtextextended('payments of ' || %s::text, 0))", [creditor])


def _allocate_found(office: Office, today: date, progress: Progress | None) -> None:
    """Which customer each is of is looked up once; what another process settles meanwhile is no longer *found*."""
    run("DROP TABLE IF EXISTS pg_temp.to_settle")
    run(
        """CREATE TEMPORARY TABLE to_settle AS
           SELECT p.id, c.customer_id FROM settlement_payment p JOIN cases_case c ON c.id = p.cases[1]
           WHERE p.creditor_id = %s AND p.state = 'found'""",
        [office.creditor.pk],
    )
    run("CREATE INDEX ON to_settle (customer_id); ANALYZE to_settle")
    counts = run("SELECT customer_id, count(*) FROM to_settle GROUP BY customer_id ORDER BY customer_id")
    done, total = 0, sum(count for _, count in counts)
    for first, last, size in _ranges(counts):
        with transaction.atomic():
            _lock(office.creditor.pk)
            rows = run("SELECT id FROM to_settle WHERE customer_id BETWEEN %s AND %s", [first, last])
            allocate(office, receipts_of(office, [row[0] for row in rows]), today)
        done += size
        if progress:
            progress(done, total)
    run("DROP TABLE to_settle")


def _ranges(counts: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """(customer, payments) in order -> (first customer, last customer, payments) of about SHARD_SIZE payments each."""
    ranges: list[tuple[int, int, int]] = []
    first, size = None, 0
    for customer, payments in counts:
        first = customer if first is None else first
        size += payments
        if size >= SHARD_SIZE or customer == counts[-1][0]:
            ranges.append((first, customer, size))
            first, size = None, 0
    return ranges


def receipts_of(office: Office, ids: Sequence[int]) -> list[Receipt]:
    """Of these payments those whose cases are found, locked, ready to be allocated."""
    rows = run(
        """SELECT id, via, "on", CASE via WHEN 'bank' THEN held_minor ELSE amount_minor - taken_minor END, currency,
                  cases, matched_by, shares, rounds
           FROM settlement_payment
           WHERE creditor_id = %s AND id = ANY (%s::bigint[]) AND state = 'found' ORDER BY id FOR UPDATE""",
        [office.creditor.pk, numbers(ids)],
    )
    receipts = []
    for payment, via, on, minor, currency, cases, matched_by, stored, rounds in rows:
        shares = {case: share for case, share in from_json(stored) if case}
        keeps_rest = any(case == 0 for case, _ in from_json(stored))
        receipts.append(Receipt(payment, via, on, minor, currency, tuple(cases), matched_by, shares, keeps_rest, rounds))
    return receipts


def settle_by_payer(office: Office, today: date, only: Sequence[int] | None = None) -> int:
    """Payments that name nothing known: by amount and payer, or to a person. How many were looked at. In a transaction."""
    rows = run(
        """SELECT id, "on", amount_minor - taken_minor, currency FROM settlement_payment
           WHERE creditor_id = %s AND state = 'new' AND kind = 'payment' AND via = 'bank'
             AND (%s::bigint[] IS NULL OR id = ANY (%s)) ORDER BY "on", id LIMIT %s""",
        [office.creditor.pk, only, only, UNNAMED_AT_A_TIME],
    )
    if not rows:
        return 0
    answers = by_payer(office, [Unnamed(*row) for row in rows])
    with connection.cursor() as cursor:
        write_notes(cursor, [note(payment, answer) for payment, answer in answers.items()])
    found = [payment for payment, answer in answers.items() if isinstance(answer, Found)]
    if found:
        allocate(office, receipts_of(office, found), today)
    return len(rows)


# ---- payments for invoices without a case -----------------------------------------------------------------------


@transaction.atomic
def settle_waiting(office: Office, today: date) -> int:
    """Payments that waited for a case which is there now are looked up again; those whose invoice the ledger shows as paid
    are the creditor's own matter and its money. How many were woken."""
    creditor = office.creditor.pk
    woken = run(
        """UPDATE settlement_payment p SET state = 'new', about_invoice = 0
           WHERE p.creditor_id = %s AND p.state = 'waiting' AND p.rounds = 0
             AND EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = p.about_invoice) RETURNING 1""",
        [creditor],
    )
    # What a payment left for an invoice that its text named: that one, and nothing else.
    woken += run(
        """UPDATE settlement_payment p SET state = 'found', about_invoice = 0, cases = ARRAY[c.id], matched_by = %s,
                  confidence = %s, because = %s, shares = '[]'
           FROM cases_case c WHERE p.creditor_id = %s AND p.state = 'waiting' AND p.rounds > 0
             AND c.invoice_id = p.about_invoice AND c.stage <> 'closed' RETURNING 1""",
        [BY_TEXT, CONFIDENCE_OF_TEXT["invoice_number"], because_of(finding(WHY[BY_TEXT])), creditor],
    )
    if woken:
        settle_new(office, today)
    paid = """SELECT p.id FROM settlement_payment p JOIN invoices_invoice i ON i.id = p.about_invoice
              WHERE p.creditor_id = %s AND p.state = 'waiting' AND (i.open_minor = 0 OR i.missing_since IS NOT NULL)"""
    ids = [row[0] for row in run(paid, [creditor])]
    if ids:
        with connection.cursor() as cursor:
            post_from(
                cursor, creditor, Account.SUSPENSE, owned_by(office.creditor), Reason.PAID_ON_INVOICE,
                """SELECT 'payment ' || id || CASE rounds WHEN 0 THEN '' ELSE '.' || rounds END || ' own 0', held_minor, currency,
                          "on", id FROM settlement_payment WHERE id = ANY (%s) AND held_minor > 0""",
                [ids], booked_on=today,
            )  # fmt: skip
        run(
            """UPDATE settlement_payment SET state = CASE matched_by WHEN '' THEN 'own' ELSE 'matched' END, held_minor = 0,
                      because = %s WHERE id = ANY (%s)""",
            [because_of(finding(Reason.PAID_ON_INVOICE)), ids],
        )
    return len(woken)
