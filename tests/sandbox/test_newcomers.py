"""Two companies of one subscription that nobody collects for yet."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import httpx
import pytest

from fordran.sandbox.world import COMPANIES, NEWCOMERS, World
from fordran.sandbox.world.serve import WorldServer

FIRST, LAST = date(2026, 8, 18), date(2026, 10, 29)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """As the demonstration has it on its last day."""
    world = World(9, FIRST, [one.of_size(3) for one in NEWCOMERS.values()], tmp_path_factory.mktemp("world"))
    world.day(LAST)
    return world


def test_a_ledger_has_what_a_new_customer_should_look_at(world: World) -> None:
    book, lived = world.members["new"].book, world.lived("new")
    invoices = [one for (kind, _), one in book.documents.items() if kind == "invoice"]
    overdue = [one for one in invoices if one.status == "open" and one.balance and one.due < LAST]
    assert 150 <= len(overdue) <= 400 and 300 <= len(book.parties) <= 500
    ages = [(LAST - one.due).days for one in overdue]
    assert min(ages) < 10 and max(ages) > 180
    assert {one.reminder_level for one in overdue} == {0, 1, 2}
    assert max(one.reminded_on for one in overdue if one.reminded_on) > FIRST  # it goes on reminding: nobody else does
    assert any(note.balance for (kind, _), note in book.documents.items() if kind == "credit_note")
    parties = book.parties.values()
    assert any(not one.identity for one in parties) and any(not one.place.street for one in parties)
    assert any(one.left_alone for one in parties)
    assert {one.class_id for one in parties} >= {"PRIVAT", "FÖRETAG", "STAMKUND"}
    assert any(paid.left_lying and not paid.receipt for paid in lived.paid.values())


def test_what_the_clerk_has_not_booked_stands_in_the_banks_files_of_the_companys_own_account(world: World) -> None:
    assert world.directory is not None
    files = (world.directory / "new" / "sales-bank" / "from-bank").iterdir()
    told = "".join(one.read_text(encoding="latin-1") for one in files)
    lying = [paid for paid in world.lived("new").paid.values() if paid.left_lying and not paid.receipt and paid.on > FIRST]
    assert lying and all(paid.reference in told for paid in lying if paid.way == "exact" and paid.on < LAST)


def test_a_world_of_them_is_kept_and_opened_again(world: World, tmp_path: Path) -> None:
    kept = tmp_path / "world.jsonl"
    world.save(kept)
    again = World.load(kept, [one.of_size(3) for one in NEWCOMERS.values()])
    assert again.snapshot() == world.snapshot()


def test_both_are_tenants_of_one_server_with_an_administrator_and_a_clerk(world: World) -> None:
    with WorldServer(world) as server:
        about = httpx.get(f"{server.url}/_world/", trust_env=False).json()
    new, sister = (about["companies"][key]["erp"]["tenant"] for key in ("new", "new-sister"))
    people = {one["name"]: one["tenants"] for one in about["people"]}
    assert people["Anna Lind"] == [new, sister] and people["Olle Sandin"] == [new]


def test_they_are_here_only_when_they_are_asked_for() -> None:
    assert not set(NEWCOMERS) & set(COMPANIES)
