"""Vouchers are made of what the ledger has booked and no voucher says yet.

One creditor at a time, a piece a transaction: numbers are given under a lock inside it, so they have no gaps, and a transfer is
covered once whatever is run twice or killed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import connection, transaction

from fordran.books.entries import CASE_REASONS, Kind, Line, Moved, Said, Voucher, Without, digest, voucher_of
from fordran.books.plan import AccountPlan
from fordran.books.plans import plan_of
from fordran.cases.office import Office
from fordran.creditors.models import Creditor
from fordran.db.bulk import insert_many, next_ids, run
from fordran.ledger.looked_at import begin_to_look, note_looked

AT_A_TIME = 50_000
"""Transfers in a piece."""

TEXTS = {
    Kind.PAYMENTS: "Inbetalningar på krav", Kind.REVERSALS: "Rättelse av inbetalningar på krav",
    Kind.LOSSES: "Avskrivna kundfordringar", Kind.PAYOUTS: "Redovisning från inkassoombud",
}  # fmt: skip
"""As they stand in the creditor's Swedish books."""


@dataclass(slots=True)
class Made:
    """How many vouchers, and how many transfers they say or were found without effect; `unknown` of these nobody could read."""

    vouchers: int = 0
    transfers: int = 0
    unknown: int = 0


def make_vouchers(office: Office, today: date) -> Made:
    """Bring the creditor's vouchers up to date. Run again it makes nothing; each piece is committed by itself."""
    made = Made()
    while True:
        with transaction.atomic():
            lock_books(office.creditor.pk)
            look = begin_to_look(office.creditor.pk, "vouchers")
            moved = _uncovered(office.creditor.pk, look.after)
            if not moved:
                note_looked(look)
                return made
            plan = plan_of(office.creditor)
            said = voucher_of(moved, plan, office.creditor.mode)
            _store(office.creditor, plan, said, today)
        made.vouchers += len(said.vouchers)
        made.transfers += len(moved)
        made.unknown += sum(1 for _, why in said.without if why == Without.UNKNOWN)


def lock_books(creditor: int) -> None:
    """One at a time writes a creditor's books; to the end of the transaction."""
    run("SELECT pg_advisory_xact_lock(hashtextextended('books of ' || %s::text, 0))", [creditor])


def _uncovered(creditor: int, after: int = 0) -> list[Moved]:
    """Transfers that may concern the creditor's books and have not been looked at, in order. Parts of a claim whose reason
    never does (what is demanded, lowered or let go) are left out here, by the same list that `effect_of` reads. Whose money a
    payment order moves, its first transfer says."""
    rows = run(
        """SELECT t.id, t.debit, t.credit, t.amount_minor, t.currency, t."on", t.booked_on, t.reason, t.case_number,
                  t.payment_number, coalesce(o.reason, ''),
                  t.key LIKE 'order %%' AND EXISTS (SELECT 1 FROM ledger_transfer r WHERE r.creditor_id = t.creditor_id
                      AND r.key = 'order ' || split_part(t.key, ' ', 2) || ' refund_ordered')
           FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses_id
           WHERE t.creditor_id = %s AND t.id > %s AND (t.case_number = 0 OR coalesce(o.reason, t.reason) = ANY (%s))
             AND NOT EXISTS (SELECT 1 FROM books_covered c WHERE c.transfer_id = t.id)
           ORDER BY t.id LIMIT %s""",
        [creditor, after, [str(reason) for reason in CASE_REASONS], AT_A_TIME],
    )
    return [Moved(*row) for row in rows]


def _store(creditor: Creditor, plan: AccountPlan, said: Said, today: date) -> None:
    last = run(
        "SELECT coalesce(max(number), 0) FROM books_voucher WHERE creditor_id = %s AND series = %s", [creditor.pk, plan.series]
    )
    vouchers: list[tuple[object, ...]] = []
    lines: list[tuple[object, ...]] = []
    covered: list[tuple[int, int, int | None, str]] = []
    with connection.cursor() as cursor:
        ids = next_ids(cursor, "books_voucher", len(said.vouchers))
        for number, (row, voucher) in enumerate(zip(ids, said.vouchers, strict=True), last[0][0] + 1):
            vouchers.append(_voucher_row(row, creditor.pk, plan.series, number, voucher, today))
            lines += [_line_row(creditor.pk, row, place, line) for place, line in enumerate(voucher.lines, 1)]
            covered += [(creditor.pk, transfer, row, "") for transfer in voucher.transfers]
        covered += [(creditor.pk, transfer, None, str(why)) for transfer, why in said.without]
        insert_many(cursor, "books_voucher", _VOUCHER, vouchers)
        insert_many(cursor, "books_voucherline", _LINE, lines)
        insert_many(cursor, "books_covered", ("creditor_id", "transfer_id", "voucher_id", "without"), covered)


_VOUCHER = ("id", "creditor_id", "series", "number", "on", "made_on", "currency", "kind", "text", "sum_minor", "digest")
_LINE = (
    "creditor_id", "voucher_id", "place", "role", "account", "debit_minor", "credit_minor", "payment_number", "case_number",
)  # fmt: skip


def _voucher_row(row: int, creditor: int, series: str, number: int, voucher: Voucher, today: date) -> tuple[object, ...]:
    total = sum(line.debit_minor for line in voucher.lines)
    return (
        row, creditor, series, number, voucher.on, today, voucher.currency, str(voucher.kind), TEXTS[voucher.kind], total,
        digest(series, number, voucher),
    )  # fmt: skip


def _line_row(creditor: int, voucher: int, place: int, line: Line) -> tuple[object, ...]:
    return (
        creditor, voucher, place, str(line.role), line.account, line.debit_minor, line.credit_minor, line.payment_number,
        line.case_number,
    )  # fmt: skip


def stored(vouchers: Sequence[int]) -> dict[int, list[Line]]:
    """Lines of stored vouchers, in their order."""
    from fordran.books.plan import Role

    found: dict[int, list[Line]] = {number: [] for number in vouchers}
    rows = run(
        """SELECT voucher_id, role, account, debit_minor, credit_minor, payment_number, case_number FROM books_voucherline
           WHERE voucher_id = ANY (%s) ORDER BY voucher_id, place""",
        [list(vouchers)],
    )
    for voucher, role, *rest in rows:
        found[voucher].append(Line(Role(role), *rest))
    return found
