"""Proof of the vouchers, counted from what happened and with no help from the code under test."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from fordran.books.models import Covered, Voucher, VoucherLine
from fordran.cases.models import Case
from fordran.creditors.models import Creditor
from fordran.ledger.models import Transfer
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
