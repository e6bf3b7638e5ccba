"""An office whose ERP is the simulated Visma.net, over HTTP, by the real connector; its ledger is the test's to change."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

import pytest

from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.day import world
from fordran.day.run import DayReport, run_day
from fordran.erp.connections import connect
from fordran.erp.models import Connection
from fordran.letters.models import Letter
from fordran.sandbox.book import Application, Book, Document, Party, Place, Receipt
from fordran.sandbox.faults import Faults
from fordran.sandbox.visma_net.server import VismaNetServer
from tests.build import IDENTITIES, an_office, day
from tests.connectors.erp_surroundings import TestTime
from tests.post import PostOffice

TENANT = "8f4f0c1e-3a77-4c51-9a51-0d0b6f3f1a01"
CLIENT = {"isv_fordran": "a secret of the test"}
REMINDS = day("2026-02-04")
"""The day on which an invoice due 30 January is reminded."""
LATER = day("2026-02-05")


@dataclass
class House:
    """The office, its ERP behind HTTP, and its post office."""

    office: Office
    book: Book
    server: VismaNetServer
    faults: Faults
    clock: TestTime
    post: PostOffice = field(default_factory=PostOffice)

    def party(self, number: str = "1", **more: Any) -> Party:
        values = {
            "name": f"Kund {number}", "identity": IDENTITIES[int(number[-1]) % 3].replace("-", ""),
            "place": Place("Gatan 1", "", "123 45", "Staden"),
        }  # fmt: skip
        return self.book.add_party(Party(number, **{**values, **more}))

    def invoice(self, number: str = "1001", party: str = "1", amount: int = 100_000, **more: Any) -> Document:
        """Due Friday 30 January 2026; the customer is made when it is new."""
        if party not in self.book.parties:
            self.party(party)
        values = {"issued": day("2025-12-30"), "due": day("2026-01-30"), "ocr": f"{number}9"}
        return self.book.add_document(Document("invoice", number, party, "SEK", amount, amount, **{**values, **more}))

    def change(self, number: str = "1001", kind: str = "invoice", **values: Any) -> None:
        document = self.book.documents[kind, number]
        for name, value in values.items():
            setattr(document, name, value)
        self.book.touch(document)

    def change_party(self, number: str = "1", **values: Any) -> None:
        for name, value in values.items():
            setattr(self.book.parties[number], name, value)
        self.book.touch(self.book.parties[number])

    def paid_at_creditor(self, number: str = "1001", amount: int = 100_000, *, on: date, name: str = "P1") -> Receipt:
        """The creditor's clerk books a payment that came straight to it."""
        document = self.book.documents["invoice", number]
        parts = [Application("invoice", number, amount)]
        return self.book.add_receipt(Receipt(name, "payment", document.party, on, "SEK", amount, applications=parts))

    def run(self, on: date) -> DayReport:
        moment = datetime(on.year, on.month, on.day, 8, tzinfo=UTC).timestamp()
        self.clock.seconds = max(self.clock.seconds + 60, moment)
        return run_day(on, {"folder": self.post}, [self.office.creditor])

    def passes(self, minutes: int = 5) -> None:
        self.clock.seconds += minutes * 60

    @property
    def connection(self) -> Connection:
        return Connection.objects.get(creditor=self.office.creditor)

    def case(self, number: str = "1001") -> Case:
        return Case.objects.get(creditor=self.office.creditor, invoice__number=number)

    def case_exists(self) -> bool:
        return Case.objects.filter(creditor=self.office.creditor).exists()

    def letters(self, state: str = "sent") -> list[str]:
        return list(
            Letter.objects.filter(creditor=self.office.creditor, state=state).order_by("id").values_list("kind", flat=True)
        )


def settings_of(address: str) -> dict[str, object]:
    return {
        "tenant_id": TENANT, "client_id": "isv_fordran", "base_url": address, "token_url": f"{address}/connect/token",
        "payment_method": "10", "cash_account": "1930",
    }  # fmt: skip


def a_house(office: Office, clock: TestTime, *, switches: dict[str, bool] | None = None, pages_of: int = 10) -> Iterator[House]:
    book = Book(TENANT, "Granholms Bygg & Rör AB", "5560160680", clock.local, bankgiro="5050-1055")
    faults = Faults()
    server = VismaNetServer({TENANT: book}, CLIENT, clock, faults=faults, max_page_size=pages_of)
    address = server.start()
    try:
        connect(
            office.creditor, "visma_net", settings_of(address), {"client_secret": CLIENT["isv_fordran"]}, by="test",
            today=day("2026-01-01"), switches=switches or {"marks_cases": True, "posts_payments": True, "attaches_letters": True},
        )  # fmt: skip
        yield House(open_office(office.creditor), book, server, faults, clock)
    finally:
        server.stop()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> TestTime:
    """Everybody's time: the ERP's, and that of those who wait for it."""
    time = TestTime(datetime(2026, 2, 3, 8, tzinfo=UTC).timestamp())
    monkeypatch.setattr(world, "clock", lambda: time)
    return time


@pytest.fixture
def house(db: None, clock: TestTime) -> Iterator[House]:
    yield from a_house(an_office(), clock)
