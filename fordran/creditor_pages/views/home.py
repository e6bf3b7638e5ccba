"""Home: a tile for each thing that the person's roles open, and what waits for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.safestring import SafeString

from fordran.access.people import people_of
from fordran.access.roles import Role, has_role_at, organisations_of, roles_of
from fordran.creditor_pages.company_list import Company, companies_of, running
from fordran.creditor_pages.house import at, house_page
from fordran.creditor_pages.setup_steps import shown
from fordran.creditor_pages.tenancy import legal_day
from fordran.creditor_pages.views.overview import overview
from fordran.creditor_pages.views.session import enter_demo
from fordran.creditor_pages.words import t, tn
from fordran.creditors.models import Organisation
from fordran.onboarding.steps import next_of

COMPANIES_SHOWN, WAITS_SHOWN = 8, 8


@dataclass(frozen=True, slots=True)
class Tile:
    """`state` good or warn; `dashed`: something that is not there yet."""

    icon: str
    title: SafeString
    said: SafeString | str
    href: str
    waits: SafeString | str = ""
    state: str = ""
    on: SafeString | str = ""
    dashed: bool = False


def home(request: HttpRequest) -> HttpResponse:
    """Straight in for who works at one company that runs, and looks after nobody; in the demonstration even past the door.

    There the first visit is answered with the page itself: a visitor who keeps no cookies is not sent in circles.
    """
    came_in = not request.user.is_authenticated and enter_demo(request)
    if not request.user.is_authenticated:
        return redirect_to_login("/")
    roles, run = roles_of(request.user.pk or 0, legal_day()), organisations_of(request.user.pk or 0)
    if len(roles) == 1 and roles[0].creditor.active and not run:
        org = roles[0].creditor.organisation_number
        return overview(request, organisation_number=org) if came_in else redirect("overview", org)
    return _tiles(request, roles, run)


@login_required
def tiles(request: HttpRequest) -> HttpResponse:
    """Home itself, also for those whom `home` leads straight in."""
    return _tiles(request, roles_of(request.user.pk or 0, legal_day()), organisations_of(request.user.pk or 0))


def tile_json(request: HttpRequest) -> JsonResponse:
    """What the tile of a customer's own intranet may show, for the one who is signed in here and nobody else."""
    if not request.user.is_authenticated:
        return JsonResponse({"error": "signed out", "sign_in": request.build_absolute_uri(at("sign-in"))}, status=401)
    today = legal_day()
    companies = companies_of(request.user.pk or 0, today)
    on = [one.creditor.activated_on for one in companies if one.creditor.active and one.creditor.activated_on]
    data = {
        "title": str(t("Påminnelser och inkasso")),
        "address": request.build_absolute_uri("/"),
        "logo": request.build_absolute_uri(static("fordran/mark.svg")),
        "shown": bool(companies) or _waits_for_companies(request, today),
        "companies": len(companies),
        "running": sum(one.creditor.active for one in companies),
        "running_since": min(on).isoformat() if on else None,
        "waiting": sum(one.waiting for one in companies),
    }
    return JsonResponse(data)


def _tiles(request: HttpRequest, roles: list[Role], run: list[Organisation]) -> HttpResponse:
    today = legal_day()
    companies = companies_of(request.user.pk or 0, today, roles)
    waits = [(one, wait) for one in companies for wait in one.waits]
    set_up = next((one for one in companies if not one.creditor.active and one.reach != "read"), None)
    found = [tile for tile in (_product(request, companies, today), *(_admin(one, len(run), today) for one in run)) if tile]
    if run and not found[0].on:
        found.append(_give_access(run[0]))
    return house_page(
        request,
        "home.html",
        run=run,
        tiles=found,
        companies=companies[:COMPANIES_SHOWN],
        more_companies=max(0, len(companies) - COMPANIES_SHOWN) and len(companies),
        waits=waits[:WAITS_SHOWN],
        waiting=sum(wait.number for _, wait in waits),
        set_up=set_up,
        steps=shown(set_up.steps, set_up.creditor.organisation_number) if set_up else [],
        next_key=getattr(next_of(set_up.steps), "key", "") if set_up else "",
        register=[at("register", one.pk) for one in run] if len(run) == 1 else [],
        name=getattr(request.user, "first_name", "") or request.user.get_username(),
    )


def _product(request: HttpRequest, companies: list[Company], today: Any) -> Tile | None:
    """The tile of this service: there once the role is."""
    title = t("Påminnelser och inkasso")
    if companies:
        waiting, active = sum(one.waiting for one in companies), any(one.creditor.active for one in companies)
        said = companies[0].creditor.name if len(companies) == 1 else tn("{n} företag", "{n} företag", len(companies))
        waits = tn("{n} sak väntar på dig", "{n} saker väntar på dig", waiting) if waiting else t("Inget väntar på dig")
        href = companies[0].href if len(companies) == 1 else at("companies")
        return Tile("envelope", title, said, href, waits, "good" if active else "warn", running(companies))
    where = _first_without_companies(request, today)
    if where is None:
        return None
    said = t("Välj vilka företag som ska börja använda tjänsten.")
    return Tile("envelope", title, said, at("register", where.pk) or at("companies"), "", "warn", t("Inte igång"))


def _first_without_companies(request: HttpRequest, today: Any) -> Organisation | None:
    """An organisation where the person has the role and no company is registered yet."""
    seats = organisations_of(request.user.pk or 0, administrator=False)
    return next((one for one in seats if has_role_at(request.user.pk or 0, one, today)), None)


def _waits_for_companies(request: HttpRequest, today: Any) -> bool:
    return _first_without_companies(request, today) is not None


def _admin(organisation: Organisation, of: int, today: Any) -> Tile:
    people = len(people_of(organisation, today))
    title = t("Nya Admin") if of == 1 else t("Nya Admin, {name}", name=organisation.name)
    said = tn("{n} person vid {name}. Ge och ta roller, bjud in.", "{n} personer vid {name}. Ge och ta roller, bjud in.",
              people, name=organisation.name)  # fmt: skip
    return Tile("people", title, said, at("people", organisation.pk))


def _give_access(organisation: Organisation) -> Tile:
    said = t("Ge dig själv eller en kollega rollen AutoCollect User. Sedan öppnas påminnelser och inkasso här.")
    return Tile("person-check", t("Ge åtkomst"), said, at("people", organisation.pk), dashed=True)
