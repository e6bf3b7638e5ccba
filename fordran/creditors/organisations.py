"""Customers of ours, and the companies that belong to each."""

from __future__ import annotations

from datetime import date

from django.db import transaction

from fordran.audit.record import record_event
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, Organisation


@transaction.atomic
def open_organisation(name: str, today: date, by: str, *, erp: str = "") -> tuple[Organisation, bool]:
    """The organisation of that name, made if it is not there; True when it was made. `erp`: the connector its companies are
    fetched by, written down where none stood. Raises Refused without a name."""
    name = " ".join(name.split())
    if not name:
        raise Refused("write the organisation's name", field="NAME")
    found = Organisation.objects.filter(name=name).first()
    new = found is None
    one = found or Organisation.objects.create(name=name, created_on=today, erp=erp)
    if new:
        record_event(None, today, by, "organisation opened", f"organisation {one.pk}")
    elif erp and not one.erp:
        one.erp = erp
        one.save(update_fields=["erp"])
    return one, new


def find_organisation(text: str) -> Organisation:
    """By its number, or by its name. Raises Refused."""
    found = Organisation.objects.filter(pk=int(text)).first() if text.isdigit() else None
    if found is not None:
        return found
    named = list(Organisation.objects.filter(name=" ".join(text.split()))[:2])
    if not named:
        raise Refused(f"there is no organisation {text}: `fordran organisation list` names them", field="NAME")
    if len(named) > 1:
        raise Refused(f"several organisations are called {text}: name one by its number", field="NAME")
    return named[0]


@transaction.atomic
def take_in(organisation: Organisation, creditor: Creditor, today: date, by: str) -> Creditor:
    """The company belongs to the organisation from now on, and its people reach it as their seats say. Raises Refused for one
    that belongs to another: nobody's company changes hands by a slip."""
    creditor = Creditor.objects.select_for_update().get(pk=creditor.pk)
    if creditor.organisation_id not in (None, organisation.pk):
        raise Refused("the company belongs to another organisation", field="--creditor", record=creditor.organisation_number)
    if creditor.organisation_id is None:
        creditor.organisation = organisation
        creditor.save(update_fields=["organisation"])
        record_event(creditor.pk, today, by, "taken into an organisation", f"organisation {organisation.pk}")
    return creditor
