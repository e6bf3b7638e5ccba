"""Orders to sign or to identify oneself, from the press on a button to an end that does its work once.

    order = begin(desk, visitor, kind="sign", purpose="agreement", text=…, manifest={…}, …)
    shown = poll(desk, order.id, visitor)        # every second, by whoever looks; BankID is asked every two
    cancel(desk, order.id, visitor)
    complete = take(desk, order.id, visitor, "sign-in")

The end of an order is given once by BankID: it is stored and committed before anybody is told (ADR 0280), and then looked at.
An order that nobody has picked up is renewed for three minutes, as the Swedish eID pages do.
"""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import secrets
import uuid
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field, replace
from ipaddress import ip_address, ip_network
from typing import Any, Literal

from django.db import IntegrityError, transaction
from django.db.models import Q

from fordran.access.limits import too_many
from fordran.agreements.models import SigningOrder
from fordran.db.seals import seal, unseal
from fordran.ports.clock import Clock
from fordran.ports.errors import PortError, Unavailable
from fordran.ports.signing import AlreadyInProgress, Browser, Complete, Failed, Order, OrderGone, Pending, Signing, Started

LOG = logging.getLogger(__name__)

BETWEEN_ASKING = 2.0
"""Seconds (developers.bankid.com: collect)."""
TO_PICK_UP, RENEWED_FOR, LONGEST = 30, 180, 600
"""Seconds: an order nobody picks up is dead after 30, is renewed for 180; whatever happens it is over after 600."""
KEPT = 86_400
"""Seconds that an order which brought nothing is kept, for pages that are reloaded."""
NOT_PICKED_UP = ("outstandingTransaction", "noClient")
MOST_STARTS, MOST_STARTS_AN_ADDRESS = 20, 60
"""In a window of `access.limits`."""
NOBODY = 0
"""Seals of orders are bound to no creditor: a person who signs in has none yet."""


class NotYours(LookupError):
    """There is no such order in this browser for this user."""


class NotStarted(Exception):
    """No order was made. `code` has words in `Signing.words` (state error), but for tooMany."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Desk:
    """The way to sign, and the clock it counts by."""

    signing: Signing
    clock: Clock


@dataclass(frozen=True, slots=True)
class Visitor:
    """The browser an order belongs to. `secret` lies in its session; `host` and `address` are as the server sees them."""

    secret: str = field(repr=False)
    user_id: int | None
    address: str
    host: str
    user_agent: str = ""
    mobile: bool = False

    @property
    def browser(self) -> str:
        return _sha(self.secret)

    @property
    def network(self) -> str:
        """What counts as one address: of IPv6 the 64 bits that one customer has."""
        try:
            found = ip_address(self.address)
        except ValueError:
            return self.address
        return str(ip_network((found, 64), strict=False)) if found.version == 6 else self.address


@dataclass(frozen=True, slots=True)
class Shown:
    """How an order stands, as a page may tell it. `qr` is the code of this second, empty when there is nothing to scan."""

    order: SigningOrder
    state: Literal["pending", "failed", "error", "complete", "refused"]
    hint: str
    qr: str = field(repr=False)
    launch: str = field(repr=False)  # opens the app on the person's own device
    seconds_left: int
    picked_up: bool


def begin(
    desk: Desk, visitor: Visitor, *, kind: Literal["sign", "auth"], purpose: str, text: str, manifest: Mapping[str, object],
    done_url: str, again_url: str, return_url: Callable[[uuid.UUID, str], str], about: int | None = None,
    personal_number: str = "", needs_code: bool = False,
) -> SigningOrder:  # fmt: skip
    """Start an order. `manifest` is signed unseen, with a nonce beside it. `return_url` gets the order's id and a nonce.
    Raises NotStarted."""
    by_browser = too_many("bankid", visitor.browser, most=MOST_STARTS)
    if too_many("bankid-address", visitor.network, most=MOST_STARTS_AN_ADDRESS) or by_browser:
        raise NotStarted("tooMany")
    forget_old_orders(desk.clock.now())
    order_id, nonce = uuid.uuid4(), secrets.token_urlsafe(24)
    browser = Browser(visitor.host, visitor.user_agent[:256] or "-", visitor.browser)
    request = Order(
        kind, visitor.address, text=text, hidden=_hidden(manifest), personal_number=personal_number, needs_code=needs_code,
        return_url=return_url(order_id, nonce), browser=browser if 3 <= len(visitor.host) <= 253 else None,
    )  # fmt: skip
    try:
        started = desk.signing.start(request)
    except PortError as error:
        LOG.warning("an order to %s was not made: %s", kind, error)
        raise NotStarted(_code(error)) from error
    return SigningOrder.objects.create(
        id=order_id, kind=kind, purpose=purpose, about=about, user_id=visitor.user_id, browser=visitor.browser,
        done_url=done_url, again_url=again_url, return_hash=_sha(nonce), hint=NOT_PICKED_UP[0], ref=started.order_ref,
        started_sealed=_sealed(asdict(started)), request_sealed=_sealed(as_json(request)),
        first_at=started.received_at, started_at=started.received_at,
    )  # fmt: skip


def poll(desk: Desk, order_id: uuid.UUID, visitor: Visitor) -> Shown:
    """How it stands; BankID is asked when two seconds have passed since anybody asked. Raises NotYours.

    To be called outside any transaction: what BankID answers is committed before it is told.
    """
    with transaction.atomic(durable=True):
        rows = SigningOrder.objects.select_for_update(skip_locked=True)
        order = rows.filter(_belongs(visitor), pk=order_id).first()
        if order is not None and order.state == "pending":  # None: somebody else asks just now, or it is not ours
            _look(desk, order)
    order = own(order_id, visitor)
    if order.state == "answered":
        order = examine(desk, order_id)
    return shown(desk, order, mobile=visitor.mobile)


def own(order_id: uuid.UUID, visitor: Visitor) -> SigningOrder:
    """Raises NotYours."""
    order = SigningOrder.objects.filter(_belongs(visitor), pk=order_id).first()
    if order is None:
        raise NotYours(str(order_id))
    return order


def _belongs(visitor: Visitor) -> Q:
    """To this browser, and to its user; one begun by nobody signed in belongs to nobody signed in."""
    whose = Q(user=None) if visitor.user_id is None else Q(user_id=visitor.user_id)
    return Q(browser=visitor.browser) & whose


def shown(desk: Desk, order: SigningOrder, *, mobile: bool) -> Shown:
    """Nothing is asked."""
    waits = order.state == "pending" and order.hint in NOT_PICKED_UP
    left = max(int(order.first_at + RENEWED_FOR - desk.clock.now()), 0) if waits else 0
    started = _started(order) if waits else None
    state: Any = "pending" if order.state == "answered" else order.state
    return Shown(
        order, state, order.hint, desk.signing.qr(started) if started else "",
        desk.signing.launch_url(started, mobile=mobile) if started else "", left, not waits,
    )  # fmt: skip


def cancel(desk: Desk, order_id: uuid.UUID, visitor: Visitor) -> SigningOrder:
    """The person has thought better of it. An order that has ended stays as it ended. Raises NotYours."""
    with transaction.atomic():
        found = SigningOrder.objects.select_for_update().filter(pk=own(order_id, visitor).pk).get()
        if found.state == "pending":
            with suppress(PortError):  # it ends by itself when nobody hears us
                desk.signing.cancel(found.ref)
            _end(found, "failed", "userCancel", desk.clock.now())
        return found


def came_back(order_id: uuid.UUID, visitor: Visitor, nonce: str) -> SigningOrder:
    """The app on the same device has sent the person back. Raises NotYours: another browser, or a made-up address."""
    order = own(order_id, visitor)
    if not secrets.compare_digest(order.return_hash, _sha(nonce)):
        raise NotYours(str(order_id))
    return order


def take(desk: Desk, order_id: uuid.UUID, visitor: Visitor, purpose: str) -> Complete | None:
    """What the person completed, to the first who comes for it; None afterwards, and when it is not complete. Its own transaction
    or the caller's: with the caller's it is taken only when that commits. Raises NotYours."""
    with transaction.atomic():
        order = SigningOrder.objects.select_for_update().filter(pk=own(order_id, visitor).pk, purpose=purpose).first()
        if order is None or order.state != "complete" or order.taken:
            return None
        complete = answer_of(desk, order)
        empty(order)
        return complete


# ---- what BankID says ----------------------------------------------------------------------------------------------


def _look(desk: Desk, order: SigningOrder) -> None:
    """Ask BankID where it stands, unless somebody just did. The row is locked."""
    now = desk.clock.now()
    waits = order.hint in NOT_PICKED_UP
    if now >= order.first_at + (RENEWED_FOR if waits else LONGEST):
        with suppress(PortError):
            desk.signing.cancel(order.ref)
        return _end(order, "failed", "startFailed" if waits else "expiredTransaction", now)
    if now < order.asked_at + BETWEEN_ASKING and not (waits and now >= order.started_at + TO_PICK_UP):
        return None
    order.asked_at = now
    try:
        found = desk.signing.collect(order.ref)
    except OrderGone:
        return _renew(desk, order) if waits else _end(order, "error", "invalidParameters", now)
    except Unavailable as error:
        LOG.warning("order %s: %s", order.pk, error)
        return order.save(update_fields=["asked_at"])
    except PortError as error:
        LOG.warning("order %s: %s", order.pk, error)
        return _end(order, "error", _code(error), now)
    if isinstance(found, Pending):
        order.hint = found.hint
        return order.save(update_fields=["asked_at", "hint"])
    if isinstance(found, Failed):
        if found.hint == "startFailed" and waits:
            return _renew(desk, order)
        return _end(order, "failed", found.hint, now)
    order.answer_sealed = seal(base64.b64encode(found.raw).decode(), NOBODY)
    return _end(order, "answered", "", now)


def _renew(desk: Desk, order: SigningOrder) -> None:
    """Nobody picked it up in time: a new one in its place, with a nonce of its own."""
    request = request_of(order)
    manifest = json.loads(request.hidden)
    request = replace(request, hidden=_hidden(manifest))
    try:
        started = desk.signing.start(request)
    except Unavailable:
        return order.save(update_fields=["asked_at"])
    except PortError as error:
        return _end(order, "error", _code(error), desk.clock.now())
    order.ref, order.started_at, order.hint = started.order_ref, started.received_at, NOT_PICKED_UP[0]
    order.started_sealed, order.request_sealed = _sealed(asdict(started)), _sealed(as_json(request))
    order.renewed += 1
    return order.save()


def forget_old_orders(now: float) -> int:
    """Orders of yesterday that brought nothing; how many. Those that brought a signature stay, emptied, so that it is not
    brought again."""
    rows = SigningOrder.objects.filter(first_at__lt=now - KEPT, fingerprint=None).exclude(state="answered")
    return rows.delete()[0]


def _end(order: SigningOrder, state: str, hint: str, now: float) -> None:
    order.state, order.hint, order.ended_at = state, hint, now
    if state in ("failed", "error"):
        order.started_sealed = order.request_sealed = None
    order.save()


def examine(desk: Desk, order_id: uuid.UUID) -> SigningOrder:
    """Look at the evidence of an order that was answered: complete when all of it holds, else refused. Done again it does
    nothing. Evidence that another order has brought before is refused whatever it says."""
    with transaction.atomic():
        order = SigningOrder.objects.select_for_update().get(pk=order_id)
        if order.state != "answered":
            return order
        assert order.ended_at is not None
        complete = answer_of(desk, order)
        verdict = desk.signing.verify(
            complete, request_of(order), order_ref=order.ref, started_at=order.started_at, collected_at=order.ended_at
        )
        checks = [asdict(check) for check in verdict.checks]
        try:
            with transaction.atomic():
                order.fingerprint = verdict.fingerprint
                order.save(update_fields=["fingerprint"])
            checks.append({"name": "once", "holds": True, "why": ""})
        except IntegrityError:
            order.fingerprint = None
            checks.append({"name": "once", "holds": False, "why": "another order has brought this signature before"})
        order.verdict = {
            "checks": checks, "fingerprint": verdict.fingerprint, "certified_at": verdict.certified_at,
            "certificates": list(verdict.certificates),
        }  # fmt: skip
        failed = [check["name"] for check in checks if not check["holds"]]
        order.state, order.hint = ("refused", "") if failed else ("complete", "")
        order.save()
        if failed:
            LOG.warning("order %s: the evidence does not hold: %s", order.pk, ", ".join(failed))
        return order


def answer_of(desk: Desk, order: SigningOrder) -> Complete:
    """The answer that ended it, read anew. Raises Malformed when it is emptied."""
    return desk.signing.reread(order.ref, base64.b64decode(unseal(order.answer_sealed, NOBODY)))


def empty(order: SigningOrder) -> None:
    """It has done its work: nothing personal stays."""
    order.taken = True
    order.started_sealed = order.request_sealed = order.answer_sealed = None
    order.save()


def reference(order: SigningOrder) -> str:
    """What a person reads out when something went wrong."""
    return order.pk.hex[:8].upper()


# ---- to and from the row -------------------------------------------------------------------------------------------


def request_of(order: SigningOrder) -> Order:
    return from_json(json.loads(unseal(order.request_sealed, NOBODY)))


def as_json(request: Order) -> dict[str, Any]:
    return {**asdict(request), "hidden": base64.b64encode(request.hidden).decode()}


def from_json(kept: Mapping[str, Any]) -> Order:
    browser = kept["browser"]
    changed = {
        "hidden": base64.b64decode(kept["hidden"]), "policies": tuple(kept["policies"]),
        "browser": Browser(**browser) if browser else None,
    }  # fmt: skip
    return Order(**{**kept, **changed})


def _started(order: SigningOrder) -> Started:
    return Started(**json.loads(unseal(order.started_sealed, NOBODY)))


def _sealed(content: Mapping[str, Any]) -> bytes:
    return seal(json.dumps(content, ensure_ascii=False, sort_keys=True), NOBODY)


def _hidden(manifest: Mapping[str, object]) -> bytes:
    """With a nonce that no other order has."""
    return json.dumps({**manifest, "nonce": secrets.token_hex(16)}, ensure_ascii=False, sort_keys=True).encode()


def _sha(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _code(error: PortError) -> str:
    return "alreadyInProgress" if isinstance(error, AlreadyInProgress) else "internalError"
