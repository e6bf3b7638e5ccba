"""All that happened in a case, oldest first, put together from its rows: for the page, for `explain`, for a story's diary."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from typing import Any

from fordran.cases.models import Case
from fordran.cases.on_account import is_about_money
from fordran.core.findings import Finding, Level
from fordran.core.law import Source
from fordran.core.money import kronor
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.process.apply import CHARGES
from fordran.process.bookings import CASE_ACCOUNTS

_DAYS = {"due_on", "first_day", "until", "since", "moved_to", "import_from", "on", "last_day", "paid_on", "charged_on",
         "letter_on", "barred_on", "alive_until", "permit_until", "known_until", "reminded_on", "today", "in_force_since",
         "starts_on", "agreed_on", "arose_on", "born_on"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Entry:
    """`what`: taken, payment, letter, charge, booking, stage, hold, lifted, instruction, decision, closed, reopened, change."""

    on: date
    what: str
    kind: str = ""
    amount_minor: int | None = None
    currency: str = ""
    last_day: date | None = None
    finding: Finding | None = None
    source: Source | None = None
    letter_id: int | None = None
    state: str = ""  # of a letter: composed, approved, sent, voided
    text: str = ""  # a person's own words
    by: str = ""
    order: tuple[int, int] = (0, 0)


def finding_from(reason: str, facts: dict[str, Any], level: str = "none", act: str = "", section: str = "") -> Finding:
    """A finding as it was stored, its days read back."""
    values = tuple((k, _day(v) if k in _DAYS or k.endswith("_on") else v) for k, v in facts.items())
    return Finding(Reason(reason), values, Source(act, section) if act else None, Level(level or "none"))


def _day(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if isinstance(value, str) else value
    except ValueError:
        return value


def timeline(case: Case) -> list[Entry]:
    """Everything in one list; the number of statements does not grow with it."""
    entries = [
        *_selection(case), *_letters(case), *_transfers(case), *_holds(case), *_instructions(case), *_decisions(case),
        *_changes(case),
    ]  # fmt: skip
    return sorted(entries, key=lambda e: (e.on, e.order))


# What comes first on one day: news, then judgement, then its effects.
_TAKEN, _CHANGE, _MONEY, _HOLD, _TOLD, _LETTER, _CHARGE, _STAGE, _CLOSED, _DECIDED = range(10)


def _selection(case: Case) -> list[Entry]:
    rows = run(
        'SELECT "on", reason, level, facts FROM invoices_selection WHERE creditor_id = %s AND invoice_id = %s AND taken',
        [case.creditor_id, case.invoice_id],
    )
    found = finding_from(rows[0][1], _json(rows[0][3]), rows[0][2]) if rows else None
    return [
        Entry(case.opened_on, "taken", "taken", case.opening_minor, case.currency, finding=found, order=(_TAKEN, 0)),
    ]


def _json(value: Any) -> Any:
    return json.loads(value) if isinstance(value, str) else value


def _letters(case: Case) -> list[Entry]:
    rows = run(
        """SELECT l.id, l.kind, coalesce(l.sent_on, l.dated_on), l.last_day, l.state, k.asked_minor, l.voided_on, l.dated_on
           FROM letters_lettercase k JOIN letters_letter l ON l.id = k.letter_id
           WHERE k.creditor_id = %s AND k.case_number = %s ORDER BY l.id""",
        [case.creditor_id, case.pk],
    )
    entries = []
    for letter, kind, on, last_day, state, asked, voided_on, _ in rows:
        entries.append(
            Entry(
                on,
                "letter",
                kind,
                asked,
                case.currency,
                last_day,
                letter_id=letter,
                state="composed then voided" if voided_on is not None else state,
                order=(_LETTER, letter),
            )
        )
        if voided_on is not None:
            entries.append(
                Entry(voided_on, "letter", kind, letter_id=letter, state="voided",
                      finding=Finding(Reason.LETTER_VOIDED, (("kind", kind),)), order=(_CHANGE, letter))
            )  # fmt: skip
    return entries


def _transfers(case: Case) -> list[Entry]:
    rows = run(
        """SELECT t.id, t."on", t.booked_on, t.debit, t.credit, t.amount_minor, t.currency, t.reason, t.act, t.section, t.facts,
                  t.payment_number, p.via, p.amount_minor, t.reverses_id
           FROM ledger_transfer t LEFT JOIN settlement_payment p ON p.id = t.payment_number
           WHERE t.creditor_id = %s AND t.case_number = %s AND t.reason <> %s ORDER BY t.id""",
        [case.creditor_id, case.pk, Reason.CASE_OPENED],
    )
    entries = []
    for transfer, _on, booked_on, debit, credit, minor, currency, reason, act, section, facts, _payment, via, _whole, _ in rows:
        source = Source(act, section) if act else None
        found = finding_from(reason, _json(facts), "law" if act else "none", act, section)
        account = debit if debit in CASE_ACCOUNTS else credit
        signed = minor if debit == account else -minor
        if reason in CHARGES:
            kind = _COST_WORD[account]
            entries.append(
                Entry(booked_on, "charge", kind, signed, currency, finding=found, source=source, order=(_CHARGE, transfer))
            )
            continue
        what = "payment" if via else "booking"
        entries.append(
            Entry(
                booked_on,
                what,
                account,
                signed,
                currency,
                finding=found,
                source=source,
                state=via or "",
                order=(_MONEY, transfer),
            )
        )
    return entries


_COST_WORD = {
    "reminder_cost": "reminder", "demand_cost": "demand", "plan_cost": "instalment-plan", "compensation": "late-payment",
}  # fmt: skip


def _holds(case: Case) -> list[Entry]:
    rows = run(
        """SELECT id, kind, reason, since, until, placed_by, lifted_on, lifted_by FROM cases_hold
           WHERE creditor_id = %s AND case_id = %s ORDER BY id""",
        [case.creditor_id, case.pk],
    )
    entries = []
    for hold, kind, why, since, until, placed_by, lifted_on, lifted_by in rows:
        facts = (("kind", kind), ("since", since), ("until", until))
        entries.append(
            Entry(
                since,
                "hold",
                kind,
                last_day=until,
                finding=Finding(Reason.HELD, facts),
                text=str(Reason.CREDIT_ON_ACCOUNT) if is_about_money(why) else why,
                by=placed_by,
                order=(_HOLD, hold),
            )
        )
        if lifted_on is not None:
            entries.append(Entry(lifted_on, "lifted", kind, by=lifted_by, order=(_HOLD, hold)))
    return entries


def _instructions(case: Case) -> list[Entry]:
    rows = run(
        'SELECT id, kind, "on", by, reason FROM cases_instruction WHERE creditor_id = %s AND case_id = %s ORDER BY id',
        [case.creditor_id, case.pk],
    )
    return [
        Entry(on, "instruction", kind, finding=Finding(Reason.INSTRUCTED, (("kind", kind), ("on", on))), text=why, by=by,
              order=(_TOLD, number))
        for number, kind, on, by, why in rows
    ]  # fmt: skip


_STAGES = {
    "notice": "noticed", "reminder": "reminded", "demand": "demanded", "await-creditor": "awaiting_creditor",
    "payment-order": "payment_order", "surveillance": "surveillance",
}  # fmt: skip


def _decisions(case: Case) -> list[Entry]:
    rows = run(
        """SELECT number, "on", outcome, step, until, because FROM cases_decision WHERE creditor_id = %s AND case_id = %s
           ORDER BY number""",
        [case.creditor_id, case.pk],
    )
    entries = []
    for number, on, outcome, step, until, because in rows:
        because = _json(because)
        found = finding_from(*because[0]) if because else None
        if outcome == "act" and step in _STAGES:
            entries.append(
                Entry(on, "stage", _STAGES[step], finding=found, source=found.source if found else None, order=(_STAGE, number))
            )
        elif outcome == "close":
            entries.append(Entry(on, "closed", found.reason if found else "", finding=found, order=(_CLOSED, number)))
        elif outcome == "ask":
            entries.append(Entry(on, "decision", "ask", finding=found, order=(_DECIDED, number)))
        elif outcome == "wait":
            entries.append(Entry(on, "decision", "wait", last_day=until, finding=found, order=(_DECIDED, number)))
    return entries


def _changes(case: Case) -> list[Entry]:
    rows = run(
        """SELECT id, "on", field, before, after FROM invoices_invoicechange
           WHERE creditor_id = %s AND invoice_id = %s ORDER BY id""",
        [case.creditor_id, case.invoice_id],
    )
    return [
        Entry(on, "change", field, text=_from_to(field, before, after),
              finding=Finding(Reason.FACT_CHANGED, (("field", field), ("before", before), ("after", after))),
              order=(_CHANGE, number))
        for number, on, field, before, after in rows
    ]  # fmt: skip


def _from_to(field: str, before: str, after: str) -> str:
    """What a value was and became, as a reader writes it; nothing for an invoice that went or came, or another customer."""
    if field in ("missing", "back", "customer", "sent_to", "own_reminder"):
        return ""
    if field.endswith("_minor"):
        before, after = (kronor(int(value)) if value else "" for value in (before, after))
    return f"{before or '–'} → {after or '–'}"
