"""Proof of the books, counted here from the transfers alone and with no help from the code under test."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from django.db import connection

from fordran.cases.load import load_cases
from fordran.cases.models import Case, Charge
from fordran.cases.office import open_office
from fordran.creditors.models import Creditor
from fordran.day.verify import verify
from fordran.ledger.models import Transfer
from fordran.settlement.models import Allocation, Payment

COSTS = {
    "reminder_cost": "reminder", "demand_cost": "demand", "plan_cost": "instalment-plan", "compensation": "late-payment",
}  # fmt: skip
MOST = {"reminder": 6_000, "demand": 18_000, "instalment-plan": 17_000, "late-payment": 45_000}


def assert_books_hold() -> None:
    """Every invariant, for every creditor there is; and the product's own proof comes to the same."""
    for creditor in Creditor.objects.order_by("id"):
        _cases(creditor)
        _money(creditor)
        _charges(creditor)
        _letters(creditor)
    assert verify(list(Creditor.objects.order_by("id"))).findings == []


def _cases(creditor: Creditor) -> None:
    """The parts of a claim sum to what its row says and to what `decide` is told; a closed case is empty."""
    accounts: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for t in Transfer.objects.filter(creditor=creditor):
        assert t.amount_minor > 0 and t.debit != t.credit
        accounts[t.case_number][t.debit] += t.amount_minor
        accounts[t.case_number][t.credit] -= t.amount_minor
    for per_case in accounts.values():
        assert sum(per_case.values()) == 0
    office = open_office(creditor)
    ids = list(Case.objects.filter(creditor=creditor).order_by("id").values_list("id", flat=True))
    assert set(accounts) - {0} <= set(ids)
    for loaded in load_cases(creditor.pk, ids, office.profile):
        case, books, facts = Case.objects.get(pk=loaded.id), accounts[loaded.id], loaded.facts
        costs = sum(books[name] for name in COSTS)
        assert books["capital"] == case.capital_minor == facts.capital_minor >= 0, case.number
        assert books["interest"] == case.interest_minor == facts.interest_open_minor >= 0, case.number
        assert costs == case.costs_minor == facts.costs_open_minor >= 0, case.number
        assert books["claims"] == -(books["capital"] + books["interest"] + costs), case.number
        for account, kind in COSTS.items():
            live = [c for c in facts.costs if c.kind == kind]
            assert books[account] == sum(c.amount_minor - c.waived_minor - c.paid_minor for c in live), (case.number, kind)
        assert case.interest_booked_minor == facts.interest_booked_minor >= 0
        if case.stage == "closed":
            assert (books["capital"], books["interest"], costs) == (0, 0, 0)


def _money(creditor: Creditor) -> None:
    """What came to the bank lies with somebody; what a payment gave its cases is what the cases got."""
    sums: dict[tuple[str, str], int] = defaultdict(int)
    for t in Transfer.objects.filter(creditor=creditor):
        sums[t.currency, t.debit] += t.amount_minor
        sums[t.currency, t.credit] -= t.amount_minor
    for currency in {key[0] for key in sums}:
        bank = sums[currency, "client_bank"] + sums[currency, "own_bank"]
        elsewhere = ("payable", "received", "suspense", "refunds", "rounding", "in_transit", "earned", "vat")
        assert bank == -sum(sums[currency, name] for name in elsewhere), currency
        unexplained = Payment.objects.filter(creditor=creditor, currency=currency, direction=-1, state="suspense")
        assert sums[currency, "suspense"] <= sum(p.amount_minor for p in unexplained) and sums[currency, "refunds"] <= 0
    for payment in Payment.objects.filter(creditor=creditor):
        rows = list(Allocation.objects.filter(payment=payment))
        given = sum(a.costs_minor + a.interest_minor + a.capital_minor for a in rows)
        assert 0 <= given <= payment.amount_minor - payment.taken_minor, payment.key
        if payment.reversed_on:
            assert given == 0, payment.key


def _charges(creditor: Creditor) -> None:
    """No cost without its paragraph, none above the maximum, none twice, and compensation as the law says."""
    by_invoice: dict[int, dict[str, int]] = defaultdict(dict)
    for charge in Charge.objects.filter(creditor=creditor, voided_on=None):
        assert charge.act and charge.section and 0 < charge.amount_minor <= MOST[charge.kind]
        assert charge.kind not in by_invoice[charge.invoice_id]
        by_invoice[charge.invoice_id][charge.kind] = charge.amount_minor
    for kinds in by_invoice.values():
        if "late-payment" in kinds:
            assert sum(kinds.values()) <= max(45_000, sum(MOST[k] for k in kinds if k != "late-payment"))


def _letters(creditor: Creditor) -> None:
    """A letter bears at most one cost of its own kind, and asks each case what it asked in all."""
    rows = query(
        """SELECT l.id, c.kind, count(*) FROM letters_letter l JOIN cases_step s ON s.letter_id = l.id
           JOIN cases_charge c ON c.step_id = s.id AND c.voided_on IS NULL
           WHERE l.creditor_id = %s AND c.kind <> 'late-payment' GROUP BY 1, 2 HAVING count(*) > 1""",
        creditor.pk,
    )
    assert rows == []
    rows = query(
        """SELECT l.number FROM letters_letter l WHERE l.creditor_id = %s AND l.kind <> 'confirmation' AND l.currency = 'SEK'
             AND l.total_minor <> (SELECT sum(k.asked_minor) FROM letters_lettercase k WHERE k.letter_id = l.id)""",
        creditor.pk,
    )
    assert rows == []


def query(statement: str, *values: object) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def whole_database(without: tuple[str, ...] = ()) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, for comparing."""
    tables = query("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")
    return {name: sorted(query(f'SELECT * FROM "{name}"'), key=repr) for (name,) in tables if name not in without}
