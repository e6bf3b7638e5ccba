"""The doors: password with a second step, passkey, an OpenID provider. BankID's stands in `bankid_door`.

Whatever was wrong, the answer is the same; too many tries get one answer too (`access/limits.py` counts them for all processes).
"""

from __future__ import annotations

from urllib.parse import urlencode

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.stages import LoginStageController
from allauth.mfa.base.forms import AuthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.stages import AuthenticateStage
from allauth.mfa.webauthn.forms import AuthenticateWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal.flows import perform_passwordless_login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from fordran.access import openid
from fordran.access.adapters import REFUSED
from fordran.access.identity import claims_of
from fordran.access.limits import WINDOW, address_of, take_back, too_many
from fordran.access.passwords import person_with
from fordran.access.signed_in import is_fresh
from fordran.access.token_roles import take_roles
from fordran.audit.record import record_event
from fordran.creditor_pages.tenancy import legal_day
from fordran.creditor_pages.views.session import is_demo_visitor, safe_next
from fordran.creditor_pages.words import t
from fordran.day.world import signing

MOST_OF_AN_ACCOUNT, MOST_OF_AN_ADDRESS = 10, 30
"""Tries that went wrong, in a quarter of an hour."""
FAILED = {
    "failed": "Inloggningen gick inte igenom. Du är inte inloggad. Försök igen.",
    "cancelled": "Du avbröt. Du är inte inloggad.",
    "closed": "Inloggningen gick inte igenom. Du är inte inloggad. Försök igen.",
    "unknown": "Ingen här har den inloggningen. Logga in på ett annat sätt och lägg till den under Din inloggning.",
}  # fmt: skip
"""What a door that led nowhere is answered with: `?failed=` of the sign-in page."""


def sign_in(request: HttpRequest) -> HttpResponse:
    """By name or e-mail address, and password; a wrong pair gets the same answer whichever of the two was wrong."""
    name = request.POST.get("name", "")
    if request.method != "POST":
        return _sign_in_page(request, name)
    tried = (("password", name.strip().lower(), MOST_OF_AN_ACCOUNT), ("password-from", address_of(request), MOST_OF_AN_ADDRESS))
    counted = [too_many(what, who, most=most) for what, who, most in tried]
    if any(counted):
        return too_many_tries(request)
    user = person_with(request, name, request.POST.get("password", ""))
    if user is None:
        return _sign_in_page(request, name, wrong=True)
    for what, who, _ in tried:
        take_back(what, who)
    if request.user.is_authenticated:
        logout(request)
    login = Login(user=user, redirect_url=safe_next(request))
    return came_in(request, perform_password_login(request, {"username": user.get_username()}, login))


def _sign_in_page(request: HttpRequest, name: str, *, wrong: bool = False) -> HttpResponse:
    context = {
        "name": name, "wrong": wrong, "next": safe_next(request), "demo_here": is_demo_visitor(request),
        "connect": settings.CONNECT, "bankid": signing() is not None, "unsent": "unsent" in request.GET and not wrong,
        "failed": FAILED.get(request.GET.get("failed", "")) if not wrong else None,
    }  # fmt: skip
    return render(request, "creditor_pages/sign_in.html", context, status=422 if wrong else 200)


def came_in(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """Whoever is signed in now is written down; a sign-in that waits for its second step is not."""
    if request.user.is_authenticated:
        record_event(None, legal_day(), request.user.get_username(), "signed in", str(request.user.pk))
    return answer


def too_many_tries(request: HttpRequest) -> HttpResponse:
    answer = render(request, "429.html", status=429)
    answer.headers["Retry-After"] = str(WINDOW)
    return answer


@require_http_methods(["GET", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    """After the password: a passkey, a code of the app, or a recovery code."""
    stage = LoginStageController.enter(request, AuthenticateStage.key)
    if request.user.is_authenticated or stage is None:
        return redirect("sign-in")
    user, wrong = stage.login.user, False
    if request.method == "POST":
        if too_many("second-step", str(user.pk), most=MOST_OF_AN_ACCOUNT):
            return too_many_tries(request)
        kind = AuthenticateWebAuthnForm if "credential" in request.POST else AuthenticateForm
        form = kind(user=user, data=request.POST)
        if form.is_valid() and not used_before(user.pk, form):
            take_back("second-step", str(user.pk))
            form.save()
            return came_in(request, stage.exit())
        wrong = True
    context = {"wrong": wrong, **second_steps(user.pk), "options": webauthn.begin_authentication(user)}
    return render(request, "creditor_pages/second_step.html", context, status=422 if wrong else 200)


def second_steps(user_id: int) -> dict[str, bool]:
    """Which a page can offer."""
    kinds = set(Authenticator.objects.filter(user_id=user_id).values_list("type", flat=True))
    return {"has_passkey": "webauthn" in kinds, "has_app": "totp" in kinds}


def used_before(user_id: int, form: AuthenticateForm) -> bool:
    """True for a code of the app that has been used: it works once, in all processes together."""
    code = "".join(str(form.data.get("code", "")).split())
    return bool(code) and form.authenticator.type == "totp" and too_many("code-used", f"{user_id}:{code}", most=1, window=86_400)


@require_http_methods(["GET", "POST"])
def passkey(request: HttpRequest) -> HttpResponse:
    """A passkey by itself: what one has and what one knows or is, in one. GET asks for the question that it answers."""
    if request.method == "GET":
        return JsonResponse(webauthn.begin_authentication(None))
    if too_many("passkey-from", address_of(request), most=MOST_OF_AN_ADDRESS):
        return too_many_tries(request)
    form = LoginWebAuthnForm(data=request.POST)
    if not form.is_valid():
        return redirect(f"{reverse('sign-in')}?failed=failed")
    take_back("passkey-from", address_of(request))
    if request.user.is_authenticated:
        logout(request)
    authenticator = form.cleaned_data["credential"]
    login = Login(user=authenticator.user, redirect_url=safe_next(request))
    return came_in(request, perform_passwordless_login(request, authenticator, login))


@require_POST
def connect_begin(request: HttpRequest) -> HttpResponse:
    """To the provider. A signed-in person may come to prove who they are (`fresh`), or to add it to their means (`add`)."""
    if settings.CONNECT is None:
        raise Http404
    if too_many("connect-from", address_of(request), most=2 * MOST_OF_AN_ADDRESS):
        return too_many_tries(request)
    add = "add" in request.POST and request.user.is_authenticated
    if add and not is_fresh(request):
        return redirect(f"{reverse('prove')}?{urlencode({'next': safe_next(request)})}")
    return openid.begin(request, next_url=safe_next(request), connect=add, fresh=add or "fresh" in request.POST)


@require_GET
def connect_callback(request: HttpRequest) -> HttpResponse:
    """From the provider. Roles that it sends are taken over before the person meets a page."""
    if settings.CONNECT is None:
        raise Http404
    if too_many("connect-back", address_of(request), most=2 * MOST_OF_AN_ADDRESS):
        return too_many_tries(request)
    before = request.user.pk
    answer = openid.finish(request)
    if getattr(request, REFUSED, False):
        messages.error(request, t("Den inloggningen hör redan till någon annan här. Inget har ändrats."))
    if request.user.is_authenticated:
        take_roles(request.user, claims_of(request.user), legal_day())
    return answer if request.user.pk == before else came_in(request, answer)
