"""Who a person is, and what they sign: an order that an app on a telephone picks up, and the evidence that comes back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from fordran.ports.errors import Declined


class AlreadyInProgress(Declined):
    """The person has another order under way; no order was made. What was under way is ended there: start again."""

    code = "alreadyInProgress"


class OrderGone(Declined):
    """The order is not there (any more): its end was fetched before, or it is too old. Start a new one."""

    code = "invalidParameters"


@dataclass(frozen=True, slots=True)
class Browser:
    """What the page that starts an order knows of the browser; lets the other side judge the risk.

    `device` is a hash of a cookie of ours, 1-64 characters; `domain` 3-253, `user_agent` 1-256 characters.
    """

    domain: str
    user_agent: str
    device: str


@dataclass(frozen=True, slots=True)
class Order:
    """What a person is asked for. `kind` sign: `text` is what they sign, and must be there; auth: why they identify themselves.

    `hidden` is signed too and never shown. For sign it must be there and hold something no other order has (a nonce): only then
    can evidence of one order not be passed off as another's. `end_user_ip` is the person's address as we see it.
    `personal_number`, 12 digits: nobody else can complete the order. `policies`: OIDs of the certificates that will do.
    """

    kind: Literal["sign", "auth"]
    end_user_ip: str
    text: str = field(default="", repr=False)
    markdown: bool = False
    hidden: bytes = field(default=b"", repr=False)
    personal_number: str = field(default="", repr=False)
    needs_code: bool = False  # the security code, not a fingerprint or a face
    policies: tuple[str, ...] = ()
    return_url: str = ""  # where the app sends a person who uses one device only
    wants_risk: bool = False
    browser: Browser | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Started:
    """Keep all of it at the server: only the code's text of the moment and `auto_start_token` may reach the browser."""

    order_ref: str
    auto_start_token: str = field(repr=False)
    qr_start_token: str = field(repr=False)
    qr_start_secret: str = field(repr=False)
    received_at: float  # seconds since 1970; the codes' time is counted from here


@dataclass(frozen=True, slots=True)
class Pending:
    """`hint` says where the person is; new hints may come without notice. `renewable`: not picked up yet."""

    hint: str
    renewable: bool


@dataclass(frozen=True, slots=True)
class Failed:
    """It is over. `hint` says why; new ones may come without notice."""

    hint: str


@dataclass(frozen=True, slots=True)
class Person:
    number: str = field(repr=False)  # 12 digits
    name: str = field(repr=False)
    given_name: str = field(repr=False)
    surname: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Device:
    ip: str = field(repr=False)
    uhi: str = field(default="", repr=False)  # names the device, for as long as the app is installed


@dataclass(frozen=True, slots=True)
class Complete:
    """The end of an order that somebody completed. It can be fetched once: keep `raw` before anybody is told."""

    order_ref: str
    person: Person
    device: Device
    signature: str = field(repr=False)  # base64, exactly as it came: the certificate's answer refers to these characters
    ocsp: str = field(repr=False)  # base64 of DER
    risk: str = ""  # low, moderate, high, or nothing when it was not asked for
    raw: bytes = field(default=b"", repr=False)  # the whole answer, as it came


Collected = Pending | Failed | Complete


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was looked at. `name` is kept with the evidence and never renamed; `why` is a sentence when it fails."""

    name: str
    holds: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every check by name, whether it holds or not. `fingerprint` (SHA-256 of the signature, hex) may be kept for one order only:
    a unique column refuses evidence that is used twice. `certified_at`: when the certificate was looked up, seconds since 1970.
    """

    checks: Sequence[Check]
    fingerprint: str
    certified_at: float | None = None
    certificates: tuple[str, ...] = ()  # SHA-256 fingerprints, the person's first, the root last

    @property
    def holds(self) -> bool:
        return bool(self.checks) and all(check.holds for check in self.checks)

    @property
    def failed(self) -> tuple[str, ...]:
        return tuple(check.name for check in self.checks if not check.holds)


class Signing(Protocol):
    """A way to identify oneself and to sign. All calls raise Unavailable, NotAllowed and Malformed besides what they name."""

    @property
    def name(self) -> str: ...

    def start(self, order: Order) -> Started:
        """Raises AlreadyInProgress. Unavailable: an order may have been made that nobody can see; it ends by itself."""
        ...

    def collect(self, order_ref: str) -> Collected:
        """Where it stands; ask every two seconds until it is Failed or Complete. Raises OrderGone.

        Unavailable: ask again; when the end was in the answer that was lost, OrderGone follows and a new order is needed.
        """
        ...

    def cancel(self, order_ref: str) -> None:
        """Raises OrderGone when there is nothing to cancel."""
        ...

    def qr(self, started: Started) -> str:
        """What the code to scan says this second; it changes every second. Made at the server: the secret never leaves it."""
        ...

    def launch_url(self, started: Started, *, mobile: bool) -> str:
        """Opens the app on the person's own device."""
        ...

    def words(self, code: str, *, language: str, state: str, by_qr: bool, mobile: bool) -> str:
        """What to tell the person. `code` is a hint or an error's code, `state` pending, failed or error, `language` sv or en."""
        ...

    def reread(self, order_ref: str, raw: bytes) -> Complete:
        """An answer that was kept, to be looked at again. Raises Malformed when it is not one of a completed order."""
        ...

    def verify(self, complete: Complete, order: Order, *, order_ref: str, started_at: float, collected_at: float) -> Verdict:
        """Look at the evidence by itself, without asking anybody: now, or years later. Seconds since 1970."""
        ...
