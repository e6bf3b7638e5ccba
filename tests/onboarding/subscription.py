"""Two companies of one ERP subscription, served by the simulated Visma.net, and the installation's client there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client

from fordran.creditors.models import Creditor, Organisation
from fordran.sandbox.book import Book, Place
from fordran.sandbox.visma_net.server import VismaNetServer
from tests.connectors.erp_surroundings import TestTime

TODAY = date(2026, 3, 2)
NEW, SISTER = "11111111-2222-4333-8444-555555555501", "11111111-2222-4333-8444-555555555502"
NEW_NUMBER, SISTER_NUMBER = "5599000006", "5599000014"
CLIENT_ID, SECRET = "isv_fordran", "a secret of the test"

OFFICE = """
[office]
name = "Kravbyrån Sundhamn AB"
number = "559900-0022"
permit = "2025-0417"
until = 2035-12-31
street = "Storgatan 1"
postcode = "824 18"
town = "Sundhamn"
email = "fraga@kravbyran.example"
phone = "08-465 00 50"
accounts = ["9800-0003", "9800-0011"]

[[price]]
from = 2026-01-01
commission = 8
office_keeps = ["reminder", "demand"]
vat = 25
"""


@dataclass
class Subscription:
    """`books` by tenant; `maria` is the Customer Administrator, and AutoCollect User at every company."""

    server: VismaNetServer
    url: str
    books: dict[str, Book]
    organisation: Any
    maria: Any
    page: Client

    def address(self, rest: str = "register") -> str:
        return f"/organisation/{self.organisation.pk}/{rest}"

    def offers(self) -> dict[str, Any]:
        from fordran.onboarding.models import CompanyOffer

        return {one.tenant: one for one in CompanyOffer.objects.all()}

    def register(self, *tenants: str, mode: str = "own", **more: str) -> Any:
        offers = self.offers()
        return self.page.post(
            self.address(), {"company": [offers[one].pk for one in tenants], "mode": mode, "act": "register", **more}
        )


def a_book(tenant: str, name: str, number: str, clock: TestTime, bankgiro: str) -> Book:
    return Book(
        tenant, name, number, clock.local, place=Place("Ekbacksvägen 7", "", "513 94", "Ekeboda"),
        email="faktura@ekbacken.example", phone="08-465 00 43", bankgiro=bankgiro,
    )  # fmt: skip


@pytest.fixture
def subscription(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Subscription]:
    from fordran.access.people import give_role, make_administrator
    from fordran.day import world
    from fordran.day.models import Today
    from fordran.onboarding.offers import note_tenants
    from tests.access.conftest import a_person

    settings.DEMO = True  # its day is a row of the database
    Today.objects.update_or_create(id=1, defaults={"on": TODAY})
    clock = TestTime(datetime(2026, 3, 2, 8, tzinfo=UTC).timestamp())
    books = {
        NEW: a_book(NEW, "Ekbackens Trädgård AB", NEW_NUMBER, clock, "50501055"),
        SISTER: a_book(SISTER, "Ekbackens Plantskola AB", SISTER_NUMBER, clock, "9912346"),
    }
    server = VismaNetServer(books, {CLIENT_ID: SECRET}, clock)
    url = server.start()
    for name, value in (
        ("CLIENT", CLIENT_ID), ("SECRET", SECRET), ("URL", url), ("TOKEN_URL", f"{url}/connect/token"),
        ("AMOUNTS", "plain_is_document"), ("PAYMENT_METHOD", "1"),
    ):  # fmt: skip
        monkeypatch.setenv(f"FORDRAN_VISMA_{name}", value)
    world.use_clock(clock)
    organisation = Organisation.objects.create(name="Ekbacken", created_on=TODAY, erp="visma_net")
    maria = a_person("maria", "maria@ekbacken.example")
    make_administrator(organisation, maria, by="command line", today=TODAY)
    give_role(organisation, maria, "sign", creditor=None, until=None, by="command line", today=TODAY)
    note_tenants(organisation, "visma_net", [NEW, SISTER])
    page = Client(headers={"accept-language": "sv"})
    page.force_login(maria)
    try:
        yield Subscription(server, url, books, organisation, maria, page)
    finally:
        world.use_clock(None)
        server.stop()


@pytest.fixture
def office(db: None) -> Any:
    from fordran.onboarding.office_file import apply_office

    return apply_office(OFFICE, by="command line", today=TODAY)


def registered() -> list[Creditor]:
    return list(Creditor.objects.order_by("name"))
