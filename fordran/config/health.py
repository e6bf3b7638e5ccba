"""Whether this installation can serve: asked by a load balancer, a container's engine, and `fordran doctor`.

`/health/live` says that the process answers. `/health/ready` goes to the database by a connection of its own, so that it tells
the truth when the pages' pool is broken, and answers 503 with the reasons. Neither says anything of anybody: numbers of
creditors are counted, not named.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import psycopg
from django.db import DatabaseError, transaction
from django.http import HttpRequest, HttpResponse, JsonResponse

from fordran.core.problems import Refused
from fordran.creditor_pages.tenancy import legal_day
from fordran.db import connect, migrated, roles

ANSWER_WITHIN_SECONDS = 3


class Reason(NamedTuple):
    """What is not right, in a word for machines and a sentence that says what to do."""

    what: str
    words: str


@dataclass(slots=True)
class Readiness:
    """Ready when there are no reasons against it. `day` is told beside it: a day that does not come on is for a person to look
    at, while the pages he looks at must stay up."""

    reasons: list[Reason] = field(default_factory=list)
    day: dict[str, int | str] = field(default_factory=dict)

    def as_data(self) -> dict[str, Any]:
        return {
            "ready": not self.reasons,
            "reasons": [{"what": reason.what, "words": reason.words} for reason in self.reasons],
            "day": self.day,
        }


@contextmanager
def own_connection(role: str) -> Iterator[psycopg.Connection]:
    """Beside the pages' pool, and with little patience. Raises Refused when nothing was set up, and psycopg.Error."""
    info = connect.server()
    if info is None:
        raise Refused("nothing has been set up here yet: run `fordran db start` or `fordran db init`")
    parameters = info.parameters(role, connect.database_name(info)) | {
        "connect_timeout": str(ANSWER_WITHIN_SECONDS), "options": f"-c statement_timeout={ANSWER_WITHIN_SECONDS * 1000}",
    }  # fmt: skip
    with psycopg.connect(**parameters, autocommit=True) as connection:  # type: ignore[arg-type]
        yield connection


def see_all(connection: psycopg.Connection) -> None:
    """For counting: every creditor's rows, to the end of the transaction."""
    connection.execute(
        "SELECT set_config('fordran.creditors', coalesce(string_agg(id::text, ','), ''), true) FROM creditors_creditor"
    )


def readiness(role: str, today: Callable[[], date]) -> Readiness:
    """As this role of the database (app for the pages, batch for the day). `today` is asked once the database answers, since the
    demonstration keeps its day there. Never raises what a server does."""
    found = Readiness()
    try:
        with own_connection(role) as connection:
            _look(found, connection, role, today)
    except Refused as refused:
        found.reasons.append(Reason("database", refused.problems[0].message))
    except (psycopg.Error, DatabaseError) as error:
        words = f"the database cannot be used ({type(error).__name__}): see that it runs and that this machine reaches it"
        found.reasons.append(Reason("database", words))
    return found


def _look(found: Readiness, connection: psycopg.Connection, role: str, today: Callable[[], date]) -> None:
    if migrated.database_state(connection) != _wanted():
        found.reasons.append(Reason("migrations", "the tables are not those of this code: run `fordran db migrate`"))
        return
    user = connection.execute("SELECT current_user").fetchone()
    if user is None or user[0] != roles.LOGIN_ROLES[role]:
        found.reasons.append(Reason("role", f"this is not the role {roles.LOGIN_ROLES[role]}: run `fordran db init`"))
    if role == "app" and roles.is_powerful(connection):
        found.reasons.append(Reason("role", "walls between creditors do not hold for the pages' role: run `fordran db init`"))
    with connection.transaction():
        see_all(connection)
        found.day = _day(connection, today())


@cache
def _wanted() -> str:
    """The code of a running process does not change."""
    return migrated.code_state()


def _day(connection: psycopg.Connection, today: date) -> dict[str, int | str]:
    """How far today has come, in creditors, and pieces of running days that failed."""
    row = connection.execute(
        """SELECT count(*) FILTER (WHERE d.state = 'running'), count(*) FILTER (WHERE d.state = 'finished'),
                  count(*) FILTER (WHERE d.id IS NULL),
                  (SELECT count(*) FROM day_shard s JOIN day_course r USING (creditor_id, day)
                   WHERE r.state = 'running' AND s.state = 'failed')
           FROM creditors_creditor c LEFT JOIN day_course d ON d.creditor_id = c.id AND d.day = %s WHERE c.active""",
        [today],
    ).fetchone()
    names = ("running", "finished", "not_begun", "failed_pieces")
    return {"on": today.isoformat()} | dict(zip(names, row or (0, 0, 0, 0), strict=True))


@transaction.non_atomic_requests
def live(request: HttpRequest) -> HttpResponse:
    """This process answers. Says nothing of the database."""
    return JsonResponse({"live": True})


@transaction.non_atomic_requests
def ready(request: HttpRequest) -> HttpResponse:
    """200 when pages can be served, 503 with the reasons when not."""
    found = readiness(connect.role(), legal_day)
    return JsonResponse(found.as_data(), status=503 if found.reasons else 200)
