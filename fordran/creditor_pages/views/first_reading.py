"""How far the first reading of the ledger has come, as a part of the set-up's pages; and another try."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from fordran.creditor_pages.first_reading import is_under_way, start_reading
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.onboarding.first_read import reading_of


@creditor_page()
@require_GET
def reading(request: PageRequest) -> HttpResponse:
    """Asked for every second while it is read. Where nobody reads and it was left half-way, it is gone on with."""
    start_reading(request.creditor, request.today)
    found = reading_of(request.creditor)
    context = {
        "reading": found, "org": request.creditor.organisation_number, "under_way": is_under_way(request.creditor.pk),
        "may_work": request.role != "read",
    }  # fmt: skip
    response = render(request, "creditor_pages/parts/first_reading.html", context)
    if found.state == "done" and request.GET.get("watched"):
        response["HX-Refresh"] = "true"
    return response


@creditor_page("work")
@require_POST
def read_again(request: PageRequest) -> HttpResponse:
    start_reading(request.creditor, request.today, again=True)
    back = request.POST.get("back", "")
    return redirect(back if back in ("start", "check-ledger") else "overview", request.creditor.organisation_number)
