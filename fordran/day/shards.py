"""The table of shards is the truth of a day: what is to be done, who works on it, what is done.

A shard is leased in a transaction of its own. A lease ends by time, or at once when the database session that took it is
gone, so that a killed run is healed by the next one. Sessions of every machine are seen, as the server is the same.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from fordran.db.bulk import as_json, run

LEASE_MINUTES = 10
SHARD_SIZE = 2_500
"""Cases or invoices in a shard: small losses, memory bounded, two at a time in one process (docs/adr)."""

MOST_ATTEMPTS = 20
"""A shard that failed or whose worker died so often waits for a person, who runs the day."""

REST_SECONDS, LONGEST_REST_SECONDS = 15, 600
"""A failed shard rests this long times its attempts before a worker tries it again, and never longer than the second."""


@dataclass(frozen=True, slots=True)
class Leased:
    """A piece of work: customers `first`..`last`, both included, of one step of one creditor's day."""

    id: int
    number: int
    first: int
    last: int
    attempt: int
    creditor: int
    day: date
    step: str


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
            """INSERT INTO day_shard (creditor_id, day, step, number, first, last, state, attempt, done, error, leased_by, worker,
                                      input_hash)
               VALUES (%s, %s, %s, %s, %s, %s, 'waiting', 0, '{}', '', '', '', %s) ON CONFLICT DO NOTHING""",
            [(creditor, day, step, last + 1 + n, a, b, input_hash) for n, (a, b) in enumerate(ranges)],
        )


def open_anew(creditor: int, day: date, step: str) -> None:
    """The one piece of a step that is gone through each time the day is run, whatever it did before."""
    run(
        """INSERT INTO day_shard (creditor_id, day, step, number, first, last, state, attempt, done, error, leased_by, worker,
                                  input_hash)
           VALUES (%s, %s, %s, 0, 0, 0, 'waiting', 0, '{}', '', '', '', '')
           ON CONFLICT (creditor_id, day, step, number) DO UPDATE SET state = 'waiting', attempt = 0, error = ''
           WHERE day_shard.state IN ('done', 'failed')""",
        [creditor, day, step],
    )


_ME = "(SELECT pid || '/' || backend_start FROM pg_stat_activity WHERE pid = pg_backend_pid())"
_GONE = "NOT EXISTS (SELECT 1 FROM pg_stat_activity a WHERE a.pid || '/' || a.backend_start = s.leased_by)"
_LET_GO = f"(s.state = 'leased' AND (s.lease_until < now() OR {_GONE}))"


def lease(creditor: int, day: date, step: str, worker: str = "") -> Leased | None:
    """Take the next open shard of a step, committed at once; None when there is none to take. One that failed may be tried
    again at once: a person has asked."""
    return _take(
        f"""SELECT s.id FROM day_shard s WHERE s.creditor_id = %s AND s.day = %s AND s.step = %s
              AND (s.state IN ('waiting', 'failed') OR {_LET_GO})
            ORDER BY s.number FOR UPDATE SKIP LOCKED LIMIT 1""",
        [creditor, day, step],
        worker,
    )


def lease_any(worker: str, *, sends: bool = True) -> Leased | None:
    """Take the next open shard of any creditor's day that was left to workers; None when there is none to take. One that
    failed rests first, longer each time. `sends` = letters too."""
    return _take(
        f"""SELECT s.id FROM day_shard s JOIN day_course c USING (creditor_id, day, step)
            WHERE c.state = 'running' AND c.workers_until > now() AND s.attempt < {MOST_ATTEMPTS}
              AND (s.step <> 'send' OR %s)
              AND (s.state = 'waiting' OR (s.state = 'failed' AND s.lease_until < now()) OR {_LET_GO})
            ORDER BY s.day, s.creditor_id, s.number FOR UPDATE OF s SKIP LOCKED LIMIT 1""",
        [sends],
        worker,
    )


def _take(found: str, values: Sequence[Any], worker: str) -> Leased | None:
    rows = run(
        f"""UPDATE day_shard SET state = 'leased', leased_by = {_ME}, worker = %s, attempt = attempt + 1,
                   lease_until = now() + make_interval(mins => {LEASE_MINUTES})
            WHERE id = ({found}) RETURNING id, number, first, last, attempt, creditor_id, day, step""",
        [worker, *values],
    )
    return Leased(*rows[0]) if rows else None


def renew(shard: Leased) -> None:
    """Still at work on it. Raises LeaseLost when another worker has it, or the day is over."""
    rows = run(
        f"""UPDATE day_shard s SET lease_until = now() + make_interval(mins => {LEASE_MINUTES})
            FROM day_course c WHERE s.id = %s AND s.state = 'leased' AND s.leased_by = {_ME} AND c.creditor_id = s.creditor_id
              AND c.day = s.day AND c.step = s.step AND c.state = 'running' RETURNING s.id""",
        [shard.id],
    )
    if not rows:
        raise LeaseLost(f"shard {shard.id} was taken over by another worker, or its day is over")


def finish(shard: Leased, done: Mapping[str, Any]) -> None:
    """In the same transaction as the work: both are there, or neither."""
    before = json.loads(run("SELECT done::text FROM day_shard WHERE id = %s", [shard.id])[0][0])
    rows = run(
        f"""UPDATE day_shard SET state = 'done', done = %s, lease_until = NULL, error = '' WHERE id = %s AND state = 'leased'
            AND leased_by = {_ME} RETURNING id""",
        [as_json(_together(before, done)), shard.id],
    )
    if not rows:
        raise LeaseLost(f"shard {shard.id} was taken over by another worker")


def _together(before: Mapping[str, Any], now: Mapping[str, Any]) -> dict[str, Any]:
    """Counts of a piece that was gone through more than once add up; what waits, and what went wrong, is as it is now."""
    kept = {name: value for name, value in before.items() if name not in ("waiting", "problems")}
    for name, value in now.items():
        kept[name] = kept.get(name, 0) + value if name not in ("waiting", "problems") else value
    return kept


class LeaseLost(Exception):
    """Another worker has the shard now, or the day is over; our work on it is rolled back."""


def fail(shard: Leased, error: str) -> None:
    """Only while it is still ours: another worker may already be at it."""
    run(
        f"""UPDATE day_shard SET state = 'failed', error = %s,
                   lease_until = now() + make_interval(secs => least({REST_SECONDS} * attempt, {LONGEST_REST_SECONDS}))
            WHERE id = %s AND state = 'leased' AND leased_by = {_ME}""",
        [error[:2000], shard.id],
    )


def give_back(shard: Leased) -> None:
    """Two transactions stood in each other's way and the server ended ours: nothing is wrong with the shard."""
    run(
        f"UPDATE day_shard SET state = 'waiting', lease_until = NULL WHERE id = %s AND state = 'leased' AND leased_by = {_ME}",
        [shard.id],
    )


def left(creditor: int, day: date, step: str) -> int:
    """Shards of a step that are not done."""
    rows = run(
        "SELECT count(*) FROM day_shard WHERE creditor_id = %s AND day = %s AND step = %s AND state <> 'done'",
        [creditor, day, step],
    )
    return int(rows[0][0])


def done_of(creditor: int, day: date, step: str) -> tuple[int, int]:
    """Shards of a step that are done, and all of them."""
    rows = run(
        """SELECT count(*) FILTER (WHERE state = 'done'), count(*) FROM day_shard
           WHERE creditor_id = %s AND day = %s AND step = %s""",
        [creditor, day, step],
    )
    return rows[0][0], rows[0][1]
