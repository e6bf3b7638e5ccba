"""One day: learn what is owed and paid, judge, speak, settle. A day run twice changes nothing; killed anywhere and run
again it ends in the same state.

Each step of each creditor is cut into shards (`steps.py`), and a step begins when the one before is done (`course.py`).
Nobody is reminded who had paid before we looked: what the day's files say has been taken in before `judge`. Here one
process works a day off; it may do so beside others, and beside workers (`worker.py`).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from threading import Lock

from fordran.cases.office import Office, open_office
from fordran.creditors.models import Creditor
from fordran.day import course, shards
from fordran.day.hands import work_off
from fordran.day.shards import Leased
from fordran.day.steps import Counts
from fordran.day.work import plainly, work
from fordran.ports.post import LetterChannel

Progress = Callable[[str, str, int, int], None]
"""Called with creditor, step, shards done and shards in all."""

PAUSE_SECONDS = 0.2
"""Another has the last pieces of a step; the next one needs them done."""


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

    def add_piece(self, creditor: str, step: str, counts: Counts) -> None:
        """What a piece did, with what went wrong in it."""
        self.problems += counts.get("problems", [])
        if counts.get("confirmed"):
            self.add(creditor, "confirm", {"letters": counts["confirmed"]})
        rest = {name: count for name, count in counts.items() if name not in ("problems", "confirmed")}
        if rest:
            self.add(creditor, step, rest)


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
            report.problems.append(f"{creditor.name}: {plainly(error)}")
    return report


def leave_to_workers(today: date, creditors: Sequence[Creditor] | None = None) -> DayReport:
    """Begin the day for these creditors (all, if none are given) and wake workers. Begun twice it is begun once."""
    report = DayReport(today)
    for creditor in creditors if creditors is not None else Creditor.objects.order_by("id"):
        creditor.refresh_from_db()
        try:
            joined = course.begin(open_office(creditor), today, workers=True)
            report.add(creditor.name, "begin", {"joined" if joined else "begun": 1})
        except Exception as error:
            report.problems.append(f"{creditor.name}: {plainly(error)}")
    return report


class _Day:
    def __init__(
        self, office: Office, today: date, channels: Mapping[str, LetterChannel], report: DayReport, progress: Progress | None
    ) -> None:
        self.office, self.today, self.channels, self.report, self.progress = office, today, channels, report, progress
        self.creditor = office.creditor
        self.telling = Lock()  # a day may have two hands

    def run(self) -> None:
        if course.begin(self.office, self.today):
            # Another's run may have passed what has come in since it began; after it, the day is gone through once more.
            self._work_off()
            course.begin(self.office, self.today)
        self._work_off()

    def _work_off(self) -> None:
        while (step := course.step_of(self.creditor.pk, self.today)) is not None:
            left = shards.left(self.creditor.pk, self.today, step)
            lease = partial(shards.lease, self.creditor.pk, self.today, step)
            if not work_off(lease, self._piece, two_hands=left > 1):
                course.nudge(self.office, self.today)
                time.sleep(PAUSE_SECONDS)

    def _piece(self, shard: Leased) -> None:
        counts = work(lambda: self.office, shard, self.channels)
        if counts is None:
            return
        with self.telling:
            self.report.add_piece(self.creditor.name, shard.step, counts)
            if self.progress:
                self.progress(self.creditor.name, shard.step, *shards.done_of(self.creditor.pk, self.today, shard.step))


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
