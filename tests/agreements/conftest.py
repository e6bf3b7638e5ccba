"""What tests of orders and agreements share: the simulated BankID over mutual TLS, on a clock that nobody waits for."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from fordran.agreements.models import SigningOrder
from fordran.agreements.orders import Desk, Shown, Visitor, begin, poll
from tests.connectors.bankid_play import ASTRID, Play, play

HERE = Visitor("a session's secret", None, "192.0.2.7", "fordran.example", "Mozilla/5.0")


class Counter:
    """A play with our desk beside it."""

    def __init__(self, made: Play) -> None:
        self.play = made
        self.desk = Desk(made.client, made.clock)

    def begin(self, visitor: Visitor = HERE, **more: Any) -> SigningOrder:
        asked: dict[str, Any] = {
            "kind": "sign", "purpose": "test", "text": "Jag godkänner avtalet.", "manifest": {"version": 1}, "done_url": "/done",
            "again_url": "/again", "return_url": lambda order_id, nonce: f"https://fordran.example/back?nonce={nonce}",
        }  # fmt: skip
        return begin(self.desk, visitor, **{**asked, **more})

    def poll(self, order: SigningOrder, *, after: float = 2, visitor: Visitor = HERE) -> Shown:
        self.play.clock.sleep(after)
        return poll(self.desk, order.pk, visitor)

    def scan(self, shown: Shown, person: str = ASTRID) -> str:
        """The telephone reads the code on the screen; BankID's name of the order."""
        return str(self.play.tap("/scan", qr=shown.qr, person=person)["order"])

    def signed(self, *, defect: str = "", person: str = ASTRID, **more: Any) -> Shown:
        order = self.begin(**more)
        ref = self.scan(self.poll(order), person)
        self.play.tap("/sign", order=ref, defect=defect)
        return self.poll(order)

    def asked_to_collect(self) -> int:
        return sum(1 for path, _, _ in self.play.server.seen if path == "/collect")


@pytest.fixture(scope="session")
def the_play(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Play]:
    with play(tmp_path_factory.mktemp("bankid")) as made:
        yield made


@pytest.fixture
def counter(the_play: Play, db: None) -> Counter:
    """Each test has its own person's time: what an earlier one left under way is long over."""
    the_play.clock.sleep(3600)
    the_play.server.orders.revoked.clear()
    return Counter(the_play)


def another(**changes: Any) -> Visitor:
    return Visitor(**{"secret": uuid.uuid4().hex, "user_id": None, "address": "192.0.2.8", "host": "fordran.example", **changes})
