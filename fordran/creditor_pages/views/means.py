"""Passkeys, codes of an app and recovery codes: made, shown, taken away; and the page that asks who one is once more."""

from __future__ import annotations

import re

from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.base.internal.flows import delete_and_cleanup
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import flows as codes_flow
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import flows as app_flow
from allauth.mfa.webauthn.forms import AddWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from allauth.mfa.webauthn.internal import flows as passkey_flow
from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_http_methods, require_POST

from fordran.access import signed_in
from fordran.access.adapters import MfaAdapter
from fordran.access.limits import take_back, too_many
from fordran.access.means import Means, means_of
from fordran.access.once import once
from fordran.creditor_pages.proof import fresh_proof
from fordran.creditor_pages.tenancy import View
from fordran.creditor_pages.views.account import DOORS, changed, person
from fordran.creditor_pages.views.session import is_demo_visitor, safe_next
from fordran.creditor_pages.views.sign_in import MOST_OF_AN_ACCOUNT, second_steps, too_many_tries, used_before
from fordran.creditor_pages.words import t
from fordran.day.world import signing
from fordran.letters.slip import qr_svg

LONGEST_NAME = 60


def may_change_means(view: View) -> View:
    """By a fresh proof, or to make one's first second step, which there is nothing to prove by yet."""
    proved = fresh_proof(view)

    @login_required
    def guarded(request: HttpRequest, **kwargs: object) -> HttpResponse:
        first = signed_in.second_step_is_missing(request) or not means_of(person(request)).proofs
        return view(request, **kwargs) if first else proved(request, **kwargs)

    return guarded


@login_required
def second_step_add(request: HttpRequest) -> HttpResponse:
    """Where a first sign-in by password ends up: nothing opens before a second step is made."""
    if not signed_in.second_step_is_missing(request):
        return redirect("account")
    return render(request, "creditor_pages/second_step_add.html", {"bare": True})


@may_change_means
@require_http_methods(["GET", "POST"])
def passkey_add(request: HttpRequest) -> HttpResponse:
    """The browser makes a key that can sign in by itself, without a password."""
    user, wrong = person(request), False
    if request.method == "POST":
        form = AddWebAuthnForm(user=user, data={**request.POST.dict(), "passwordless": "on"})
        if form.is_valid():
            name = " ".join(request.POST.get("name", "").split())[:LONGEST_NAME] or str(t("Passkey"))
            _, codes = passkey_flow.add_authenticator(request, name=name, credential=form.cleaned_data["credential"])
            changed(request, "own passkey added")
            messages.success(request, t("Passkeyn är sparad."))
            return redirect("codes" if codes else "account")
        wrong = True
    context = {"wrong": wrong, "options": webauthn.begin_registration(user, True)}
    return render(request, "creditor_pages/account_passkey.html", context, status=422 if wrong else 200)


@login_required
@fresh_proof
@require_http_methods(["GET", "POST"])
def passkey_remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    user = person(request)
    found = Authenticator.objects.filter(pk=passkey_id, user=user, type=Authenticator.Type.WEBAUTHN).first()
    if found is None:
        raise Http404
    return _remove(request, found, found.wrap().name)


@login_required
@fresh_proof
@require_http_methods(["GET", "POST"])
def app_remove(request: HttpRequest) -> HttpResponse:
    found = means_of(person(request)).app
    if found is None:
        raise Http404
    return _remove(request, found, str(t("Koder från en app")))


def _remove(request: HttpRequest, authenticator: Authenticator, name: str) -> HttpResponse:
    """Never the last second step of who signs in by password, and never the last way in."""
    last = _is_last(means_of(person(request)), authenticator)
    if request.method == "POST" and not last:
        with once(request) as use:
            if not use.answer:
                delete_and_cleanup(request, authenticator)
                changed(request, "own means of sign-in removed", kind=str(authenticator.type))
                messages.success(request, t("Borttaget: {name}.", name=name))
                use.answer = reverse("account")
        return redirect("account")
    context = {"name": name, "last": last}
    return render(request, "creditor_pages/account_remove.html", context, status=422 if request.method == "POST" else 200)


def _is_last(means: Means, authenticator: Authenticator) -> bool:
    steps = len(means.passkeys) + (means.app is not None)
    only_way_in = authenticator.type == "webauthn" and len(means.passkeys) == 1 and means.ways_in == 1
    return only_way_in or (means.password and steps == 1)


@may_change_means
@require_http_methods(["GET", "POST"])
def app_add(request: HttpRequest) -> HttpResponse:
    """Codes of an app (RFC 6238). The secret lies in the session until a code has shown that the app has it too."""
    user, wrong = person(request), False
    if means_of(user).app is not None:
        return redirect("account")
    form = ActivateTOTPForm(user=user, data=request.POST if request.method == "POST" else None)
    if request.method == "POST":
        if too_many("app-add", str(user.pk), most=MOST_OF_AN_ACCOUNT):
            return too_many_tries(request)
        if form.is_valid():
            take_back("app-add", str(user.pk))
            _, codes = app_flow.activate_totp(request, form)
            signed_in.note_second_step(request, missing=False)
            signed_in.prove(request)
            changed(request, "own app added")
            messages.success(request, t("Appen är kopplad."))
            return redirect("codes" if codes else "account")
        wrong = True
    address = MfaAdapter().build_totp_url(user, form.secret)
    context = {"wrong": wrong, "secret": form.secret, "svg": mark_safe(_picture(address)), "address": address}  # noqa: S308
    return render(request, "creditor_pages/account_app.html", context, status=422 if wrong else 200)


def _picture(text: str) -> str:
    """As large as its place."""
    svg = qr_svg(text)
    return re.sub(r' width="(\d+)" height="(\d+)"', r' viewBox="0 0 \1 \2"', svg[svg.index("<svg") :], count=1)


@login_required
@fresh_proof
@require_http_methods(["GET", "POST"])
def codes(request: HttpRequest) -> HttpResponse:
    """Recovery codes: the unused ones, or ten new ones in their place."""
    user = person(request)
    if not codes_flow.can_generate_recovery_codes(user):
        raise Http404
    if request.method == "POST":
        with once(request) as use:
            if not use.answer:
                codes_flow.generate_recovery_codes(request)
                changed(request, "own recovery codes made")
                messages.success(request, t("Tio nya koder. De gamla gäller inte längre."))
                use.answer = request.path
        return redirect("codes")
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.RECOVERY_CODES).first()
    unused = RecoveryCodes(found).get_unused_codes() if found else []
    if "as" in request.GET:
        return HttpResponse("\n".join(unused) + "\n", headers={
            "Content-Type": "text/plain; charset=utf-8", "Content-Disposition": 'attachment; filename="fordran-koder.txt"',
        })  # fmt: skip
    return render(request, "creditor_pages/account_codes.html", {"codes": unused})


@login_required
@fresh_proof
@require_POST
def connect_remove(request: HttpRequest) -> HttpResponse:
    """The provider no longer signs this person in, while there is another way."""
    user = person(request)
    if means_of(user).ways_in < 2:
        messages.error(request, t("Det är ditt enda sätt att logga in. Lägg till ett annat först."))
        return redirect("account")
    gone, _ = SocialAccount.objects.filter(user=user).delete()
    if gone:
        changed(request, "own means of sign-in removed", kind="openid")
        name = settings.CONNECT.name if settings.CONNECT else t(DOORS["openid"])
        messages.success(request, t("Borttaget: {name}.", name=name))
    return redirect("account")


@login_required
@require_http_methods(["GET", "POST"])
def prove(request: HttpRequest) -> HttpResponse:
    """Who are you, once more? By passkey, code, provider or BankID, and back to where one was."""
    user, wrong = person(request), False
    if request.method == "POST":
        if too_many("second-step", str(user.pk), most=MOST_OF_AN_ACCOUNT):
            return too_many_tries(request)
        if "demo" in request.POST and is_demo_visitor(request):
            signed_in.prove(request)
            return HttpResponseRedirect(safe_next(request))
        kind = ReauthenticateWebAuthnForm if "credential" in request.POST else ReauthenticateForm
        form = kind(user=user, data=request.POST)
        if form.is_valid() and not used_before(user.pk, form):
            take_back("second-step", str(user.pk))
            form.save()
            if signed_in.is_fresh(request):
                return HttpResponseRedirect(safe_next(request))
        wrong = True
    context = {
        "wrong": wrong, "next": safe_next(request), **second_steps(user.pk), "means": means_of(user), "connect": settings.CONNECT,
        "bankid": signing() is not None, "demo_here": is_demo_visitor(request), "options": webauthn.begin_authentication(user),
    }  # fmt: skip
    return render(request, "creditor_pages/prove.html", context, status=422 if wrong else 200)
