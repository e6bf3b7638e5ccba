"""The demonstration's button: let one more day pass, and see how far it has come."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, timedelta

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render

from fordran.creditor_pages.frame import page
from fordran.creditor_pages.tenancy import PageRequest, creditor_page, legal_day
from fordran.creditor_pages.words import day, t
from fordran.creditors.models import Creditor
from fordran.day.models import Shard


@creditor_page("work")
def next_day(request: PageRequest) -> HttpResponse:
    """GET tells what the day brings; POST starts it. The day itself runs in a process of its own, as the batch role."""
    if not settings.DEMO:
        raise Http404
    creditor, ended = request.creditor, not _is_lived()
    today = legal_day()  # read after looking at the process, which writes it last
    coming = today + timedelta(days=1)
    if request.method == "POST":
        transaction.on_commit(_start)
        request.session["waits_for"] = coming.isoformat()
        return redirect("next-day", creditor.organisation_number)
    waited_for = request.session.get("waits_for", "")
    if waited_for and waited_for <= today.isoformat():
        del request.session["waits_for"]
        messages.success(request, t("Dagen är över. Nu är det {day}.", day=day(today)))
        return redirect("overview", creditor.organisation_number)
    if waited_for and ended:
        waited_for = ""
        del request.session["waits_for"]
        messages.error(
            request, t("Dagen stannade innan den var klar. Försök igen, eller stoppa övningen och starta den på nytt.")
        )
    return page(request, "next_day.html", coming=coming, running=bool(waited_for), **_how_far(creditor, coming))


_started: list[subprocess.Popen[bytes]] = []
"""The process that lives the day, while it does: the demonstration's pages are one process, and live one day at a time."""


def _start() -> None:
    if not _is_lived():
        command = [sys.executable, "-m", "fordran.cli.main", "demo", "--live-one-more-day"]
        _started[:] = [subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True)]


def _is_lived() -> bool:
    return bool(_started) and _started[0].poll() is None


def _how_far(creditor: Creditor, coming: date | str) -> dict[str, int]:
    found = Shard.objects.filter(creditor=creditor, day=coming).aggregate(n=Count("id"), done=Count("id", filter=Q(state="done")))
    return {"pieces": found["n"], "done": found["done"], "percent": round(100 * found["done"] / found["n"]) if found["n"] else 0}


@creditor_page("work")
def progress(request: PageRequest) -> HttpResponse:
    """The part of the page that is asked for every second; when the day is over it sends the page on."""
    if not settings.DEMO:
        raise Http404
    creditor = request.creditor
    coming = request.session.get("waits_for", "")
    if not coming or legal_day().isoformat() >= coming or not _is_lived():
        response = HttpResponse()
        response["HX-Redirect"] = f"/{creditor.organisation_number}/next-day"
        return response
    return render(
        request, "creditor_pages/parts/day_progress.html", {**_how_far(creditor, coming), "org": creditor.organisation_number}
    )
