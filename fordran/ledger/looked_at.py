"""How far a reader of the ledger has come, so that the next reading begins there and not at the beginning.

Ids are given out before their rows are committed, so a lower id may appear after a higher one. A place is therefore believed only
when every transaction that was under way as it was noted has ended: what they wrote was then seen by a reading in between.
"""

from __future__ import annotations

from dataclasses import dataclass

from fordran.db.bulk import run


@dataclass(frozen=True, slots=True)
class Look:
    """`after`: transfers up to this id need not be read again. `proved`: nor those up to this one, once this reading is done."""

    creditor: int
    reader: str
    after: int
    proved: int


def begin_to_look(creditor: int, reader: str) -> Look:
    """Before reading; `note_looked` after it. One reading of a creditor by a reader at a time: the caller holds a lock."""
    rows = run(
        """SELECT upto, CASE WHEN seen_xid < pg_snapshot_xmin(pg_current_snapshot())::text::bigint THEN noted ELSE upto END
           FROM ledger_lookedat WHERE creditor_id = %s AND reader = %s""",
        [creditor, reader],
    )
    after, proved = rows[0] if rows else (0, 0)
    return Look(creditor, reader, after, max(after, proved))


def note_looked(look: Look, waits: int | None = None) -> None:
    """Everything read is dealt with, but for what `waits`: the lowest id that must be read again. In the transaction that dealt
    with it."""
    most = waits - 1 if waits is not None else 2**62
    run(
        """INSERT INTO ledger_lookedat AS l (creditor_id, reader, upto, noted, seen_xid)
           SELECT %(c)s, %(reader)s, 0, least(%(most)s, coalesce(max(id), 0)),
                  pg_snapshot_xmax(pg_current_snapshot())::text::bigint
           FROM ledger_transfer WHERE creditor_id = %(c)s AND id > %(after)s
           ON CONFLICT (creditor_id, reader) DO UPDATE SET upto = greatest(l.upto, least(%(proved)s, %(most)s)),
               noted = CASE WHEN l.noted <= %(proved)s THEN excluded.noted ELSE l.noted END,
               seen_xid = CASE WHEN l.noted <= %(proved)s THEN excluded.seen_xid ELSE least(l.seen_xid, excluded.seen_xid) END""",
        {"c": look.creditor, "reader": look.reader, "most": most, "after": look.after, "proved": look.proved},
    )
