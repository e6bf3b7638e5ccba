"""BankID as `ports.signing.Signing`: POST with JSON over TLS with certificates on both sides.

Nothing here tries again by itself: a person waits at the page, which asks every two seconds (developers.bankid.com: RP API).
"""

from __future__ import annotations

import json
import re
import ssl
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, NoReturn

import httpx
from cryptography import x509

from fordran.connectors.bankid import messages, qr, verify
from fordran.connectors.bankid.settings import BankIdSettings, read_roots, tls
from fordran.connectors.http import is_here
from fordran.ports.clock import Clock
from fordran.ports.errors import Malformed, NotAllowed, Unavailable
from fordran.ports.signing import (
    AlreadyInProgress,
    Collected,
    Complete,
    Device,
    Failed,
    Order,
    OrderGone,
    Pending,
    Person,
    Started,
    Verdict,
)

NOT_PICKED_UP = ("outstandingTransaction", "noClient")
LONGEST_TEXT = {"sign": 40_000, "auth": 1_500}
LONGEST_HIDDEN = {"sign": 200_000, "auth": 1_500}
"""Characters, when encoded."""
HEADERS = {"Content-Type": "application/json", "Accept": "application/json"}
LARGEST_ANSWER = 4 * 1024 * 1024
_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


class BankId:
    """One relying party. Safe for several threads."""

    name = "bankid"

    def __init__(self, settings: BankIdSettings, *, clock: Clock, transport: httpx.BaseTransport | None = None) -> None:
        self.settings, self.clock = settings, clock
        self.base = settings.base_url.rstrip("/")
        self.roots: list[x509.Certificate] = read_roots(settings)
        wait = httpx.Timeout(settings.timeout_seconds, connect=min(10, settings.timeout_seconds))
        self.http = httpx.Client(
            verify=tls(settings), timeout=wait, transport=transport, trust_env=not is_here(self.base), follow_redirects=False
        )

    # ---- orders ------------------------------------------------------------------------------------------------------

    def start(self, order: Order) -> Started:
        body, _ = self._ask(f"/{order.kind}", _order_body(order))
        texts = [body.get(name) for name in ("orderRef", "autoStartToken", "qrStartToken", "qrStartSecret")]
        if not all(isinstance(text, str) and _UUID.fullmatch(text) for text in texts):
            raise Malformed("BankID's answer to a new order lacks what an order has")
        order_ref, auto_start_token, qr_start_token, qr_start_secret = (str(text) for text in texts)
        return Started(order_ref, auto_start_token, qr_start_token, qr_start_secret, received_at=self.clock.now())

    def collect(self, order_ref: str) -> Collected:
        return self._read_collected(order_ref, *self._ask("/collect", {"orderRef": order_ref}))

    def cancel(self, order_ref: str) -> None:
        self._ask("/cancel", {"orderRef": order_ref})

    def reread(self, order_ref: str, raw: bytes) -> Complete:
        found = self._read_collected(order_ref, _parsed(raw), raw)
        if not isinstance(found, Complete):
            raise Malformed("this is not the answer to an order that somebody completed")
        return found

    def _read_collected(self, order_ref: str, body: Mapping[str, Any], raw: bytes) -> Collected:
        if body.get("orderRef") != order_ref:
            raise Malformed("BankID answered about another order than the one asked for")
        hint = body.get("hintCode")
        match body.get("status"):
            case "pending":
                return Pending(str(hint or ""), renewable=hint in NOT_PICKED_UP)
            case "failed":
                return Failed(str(hint or ""))
            case "complete":
                return _complete(order_ref, body.get("completionData"), raw)
        raise Malformed("BankID gave an order a status that is not in its documents")

    # ---- what a page shows -------------------------------------------------------------------------------------------

    def qr(self, started: Started) -> str:
        passed = max(int(self.clock.now() - started.received_at), 0)
        return qr.qr_text(started.qr_start_token, started.qr_start_secret, passed)

    def launch_url(self, started: Started, *, mobile: bool) -> str:
        return qr.launch_url(started.auto_start_token, mobile=mobile)

    def words(self, code: str, *, language: str, state: str, by_qr: bool, mobile: bool) -> str:
        return messages.words(code, language=language, state=state, by_qr=by_qr, mobile=mobile)

    def verify(self, complete: Complete, order: Order, *, order_ref: str, started_at: float, collected_at: float) -> Verdict:
        expected = verify.Expected(order, order_ref, self.settings.organisation_number, started_at, collected_at)
        return verify.verify(complete, expected, self.roots)

    # ---- the wire ----------------------------------------------------------------------------------------------------

    def _ask(self, path: str, body: Mapping[str, object]) -> tuple[dict[str, Any], bytes]:
        # given as bytes: httpx would otherwise be free to say more than `application/json`, which is answered 415
        content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
        try:
            with self.http.stream(
                "POST",
                self.base + path,
                content=content,
                headers=HEADERS,
            ) as reply:
                raw = _read(reply)
                status = reply.status_code
        except httpx.HTTPError as error:
            _no_answer(error)
        if status != 200:
            _refused(path, status, raw)
        return _parsed(raw), raw


def _order_body(order: Order) -> dict[str, object]:
    """Only what is asked for is sent. Raises Malformed when the order cannot be made."""
    text, hidden = b64encode(order.text.encode()).decode(), b64encode(order.hidden).decode()
    if order.kind == "sign" and not (text and hidden):
        raise Malformed("an order to sign needs a text and something hidden that no other order has")
    if len(text) > LONGEST_TEXT[order.kind] or len(hidden) > LONGEST_HIDDEN[order.kind]:
        raise Malformed("the text of this order is longer than BankID allows")
    browser = order.browser
    requirement = {
        "personalNumber": order.personal_number,
        "pinCode": order.needs_code,
        "certificatePolicies": list(order.policies),
    }
    body: dict[str, object] = {
        "endUserIp": order.end_user_ip,
        "userVisibleData": text,
        "userVisibleDataFormat": "simpleMarkdownV1" if order.markdown and text else "",
        "userNonVisibleData": hidden,
        "requirement": {name: value for name, value in requirement.items() if value},
        "returnUrl": order.return_url,
        "returnRisk": order.wants_risk,
        "web": browser
        and {"referringDomain": browser.domain, "userAgent": browser.user_agent[:256], "deviceIdentifier": browser.device},
    }
    return {name: value for name, value in body.items() if value}


def _complete(order_ref: str, data: Any, raw: bytes) -> Complete:
    try:
        user, device = data["user"], data["device"]
        person = Person(user["personalNumber"], user["name"], user["givenName"], user["surname"])
        made = Complete(
            order_ref,
            person,
            Device(device["ipAddress"], device.get("uhi") or ""),
            data["signature"],
            data["ocspResponse"],
            (data.get("risk") or "").lower(),
            raw,
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed("BankID's answer lacks the person or the signature; the order cannot be used, start a new one") from error
    texts = (person.number, person.name, person.given_name, person.surname, made.device.ip, made.signature, made.ocsp)
    if not all(isinstance(text, str) and text for text in texts):
        raise Malformed("BankID's answer lacks the person or the signature; the order cannot be used, start a new one")
    return made


def _read(reply: httpx.Response) -> bytes:
    parts, size = [], 0
    for part in reply.iter_bytes():
        parts.append(part)
        size += len(part)
        if size > LARGEST_ANSWER:
            raise Malformed(f"BankID's answer is larger than {LARGEST_ANSWER} bytes")
    return b"".join(parts)


def _parsed(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw)
    except (ValueError, RecursionError) as error:
        raise Malformed("BankID's answer is not JSON") from error
    if not isinstance(body, dict):
        raise Malformed("BankID's answer is not a JSON object")
    return body


def _no_answer(error: httpx.HTTPError) -> NoReturn:
    if _of_tls(error):
        raise NotAllowed(
            "no secure connection to BankID: our certificate or theirs is not accepted; look at certificate and server_root"
        ) from error
    what = "the time ran out" if isinstance(error, httpx.TimeoutException) else "the connection broke"
    raise Unavailable(f"BankID cannot be reached ({what})") from error


def _of_tls(error: BaseException | None) -> bool:
    """Whether one side refused the other's certificate, and not only that the line broke."""
    while error is not None:
        if isinstance(error, ssl.SSLCertVerificationError):
            return True
        # a server that does not accept ours says so in an alert, and only after its own part of TLS 1.3 is done
        if isinstance(error, ssl.SSLError) and "ALERT" in str(error).upper():
            return True
        error = error.__cause__ or error.__context__
    return False


def _refused(path: str, status: int, raw: bytes) -> NoReturn:
    """Any status but 200. The body may be JSON, HTML or nothing. `details` may repeat what we sent: not told."""
    try:
        body = json.loads(raw)
        code = str(body.get("errorCode") or "") if isinstance(body, dict) else ""
    except ValueError:
        code = ""
    told = f"{status} {code}".strip()
    if status == 400 and code == "alreadyInProgress":
        raise AlreadyInProgress("an identification or signing of this person is already under way; it is ended, start again")
    if status == 400 and code == "invalidParameters" and path in ("/collect", "/cancel"):
        raise OrderGone("BankID no longer has this order; start a new one")
    if status in (401, 403):
        raise NotAllowed(f"BankID does not let us in ({told}); look at our certificate there")
    if status in (408, 429) or status >= 500:
        raise Unavailable(f"BankID cannot do this now ({told})")
    raise Malformed(f"BankID does not understand what we sent ({told})")
