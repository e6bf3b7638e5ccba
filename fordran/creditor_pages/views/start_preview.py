"""The preview: every invoice that would be taken, every letter that would be sent, before anything happens."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from fordran.core.problems import Refused
from fordran.creditor_pages import words
from fordran.creditor_pages.case_list import folded
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.plots import shares
from fordran.creditor_pages.reckonings import PAGE_OF, begin_anew
from fordran.creditor_pages.said import say_selection
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import by_day, by_sum, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import day, t, tn
from fordran.invoices.models import Customer
from fordran.letters.as_text import letter_sections
from fordran.letters.look import page_count, render_png
from fordran.letters.render import render_letter
from fordran.letters.store import from_json
from fordran.onboarding.kept_preview import is_fresh, latest, mark_read
from fordran.onboarding.models import PreviewInvoice, PreviewLetter, Reckoning
from fordran.onboarding.reckoning import is_under_way
from fordran.process.letter import LetterContent

SORTS = {"due": by_day("due_on"), "amount": by_sum(F("open_minor")), "first": by_day("first_on")}
NAME = Subquery(Customer.objects.filter(creditor=OuterRef("creditor"), key=OuterRef("customer_key")).values("name")[:1])


@creditor_page()
def preview(request: PageRequest) -> HttpResponse:
    row = latest(request.creditor)
    if row is None or row.state != "done":
        return page(request, "start_preview_none.html", row=row, under_way=row is not None and is_under_way(row))
    fresh = is_fresh(row, request.creditor, request.today)
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, row)
    decision = request.GET.get("decision", "") if request.GET.get("decision") in ("taken", "passed", "later") else ""
    reason, text = request.GET.get("reason", "")[:40], request.GET.get("q", "").strip()[:100]
    sort = request.GET.get("sort", "") if request.GET.get("sort") in SORTS else "first"
    rows = _wanted(row, decision, reason, text)
    found = cut(rows.annotate(customer=NAME), SORTS[sort], request.GET.get("after", ""))
    for invoice in found.rows:
        explain(invoice, row.on)
    return page(
        request, "start_preview.html", row=row, fresh=fresh, found=found, sort=sort, decision=decision, words=text, reason=reason,
        reason_words=words.word(words.WHY_PASSED_OVER, reason) if reason else "",
        totals=list(rows.order_by().values("currency").annotate(n=Count("id"), total=Sum("open_minor")).order_by("currency")),
        drafts=PreviewLetter.objects.filter(reckoning=row).exclude(content=None).annotate(customer=NAME).order_by("place"),
        **_sums(row),
    )  # fmt: skip


def _wanted(row: Reckoning, decision: str, reason: str, text: str) -> QuerySet[PreviewInvoice]:
    rows = PreviewInvoice.objects.filter(creditor=row.creditor, reckoning=row)
    if decision == "taken":
        rows = rows.filter(taken=True)
    elif decision == "passed":
        rows = rows.filter(taken=False, due_on__lt=row.on)
    elif decision == "later":
        rows = rows.filter(taken=False, due_on__gte=row.on)
    if reason:
        rows = rows.filter(taken=False, reason=reason, due_on__lt=row.on)
    if text:
        names = Customer.objects.filter(creditor=row.creditor, search_text__contains=folded(text)).values("key")
        rows = rows.filter(Q(number__startswith=text) | Q(customer_key=text) | Q(customer_key__in=names))
    return rows


def explain(invoice: Any, on: date) -> None:
    """What a row shows: the verdict in a word, why in one short sentence."""
    days = (on - invoice.due_on).days
    invoice.later = not invoice.taken and invoice.due_on >= on
    first, until = invoice.facts.get("first_day"), invoice.facts.get("until")
    if invoice.taken:
        invoice.why = tn("{n} dag sedan förfallodagen", "{n} dagar sedan förfallodagen", days)
    elif invoice.later:
        invoice.why = t("Inte förfallen än")
    elif invoice.reason == "not_due_long_enough" and first:
        invoice.why = tn("{n} dag, tas {first}", "{n} dagar, tas {first}", days, first=day(date.fromisoformat(first)))
    elif until and invoice.reason in ("customer_excluded", "class_excluded"):
        word = words.word(words.WHY_PASSED_OVER, invoice.reason)
        invoice.why = t("{word} till och med {until}", word=word, until=day(date.fromisoformat(until)))
    else:
        invoice.why = words.word(words.WHY_PASSED_OVER, invoice.reason)


def _sums(row: Reckoning) -> dict[str, Any]:
    sums = row.sums
    kinds = [(kind, n) for kind, n in sorted(sums["letters"]["kinds"].items(), key=lambda pair: _order(pair[0]))]
    because = [
        {**b, "words": words.word(words.WHY_PASSED_OVER, b["reason"]), "kronor": b["minor"].get("SEK", 0)}
        for b in sums["because"]
    ]
    return {
        "sums": sums, "because": because, "ages": ages_plot(sums["ages"]),
        "kinds": letters_in_words(kinds), "costs": _costs(sums["costs"]),
        "days": [
            {"on": date.fromisoformat(on), "row": [of_kind.get(kind, 0) for kind, _ in kinds]} for on, of_kind in sums["days"]
        ],
        "first_day": _first_day(sums["first_day"]),
        "no_reminder_cost": "reminder" in dict(kinds) and not any(c["kind"] == "reminder" for c in sums["costs"]),
        "letter_kinds": [kind for kind, _ in kinds],
    }  # fmt: skip


def _order(kind: str) -> int:
    order = ("notice", "reminder", "demand", "residual")
    return order.index(kind) if kind in order else len(order)


LETTERS = {
    "notice": ("{n} avisering", "{n} aviseringar"),
    "reminder": ("{n} påminnelse", "{n} påminnelser"),
    "demand": ("{n} inkassokrav", "{n} inkassokrav"),
    "residual": ("{n} restkrav", "{n} restkrav"),
}


def letters_in_words(kinds: list[tuple[str, int]]) -> str:
    return ", ".join(str(tn(*LETTERS.get(kind, ("{n} brev", "{n} brev")), n)) for kind, n in kinds)


def _costs(costs: list[dict[str, Any]]) -> str:
    parts = [f"{words.number(c['n'])} × {words.whole_kronor(c['minor'])} kr" for c in costs]
    return f" {t('och')} ".join(parts)


def _first_day(found: dict[str, Any] | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"on": date.fromisoformat(found["on"]), "n": found["n"], "kinds": letters_in_words(sorted(found["kinds"].items()))}


def ages_plot(ages: list[dict[str, int]]) -> dict[str, Any]:
    """Bars of what has fallen due by age: taken and left, with a title that says what one sees."""
    most = max((a["all"] for a in ages), default=0)
    taken, left = shares([a["taken"] for a in ages], most), shares([a["all"] - a["taken"] for a in ages], most)
    bars = []
    for age, width, rest in zip(ages, taken, left, strict=True):
        label = t("över 90 dagar") if age["last"] > 365 else t("{first}–{last} dagar", first=age["first"], last=age["last"])
        bars.append({**age, "label": label, "taken_width": width, "left_width": rest, "left_x": width})
    total, of_it = sum(a["all"] for a in ages), sum(a["taken"] for a in ages)
    title = (
        t("Inget är förfallet") if not total else t("{percent} procent av det förfallna tas", percent=round(100 * of_it / total))
    )
    return {"bars": bars, "title": title}


@require_POST
@creditor_page("work")
def again(request: PageRequest) -> HttpResponse:
    return begin_anew(request, "preview")


@creditor_page()
def progress(request: PageRequest, kind: str) -> HttpResponse:
    """The part that is asked for every second while it is reckoned; then it sends the page on."""
    row = latest(request.creditor, kind)
    if row is None or not is_under_way(row):
        response = HttpResponse()
        response["HX-Redirect"] = reverse(PAGE_OF.get(kind, "start-preview"), args=[request.creditor.organisation_number])
        return response
    return render(request, "creditor_pages/parts/reckoning.html", {"row": row, "org": request.creditor.organisation_number})


@require_POST
@creditor_page("work")
def read(request: PageRequest) -> HttpResponse:
    """A person has read the preview; on to the switch."""
    creditor = request.creditor
    row = latest(creditor)
    if row is None or request.POST.get("digest") != row.digest:
        return redirect("start-preview", creditor.organisation_number)
    try:
        mark_read(row, request.user.get_username(), request.today)
    except Refused:
        messages.warning(request, t("Något har ändrats sedan förhandsgranskningen gjordes. Räkna om den och läs igen."))
        return redirect("start-preview", creditor.organisation_number)
    return redirect("switch", creditor.organisation_number)


@creditor_page()
def letter(request: PageRequest, place: int) -> HttpResponse:
    """A draft of one of the letters: its picture, and the same words as text."""
    kept, content = _draft(request, place)
    pages = range(1, page_count(render_letter(content)) + 1)
    return page(request, "start_preview_letter.html", kept=kept, pages=pages, text=letter_sections(content))


@creditor_page()
def letter_picture(request: PageRequest, place: int, sheet: int) -> HttpResponse:
    _, content = _draft(request, place)
    try:
        return HttpResponse(render_png(render_letter(content), sheet), content_type="image/png")
    except IndexError:
        raise Http404 from None


def _draft(request: PageRequest, place: int) -> tuple[Any, LetterContent]:
    rows = PreviewLetter.objects.filter(creditor=request.creditor, reckoning=latest(request.creditor), place=place)
    kept = rows.exclude(content=None).annotate(customer=NAME).first()
    if kept is None:
        raise Http404
    return kept, from_json(kept.content)


# ---- Excel ----------------------------------------------------------------------------------------------------------


def _as_excel(request: PageRequest, row: Reckoning) -> HttpResponse:
    """Every invoice with its verdict and its first letter; or, with `letters`, every letter with its day and costs."""
    about = [
        (t("Företag"), request.creditor.name),
        (t("Räknat för"), row.on),
        (t("Kontrollsumma"), row.digest),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
    ]
    if request.GET.get("list") == "letters":
        columns = [Column(t("Dag"), "day", 12), Column(t("Slag"), width=18), Column(t("Kund"), width=32), Column(t("Kundnummer")),
                   Column(t("Fakturor"), width=30), Column(t("Sista dag"), "day", 12), Column(t("Läggs på skulden"), "money"),
                   Column(t("Begärs"), "money"), Column(t("Valuta"), width=8)]  # fmt: skip
        return sheet_answer(
            name="forhandsgranskning-brev", title=t("Brev närmaste 30 dagarna"), about=about, columns=columns,
            rows=_letter_rows(row),
        )  # fmt: skip
    columns = [Column(t("Faktura")), Column(t("Kund"), width=32), Column(t("Kundnummer")), Column(t("Förföll"), "day", 12),
               Column(t("Beslut"), width=10), Column(t("Skäl"), width=60), Column(t("Regeln satt på"), width=14),
               Column(t("Första brev"), "day", 12), Column(t("Slag"), width=18), Column(t("Valuta"), width=8),
               Column(t("Fakturabelopp"), "money"), Column(t("Öppet"), "money")]  # fmt: skip
    return sheet_answer(
        name="forhandsgranskning", title=t("Förhandsgranskning"), about=about, columns=columns, rows=_invoice_rows(row)
    )


def _invoice_rows(row: Reckoning) -> Iterator[list[Any]]:
    invoice: Any
    for invoice in PreviewInvoice.objects.filter(reckoning=row).annotate(customer=NAME).order_by("place").iterator(1000):
        later = not invoice.taken and invoice.due_on >= row.on
        yield [
            invoice.number, invoice.customer, invoice.customer_key, invoice.due_on,
            t("Tas") if invoice.taken else t("Ännu inte") if later else t("Lämnas"), say_selection(invoice),
            words.word(words.LEVELS, invoice.level), invoice.first_on,
            words.word(words.NEXT_KINDS, invoice.first_kind) if invoice.first_kind else "", invoice.currency,
            invoice.amount_minor, invoice.open_minor,
        ]  # fmt: skip


def _letter_rows(row: Reckoning) -> Iterator[list[Any]]:
    letters = PreviewLetter.objects.filter(reckoning=row).defer("content").annotate(customer=NAME).order_by("place")
    told: Any
    for told in letters.iterator(1000):
        yield [
            told.on, words.word(words.NEXT_KINDS, told.kind), told.customer, told.customer_key, ", ".join(told.invoices),
            told.last_day, sum(minor for _, _, minor in told.costs), told.asked_minor, told.currency,
        ]  # fmt: skip
