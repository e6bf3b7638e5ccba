"""Money that waits for a person: the work list beside its candidates, and setting it against a case.

As with a case, the consequence comes first: the deed itself, run and taken back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from fordran.cases.consequences import consequence_of
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.money import money_in_words
from fordran.core.problems import Refused
from fordran.creditor_pages import payment_list
from fordran.creditor_pages.case_list import OPEN_SUM, folded
from fordran.creditor_pages.fields import Wrong, read_sum
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditor_pages.told import told
from fordran.creditor_pages.views.payments import the_payment
from fordran.creditor_pages.words import language, t
from fordran.settlement import suspense as deeds
from fordran.settlement.candidates import Candidate, Waiting, candidates, count_waiting, work_list
from fordran.settlement.models import Payment

AT_A_TIME = 20
FOUND_AT_MOST = 10
LIKELY, POSSIBLE = 70, 40
"""Scores of candidates from which the words are stronger."""


@dataclass(slots=True)
class Suggestion:
    """A candidate in the visitor's words."""

    candidate: Candidate
    why: str
    how_likely: str


def suggestions(found: Sequence[Candidate]) -> list[Suggestion]:
    def likely(score: int) -> str:
        return t("Troligt") if score >= LIKELY else t("Möjligt") if score >= POSSIBLE else t("Osäkert")

    return [Suggestion(c, c.say(language()), str(likely(c.score))) for c in found if c.stage != "closed"]


@dataclass(slots=True)
class Row:
    """A payment of the work list with its suggestions beside it."""

    payment: Any
    why: str
    suggested: str
    suggestions: list[Suggestion]
    closed: Candidate | None  # the closed case it seems to be for


def _row(office: Office, waiting: Waiting) -> Row:
    why = office.country.say(waiting.because, language()) if waiting.because else ""
    closed = next((c for c in waiting.candidates if c.stage == "closed"), None)
    return Row(waiting.payment, why, waiting.suggested, suggestions(waiting.candidates), closed)


@creditor_page()
def waiting(request: PageRequest) -> HttpResponse:
    """What waits for somebody to say what it is for, oldest first."""
    creditor = request.creditor
    office = open_office(creditor)
    after = payment_list.row_number(request.GET.get("after", ""))
    found = work_list(office, after=after, limit=AT_A_TIME + 1)
    rows = [_row(office, w) for w in found[:AT_A_TIME]]
    payment_list.dress(creditor, [row.payment for row in rows])
    counts = count_waiting(creditor.pk)
    return page(
        request,
        "payments.html",
        rows=rows,
        next=rows[-1].payment.pk if len(found) > AT_A_TIME else "",
        is_first=not after,
        waiting=counts["suspense"],
        for_a_case=counts["waiting"],
        unsettled=Payment.objects.filter(creditor=creditor, state__in=["new", "found"]).count(),
    )


# ---- against a case ---------------------------------------------------------------------------------------------


@creditor_page("work")
def match(request: PageRequest, payment_id: int) -> HttpResponse:
    """GET: the payment beside what it may be for, and a search. POST: what will happen, then the deed."""
    payment = the_payment(request, payment_id)
    if request.method == "POST" and (answer := _match(request, payment)) is not None:
        return answer
    office, text = open_office(request.creditor), request.GET.get("q", "").strip()[:100]
    found = candidates(office, [payment]).get(payment.pk, ()) if payment.held_minor > 0 else ()
    return page(
        request,
        "payment_match.html",
        payment=payment,
        suggestions=suggestions(found),
        words=text,
        cases=_search(request.creditor, payment, text) if text else [],
        searched=bool(text),
    )


def _search(creditor: Any, payment: Any, text: str) -> list[Any]:
    """Running cases in the payment's currency: by number, OCR or invoice, by the debtor's name or customer number."""
    digits = "".join(text.split())
    rows = Case.objects.filter(creditor=creditor, currency=payment.currency).exclude(stage="closed")
    rows = rows.filter(
        Q(number__startswith=digits) | Q(ocr=digits) | Q(invoice__number__startswith=text) | Q(invoice__reference=digits)
        | Q(customer__key=text) | Q(customer__search_text__contains=folded(text))
    )  # fmt: skip
    return list(rows.annotate(open_sum=OPEN_SUM).select_related("customer", "invoice").order_by("due_on", "id")[:FOUND_AT_MOST])


def _match(request: PageRequest, payment: Any) -> HttpResponse | None:
    """None when nothing came of it, and a message says why."""
    creditor, today, by = request.creditor, request.today, request.user.get_username()
    rows = Case.objects.select_related("customer", "invoice", "creditor")
    case = get_object_or_404(rows, creditor=creditor, number=request.POST.get("case", "")[:20])
    typed = request.POST.get("amount", "").strip()
    try:
        minor = read_sum(typed) if typed else payment.held_minor
        if minor > payment.held_minor:
            waits = money_in_words(payment.held_minor, payment.currency)
            raise Wrong(t("Bara {sum} väntar. Skriv högst så mycket.", sum=waits))
        outcomes: list[Any] = []

        def deed() -> None:
            outcomes.append(deeds.match_by_hand(payment, case, by=by, today=today, amount_minor=minor))

        if request.POST.get("confirm") == "yes":
            deed()
            messages.success(request, t("Betalningen är ställd mot ärende {number}.", number=case.number))
            return _onward(request)
        lines = _told_match(consequence_of(case, deed), case, payment, minor, outcomes[0])
    except Wrong as wrong:
        messages.error(request, str(wrong))
        return None
    except Refused as refused:
        messages.error(request, str(refused))
        return None
    return page(
        request,
        "payment_confirm.html",
        payment=payment,
        title=t("Ställ betalningen mot ärendet"),
        about=f"{case.customer.name}, {case.number}",
        told=lines,
        button=t("Ställ betalningen mot ärendet"),
        hidden=[("case", case.number)],
        amount=typed,
        part=True,
        back=reverse("payment-match", args=[creditor.organisation_number, payment.pk]),
    )


def _told_match(consequence: Any, case: Case, payment: Any, minor: int, outcome: Any) -> list[str]:
    lines = told(consequence, "match", case)
    if outcome.refund_minor:
        sum_ = money_in_words(outcome.refund_minor, payment.currency)
        lines.append(str(t("{sum} är mer än skulden. Det ska betalas tillbaka till den som betalade.", sum=sum_)))
    if payment.held_minor > minor:
        rest = money_in_words(payment.held_minor - minor, payment.currency)
        lines.append(str(t("{sum} av betalningen väntar kvar.", sum=rest)))
    return lines


def _onward(request: PageRequest) -> HttpResponse:
    """Back to the work list, where the next one is."""
    return redirect("payments", request.creditor.organisation_number)
