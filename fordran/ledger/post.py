"""The only way into the books."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.backends.utils import CursorWrapper

from fordran.core.json_text import quick_json_text
from fordran.core.made_often import made_often
from fordran.core.reasons import Reason
from fordran.db.bulk import insert_many, run
from fordran.process.bookings import CASE_ACCOUNTS, Account, Booking


class DifferentInput(Exception):
    """The key was posted before, with other contents: a defect, never to be papered over."""


@made_often
@dataclass(frozen=True, slots=True)
class Posting:
    """A booking with what binds it: the caller's key, the case (0 = none), the payment (0 = none)."""

    key: str
    booking: Booking
    case_number: int = 0
    payment_number: int = 0
    reverses: int | None = None


_COLUMNS = (
    "creditor_id", "key", "input_hash", "on", "booked_on", "debit", "credit", "case_number", "amount_minor", "currency",
    "reason", "act", "section", "facts", "payment_number", "reverses_id",
)  # fmt: skip


def _hash(posting: Posting) -> str:
    """MD5, because `post_from` lets the database compute the same; it tells contents apart and protects nothing."""
    b = posting.booking
    text = f"{b.debit}|{b.credit}|{b.amount_minor}|{b.currency}|{b.on}|{b.reason}|{posting.case_number}|{posting.payment_number}"
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


def _row(creditor_id: int, posting: Posting, booked_on: date) -> tuple[Any, ...]:
    b = posting.booking
    if posting.case_number == 0 and (b.debit in CASE_ACCOUNTS or b.credit in CASE_ACCOUNTS):
        raise ValueError(f"a part of a claim belongs to a case: {b}")
    source = b.source or (b.because.source if b.because else None)
    facts = dict(b.because.facts) if b.because else {}
    return (
        creditor_id, posting.key, _hash(posting), b.on, booked_on, b.debit, b.credit, posting.case_number, b.amount_minor,
        b.currency, b.reason, source.act if source else "", source.section if source else "", quick_json_text(facts),
        posting.payment_number, posting.reverses,
    )  # fmt: skip


def post(cursor: CursorWrapper, creditor_id: int, postings: Iterable[Posting], *, booked_on: date) -> None:
    """Post transfers, in order. Never commits; a key that was posted before is refused by the database."""
    insert_many(cursor, "ledger_transfer", _COLUMNS, (_row(creditor_id, posting, booked_on) for posting in postings))


def post_from(
    cursor: CursorWrapper, creditor_id: int, debit: Account, credit: Account, reason: Reason, rows: str, values: Sequence[Any], *,
    booked_on: date,
) -> int:  # fmt: skip
    """As `post`, for money of many payments between two accounts of the creditor, without taking it out of the database.

    `rows` is a SELECT of key, öre, currency, day and payment, with our own names only. How many were posted.
    """
    if debit in CASE_ACCOUNTS or credit in CASE_ACCOUNTS:
        raise ValueError("a part of a claim belongs to a case")
    cursor.execute(
        f"""INSERT INTO ledger_transfer (creditor_id, key, input_hash, "on", booked_on, debit, credit, case_number, amount_minor,
                currency, reason, act, section, facts, payment_number)
            SELECT %s, r.key, md5(concat_ws('|', %s::text, %s::text, r.minor, r.currency, r."on", %s::text, 0, r.payment)),
                   r."on", %s, %s, %s, 0, r.minor, r.currency, %s, '', '', '{{}}', r.payment
            FROM ({rows}) AS r (key, minor, currency, "on", payment) ORDER BY r.payment""",
        [creditor_id, debit, credit, reason, booked_on, debit, credit, reason, *values],
    )
    return cursor.rowcount


def post_once(cursor: CursorWrapper, creditor_id: int, postings: Sequence[Posting], *, booked_on: date) -> int:
    """As `post`, but keys posted before with the same contents are left alone; how many were new.

    Raises DifferentInput when one was posted with other contents.
    """
    cursor.execute(
        "SELECT key, input_hash FROM ledger_transfer WHERE creditor_id = %s AND key = ANY(%s)",
        [creditor_id, [p.key for p in postings]],
    )
    known = dict(cursor.fetchall())
    for posting in postings:
        if posting.key in known and known[posting.key] != _hash(posting):
            raise DifferentInput(f"{posting.key} was posted before with other contents")
    new = [p for p in postings if p.key not in known]
    post(cursor, creditor_id, new, booked_on=booked_on)
    return len(new)


def balances(creditor_id: int, case_number: int | None = None) -> dict[tuple[str, str], int]:
    """(account, currency) -> debit less credit, öre; of one case, or of the creditor's books as a whole."""
    rows = run(
        """SELECT account, currency, sum(amount) FROM (
               SELECT debit AS account, currency, amount_minor AS amount FROM ledger_transfer
               WHERE creditor_id = %s AND (%s::bigint IS NULL OR case_number = %s)
               UNION ALL
               SELECT credit, currency, -amount_minor FROM ledger_transfer
               WHERE creditor_id = %s AND (%s::bigint IS NULL OR case_number = %s)) v
           GROUP BY account, currency ORDER BY account, currency""",
        [creditor_id, case_number, case_number, creditor_id, case_number, case_number],
    )
    return {(account, currency): int(total) for account, currency, total in rows}
