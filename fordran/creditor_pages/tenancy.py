"""Whose rows a request may see, and what day it is.

Row-level security in the database shows a transaction the rows of the creditors named in `fordran.creditors`, and none
when nothing is named. `creditor_page` names them inside the request's own transaction (ATOMIC_REQUESTS), after looking
up what the signed-in person may do; every query of the page then begins at `request.creditor`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.utils import timezone

from fordran.access.roles import reach_at, who_can_give
from fordran.agreements.standing import is_locked
from fordran.creditors.models import Creditor
from fordran.day.models import Today

ROLES = {"read": 0, "work": 1, "sign": 2}
View = Callable[..., HttpResponse]


class PageRequest(HttpRequest):
    """A request as a creditor's page gets it: whose page it is, what its visitor may do, and what day it is."""

    creditor: Creditor
    role: str
    today: date
    user: User  # type: ignore[assignment]  # never anonymous here


class TenancyMiddleware:
    """Keeps the demonstration under one name."""

    def __init__(self, get_response: View) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        host = request.get_host().partition(":")
        if settings.DEMO and host[0] == "127.0.0.1" and request.method in ("GET", "HEAD"):
            # Browsers refuse passkeys on an address of digits, so the demonstration lives under one name only.
            return HttpResponsePermanentRedirect(f"http://localhost:{host[2] or '80'}{request.get_full_path()}")
        return self.get_response(request)


def legal_day() -> date:
    """The day it is: the demonstration's own, else the one in the country. The only place in the pages that knows."""
    if settings.DEMO:
        row = Today.objects.first()
        if row is not None:
            on: date = row.on
            return on
    return timezone.localdate()


def see_only(creditor_ids: Iterable[int]) -> None:
    """From here to the end of the transaction only these creditors' rows exist."""
    ids = ",".join(str(int(number)) for number in creditor_ids)
    with connection.cursor() as cursor:
        cursor.execute("select set_config('fordran.creditors', %s, true)", [ids])


def creditor_page(role: str = "read", *, before_agreement: bool = False) -> Callable[[View], View]:
    """A page of one creditor, for those whose role reaches `role` (read, work, sign).

    Signed out: to the sign-in page. No role: 404, since that the creditor is here is itself a secret.
    Too little: 403, with who can give more. An agreement that waits for its signature: to that, unless `before_agreement`.
    """

    def wrap(view: View) -> View:
        @wraps(view)
        def guarded(request: PageRequest, organisation_number: str, **kwargs: Any) -> HttpResponse:
            if not request.user.pk:
                return redirect_to_login(request.get_full_path())
            today = legal_day()
            creditor = Creditor.objects.filter(organisation_number=organisation_number).first()
            reach = reach_at(request.user.pk, creditor, today) if creditor else ""
            if creditor is None or not reach:
                raise Http404
            request.creditor, request.role, request.today = creditor, reach, today
            see_only([creditor.pk])
            if not before_agreement and is_locked(creditor):
                return redirect("agreement", organisation_number)
            if ROLES[reach] < ROLES[role]:
                return _not_allowed(request)
            return view(request, **kwargs)

        guarded.needs_role = role  # type: ignore[attr-defined]
        guarded.before_agreement = before_agreement  # type: ignore[attr-defined]
        return guarded

    return wrap


def _not_allowed(request: PageRequest) -> HttpResponse:
    return render(request, "403.html", {"can_give": ", ".join(who_can_give(request.creditor, request.today)[:3])}, status=403)
