"""The demonstration's door, signing out, choosing language and theme. Signing in stands in `sign_in`."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.contrib.auth import get_user_model, login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from fordran.access.doors import DEMO_DOOR

DEMO_USER = "maria.ek"
YEAR = 365 * 24 * 3600


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    logout(request)
    return redirect("sign-in")


def demo(request: HttpRequest) -> HttpResponse:
    """The demonstration's own way in. It exists in the demonstration only, and for this machine only."""
    if not enter_demo(request):
        raise Http404
    return HttpResponseRedirect(safe_next(request))


def enter_demo(request: HttpRequest) -> bool:
    """Sign the demonstration's visitor in. False where this is not the demonstration, or the visitor not on this machine."""
    user = get_user_model().objects.filter(username=DEMO_USER).first() if is_demo_visitor(request) else None
    if user is None:
        return False
    setattr(request, DEMO_DOOR, True)
    login(request, user, backend="django.contrib.auth.backends.ModelBackend")
    return True


def is_demo_visitor(request: HttpRequest) -> bool:
    if not settings.DEMO or "X-Forwarded-For" in request.headers or "Forwarded" in request.headers:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


def safe_next(request: HttpRequest) -> str:
    """Where the visitor was on the way to, if that is here; else the first page."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    here = url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wanted if here else "/"


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(safe_next(request))
    if request.POST.get("language") in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, request.POST["language"], max_age=YEAR, samesite="Lax", secure=settings.HTTPS
        )
    return response


@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    response = HttpResponseRedirect(safe_next(request))
    if request.POST.get("theme") in ("light", "dark"):
        response.set_cookie(
            "fordran_theme", request.POST["theme"], max_age=YEAR, samesite="Lax", secure=settings.HTTPS, httponly=True
        )
    return response
