"""What counts as an open invoice on the pages."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet

from fordran.invoices.models import Invoice

TAKEN = Q(case__isnull=False)
"""The invoice has a case."""


def open_invoices(creditor: Any) -> QuerySet[Invoice]:
    """Invoices that the latest whole picture of the ledger has open, and those whose case still runs although they are gone
    from it. One that vanished without ever becoming a case has been settled as far as anybody knows."""
    rows = Invoice.objects.filter(creditor=creditor, kind="invoice", open_minor__gt=0)
    return rows.filter(Q(missing_since__isnull=True) | (TAKEN & ~Q(case__stage="closed")))
