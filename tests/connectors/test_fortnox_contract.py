"""The contract of every ERP, for Fortnox: over HTTP, against the simulator, with pages of ten."""

from __future__ import annotations

from collections.abc import Generator, Iterator

import pytest

from fordran.connectors.registry import erp
from fordran.sandbox.book import Book
from fordran.sandbox.faults import Faults
from fordran.sandbox.fortnox.server import FortnoxServer
from fordran.sandbox.fortnox.settings import BEHAVIOURS, Behaviours
from tests.connectors.erp_contract import ErpContract, Stage, people
from tests.connectors.erp_surroundings import GateInMemory, TestTime, TokenInMemory

COMPANY = "1234567"
CLIENT = {"8VurtMGDTeAI": "a secret of the test"}
OURS_ALONE = "INK"


class FortnoxStage(Stage):
    server: FortnoxServer
    faults: Faults


def fortnox_stage(behaviours: Behaviours = BEHAVIOURS, **changed: object) -> Generator[FortnoxStage, None, None]:
    clock = TestTime()
    book = Book(COMPANY, "Granholms Bygg & Rör AB", "5566778899", clock.local, bankgiro="123-4567")
    people(book)
    faults = Faults()
    server = FortnoxServer({COMPANY: book}, CLIENT, clock, faults=faults, behaviours=behaviours)
    address = server.start()
    settings = {
        "client_id": "8VurtMGDTeAI",
        "client_secret": CLIENT["8VurtMGDTeAI"],
        "code": server.consent("8VurtMGDTeAI", COMPANY),
        "base_url": address,
        "token_url": f"{address}/oauth-v1/token",
        "authorize_url": f"{address}/oauth-v1/auth",
        "mode_of_payment": OURS_ALONE,
        "page_size": 10,
        **changed,
    }
    tokens, gate = TokenInMemory(), GateInMemory(clock)

    def connect() -> object:
        return erp("fortnox", settings, clock=clock, tokens=tokens, turnstile=gate)

    def lose_second() -> None:
        faults.next("PUT */bookkeep", "timeout_after")
        faults.next("POST */vouchers", "timeout_after")  # a voucher is one call

    stage = FortnoxStage(
        connect(),
        book,
        clock,
        connect,
        lose_next_write=lambda: faults.next("POST /3/*", "timeout_after"),
        lose_second_write=lose_second,
        posted=lambda receipt: receipt.method == OURS_ALONE,
        one_receipt=False,
        on_account=False,
    )
    stage.server, stage.faults, stage.notes = server, faults, {"settings": settings, "tokens": tokens, "gate": gate}
    stage.erp.company()  # the code is used at once, as when a company is connected: it lives for ten minutes
    try:
        yield stage
        assert server.mistakes == []
    finally:
        server.stop()


class TestFortnox(ErpContract):
    @pytest.fixture
    def stage(self) -> Iterator[Stage]:
        yield from fortnox_stage()


class TestFortnoxWithItsQuirks(ErpContract):
    """Amounts as texts, never more than seven rows, and a payment taken back stands beside its opposite."""

    @pytest.fixture
    def stage(self) -> Iterator[Stage]:
        yield from fortnox_stage(Behaviours(numbers_as_text=True, most_rows=7, voided_payments_stay=True))
