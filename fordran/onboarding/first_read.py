"""A company's ledger is read before it is switched on, so that its settings can be tried on its own invoices.

It begins when the agreement is accepted, not before: until then its customers are none of our business. Nothing is chosen and
nobody is written to, for the company is not active. A reading that was stopped goes on where it was.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from fordran.agreements.standing import is_locked
from fordran.cases.office import open_office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day import world
from fordran.day.connecting import connect_and_try
from fordran.day.fetch import Fetched, Progress, fetch
from fordran.erp.connections import SWITCHES, connection_of
from fordran.erp.models import FetchRun

BY = "first reading"


@dataclass(frozen=True, slots=True)
class Reading:
    """How far it has come. `state`: none (no ERP is connected), locked, wanted, running, failed, done."""

    state: str
    records: int = 0
    total: int | None = None
    stage: str = ""
    error: str = ""
    on: date | None = None


def reading_of(creditor: Creditor) -> Reading:
    """Three statements at most."""
    known = connection_of(creditor)
    if known is None:
        return Reading("none")
    if known.last_fetched_on is not None:
        return Reading("done", on=known.last_fetched_on)
    if is_locked(creditor):
        return Reading("locked")
    row = FetchRun.objects.filter(creditor=creditor).order_by("-pk").first()
    if row is None:
        return Reading("failed", error=known.last_error) if known.last_error else Reading("wanted")
    if row.state == "failed" or known.last_error:
        return Reading("failed", row.records, row.total, row.stage, known.last_error or row.error)
    return Reading("running", row.records, row.total, row.stage)


def read_now(creditor: Creditor, today: date, progress: Progress | None = None) -> Fetched:
    """Read customers and what is open, from the beginning or from where it was stopped. Not inside a transaction; as a role
    that sees the creditor. Raises Refused while the agreement waits, or without an ERP."""
    if is_locked(creditor):
        raise Refused(f"{creditor.name} has not accepted its agreement: its ledger is not read before", field="--creditor")
    erp = world.erp_of(creditor)
    if erp is None:
        raise Refused(f"{creditor.name} has no ERP connected", field="--creditor")
    done = fetch(open_office(creditor), erp, today, progress)
    if not done.error:
        _settle_switches(creditor, today)
    return done


def _settle_switches(creditor: Creditor, today: date) -> None:
    """Tell the ERP of payments, vouchers, letters and cases, as far as it takes them as it is connected now. Where a person has
    chosen already, that stands."""
    known = connection_of(creditor)
    if known is None or any(getattr(known, f"{name}_since") for name in SWITCHES):
        return
    for names in (SWITCHES, tuple(name for name in SWITCHES if name != "posts_payments")):
        try:
            connect_and_try(creditor, known.connector, {}, {}, by=BY, today=today, switches=dict.fromkeys(names, True))
        except Refused:
            continue
        return


@transaction.atomic
def read_anew(creditor: Creditor) -> None:
    """A person asks for another try: the earlier error is forgotten."""
    known = connection_of(creditor)
    if known is not None and known.last_error:
        type(known).objects.filter(pk=known.pk).update(last_error="")
