"""What holds for one customer or class and who says so; and what somebody searches for while typing."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from fordran.countries import registry
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.setting_words import field_words, full_names, value_words
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t, tn
from fordran.creditors.keys import stored_key
from fordran.creditors.levels import Resolved, resolved
from fordran.creditors.load import load_profile
from fordran.creditors.models import Creditor, Exclusion, SettingsLayer
from fordran.invoices.models import Customer
from fordran.invoices.search import find_classes, find_customers


@creditor_page()
def search(request: PageRequest) -> HttpResponse:
    """A part: options for what has been typed. `kind`: customer, class or both; `as`: what the options' ids begin with."""
    text, kind = request.GET.get("q", "").strip()[:100], request.GET.get("kind", "both")
    prefix = "".join(c for c in request.GET.get("as", "found") if c.isalnum() or c == "-")[:30]
    return page(request, "parts/found.html", prefix=prefix, words=text, options=options_for(request.creditor, text, kind))


def options_for(creditor: Creditor, text: str, kind: str) -> list[dict[str, Any]]:
    """Customers, and classes, as they are offered: level, key, name, and a word beside."""
    found: list[dict[str, Any]] = []
    if kind in ("class", "both"):
        for one in find_classes(creditor, text, 12 if kind == "class" else 4):
            beside = tn("{n} kund", "{n} kunder", one.customers)
            found.append({"level": "class", "key": one.key, "name": t("kundklass"), "beside": beside})
    if kind in ("customer", "both"):
        for customer in find_customers(creditor, text):
            found.append({"level": "customer", "key": customer.key, "name": customer.name, "beside": customer.class_key})
    return found


@creditor_page()
def what_applies(request: PageRequest) -> HttpResponse:
    """Each setting of a customer or class with the level that decided, and whether it is left out."""
    creditor = request.creditor
    text = request.GET.get("q", "").strip()[:100]
    key, class_key = request.GET.get("customer", "").strip()[:200], request.GET.get("class", "").strip()[:200]
    key = stored_key(key, registry.country(creditor.country)) if key else ""
    customer = Customer.objects.filter(creditor=creditor, key=key).first() if key else None
    if key and customer is None:
        text, key = text or key, ""
    class_key = customer.class_key if customer else class_key
    if not customer and not class_key:
        found = options_for(creditor, text, "both") if text else []
        return page(request, "settings_applies.html", words=text, options=found, rows=None)
    rows = [_row(one) for one in resolved(load_profile(creditor, only=[key, class_key]), customer=key, class_key=class_key)]
    layers = {(row.level, row.key): row for row in SettingsLayer.objects.filter(creditor=creditor, key__in=["", key, class_key])}
    return page(
        request, "settings_applies.html", words=text, customer=customer, class_key=class_key, rows=rows, sentence=_sentence(
            customer.name if customer else class_key, rows, class_key), exclusions=_exclusions(creditor, key, class_key, request),
        own=layers.get(("customer", key)) if customer else None, of_class=layers.get(("class", class_key)),
    )  # fmt: skip


def _row(one: Resolved) -> dict[str, Any]:
    generic, class_, customer = (value_words(one.field, value) if value is not None else "" for value in one.steps)
    return {
        "field": one.field, "name": field_words(one.field), "value": value_words(one.field, one.value), "level": str(one.level),
        "generic": generic, "class": class_, "customer": customer,
    }  # fmt: skip


def _sentence(who: str, rows: list[dict[str, Any]], class_key: str) -> str:
    """`Gäller för Åhlén: 7 dagar (kundklass BYGG), från 2026-01-01 (generisk).`"""
    by = {row["field"]: row for row in rows}
    said = {
        "generic": t("generisk"),
        "customer": t("kunden själv"),
        "none": t("förval"),
        "class": t("kundklass {key}", key=class_key),
    }
    days, start = by["days"], by["import_from"]
    if start["level"] == "none":
        return t("Gäller för {kund}: {n} dagar ({niva}).", kund=who, n=days["value"], niva=said[days["level"]])
    return t(
        "Gäller för {kund}: {n} dagar ({niva}), från {datum} ({niva2}).", kund=who, n=days["value"],
        niva=said[days["level"]], datum=start["value"], niva2=said[start["level"]],
    )  # fmt: skip


def _exclusions(creditor: Creditor, key: str, class_key: str, request: PageRequest) -> list[Any]:
    """Exclusions that were not lifted, the customer's own first; `over` marks one that has run out."""
    rows: list[Any] = [
        row
        for row in Exclusion.objects.filter(creditor=creditor, lifted_on=None, key__in=[key, class_key]).order_by("-level")
        if (row.level, row.key) in {("customer", key), ("class", class_key)}
    ]
    people = full_names(row.placed_by for row in rows)
    for row in rows:
        row.by, row.over = people.get(row.placed_by, row.placed_by), row.until_on is not None and row.until_on < request.today
    return rows
