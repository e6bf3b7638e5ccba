"""Din inloggning: one's name, by what means one signs in, and where one is signed in now."""

from __future__ import annotations

from allauth.account.internal.flows.login import record_authentication
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from fordran.access import signed_in
from fordran.access.limits import take_back, too_many
from fordran.access.means import means_of
from fordran.access.once import once
from fordran.audit.record import record_event
from fordran.creditor_pages.house import house_page
from fordran.creditor_pages.proof import fresh_proof
from fordran.creditor_pages.tenancy import legal_day
from fordran.creditor_pages.views.sign_in import MOST_OF_AN_ACCOUNT, too_many_tries
from fordran.creditor_pages.words import t
from fordran.day.world import signing

LONGEST_NAME = 100
DOORS = {
    "password": "Lösenord och ett andra steg", "passkey": "Passkey", "openid": "Annan inloggning", "bankid": "BankID",
    "demo": "Övningens egen dörr", "": "Lösenord",
}  # fmt: skip
"""How a session began, in words."""
PASSWORD_WRONG = {
    "password_too_short": "Lösenordet ska vara minst 12 tecken långt.",
    "password_too_common": "Lösenordet är för vanligt. Välj något som ingen gissar.",
    "password_too_similar": "Lösenordet liknar ditt namn för mycket.",
}  # fmt: skip


def person(request: HttpRequest) -> User:
    """The signed-in visitor of a page behind `login_required`."""
    assert isinstance(request.user, User)
    return request.user


def changed(request: HttpRequest, verb: str, **data: object) -> None:
    """Written down: who changed which of their means, never to what."""
    user = person(request)
    record_event(None, legal_day(), user.get_username(), verb, str(user.pk), **data)


@login_required
@require_http_methods(["GET", "POST"])
def account(request: HttpRequest) -> HttpResponse:
    user, errors = person(request), []
    if request.method == "POST":
        first, last = (" ".join(request.POST.get(name, "").split()) for name in ("first_name", "last_name"))
        if not (first or last):
            errors = [("first_name", t("Skriv ditt namn."))]
        elif len(first) > LONGEST_NAME or len(last) > LONGEST_NAME:
            errors = [("first_name", t("Namnet är för långt."))]
        else:
            with once(request) as use:
                if not use.answer:
                    User.objects.filter(pk=user.pk).update(first_name=first, last_name=last)
                    changed(request, "own name changed")
                    messages.success(request, t("Namnet är sparat."))
                    use.answer = request.path
            return redirect("account")
        user.first_name, user.last_name = first, last
    provider = settings.CONNECT.name if settings.CONNECT else t(DOORS["openid"])
    sessions = [(one, provider if one.door == "openid" else t(DOORS[one.door])) for one in signed_in.own(request)]
    context = {
        "means": means_of(user), "sessions": sessions, "this": signed_in.key_of(request.session.session_key),
        "connect": settings.CONNECT, "provider": provider, "bankid": signing() is not None, "errors": errors, "person": user,
    }  # fmt: skip
    return house_page(request, "account.html", status=422 if errors else 200, **context)


@login_required
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """A new password, by the old one, or by a fresh proof for who has none. Every other session of the person ends."""
    user, errors = person(request), []
    if not user.has_usable_password() and not signed_in.is_fresh(request):
        return fresh_proof(password)(request)
    if request.method == "POST":
        if too_many("password", user.get_username().lower(), most=MOST_OF_AN_ACCOUNT):
            return too_many_tries(request)
        errors = _wrong_password(user, request.POST.get("old", ""), request.POST.get("new", ""))
        if not errors:
            take_back("password", user.get_username().lower())
            with once(request) as use:
                if not use.answer:
                    user.set_password(request.POST["new"])
                    user.save(update_fields=["password"])
                    update_session_auth_hash(request, user)
                    signed_in.begin(request, user.pk)
                    ended = signed_in.end_others(request)
                    record_authentication(request, user, "password", reauthenticated=True)
                    changed(request, "own password changed", sessions_ended=ended)
                    messages.success(request, t("Lösenordet är bytt. Du är utloggad överallt utom här."))
                    use.answer = "/account"
            return redirect("account")
    context = {"errors": errors, "fields": dict(errors), "has_old": user.has_usable_password()}
    return render(request, "creditor_pages/account_password.html", context, status=422 if errors else 200)


def _wrong_password(user: User, old: str, new: str) -> list[tuple[str, str]]:
    if user.has_usable_password() and not user.check_password(old):
        return [("old", t("Det nuvarande lösenordet stämmer inte."))]
    try:
        validate_password(new, user)
    except ValidationError as error:
        return [("new", t(PASSWORD_WRONG[one.code])) for one in error.error_list if one.code in PASSWORD_WRONG] or [
            ("new", t("Lösenordet duger inte. Välj ett annat."))
        ]
    return []


@login_required
@require_POST
def session_end(request: HttpRequest, session_id: int) -> HttpResponse:
    if not signed_in.end(person(request).pk, session_id):
        raise Http404
    changed(request, "own session ended")
    messages.success(request, t("Inloggningen är avslutad."))
    return redirect("account")


@login_required
@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    if signed_in.end_others(request):
        changed(request, "own sessions ended")
    messages.success(request, t("Du är utloggad överallt utom här."))
    return redirect("account")
