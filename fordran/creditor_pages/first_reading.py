"""The first reading of a company's ledger, started from a page and watched there."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

from django.db import transaction

from fordran.creditors.models import Creditor
from fordran.day.fetch import is_read
from fordran.onboarding.first_read import read_anew, reading_of

_started: dict[int, subprocess.Popen[bytes]] = {}
"""By creditor, in this process. Two processes that read one company wait for each other at its lock."""


def start_reading(creditor: Creditor, today: date, *, again: bool = False) -> bool:
    """Read the ledger in a process of its own, as the batch role, once this request is committed. True when it was started:
    where it is wanted and not under way. `again`: though it has been read, or the last try failed."""
    state = reading_of(creditor).state
    if state in ("none", "locked") or is_under_way(creditor.pk) or not (again or state in ("wanted", "running")):
        return False
    if is_read(creditor.pk):
        return False
    if again:
        read_anew(creditor)
    transaction.on_commit(lambda: _start(creditor, today))
    return True


def is_under_way(creditor_id: int) -> bool:
    one = _started.get(creditor_id)
    return one is not None and one.poll() is None


def _start(creditor: Creditor, today: date) -> None:
    command = [sys.executable, "-m", "fordran.cli.main", "erp", "first-read", "--creditor", creditor.organisation_number, "--on",
               today.isoformat()]  # fmt: skip
    _started[creditor.pk] = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
