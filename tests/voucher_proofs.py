"""Proof of the vouchers, counted from what happened and with no help from the code under test."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from fordran.books.entries import INCOME
from fordran.books.make import make_vouchers
from fordran.books.models import Covered, Voucher, VoucherLine
from fordran.books.reconcile import reconcile
from fordran.cases.models import Case
from fordran.cases.office import open_office
from fordran.creditors.models import Creditor
from fordran.ledger.models import Transfer
from fordran.ledger.post import balances
from fordran.settlement.models import Allocation

LEFT_OPEN_THERE = ("withdrawn", "settled_at_creditor")
"""Closings after which the creditor's own books say what became of the invoice."""


def sums_by(creditor: Creditor, *fields: str) -> dict[Any, int]:
    """Debit less credit over all vouchers' lines."""
    found: dict[Any, int] = defaultdict(int)
    for row in VoucherLine.objects.filter(creditor=creditor).values(*fields, "debit_minor", "credit_minor"):
        found[tuple(row[name] for name in fields)] += row["debit_minor"] - row["credit_minor"]
    return found


def assert_vouchers_hold(creditor: Creditor) -> None:
    """Each balances, numbers have no gap, each transfer is covered at most once and each that moves money exactly once."""
    for voucher in Voucher.objects.filter(creditor=creditor):
        lines = list(voucher.lines.all())
        debit, credit = sum(x.debit_minor for x in lines), sum(x.credit_minor for x in lines)
        assert debit == credit == voucher.sum_minor > 0, voucher.number
        assert voucher.covers.exists()
    numbers = list(Voucher.objects.filter(creditor=creditor).order_by("number").values_list("number", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))
    covered = list(Covered.objects.filter(creditor=creditor).values_list("transfer_id", flat=True))
    assert len(covered) == len(set(covered))
    money = set(Transfer.objects.filter(creditor=creditor, case_number=0).values_list("id", flat=True))
    assert money <= set(covered)
    assert not Covered.objects.filter(creditor=creditor, without="unknown").exists()


def held_by_the_erp(case: Case) -> int:
    """What account 1510 holds of the invoice when the ERP books what it sees itself, and we the rest; counted from what
    happened, not from our capital account."""
    seen = Allocation.objects.filter(case=case, payment__via__in=("credit", "creditor")).values_list(
        "costs_minor", "interest_minor", "capital_minor"
    )
    ours = sums_by(case.creditor, "case_number", "role")
    by_us = sum(ours.get((case.pk, role), 0) for role in ("customer_claims", "direct_payments"))
    return case.opening_minor - sum(map(sum, seen)) + by_us


def given_up(case: Case) -> int:
    rows = Transfer.objects.filter(case_number=case.pk, credit="capital", reason__in=LEFT_OPEN_THERE)
    turned = set(Transfer.objects.filter(reverses__isnull=False).values_list("reverses_id", flat=True))
    return sum(row.amount_minor for row in rows if row.pk not in turned)


def assert_claims_agree(creditor: Creditor) -> None:
    for case in Case.objects.filter(creditor=creditor):
        assert held_by_the_erp(case) == case.capital_minor + given_up(case), case.number


def assert_a_life_is_booked(creditor: Creditor, last: date) -> None:
    """The vouchers of all that happened say all its money once; made again, none is new."""
    make_vouchers(open_office(creditor), last)
    assert_vouchers_hold(creditor)
    assert_claims_agree(creditor)
    assert_income_is_what_was_paid(creditor)
    assert_bank_agrees(creditor)
    result = reconcile(open_office(creditor), last)
    assert result.unexplained == 0, [d for d in result.differences if d.unexplained_minor] or result.money
    before = (Voucher.objects.count(), Covered.objects.count())
    make_vouchers(open_office(creditor), last)
    assert (Voucher.objects.count(), Covered.objects.count()) == before


def assert_income_is_what_was_paid(creditor: Creditor) -> None:
    """Over a case's life: what the debtor paid in interest and costs, less interest that went over to capital."""
    by_case = sums_by(creditor, "case_number", "role")
    cases = {case for case, _ in by_case} - {0}
    for case in cases:
        income = -sum(by_case.get((case, str(role)), 0) for role in INCOME)
        paid = sum(sum(a) for a in Allocation.objects.filter(case_id=case).values_list("costs_minor", "interest_minor"))
        moved = 0
        for t in Transfer.objects.filter(case_number=case, reason="interest_waived_paid_in_time", credit="capital"):
            moved += 0 if Transfer.objects.filter(reverses=t).exists() else t.amount_minor
        assert income == paid - moved, case


def assert_bank_agrees(creditor: Creditor) -> None:
    """Own collection: what the bank, the unexplained and the owed-back hold is the same in both books."""
    ours = balances(creditor.pk)
    theirs = sums_by(creditor, "role")
    if creditor.mode == "own":
        for account, role in (("own_bank", "bank"), ("suspense", "unidentified"), ("refunds", "refunds")):
            assert sum(v for (name, _), v in ours.items() if name == account) == theirs.get((role,), 0), account
    else:
        assert -sum(v for (name, _), v in ours.items() if name in ("payable", "in_transit")) == theirs.get(("agency",), 0)
        assert not theirs.get(("unidentified",))
