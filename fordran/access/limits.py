"""Limits against guessing, shared by all processes: so many tries in a window of time, then no more until it is over."""

from __future__ import annotations

import hashlib

from django.db import connection

WINDOW = 15 * 60
"""Seconds."""


def too_many(what: str, who: str, *, most: int, window: int = WINDOW) -> bool:
    """Count one more try of `what` by `who` (an address, an account; kept as a hash). True when it is one too many.

    It counts in the database's own time, not in the day of the pages: who guesses does too.
    """
    key = f"{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO access_tried (key, "window", times) VALUES (%s, extract(epoch FROM now())::bigint / %s, 1)
               ON CONFLICT (key, "window") DO UPDATE SET times = access_tried.times + 1 RETURNING times""",
            [key, window],
        )
        (times,) = cursor.fetchone()
    return int(times) > most
