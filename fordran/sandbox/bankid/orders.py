"""Orders: from the call that makes one to the answer that is given once, what the telephone does to them, and time.

Times are those of the documents: 30 seconds to be picked up, three minutes to complete it; the end can be fetched for three
minutes, five when it failed, and three minutes and ten seconds from the start when nobody picked it up.
"""

from __future__ import annotations

import hashlib
import hmac
import threading
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from fordran.sandbox.bankid.authority import MOBILE_POLICY, Authority
from fordran.sandbox.bankid.evidence import Defect, Wanted, sign
from fordran.sandbox.bankid.people import PEOPLE, TestPerson
from fordran.sandbox.bankid.requests import Asked, Refusal

TO_PICK_UP, TO_COMPLETE = 30, 180
KEPT_COMPLETE, KEPT_FAILED, KEPT_NEVER_PICKED_UP = 180, 300, 190
QR_SLACK = 2
"""Seconds that a code's time may differ: how much the real app allows is not known."""


class Clock(Protocol):
    """Seconds since 1970, of whatever world this is."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Party:
    """A relying party, by its certificate: orders belong to it, and another certificate cannot reach them."""

    fingerprint: str
    name: str
    organisation_number: str


class NoSuch(Exception):
    """What the telephone answers the person who holds it: the message is for them."""


@dataclass(slots=True)
class Order:
    party: Party
    asked: Asked
    started_at: float
    ref: str = field(default_factory=lambda: str(uuid.uuid4()))
    auto_start_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    qr_start_token: str = field(default_factory=lambda: str(uuid.uuid4()))
    qr_start_secret: str = field(default_factory=lambda: str(uuid.uuid4()))
    status: str = "pending"
    hint: str = "outstandingTransaction"
    picked_up_at: float | None = None
    ended_at: float | None = None
    person: TestPerson | None = None
    completion: dict[str, Any] | None = None

    def end(self, status: str, hint: str, at: float) -> None:
        self.status, self.hint, self.ended_at = status, hint, at

    def age(self, now: float) -> None:
        """What the time that has passed does to it."""
        if self.status == "pending" and self.picked_up_at is None and now >= self.started_at + TO_PICK_UP:
            self.end("failed", "startFailed", self.started_at + TO_PICK_UP)
        if self.status == "pending" and self.picked_up_at is not None and now >= self.picked_up_at + TO_COMPLETE:
            self.end("failed", "expiredTransaction", self.picked_up_at + TO_COMPLETE)

    def is_gone(self, now: float) -> bool:
        if self.ended_at is None:
            return False
        if self.hint == "startFailed":
            return now >= self.started_at + KEPT_NEVER_PICKED_UP
        return now >= self.ended_at + (KEPT_COMPLETE if self.status == "complete" else KEPT_FAILED)


class Orders:
    """All of them. Safe for several threads."""

    def __init__(self, authority: Authority, clock: Clock) -> None:
        self.authority, self.clock = authority, clock
        self.revoked: set[str] = set()  # people whose BankID is blocked
        self._orders: dict[str, Order] = {}
        self._lock = threading.RLock()

    # ---- for the relying party ---------------------------------------------------------------------------------------

    def start(self, party: Party, asked: Asked) -> Order:
        with self._lock:
            wanted = asked.personal_number
            busy = [one for one in self._pending() if wanted and wanted in (one.asked.personal_number, _number(one))]
            for one in busy:
                one.end("failed", "cancelled", self.clock.now())
            if busy:
                raise Refusal(400, "alreadyInProgress", "Order already in progress for pno")
            order = Order(party, asked, self.clock.now())
            if asked.by_phone:  # nothing is scanned: the person's app has it at once, and asks about the call
                order.picked_up_at, order.person, order.hint = order.started_at, PEOPLE.get(wanted), "userCallConfirm"
            self._orders[order.ref] = order
            return order

    def collect(self, party: Party, ref: str) -> dict[str, Any]:
        """Its end is told once."""
        with self._lock:
            order = self._of(party, ref)
            told: dict[str, Any] = {"orderRef": order.ref, "status": order.status}
            if order.status == "complete":
                told["completionData"] = order.completion
            else:
                told["hintCode"] = order.hint
            if order.status != "pending":
                del self._orders[order.ref]
            return told

    def cancel(self, party: Party, ref: str) -> None:
        """That the end can still be fetched afterwards is ours to say: no document does."""
        with self._lock:
            order = self._of(party, ref)
            if order.status != "pending":
                raise Refusal(400, "invalidParameters", "No such order")
            order.end("failed", "cancelled", self.clock.now())

    def _of(self, party: Party, ref: str) -> Order:
        self._age()
        order = self._orders.get(ref)
        if order is None or order.party != party:
            raise Refusal(400, "invalidParameters", "No such order")
        return order

    def _age(self) -> None:
        now = self.clock.now()
        for order in list(self._orders.values()):
            order.age(now)
            if order.is_gone(now):
                del self._orders[order.ref]

    def _pending(self) -> Iterator[Order]:
        self._age()
        return (one for one in list(self._orders.values()) if one.status == "pending")

    # ---- for the telephone -------------------------------------------------------------------------------------------

    def pending(self) -> list[Order]:
        """Oldest first."""
        with self._lock:
            return list(self._pending())

    def find(self, ref: str) -> Order:
        """Raises NoSuch."""
        return self._pick(lambda one: one.ref == ref, "Det finns inget att göra.")

    def scan(self, qr: str) -> Order:
        """By the text of the code on a screen. Raises NoSuch for a code that is not ours, not of now, or picked up before."""
        parts = qr.strip().split(".")
        if len(parts) != 4 or parts[0] != "bankid" or not (parts[2].isascii() and parts[2].isdigit()):
            raise NoSuch("Det här är ingen BankID-kod.")
        order = self._pick(lambda one: one.qr_start_token == parts[1], "Koden gäller inte längre.")
        made = hmac.new(order.qr_start_secret.encode(), parts[2].encode(), hashlib.sha256).hexdigest()
        if not hmac.compare_digest(made, parts[3]):
            raise NoSuch("Koden är inte äkta.")
        if abs(self.clock.now() - order.started_at - int(parts[2])) > QR_SLACK:
            raise NoSuch("Koden är för gammal. Läs av den som syns nu.")
        return self._picked_up(order)

    def open(self, auto_start_token: str) -> Order:
        """On the device that the page is shown on. Raises NoSuch."""
        return self._picked_up(self._pick(lambda one: one.auto_start_token == auto_start_token, "Länken gäller inte längre."))

    def pick(self, ref: str) -> Order:
        """As if the code had been read: for a person whose telephone here has no camera. Raises NoSuch."""
        return self._picked_up(self.find(ref))

    def identify(self, ref: str, number: str) -> Order:
        """The telephone is that person's. Raises NoSuch when they have no BankID that will do; the order goes on waiting."""
        with self._lock:
            order, person = self.find(ref), PEOPLE.get(number)
            if order.picked_up_at is None:
                raise NoSuch("Läs av koden först.")
            if person is None or order.asked.personal_number not in ("", number) or not _will_do(order.asked.policies):
                raise NoSuch("Här finns inget BankID som kan användas.")
            for other in self._pending():  # a person has one order at a time
                if other is not order and _number(other) == number:
                    other.end("failed", "cancelled", self.clock.now())
            order.person, order.hint = person, "userSign"
            return order

    def sign(self, ref: str, defect: Defect = "") -> Order:
        """The code was right. Raises NoSuch before somebody has identified themselves."""
        with self._lock:
            order = self.find(ref)
            if order.person is None:
                raise NoSuch("Välj vem du är först.")
            now = self.clock.now()
            if order.person.number in self.revoked:
                order.end("failed", "certificateErr", now)
                return order
            order.completion = _completion(self.authority, order, order.person, now, defect)
            order.end("complete", "", now)
            return order

    def decline(self, ref: str, hint: str = "userCancel") -> Order:
        with self._lock:
            order = self.find(ref)
            order.end("failed", hint, self.clock.now())
            return order

    def show(self, ref: str, hint: str) -> Order:
        """Let it stand at a hint that nothing here leads to, such as userMrtd or one not invented yet."""
        with self._lock:
            order = self.find(ref)
            order.hint = hint
            return order

    def _pick(self, fits: Callable[[Order], bool], otherwise: str) -> Order:
        with self._lock:
            found = next((one for one in self._pending() if fits(one)), None)
            if found is None:
                raise NoSuch(otherwise)
            return found

    def _picked_up(self, order: Order) -> Order:
        with self._lock:
            if order.picked_up_at is not None:
                raise NoSuch("Koden är redan använd.")
            order.picked_up_at, order.hint = self.clock.now(), "started"
            return order


def _number(order: Order) -> str:
    return order.person.number if order.person else ""


def _will_do(policies: tuple[str, ...]) -> bool:
    """Everybody here has a mobile BankID."""
    return not policies or any(
        MOBILE_POLICY == one or (one.endswith("*") and MOBILE_POLICY.startswith(one[:-1])) for one in policies
    )


def _completion(authority: Authority, order: Order, who: TestPerson, now: float, defect: Defect) -> dict[str, Any]:
    asked = order.asked
    wanted = Wanted(asked.signs, asked.text, asked.hidden, order.party.name, order.party.organisation_number, asked.ip)
    evidence = sign(authority, who, wanted, now, defect)
    data: dict[str, Any] = {
        "user": {"personalNumber": who.number, "name": who.name, "givenName": who.given_name, "surname": who.surname},
        "device": {"ipAddress": asked.ip or "127.0.0.1", "uhi": "OZvYM9VvyiAmG7NA5jU5zqGcVpo="},
        "bankIdIssueDate": evidence.issued_on,
        "signature": evidence.signature,
        "ocspResponse": evidence.ocsp,
    }
    if asked.wants_risk:
        data["risk"] = "low"
    return data
