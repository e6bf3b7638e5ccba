"""What has been decided for this creditor, and who set each value. Excluding a customer or class is done here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from django.contrib import messages
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect

from fordran.cases import acts
from fordran.creditor_pages.fields import Wrong, read_day
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.invoice_list import TAKEN, open_invoices
from fordran.creditor_pages.setting_words import FIELD_WORDS, shown
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import language, t
from fordran.creditors.load import load_profile
from fordran.creditors.models import Exclusion
from fordran.invoices.models import Customer
from fordran.process.policy import DEFAULTS, Layer


@creditor_page()
def creditor(request: PageRequest) -> HttpResponse:
    profile = load_profile(request.creditor)
    missing = [pair[1].split(" | ")[0 if language() == "sv" else 1] for pair in profile.not_ready(request.today)]
    return page(request, "settings_creditor.html", profile=profile, missing=missing)


@creditor_page()
def import_filter(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    profile = load_profile(creditor)
    found = open_invoices(creditor).filter(due_on__lt=today).aggregate(
        taken=Count("id", filter=TAKEN), taken_minor=Sum("open_minor", filter=TAKEN & Q(currency="SEK")),
        left=Count("id", filter=~TAKEN), left_minor=Sum("open_minor", filter=~TAKEN & Q(currency="SEK")),
    )  # fmt: skip
    generic = profile.generic
    return page(
        request,
        "settings_filter.html",
        rows=_rows(generic),
        days=DEFAULTS.days if generic.days is None else generic.days,
        import_from=generic.import_from,
        cards=sorted(generic.limits.items(), key=lambda card: (card[0] != "SEK", card[0])),
        found=found,
        rests=sorted(profile.rests.items()),
    )


def _rows(layer: Layer) -> list[dict[str, Any]]:
    """Every field of a level: its own value, or the one it inherits from the software."""
    rows = []
    for field in fields(Layer):
        if field.name == "limits":
            continue
        own = getattr(layer, field.name)
        rows.append({"name": t(FIELD_WORDS.get(field.name, field.name)), "value": shown(field.name, own), "own": own is not None,
                     "fallback": shown(field.name, getattr(DEFAULTS, field.name))})  # fmt: skip
    return rows


@creditor_page()
def customer_settings(request: PageRequest) -> HttpResponse:
    return _levels(request, "customer")


@creditor_page()
def class_settings(request: PageRequest) -> HttpResponse:
    return _levels(request, "class")


def _levels(request: PageRequest, level: str) -> HttpResponse:
    creditor = request.creditor
    profile = load_profile(creditor)
    layers = profile.customers if level == "customer" else profile.classes
    names = {}
    if level == "customer":
        names = dict(Customer.objects.filter(creditor=creditor, key__in=list(layers)).values_list("key", "name"))
    rows = []
    for key, layer in sorted(layers.items()):
        own = [(t(FIELD_WORDS.get(f.name, f.name)), shown(f.name, getattr(layer, f.name))) for f in fields(Layer)
               if f.name != "limits" and getattr(layer, f.name) is not None]  # fmt: skip
        rows.append({"key": key, "name": names.get(key, ""), "own": own, "limits": sorted(layer.limits.items())})
    return page(request, "settings_levels.html", level=level, rows=rows)


@creditor_page()
def exclusions(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    name = Customer.objects.filter(creditor=creditor, key=OuterRef("key")).values("name")[:1]
    rows: list[Any] = list(
        Exclusion.objects.filter(creditor=creditor, lifted_on=None)
        .annotate(customer_name=Subquery(name))
        .order_by("level", "key")
    )
    open_sums = _left_out(creditor, rows)
    for row in rows:
        row.over = row.until_on is not None and row.until_on < today
        row.left_out = open_sums.get((row.level, row.key), 0)
    if request.GET.get("as") != "xlsx":
        return page(request, "settings_exclusions.html", rows=rows)
    columns = [
        Column(t("Kund eller klass"), width=20),
        Column(t("Namn"), width=32),
        Column(t("Skäl"), width=40),
        Column(t("Till och med"), "day", 14),
        Column(t("Av"), width=18),
        Column(t("Öppet, lämnas"), "money"),
    ]
    about = [
        (t("Företag"), creditor.name),
        (t("Dag"), today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
    ]
    lines = [(row.key, row.customer_name, row.reason, row.until_on, row.placed_by, row.left_out) for row in rows]
    return sheet_answer(name="exkluderade", title=t("Exkludera kunder"), about=about, columns=columns, rows=lines)


def _left_out(creditor: Any, rows: Sequence[Exclusion]) -> dict[tuple[str, str], int]:
    """Open kronor that each exclusion leaves out: two queries for all of them."""
    found: dict[tuple[str, str], int] = {}
    for level, column in (("customer", "customer__key"), ("class", "customer__class_key")):
        keys = [row.key for row in rows if row.level == level]
        query = open_invoices(creditor).filter(currency="SEK", **{f"{column}__in": keys})
        for row in query.values(column).annotate(total=Sum("open_minor")):
            found[level, row[column]] = row["total"]
    return found


@creditor_page("work")
def exclusion_add(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    values = {name: request.POST.get(name, "").strip() for name in ("level", "key", "reason", "until")}
    values["key"] = values["key"] or request.GET.get("key", "")
    values["level"] = values["level"] or request.GET.get("level", "customer")
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        until = None
        try:
            until = read_day(values["until"]) if values["until"] else None
        except Wrong as wrong:
            errors.append(("until", str(wrong)))
        if until is not None and until < today:
            errors.append(("until", t("Dagen har redan varit. Skriv en dag som ligger framåt, eller lämna fältet tomt.")))
        column = "key" if values["level"] == "customer" else "class_key"
        if not values["key"] or not Customer.objects.filter(creditor=creditor, **{column: values["key"]}).exists():
            errors.append(("key", t("Det finns ingen kund eller kundklass med det numret. Kontrollera det i reskontran.")))
        if not values["reason"]:
            errors.append(("reason", t("Skriv ett skäl. Det är bra att ha om ett år.")))
        if Exclusion.objects.filter(creditor=creditor, level=values["level"], key=values["key"], lifted_on=None).exists():
            errors.append(("key", t("Den är redan exkluderad. Lyft den gamla exkluderingen först.")))
        if not errors:
            acts.exclude(
                creditor,
                level=values["level"],
                key=values["key"],
                reason=values["reason"],
                by=request.user.get_username(),
                today=today,
                until=until,
            )
            messages.success(request, t("{key} är exkluderad. Pågående ärenden vilar lika länge.", key=values["key"]))
            return redirect("exclusions", creditor.organisation_number)
    return page(request, "exclusion_add.html", 422 if errors else 200, values=values, errors=errors, error_of=dict(errors))


@creditor_page("work")
def exclusion_lift(request: PageRequest, exclusion_id: int) -> HttpResponse:
    creditor = request.creditor
    row = get_object_or_404(Exclusion, creditor=creditor, id=exclusion_id, lifted_on=None)
    if request.method == "POST":
        acts.lift_exclusion(creditor, level=row.level, key=row.key, by=request.user.get_username(), today=request.today)
        messages.success(request, t("{key} är inte längre exkluderad.", key=row.key))
        return redirect("exclusions", creditor.organisation_number)
    return page(request, "exclusion_lift.html", row=row)
