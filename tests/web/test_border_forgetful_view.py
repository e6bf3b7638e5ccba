"""A view that forgets to ask for its own creditor's rows: the database shows and changes nothing of others all the same."""

from __future__ import annotations

from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.http import HttpResponse, JsonResponse
from django.test import Client
from django.urls import path

from fordran.cases.office import Office
from fordran.creditor_pages.tenancy import PageRequest, creditor_page
from fordran.creditors.models import Exclusion
from fordran.invoices.models import Customer
from tests.web.conftest import World

WALLED = [one for one in apps.get_models() if any(f.name == "creditor" for f in one._meta.get_fields() if f.concrete)]
OPEN = {"Membership", "Invitation"}
"""Read to learn what a person may see; tests/db/test_walls.py says why."""


@creditor_page("work")
def reads_all(request: PageRequest) -> HttpResponse:
    found = {one.__name__: list(one.objects.values_list("creditor_id", flat=True).distinct()) for one in WALLED}  # type: ignore[attr-defined]
    return JsonResponse(found | {"names": list(Customer.objects.values_list("name", flat=True))})


@creditor_page("work")
def changes_all(request: PageRequest) -> HttpResponse:
    changed = Customer.objects.update(name="ändrad"), Customer.objects.exclude(creditor=request.creditor).update(name="ändrad")
    Exclusion.objects.exclude(creditor=request.creditor).delete()
    return JsonResponse({"changed": changed})


@creditor_page("work")
def writes_there(request: PageRequest, kind: str) -> HttpResponse:
    """A row of the other's; `of` is what a form says."""
    there = int(request.GET["of"])
    try:
        with transaction.atomic():
            if kind == "insert":
                Exclusion.objects.create(creditor_id=there, level="customer", key="77")
            else:
                Customer.objects.filter(creditor=request.creditor).update(creditor_id=there)
    except DatabaseError as error:
        return HttpResponse(str(error), status=409)
    return HttpResponse()


urlpatterns = [
    path("<slug:organisation_number>/reads-all", reads_all),
    path("<slug:organisation_number>/changes-all", changes_all),
    path("<slug:organisation_number>/writes-there/<slug:kind>", writes_there),
]


@pytest.fixture
def forgetful(world: World, other: Office, settings: Any, app_role: None) -> None:
    settings.ROOT_URLCONF = __name__


def test_it_reads_its_own_creditors_rows_only_in_every_table(world: World, other: Office, clerk: Client, forgetful: None) -> None:
    told = clerk.get(world.url("reads-all")).json()
    assert len(WALLED) > 50 and "Främmande Person" not in told.pop("names")
    own, seen = world.office.creditor.pk, {name: rows for name, rows in told.items() if rows and name not in OPEN}
    assert {name: rows for name, rows in seen.items() if rows not in ([own], [None, own], [own, None])} == {}
    assert len(seen) >= 15, "there is much to see of one's own"


def test_it_changes_its_own_creditors_rows_only(world: World, other: Office, clerk: Client, forgetful: None) -> None:
    with connection.cursor() as cursor:
        answer = clerk.get(world.url("changes-all")).json()
        cursor.execute("reset role")
        cursor.execute("select distinct name from invoices_customer where creditor_id = %s", [other.creditor.pk])
        assert cursor.fetchall() == [("Främmande Person",)]
    assert answer["changed"][0] > 0 and answer["changed"][1] == 0


@pytest.mark.parametrize("kind", ["insert", "move"])
def test_it_can_put_no_row_on_the_other_side(world: World, other: Office, clerk: Client, forgetful: None, kind: str) -> None:
    answer = clerk.get(world.url(f"writes-there/{kind}"), {"of": other.creditor.pk})
    assert answer.status_code == 409 and "row-level security" in answer.content.decode()
