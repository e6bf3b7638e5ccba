"""A preview or a trial, begun from a page: what is small at once, what is large in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from datetime import date

from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from fordran.access.once import once
from fordran.creditor_pages.tenancy import PageRequest
from fordran.creditors.models import Creditor
from fordran.erp.connections import connection_of
from fordran.onboarding import kept_preview, last_year
from fordran.onboarding.models import Reckoning
from fordran.onboarding.reckoning import is_under_way, make_here

SMALL = 1_500
"""Open items that are reckoned while the visitor waits: about a second."""

PAGE_OF = {"preview": "start-preview", "year": "last-year"}
"""Kind of reckoning -> the page that shows it."""

_started: dict[int, subprocess.Popen[bytes]] = {}
"""By number, in this process, so that those that ended are waited for."""


def begin_anew(request: PageRequest, kind: str) -> HttpResponse:
    """Reckon it, for the first time or anew, unless that is under way; to its page."""
    creditor = request.creditor
    with once(request) as use:
        if not use.answer:
            row = kept_preview.latest(creditor, kind)
            if row is None or not is_under_way(row):
                _BEGIN[kind](creditor, request.today, request.user.get_username())
            use.answer = reverse(PAGE_OF[kind], args=[creditor.organisation_number])
    return redirect(use.answer)


def begin_preview(creditor: Creditor, today: date, by: str) -> Reckoning:
    return _begin(kept_preview.ask(creditor, today, by), small=kept_preview.open_items(creditor) <= SMALL)


def begin_year(creditor: Creditor, today: date, by: str) -> Reckoning:
    """With an ERP connected a year's invoices are read from it, which always takes a while."""
    small = connection_of(creditor) is None and kept_preview.open_items(creditor) <= SMALL
    return _begin(last_year.ask(creditor, today, by), small=small)


_BEGIN = {"preview": begin_preview, "year": begin_year}


def _begin(row: Reckoning, *, small: bool) -> Reckoning:
    if small:
        return make_here(row)
    transaction.on_commit(lambda: _start(row.pk))
    return row


def _start(number: int) -> None:
    for known in [known for known, one in _started.items() if one.poll() is not None]:
        del _started[known]
    command = [sys.executable, "-m", "fordran.cli.main", "start", "reckon", str(number)]
    _started[number] = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True
    )
