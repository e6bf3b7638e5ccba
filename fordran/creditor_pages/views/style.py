"""`/style/`: every component of the look once, in its states. In the demonstration and with FORDRAN_DEBUG only."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fordran.creditor_pages.tenancy import legal_day
from fordran.creditor_pages.words import HOLDS, STAGES

COLOURS = (
    "paper", "surface", "sunk", "ink", "ink-2", "ink-3", "line", "line-2", "accent", "accent-soft", "good", "good-soft",
    "warn", "warn-soft", "bad", "bad-soft", "stage-0", "stage-1", "stage-2", "stage-3", "stage-4", "stage-5", "stage-6",
)  # fmt: skip
SIZES = ("figure", "h1", "h2", "lead", "h3", "body", "table", "meta")
PARTS = ("ground", "frame", "cards", "tables", "states", "acts", "papers", "plots", "debtor")
"""The groups in the order of the page; each is a template of its own."""


@require_safe
def style(request: HttpRequest) -> HttpResponse:
    """It holds invented words only, so that it asks for no role. 404 where people work in earnest."""
    if not (settings.DEMO or settings.DEBUG):
        raise Http404
    theme = request.GET.get("theme", "")
    context = {
        "theme": theme if theme in ("light", "dark") else "",
        "parts": [f"creditor_pages/style/{part}.html" for part in PARTS],
        "colours": COLOURS,
        "sizes": SIZES,
        "stages": list(STAGES),
        "holds": list(HOLDS)[:4],
        "today": legal_day(),
    }
    return render(request, "creditor_pages/style.html", context)
