"""What each payment took of one case's debt, and what was left after it: the ledger, told payment by payment."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date

from fordran.cases.models import Case
from fordran.db.bulk import run
from fordran.process.bookings import CASE_ACCOUNTS
from fordran.settlement.models import Allocation, Payment


@dataclass(frozen=True, slots=True)
class Paid:
    """One line, öre in the claim's currency. `left_in_kronor`: costs left of a claim in another currency, which are in kronor.

    A payment that was taken back has a line of its own with the sums turned round.
    """

    payment: Payment
    on: date
    costs_minor: int
    interest_minor: int
    capital_minor: int
    waived_minor: int
    left_minor: int | None
    left_in_kronor: int
    taken_back: bool


def paid_of(case: Case) -> list[Paid]:
    """Oldest first. Two queries."""
    rows = Allocation.objects.filter(creditor=case.creditor_id, case=case).select_related("payment").order_by("id")
    allocations = list(rows)
    if not allocations:
        return []
    left = _left_after(case)
    found = []
    for row in allocations:
        after = left[row.payment_id].pop(0) if left[row.payment_id] else {}
        kronor = after.get("SEK", 0) if case.currency != "SEK" else 0
        found.append(
            Paid(row.payment, row.on, row.costs_minor, row.interest_minor, row.capital_minor, row.waived_minor,
                 after.get(case.currency, 0) if after else None, kronor, row.reverses_id is not None)
        )  # fmt: skip
    return found


def _left_after(case: Case) -> dict[int, list[dict[str, int]]]:
    """For each payment, in order, what the whole case owed by currency after each time it was set against it or taken off."""
    rows = run(
        """SELECT debit, credit, amount_minor, currency, payment_number, reverses_id IS NOT NULL FROM ledger_transfer
           WHERE creditor_id = %s AND case_number = %s ORDER BY id""",
        [case.creditor_id, case.pk],
    )
    found: dict[int, list[dict[str, int]]] = defaultdict(list)
    owed: dict[str, int] = defaultdict(int)
    before: tuple[int, bool] = (0, False)
    for debit, credit, minor, currency, payment, turned in rows:
        owed[currency] += minor * ((debit in CASE_ACCOUNTS) - (credit in CASE_ACCOUNTS))
        if payment:
            if (payment, turned) == before:
                found[payment].pop()
            found[payment].append(dict(owed))
        before = (payment, turned)
    return found
