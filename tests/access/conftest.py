"""An organisation with two companies, its administrator, and the makers of other people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from tests.build import an_office, day

TODAY = day("2026-03-02")
NUMBERS = ("556016-0680", "559999-0123")


@dataclass
class House:
    """`maria` is its only Customer Administrator; she has no role at the companies."""

    organisation: Any
    companies: list[Any]
    maria: Any
    today: date = TODAY


def a_person(name: str, email: str = "", **more: Any) -> Any:
    from django.contrib.auth.models import User

    user = User(username=name, email=email, first_name=name.title(), last_name="Ek", **more)
    user.set_unusable_password()
    user.save()
    return user


def an_organisation(name: str, *numbers: str) -> tuple[Any, list[Any]]:
    from fordran.creditors.models import Creditor, Organisation

    organisation = Organisation.objects.create(name=name, created_on=TODAY)
    companies = [an_office(number=number).creditor for number in numbers]
    Creditor.objects.filter(pk__in=[one.pk for one in companies]).update(organisation=organisation)
    for company in companies:
        company.refresh_from_db()
    return organisation, companies


@pytest.fixture
def house(db: None) -> House:
    from fordran.access.people import make_administrator

    organisation, companies = an_organisation("Granholms", *NUMBERS)
    maria = a_person("maria", "maria@granholms.example")
    make_administrator(organisation, maria, by="command line", today=TODAY)
    return House(organisation, companies, maria)
