"""Money in over time: by day, week or month, in kronor; what came to the account on the letter, and straight to the creditor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, F, Sum
from django.db.models.functions import TruncDay, TruncMonth, TruncWeek

from fordran.creditor_pages.payment_list import MONEY_IN
from fordran.creditor_pages.words import t
from fordran.settlement.models import Payment

DAYS, WEEKS, MONTHS = 28, 13, 12
PERS = {"day": TruncDay, "week": TruncWeek, "month": TruncMonth}


@dataclass(slots=True)
class Span:
    """One day, week or month. Sums in öre."""

    name: str
    first: date
    last: date
    bank_minor: int = 0
    creditor_minor: int = 0
    payments: int = 0

    @property
    def all_minor(self) -> int:
        return self.bank_minor + self.creditor_minor


def money_in(creditor: Any, today: date, per: str) -> list[Span]:
    """The latest spans, oldest first, the one that goes on now last. One query."""
    spans = spans_of(today, per)
    rows = (
        Payment.objects.filter(MONEY_IN, creditor=creditor, on__gte=spans[0].first, on__lte=today, currency="SEK")
        .annotate(span=PERS[per]("on"))
        .values("span", "via")
        .annotate(n=Count("id"), total=Sum(F("amount_minor") - F("taken_minor")))
    )
    found: dict[date, Any] = defaultdict(list)
    for row in rows:
        found[row["span"]].append(row)
    for span in spans:
        for row in found[span.first]:
            span.payments += row["n"]
            if row["via"] == "bank":
                span.bank_minor += row["total"]
            else:
                span.creditor_minor += row["total"]
    return [s for s in spans if per != "day" or s.first.weekday() < 5 or s.payments or s.first == today]


def spans_of(today: date, per: str) -> list[Span]:
    if per == "day":
        days = [today - timedelta(days=n) for n in reversed(range(DAYS))]
        return [Span(f"{d.day}/{d.month}", d, d) for d in days]
    if per == "week":
        monday = today - timedelta(days=today.weekday())
        firsts = [monday - timedelta(weeks=n) for n in reversed(range(WEEKS))]
        return [Span(str(d.isocalendar().week), d, d + timedelta(days=6)) for d in firsts]
    months = [_month_before(today, n) for n in reversed(range(MONTHS))]
    return [Span(_month_names()[d.month - 1], d, _month_before(d, -1) - timedelta(days=1)) for d in months]


def _month_before(today: date, n: int) -> date:
    number = today.year * 12 + today.month - 1 - n
    return date(number // 12, number % 12 + 1, 1)


def _month_names() -> Sequence[str]:
    return [
        str(month)
        for month in (t("jan"), t("feb"), t("mars"), t("apr"), t("maj"), t("juni"), t("juli"), t("aug"), t("sep"), t("okt"),
                      t("nov"), t("dec"))
    ]  # fmt: skip


def title(spans: Sequence[Span], per: str) -> str:
    """The finding: growth over the last two whole spans, else what the plot shows."""
    whole = [span.all_minor for span in spans]
    grown = len(whole) > 3 and whole[-4] < whole[-3] < whole[-2]
    if per == "week":
        return str(t("Inbetalningarna har ökat två veckor i rad") if grown else t("Inbetalt vecka för vecka"))
    if per == "month":
        return str(t("Inbetalningarna har ökat två månader i rad") if grown else t("Inbetalt månad för månad"))
    return str(t("Inbetalt dag för dag"))
