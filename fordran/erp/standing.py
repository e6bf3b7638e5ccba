"""How a creditor stands with its ERP, in one picture for the command line and the pages."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.erp.connections import bank_of, connection_of
from fordran.erp.models import BankConnection, Connection, FetchRun


@dataclass(slots=True)
class Standing:
    """`running` is a reading under way or stopped half-way, `latest` the last ones, newest first."""

    connection: Connection | None
    bank: BankConnection | None
    running: FetchRun | None = None
    latest: list[FetchRun] = field(default_factory=list)
    errands: dict[str, int] = field(default_factory=dict)  # by state
    rests: dict[str, int] = field(default_factory=dict)  # open invoices by what the ERP says of them

    @property
    def any(self) -> bool:
        return self.connection is not None or self.bank is not None


def standing(creditor: Creditor, most: int = 10) -> Standing:
    """Six statements, whatever there is."""
    found = Standing(connection_of(creditor), bank_of(creditor))
    found.latest = list(FetchRun.objects.filter(creditor=creditor).order_by("-id")[:most])
    found.running = next((row for row in found.latest if row.state in ("running", "failed")), None)
    found.errands = dict(
        run("SELECT state, count(*) FROM erp_errand WHERE creditor_id = %s GROUP BY state ORDER BY state", [creditor.pk])
    )
    rows = run(
        """SELECT count(*) FILTER (WHERE i.left_alone OR u.left_alone), count(*) FILTER (WHERE i.held_in_erp),
                  count(*) FILTER (WHERE i.taken_by_other <> ''), count(*) FILTER (WHERE i.direct_debit)
           FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id
           WHERE i.creditor_id = %s AND i.kind = 'invoice' AND i.open_minor > 0 AND i.missing_since IS NULL""",
        [creditor.pk],
    )
    found.rests = dict(zip(("left_alone", "held_in_erp", "taken_by_other", "direct_debit"), rows[0], strict=True))
    return found


def as_data(found: Standing) -> dict[str, Any]:
    """For JSON."""
    known, bank = found.connection, found.bank
    return {
        "connector": known.connector if known else None,
        "company": known.company if known else None,
        "last_fetched_on": known.last_fetched_on if known else None,
        "last_error": known.last_error if known else "",
        "writes": {
            name: getattr(known, f"{name}_since") if known else None
            for name in ("posts_payments", "posts_vouchers", "attaches_letters", "marks_cases")
        },
        "bank": bank.connector if bank else None,
        "bank_error": bank.last_error if bank else "",
        "reading": _reading(found.running) if found.running else None,
        "latest": [_reading(row) for row in found.latest],
        "errands": found.errands,
        "rests": found.rests,
    }


def _reading(row: FetchRun) -> dict[str, Any]:
    day: date = row.day
    return {
        "day": day, "kind": row.kind, "state": row.state, "stage": row.stage, "pages": row.pages, "records": row.records,
        "total": row.total, "changed": row.changed, "refused": row.refused_count, "problems": row.refused, "error": row.error,
    }  # fmt: skip
