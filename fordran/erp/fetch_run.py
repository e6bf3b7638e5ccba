"""The row that says how far a reading of the ERP has come, committed with each page: a stop costs at most one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fordran.erp.models import Connection, FetchRun, SeenNumber
from fordran.ports.erp import RecordProblem

MOST_KEPT = 200
"""Refused records named on a run's row; the rest are only counted."""


def begin(known: Connection, day: date) -> FetchRun:
    """The reading to go on with, or a new one. A first load is gone on with on any day; of the others only today's, for an
    older one is overtaken by reading all its changes again."""
    return _open(known, day, ("first", "delta")) or new(known, day, "delta" if known.since_items else "first", "customers")


def begin_sweep(known: Connection, day: date) -> FetchRun:
    """Today's sweep to go on with, or a new one."""
    return _open(known, day, ("sweep",)) or new(known, day, "sweep", "numbers")


def _open(known: Connection, day: date, kinds: Sequence[str]) -> FetchRun | None:
    """Whoever reads is alone, so a row found running belongs to a process that was killed."""
    rows = FetchRun.objects.filter(creditor_id=known.creditor_id)
    rows.filter(state="running").update(state="failed", error="stopped")
    row = rows.filter(state="failed", kind__in=kinds).order_by("-id").first()
    if row is not None and (row.kind == "first" or row.day == day):
        row.state, row.error = "running", ""
        row.save()
        return row
    old = list(rows.filter(state="failed", kind__in=kinds).values_list("pk", flat=True))
    SeenNumber.objects.filter(run_id__in=old).delete()
    rows.filter(pk__in=old).update(state="overtaken")
    return None


def new(known: Connection, day: date, kind: str, stage: str) -> FetchRun:
    return FetchRun.objects.create(
        creditor_id=known.creditor_id, day=day, kind=kind, stage=stage, since=known.since_customers, since_items=known.since_items
    )


def page_done(
    row: FetchRun, *, records: int, changed: int, place: str, total: int | None, refused: Sequence[RecordProblem]
) -> None:
    """In the transaction that took the page in. At the last page of a stage the caller turns to the next one."""
    row.pages += 1
    row.records += records
    row.changed += changed
    row.place = place
    row.total = total if total is not None else row.total
    row.refused_count += len(refused)
    row.refused = [
        *row.refused, *({"number": p.number, "field": p.field, "message": p.message} for p in refused)
    ][:MOST_KEPT]  # fmt: skip
    row.save()


def next_stage(row: FetchRun, stage: str) -> None:
    row.stage, row.place, row.total = stage, "", None
    row.save()


def failed(row: FetchRun, error: str) -> None:
    """What it got is kept; the next attempt goes on from there."""
    FetchRun.objects.filter(pk=row.pk, state="running").update(state="failed", error=error)
