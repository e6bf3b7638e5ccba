"""The switch Aktiverad: what happens when one saves, and what happens to running cases when it is turned off."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fordran.access.once import once
from fordran.creditor_pages.first_reading import start_reading
from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import ROLES, PageRequest, creditor_page
from fordran.creditor_pages.views.start_preview import letters_in_words
from fordran.creditor_pages.words import language, t
from fordran.creditors.models import Creditor
from fordran.onboarding.kept_preview import is_fresh
from fordran.onboarding.steps import Missing
from fordran.onboarding.switch import (
    Switched,
    preview_of,
    running,
    stands_in_the_way,
    switch_off,
    switch_on,
    tell_administrators,
)


@creditor_page()
def switch(request: PageRequest) -> HttpResponse:
    if request.method != "POST":
        return _shown(request)
    return save(request, organisation_number=request.creditor.organisation_number)


@creditor_page("sign")
def save(request: PageRequest) -> HttpResponse:
    creditor, today, by = request.creditor, request.today, request.user.get_username()
    wanted = request.POST.get("active") == "on"
    with once(request) as use:
        if use.answer:
            return redirect(use.answer)
        try:
            version = int(request.POST.get("version", ""))
        except ValueError:
            version = -1
        if wanted == creditor.active:
            return redirect("switch", creditor.organisation_number)
        if wanted:
            done = switch_on(
                creditor, digest=request.POST.get("digest", ""), version=version, by=by, today=today,
                asks_first=request.POST.get("unasked") != "on",
            )  # fmt: skip
        else:
            done = switch_off(
                creditor, version=version, by=by, today=today, stops_sending=request.POST.get("running") == "stop"
            )  # fmt: skip
        if not done.done:
            creditor.refresh_from_db()
            return _shown(request, done, wanted=wanted, status=409 if done.clash else 422)
        creditor.refresh_from_db()
        use.answer = reverse("overview" if wanted else "switch", args=[creditor.organisation_number])
        _after(request, creditor, wanted)
    return redirect(use.answer)


def _after(request: PageRequest, creditor: Creditor, wanted: bool) -> None:
    """The ledger is read anew at once, and the administrators are told."""
    today = request.today
    if wanted:
        start_reading(creditor, today, again=True)
        messages.success(request, t("Grattis, tjänsten är igång."))
    else:
        messages.success(request, t("Tjänsten är avstängd. Inga nya fakturor hämtas."))
    transaction.on_commit(lambda: tell_administrators(creditor, on=wanted, today=today) and None)


def _shown(request: PageRequest, done: Switched | None = None, *, wanted: bool | None = None, status: int = 200) -> HttpResponse:
    creditor, today = request.creditor, request.today
    preview = preview_of(creditor)
    fresh = preview is not None and is_fresh(preview, creditor, today)
    lacks = () if creditor.active else stands_in_the_way(creditor, today)
    return page(
        request, "start_switch.html", status,
        errors=[_said(one, creditor.organisation_number) for one in done.lacks] if done else [],
        clash=bool(done and done.clash),
        wanted=creditor.active if wanted is None else wanted, unasked=request.POST.get("unasked") == "on",
        stops=request.POST.get("running") == "stop",
        lacks=[_said(one, creditor.organisation_number) for one in lacks], preview=preview, fresh=fresh,
        coming=_coming(preview.sums) if preview else None, running=running(creditor),
        may_sign=ROLES[request.role] >= ROLES["sign"], first_ever=creditor.first_batch_approved_on is None,
    )  # fmt: skip


def _said(one: Missing, org: str) -> dict[str, Any]:
    return {"words": one.swedish if language() == "sv" else one.english, "href": reverse(one.page, args=[org])}


def _coming(sums: dict[str, Any]) -> dict[str, Any]:
    first = sums["first_day"]
    return {
        "n": sums["taken"]["n"], "minor": sums["taken"]["minor"].get("SEK", 0),
        "letters": letters_in_words(sorted(first["kinds"].items())) if first else "",
        "on": date.fromisoformat(first["on"]) if first else None,
    }  # fmt: skip
