"""A role that waits for another administrator's yes."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fordran.access import proposals as rules
from fordran.access.models import RoleProposal
from fordran.access.once import once
from fordran.access.people import name_of
from fordran.access.signed_in import is_fresh
from fordran.core.problems import Refused
from fordran.creditor_pages.house import house_page
from fordran.creditor_pages.house_access import HouseRequest, administrator_page
from fordran.creditor_pages.people_mail import tell_administrators, tell_turned_down
from fordran.creditor_pages.people_words import PROBLEMS, company_word, role_word, told_problems
from fordran.creditor_pages.proof import fresh_proof
from fordran.creditor_pages.tenancy import see_only
from fordran.creditor_pages.words import REACH, t


@administrator_page
def proposal(request: HouseRequest, proposal_id: int) -> HttpResponse:
    """What is proposed, with yes and no. A yes asks for a fresh proof, before the page is shown; a no does not."""
    row = rules.waiting(request.organisation, request.today).filter(pk=proposal_id).first()
    yes = row is not None and not rules.why_not(row, request.user)
    if yes and request.POST.get("act") != "no" and not is_fresh(request):
        return fresh_proof(lambda _: redirect(request.path))(request)
    back = reverse("people", args=[request.organisation.pk])
    if request.method != "POST":
        return _shown(request, row, back) if row else _gone(request, back)
    with once(request) as first:
        if first.answer:
            return redirect(first.answer)
        if row is None:
            first.answer = back
            return _gone(request, back)
        try:
            _answer(request, row, approve=request.POST.get("act") == "approve")
        except Refused as refused:
            return _shown(request, row, back, told_problems(refused))
        first.answer = back
        return redirect(back)


def _answer(request: HouseRequest, row: RoleProposal, *, approve: bool) -> None:
    see_only([row.creditor_id] if row.creditor_id else [])
    name, role = name_of(row.user), role_word(row)
    if not approve:
        done = rules.turn_down(request.organisation, row.pk, by=request.user, today=request.today)
        said = (
            t("Förslaget är tillbakadraget. {name} får inte rollen {role}.", name=name, role=role)
            if done.verdict == "withdrawn" else t("Förslaget är avslaget. {name} får inte rollen {role}.", name=name, role=role)
        )  # fmt: skip
        messages.success(request, said)
        tell_turned_down(request, done)
        return
    rules.approve(request.organisation, row.pk, by=request.user, today=request.today)
    messages.success(request, t("{name} har nu rollen {role}.", name=name, role=role))
    what = t("Kundadministratör") if row.administrator else t(REACH[row.reach])
    where = request.organisation.name if row.administrator else company_word(row.creditor)
    tell_administrators(request, row.user, what, where, given=True)


def _gone(request: HouseRequest, back: str) -> HttpResponse:
    messages.warning(request, t(PROBLEMS[rules.NOT_WAITING]))
    return redirect(back)


def _shown(request: HouseRequest, row: RoleProposal, back: str, errors: list[tuple[str, str]] | None = None) -> HttpResponse:
    why = rules.why_not(row, request.user)
    return house_page(
        request, "people_proposal.html", 422 if errors else 200, organisation=request.organisation, proposal=row,
        role=role_word(row), back=back, errors=errors or [], why=t(PROBLEMS[why]) if why else "",
        last=row.proposed_on + timedelta(days=rules.DAYS),
    )  # fmt: skip
