"""Sessions of people, from sign-in to their end. All times are the database's: in a session the day of the pages counts nothing.

A session ends half an hour after the last click (Django's own cookie and row) and twelve hours after it began (here). When a
role of the person changes the session gets a new key at its next request. What reaches far asks for a proof of who one is, not
older than five minutes: a passkey, a code of the app, an OpenID sign-in or BankID; a password alone is none.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet
from django.db.models.functions import Now
from django.http import HttpRequest

from fordran.access.models import SignedIn

FRESH_SECONDS = 5 * 60
_SECOND_STEP = "fordran_second_step_missing"


@dataclass(frozen=True, slots=True)
class State:
    """`over`: it was ended, or has lasted its longest."""

    over: bool
    renew: bool


def key_of(session_key: str | None) -> str:
    return hashlib.sha256((session_key or "").encode()).hexdigest()


def look(request: HttpRequest) -> State:
    """The signed-in visitor's session: one statement, and a second one a minute at most to say that it was seen."""
    key, user_id = key_of(request.session.session_key), request.user.pk or 0
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT ended_at IS NOT NULL OR now() - began_at > %s * interval '1 hour', renew,
                      now() - seen_at > interval '1 minute'
               FROM access_signedin WHERE key = %s AND user_id = %s""",
            [settings.SESSION_LONGEST_HOURS, key, user_id],
        )
        row = cursor.fetchone()
        if row is None:
            begin(request, user_id)
            return State(over=False, renew=False)
        over, renew, long_ago = row
        if long_ago and not over:
            cursor.execute("UPDATE access_signedin SET seen_at = now() WHERE key = %s", [key])
    return State(over=over, renew=renew)


def begin(request: HttpRequest, user_id: int, *, door: str = "", proved: bool = False) -> None:
    """A session has begun, or got a new key at sign-in. Told twice of one session, the second changes only what it knows more."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO access_signedin (key, user_id, door, browser, renew, proved_at)
               VALUES (%s, %s, %s, %s, false, CASE WHEN %s THEN now() END)
               ON CONFLICT (key) DO UPDATE SET door = coalesce(nullif(excluded.door, ''), access_signedin.door),
                   proved_at = coalesce(excluded.proved_at, access_signedin.proved_at)""",
            [key_of(request.session.session_key), user_id, door, browser_of(request), proved],
        )


def new_key(request: HttpRequest) -> None:
    """The session goes on under a new key, which nobody but its visitor has seen."""
    old = key_of(request.session.session_key)
    request.session.cycle_key()
    SignedIn.objects.filter(key=old).update(key=key_of(request.session.session_key), renew=False)


def renew_of(user_id: int) -> None:
    """A role of the person has changed: every session of theirs gets a new key at its next request."""
    SignedIn.objects.filter(user_id=user_id, ended_at=None).update(renew=True)


def own(request: HttpRequest) -> QuerySet[SignedIn]:
    """The visitor's sessions that may still be used, the latest first."""
    longest = timedelta(hours=settings.SESSION_LONGEST_HOURS)
    idle = timedelta(seconds=settings.SESSION_COOKIE_AGE + 60)  # what is seen is written once a minute
    living = SignedIn.objects.filter(user_id=request.user.pk or 0, ended_at=None)
    living = living.filter(began_at__gt=Now() - longest, seen_at__gt=Now() - idle)
    return living.order_by("-seen_at", "-pk")


def end_own(request: HttpRequest) -> None:
    """The visitor leaves by themselves."""
    SignedIn.objects.filter(key=key_of(request.session.session_key), ended_at=None).update(ended_at=Now())


def end(user_id: int, session_id: int) -> bool:
    """End one session of the person's. False when it is not theirs, or ended already."""
    return SignedIn.objects.filter(pk=session_id, user_id=user_id, ended_at=None).update(ended_at=Now()) == 1


def end_others(request: HttpRequest) -> int:
    """End every session of the visitor's but this one. How many were ended."""
    key = key_of(request.session.session_key)
    return own(request).exclude(key=key).update(ended_at=Now())


def prove(request: HttpRequest) -> None:
    """The visitor has just shown who they are, by more than a password."""
    SignedIn.objects.filter(key=key_of(request.session.session_key)).update(proved_at=Now())


def is_fresh(request: HttpRequest) -> bool:
    """True when the visitor proved who they are within five minutes."""
    since = Now() - timedelta(seconds=FRESH_SECONDS)
    rows = SignedIn.objects.filter(key=key_of(request.session.session_key), user_id=request.user.pk or 0, ended_at=None)
    return rows.filter(proved_at__gte=since).exists()


def second_step_is_missing(request: HttpRequest) -> bool:
    """True for a session by password alone, of a person who has no second step yet: nothing opens before they have one."""
    return bool(request.session.get(_SECOND_STEP))


def note_second_step(request: HttpRequest, *, missing: bool) -> None:
    if missing:
        request.session[_SECOND_STEP] = True
    else:
        request.session.pop(_SECOND_STEP, None)


_BROWSERS = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def browser_of(request: HttpRequest) -> str:
    """`Firefox, Windows`: enough to know one's own sessions by."""
    agent = request.headers.get("User-Agent", "")
    words = [next((name for mark, name in table if mark in agent), "") for table in (_BROWSERS, _SYSTEMS)]
    return ", ".join(filter(None, words))


def forget_old(*, days: int = 90) -> int:
    """Take away what is known of sessions that were last seen longer ago. How many."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM access_signedin WHERE now() - seen_at > %s * interval '1 day'", [days])
        return int(cursor.rowcount)
