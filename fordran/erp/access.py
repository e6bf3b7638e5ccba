"""What all workers of a creditor share towards its ERP: one token, one gate for calls. Both are rows, held by their locks.

Neither may be used inside a transaction: another worker must see what is written at once.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from django.db import transaction

from fordran.db.bulk import run
from fordran.db.seals import seal, unseal
from fordran.ports.clock import Clock
from fordran.ports.erp import Renew, Token
from fordran.ports.errors import Unavailable


class SharedToken:
    """`ports.erp.TokenStore`: the row's lock lets one worker at a time renew, and who waited gets what the other made."""

    def __init__(self, creditor: int) -> None:
        self.creditor = creditor

    def read(self) -> Token | None:
        rows = run("SELECT sealed FROM erp_accesstoken WHERE creditor_id = %s", [self.creditor])
        return self._opened(rows[0][0]) if rows else None

    def renew(self, used: Token | None, renew: Renew) -> Token:
        """The new token is committed before it is given to anybody. Raises what `renew` raises; then nothing changed."""
        run("INSERT INTO erp_accesstoken (creditor_id) VALUES (%s) ON CONFLICT (creditor_id) DO NOTHING", [self.creditor])
        with transaction.atomic(durable=True):
            rows = run("SELECT sealed FROM erp_accesstoken WHERE creditor_id = %s FOR UPDATE", [self.creditor])
            known = self._opened(rows[0][0])
            if known is not None and known != used:
                return known
            token = renew(known)
            sealed = seal(json.dumps(asdict(token)), self.creditor)
            run("UPDATE erp_accesstoken SET sealed = %s WHERE creditor_id = %s", [sealed, self.creditor])
        return token

    def _opened(self, sealed: bytes | None) -> Token | None:
        return Token(**json.loads(unseal(sealed, self.creditor))) if sealed is not None else None


LONGEST_WAIT_SECONDS = 3700.0
"""The ERPs' windows are an hour; who waits longer has misunderstood something."""


class SharedTurnstile:
    """`ports.erp.Turnstile`: every call takes one of those that remain in the ERP's window; at none, all wait for the next."""

    def __init__(self, creditor: int, clock: Clock, *, longest_wait_seconds: float = LONGEST_WAIT_SECONDS) -> None:
        self.creditor, self.clock, self.longest = creditor, clock, longest_wait_seconds

    def wait(self) -> None:
        """Take a call, after the time the ERP has asked for. Raises Unavailable when that is too long to wait."""
        waited = 0.0
        while (seconds := self._take()) > 0:
            if waited + seconds > self.longest:
                raise Unavailable(f"the ERP allows no more calls for {seconds:.0f} seconds: try again later")
            self.clock.sleep(seconds)
            waited += seconds

    def _take(self) -> float:
        """0 when a call was taken, else the seconds until one may be."""
        now = self.clock.now()
        rows = run(
            """UPDATE erp_calllimit SET
                   remaining = CASE WHEN resets_at <= %(now)s THEN NULL ELSE remaining - 1 END
               WHERE creditor_id = %(creditor)s AND not_before <= %(now)s
                 AND (remaining IS NULL OR remaining > 0 OR resets_at <= %(now)s) RETURNING 1""",
            {"creditor": self.creditor, "now": now},
        )
        if rows:
            return 0.0
        known = run("SELECT remaining, resets_at, not_before FROM erp_calllimit WHERE creditor_id = %s", [self.creditor])
        if not known:  # the first call ever
            run(
                "INSERT INTO erp_calllimit (creditor_id, resets_at, not_before) VALUES (%s, 0, 0) ON CONFLICT DO NOTHING",
                [self.creditor],
            )
            return 0.0
        remaining, resets_at, not_before = known[0]
        until = max(not_before, resets_at if remaining is not None and remaining <= 0 else 0)
        return max(until - now, 0.1)

    def told(self, *, remaining: int | None, reset_seconds: float | None, retry_after: float | None) -> None:
        """Answers of calls made at the same time come in any order: within one window the smaller number holds."""
        now = self.clock.now()
        resets_at = now + reset_seconds if reset_seconds is not None else None
        run(
            """INSERT INTO erp_calllimit AS l (creditor_id, remaining, resets_at, not_before)
               VALUES (%(creditor)s, %(remaining)s, coalesce(%(resets)s, 0), coalesce(%(before)s, 0))
               ON CONFLICT (creditor_id) DO UPDATE SET
                   remaining = CASE WHEN %(remaining)s IS NULL THEN l.remaining
                       WHEN l.remaining IS NULL OR l.resets_at <= %(now)s THEN %(remaining)s
                       ELSE least(l.remaining, %(remaining)s) END,
                   resets_at = coalesce(%(resets)s, l.resets_at),
                   not_before = greatest(l.not_before, coalesce(%(before)s, 0))""",
            {
                "creditor": self.creditor, "remaining": remaining, "resets": resets_at, "now": now,
                "before": now + retry_after if retry_after is not None else None,
            },
        )  # fmt: skip
