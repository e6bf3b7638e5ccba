"""Exkludera kunder: who is left out, adding one or many, and lifting."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.db.models import Count, OuterRef, Q, Subquery, Sum
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.safestring import SafeString

from fordran.access.once import once
from fordran.cases import acts
from fordran.cases.exclusions import GO_ON, PAUSE, RUNNING, WITHDRAW, Wanted, exclude_many
from fordran.core.problems import Refused
from fordran.creditor_pages.exclusion_form import Summary, Typed, from_list, from_text, summary_of, typed_number
from fordran.creditor_pages.fields import Wrong
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.invoice_list import open_invoices
from fordran.creditor_pages.setting_words import full_names
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import by_text, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.views.applies import options_for
from fordran.creditor_pages.words import language, number, t, tn
from fordran.creditors.models import Creditor, Exclusion
from fordran.formats.customer_list import read_customer_list
from fordran.formats.listed import MOST_BYTES
from fordran.invoices.models import Customer, Invoice
from fordran.invoices.search import find_customers

Errors = list[tuple[str, str | SafeString]]
_AT_A_TIME = 500


@creditor_page()
def exclusions(request: PageRequest) -> HttpResponse:
    creditor, text = request.creditor, request.GET.get("q", "").strip()[:100]
    every = Exclusion.objects.filter(creditor=creditor, lifted_on=None)
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, every)
    query = _search(creditor, every, text) if text else every
    in_erp = Customer.objects.filter(creditor=creditor, left_alone=True)
    counts = {"ours": every.count(), "erp": in_erp.count()}
    if request.GET.get("view") == "erp":
        marked = Invoice.objects.filter(creditor=creditor, left_alone=True, kind="invoice", open_minor__gt=0).count()
        found = cut(in_erp, by_text("sort_name"), request.GET.get("after", ""))
        return page(request, "settings_exclusions_erp.html", found=found, counts=counts, invoices=marked)
    found = cut(_with_names(query), by_text("key"), request.GET.get("after", ""))
    _dress(request, found.rows)
    return page(
        request, "settings_exclusions.html", found=found, counts=counts, words=text, matching=query.count() if text else None
    )


def _with_names(query: Any) -> Any:
    name = Customer.objects.filter(creditor=OuterRef("creditor"), key=OuterRef("key")).values("name")[:1]
    return query.annotate(customer_name=Subquery(name))


def _search(creditor: Creditor, query: Any, text: str) -> Any:
    keys = [one.key for one in find_customers(creditor, text, 200)]
    return query.filter(Q(key__startswith=text) | Q(level="customer", key__in=keys) | Q(level="class", key__icontains=text))


def _dress(request: PageRequest, rows: Sequence[Any]) -> None:
    """What the list shows beside the row itself. Four statements."""
    open_sums, people = _left_out(request.creditor, rows), full_names(row.placed_by for row in rows)
    for row in rows:
        row.customer_name = row.customer_name if row.level == "customer" else ""
        row.over = row.until_on is not None and row.until_on < request.today
        row.left_out = 0 if row.over else open_sums.get((row.level, row.key), 0)
        row.by = people.get(row.placed_by, row.placed_by)


def _left_out(creditor: Creditor, rows: Sequence[Any]) -> dict[tuple[str, str], int]:
    """Open kronor that each exclusion leaves out: two queries for all of them."""
    found: dict[tuple[str, str], int] = {}
    for level, column in (("customer", "customer__key"), ("class", "customer__class_key")):
        if keys := [row.key for row in rows if row.level == level]:
            query = open_invoices(creditor).filter(currency="SEK", **{f"{column}__in": keys})
            for row in query.values(column).annotate(total=Sum("open_minor")):
                found[level, row[column]] = row["total"]
    return found


def _as_excel(request: PageRequest, query: Any) -> HttpResponse:
    columns = [
        Column(t("Kund eller klass"), width=20),
        Column(t("Namn"), width=32),
        Column(t("Skäl"), width=40),
        Column(t("Till och med"), "day", 14),
        Column(t("Av"), width=18),
        Column(t("Öppet, lämnas"), "money"),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
        (t("Antal"), number(query.count())),
    ]
    rows: list[Any] = list(_with_names(query).order_by("level", "key"))
    for first in range(0, len(rows), _AT_A_TIME):
        _dress(request, rows[first : first + _AT_A_TIME])
    lines = ((row.key, row.customer_name, row.reason, row.until_on, row.by, row.left_out) for row in rows)
    return sheet_answer(name="exkluderade", title=t("Exkludera kunder"), about=about, columns=columns, rows=lines)


# ---- adding -------------------------------------------------------------------------------------------------------


@creditor_page("work")
def exclusion_add(request: PageRequest) -> HttpResponse:
    """Who, why and until when. Several at once, and running cases, are shown as a summary before anything is stored."""
    if request.POST.get("do") == "store":
        return _store(request)
    typed = Typed.read(request.POST if request.method == "POST" else request.GET)
    if request.method != "POST" or request.POST.get("do") == "find" or (typed.words and not typed.wanted(None)):
        return _ask(request, typed, [])  # words and nobody chosen yet: Enter in the search field
    errors: Errors = []
    until = None
    try:
        until = typed.until_day(request.today)
    except Wrong as wrong:
        errors.append(("until", str(wrong)))
    wanted = typed.wanted(until)
    if not wanted:
        errors.append(("find", t("Välj minst en kund eller kundklass, eller klistra in kundnummer.")))
    summary = summary_of(request.creditor, wanted, request.today)
    if summary.missing:
        errors.append(("numbers", _say_missing(summary.missing)))
    elif wanted and not summary.fresh:
        errors.append(("find", t("Den är redan exkluderad. Lyft den gamla exkluderingen först.")))
    if errors:
        return _ask(request, typed, errors)
    if len(summary.fresh) == 1 and not len(summary.running):
        with once(request) as use:
            return redirect(use.answer or _exclude(request, use, summary.fresh, PAUSE))
    return _summary(request, summary)


def _say_missing(missing: Sequence[str]) -> str:
    shown = ", ".join(missing[:10]) + (" …" if len(missing) > 10 else "")
    return str(
        tn("Det finns ingen kund eller kundklass med det här numret i reskontran: {numbers}.",
           "Det finns inga kunder eller kundklasser med de här {n} numren i reskontran: {numbers}.", len(missing), numbers=shown)
    )  # fmt: skip


def _ask(request: PageRequest, typed: Typed, errors: Errors) -> HttpResponse:
    creditor = request.creditor
    keys = [one.partition(":")[2] for one in typed.picked]
    names = dict(Customer.objects.filter(creditor=creditor, key__in=keys).values_list("key", "name"))
    picked = [
        {"value": one, "key": one.partition(":")[2],
         "name": t("kundklass") if one.startswith("class:") else names.get(one.partition(":")[2], "")}
        for one in typed.picked
    ]  # fmt: skip
    options = options_for(creditor, typed.words, "both") if typed.words else []
    return page(
        request, "exclusion_add.html", 422 if errors else 200, typed=typed, picked=picked, errors=errors, error_of=dict(errors),
        options=[one for one in options if f"{one['level']}:{one['key']}" not in typed.picked],
    )  # fmt: skip


def _summary(request: PageRequest, summary: Summary, errors: Errors | None = None, running: str = PAUSE) -> HttpResponse:
    found = errors or []
    return page(
        request, "exclusion_summary.html", 422 if found else 200, summary=summary, errors=found, error_of=dict(found),
        running=running, n=len(summary.fresh), cases=len(summary.running), what=_say_what(summary),
    )  # fmt: skip


def _say_what(summary: Summary) -> str:
    """`Exkludera 3 kunder`: the verb and the number, for the title and the button."""
    classes, n = sum(one.level == "class" for one in summary.fresh), len(summary.fresh)
    if classes == n:
        return str(tn("Exkludera {n} kundklass", "Exkludera {n} kundklasser", n))
    if classes:
        return str(tn("Exkludera {n} kund eller klass", "Exkludera {n} kunder och klasser", n))
    return str(tn("Exkludera {n} kund", "Exkludera {n} kunder", n))


def _store(request: PageRequest) -> HttpResponse:
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        wanted, running = from_text(request.POST.get("rows", "")), request.POST.get("running", PAUSE)
        running = running if running in RUNNING else PAUSE
        summary = summary_of(request.creditor, wanted, request.today)
        cases = len(summary.running)
        if running == WITHDRAW and summary.must_type and typed_number(request.POST.get("typed", "")) != str(cases):
            said = t("Skriv {n} i rutan för att återkalla ärendena.", n=number(cases))
            return _summary(request, summary, [("typed", said)], running)
        try:
            with transaction.atomic():
                return redirect(_exclude(request, use, summary.fresh, running))
        except Refused:
            return _summary(request, summary, [("", t("Kundreskontran har ändrats medan du läste. Gå tillbaka och välj igen."))])


def _exclude(request: PageRequest, use: Any, wanted: Sequence[Wanted], running: str) -> str:
    """Store it, say what was done, and give the address to go to."""
    creditor = request.creditor
    done = exclude_many(creditor, wanted, running=running, by=request.user.get_username(), today=request.today)
    if len(wanted) == 1:
        said = t("{key} är exkluderad.", key=wanted[0].key)
    else:
        said = tn("{n} är exkluderad.", "{n} är exkluderade.", done.excluded)
    what = {
        GO_ON: tn("{n} pågående ärende fortsätter.", "{n} pågående ärenden fortsätter.", done.cases),
        PAUSE: tn("{n} pågående ärende vilar.", "{n} pågående ärenden vilar.", done.cases),
        WITHDRAW: tn("{n} pågående ärende är återkallat.", "{n} pågående ärenden är återkallade.", done.cases),
    }[running]
    messages.success(request, f"{said} {what}" if done.cases else said)
    use.answer = reverse("exclusions", args=[creditor.organisation_number])
    return str(use.answer)


@creditor_page("work")
def exclusion_upload(request: PageRequest) -> HttpResponse:
    """A list of customer numbers as a file: read, shown with what was not found, and stored by the summary's button."""
    typed = Typed.read(request.POST)
    errors: Errors = []
    if request.method != "POST":
        return _ask_for_list(request, typed, [])
    given, until, rows = request.FILES.get("file"), None, []
    try:
        until = typed.until_day(request.today)
    except Wrong as wrong:
        errors.append(("until", str(wrong)))
    if given is None:
        errors.append(("file", t("Välj en fil först.")))
    elif (given.size or 0) > MOST_BYTES:
        errors.append(("file", t("Filen är större än {n} MB.", n=MOST_BYTES // 1_000_000)))
    else:
        try:
            rows = read_customer_list(given.read(), str(given.name or "")[-200:], language())
        except Refused as refused:
            errors.append(("file", refused.problems[0].message))
        else:
            if not rows:
                errors.append(("file", t("Filen har inga kundnummer. De ska stå i en kolumn, helst med rubriken Kundnummer.")))
    if errors:
        return _ask_for_list(request, typed, errors)
    wanted, wrong_rows = from_list(rows, typed.reason, until, request.today)
    summary = summary_of(request.creditor, wanted, request.today, wrong_rows)
    if summary.too_long:
        errors.append(("file", t("Listan är för lång för att läsas på en gång. Dela filen i två.")))
        return _ask_for_list(request, typed, errors)
    return _summary(request, summary)


def _ask_for_list(request: PageRequest, typed: Typed, errors: Errors) -> HttpResponse:
    return page(
        request, "exclusion_upload.html", 422 if errors else 200, typed=typed, errors=errors, error_of=dict(errors),
        most=MOST_BYTES // 1_000_000,
    )  # fmt: skip


@creditor_page("work")
def exclusion_lift(request: PageRequest, exclusion_id: int) -> HttpResponse:
    creditor, back = request.creditor, reverse("exclusions", args=[request.creditor.organisation_number])
    row = get_object_or_404(Exclusion, creditor=creditor, id=exclusion_id)
    if row.lifted_on is not None:
        return redirect(back)  # by somebody else, or by a press before this one
    if request.method == "POST":
        with once(request) as use:
            if not use.answer:
                acts.lift_exclusion(creditor, level=row.level, key=row.key, by=request.user.get_username(), today=request.today)
                messages.success(request, t("{key} är inte längre exkluderad.", key=row.key))
                use.answer = back
        return redirect(back)
    column = "customer__key" if row.level == "customer" else "customer__class_key"
    resting = acts.running_cases(creditor, row.level, row.key)
    waiting = open_invoices(creditor).filter(**{column: row.key}, case__isnull=True).aggregate(
        n=Count("id"), total=Sum("open_minor", filter=Q(currency="SEK"))
    )  # fmt: skip
    return page(request, "exclusion_lift.html", row=row, resting=len(resting), waiting=waiting)
