"""Inviting somebody by e-mail, and what the link in the letter leads to."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.html import format_html_join

from fordran.access import invitations as rules
from fordran.access.invitations import accept, account_of, find, invite, is_for, make_account, open_invitations, withdraw
from fordran.access.limits import address_of, too_many
from fordran.access.mail import can_send
from fordran.access.models import Invitation
from fordran.access.once import once
from fordran.access.people import name_of
from fordran.access.proposals import waiting
from fordran.core.problems import Refused
from fordran.creditor_pages.house import house_page
from fordran.creditor_pages.house_access import HouseRequest, administrator_page
from fordran.creditor_pages.people_mail import roles_in, send_invitation, tell_proposed
from fordran.creditor_pages.people_words import role_word, told_problems
from fordran.creditor_pages.proof import fresh_proof
from fordran.creditor_pages.tenancy import legal_day, see_only
from fordran.creditor_pages.views.people import EVERY, Asked, companies_in
from fordran.creditor_pages.views.sign_in import MOST_OF_AN_ADDRESS, came_in, too_many_tries
from fordran.creditor_pages.words import t


@administrator_page
@fresh_proof
def invite_page(request: HouseRequest) -> HttpResponse:
    """The form, and its answer: the letter has left, or here is the link to give to the person by other means."""
    companies = companies_in(request)
    values: dict[str, Any] = {"email": "", "administrator": False, "company": EVERY, "reach": "read", "until": ""}
    errors: list[tuple[str, str]] = []
    if request.method == "POST":
        asked = Asked.read(request, companies)
        values = {
            "email": request.POST.get("email", "").strip(), "administrator": "administrator" in request.POST,
            "company": asked.company, "reach": asked.reach, "until": asked.until,
        }  # fmt: skip
        with once(request) as first:
            if first.answer:
                return redirect(first.answer)
            try:
                with transaction.atomic():  # what was written wrongly here and there is told together, and nothing is kept
                    row, secret = invite(
                        request.organisation, values["email"], administrator=values["administrator"], reach=asked.reach,
                        creditor=asked.creditor, until=asked.until_on, by=request.user, today=request.today,
                    )  # fmt: skip
                    if asked.wrong:
                        raise Refused([])
            except Refused as refused:
                errors = [*told_problems(refused), *asked.wrong]
            else:
                first.answer = reverse("people", args=[request.organisation.pk])
                return _invited(request, row, secret)
    return house_page(
        request, "people_invite.html", 422 if errors else 200, organisation=request.organisation, companies=companies,
        values=values, errors=errors, error_of=dict(errors),
        mail=can_send(), days=rules.DAYS,
    )  # fmt: skip


def _invited(request: HouseRequest, row: Invitation, secret: str) -> HttpResponse:
    """The link is shown once, in this very answer, and only when no letter left: it is kept nowhere."""
    link = request.build_absolute_uri(reverse("invitation", args=[secret]))
    if send_invitation(request, row, link):
        messages.success(
            request,
            t("Inbjudan är skickad till {email}. Länken fungerar till och med {day}.", email=row.email, day=row.expires_on),
        )
        return redirect("people", request.organisation.pk)
    return house_page(
        request, "people_invited.html", organisation=request.organisation, invitation=row, link=link, mail=can_send(),
        roles=roles_in(row),
    )  # fmt: skip


@administrator_page
def withdraw_page(request: HouseRequest, invitation_id: int) -> HttpResponse:
    row = open_invitations(request.organisation, request.today).filter(pk=invitation_id).first()
    back = reverse("people", args=[request.organisation.pk])
    if request.method == "POST":
        with once(request) as first:
            if not first.answer:
                try:
                    row = withdraw(request.organisation, invitation_id, by=request.user, today=request.today)
                    messages.success(
                        request, t("Inbjudan till {email} är tillbakadragen. Länken fungerar inte längre.", email=row.email)
                    )
                except Refused as refused:
                    messages.warning(request, told_problems(refused)[0][1])
                first.answer = back
            return redirect(first.answer)
    if row is None:
        return redirect(back)
    return house_page(
        request, "people_withdraw.html", organisation=request.organisation, invitation=row, roles=roles_in(row), back=back
    )


def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """Where the link leads: to a yes for who is signed in, else to the door or to an account of one's own."""
    today = legal_day()
    row = find(secret, today)
    if row is None:
        return _dead(request)
    user = request.user if isinstance(request.user, User) else None
    if user is None:
        return _newcomer(request, row, secret)
    if not is_for(row, user):
        return _shown(request, row, "other")
    if request.method != "POST":
        return _shown(request, row, "yes")
    with once(request) as first:
        if first.answer:
            return redirect(first.answer)
        answer = _take(request, secret, user)
        first.answer = "/" if answer.status_code == 302 else ""
        return answer


def _take(request: HttpRequest, secret: str, user: User) -> HttpResponse:
    today = legal_day()
    row = find(secret, today)
    see_only([row.creditor_id] if row and row.creditor_id else [])
    try:
        row = accept(secret, user, today)
    except Refused:
        return _dead(request)
    proposed = list(waiting(row.organisation, today).filter(user=user))
    if not proposed:
        messages.success(request, t("Välkommen till {organisation}. Du har: {roles}.", organisation=row.organisation.name,
                                    roles=format_html_join("; ", "{}", ([one] for one in roles_in(row)))))  # fmt: skip
        return redirect("home")
    for one in proposed:
        tell_proposed(request, one)
    messages.success(
        request,
        t("Välkommen till {organisation}. En annan kundadministratör ska godkänna: {roles}.", organisation=row.organisation.name,
          roles=format_html_join("; ", "{}", ([role_word(one)] for one in proposed))),
    )  # fmt: skip
    return redirect("home")


def _newcomer(request: HttpRequest, row: Invitation, secret: str) -> HttpResponse:
    """Nobody is signed in. Who has an account signs in with it; who has none makes one, or comes in by another door."""
    if account_of(row) is not None or request.method != "POST":
        return _shown(request, row, "door" if account_of(row) is not None else "new")
    values = {name: request.POST.get(name, "").strip() for name in ("first_name", "last_name", "username")}
    password, again = request.POST.get("password", ""), request.POST.get("again", "")
    errors: list[tuple[str, str]] = []
    if password != again:
        errors.append(("again", str(t("Lösenorden är inte lika. Skriv samma i båda fälten."))))
    else:
        try:
            user = make_account(secret, **values, password=password, today=legal_day())
        except Refused as refused:
            errors = told_problems(refused)
    if errors:
        return _shown(request, row, "new", 422, values=values, errors=errors, error_of=dict(errors))
    _take(request, secret, user)
    login = Login(user=user, redirect_url="/")
    return came_in(request, perform_password_login(request, {"username": user.get_username()}, login))


def _shown(request: HttpRequest, row: Invitation, how: str, status: int = 200, **more: Any) -> HttpResponse:
    inviter = User.objects.filter(username=row.invited_by).first()
    values = {"first_name": "", "last_name": "", "username": row.email}
    context = {
        "how": how, "invitation": row, "organisation": row.organisation, "roles": roles_in(row), "values": values,
        "inviter": name_of(inviter) if inviter else "", "connect": settings.CONNECT, "here": request.path, **more,
    }  # fmt: skip
    return render(request, "creditor_pages/invitation.html", context, status=status)


def _dead(request: HttpRequest) -> HttpResponse:
    """Wrong, used, withdrawn and too old are answered alike, and count as guesses."""
    if too_many("invitation-from", address_of(request), most=MOST_OF_AN_ADDRESS):
        return too_many_tries(request)
    return render(request, "creditor_pages/invitation_dead.html", status=404)
