"""Finding customers and customer classes in the mirror of the ledger, as somebody types."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Case, Count, F, IntegerField, Q, Sum, Value, When

from fordran.core.sorting import fold
from fordran.countries import registry
from fordran.creditors.keys import stored_key
from fordran.creditors.models import Creditor
from fordran.invoices.models import Customer, Invoice


@dataclass(frozen=True, slots=True)
class FoundClass:
    """A class with how many customers it has, and what is open of their invoices in SEK, öre."""

    key: str
    customers: int
    open_minor: int


def find_customers(creditor: Creditor, text: str, most: int = 12) -> list[Customer]:
    """Customers by number or name: the very number first, then numbers and names that begin so, then names that hold it."""
    text = " ".join(text.split())
    query = Customer.objects.filter(creditor=creditor)
    if not text:
        return list(query.order_by("sort_name", "id")[:most])
    number, name = stored_key(text, registry.country(creditor.country)), fold(text)
    rank = Case(
        When(key=number, then=Value(0)),
        When(Q(key__startswith=text) | Q(search_text__startswith=name), then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    found = query.filter(Q(key=number) | Q(key__startswith=text) | Q(search_text__contains=name))
    return list(found.annotate(rank=rank).order_by("rank", "sort_name", "id")[:most])


def find_classes(creditor: Creditor, text: str = "", most: int = 12) -> list[FoundClass]:
    """Classes whose name holds the text, by name. Two statements."""
    customers = Customer.objects.filter(creditor=creditor).exclude(class_key="")
    if text.strip():
        customers = customers.filter(class_key__icontains=" ".join(text.split()))
    counted = customers.values("class_key").annotate(n=Count("id")).order_by("class_key")[:most]
    found = {row["class_key"]: row["n"] for row in counted}
    sums = (
        Invoice.objects.filter(
            creditor=creditor, kind="invoice", open_minor__gt=0, missing_since=None, currency="SEK",
            customer__class_key__in=list(found),
        )
        .values(key=F("customer__class_key"))
        .annotate(total=Sum("open_minor"))
    )  # fmt: skip
    total = {row["key"]: row["total"] for row in sums}
    return [FoundClass(key, n, total.get(key, 0)) for key, n in found.items()]
