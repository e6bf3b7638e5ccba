"""Acts that reach far ask for a proof of who one is, five minutes old at the most (ux paper 6.5).

    @creditor_page("sign")
    @fresh_proof
    def approve(request: PageRequest, ...) -> HttpResponse: ...

The page itself asks before it is shown, so that a form is seldom filled in for nothing. A form that comes too late all the same
is not carried out: after the proof its visitor stands on the form's page again, with a sentence.
"""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from fordran.access.signed_in import is_fresh
from fordran.creditor_pages.tenancy import View
from fordran.creditor_pages.words import t


def fresh_proof(view: View) -> View:
    """Inside `creditor_page` or `login_required`: the visitor is signed in."""

    @wraps(view)
    def proved(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if is_fresh(request):
            return view(request, *args, **kwargs)
        if request.method not in ("GET", "HEAD"):
            messages.warning(
                request, t("Formuläret skickades inte. Det hade gått mer än fem minuter; kontrollera och skicka igen.")
            )
        return redirect(f"{reverse('prove')}?{urlencode({'next': own_page(request)})}")

    return proved


def own_page(request: HttpRequest) -> str:
    """Where the visitor can stand again: the page itself, or of a form the page that it stood on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    here = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    parts = urlsplit(came_from if here else request.path)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
