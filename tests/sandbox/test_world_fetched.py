"""The world read over HTTP by the real connector, twice a day: after every reading its picture is the ledger's own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from fordran.ports.erp import ErpCustomer, ErpItem, ItemState, Page
from fordran.sandbox.book import Book
from fordran.sandbox.faults import Faults
from fordran.sandbox.world import COMPANIES, World
from tests.connectors.erp_surroundings import GateInMemory, TokenInMemory

pytest.importorskip("werkzeug")
pytest.importorskip("httpx")

from fordran.connectors.registry import erp
from fordran.sandbox.world.serve import CLIENT, SECRET, WorldServer

T = TypeVar("T")
FIRST = date(2026, 3, 2)
STATES = {"open": ItemState.OPEN, "closed": ItemState.CLOSED, "hold": ItemState.HELD, "voided": ItemState.VOID}


class Mirror:
    """What somebody knows who only ever asks for what has changed."""

    def __init__(self, server: WorldServer, key: str) -> None:
        numbers = server.world.members[key].numbers
        settings = {
            "tenant_id": numbers.tenant, "client_id": CLIENT, "client_secret": SECRET, "base_url": server.url,
            "token_url": f"{server.url}/connect/token", "amounts": "plain_is_document",
        }  # fmt: skip
        self.erp = erp("visma_net", settings, clock=server.world, tokens=TokenInMemory(), turnstile=GateInMemory(server.world))  # type: ignore[arg-type]
        self.customers: dict[str, ErpCustomer] = {}
        self.items: dict[tuple[str, str], ErpItem] = {}
        self.since = {"customers": "", "items": ""}

    def fetch(self) -> int:
        """Returns how many records came."""
        customers = self._all("customers", self.erp.customers)
        items = self._all("items", self.erp.items)
        self.customers |= {one.key: one for one in customers}
        self.items |= {(one.kind, one.number): one for one in items}
        return len(customers) + len(items)

    def _all(self, what: str, read: Callable[[str, str], Page[T]]) -> list[T]:
        found: list[T] = []
        place = ""
        while True:
            page = read(self.since[what], place)
            assert page.refused == ()
            found += page.records
            place = page.place
            if not place:
                self.since[what] = page.since
                return found

    def open_numbers(self) -> set[str]:
        place, found = "", set[str]()
        while True:
            page = self.erp.open_numbers(place)
            found |= set(page.records)
            place = page.place
            if not place:
                return found


def agree(mirror: Mirror, book: Book) -> None:
    for number, party in book.parties.items():
        told = mirror.customers[number]
        assert (told.name, told.class_key, told.left_alone) == (party.name, party.class_id, party.left_alone)
        assert (told.address.street, told.address.postcode) == (party.place.street, party.place.postcode)
    for (kind, number), document in book.documents.items():
        told_item = mirror.items.get(("invoice" if kind == "invoice" else "credit", number))
        if told_item is None:
            assert document.status != "open", number  # closed or held since before the first reading
            continue
        assert told_item.state == STATES[document.status], number
        assert (told_item.amount_minor, told_item.open_minor) == (document.amount, document.balance), number
        assert (told_item.customer, told_item.due_on, told_item.left_alone) == (document.party, document.due, document.left_alone)
        assert (told_item.currency, told_item.reference) == (document.currency, document.ocr), number


@pytest.mark.parametrize(("key", "trouble"), [("own", {}), ("agency-two", {"500": 0.02, "429": 0.01, "page_shift": 0.05})])
def test_who_only_asks_for_changes_knows_the_ledger_after_every_reading(
    tmp_path: Path, key: str, trouble: dict[str, float]
) -> None:
    world = World(9, FIRST, [COMPANIES[key].of_size(5)], tmp_path)
    book = world.members[key].book
    with WorldServer(world, max_page_size=40, faults=Faults(9, trouble)) as server:
        mirror = Mirror(server, key)
        first = mirror.fetch()
        agree(mirror, book)
        came = 0
        for number in range(25):
            day = FIRST + timedelta(days=number)
            world.morning(day)
            came += mirror.fetch()
            agree(mirror, book)
            world.noon(day)
            came += mirror.fetch()
            agree(mirror, book)
        assert first > 100 and came > 100
        known_open = {
            number for (kind, number), item in mirror.items.items() if item.state == ItemState.OPEN and kind == "invoice"
        }
        deleted = {fate.invoice for fate in world.lived(key).fates.values() if fate.gone}
        assert known_open - mirror.open_numbers() <= deleted
        assert {number for (kind, number), d in book.documents.items() if kind == "invoice" and d.status == "open"} <= known_open
        assert list(server.visma_net.mistakes) == []
