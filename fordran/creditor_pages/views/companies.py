"""Välj bolaget: every company the person reaches, and what is left to do at each."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fordran.access.roles import organisations_of
from fordran.creditor_pages.company_list import companies_of, matching
from fordran.creditor_pages.house import at, house_page
from fordran.creditor_pages.tenancy import legal_day

MANY = 8
"""From so many companies on there is a field to search them."""


@login_required
def companies(request: HttpRequest) -> HttpResponse:
    wanted = request.GET.get("q", "").strip()[:100]
    every = companies_of(request.user.pk or 0, legal_day())
    found = matching(every, wanted) if wanted else every
    if getattr(request, "htmx", False) and request.headers.get("HX-Target") == "companies":
        return render(request, "creditor_pages/parts/company_list.html", {"companies": found, "wanted": wanted})
    run = organisations_of(request.user.pk or 0)
    register = [(one, at("register", one.pk)) for one in run]
    return house_page(
        request, "companies.html", run=run, companies=found, wanted=wanted, every=len(every), many=len(every) >= MANY,
        register=[(one, href) for one, href in register if href],
    )  # fmt: skip
