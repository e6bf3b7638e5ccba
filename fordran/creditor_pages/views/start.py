"""The company's page while it is set up: the seven steps, what is left of each, and where it is done."""

from __future__ import annotations

from django.http import HttpResponse

from fordran.creditor_pages.first_reading import start_reading
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.setup_steps import count_of
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.onboarding.by_file import has_no_ledger
from fordran.onboarding.first_read import reading_of
from fordran.onboarding.steps import missing, next_of, steps


@creditor_page()
def start(request: PageRequest) -> HttpResponse:
    creditor, today = request.creditor, request.today
    found = steps(creditor, today)
    if request.role != "read":
        start_reading(creditor, today)
    return page(
        request, "start.html", count=count_of(found), next_key=getattr(next_of(found), "key", ""), lacks=missing(creditor, today),
        reading=reading_of(creditor), wants_file=has_no_ledger(creditor),
    )  # fmt: skip
