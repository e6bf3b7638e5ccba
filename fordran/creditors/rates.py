"""Reference rates that an operator entered for a half-year the book does not hold yet, kept apart and shown as such."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db import IntegrityError, transaction

from fordran.core.problems import Refused
from fordran.creditors.models import AddedRate


def add_rate(starts_on: date, percent: Decimal, source_url: str) -> None:
    """Raises Refused when that half-year has a rate already; which half-year is next is the book's business."""
    try:
        with transaction.atomic():
            AddedRate.objects.create(starts_on=starts_on, percent=percent, source_url=source_url)
    except IntegrityError:
        raise Refused(f"a rate from {starts_on} was added before; it is not changed", field="--from") from None


def added_rates() -> list[tuple[date, Decimal, str]]:
    """(first day, percent, source), oldest first."""
    return list(AddedRate.objects.order_by("starts_on").values_list("starts_on", "percent", "source_url"))
