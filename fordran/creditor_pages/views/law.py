"""The law book: every amount, rate and period with its day and its source, as the software itself uses them."""

from __future__ import annotations

from django.http import HttpResponse

from fordran.countries.registry import country
from fordran.countries.se.lawbook import law_book
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.markdown import as_html
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditors.rates import added_rates


@creditor_page()
def book(request: PageRequest) -> HttpResponse:
    card = country(request.creditor.country, added_rates())
    return page(request, "law.html", book=as_html(law_book(card)))  # type: ignore[arg-type]
