"""One piece of a day, done once: its work, the mark that it is done, and what follows, together or not at all."""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping
from contextlib import suppress

from django.db import Error as DatabaseTrouble
from django.db import transaction

from fordran.audit.trail import counts_of, in_run, log
from fordran.cases.office import Office
from fordran.day import course, shards
from fordran.day.shards import Leased, LeaseLost
from fordran.day.steps import OUTSIDE, Counts, deed, outside
from fordran.ports.post import LetterChannel

_STOOD_IN_THE_WAY = ("40001", "40P01")
"""Serialisation failure, deadlock: the server ended one of two transactions; its work is simply done again."""


def work(open_: Callable[[], Office], shard: Leased, channels: Mapping[str, LetterChannel]) -> Counts | None:
    """Do the piece. None when it is not ours any more, or is to be taken again. Raises what went wrong, after the piece was
    marked as failed."""
    with in_run(shard.creditor, shard.day, step=shard.step, piece=shard.number, attempt=shard.attempt):
        log.debug("piece begun")
        try:
            counts = _work(open_, shard, channels)
        except Exception as error:
            log.error("piece failed", exc_info=error)
            raise
        if counts is None:
            log.info("piece given up")
        else:
            log.info("piece done", counts=counts_of(counts))
        return counts


def _work(open_: Callable[[], Office], shard: Leased, channels: Mapping[str, LetterChannel]) -> Counts | None:
    try:
        office = open_()
        if shard.step in OUTSIDE:
            counts = outside(office, shard, channels)
            with transaction.atomic():
                course.end(office, shard, counts)
        else:
            with transaction.atomic():
                counts = deed(office, shard)
                course.end(office, shard, counts)
    except LeaseLost:
        return None
    except Exception as error:
        if getattr(error.__cause__, "sqlstate", "") in _STOOD_IN_THE_WAY and shard.attempt < shards.MOST_ATTEMPTS:
            shards.give_back(shard)
            return None
        with suppress(DatabaseTrouble):  # the session may be gone, and its lease with it
            shards.fail(shard, plainly(error))
        raise
    return counts


def plainly(error: Exception) -> str:
    """What went wrong and where, in one line. Of the server's message only its first line: the next may show a row."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    said = str(error).strip().partition("\n")[0]
    return f"{type(error).__name__}: {said} ({last.name}, line {last.lineno})"
