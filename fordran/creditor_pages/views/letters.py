"""Letters that wait, letters that have left, and one letter as the person who gets it sees it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, F, Min, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_POST

from fordran.cases.models import Case
from fordran.core.problems import Refused
from fordran.creditor_pages import sheets_of_paper, words
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.sheets import Column, sheet_answer
from fordran.creditor_pages.tables import Sort, cut
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.words import t, tn
from fordran.invoices.models import Customer
from fordran.letters.models import Batch, Letter, LetterCase

STATES = {"composed": "Väntar", "approved": "Godkänt, inte skickat", "sent": "Skickat", "voided": "Makulerat"}
NEWEST = Sort(F("dated_on"), date.fromisoformat, down=True)


@creditor_page()
def waiting(request: PageRequest) -> HttpResponse:
    """Letters that have been written and have not left: who approves them, and why they wait."""
    creditor = request.creditor
    rows = Letter.objects.filter(creditor=creditor, state__in=["composed", "approved"])
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, rows, t("Brev som väntar"))
    kinds = list(rows.values("kind").annotate(n=Count("id"), total=Sum("total_minor"), on=Min("dated_on")).order_by("kind"))
    batch = Batch.objects.filter(creditor=creditor, approved_on=None).exclude(waits_because="").order_by("on").first()
    to_approve = rows.filter(state="composed").count()
    found = cut(rows, NEWEST, request.GET.get("after", ""))
    _name(creditor, found.rows)
    return page(
        request,
        "letters_waiting.html",
        found=found,
        kinds=kinds,
        batch=batch,
        why=words.word(words.WHY_WAITS, batch.waits_because) if batch else "",
        to_approve=to_approve,
        total=sum(k["n"] for k in kinds),
        costs=_costs_in(creditor, rows),
    )


def _costs_in(creditor: Any, rows: QuerySet[Letter]) -> int:
    """What these letters put on the debts, öre."""
    from fordran.cases.models import Charge

    found = Charge.objects.filter(creditor=creditor, step__letter__in=rows, voided_on=None).aggregate(n=Sum("amount_minor"))
    return found["n"] or 0


@creditor_page()
def archive(request: PageRequest) -> HttpResponse:
    creditor = request.creditor
    rows = Letter.objects.filter(creditor=creditor)
    kind = request.GET.get("kind", "") if request.GET.get("kind") in words.LETTER_KINDS else ""
    if kind:
        rows = rows.filter(kind=kind)
    if request.GET.get("as") == "xlsx":
        return _as_excel(request, rows, t("Alla brev"))
    counts = {r["kind"]: r["n"] for r in Letter.objects.filter(creditor=creditor).values("kind").annotate(n=Count("id"))}
    found = cut(rows, NEWEST, request.GET.get("after", ""))
    _name(creditor, found.rows)
    kinds = [(k, t(said), counts[k]) for k, (said, _, _) in words.LETTER_KINDS.items() if counts.get(k)]
    return page(request, "letters_all.html", found=found, kinds=kinds, kind=kind, total=sum(counts.values()))


def _name(creditor: Any, letters: list[Any]) -> None:
    """Whom each letter is to, and which cases it carries: two queries for the whole page."""
    customers = Customer.objects.filter(creditor=creditor).in_bulk({row.customer_id for row in letters})
    carried: dict[int, list[int]] = {}
    for link in LetterCase.objects.filter(creditor=creditor, letter__in=letters).order_by("id"):
        carried.setdefault(link.letter_id, []).append(link.case_number)
    for row in letters:
        customer = customers.get(row.customer_id)
        row.to = customer.name if customer else ""
        row.carries = len(carried.get(row.id, ()))
        row.state_words = words.word(STATES, row.state)


def _as_excel(request: PageRequest, rows: QuerySet[Letter], title: str) -> HttpResponse:
    columns = [
        Column(t("Brev"), width=16),
        Column(t("Slag"), width=16),
        Column(t("Till"), width=32),
        Column(t("Datum"), "day", 12),
        Column(t("Sista betalningsdag"), "day", 14),
        Column(t("Tillstånd"), width=20),
        Column(t("Skickat"), "day", 12),
        Column(t("Valuta"), width=8),
        Column(t("Att betala"), "money"),
        Column("OCR", width=20),
    ]
    about = [
        (t("Företag"), request.creditor.name),
        (t("Dag"), request.today),
        (t("Hämtad av"), request.user.get_full_name() or request.user.get_username()),
        (t("Slag"), words.word(_KINDS, request.GET.get("kind", "")) or "–"),
    ]
    names = dict(Customer.objects.filter(creditor=request.creditor).values_list("id", "name"))
    return sheet_answer(name="brev", title=title, about=about, columns=columns, rows=_sheet_rows(rows, names))


_KINDS = {kind: said for kind, (said, _, _) in words.LETTER_KINDS.items()}


def _sheet_rows(rows: QuerySet[Letter], names: dict[int, str]) -> Iterator[list[Any]]:
    for row in rows.order_by("-dated_on", "id").iterator(chunk_size=1000):
        yield [
            row.number,
            words.word(_KINDS, row.kind),
            names.get(row.customer_id, ""),
            row.dated_on,
            row.last_day,
            words.word(STATES, row.state),
            row.sent_on,
            row.currency,
            row.total_minor,
            row.ocr,
        ]


@require_POST
@creditor_page("work")
def approve(request: PageRequest) -> HttpResponse:
    """Let the waiting letters go. They leave on the next sending, which is today on a banking day."""
    from fordran.day.speak import approve_batch

    creditor, today = request.creditor, request.today
    seen = request.POST.get("seen", "")
    now = Letter.objects.filter(creditor=creditor, state="composed").count()
    if seen != str(now):
        messages.warning(request, t("Antalet brev har ändrats sedan du öppnade sidan. Se efter igen och godkänn sedan."))
        return redirect("letters", creditor.organisation_number)
    try:
        approve_batch(creditor, by=request.user.get_username(), today=today)
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, tn("{n} brev är godkänt.", "{n} brev är godkända.", now))
        if settings.DEMO:
            transaction.on_commit(_send)
    return redirect("letters", creditor.organisation_number)


def _send() -> None:
    """In the demonstration approved letters leave at once, into its folder, by a process with the batch's role."""
    subprocess.Popen(
        [sys.executable, "-m", "fordran.cli.main", "demo", "--send"], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip


def _the(request: PageRequest, number: str) -> Letter:
    return get_object_or_404(Letter, creditor=request.creditor, number=number)


@creditor_page()
def letter(request: PageRequest, number: str) -> HttpResponse:
    creditor, shown = request.creditor, _the(request, number)
    _name(creditor, [shown])
    ids = list(LetterCase.objects.filter(creditor=creditor, letter=shown).values_list("case_number", flat=True))
    own = Case.objects.filter(creditor=creditor, id__in=ids).select_related("invoice").order_by("due_on", "id")
    content = sheets_of_paper.content_of(shown)
    return page(
        request,
        "letter.html",
        letter=shown,
        cases=own,
        pages=range(1, sheets_of_paper.pages_of(shown) + 1) if content else (),
        text=sheets_of_paper.text_of(content) if content else None,
        dispatches=shown.dispatches.order_by("id"),
    )


@creditor_page()
def picture(request: PageRequest, number: str, sheet: int) -> HttpResponse:
    """One page of the letter as PNG, drawn from the letter's own PDF."""
    image = sheets_of_paper.picture_of(_the(request, number), sheet)
    if image is None:
        raise Http404
    return HttpResponse(image, content_type="image/png")


@creditor_page()
def paper(request: PageRequest, number: str) -> HttpResponse:
    shown = _the(request, number)
    pdf = sheets_of_paper.pdf_of(shown)
    if pdf is None:
        raise Http404
    response = HttpResponse(pdf, content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="brev-{shown.number}.pdf"'
    return response
