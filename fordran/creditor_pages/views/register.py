"""Registrera: the companies that the organisation's ERP shows, checked and ticked; and one that no ERP tells of, typed."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html

from fordran.access.once import once
from fordran.access.roles import reach_at
from fordran.core.problems import Problem, Refused
from fordran.creditor_pages.house import house_page
from fordran.creditor_pages.house_access import HouseRequest, administrator_page
from fordran.creditor_pages.words import t, tn
from fordran.creditors.models import Creditor
from fordran.day.world import label_of
from fordran.onboarding import offers as offer_room
from fordran.onboarding.models import CompanyOffer
from fordran.onboarding.offers import AWAY, NOT_GRANTED, Offered
from fordran.onboarding.register import (
    BAD_NUMBER,
    NO_ACCOUNT,
    NO_NAME,
    NO_OFFICE,
    TAKEN,
    Typed,
    office_for,
    register,
    register_typed,
)

Errors = list[tuple[str, str]]
TYPED = ("name", "number", "street", "postcode", "town", "email", "phone")


@administrator_page
def register_page(request: HouseRequest) -> HttpResponse:
    organisation, connector = request.organisation, offer_room.connector_of(request.organisation)
    if not connector:
        return redirect("register-typed", organisation.pk)
    if request.method == "POST":
        act = request.POST.get("act", "register")
        return {"ask": _ask_again, "tenants": _add_tenants}.get(act, _register)(request)
    offer_room.note_tenants_of(organisation, connector, request.user)
    unasked = CompanyOffer.objects.filter(organisation=organisation, connector=connector, fetched_on=None, problem="")
    offer_room.ask(unasked, request.today)
    return _shown(request)


def _ask_again(request: HouseRequest) -> HttpResponse:
    """What is ticked is kept, whatever the ERP says."""
    offer_room.choose(request.organisation, _ticked(request))
    troubled = offer_room.ask(CompanyOffer.objects.filter(organisation=request.organisation, became=None), request.today)
    if not troubled:
        messages.success(request, t("Uppgifterna är hämtade på nytt."))
    return redirect("register", request.organisation.pk)


def _add_tenants(request: HouseRequest) -> HttpResponse:
    """Company keys that the person types, where whoever signs people in tells none."""
    organisation, text = request.organisation, request.POST.get("tenants", "")[:4000]
    try:
        new = offer_room.note_tenants(organisation, offer_room.connector_of(organisation), text.replace(",", " ").split())
    except Refused as refused:
        said = [("tenants", str(_problem(one))) for one in refused.problems]
        return _shown(request, errors=said, tenants=text, status=422)
    if not new and not text.strip():
        return _shown(request, errors=[("tenants", str(t("Skriv minst ett tenant-id.")))], status=422)
    return redirect("register", organisation.pk)


def _register(request: HouseRequest) -> HttpResponse:
    organisation, ticked = request.organisation, _ticked(request)
    mode = request.POST.get("mode", "") if office_for(request.today) else "own"
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        offer_room.choose(organisation, ticked)
        chosen = list(CompanyOffer.objects.filter(organisation=organisation, pk__in=ticked))
        errors: Errors = []
        if not chosen:
            errors.append(("companies", str(t("Välj minst ett företag."))))
        if mode not in ("own", "agency"):
            errors.append(("mode", str(t("Välj hur det ska samlas in."))))
        made: list[Creditor] = []
        if not errors:
            try:
                made = register(
                    organisation, chosen, mode=mode, by=request.user, today=request.today,
                    case_url=request.build_absolute_uri("/{org}/cases").replace("%7Borg%7D", "{org}"),
                )  # fmt: skip
            except Refused as refused:
                errors = [("mode" if one.field == "mode" else "companies", str(_problem(one))) for one in refused.problems]
        if errors:
            return _shown(request, errors=errors, mode=mode, status=422)
        use.answer = _registered(request, made)
    return redirect(use.answer)


def _registered(request: HouseRequest, made: list[Creditor]) -> str:
    """Says so; the address that comes next."""
    names = ", ".join(one.name for one in made)
    messages.success(request, tn("{names} är registrerat.", "{names} är registrerade.", len(made), names=names))
    if not reach_at(request.user.pk, made[0], request.today):
        messages.info(request, t("Nu behöver någon rollen AutoCollect User för att gå vidare."))
        return reverse("people", args=[request.organisation.pk])
    if len(made) == 1:
        return reverse("agreement", args=[made[0].organisation_number])
    return reverse("companies")


def _ticked(request: HouseRequest) -> list[int]:
    return [int(one) for one in request.POST.getlist("company") if one.isdecimal() and len(one) < 12]


def _shown(
    request: HouseRequest, *, errors: Errors | None = None, mode: str = "", tenants: str = "", status: int = 200
) -> HttpResponse:  # fmt: skip
    organisation, errors = request.organisation, errors or []
    found = offer_room.offered(organisation, request.today)
    erp = label_of(offer_room.connector_of(organisation))
    rows = [{"one": one, "said": _said(one, erp)} for one in found]
    free = [one for one in found if one.is_free]
    asked = [one.offer.fetched_on for one in found if one.offer.fetched_on]
    return house_page(
        request, "register.html", status, organisation=organisation, erp=erp, rows=rows, free=free,
        only=free[0] if len(found) == 1 and free else None,
        away=any(one.offer.problem == AWAY for one in found), office=office_for(request.today), errors=errors,
        error_of=dict(reversed(errors)), mode=mode, tenants=tenants, fetched_on=max(asked, default=None),
        registered=any(one.state == "registered" for one in found),
    )  # fmt: skip


def _said(one: Offered, erp: str) -> str:
    """What stands in the way, or nothing."""
    name, number = one.offer.name, one.offer.organisation_number
    if one.state == "registered":
        return t("Redan registrerat hos er.")
    if one.state == "taken":
        return _taken(name, ", ".join(one.can_give))
    if one.state == "bad_number":
        if not number:
            return t("Organisationsnumret saknas i {erp}. Fyll i det där och hämta igen.", erp=erp)
        return t("Organisationsnumret {nr} stämmer inte. Rätta det i {erp} och hämta igen.", nr=number, erp=erp)
    if one.state == AWAY:
        return t("{erp} svarar inte. Försök igen om en stund.", erp=erp)
    if one.state == NOT_GRANTED:
        first = t("Företaget har inte släppt in Fordran. En administratör godkänner Fordran för företaget i {erp}.", erp=erp)
        return format_html("{} {}", first, t("Det kan ta en kvart innan det märks. Hämta sedan igen."))
    if one.state != "free":
        return t("{erp} svarade något som vi inte förstår: {words}", erp=erp, words=one.offer.problem_words)
    return ""


def _taken(name: str, contact: str) -> str:
    if contact:
        return t("{company} är redan registrerat. Be {contact} om åtkomst.", company=name, contact=contact)
    return t("{company} är redan registrerat. Be en administratör på företaget om åtkomst.", company=name)


def _problem(problem: Problem) -> str:
    if problem.field == "taken":
        return _taken(problem.record, "" if problem.message == TAKEN else problem.message)
    if problem.message == TAKEN:
        return _taken(problem.record, "")
    if problem.message == BAD_NUMBER:
        return t("Organisationsnumret {nr} stämmer inte. Kontrollera siffrorna.", nr=problem.record)
    if problem.message in (NO_OFFICE, NO_ACCOUNT):
        return t("Inkassobyrån har inget ledigt konto för {company} just nu. Be byrån lägga till ett.", company=problem.record)
    if problem.message == NO_NAME:
        return t("Skriv företagets namn.")
    if problem.field == "tenants" and problem.record:
        return t("{text} är inget tenant-id. Det består av bokstäver, siffror och bindestreck.", text=problem.record)
    return t("Så många företag kan inte läggas till.")


# ---- without an ERP ------------------------------------------------------------------------------------------------------


@administrator_page
def register_typed_page(request: HouseRequest) -> HttpResponse:
    """Name, number and address; the ledger comes as a file."""
    values = {name: request.POST.get(name, "").strip()[:200] for name in TYPED}
    if request.method != "POST":
        return _typed_shown(request, values)
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        try:
            creditor = register_typed(request.organisation, Typed(**values), by=request.user, today=request.today)
        except Refused as refused:
            return _typed_shown(request, values, [(one.field, str(_problem(one))) for one in refused.problems])
        use.answer = _registered(request, [creditor])
    return redirect(use.answer)


def _typed_shown(request: HouseRequest, values: dict[str, str], errors: Errors | None = None) -> HttpResponse:
    context: dict[str, Any] = {
        "organisation": request.organisation, "values": values, "errors": errors or [], "error_of": dict(errors or []),
        "connected": bool(offer_room.connector_of(request.organisation)),
    }  # fmt: skip
    return house_page(request, "register_typed.html", 422 if errors else 200, **context)
