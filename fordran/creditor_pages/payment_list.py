"""The list of payments: its filters and orders, all of it in the address; and what of a payment is in words."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import QueryDict

from fordran.cases.timeline import finding_from
from fordran.core.findings import Finding
from fordran.core.money import parse_kronor
from fordran.creditor_pages.said import say
from fordran.creditor_pages.tables import Sort, by_sum
from fordran.creditor_pages.words import PAYMENT_STATES, PAYMENT_VIAS, t
from fordran.formats.bank import plain_reference
from fordran.settlement.models import Allocation, Payment

MONEY_IN = Q(kind="payment", direction=1, reversed_on=None) & ~Q(via="credit") & ~Q(state="shown")
"""Payments whose money is here or at the creditor: no credit notes, nothing that the bank took back."""

SORTS = {"day": Sort(F("on"), date.fromisoformat, down=True), "amount": by_sum(F("amount_minor"))}


@dataclass
class PaymentFilter:
    words: str = ""
    state: str = ""
    via: str = ""
    since: date | None = None
    until: date | None = None
    file: int = 0
    sort: str = "day"
    after: str = ""

    @classmethod
    def read(cls, query: QueryDict) -> PaymentFilter:
        """What is not understood is left out."""
        return cls(
            words=query.get("q", "").strip()[:100],
            state=query.get("state", "") if query.get("state", "") in PAYMENT_STATES else "",
            via=query.get("via", "") if query.get("via", "") in PAYMENT_VIAS else "",
            since=_day(query.get("since", "")),
            until=_day(query.get("until", "")),
            file=row_number(query.get("file", "")),
            sort="amount" if query.get("sort") == "amount" else "day",
            after=query.get("after", ""),
        )

    def rows(self, creditor: Any) -> QuerySet[Payment]:
        query = Payment.objects.filter(creditor=creditor)
        if self.state:
            query = query.filter(state=self.state)
        if self.via:
            query = query.filter(via=self.via)
        if self.since:
            query = query.filter(on__gte=self.since)
        if self.until:
            query = query.filter(on__lte=self.until)
        if self.file:
            query = query.filter(deposit__file=self.file)
        return _search(query, creditor, self.words) if self.words else query

    @property
    def order(self) -> Sort:
        return SORTS[self.sort]

    def chips(self) -> list[tuple[str, str]]:
        """Filters in force: field of the address and the words on the chip."""
        found = []
        if self.since:
            found.append(("since", t("från {day}", day=self.since.isoformat())))
        if self.until:
            found.append(("until", t("till och med {day}", day=self.until.isoformat())))
        return [(name, str(said)) for name, said in found]


def row_number(text: str) -> int:
    """A row's number out of an address or a form; 0 for anything else."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text.strip()) if text.strip() else None
    except ValueError:
        return None


def _search(query: QuerySet[Payment], creditor: Any, words: str) -> QuerySet[Payment]:
    """A reference, the payer's name, a case or invoice that it paid, or an amount in kronor."""
    plain = plain_reference(words)
    paid = Allocation.objects.filter(creditor=creditor, reverses=None)
    paid = paid.filter(Q(case__number=words) | Q(case__invoice__number=words) | Q(case__ocr=plain or "-"))
    wanted = Q(payer__icontains=words) | Q(reference__startswith=words) | Q(id__in=paid.values("payment_id"))
    if plain:
        wanted |= Q(plain=plain) | Q(named__contains=[plain])
    try:
        wanted |= Q(amount_minor=parse_kronor("".join(words.replace("kr", "").split())))
    except ValueError:
        pass
    return query.filter(wanted)


def totals(query: QuerySet[Payment]) -> list[Any]:
    """Number and net sum of the whole selection, currency by currency."""
    found = query.order_by().values("currency")
    return list(found.annotate(n=Count("id"), total=Sum(F("amount_minor") * F("direction"))).order_by("currency"))


def state_counts(creditor: Any) -> dict[str, int]:
    rows = Payment.objects.filter(creditor=creditor).order_by().values("state").annotate(n=Count("id"))
    return {row["state"]: row["n"] for row in rows}


def because(payment: Payment) -> Finding | None:
    """Why the payment is where it is; None for one that nobody has looked at."""
    try:
        return finding_from(*payment.because) if payment.because else None
    except (TypeError, ValueError):
        return None


def why(payment: Payment) -> str:
    found = because(payment)
    return say(found) if found else ""


def dress(creditor: Any, payments: Sequence[Any]) -> None:
    """Write on each row what its line shows. One query for all of them."""
    cases = paid_cases(creditor, [p.pk for p in payments])
    for payment in payments:
        payment.signed_minor = payment.amount_minor * payment.direction
        payment.why = why(payment)
        payment.paid = cases.get(payment.pk, [])
        payment.who = payment.payer or (payment.paid[0].customer.name if payment.paid else "")
        payment.title = payment.who or payment.reference or str(t("Okänd betalare"))


def paid_cases(creditor: Any, payments: Iterable[int]) -> dict[int, list[Any]]:
    """The cases each of these payments pays now, oldest debt first."""
    turned = Allocation.objects.filter(creditor=creditor, payment__in=list(payments), reverses__isnull=False)
    rows = (
        Allocation.objects.filter(creditor=creditor, payment__in=list(payments), reverses=None)
        .exclude(id__in=turned.values("reverses_id"))
        .select_related("case__customer", "case__invoice")
        .order_by("case__due_on", "case_id")
    )
    found: dict[int, dict[int, Any]] = defaultdict(dict)
    for row in rows:
        found[row.payment_id].setdefault(row.case_id, row.case)
    return {payment: list(cases.values()) for payment, cases in found.items()}
