"""The page of an order under way, and what its script asks every second. Bound to the browser and user that began it."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from fordran.agreements import orders
from fordran.agreements.models import SigningOrder
from fordran.agreements.orders import Desk, NotYours
from fordran.creditor_pages.bankid import Panel, panel_of, visitor_of
from fordran.creditor_pages.words import t
from fordran.day.world import signing

FINISHERS: dict[str, Callable[[HttpRequest, Desk, SigningOrder], None]] = {}
"""Purpose -> what is done at the server as soon as its order has ended, whether anybody looks or not. Done again it does
nothing. A purpose that is not here takes its end at `done_url`."""


@transaction.non_atomic_requests
@require_GET
def status(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """As a page for those without script, as JSON for the script. Not within a transaction of its own: an end that BankID has
    told is committed before this answers."""
    desk = signing()
    if desk is None:
        raise Http404
    try:
        found = orders.poll(desk, order_id, visitor_of(request))
    except NotYours:
        raise Http404 from None
    finish = FINISHERS.get(found.order.purpose)
    if finish and found.state in ("complete", "refused") and not found.order.taken:
        with transaction.atomic():
            finish(request, desk, found.order)
    shown = panel_of(request, desk, found)
    if request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(_told(shown))
    if shown.state == "complete":
        return redirect(shown.done_url)
    return render(request, "creditor_pages/bankid.html", {"bankid": shown})


def _told(shown: Panel) -> dict[str, object]:
    return {
        "state": shown.state, "words": shown.words, "svg": shown.svg, "launch": shown.launch, "seconds": shown.seconds_left,
        "picked_up": shown.picked_up, "go": shown.done_url if shown.state == "complete" else "",
    }  # fmt: skip


@require_POST
def cancel(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    desk = signing()
    try:
        if desk is None:
            raise NotYours
        order = orders.cancel(desk, order_id, visitor_of(request))
    except NotYours:
        raise Http404 from None
    if order.state == "complete":
        return redirect(order.done_url)
    messages.warning(
        request, t("Du avbröt signeringen. Inget är signerat.") if order.kind == "sign" else t("Du avbröt. Du är inte inloggad.")
    )
    return redirect(order.again_url)


@require_GET
def back(request: HttpRequest, order_id: uuid.UUID) -> HttpResponse:
    """The app on the same device sends the person here. Some open another browser, which must not learn how it went."""
    try:
        order = orders.came_back(order_id, visitor_of(request), request.GET.get("nonce", ""))
    except NotYours:
        return render(request, "creditor_pages/bankid_elsewhere.html", status=404)
    return redirect(reverse("bankid", args=[order.pk]) + "?way=here")
