"""What the import filter would take today: counted by the run's own judgement, nothing written.

Every open invoice that has fallen due and has no case is judged, as the step *choose* judges it. Measured: docs/adr/0315.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date

from fordran.cases.choose import Judged, judge_invoices
from fordran.cases.office import Office
from fordran.core.many import many_objects
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.process.policy import Layer
from fordran.process.profile import PolicyBook
from fordran.process.select import Taken

AT_A_TIME = 5_000
"""Invoices held in memory at the same time."""


@dataclass(slots=True)
class Heap:
    """A number of invoices, and what is open of them in öre by currency."""

    n: int = 0
    minor: dict[str, int] = field(default_factory=dict)

    def add(self, judged: Judged) -> None:
        self.n += 1
        currency = judged.item.currency
        self.minor[currency] = self.minor.get(currency, 0) + judged.open_minor


@dataclass(slots=True)
class FilterCount:
    """Of the invoices that have fallen due and have no case."""

    taken: Heap = field(default_factory=Heap)
    left: Heap = field(default_factory=Heap)
    because: dict[Reason, Heap] = field(default_factory=dict)  # the rule that left them
    reminded: Heap = field(default_factory=Heap)  # taken, and reminded before it came to us
    reminded_ids: list[int] = field(default_factory=list)
    not_reminded: list[int] = field(default_factory=list)  # ids, taken or only waiting for its day, and nobody says so

    @property
    def most(self) -> tuple[Reason, Heap] | None:
        """The rule that left most; None when nothing is left."""
        return max(self.because.items(), key=lambda pair: pair[1].n, default=None)

    def left_by(self, reason: Reason) -> Heap:
        return self.because.get(reason, Heap())


def with_generic(office: Office, generic: Layer) -> Office:
    """The same desk as if the generic level said this."""
    profile = replace(office.profile, generic=generic)
    return replace(office, profile=profile, book=PolicyBook(profile))


ONLY_ITS_DAY = (Reason.NOT_DUE_LONG_ENOUGH, Reason.NOT_DUE_BY_LAW)
"""Rules that let the invoice through on a later day by themselves."""


def count_filter(office: Office, today: date) -> FilterCount:
    found = FilterCount()
    with many_objects():
        for one in judged_today(office, today):
            if isinstance(one.verdict, Taken):
                found.taken.add(one)
                if one.item.reminded_on is not None:
                    found.reminded.add(one)
                    found.reminded_ids.append(one.invoice_id)
                else:
                    found.not_reminded.append(one.invoice_id)
                continue
            reason = one.verdict.finding.reason
            found.left.add(one)
            found.because.setdefault(reason, Heap()).add(one)
            if reason in ONLY_ITS_DAY and one.item.reminded_on is None:
                found.not_reminded.append(one.invoice_id)
    return found


def due_without_case(creditor: int, today: date) -> int:
    """How many `count_filter` would judge: a question that costs no judgement."""
    rows = run(
        """SELECT count(*) FROM invoices_invoice i WHERE i.creditor_id = %s AND i.kind = 'invoice' AND i.open_minor > 0
           AND i.due_on < %s AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)""",
        [creditor, today],
    )
    return int(rows[0][0])


def judged_today(office: Office, today: date) -> Iterator[Judged]:
    """All that have fallen due and have no case, a few thousand at a time, in order of customers."""
    for first, last in _ranges(office.creditor.pk, today):
        yield from judge_invoices(office, today, first=first, last=last, due_only=True)


def _ranges(creditor: int, today: date) -> list[tuple[int, int]]:
    """Ranges of customers with about AT_A_TIME such invoices each; one customer is never divided."""
    rows = run(
        """WITH due AS (SELECT i.customer_id, count(*) AS n FROM invoices_invoice i
                          WHERE i.creditor_id = %s AND i.kind = 'invoice'
                          AND i.open_minor > 0 AND i.due_on < %s
                          AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id) GROUP BY i.customer_id),
                placed AS (SELECT customer_id, (sum(n) OVER (ORDER BY customer_id) - n) / %s AS slice FROM due)
           SELECT min(customer_id), max(customer_id) FROM placed GROUP BY trunc(slice) ORDER BY 1""",
        [creditor, today, AT_A_TIME],
    )
    return [(first, last) for first, last in rows]
