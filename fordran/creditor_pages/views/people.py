"""Nya Admin: who may do what, at which company and until when."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fordran.access import people as rules
from fordran.access.invitations import open_invitations
from fordran.access.mail import can_send
from fordran.access.models import RoleProposal
from fordran.access.once import once
from fordran.access.people import Person, name_of, people_of, person_of, take_role
from fordran.access.proposals import give_or_propose, make_or_propose, waiting
from fordran.access.signed_in import is_fresh
from fordran.core.problems import Refused
from fordran.creditor_pages.fields import Wrong, read_day
from fordran.creditor_pages.house import house_page
from fordran.creditor_pages.house_access import HouseRequest, administrator_page
from fordran.creditor_pages.people_mail import tell_administrators, tell_proposed
from fordran.creditor_pages.people_words import company_word, role_word, told_problems
from fordran.creditor_pages.proof import fresh_proof
from fordran.creditor_pages.tenancy import see_only
from fordran.creditor_pages.words import REACH, t
from fordran.creditors.models import Creditor

EVERY = "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a form asks for: which company ("all" or its id), what, until when; as it was written and as it was understood."""

    company: str
    reach: str
    until: str
    creditor: Creditor | None
    until_on: date | None
    wrong: list[tuple[str, str]]

    @classmethod
    def read(cls, request: HouseRequest, companies: list[Creditor]) -> Asked:
        company, reach, until = (request.POST.get(name, "").strip() for name in ("company", "reach", "until"))
        creditor = next((one for one in companies if str(one.pk) == company), None)
        wrong, until_on = [], None
        if creditor is None and company != EVERY:
            wrong.append(("company", str(t("Välj ett företag, eller alla."))))
        try:
            until_on = read_day(until) if until else None
        except Wrong as told:
            wrong.append(("until", str(told)))
        return cls(company, reach, until, creditor, until_on, wrong)


def companies_in(request: HouseRequest) -> list[Creditor]:
    return list(Creditor.objects.filter(organisation=request.organisation).order_by("name", "pk"))


@administrator_page
def people(request: HouseRequest) -> HttpResponse:
    found = people_of(request.organisation, request.today)
    wanted = request.GET.get("q", "").strip()[:100]
    shown = [one for one in found if wanted.casefold() in f"{name_of(one.user)} {one.user.email}".casefold()] if wanted else found
    invitations = list(open_invitations(request.organisation, request.today))
    names = {user.get_username(): name_of(user) for user in User.objects.filter(username__in={i.invited_by for i in invitations})}
    return house_page(
        request, "people.html", organisation=request.organisation, people=shown, every=len(found), wanted=wanted,
        invitations=[(row, names.get(row.invited_by, row.invited_by)) for row in invitations],
        proposals=[(row, role_word(row)) for row in waiting(request.organisation, request.today)], **_how_alone(request),
    )  # fmt: skip


def _how_alone(request: HouseRequest) -> dict[str, bool]:
    """Whether one person's yes is enough here: nobody else is administrator, and nobody was until just now."""
    alone = len(rules.administrators(request.organisation)) == 1
    return {"alone": alone, "just_left": alone and rules.just_left(request.organisation)}


@administrator_page
def person(request: HouseRequest, user_id: int) -> HttpResponse:
    """One person's roles, and the form that gives one or changes it."""
    who, companies = _person(request, user_id), companies_in(request)
    if request.method != "POST":
        return _person_page(request, who, companies, _begun(request, who))
    asked = Asked.read(request, companies)
    values = {"company": asked.company, "reach": asked.reach, "until": asked.until}
    if asked.reach == "sign" and not is_fresh(request):
        messages.warning(request, t("Rätten att signera ger du sedan du har visat vem du är. Inget är sparat än: spara igen."))
        return redirect(f"{reverse('prove')}?{urlencode({'next': f'{request.path}?{urlencode(values)}'})}")
    with once(request) as first:  # before the version: the second of a double click is no other person's change
        if first.answer:
            return redirect(first.answer)
        if request.POST.get("version", "") != version_of(_person(request, user_id)):
            return _person_page(request, _person(request, user_id), companies, values, status=409)
        errors = list(asked.wrong)
        if asked.reach not in REACH:
            errors.append(("reach", str(t("Välj vad personen får göra."))))
        errors = errors or _give(request, who.user, asked)
        if not errors:
            first.answer = reverse("people-person", args=[request.organisation.pk, user_id])
            return redirect(first.answer)
    return _person_page(request, who, companies, values, errors, status=422)


def _begun(request: HouseRequest, who: Person) -> dict[str, str]:
    """What stands in the form to begin with: the role that is there, or what the address says, after a proof."""
    company = request.GET.get("company", EVERY)
    chosen = next((role for role in who.roles if _place(role.creditor) == company), None)
    reach = chosen.reach if chosen else "read"
    until = chosen.until_on.isoformat() if chosen and chosen.until_on else ""
    return {"company": company, "reach": request.GET.get("reach", reach), "until": request.GET.get("until", until)[:40]}


def _give(request: HouseRequest, user: User, asked: Asked) -> list[tuple[str, str]]:
    see_only([asked.creditor.pk] if asked.creditor else [])
    try:
        changed = give_or_propose(
            request.organisation, user, asked.reach, creditor=asked.creditor, until=asked.until_on, by=request.user,
            today=request.today,
        )  # fmt: skip
    except Refused as refused:
        return told_problems(refused)
    if isinstance(changed, RoleProposal):
        _say_proposed(request, changed)
        return []
    if not changed:
        messages.success(request, t("Inget ändrades, för rollen fanns redan."))
        return []
    what = t(REACH[asked.reach])
    messages.success(request, t("{name}: {role} vid {company}. Det gäller från nu.", name=name_of(user), role=what,
                                company=company_word(asked.creditor)))  # fmt: skip
    if asked.reach == "sign":
        tell_administrators(request, user, what, company_word(asked.creditor), given=True)
    return []


def _say_proposed(request: HouseRequest, proposal: RoleProposal) -> None:
    name, role = name_of(proposal.user), role_word(proposal)
    messages.success(request, t("{name}: {role} är föreslagen. Den gäller när en annan kundadministratör har godkänt den.",
                                name=name, role=role))  # fmt: skip
    tell_proposed(request, proposal)


@administrator_page
def take(request: HouseRequest, user_id: int) -> HttpResponse:
    """Take a role away, after a page that says what that means."""
    who = _person(request, user_id)
    place = request.POST.get("company", "") or request.GET.get("company", "")
    role = next((one for one in who.roles if _place(one.creditor) == place), None)
    back = reverse("people-person", args=[request.organisation.pk, user_id])
    if request.method == "POST":
        with once(request) as first:
            if first.answer:
                return redirect(first.answer)
            if role is not None:  # else somebody was faster, which comes to the same
                see_only([role.creditor.pk] if role.creditor else [])
                try:
                    take_role(request.organisation, who.user, creditor=role.creditor, by=request.user, today=request.today)
                except Refused as refused:
                    return house_page(request, "people_take.html", 422, organisation=request.organisation, who=who, role=role,
                                      back=back, errors=told_problems(refused))  # fmt: skip
                what, at = t(REACH[role.reach]), company_word(role.creditor)
                messages.success(request, t("{name} har inte längre {role} vid {company}.", name=name_of(who.user), role=what,
                                            company=at))  # fmt: skip
                if role.reach == "sign":
                    tell_administrators(request, who.user, what, at, given=False)
            first.answer = _where(request, user_id)
            return redirect(first.answer)
    if role is None:
        return redirect(back)
    return house_page(request, "people_take.html", organisation=request.organisation, who=who, role=role, back=back)


@administrator_page
@fresh_proof
def administrator(request: HouseRequest, user_id: int) -> HttpResponse:
    """Make the person Customer Administrator, or no longer, after a page that says what that means."""
    who = _person(request, user_id)
    make = not who.administrator if request.method != "POST" else request.POST.get("act") == "make"
    back = reverse("people-person", args=[request.organisation.pk, user_id])
    context: dict[str, Any] = {
        "organisation": request.organisation, "who": who, "make": make, "back": back, "self": who.user == request.user,
        "mail": can_send(), "second": make and rules.needs_second(request.organisation, request.user),
    }  # fmt: skip
    if request.method != "POST":
        return house_page(request, "people_administrator.html", **context)
    with once(request) as first:
        if first.answer:
            return redirect(first.answer)
        act = make_or_propose if make else rules.remove_administrator
        try:
            tell = sorted(rules.administrators(request.organisation), key=lambda user: user.pk)
            done = make != who.administrator
            proposed = act(request.organisation, who.user, by=request.user, today=request.today) if done else None
        except Refused as refused:
            return house_page(request, "people_administrator.html", 422, **context, errors=told_problems(refused))
        if isinstance(proposed, RoleProposal):
            _say_proposed(request, proposed)
        elif done:
            name = name_of(who.user)
            said = (
                t("{name} är kundadministratör.", name=name) if make else t("{name} är inte längre kundadministratör.", name=name)
            )
            messages.success(request, said)
            tell_administrators(request, who.user, t("Kundadministratör"), request.organisation.name, given=make, to=tell)
        first.answer = _where(request, user_id)
        return redirect(first.answer)


def _where(request: HouseRequest, user_id: int) -> str:
    """The person's page while they are somebody here, else the list; Home for who has just left the seat."""
    if user_id == request.user.pk and request.user not in rules.administrators(request.organisation):
        return reverse("home-tiles")
    if person_of(request.organisation, user_id, request.today) is None:
        return reverse("people", args=[request.organisation.pk])
    return reverse("people-person", args=[request.organisation.pk, user_id])


def _person(request: HouseRequest, user_id: int) -> Person:
    found = person_of(request.organisation, user_id, request.today)
    if found is None:
        raise Http404
    return found


def _person_page(
    request: HouseRequest, who: Person, companies: list[Creditor], values: dict[str, str],
    errors: list[tuple[str, str]] | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    errors = errors or []
    place = values["company"]
    stored = next((role for role in who.roles if _place(role.creditor) == place), None)
    return house_page(
        request, "people_person.html", status, organisation=request.organisation, who=who, companies=companies, values=values,
        errors=errors, error_of=dict(errors), version=version_of(who), clash=status == 409, stored=stored,
        self=who.user == request.user, **_how_alone(request),
        proposals=[(row, role_word(row)) for row in waiting(request.organisation, request.today).filter(user=who.user)],
    )  # fmt: skip


def _place(creditor: Creditor | None) -> str:
    return str(creditor.pk) if creditor else EVERY


def version_of(who: Person) -> str:
    """Differs as soon as somebody has changed anything of the person's roles here."""
    rows = [(_place(role.creditor), role.reach, role.until_on, role.by, role.on) for role in who.roles]
    return hashlib.sha256(repr((who.administrator, rows)).encode()).hexdigest()[:16]
