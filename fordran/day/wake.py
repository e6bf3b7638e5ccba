"""Waking workers: Procrastinate's queue, on the same PostgreSQL and in the same transaction.

A job says nothing but "look for work"; what there is to do stands in the table of shards. So jobs may be lost, deleted or
doubled without harm: every worker also looks by itself now and then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from procrastinate import App
from procrastinate.connector import BaseConnector
from procrastinate.contrib.django.django_connector import DjangoConnector

from fordran.db.bulk import run

QUEUE = "day"
LOOK = "fordran.look_for_work"

MOST_AT_ONCE = 100
"""One waking for each piece, but no more than there could be workers."""


def queue(connector: BaseConnector, look: Callable[[], Awaitable[Any]] | None = None) -> App:
    """The queue over a connector; `look` is what a worker does when it is woken."""
    app = App(connector=connector)
    if look is not None:
        app.task(name=LOOK, queue=QUEUE)(look)
    return app


def wake(pieces: int) -> None:
    """Wake so many workers when this transaction is committed."""
    number = min(pieces, MOST_AT_ONCE)
    if number:
        queue(DjangoConnector()).configure_task(LOOK, queue=QUEUE).batch_defer(*[{} for _ in range(number)])


def forget_the_dead() -> None:
    """Take out wakings that a worker had taken and died with, so that the table stays short."""
    run(
        """DELETE FROM procrastinate_jobs j WHERE j.queue_name = %s AND j.status <> 'todo' AND NOT EXISTS (
               SELECT 1 FROM procrastinate_workers w
               WHERE w.id = j.worker_id AND w.last_heartbeat > now() - interval '2 minutes')""",
        [QUEUE],
    )


def forget_when_idle() -> None:
    """Take out wakings that nobody needs, where workers come and go and none listens."""
    run(
        """DELETE FROM procrastinate_jobs WHERE queue_name = %s AND status = 'todo'
           AND NOT EXISTS (SELECT 1 FROM day_course WHERE state = 'running' AND workers_until > now())""",
        [QUEUE],
    )
