"""BankID as a door: signing in, adding it to one's means, proving who one is once more.

An order of kind *auth*, led by `agreements.orders`; its purpose says which of the three it was made for, and it is taken once.
"""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fordran.access import bankid, signed_in
from fordran.access.means import means_of
from fordran.agreements.orders import NotStarted, NotYours, begin, take
from fordran.core.problems import Refused
from fordran.creditor_pages.bankid import return_url, visitor_of, why_not_started
from fordran.creditor_pages.proof import fresh_proof
from fordran.creditor_pages.tenancy import legal_day
from fordran.creditor_pages.views.account import changed, person
from fordran.creditor_pages.views.session import safe_next
from fordran.creditor_pages.views.sign_in import came_in
from fordran.creditor_pages.words import t
from fordran.day.world import signing
from fordran.ports.signing import Complete

SIGN_IN, LINK, PROVE = "sign-in", "link", "prove"
_NEXT = "bankid_next"


def _start(request: HttpRequest, purpose: str, done: str, again: str, text: str) -> HttpResponse:
    """To the page of a new order; back with BankID's own words when none was made."""
    desk = signing()
    if desk is None:
        raise Http404
    request.session[_NEXT] = safe_next(request)
    try:
        order = begin(
            desk, visitor_of(request), kind="auth", purpose=purpose, text=text, manifest={"for": purpose}, done_url=reverse(done),
            again_url=again, return_url=return_url(request),
        )  # fmt: skip
    except NotStarted as error:
        messages.error(request, why_not_started(desk, error))
        return redirect(again)
    request.session[f"bankid_{purpose}"] = str(order.pk)
    return redirect("bankid", order.pk)


def _finish(request: HttpRequest, purpose: str) -> Complete | None:
    """What this browser's latest order for the purpose brought, once."""
    desk, name = signing(), request.session.pop(f"bankid_{purpose}", "")
    if desk is None or not name:
        return None
    try:
        return take(desk, uuid.UUID(name), visitor_of(request), purpose)
    except NotYours:
        return None


@require_POST
def sign_in_begin(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        logout(request)
    again = f"{reverse('sign-in')}?{urlencode({'next': safe_next(request)})}"
    return _start(request, SIGN_IN, "bankid-sign-in-done", again, str(t("Jag loggar in i Fordran.")))


@require_GET
def sign_in_done(request: HttpRequest) -> HttpResponse:
    after = str(request.session.get(_NEXT, "/"))
    complete = _finish(request, SIGN_IN)
    if complete is None:
        return redirect(f"{reverse('sign-in')}?failed=failed")
    user = bankid.person_of(complete.person.number)
    if user is None:
        return redirect(f"{reverse('sign-in')}?failed=unknown")
    record_authentication(request, user, "bankid")
    return came_in(request, perform_login(request, Login(user=user, redirect_url=after)))


@login_required
@fresh_proof
@require_POST
def link_begin(request: HttpRequest) -> HttpResponse:
    return _start(request, LINK, "bankid-link-done", reverse("account"), str(t("Jag vill kunna logga in i Fordran med BankID.")))


@login_required
@require_GET
def link_done(request: HttpRequest) -> HttpResponse:
    complete = _finish(request, LINK)
    if complete is not None:
        try:
            bankid.link(person(request), complete.person.number, complete.person.name, legal_day())
        except Refused:
            messages.error(request, t("Den inloggningen hör redan till någon annan här. Inget har ändrats."))
        else:
            changed(request, "own BankID added")
            messages.success(request, t("Nu kan du logga in med BankID."))
    return redirect("account")


@login_required
@fresh_proof
@require_POST
def unlink(request: HttpRequest) -> HttpResponse:
    if means_of(person(request)).ways_in < 2:
        messages.error(request, t("Det är ditt enda sätt att logga in. Lägg till ett annat först."))
    elif bankid.unlink(person(request)):
        changed(request, "own means of sign-in removed", kind="bankid")
        messages.success(request, t("Borttaget: {name}.", name="BankID"))
    return redirect("account")


@login_required
@require_POST
def prove_begin(request: HttpRequest) -> HttpResponse:
    again = f"{reverse('prove')}?{urlencode({'next': safe_next(request)})}"
    return _start(request, PROVE, "bankid-prove-done", again, str(t("Jag visar Fordran vem jag är.")))


@login_required
@require_GET
def prove_done(request: HttpRequest) -> HttpResponse:
    after = str(request.session.get(_NEXT, "/"))
    complete = _finish(request, PROVE)
    if complete is None or not bankid.is_theirs(person(request), complete.person.number):
        messages.error(request, t("Det där var inte du. Inget har ändrats."))
        return redirect(f"{reverse('prove')}?{urlencode({'next': after})}")
    signed_in.prove(request)
    return HttpResponseRedirect(after)
