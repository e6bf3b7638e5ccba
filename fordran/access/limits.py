"""Limits against guessing, shared by all processes: so many tries in a window of time, then no more until it is over."""

from __future__ import annotations

import hashlib
import ipaddress

from django.conf import settings
from django.db import connection
from django.http import HttpRequest

WINDOW = 15 * 60
"""Seconds."""


def too_many(what: str, who: str, *, most: int, window: int = WINDOW) -> bool:
    """Count one more try of `what` by `who` (an address, an account; kept as a hash). True when it is one too many.

    It counts in the database's own time, not in the day of the pages: who guesses does too.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO access_tried (key, "window", times) VALUES (%s, extract(epoch FROM now())::bigint / %s, 1)
               ON CONFLICT (key, "window") DO UPDATE SET times = access_tried.times + 1 RETURNING times""",
            [_key(what, who), window],
        )
        (times,) = cursor.fetchone()
    return int(times) > most


def take_back(what: str, who: str, *, window: int = WINDOW) -> None:
    """The try was right after all and does not count. Whoever guesses cannot reset the count by it, only undo its own try."""
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE access_tried SET times = times - 1
               WHERE key = %s AND "window" = extract(epoch FROM now())::bigint / %s AND times > 0""",
            [_key(what, who), window],
        )


def address_of(request: HttpRequest) -> str:
    """Where a request comes from. Behind our proxy, which is there whenever https is on, what the proxy saw: the last entry
    of X-Forwarded-For, for those before it anybody can write. An IPv6 network of 64 bits counts as one address."""
    address = request.META.get("REMOTE_ADDR", "")
    if settings.HTTPS:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or address
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network(f"{found}/64", strict=False)) if found.version == 6 else address


def _key(what: str, who: str) -> str:
    return f"{what}:{hashlib.sha256(who.encode()).hexdigest()[:32]}"
