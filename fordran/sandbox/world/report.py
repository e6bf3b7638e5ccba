"""What happened, and the truth to hold the office to: who paid what when, who was written to, and who should not have been."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from fordran.sandbox.bank.bank import Bank
from fordran.sandbox.market.lived import Fate, LetterGot, Lived

ASKING = ("notice", "reminder", "demand", "residual")


@dataclass(frozen=True, slots=True)
class WrongLetter:
    """A letter that should not have been written, by what ERP and bank files showed on its day. `why`: paid, credited, deleted,
    left_alone, held, direct_debit."""

    company: str
    invoice: str
    letter: str
    kind: str
    dated_on: date
    why: str
    since: date


def wrong_letters(company: str, lived: Lived) -> list[WrongLetter]:
    """Every letter is held against its own day: what came to light later does not count."""
    found = []
    for fate in lived.fates.values():
        for got in fate.letters:
            if got.kind in ASKING and (reason := _why_not(lived, fate, got)) is not None:
                found.append(WrongLetter(company, fate.invoice, got.name, got.kind, got.dated_on, *reason))
    return found


def _why_not(lived: Lived, fate: Fate, got: LetterGot) -> tuple[str, date] | None:
    if fate.clear_since is not None and fate.clear_since <= got.dated_on:
        return {"payment": "paid", "credit": "credited"}.get(fate.clear_by, fate.clear_by), fate.clear_since
    for span in (*fate.alone, *lived.debtors[got.party or fate.party].alone):
        if span.holds_on(got.dated_on):
            return "left_alone", span.since
    for why, spans in (("held", fate.held), ("direct_debit", fate.by_direct_debit)):
        for span in spans:
            if span.holds_on(got.dated_on):
                return why, span.since
    return None


def money(lived: Lived) -> dict[str, dict[str, int]]:
    """By currency: what debtors let go, and where it is to be seen. `paid` is the sum of the others."""
    found: dict[str, dict[str, int]] = {}
    for paid in lived.paid.values():
        sums = found.setdefault(paid.currency, {"paid": 0, "in_bank_files": 0, "in_erp": 0, "not_seen_yet": 0})
        where = "not_seen_yet" if paid.seen_on is None else ("in_erp" if paid.to_creditor else "in_bank_files")
        sums["paid"] += paid.amount
        sums[where] += paid.amount
    return found


def company_report(company: str, lived: Lived, bank: Bank) -> dict[str, Any]:
    """Counts and sums, as JSON holds them; öre."""
    billed: Counter[str] = Counter()
    for fate in lived.fates.values():
        billed[fate.currency] += fate.amount
    accounts = [account for account in bank.lived.accounts if account.key == company]
    ours = {account.iban for account in accounts}
    orders: dict[str, dict[str, int]] = {}
    for order in bank.lived.orders:
        if order.debtor in ours:
            sums = orders.setdefault(order.state, {"number": 0, "sum": 0})
            sums["number"] += 1
            sums["sum"] += order.amount
    wrong = wrong_letters(company, lived)
    return {
        "customers": len(lived.debtors),
        "invoices": len(lived.fates),
        "billed": dict(billed),
        "money": money(lived),
        "letters": dict(Counter(got.kind for got in _letters(lived).values())),
        "letters_returned": len(lived.returned),
        "wrong_letters": [
            {**_as_dict(one), "dated_on": one.dated_on.isoformat(), "since": one.since.isoformat()} for one in wrong
        ],
        "orders": orders,
        "orders_executed_twice": _twice(bank, ours),
        "balances": {account.iban: account.balance for account in accounts if account.files},
        "received_by_creditor": sum(account.balance for account in accounts if not account.files),
        "happened": dict(sorted(Counter(one.what for one in lived.happened).items())),
    }


def _as_dict(one: WrongLetter) -> dict[str, Any]:
    return {name: getattr(one, name) for name in one.__slots__}


def _letters(lived: Lived) -> dict[str, LetterGot]:
    return {got.name: got for fate in lived.fates.values() for got in fate.letters}


def _twice(bank: Bank, ours: set[str]) -> list[str]:
    """End-to-end ids that left an account more than once and stayed away."""
    counts = Counter(order.end_to_end for order in bank.lived.orders if order.debtor in ours and order.state == "executed")
    return sorted(name for name, number in counts.items() if number > 1)


def invoice_report(fate: Fate, lived: Lived) -> dict[str, Any]:
    """One invoice, with its payments and letters."""
    payments = [paid for paid in lived.paid.values() if fate.invoice in paid.invoices]
    return {
        "invoice": fate.invoice, "customer": fate.party, "currency": fate.currency, "amount": fate.amount,
        "due": fate.due.isoformat(),
        "paid": fate.paid, "credited": fate.credited, "when": fate.when, "how": fate.how, "mishap": fate.mishap,
        "clear_since": fate.clear_since.isoformat() if fate.clear_since else None, "clear_by": fate.clear_by,
        "payments": [
            {
                "on": one.on.isoformat(), "amount": one.amount, "currency": one.currency, "account": one.account,
                "reference": one.reference, "way": one.way, "seen_on": one.seen_on.isoformat() if one.seen_on else None,
                "receipt": one.receipt,
            }
            for one in payments
        ],
        "letters": [{"kind": got.kind, "dated_on": got.dated_on.isoformat(), "delivered": got.delivered} for got in fate.letters],
    }  # fmt: skip
