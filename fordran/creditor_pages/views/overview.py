"""How much is out, how much came in, and what waits for me."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, Min, OuterRef, Q, Sum
from django.db.models.functions import TruncWeek
from django.http import HttpResponse
from django.urls import reverse

from fordran.cases.models import Case, Step
from fordran.creditor_pages import words
from fordran.creditor_pages.case_list import OPEN_SUM
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.invoice_list import TAKEN, open_invoices
from fordran.creditor_pages.plots import Series, columns, shares
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t, tn
from fordran.letters.models import Batch, Letter
from fordran.settlement.models import Payment

WEEKS, DAYS = 13, 28
RAMP = ("open", "noticed", "reminded", "demanded", "awaiting_creditor", "payment_order", "enforcement", "surveillance")
AGES = ((1, 6), (7, 30), (31, 60), (61, 90), (91, 36500))
SENT_KINDS = ("reminder", "demand", "residual", "notice", "confirmation")


QUESTION = (Q(outcome="ask") & ~Q(stage="awaiting_creditor") & Q(held="")) | Q(held="question")


@creditor_page()
def overview(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    return page(
        request,
        "overview.html",
        figures=_figures(creditor, today),
        waits=_waits(creditor, today),
        stages=_stages(creditor),
        ages=_ages(creditor, today),
        letters=_letters(creditor, today),
        money=_money(creditor, today),
    )


def _figures(creditor: Any, today: date) -> dict[str, Any]:
    found = Case.objects.filter(creditor=creditor).exclude(stage="closed").aggregate(
        n=Count("id"), resting=Count("id", filter=~Q(held="")), total=Sum(OPEN_SUM, filter=Q(currency="SEK")),
        capital=Sum("capital_minor", filter=Q(currency="SEK")), foreign=Count("id", filter=~Q(currency="SEK")),
    )  # fmt: skip
    month = today.replace(day=1)
    before = (month - timedelta(days=1)).replace(day=1)
    same_day = before + min(today - month, month - timedelta(days=1) - before)
    paid = Payment.objects.filter(creditor=creditor, currency="SEK", reversed_on=None).exclude(via="credit").aggregate(
        now=Sum("amount_minor", filter=Q(on__gte=month, on__lte=today)),
        before=Sum("amount_minor", filter=Q(on__gte=before, on__lte=same_day)),
    )  # fmt: skip
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


def _money(creditor: Any, today: date) -> dict[str, Any]:
    monday = today - timedelta(days=today.weekday())
    first = monday - timedelta(weeks=WEEKS - 1)
    rows = (
        Payment.objects.filter(creditor=creditor, on__gte=first, on__lte=today, currency="SEK", reversed_on=None)
        .exclude(via="credit")
        .annotate(week=TruncWeek("on"))
        .values("week", "via")
        .annotate(total=Sum("amount_minor"))
    )
    found: dict[tuple[date, str], int] = defaultdict(int)
    for row in rows:
        found[row["week"], row["via"]] += row["total"]
    weeks = [first + timedelta(weeks=n) for n in range(WEEKS)]
    series = [
        Series(said, shade, [round(found[w, via] / 100_000) for w in weeks])
        for via, said, shade in (("bank", t("till kontot på brevet"), "3"), ("creditor", t("direkt till er"), "1"))
        if any(found[w, via] for w in weeks)
    ]
    whole = [sum(found[w, via] for via in ("bank", "creditor")) for w in weeks]
    grown = len(whole) > 3 and whole[-4] < whole[-3] < whole[-2]
    title = t("Inbetalningarna har ökat två veckor i rad") if grown else t("Inbetalt vecka för vecka")
    names = [str(w.isocalendar().week) for w in weeks]
    label = t("Inbetalt per vecka, tusen kronor.")
    plot = _plot(names, series, label)
    table = list(zip(names, weeks, whole, strict=True))
    return plot | {"title": title, "weeks": table, "this_week": names[-1], "any": any(whole)}


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
    found += _waiting_letters(creditor, org)
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
