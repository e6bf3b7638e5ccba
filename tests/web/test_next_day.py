"""The demonstration's button: a day is lived by a process of its own, and a process that dies is told of."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.test import Client

from fordran.creditor_pages.views import next_day
from tests.web.conftest import World, set_today
from tests.web.test_pages import text_of


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """One that stands for the day that is being lived."""
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        next_day._started[:] = [child]
        yield child
        next_day._started.clear()
        child.kill()


def waiting_for(client: Client, world: World) -> None:
    session = client.session
    session["waits_for"] = (world.today + timedelta(days=1)).isoformat()
    session.save()


def test_while_it_lives_the_page_waits_and_when_the_day_has_come_it_goes_on(
    world: World, clerk: Client, process: subprocess.Popen[bytes]
) -> None:
    waiting_for(clerk, world)
    assert 'id="progress"' in clerk.get(world.url("next-day")).content.decode()
    assert "HX-Redirect" not in clerk.get(world.url("next-day/progress"))
    set_today(world.today + timedelta(days=1))
    assert clerk.get(world.url("next-day/progress"))["HX-Redirect"] == world.url("next-day")
    assert clerk.get(world.url("next-day"))["Location"] == world.url("")


def test_a_day_that_stopped_half_way_is_told_of_and_may_be_tried_again(
    world: World, clerk: Client, process: subprocess.Popen[bytes]
) -> None:
    waiting_for(clerk, world)
    process.kill()
    process.wait()
    assert clerk.get(world.url("next-day/progress"))["HX-Redirect"] == world.url("next-day")
    page = clerk.get(world.url("next-day"))
    assert "Dagen stannade innan den var klar" in text_of(page)
    assert '<button class="btn btn-primary">' in page.content.decode()
    assert "Dagen stannade" not in text_of(clerk.get(world.url("next-day")))


def test_a_visitor_of_two_companies_chooses_one_at_the_first_address(world: World) -> None:
    from fordran.creditor_pages.views.session import DEMO_USER
    from fordran.creditors.models import Membership
    from tests.build import an_office
    from tests.web.conftest import OTHER, a_user

    user = a_user(DEMO_USER, world.office, "sign")
    Membership.objects.create(user=user, creditor=an_office(number=OTHER).creditor, role="sign")
    answer = Client(REMOTE_ADDR="127.0.0.1").get("/")
    assert answer.status_code == 200
    assert world.url("") in answer.content.decode() and f"/{OTHER.replace('-', '')}/" in answer.content.decode()
