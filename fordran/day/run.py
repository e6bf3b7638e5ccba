"""One day: learn what is owed and paid, judge, speak, settle. A day run twice changes nothing; killed anywhere and run
again it ends in the same state.

Each step of each creditor is cut into shards by customer, so that all claims of one person are judged together. Nobody is
reminded who had paid before we looked: what the day's files say has been taken in before `judge`.
"""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from django.db import transaction

from fordran.cases.choose import choose_invoices
from fordran.cases.load import due_cases
from fordran.cases.office import Office, open_office
from fordran.cases.review import review_cases
from fordran.creditors.models import Creditor
from fordran.day import shards
from fordran.day.confirm import confirm_payments
from fordran.day.shards import Leased
from fordran.day.speak import make_batch, send_approved, void_stale
from fordran.db.bulk import run
from fordran.ports.post import LetterChannel

STEPS = ("learn", "choose", "decide", "send", "look")

Progress = Callable[[str, str, int, int], None]
"""Called with creditor, step, shards done and shards in all."""


@dataclass(slots=True)
class DayReport:
    """What a day did, by creditor and step, and what failed."""

    day: date
    creditors: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, creditor: str, step: str, counts: Mapping[str, int]) -> None:
        known = self.creditors.setdefault(creditor, {}).setdefault(step, {})
        for name, count in counts.items():
            known[name] = known.get(name, 0) + count


def run_day(
    today: date,
    channels: Mapping[str, LetterChannel],
    creditors: Sequence[Creditor] | None = None,
    progress: Progress | None = None,
) -> DayReport:
    """Run or finish the day for these creditors (all, if none are given). One creditor's trouble stops no other's."""
    report = DayReport(today)
    for creditor in creditors if creditors is not None else Creditor.objects.order_by("id"):
        creditor.refresh_from_db()
        try:
            _Day(open_office(creditor), today, channels, report, progress).run()
        except Exception as error:
            report.problems.append(f"{creditor.name}: {_plainly(error)}")
    return report


def _plainly(error: Exception) -> str:
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}: {error} ({last.name}, line {last.lineno})"


class _Day:
    def __init__(
        self, office: Office, today: date, channels: Mapping[str, LetterChannel], report: DayReport, progress: Progress | None
    ) -> None:
        self.office, self.today, self.channels, self.report, self.progress = office, today, channels, report, progress
        self.creditor = office.creditor

    def run(self) -> None:
        self._learn()
        self._judge()
        self._speak()

    def _learn(self) -> None:
        """Holds that ran out, letters of yesterday that never left. What files and the ERP say came in before."""
        with transaction.atomic():
            run(
                """UPDATE cases_case c SET held = '' WHERE c.creditor_id = %s AND c.held <> '' AND NOT EXISTS (
                       SELECT 1 FROM cases_hold h WHERE h.case_id = c.id AND h.lifted_on IS NULL
                       AND (h.until IS NULL OR h.until >= %s))""",
                [self.creditor.pk, self.today],
            )
            remade = void_stale(self.office, self.today)
        if remade:
            self.report.add(self.creditor.name, "learn", {"remade": len(remade)})

    def _judge(self) -> None:
        if self.creditor.active and not self.office.profile.not_ready(self.today):
            counts = run(
                """SELECT i.customer_id, count(*) FROM invoices_invoice i WHERE i.creditor_id = %s AND i.kind = 'invoice'
                   AND i.open_minor > 0 AND i.due_on < %s AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)
                   GROUP BY i.customer_id ORDER BY i.customer_id""",
                [self.creditor.pk, self.today],
            )
            self._work("choose", shards.cut(counts), shards.digest(self.office.profile, self._ledger_state()), self._choose)
        self._decide("decide")

    def _ledger_state(self) -> object:
        """Changes when there is something new to choose from."""
        return run(
            """SELECT (SELECT coalesce(max(id), 0) FROM invoices_ledgerfile WHERE creditor_id = %s),
                      (SELECT coalesce(max(id), 0) FROM invoices_invoicechange WHERE creditor_id = %s),
                      (SELECT coalesce(max(id), 0) FROM invoices_invoice WHERE creditor_id = %s)""",
            [self.creditor.pk] * 3,
        )[0]

    def _decide(self, step: str) -> None:
        counts = run(
            """SELECT customer_id, count(*) FROM cases_case WHERE creditor_id = %s AND review_on <= %s
               GROUP BY customer_id ORDER BY customer_id""",
            [self.creditor.pk, self.today],
        )
        last = run(
            """SELECT (SELECT coalesce(max(id), 0) FROM cases_decision WHERE creditor_id = %s),
                      (SELECT coalesce(max(id), 0) FROM audit_event WHERE creditor_id = %s)""",
            [self.creditor.pk] * 2,
        )[0]
        self._work(step, shards.cut(counts), shards.digest(step, last, counts), self._review)

    def _speak(self) -> None:
        with transaction.atomic():
            confirmations = confirm_payments(self.office, self.today)
            batch = make_batch(self.office, self.today)
        if confirmations:
            self.report.add(self.creditor.name, "confirm", {"letters": confirmations})
        if batch is not None:
            batch.refresh_from_db()
        if batch is not None and batch.approved_on is None:
            self.report.add(self.creditor.name, "send", {"waiting": batch.letters})
        spoken = send_approved(self.office, self.today, self.channels)
        if spoken.sent or spoken.failed or spoken.ambiguous:
            self.report.add(
                self.creditor.name, "send", {"sent": spoken.sent, "failed": spoken.failed, "ambiguous": spoken.ambiguous}
            )
        self.report.problems += spoken.problems
        self._decide("look")

    # ---- shards

    def _work(
        self, step: str, ranges: Sequence[tuple[int, int]], input_hash: str, deed: Callable[[Leased], dict[str, int]]
    ) -> None:
        creditor = self.creditor.pk
        shards.plan(creditor, self.today, step, ranges, input_hash)
        done = 0
        while True:
            shard = shards.lease(creditor, self.today, step)
            if shard is None:
                if not shards.held_by_others(creditor, self.today, step):
                    return
                time.sleep(0.2)  # another worker has the last ones; the next step needs them done
                continue
            try:
                with transaction.atomic():
                    counts = deed(shard)
                    shards.finish(shard, counts)
            except shards.LeaseLost:
                continue
            except Exception as error:
                shards.fail(shard, _plainly(error))
                raise
            done += 1
            self.report.add(self.creditor.name, step, counts)
            if self.progress:
                self.progress(self.creditor.name, step, done, max(len(ranges), done))

    def _choose(self, shard: Leased) -> dict[str, int]:
        chosen = choose_invoices(self.office, self.today, shard.first, shard.last)
        return {"looked_at": chosen.looked_at, "taken": chosen.taken}

    def _review(self, shard: Leased) -> dict[str, int]:
        ids = due_cases(self.creditor.pk, self.today, shard.first, shard.last)
        reviewed = review_cases(self.office, ids, self.today)
        return {"cases": reviewed.cases, "letters": reviewed.letters, "closed": reviewed.closed, "asks": reviewed.asks}


def run_days(
    first: date, last: date, channels: Mapping[str, LetterChannel], creditors: Sequence[Creditor] | None = None,
    progress: Callable[[date], None] | None = None,
) -> list[DayReport]:  # fmt: skip
    """Every day from `first` to `last`, both included."""
    reports = []
    for number in range((last - first).days + 1):
        day = first + timedelta(days=number)
        reports.append(run_day(day, channels, creditors))
        if progress:
            progress(day)
    return reports
