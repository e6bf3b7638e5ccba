"""Invoices that were reminded before they came to us: what the ERP says, what people have marked, and what nobody says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from fordran.cases.filter_count import FilterCount
from fordran.cases.office import Office
from fordran.creditor_pages.filter_rule import say_sums
from fordran.creditor_pages.words import t
from fordran.day.world import label_of
from fordran.erp.models import Connection
from fordran.invoices.models import Invoice

SAID = Q(reminded_on__isnull=False) | Q(marked_on__isnull=False)
"""The ERP or a person says that it has been reminded."""


@dataclass(frozen=True, slots=True)
class Known:
    """Of what the filter would take today: those reminded before."""

    n: int
    sum: str
    rows: Sequence[Any]
    unsaid: int  # nobody says whether they have been reminded
    erp: str  # name of the ERP, or of what stands in its place


def without_case(creditor: Any) -> QuerySet[Invoice]:
    """Open invoices that have no case: those a mark still helps."""
    return Invoice.objects.filter(
        creditor=creditor, kind="invoice", open_minor__gt=0, missing_since__isnull=True, case__isnull=True
    )


def found_by(rows: QuerySet[Invoice], text: str, folded: str) -> QuerySet[Invoice]:
    """Those whose number begins so, or whose customer has that number or a name with it."""
    if not text:
        return rows
    return rows.filter(Q(number__startswith=text) | Q(customer__key=text) | Q(customer__search_text__contains=folded))


def known_as_reminded(office: Office, count: FilterCount, most: int) -> Known:
    rows = list(
        Invoice.objects.filter(creditor=office.creditor, pk__in=count.reminded_ids[:most])
        .select_related("customer")
        .order_by("due_on", "id")
    )
    for row in rows:
        dress(office, row)
    return Known(count.reminded.n, say_sums(count.reminded.minor), rows, len(count.not_reminded), erp_name(office))


def dress(office: Office, row: Any) -> None:
    """What a row shows: the day and fee that hold, who says so, and how the invoice would begin."""
    row.by_erp = row.reminded_on is not None
    row.told_on = row.reminded_on or row.marked_reminded_on
    row.told_fee = row.reminded_fee_minor if row.reminded_fee_minor is not None else row.marked_fee_minor
    policy = office.book.policy(row.customer.key, row.customer.class_key)
    demand = policy.after_own_reminder.value == "demand"
    row.begins = t("Inkassokrav") if demand else t("Påminnelse utan avgift")


def erp_name(office: Office) -> str:
    connection = Connection.objects.filter(creditor=office.creditor, active=True).first()
    if connection is None or connection.connector == "folder":
        return str(t("reskontran"))
    return label_of(connection.connector)
