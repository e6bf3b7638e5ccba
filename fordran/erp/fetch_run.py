"""The row that says how far a reading of the ERP has come, committed with each page: a stop costs at most one page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fordran.erp.models import Connection, FetchRun
from fordran.ports.erp import RecordProblem

MOST_KEPT = 200
"""Refused records named on a run's row; the rest are only counted."""


def begin(known: Connection, day: date) -> FetchRun:
    """The reading to go on with, or a new one. A first load is gone on with on any day; of the others only today's, for an
    older one is overtaken by reading all its changes again."""
    open_ = FetchRun.objects.filter(creditor_id=known.creditor_id, state__in=["running", "failed"]).order_by("-id").first()
    if open_ is not None and (open_.kind == "first" or open_.day == day):
        open_.state, open_.error = "running", ""
        open_.save()
        return open_
    FetchRun.objects.filter(creditor_id=known.creditor_id, state__in=["running", "failed"]).update(state="overtaken")
    kind = "delta" if known.since_items else "first"
    return new(known, day, kind, "customers")


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
