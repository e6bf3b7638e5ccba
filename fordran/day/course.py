"""How a creditor's day goes on from step to step without anyone who watches over it.

Whoever finishes the last piece of a step writes down the pieces of the next one, in the same transaction. The row of the
course is locked for that moment, so that of two who finish at once the second sees that it was the last. Nothing here
depends on who works: `fordran day`, workers, or both.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.day import shards, wake
from fordran.day.shards import Leased, LeaseLost
from fordran.day.steps import STEPS, Counts, lay_out
from fordran.db.bulk import run

GOOD_FOR_HOURS = 18
"""A day that was left to workers is theirs for so long. What they find later was missed: letters would bear a date that has
passed, so the day is left for the next one to catch up with, or for a person to ask for again."""

_IN_HOURS = "now() + make_interval(hours => %s)"


@transaction.atomic
def begin(office: Office, day: date, *, workers: bool = False) -> bool:
    """Begin the creditor's day, or join it where it is running: then True. `workers` leaves the work to them.

    An earlier day that is not finished is over: all it left undone falls due today. While a later day is running a day
    that has been run is left as it is, so that a range of days can be given again after a stop; one that never was
    is refused (Refused).
    """
    creditor = office.creditor.pk
    new = run(
        """INSERT INTO day_course (creditor_id, day, step, state) VALUES (%s, %s, '', 'finished')
           ON CONFLICT (creditor_id, day) DO NOTHING RETURNING day""",
        [creditor, day],
    )
    state, step, _ = _locked(creditor, day)
    later = run("SELECT min(day) FROM day_course WHERE creditor_id = %s AND day > %s AND state = 'running'", [creditor, day])
    if later[0][0] and not new and state != "running":
        return False
    if later[0][0]:
        raise Refused(f"{later[0][0]} has begun and is not finished: run that day first", field="--on")
    run("UPDATE day_course SET state = 'overtaken' WHERE creditor_id = %s AND day < %s AND state = 'running'", [creditor, day])
    hours = GOOD_FOR_HOURS if workers else None
    if state == "running":
        if workers:
            run(f"UPDATE day_course SET workers_until = {_IN_HOURS} WHERE creditor_id = %s AND day = %s", [hours, creditor, day])
            wake.wake(shards.left(creditor, day, step))
        return True
    run(
        f"""UPDATE day_course SET state = 'running', step = '', workers_until = {_IN_HOURS}
            WHERE creditor_id = %s AND day = %s""",
        [hours, creditor, day],
    )
    _go_on(office, day)
    return False


def end(office: Office, shard: Leased, counts: Counts) -> None:
    """The piece is done, in the transaction of its work; after the last one the next step is laid out. Raises LeaseLost
    when another worker has the piece, or the day has gone on without it."""
    state, step, _ = _locked(shard.creditor, shard.day)
    if state != "running" or step != shard.step:
        raise LeaseLost(f"shard {shard.id}: its day has gone on without it")
    shards.finish(shard, counts)
    if not shards.left(shard.creditor, shard.day, step):
        _go_on(office, shard.day)


@transaction.atomic
def nudge(office: Office, day: date) -> None:
    """Go on where a step has nothing left and nobody went on: pieces were taken out by hand."""
    state, step, _ = _locked(office.creditor.pk, day)
    if state == "running" and not shards.left(office.creditor.pk, day, step):
        _go_on(office, day)


def step_of(creditor: int, day: date) -> str | None:
    """The step whose pieces are open; None when the day is not running."""
    rows = run("SELECT step FROM day_course WHERE creditor_id = %s AND day = %s AND state = 'running'", [creditor, day])
    return rows[0][0] if rows else None


def _locked(creditor: int, day: date) -> tuple[str, str, bool]:
    """State, step, and whether workers are to do it; the row stays ours to the end of the transaction."""
    rows = run(
        """SELECT state, step, coalesce(workers_until > now(), false) FROM day_course
           WHERE creditor_id = %s AND day = %s FOR UPDATE""",
        [creditor, day],
    )
    if not rows:
        raise LeaseLost(f"{day} was never begun for this creditor")
    return rows[0]


def _go_on(office: Office, day: date) -> None:
    """To the next step that has something to do, or to the end of the day. The row is locked."""
    creditor = office.creditor.pk
    _, step, by_workers = _locked(creditor, day)
    for coming in STEPS[STEPS.index(step) + 1 if step else 0 :]:
        lay_out(coming, office, day)
        pieces = shards.left(creditor, day, coming)
        if pieces:
            run("UPDATE day_course SET step = %s WHERE creditor_id = %s AND day = %s", [coming, creditor, day])
            if by_workers:
                wake.wake(pieces)
            return
    run("UPDATE day_course SET state = 'finished', step = '' WHERE creditor_id = %s AND day = %s", [creditor, day])
