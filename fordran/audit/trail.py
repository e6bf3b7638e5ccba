"""What the machine does, as events with fields: a line of the log each. `record.py` is for what people did, and stays for ever.

One name is bound from the first page of the ERP to the letter and the errand: the *run*, which is a creditor's day. Whoever
works on that day, in whichever process and at whichever attempt, comes to the same name without asking anybody.

A field holds a number, a day or a short word of our own. Names, addresses, references and identity numbers never stand here;
`config/logs.py` lets only fields through that it knows.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from typing import Any

import structlog

log = structlog.get_logger("fordran")


def run_name(creditor_id: int, day: date) -> str:
    """`7-20261124`: creditor 7's 24th of November."""
    return f"{creditor_id}-{day:%Y%m%d}"


@contextmanager
def in_run(creditor_id: int, day: date, **more: Any) -> Iterator[None]:
    """All that is logged in the block, by whomever it calls, carries the run's name."""
    with structlog.contextvars.bound_contextvars(run=run_name(creditor_id, day), creditor=creditor_id, day=day, **more):
        yield


def counts_of(counts: dict[str, Any]) -> dict[str, int]:
    """The numbers among what a piece of work counted; sentences stay where a person reads them."""
    return {name: number for name, number in counts.items() if isinstance(number, int)}
