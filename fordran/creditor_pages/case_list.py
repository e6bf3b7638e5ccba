"""The list of cases: its views, filters and orders, all of it in the address."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from typing import Any

from django.db.models import BigIntegerField, Case, Count, F, Q, QuerySet, Sum, When
from django.http import QueryDict

from fordran.cases.models import Case as Claim
from fordran.core.money import parse_kronor
from fordran.creditor_pages.tables import Sort, by_day, by_sum, by_text
from fordran.creditor_pages.words import HOLDS, STAGES, word

#: What is open in the claim's own currency, as last booked. Costs are in kronor and are added only where the claim is too.
OPEN_SUM = (
    F("capital_minor")
    + F("interest_minor")
    + Case(When(currency="SEK", then=F("costs_minor")), default=0, output_field=BigIntegerField())
)

VIEWS = {
    "open": ("Öppna", ~Q(stage="closed")),
    "choice": ("Ert val", Q(stage="awaiting_creditor", held="")),
    "question": ("Frågor", ~Q(stage="closed") & (Q(outcome="ask", held="") & ~Q(stage="awaiting_creditor") | Q(held="question"))),
    "resting": ("Vilar", ~Q(stage="closed") & ~Q(held="")),
    "authority": ("Hos Kronofogden", Q(stage__in=["payment_order", "enforcement", "surveillance"])),
    "closed": ("Avslutade", Q(stage="closed")),
}

SORTS: dict[str, Sort] = {
    "due": by_day("due_on"),
    "name": by_text("customer__sort_name"),
    "next": by_day("next_on"),
    "amount": by_sum(OPEN_SUM),
}


def folded(text: str) -> str:
    """As `Customer.search_text` is written: lower case, without accents."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return "".join(c for c in plain if not unicodedata.combining(c)).strip()


@dataclass
class CaseFilter:
    view: str = "open"
    words: str = ""
    stages: list[str] = field(default_factory=list)
    hold: str = ""
    class_key: str = ""
    low: str = ""
    high: str = ""
    sort: str = "due"
    after: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> CaseFilter:
        return cls(
            view=query.get("view") if query.get("view") in VIEWS else "open",  # type: ignore[arg-type]
            words=query.get("q", "").strip()[:100],
            stages=[s for s in query.getlist("stage") if s in STAGES],
            hold=query.get("hold", "") if query.get("hold", "") in HOLDS else "",
            class_key=query.get("class", "")[:100],
            low=query.get("low", "").strip()[:20],
            high=query.get("high", "").strip()[:20],
            sort=query.get("sort") if query.get("sort") in SORTS else "due",  # type: ignore[arg-type]
            after=query.get("after", ""),
        )

    def rows(self, creditor: Any) -> QuerySet[Claim]:
        query = Claim.objects.filter(VIEWS[self.view][1], creditor=creditor).select_related("customer", "invoice")
        query = query.annotate(open_sum=OPEN_SUM)
        if self.stages:
            query = query.filter(stage__in=self.stages)
        if self.hold:
            query = query.filter(held=self.hold)
        if self.class_key:
            query = query.filter(customer__class_key=self.class_key)
        if (low := _sum(self.low)) is not None:
            query = query.filter(open_sum__gte=low)
        if (high := _sum(self.high)) is not None:
            query = query.filter(open_sum__lte=high)
        return _search(query, self.words) if self.words else query

    @property
    def order(self) -> Sort:
        return SORTS[self.sort]

    def chips(self) -> list[tuple[str, str]]:
        """Filters in force: field of the address and the words on the chip."""
        found = []
        if self.stages:
            found.append(("stage", ", ".join(word(_STAGE_WORDS, s) for s in self.stages)))
        if self.hold:
            found.append(("hold", word(HOLDS, self.hold)))
        if self.class_key:
            found.append(("class", self.class_key))
        if self.low or self.high:
            found.append(("low", f"{self.low or '0'}–{self.high or '…'} kr"))
        return found

    def wrong_sum(self) -> bool:
        return any(text and _sum(text) is None for text in (self.low, self.high))


_STAGE_WORDS = {name: said for name, (_, _, said) in STAGES.items()}


def _sum(text: str) -> int | None:
    if not text:
        return None
    try:
        return parse_kronor("".join(text.replace("kr", "").split()))
    except ValueError:
        return None


def _search(query: QuerySet[Claim], words: str) -> QuerySet[Claim]:
    """OCR, case or invoice by its beginning; the debtor by any part of the name."""
    name, digits = folded(words), "".join(words.split())
    return query.filter(
        Q(number__startswith=digits)
        | Q(ocr=digits)
        | Q(invoice__number__startswith=words)
        | Q(invoice__reference=digits)
        | Q(customer__key=words)
        | Q(customer__search_text__contains=name)
    )


def view_counts(creditor: Any) -> dict[str, int]:
    """How many stand in each saved view, in one query."""
    counts = {name: Count("id", filter=condition) for name, (_, condition) in VIEWS.items()}
    return Claim.objects.filter(creditor=creditor).aggregate(**counts)


def totals(query: QuerySet[Claim]) -> list[Any]:
    """Number and sum of the whole selection, currency by currency; costs of foreign claims beside, in kronor."""
    return list(
        query.order_by()
        .values("currency")
        .annotate(
            n=Count("id"),
            total=Sum(OPEN_SUM),
            costs_in_kronor=Sum(Case(When(currency="SEK", then=0), default=F("costs_minor"), output_field=BigIntegerField())),
        )
        .order_by("currency")
    )
