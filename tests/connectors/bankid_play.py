"""The simulated BankID with a relying party and a telephone, for tests: nobody waits, the clock is the test's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from fordran.connectors.bankid.client import BankId
from fordran.connectors.bankid.settings import BankIdSettings
from fordran.ports.signing import Complete, Order, Started
from fordran.sandbox.bankid.people import PEOPLE
from fordran.sandbox.bankid.server import BankIdServer
from tests.connectors.erp_surroundings import TestTime

US = "5566304928"
ASTRID, BJORN = list(PEOPLE)[:2]
TEXT = "Jag godkänner avtal 3 för Exempelbolaget AB, 559900-0006.\nÅtta sidor."


def sign_order(**more: Any) -> Order:
    return Order(**{"kind": "sign", "end_user_ip": "192.0.2.7", "text": TEXT, "hidden": b'{"nonce": "a1"}', **more})


class Play:
    def __init__(self, folder: Path) -> None:
        self.clock = TestTime()
        self.server = BankIdServer(self.clock)
        self.server.start()
        self.folder = folder
        self.files = self.server.write_files(folder, name="Fordran AB", organisation_number=US, passphrase="ord")
        self.client = BankId(self.settings(), clock=self.clock)
        self.phone = httpx.Client(base_url=self.server.phone_url, trust_env=False, headers={"Accept": "application/json"})

    def settings(self, **more: Any) -> BankIdSettings:
        files = self.files
        given: dict[str, Any] = {
            "certificate": str(files["client.p12"]),
            "passphrase": "ord",
            "server_root": str(files["server-root.pem"]),
            "signature_root": str(files["signature-root.pem"]),
            "organisation_number": US,
            "base_url": self.server.url,
        }
        return BankIdSettings(**{**given, **more})

    def tap(self, path: str, /, **said: str) -> dict[str, Any]:
        """What somebody does with the telephone. Raises AssertionError when it says no."""
        reply = self.phone.post(path, json=said)
        assert reply.status_code == 200, reply.text
        answer: dict[str, Any] = reply.json()
        return answer

    def asked(self, path: str) -> dict[str, Any]:
        """The last thing that a relying party sent there."""
        content: dict[str, Any] = json.loads(next(body for where, _, body in reversed(self.server.seen) if where == path))
        return content

    def picked_up(self, order: Order, person: str = ASTRID) -> Started:
        started = self.client.start(order)
        self.tap("/scan", qr=self.client.qr(started), person=person)
        return started

    def completed(self, order: Order, *, person: str = ASTRID, defect: str = "") -> Complete:
        started = self.picked_up(order, person)
        self.tap("/sign", order=started.order_ref, defect=defect)
        end = self.client.collect(started.order_ref)
        assert isinstance(end, Complete)
        return end


@contextmanager
def play(folder: Path) -> Iterator[Play]:
    made = Play(folder)
    try:
        yield made
    finally:
        made.server.stop()
    assert made.server.mistakes == []
