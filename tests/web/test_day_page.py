"""The page of a day: how far it has come, who is at work on it, what went wrong."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fordran.cases.office import Office
from fordran.day import shards
from fordran.day.models import Shard
from fordran.day.run import leave_to_workers
from fordran.day.worker import Worker
from tests.build import an_item, bring_in, later
from tests.post import PostOffice
from tests.web.conftest import World, a_user


def page(client: Client, world: World, rest: str = "", **headers: str) -> str:
    answer = client.get(world.url(f"day/{rest or world.today.isoformat()}"), headers=headers)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_day_that_is_done_tells_what_each_step_did_and_asks_no_more(world: World, clerk: Client) -> None:
    shown = page(clerk, world)
    assert "Dagen är klar." in shown and "hx-get" not in shown and "htmx-2" not in shown
    assert "4 fakturor togs" in shown and "4 brev skickade" in shown


def test_a_running_day_shows_how_far_it_is_and_who_holds_a_piece(
    world: World, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fordran.day.shards.SHARD_SIZE", 1)
    tomorrow = later(world.today, 1)
    bring_in(world.office, [an_item(f"n{n}", str(n + 10)) for n in range(3)], tomorrow, name="more")
    leave_to_workers(tomorrow, [world.office.creditor])
    worker = Worker("natt-1", {"folder": PostOffice()}, print)
    assert worker.take_one() and worker.take_one()
    assert shards.lease_any("natt-2") is not None
    shown = page(clerk, world, tomorrow.isoformat())
    assert "Dagen pågår: Välja fakturor, 1 av 3 delar klara." in shown
    assert "natt-2" in shown and "natt-1" not in shown
    assert 'hx-trigger="every 5s"' in shown


def test_asked_by_the_page_itself_it_gives_only_the_part_that_changes(world: World, clerk: Client) -> None:
    part = page(clerk, world, **{"HX-Request": "true"})
    assert part.strip().startswith('<div id="day"') and "<html" not in part


def test_what_failed_is_told_and_its_words_only_to_those_who_may_work(world: World, clerk: Client) -> None:
    Shard.objects.filter(creditor=world.office.creditor, day=world.today, step="decide").update(
        state="failed", error="ValueError: <b>strange</b>", attempt=3
    )
    Shard.objects.filter(creditor=world.office.creditor, day=world.today, step="send").update(
        done={"failed": 1, "problems": ["letter 7 by folder: the disk is full"]}
    )
    shown = page(clerk, world)
    assert "Bedöma ärenden: en del misslyckades på försök 3" in shown and "the disk is full" in shown
    assert "&lt;b&gt;strange" in shown and "<b>strange" not in shown
    reader = Client(headers={"accept-language": "sv"})
    reader.force_login(a_user("lena", world.office, "read"))
    assert "en del misslyckades" in page(reader, world) and "strange" not in page(reader, world)


def test_a_day_that_never_was_says_so_and_nonsense_is_no_page(world: World, clerk: Client) -> None:
    assert "Dagen är inte körd." in page(clerk, world, "2031-01-01")
    assert clerk.get(world.url("day/yesterday")).status_code == 404


def test_nothing_of_another_creditors_day_is_seen(world: World, clerk: Client, other: Office, app_role: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("reset role")
        cursor.execute("UPDATE day_shard SET state = 'leased', worker = 'hemlig' WHERE creditor_id = %s", [other.creditor.pk])
        cursor.execute("set local role fordran_app")
    assert "hemlig" not in page(clerk, world)


def test_it_asks_the_database_as_often_for_many_pieces_as_for_few(
    world: World, clerk: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def asked() -> int:
        page(clerk, world)
        with CaptureQueriesContext(connection) as queries:
            page(clerk, world)
        return len(queries)

    few = asked()
    shards.plan(world.office.creditor.pk, world.today, "decide", [(n, n) for n in range(200)], "many")
    assert asked() == few
