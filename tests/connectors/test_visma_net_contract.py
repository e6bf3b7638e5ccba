"""The contract of every ERP, for Visma.net: over HTTP, against the simulator, with pages of ten."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from fordran.connectors.registry import erp
from fordran.sandbox.book import Book
from fordran.sandbox.faults import Faults
from fordran.sandbox.visma_net.server import VismaNetServer
from tests.connectors.erp_contract import ErpContract, Stage, people
from tests.connectors.erp_surroundings import GateInMemory, TestTime, TokenInMemory

TENANT = "8f4f0c1e-3a77-4c51-9a51-0d0b6f3f1a01"
CLIENT = {"isv_fordran": "a secret of the test"}


class VismaStage(Stage):
    server: VismaNetServer
    faults: Faults


def visma_stage(*, max_page_size: int = 10) -> Generator[VismaStage, None, None]:
    clock = TestTime()
    book = Book(TENANT, "Granholms Bygg & Rör AB", "5566778899", clock.local, bankgiro="123-4567")
    people(book)
    faults = Faults()
    server = VismaNetServer({TENANT: book}, CLIENT, clock, faults=faults, max_page_size=max_page_size)
    address = server.start()
    settings = {
        "tenant_id": TENANT,
        "client_id": "isv_fordran",
        "client_secret": CLIENT["isv_fordran"],
        "base_url": address,
        "token_url": f"{address}/connect/token",
        "payment_method": "10",
    }
    tokens, gate = TokenInMemory(), GateInMemory(clock)

    def connect() -> object:
        return erp("visma_net", settings, clock=clock, tokens=tokens, turnstile=gate)

    stage = VismaStage(
        connect(),
        book,
        clock,
        connect,
        lose_next_write=lambda: faults.next("POST *", "timeout_after"),
        lose_second_write=lambda: faults.next("POST */action/*", "timeout_after"),
    )
    stage.server, stage.faults, stage.notes = server, faults, {"settings": settings, "tokens": tokens, "gate": gate}
    try:
        yield stage
    finally:
        server.stop()


class TestVismaNet(ErpContract):
    @pytest.fixture
    def stage(self) -> Iterator[Stage]:
        yield from visma_stage()
