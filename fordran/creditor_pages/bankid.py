"""What a page needs to let a person use BankID: who the visitor is to an order, and how the order stands in words.

order = begin(desk, visitor_of(request), …, return_url=return_url(request))
page(request, "….html", bankid=panel(request, desk, order))      {% include "creditor_pages/parts/bankid.html" %}
"""

from __future__ import annotations

import os
import re
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse

from fordran.agreements.models import SigningOrder
from fordran.agreements.orders import Desk, NotStarted, Shown, Visitor, reference, shown
from fordran.creditor_pages.words import language, t
from fordran.letters.slip import qr_svg

SECRET = "bankid_browser"  # noqa: S105  the name it has in the session
MOBILE = re.compile(r"Mobi|Android|iPhone|iPad|iPod", re.I)


@dataclass(frozen=True, slots=True)
class Panel:
    """An order as its page shows it. `way`: here = on the person's own device, qr = by another's camera."""

    order_id: uuid.UUID
    kind: str
    state: str
    words: str
    svg: str  # of our own making
    launch: str
    seconds_left: int
    picked_up: bool
    way: str
    done_url: str
    again_url: str
    reference: str
    phone: str  # in the demonstration: where the telephone that is played is to be found

    @property
    def status_url(self) -> str:
        return reverse("bankid", args=[self.order_id])

    @property
    def ended(self) -> bool:
        return self.state != "pending"


def visitor_of(request: HttpRequest) -> Visitor:
    """The same browser is known by a secret in its session, made when it is first needed."""
    secret = request.session.get(SECRET)
    if not secret:
        secret = request.session[SECRET] = secrets.token_urlsafe(32)
    agent = request.headers.get("User-Agent", "")
    host = request.get_host().partition(":")[0]
    return Visitor(secret, request.user.pk, client_address(request), host, agent, mobile=bool(MOBILE.search(agent)))


def client_address(request: HttpRequest) -> str:
    """As our own proxy saw it where one stands before us; else as we see it. Only the last entry is the proxy's own."""
    forwarded = request.headers.get("X-Forwarded-For", "") if settings.HTTPS else ""
    return forwarded.rpartition(",")[2].strip() or str(request.META.get("REMOTE_ADDR") or "127.0.0.1")


def return_url(request: HttpRequest) -> Callable[[uuid.UUID, str], str]:
    """Where the app on the same device sends the person back to."""
    return lambda order_id, nonce: request.build_absolute_uri(reverse("bankid-back", args=[order_id])) + f"?nonce={nonce}"


def panel(request: HttpRequest, desk: Desk, order: SigningOrder) -> Panel:
    """Without asking BankID."""
    return panel_of(request, desk, shown(desk, order, mobile=visitor_of(request).mobile))


def panel_of(request: HttpRequest, desk: Desk, found: Shown) -> Panel:
    visitor, order = visitor_of(request), found.order
    way = request.GET.get("way", "")
    if way not in ("here", "qr"):
        way = "here" if visitor.mobile else "qr"
    phone = os.environ.get("FORDRAN_BANKID_PHONE", "") if settings.DEMO else ""
    launch = found.launch
    if phone and launch:  # no app is installed here: the telephone that is played opens in its place
        launch = f"{phone}open?{urlencode({'autostarttoken': launch})}"
    return Panel(
        order.pk, order.kind, found.state, words(desk, found, by_qr=way == "qr", mobile=visitor.mobile),
        _picture(found.qr) if found.qr else "", launch, found.seconds_left, found.picked_up, way, order.done_url,
        order.again_url, reference(order), phone,
    )  # fmt: skip


def _picture(text: str) -> str:
    """The code as part of a page: without a file's beginning, and as large as its place."""
    svg = qr_svg(text)
    return re.sub(
        r' width="(\d+)" height="(\d+)"', r' viewBox="0 0 \1 \2" shape-rendering="crispEdges"', svg[svg.index("<svg") :], count=1
    )


def words(desk: Desk, found: Shown, *, by_qr: bool, mobile: bool) -> str:
    """BankID's own text for each hint, and ours for the ends that the person chose or that we found."""
    if found.state == "complete":
        return str(t("Klart."))
    if found.state == "refused" and found.order.kind == "sign":
        ref = reference(found.order)
        return str(t("Signaturen kunde inte kontrolleras. Avtalet är inte signerat. Referens {ref}.", ref=ref))
    if found.state == "refused":
        return str(t("Signaturen kunde inte kontrolleras. Referens {ref}.", ref=reference(found.order)))
    if found.hint == "startFailed" and found.order.renewed:
        return str(t("Tiden gick ut. Starta om när du är redo."))
    state = found.state if found.state in ("failed", "error") else "pending"
    return desk.signing.words(found.hint, language=language(), state=state, by_qr=by_qr, mobile=mobile)


def why_not_started(desk: Desk, error: NotStarted) -> str:
    if error.code == "tooMany":
        return str(t("Det blev många försök på kort tid. Vänta en kvart och försök igen."))
    return desk.signing.words(error.code, language=language(), state="error", by_qr=True, mobile=False)
