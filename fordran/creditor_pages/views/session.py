"""Signing in and out, choosing a company, language and theme."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.contrib.auth import authenticate, get_user_model, login, logout
from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from fordran.creditor_pages.views.overview import overview
from fordran.creditors.models import Membership

DEMO_USER = "maria.ek"
YEAR = 365 * 24 * 3600


def home(request: HttpRequest) -> HttpResponse:
    """Straight in where there is one company only; in the demonstration even past the door.

    There the first visit is answered with the page itself: a visitor who keeps no cookies is not sent in circles.
    """
    came_in = not request.user.is_authenticated and _enter_demo(request)
    if not request.user.is_authenticated:
        return redirect_to_login("/")
    own = Membership.objects.filter(user_id=request.user.pk or 0).values_list("creditor__organisation_number", flat=True)[:2]
    if len(own) != 1:
        return companies(request) if came_in else redirect("companies")
    return overview(request, organisation_number=own[0]) if came_in else redirect("overview", own[0])


@login_required
def companies(request: HttpRequest) -> HttpResponse:
    own = Membership.objects.select_related("creditor").filter(user_id=request.user.pk or 0).order_by("creditor__name")
    return render(request, "creditor_pages/companies.html", {"memberships": own})


def sign_in(request: HttpRequest) -> HttpResponse:
    """By name and password; a wrong pair gets the same answer whichever of the two was wrong."""
    name, wrong = request.POST.get("name", ""), False
    if request.method == "POST":
        user = authenticate(request, username=name, password=request.POST.get("password", ""))
        if user is not None:
            login(request, user)
            return HttpResponseRedirect(_safe_next(request))
        wrong = True
    context = {"name": name, "wrong": wrong, "next": request.GET.get("next", ""), "demo_here": _is_demo_visitor(request)}
    return render(request, "creditor_pages/sign_in.html", context, status=422 if wrong else 200)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


def demo(request: HttpRequest) -> HttpResponse:
    """The demonstration's own way in. It exists in the demonstration only, and for this machine only."""
    if not _enter_demo(request):
        raise Http404
    return HttpResponseRedirect(_safe_next(request))


def _enter_demo(request: HttpRequest) -> bool:
    """Sign the demonstration's visitor in. False where this is not the demonstration, or the visitor not on this machine."""
    user = get_user_model().objects.filter(username=DEMO_USER).first() if _is_demo_visitor(request) else None
    if user is None:
        return False
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return True


def _is_demo_visitor(request: HttpRequest) -> bool:
    if not settings.DEMO or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def _safe_next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if here else "/"


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(_safe_next(request))
    if request.POST.get("language") in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, request.POST["language"], max_age=YEAR, samesite="Lax", secure=settings.HTTPS
        )
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(_safe_next(request))
    if request.POST.get("theme") in ("light", "dark"):
        response.set_cookie(
            "fordran_theme", request.POST["theme"], max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
        )
    return response
