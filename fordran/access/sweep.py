"""What the reception need not know any more is taken away, once a day, by the database's clock."""

from __future__ import annotations

from django.db import connection

from fordran.access.signed_in import forget_old

SWEPT = {
    "tries": "DELETE FROM access_tried WHERE at < now() - interval '2 days'",  # the longest window is a day
    "forms": "DELETE FROM access_formuse WHERE at < now() - interval '30 days'",
    "departures": "DELETE FROM access_departure WHERE at < now() - interval '30 days'",  # they say something for a day
    "invitations": "UPDATE access_invitation SET email = '' WHERE email <> '' AND made_at < now() - interval '90 days'",
}
"""Of invitations the address only: the log names them by their number. A link works for fourteen days."""


def sweep() -> dict[str, int]:
    """How many rows of each were taken away; empty when it has been done today. Whoever comes first does it."""
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO access_tried (key, "window", times) VALUES ('sweep', extract(epoch FROM now())::bigint / 86400, 1)
               ON CONFLICT (key, "window") DO NOTHING"""
        )
        if not cursor.rowcount:
            return {}
        done = {}
        for what, statement in SWEPT.items():
            cursor.execute(statement)
            done[what] = int(cursor.rowcount)
    return {**done, "sessions": forget_old()}
