"""What the tests of the pages share: a creditor with a week behind it, another creditor, and the people who sign in."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from fordran.cases.office import Office
from tests.build import an_item, an_office, bring_in, day
from tests.post import PostOffice

OWN, OTHER = "556016-0680", "559999-0123"


@dataclass
class World:
    """`today` is the world's own day: no test here looks at the machine's clock."""

    office: Office
    today: date

    @property
    def org(self) -> str:
        return self.office.creditor.organisation_number

    def url(self, rest: str = "") -> str:
        return f"/{self.org}/{rest}"


def a_user(name: str, office: Office | None = None, role: str = "work") -> Any:
    from django.contrib.auth.models import User

    from fordran.creditors.models import Membership

    user = User.objects.create_user(name, password="en lång mening att minnas", first_name=name.title(), last_name="Ek")
    if office is not None:
        Membership.objects.create(user=user, creditor=office.creditor, role=role)
    return user


def set_today(on: date) -> None:
    from fordran.day.models import Today

    Today.objects.update_or_create(id=1, defaults={"on": on})


def a_week_of_life(office: Office, cases: int = 4, post: PostOffice | None = None) -> date:
    """Invoices due 30 January 2026 that were reminded on 4 February; some more that are not due. The day it is now."""
    from fordran.day.run import run_day

    items = [an_item(str(1001 + n), str(n + 1), row=n + 2) for n in range(cases)]
    items += [an_item(f"90{n}", str(n + 1), row=900 + n, due=day("2026-03-30"), issued=day("2026-02-01")) for n in range(2)]
    today = day("2026-02-04")
    bring_in(office, items, today)
    run_day(today, {"folder": post or PostOffice()}, [office.creditor])
    return today


@pytest.fixture
def world(db: None, settings: Any) -> World:
    settings.DEMO = True  # its day is a row of the database
    office = an_office(number=OWN)
    today = a_week_of_life(office)
    set_today(today)
    return World(office, today)


@pytest.fixture
def other(world: World) -> Office:
    """Another creditor, with a life of its own."""
    office = an_office(number=OTHER)
    bring_in(office, [replace(an_item("5001", "7"), customer="Främmande Person")], world.today, name="other")
    from fordran.day.run import run_day

    run_day(world.today, {"folder": PostOffice()}, [office.creditor])
    return office


@pytest.fixture
def clerk(world: World) -> Client:
    """Signed in as somebody who may work at the creditor, in Swedish."""
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user("clara", world.office))
    return client


@pytest.fixture
def reader(world: World) -> Client:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user("rune", world.office, "read"))
    return client
