"""Every open invoice: taken or passed over, by which rule, set at which level."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpResponse

from fordran.creditor_pages import words
from fordran.creditor_pages.case_list import folded
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.invoice_list import TAKEN, open_invoices
from fordran.creditor_pages.said import say_selection
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import by_day, by_sum, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t
from fordran.erp.connections import connection_of
from fordran.invoices.models import Invoice

SORTS = {"due": by_day("due_on"), "amount": by_sum(F("open_minor"))}


@creditor_page()
def invoices(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    decision = request.GET.get("decision", "")
    reason, text = request.GET.get("reason", "")[:40], request.GET.get("q", "").strip()[:100]
    everything = open_invoices(creditor)
    rows = _wanted(everything, decision, reason, text, today)
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, rows, decision, reason, text)
    sort = "amount" if request.GET.get("sort") == "amount" else "due"
    found = cut(rows.select_related("customer", "selection", "case"), SORTS[sort], request.GET.get("after", ""))
    for invoice in found.rows:
        _explain(invoice, today)
    return page(
        request,
        "invoices.html",
        found=found,
        sort=sort,
        decision=decision if decision in ("taken", "left", "later") else "",
        reason=reason,
        reason_words=words.word(words.WHY_PASSED_OVER, reason) if reason else "",
        words=text,
        sums=_sums(everything, today),
        reasons=_reasons(everything, today),
        totals=_totals(rows),
        by_file=connection_of(creditor) is None,
    )


def _wanted(query: QuerySet[Invoice], decision: str, reason: str, text: str, today: date) -> QuerySet[Invoice]:
    if decision == "taken":
        query = query.filter(TAKEN)
    elif decision == "left":
        query = query.filter(~TAKEN, due_on__lt=today)
    elif decision == "later":
        query = query.filter(~TAKEN, due_on__gte=today)
    if reason:
        query = query.filter(~TAKEN, selection__reason=reason)
    if text:
        query = query.filter(Q(number__startswith=text) | Q(customer__key=text) | Q(customer__search_text__contains=folded(text)))
    return query


def _explain(invoice: Any, today: date) -> None:
    """What the row shows: the verdict, its sentence and the level that set it."""
    invoice.taken = getattr(invoice, "case", None) is not None
    invoice.later = not invoice.taken and invoice.due_on >= today
    selection = getattr(invoice, "selection", None)
    invoice.why = t("Inte förfallen än") if invoice.later else say_selection(selection)
    invoice.level = selection.level if selection and not invoice.later else ""


def _sums(query: QuerySet[Invoice], today: date) -> dict[str, Any]:
    """Numbers of all, sums of those in SEK."""
    parts = {"taken": TAKEN, "left": ~TAKEN & Q(due_on__lt=today), "later": ~TAKEN & Q(due_on__gte=today)}
    sums: dict[str, Any] = {name: Count("id", filter=part) for name, part in parts.items()}
    sums |= {f"{name}_minor": Sum("open_minor", filter=part & Q(currency="SEK")) for name, part in parts.items()}
    return query.aggregate(**sums)


def _reasons(query: QuerySet[Invoice], today: date) -> list[dict[str, Any]]:
    """Why what has fallen due is left, most common first. Sums in SEK only; other currencies are counted."""
    rows = query.filter(~TAKEN, due_on__lt=today).values("selection__reason")
    counted = rows.annotate(n=Count("id"), total=Sum("open_minor", filter=Q(currency="SEK"))).order_by("-n")
    return [
        {
            "reason": row["selection__reason"] or "",
            "words": words.word(words.WHY_PASSED_OVER, row["selection__reason"] or ""),
            "n": row["n"],
            "total": row["total"] or 0,
        }
        for row in counted
    ]


def _totals(query: QuerySet[Invoice]) -> list[Any]:
    return list(query.order_by().values("currency").annotate(n=Count("id"), total=Sum("open_minor")).order_by("currency"))


def _as_excel(request: PageRequest, rows: QuerySet[Invoice], decision: str, reason: str, text: str) -> HttpResponse:
    columns = [
        Column(t("Faktura")),
        Column(t("Kund"), width=32),
        Column(t("Kundnummer")),
        Column(t("Kundklass")),
        Column(t("Förföll"), "day", 12),
        Column(t("Beslut"), width=10),
        Column(t("Ärende"), width=14),
        Column(t("Skäl"), width=60),
        Column(t("Regeln satt på"), width=14),
        Column(t("Valuta"), width=8),
        Column(t("Fakturabelopp"), "money"),
        Column(t("Öppet"), "money"),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
        (t("Beslut"), {"taken": t("Tas"), "left": t("Lämnas"), "later": t("Inte förfallna")}.get(decision, "–")),
        (t("Skäl"), words.word(words.WHY_PASSED_OVER, reason) if reason else "–"),
        (t("Sökning"), text or "–"),
    ]
    rows = rows.select_related("customer", "selection", "case").order_by("due_on", "id")
    return sheet_answer(
        name="fakturor", title=t("Öppna fakturor"), about=about, columns=columns, rows=_sheet_rows(rows, request.today)
    )


def _sheet_rows(rows: QuerySet[Invoice], today: date) -> Iterator[list[Any]]:
    invoice: Any
    for invoice in rows.iterator(chunk_size=1000):
        _explain(invoice, today)
        taken = invoice.taken
        yield [
            invoice.number,
            invoice.customer.name,
            invoice.customer.key,
            invoice.customer.class_key,
            invoice.due_on,
            t("Tas") if taken else t("Ännu inte") if invoice.later else t("Lämnas"),
            invoice.case.number if taken else "",
            invoice.why,
            words.word(words.LEVELS, invoice.level),
            invoice.currency,
            invoice.amount_minor,
            invoice.open_minor,
        ]


@creditor_page()
def coming(request: PageRequest) -> HttpResponse:
    """What the next thirty days would send, on which day, and what it would cost whom: the run's own function."""
    from fordran.creditor_pages.coming import coming_letters

    found = coming_letters(request.creditor, request.today)
    if request.GET.get("as") != "xlsx":
        return page(request, "coming.html", coming=found)
    columns = [
        Column(t("Dag"), "day", 12),
        Column(t("Slag"), width=18),
        Column(t("Kund"), width=32),
        Column(t("Faktura"), width=24),
        Column(t("Läggs på skulden"), "money"),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
    ]
    rows = [
        (row["on"], words.word(words.NEXT_KINDS, row["kind"]), row["customer"], row["invoice"], row["cost_minor"])
        for row in found["all"]
    ]
    return sheet_answer(name="kommande-brev", title=t("Kommande 30 dagar"), about=about, columns=columns, rows=rows)
