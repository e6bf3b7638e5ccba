"""One case: what is next, when and at what cost; what is owed today and why; what has happened; the letter beside it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404

from fordran.cases.ahead import ahead
from fordran.cases.models import Case
from fordran.cases.standing import standing
from fordran.cases.timeline import timeline
from fordran.creditor_pages import sheets_of_paper, words
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.said import say
from fordran.creditor_pages.story import tell
from fordran.creditor_pages.tenancy import creditor_page
from fordran.creditor_pages.views.acts import acts_for
from fordran.db.seals import unseal
from fordran.letters.models import Letter, LetterCase


def the_case(request: HttpRequest, number: str) -> Case:
    rows = Case.objects.select_related("customer", "invoice", "creditor")
    return get_object_or_404(rows, creditor=request.creditor, number=number)  # type: ignore[attr-defined]


@creditor_page()
def case_page(request: HttpRequest, number: str) -> HttpResponse:
    case, today = the_case(request, number), request.today  # type: ignore[attr-defined]
    holds = list(case.holds.filter(lifted_on__isnull=True).order_by("since"))
    coming = ahead(case, today)
    return page(
        request,
        "case.html",
        case=case,
        holds=holds,
        ahead=coming,
        reasons=[(say(found), found) for found in coming.findings],
        standing=standing(case, today),
        story=tell(timeline(case), today),
        letter=_letters(request, case),
        identity=masked(case),
        acts=acts_for(case, holds),
    )


def masked(case: Case) -> str:
    """The debtor's number with its last four hidden. Never whole on a page."""
    customer = case.customer
    if customer.identity_sealed is None:
        return ""
    if customer.protected:
        return "••••••••-••••"
    digits = unseal(bytes(customer.identity_sealed), case.creditor_id)
    if customer.kind == "consumer" or len(digits) == 12:
        return f"{digits[:-4]}-••••"
    return f"{digits[:6]}-{digits[6:]}"


def _letters(request: HttpRequest, case: Case) -> dict[str, Any]:
    """The letter that is shown and its neighbours; the newest unless the address names one."""
    ids = LetterCase.objects.filter(creditor=case.creditor_id, case_number=case.id).values("letter_id")
    rows = list(Letter.objects.filter(creditor=case.creditor_id, id__in=ids).order_by("dated_on", "id"))
    if not rows:
        return {}
    wanted = request.GET.get("letter", "")
    place = next((n for n, row in enumerate(rows) if row.number == wanted), len(rows) - 1)
    shown = rows[place]
    content = sheets_of_paper.content_of(shown)
    said, _, _ = words.LETTER_KINDS.get(shown.kind, (shown.kind, "", ""))
    return {
        "shown": shown,
        "kind": words.t(said),
        "place": place + 1,
        "of": len(rows),
        "before": rows[place - 1] if place else None,
        "after": rows[place + 1] if place + 1 < len(rows) else None,
        "has_content": content is not None,
        "text": sheets_of_paper.text_of(content) if content else None,
        "print": f"{shown.sha256[:4]} {shown.sha256[4:8]} … {shown.sha256[-4:]}",
    }
