"""The day takes the bank's files where they are exchanged, and hands released payment orders over there."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.erp.models import BankConnection
from fordran.formats.bank import Reading
from fordran.formats.pain import is_status_report
from fordran.payouts import day as payouts
from fordran.ports.bank import BankExchange
from fordran.ports.errors import PortError
from fordran.settlement.take_in import take_in

BY = "fordran"
MOST_KEPT = 20


def take_bank_files(office: Office, exchange: BankExchange, today: date) -> dict[str, Any]:
    """What has come since, oldest first; then the bank's answers to our orders. Not inside a transaction.

    A refused file is shown and lies aside; the others are taken in. Counts by name, sentences under `problems`."""
    counts: dict[str, Any] = {}
    problems: list[str] = []
    try:
        for file in exchange.waiting():
            if is_status_report(file.content):
                continue
            try:
                taken = take_in(Reading(io.BytesIO(file.content), "en"), name=file.name, on=today, by=BY)
            except Refused as refused:
                problems.append(f"{office.creditor.name}: the bank's file {file.name} is refused: {refused}")
                _note_refused(office, file.name, str(refused), today)
                exchange.taken(file)
                continue
            exchange.taken(file)
            counts["files"] = counts.get("files", 0) + 1
            counts["payments"] = counts.get("payments", 0) + taken.payments - taken.known_payments
        told = payouts.learn(office, today, exchange)
        problems += told.pop("problems", [])
        counts |= told
        _remember(office, "")
    except PortError as error:
        problems.append(f"{office.creditor.name}: the bank's files could not be had: {error}")
        _remember(office, str(error))
    return counts | ({"problems": problems} if problems else {})


def _remember(office: Office, error: str) -> None:
    BankConnection.objects.filter(creditor=office.creditor).exclude(last_error=error).update(last_error=error)


def _note_refused(office: Office, name: str, why: str, today: date) -> None:
    known = BankConnection.objects.filter(creditor=office.creditor).first()
    if known is not None:
        known.refused = [*known.refused, {"name": name, "on": today.isoformat(), "why": why}][-MOST_KEPT:]
        known.save()
