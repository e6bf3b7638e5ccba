"""How much is out, how much came in, and what waits for me."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, Sum
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fordran.cases.models import Case, Step
from fordran.cases.office import open_office
from fordran.creditor_pages import money_in, words
from fordran.creditor_pages.case_list import OPEN_SUM
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.invoice_list import TAKEN, open_invoices
from fordran.creditor_pages.payment_list import MONEY_IN
from fordran.creditor_pages.plots import Series, columns, shares
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.views import erp
from fordran.creditor_pages.words import t, tn
from fordran.day.warnings import bank_file_missing
from fordran.letters.models import Batch, Letter
from fordran.settlement.models import Payment

DAYS = 28
SMALL_MINOR = 2_000_000
"""Below 20 000 kronor the plot of money in counts kronor, else thousands."""
RAMP = ("open", "noticed", "reminded", "demanded", "awaiting_creditor", "payment_order", "enforcement", "surveillance")
AGES = ((1, 6), (7, 30), (31, 60), (61, 90), (91, 36500))
SENT_KINDS = ("reminder", "demand", "residual", "notice", "confirmation")


QUESTION = (Q(outcome="ask") & ~Q(stage="awaiting_creditor") & Q(held="")) | Q(held="question")


@creditor_page()
def overview(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    per = request.GET.get("per", "") if request.GET.get("per") in money_in.PERS else "week"
    if request.GET.get("as") == "xlsx":
        return _money_as_excel(request, per)
    begun = Case.objects.filter(creditor=creditor).exists()
    if not creditor.active and not begun:  # nothing has happened yet: what is left to do is the overview
        return redirect("start", creditor.organisation_number)
    return page(
        request,
        "overview.html",
        begun=begun,
        figures=_figures(creditor, today),
        waits=_waits(creditor, today),
        outside=erp.panel(open_office(creditor), today),
        stages=_stages(creditor),
        ages=_ages(creditor, today),
        letters=_letters(creditor, today),
        money=_money(creditor, today, per),
    )


def _figures(creditor: Any, today: date) -> dict[str, Any]:
    found = Case.objects.filter(creditor=creditor).exclude(stage="closed").aggregate(
        n=Count("id"), resting=Count("id", filter=~Q(held="")), total=Sum(OPEN_SUM, filter=Q(currency="SEK")),
        capital=Sum("capital_minor", filter=Q(currency="SEK")), foreign=Count("id", filter=~Q(currency="SEK")),
    )  # fmt: skip
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    same_day = before + min(today - month, month - timedelta(days=1) - before)
    came = F("amount_minor") - F("taken_minor")
    paid = Payment.objects.filter(MONEY_IN, creditor=creditor, currency="SEK").aggregate(
        now=Sum(came, filter=Q(on__gte=month, on__lte=today)), before=Sum(came, filter=Q(on__gte=before, on__lte=same_day))
    )
    sent = Letter.objects.filter(creditor=creditor, state="sent", sent_on__gte=month).aggregate(
        n=Count("id"), reminders=Count("id", filter=Q(kind="reminder")), demands=Count("id", filter=Q(kind="demand"))
    )
    over = Case.objects.filter(creditor=creditor, closed_on__gte=today - timedelta(days=365))
    over = over.filter(closed_cause__in=["paid", "paid_in_time", "paid_to_creditor"])
    demanded = Step.objects.filter(case=OuterRef("pk"), kind="demand", voided_on__isnull=True)
    closed = over.aggregate(n=Count("id"), early=Count("id", filter=~Exists(demanded)))
    return found | {
        "paid": paid["now"] or 0,
        "paid_before": paid["before"] or 0,
        "letters": sent,
        "early": round(100 * closed["early"] / closed["n"]) if closed["n"] else None,
        "closed": closed["n"],
    }


def _stages(creditor: Any) -> dict[str, Any]:
    rows = Case.objects.filter(creditor=creditor).exclude(stage="closed").values("stage")
    found = {r["stage"]: r for r in rows.annotate(n=Count("id"), total=Sum(OPEN_SUM, filter=Q(currency="SEK")))}
    bars = [{"stage": s, "n": found[s]["n"], "total": found[s]["total"] or 0} for s in RAMP if s in found]
    most = max((b["total"] for b in bars), default=0)
    for bar, width in zip(bars, shares([b["total"] for b in bars], most), strict=True):
        bar["width"], bar["shade"] = width, words.STAGES[bar["stage"]][0]
    top = max(bars, key=lambda b: b["total"], default=None)
    titles = {
        "open": "Mest pengar ligger i ärenden som nyss öppnats",
        "noticed": "Mest pengar ligger hos dem som fått en vänlig avisering",
        "reminded": "Mest pengar ligger hos dem som har påmints",
        "demanded": "Mest pengar ligger hos dem som fått inkassokrav",
        "awaiting_creditor": "Mest pengar väntar på ert val av väg",
        "payment_order": "Mest pengar ligger hos Kronofogden",
        "enforcement": "Mest pengar ligger hos Kronofogden",
        "surveillance": "Mest pengar ligger i efterbevakning",
    }
    return {"bars": bars, "title": t(titles[top["stage"]]) if top else t("Inga öppna ärenden")}


def _ages(creditor: Any, today: date) -> dict[str, Any]:
    """What is open in the ledger by age, and how much of it runs here."""
    sums: dict[str, Any] = {}
    for n, (low, high) in enumerate(AGES):
        span = Q(due_on__lte=today - timedelta(days=low), due_on__gte=today - timedelta(days=high))
        sums[f"taken{n}"] = Sum("open_minor", filter=span & TAKEN)
        sums[f"left{n}"] = Sum("open_minor", filter=span & ~TAKEN)
    query = open_invoices(creditor).filter(currency="SEK")
    found = query.aggregate(later=Sum("open_minor", filter=Q(due_on__gte=today)), **sums)
    labels = (
        t("1–6 dagar"), t("7–30 dagar"), t("31–60 dagar"), t("61–90 dagar"), t("över 90 dagar"),
    )  # fmt: skip
    bars: list[dict[str, Any]] = [
        {"label": labels[n], "taken": found[f"taken{n}"] or 0, "left": found[f"left{n}"] or 0} for n in range(len(AGES))
    ]
    most = max((b["taken"] + b["left"] for b in bars), default=0)
    for bar in bars:
        bar["taken_width"], bar["left_width"] = shares([bar["taken"], bar["left"]], most)
        bar["left_x"] = bar["taken_width"]
        bar["all"] = bar["taken"] + bar["left"]
    overdue = sum(b["all"] for b in bars)
    taken = sum(b["taken"] for b in bars)
    title = (
        t("{percent} % av det förfallna är taget", percent=round(100 * taken / overdue)) if overdue else t("Inget är förfallet")
    )
    return {"bars": bars, "later": found["later"] or 0, "title": title, "overdue": overdue}


def _letters(creditor: Any, today: date) -> dict[str, Any]:
    first = today - timedelta(days=DAYS - 1)
    rows = Letter.objects.filter(creditor=creditor, dated_on__gte=first, dated_on__lte=today).exclude(state="voided")
    found: dict[tuple[date, str], int] = {}
    for row in rows.values("dated_on", "kind").annotate(n=Count("id")):
        found[row["dated_on"], row["kind"]] = row["n"]
    days = [first + timedelta(days=n) for n in range(DAYS)]
    days = [d for d in days if d.weekday() < 5 or any(found.get((d, k)) for k in SENT_KINDS)]
    series = [
        Series(words.word(_KIND_WORDS, kind), shade, [found.get((d, kind), 0) for d in days])
        for kind, shade in (("notice", "1"), ("reminder", "2"), ("demand", "4"), ("residual", "5"), ("confirmation", "0"))
        if any(found.get((d, kind)) for d in days)
    ]
    total = sum(sum(s.values) for s in series)
    label = tn("{n} brev de senaste fyra veckorna", "{n} brev de senaste fyra veckorna", total)
    names = [f"{d.day}/{d.month}" for d in days]
    return _plot(names, series, label) | {"days": days, "title": label, "names": days}


_KIND_WORDS = {kind: said for kind, (said, _, _) in words.LETTER_KINDS.items()}


def _money(creditor: Any, today: date, per: str) -> dict[str, Any]:
    spans = money_in.money_in(creditor, today, per)
    small = max((span.all_minor for span in spans), default=0) < SMALL_MINOR
    series = [
        Series(said, shade, [round(minor / (100 if small else 100_000)) for minor in sums])
        for said, shade, sums in (
            (t("till kontot på brevet"), "3", [span.bank_minor for span in spans]),
            (t("direkt till er"), "1", [span.creditor_minor for span in spans]),
        )
        if any(sums)
    ]
    names = [span.name for span in spans]
    unit = {
        "day": t("Kronor per dag.") if small else t("Tusen kronor per dag."),
        "week": t("Kronor per vecka.") if small else t("Tusen kronor per vecka."),
        "month": t("Kronor per månad.") if small else t("Tusen kronor per månad."),
    }[per]
    goes_on = {
        "day": t("Dagen är inte slut."),
        "week": t("Vecka {week} är inte slut.", week=names[-1]),
        "month": t("Månaden är inte slut."),
    }[per]
    label = t("Inbetalt. {unit}", unit=unit)
    return _plot(names, series, label) | {
        "title": money_in.title(spans, per), "under": f"{unit} {goes_on}", "spans": spans, "per": per,
        "any": any(s.all_minor for s in spans),
        "pers": [("day", t("Dag")), ("week", t("Vecka")), ("month", t("Månad"))],
    }  # fmt: skip


def _money_as_excel(request: PageRequest, per: str) -> HttpResponse:
    columns = [
        Column(t("Från"), "day", 12),
        Column(t("Till och med"), "day", 12),
        Column(t("Betalningar"), "number", 12),
        Column(t("Till kontot på brevet"), "money", 22),
        Column(t("Direkt till er"), "money"),
        Column(t("Summa"), "money"),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
    ]
    spans = money_in.money_in(request.creditor, request.today, per)
    rows = [(s.first, s.last, s.payments, s.bank_minor, s.creditor_minor, s.all_minor) for s in spans]
    return sheet_answer(name="inbetalt", title=money_in.title(spans, per), about=about, columns=columns, rows=rows)


def _plot(names: list[str], series: list[Series], label: str) -> dict[str, Any]:
    return {
        "wide": columns(names=names, series=series, width=520, label=label),
        "narrow": columns(names=names, series=series, width=326, label=label, last=7),
        "series": series,
        "rows": [(name, [s.values[n] for s in series]) for n, name in enumerate(names)],
    }


def _waits(creditor: Any, today: date) -> list[dict[str, Any]]:
    """What a person must do, most pressing first."""
    org = creditor.organisation_number
    cases = reverse("cases", args=[org])
    found: list[dict[str, Any]] = []
    if creditor.sending_stopped_on:
        found.append({
            "icon": "stop-circle", "title": t("All utsändning är stoppad"),
            "text": t("Sedan {day}. Inga brev lämnar huset förrän ni släpper på.", day=words.day(creditor.sending_stopped_on)),
            "href": reverse("letters", args=[org]), "act": t("Visa"), "first": True,
        })  # fmt: skip
    if bank_file_missing(open_office(creditor), today):
        found.append({
            "icon": "bank", "title": t("Dagens bankfil har inte kommit"),
            "text": t("Breven väntar tills den är inläst, för någon kan ha betalat."),
            "href": reverse("bank-files", args=[org]), "act": t("Läs in"), "first": True,
        })  # fmt: skip
    found += _waiting_letters(creditor, org)
    found += _waiting_payments(creditor, org)
    counted = Case.objects.filter(creditor=creditor).exclude(stage="closed").aggregate(
        disputes=Count("id", filter=Q(held="dispute"), distinct=True),
        disputed_since=Min("holds__since", filter=Q(held="dispute", holds__kind="dispute", holds__lifted_on__isnull=True)),
        choices=Count("id", filter=Q(stage="awaiting_creditor", held=""), distinct=True),
        gone=Count("id", filter=Q(held="gone"), distinct=True),
        questions=Count("id", filter=QUESTION, distinct=True),
    )  # fmt: skip
    if counted["disputes"]:
        found.append({
            "icon": "chat-square-quote",
            "title": tn("Svara på {n} bestridande", "Svara på {n} bestridanden", counted["disputes"]),
            "text": t("Äldsta sedan {day}. Inget skickas medan de är öppna.", day=words.day(counted["disputed_since"])),
            "href": f"{cases}?view=resting&hold=dispute", "act": t("Visa"),
        })  # fmt: skip
    if counted["choices"]:
        found.append({
            "icon": "signpost-split", "title": tn("Välj väg i {n} ärende", "Välj väg i {n} ärenden", counted["choices"]),
            "text": t("Inkassokravets sista dag har gått utan betalning. Inget händer förrän ni väljer."),
            "href": f"{cases}?view=choice", "act": t("Välj"),
        })  # fmt: skip
    if counted["questions"]:
        found.append({
            "icon": "question-diamond", "title": tn("Svara på {n} fråga", "Svara på {n} frågor", counted["questions"]),
            "text": t("Något saknas eller har ändrats, till exempel ett personnummer eller en adress."),
            "href": f"{cases}?view=question", "act": t("Visa"),
        })  # fmt: skip
    if counted["gone"]:
        found.append({
            "icon": "search", "title": tn("{n} faktura saknas i reskontran", "{n} fakturor saknas i reskontran", counted["gone"]),
            "text": t("Ärendena vilar tills vi vet varför."), "href": f"{cases}?view=resting&hold=gone", "act": t("Visa"),
        })  # fmt: skip
    return found


def _waiting_payments(creditor: Any, org: str) -> list[dict[str, Any]]:
    """Money that came and has no case, and the oldest day it was learnt."""
    waits = Payment.objects.filter(creditor=creditor, state="suspense").aggregate(
        n=Count("id"), total=Sum("held_minor", filter=Q(currency="SEK")), since=Min("learnt_on")
    )
    if not waits["n"]:
        return []
    return [{
        "icon": "cash-coin",
        "title": tn("Säg vad {n} betalning gäller", "Säg vad {n} betalningar gäller", waits["n"]),
        "text": t("{sum} kr utan ärende, äldsta sedan {day}.", sum=words.whole_kronor(waits["total"] or 0),
                  day=words.day(waits["since"])),
        "href": reverse("payments", args=[org]), "act": t("Visa"),
    }]  # fmt: skip


def _waiting_letters(creditor: Any, org: str) -> list[dict[str, Any]]:
    rows = Letter.objects.filter(creditor=creditor, state="composed").values("kind").annotate(n=Count("id"), on=Min("dated_on"))
    kinds = {row["kind"]: row["n"] for row in rows}
    total = sum(kinds.values())
    if not total:
        return []
    batch = Batch.objects.filter(creditor=creditor, approved_on=None).exclude(waits_because="").order_by("on").first()
    parts = ", ".join(
        str(tn(one, many, kinds[kind]))
        for kind, one, many in (
            ("notice", "{n} avisering", "{n} aviseringar"),
            ("reminder", "{n} påminnelse", "{n} påminnelser"),
            ("demand", "{n} inkassokrav", "{n} inkassokrav"),
            ("residual", "{n} restkrav", "{n} restkrav"),
            ("confirmation", "{n} bekräftelse", "{n} bekräftelser"),
        )
        if kinds.get(kind)
    )
    why = words.word(words.WHY_WAITS, batch.waits_because) if batch else t("De skickas i nästa utskick.")
    return [{
        "icon": "send-check", "title": tn("Godkänn utskicket med {n} brev", "Godkänn utskicket med {n} brev", total),
        "text": f"{parts}. {why}", "href": reverse("letters", args=[org]),
        "act": tn("Granska {n} brev", "Granska {n} brev", total), "first": bool(batch),
    }]  # fmt: skip
