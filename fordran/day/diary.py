"""What happened in a story, day by day, put together from the tables afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from fordran.cases.explain import sentence_of
from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.cases.timeline import Entry, finding_from, timeline
from fordran.core.findings import Finding
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.process.country import Country
from fordran.process.facts import HoldKind


@dataclass(frozen=True, slots=True)
class Told:
    """Noted while the story was played. `case` is an id; for a passed-over invoice there is none."""

    on: date
    what: str
    case: int | None
    invoice: str
    amount_minor: int | None
    currency: str
    reason: str
    level: str  # of a stage: the stage itself
    facts: Any


_SHOWN = {
    "taken": "taken", "payment": "booking", "booking": "booking", "letter": "letter", "charge": "charge", "stage": "stage",
    "hold": "hold", "lifted": "hold", "closed": "closed",
}  # fmt: skip
_ORDER = ("passed_over", "taken", "hold", "booking", "waits", "charge", "letter", "stage", "closed")
"""In which order things of one case and day are told."""

LIFTED = "lifted"
ASK = "ask"


def read_diary(office: Office, told: list[Told], language: str) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """(diary, cases), both in order."""
    cases = list(Case.objects.filter(creditor=office.creditor).select_related("invoice", "creditor").order_by("id"))
    names = {case.pk: (case.number, case.invoice.number) for case in cases}
    diary = [_told(t, names, office.country, language) for t in told]
    diary += _creditors_own(office, names, language)
    for case in cases:
        diary += [row for entry in timeline(case) if (row := _row(case, entry, office.country, language))]
    diary.sort(key=lambda row: (row["on"], row["case"], row["invoice"], _ORDER.index(row["what"])))
    return diary, [_case(case) for case in cases]


def _row(case: Case, entry: Entry, country: Country, language: str) -> dict[str, Any] | None:
    rests = _rests(entry)
    what = "hold" if rests else _SHOWN.get(entry.what)
    if what is None or (entry.what == "letter" and entry.state not in ("sent", "voided")):
        return None
    if entry.what == "letter" and entry.state == "voided" and entry.finding is None:
        return None
    said = sentence_of(entry, country, language)
    because = (
        country.say(entry.finding, language) if entry.finding and what in ("taken", "booking", "charge", "stage") else said.text
    )
    reason = LIFTED if entry.what == "lifted" else said.reason
    if entry.what == "letter" and not reason:
        reason = str(Reason.STEP_DUE)
    kind = "" if what == "taken" else rests or entry.kind
    return _entry(entry.on, case.number, case.invoice.number, what, kind, entry.amount_minor, entry.currency or case.currency,
                  entry.last_day, reason, said.source, because)  # fmt: skip


def _rests(entry: Entry) -> str:
    """Kind of a rest that nobody placed: the customer is excluded, or a person must answer before the case goes on."""
    if entry.what != "decision" or entry.finding is None:
        return ""
    if entry.kind == "ask":
        return ASK if entry.finding.reason != Reason.END_OF_AUTOMATIC_PROCEDURE else ""
    kind = entry.finding.fact("kind")
    return str(kind) if kind in _NO_ROW else ""


_NO_ROW = {HoldKind.EXCLUDED, HoldKind.LEFT_ALONE, HoldKind.OTHER_AGENCY, HoldKind.HELD_IN_ERP, HoldKind.DIRECT_DEBIT}


def _entry(
    on: date, case: str, invoice: str, what: str, kind: str, amount: int | None, currency: str, last_day: date | None,
    reason: str, source: str, because: str,
) -> dict[str, Any]:  # fmt: skip
    return {
        "on": on, "case": case, "invoice": invoice, "what": what, "kind": str(kind), "amount_minor": amount,
        "currency": currency if amount is not None else "", "last_day": last_day, "reason": str(reason), "source": source,
        "because": because,
    }  # fmt: skip


def _told(told: Told, names: dict[int, tuple[str, str]], country: Country, language: str) -> dict[str, Any]:
    if told.what == "stage":
        because = country.say(Finding(Reason.CASE_REOPENED), language)
        return _entry(
            told.on, names[told.case or 0][0], told.invoice, "stage", told.level, None, "", None, told.reason, "", because
        )
    facts = json.loads(told.facts) if isinstance(told.facts, str) else told.facts
    if told.what == "waits":
        because = country.say(finding_from(told.reason, facts), language)
        return _entry(told.on, "", "", "waits", told.level, told.amount_minor, told.currency, None, told.reason, "", because)
    found = finding_from(told.reason, facts, told.level)
    return _entry(told.on, "", told.invoice, "passed_over", told.level, told.amount_minor, told.currency, None, told.reason, "",
                  country.say(found, language))  # fmt: skip


_MONEY = (
    Reason.PAYMENT_RECEIVED, Reason.OVERPAID, Reason.ROUNDED, Reason.DEDUCTED, Reason.REVERSED_BY_BANK, Reason.REFUND_DECIDED,
    Reason.SET_OFF, Reason.PAID_ON_INVOICE,
)  # fmt: skip
"""Bookings that belong to no case and that a reader of the diary should see."""


def _creditors_own(office: Office, names: dict[int, tuple[str, str]], language: str) -> list[dict[str, Any]]:
    """Money that came in, and what of it no claim could take: bookings that belong to no case."""
    rows = run(
        """SELECT t.booked_on, t.debit, t.credit, t.amount_minor, t.currency, t.reason, t.facts,
                  (SELECT array_agg(DISTINCT a.case_id) FROM settlement_allocation a WHERE a.payment_id = t.payment_number)
           FROM ledger_transfer t WHERE t.creditor_id = %s AND t.case_number = 0 AND t.reason = ANY(%s) ORDER BY t.id""",
        [office.creditor.pk, list(_MONEY)],
    )
    diary = []
    for on, debit, credit, minor, currency, reason, _facts, cases in rows:
        case, invoice = names[cases[0]] if cases and len(cases) == 1 else ("", "")
        found = Finding(Reason(reason), (("amount_minor", minor), ("currency", currency)))
        kind = debit if reason in (Reason.PAYMENT_RECEIVED, Reason.SET_OFF) else credit
        signed = -minor if reason in (Reason.DEDUCTED, Reason.REVERSED_BY_BANK, Reason.SET_OFF) else minor
        diary.append(
            _entry(on, case, invoice, "booking", kind, signed, currency, None, reason, "", office.country.say(found, language))
        )
    return diary


def _case(case: Case) -> dict[str, Any]:
    return {
        "case": case.number, "invoice": case.invoice.number, "stage": case.stage, "cause": case.closed_cause,
        "capital_minor": case.capital_minor, "interest_minor": case.interest_minor, "costs_minor": case.costs_minor,
        "currency": case.currency, "held": case.held, "next": case.next_kind, "next_on": case.next_on, "reason": case.reason,
    }  # fmt: skip
