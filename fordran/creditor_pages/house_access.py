"""Who may open the pages of an organisation."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.contrib.auth.models import User
from django.contrib.auth.views import redirect_to_login
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse

from fordran.access.models import Seat
from fordran.access.people import administrators, name_of
from fordran.access.roles import has_role_at
from fordran.creditor_pages.house import house_page
from fordran.creditor_pages.tenancy import legal_day
from fordran.creditors.models import Membership, Organisation

View = Callable[..., HttpResponse]


class HouseRequest(HttpRequest):
    """A request as an organisation's page gets it."""

    organisation: Organisation
    today: date
    user: User  # type: ignore[assignment]  # never anonymous here


def administrator_page(view: View) -> View:
    """A page of an organisation for its Customer Administrators.

    Signed out: to the sign-in page. Nothing to do with the organisation: 404, since that it is here is itself a secret. A role
    without the seat: 403, with who has it.
    """

    @wraps(view)
    def guarded(request: HouseRequest, organisation_id: int, **kwargs: Any) -> HttpResponse:
        if not request.user.pk:
            return redirect_to_login(request.get_full_path())
        organisation, today = Organisation.objects.filter(pk=organisation_id).first(), legal_day()
        seat = Seat.objects.filter(user=request.user, organisation=organisation).first() if organisation else None
        if organisation is None or not (seat and seat.administrator or _works_there(request.user.pk, organisation, today)):
            raise Http404
        request.organisation, request.today = organisation, today
        if seat is None or not seat.administrator:
            names = ", ".join(name_of(user) for user in administrators(organisation)[:3])
            return house_page(request, "people_closed.html", 403, organisation=organisation, names=names)
        return view(request, **kwargs)

    guarded.needs_role = "administrator"  # type: ignore[attr-defined]
    return guarded


def _works_there(user_id: int, organisation: Organisation, today: date) -> bool:
    """At one of its companies or at all of them, today: whoever did once has nothing to do with it any more."""
    valid = Q(until_on=None) | Q(until_on__gte=today)
    if has_role_at(user_id, organisation, today):
        return True
    return Membership.objects.filter(valid, user_id=user_id, creditor__organisation=organisation).exists()
