"""The table of shards is the truth of a day: what is to be done, who works on it, what is done.

A shard is leased in a transaction of its own. A lease ends by time, or at once when the database session that took it is
gone, so that a killed run is healed by the next one.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from fordran.db.bulk import as_json, run

LEASE_MINUTES = 10
SHARD_SIZE = 5_000
"""Cases or invoices in a shard: small losses, memory bounded (docs/adr)."""


@dataclass(frozen=True, slots=True)
class Leased:
    id: int
    number: int
    first: int
    last: int
    attempt: int


def digest(*parts: object) -> str:
    return hashlib.blake2b("|".join(map(repr, parts)).encode(), digest_size=16).hexdigest()


def cut(counts: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """(customer, rows) in order -> ranges of customers of about SHARD_SIZE rows. One customer is never divided."""
    ranges: list[tuple[int, int]] = []
    first, size = None, 0
    for customer, rows in counts:
        if first is None:
            first = customer
        size, last = size + rows, customer
        if size >= SHARD_SIZE:
            ranges.append((first, last))
            first, size = None, 0
    if first is not None:
        ranges.append((first, last))
    return ranges


@transaction.atomic
def plan(creditor: int, day: date, step: str, ranges: Sequence[tuple[int, int]], input_hash: str) -> None:
    """Write down what is to be done, once for one input: the same input planned again changes nothing."""
    rows = run(
        """SELECT coalesce(max(number), -1), bool_or(input_hash = %s) FROM day_shard
           WHERE creditor_id = %s AND day = %s AND step = %s""",
        [input_hash, creditor, day, step],
    )
    last, known = rows[0]
    if known or not ranges:
        return
    with connection.cursor() as cursor:
        cursor.executemany(
            """INSERT INTO day_shard (creditor_id, day, step, number, first, last, state, attempt, done, error, leased_by,
                                      input_hash)
               VALUES (%s, %s, %s, %s, %s, %s, 'waiting', 0, '{}', '', '', %s) ON CONFLICT DO NOTHING""",
            [(creditor, day, step, last + 1 + n, a, b, input_hash) for n, (a, b) in enumerate(ranges)],
        )


_ME = "(SELECT pid || '/' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())"
_GONE = "NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid || '/' || a.backend_start = s.leased_by)"


def lease(creditor: int, day: date, step: str) -> Leased | None:
    """Take the next open shard, committed at once; None when there is none to take."""
    rows = run(
        f"""UPDATE day_shard SET state = 'leased', leased_by = {_ME}, attempt = attempt + 1,
                   lease_until = now() + make_interval(mins => {LEASE_MINUTES})
            WHERE id = (SELECT s.id FROM day_shard s WHERE s.creditor_id = %s AND s.day = %s AND s.step = %s
                        AND (s.state IN ('waiting', 'failed') OR (s.state = 'leased' AND (s.lease_until < now() OR {_GONE})))
                        AND s.attempt < 20
                        ORDER BY s.number FOR UPDATE SKIP LOCKED LIMIT 1)
            RETURNING id, number, first, last, attempt""",
        [creditor, day, step],
    )
    return Leased(*rows[0]) if rows else None


def finish(shard: Leased, done: dict[str, Any]) -> None:
    """In the same transaction as the work: both are there, or neither."""
    rows = run(
        f"""UPDATE day_shard SET state = 'done', done = %s, lease_until = NULL, error = '' WHERE id = %s AND state = 'leased'
            AND leased_by = {_ME} RETURNING id""",
        [as_json(done), shard.id],
    )
    if not rows:
        raise LeaseLost(f"shard {shard.id} was taken over by another worker")


class LeaseLost(Exception):
    """Another worker has the shard now; our work on it is rolled back."""


def fail(shard: Leased, error: str) -> None:
    run("UPDATE day_shard SET state = 'failed', lease_until = NULL, error = %s WHERE id = %s", [error[:2000], shard.id])


def held_by_others(creditor: int, day: date, step: str) -> int:
    """Shards that other live workers hold."""
    rows = run(
        f"""SELECT count(*) FROM day_shard s WHERE s.creditor_id = %s AND s.day = %s AND s.step = %s AND s.state = 'leased'
            AND s.lease_until >= now() AND NOT {_GONE}""",
        [creditor, day, step],
    )
    return int(rows[0][0])
