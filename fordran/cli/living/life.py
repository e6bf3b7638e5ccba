"""One day after the other: the world's morning, the office's day with the world's noon in it, and what people do before and
after. Everything outside is spoken with over HTTP and files, by the real connectors; only the clock is shared."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from django.db import connections

from fordran.cases.office import open_office
from fordran.cli.living.people import People
from fordran.cli.living.settling_in import CLERK, SECOND, Lodger, erp_access, letters_to, settle_in
from fordran.core.problems import Refused
from fordran.day import world as outside
from fordran.day.run import DayReport, run_day
from fordran.sandbox.bank.bank import CALM, USUAL
from fordran.sandbox.faults import Faults
from fordran.sandbox.visma_net.settings import Behaviours
from fordran.sandbox.world import COMPANIES, World
from fordran.sandbox.world.serve import WorldServer

RATES = {
    "none": {},
    "some": {"500": 0.005, "429": 0.003, "timeout_before": 0.003, "page_shift": 0.01},
    "all": {
        "429": 0.01, "500": 0.01, "502": 0.005, "gateway_error": 0.003, "timeout_before": 0.006, "timeout_after": 0.006,
        "504_after": 0.003, "truncated": 0.005, "wrong_content": 0.003, "expired_token": 0.006, "page_shift": 0.03,
    },
}  # fmt: skip
"""Share of calls that meet each kind of trouble."""

SKEW_SECONDS = 420.0
"""With all faults: how far the ERPs' clocks are off."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be lived. `faults`: none, some, all."""

    first: date
    last: date
    companies: tuple[str, ...] = tuple(COMPANIES)
    invoices_a_day: int = 4
    faults: str = "none"
    workers: int = 1
    seed: int = 1
    page_size: int = 200


@dataclass(slots=True)
class Day:
    """What one day came to, for the report."""

    on: date
    letters: int = 0
    problems: list[str] = field(default_factory=list)


class Life:
    """In the current database, which must be empty, and a folder that is the world's."""

    def __init__(self, plan: Plan, directory: Path) -> None:
        self.plan = plan
        chosen = [COMPANIES[key].of_size(plan.invoices_a_day) for key in plan.companies]
        self.world = World(plan.seed, plan.first, chosen, directory, temper=CALM if plan.faults == "none" else USUAL)
        self.faults = Faults(plan.seed, RATES[plan.faults], skew_seconds=SKEW_SECONDS if plan.faults == "all" else 0)
        forgetful = Behaviours(keeps_files=False)  # years of letters would fill the memory
        self.server = WorldServer(self.world, faults=self.faults, max_page_size=plan.page_size, behaviours=forgetful)
        self.people = People(plan.seed, CLERK, SECOND)
        self.lodgers: list[Lodger] = []
        self.days: list[Day] = []
        self.directory = directory

    def __enter__(self) -> Life:
        self.server.start()
        outside.use_clock(self.world)
        return self

    def __exit__(self, *error: object) -> None:
        outside.use_clock(None)
        self.server.stop()

    def move_in(self) -> None:
        """Each company becomes a creditor. Trouble begins the day after."""
        rates, self.faults.rates = self.faults.rates, {}
        for key, member in self.world.members.items():
            erp = erp_access(member.company, member.numbers, self.server.url, self.plan.page_size)
            creditor = settle_in(member.company, member.numbers, erp, self.directory / key / "bank", self.plan.first)
            assert member.letters is not None
            self.lodgers.append(Lodger(key, member, creditor, letters_to(member.letters)))
        self.faults.rates = rates

    def play(self, progress: Callable[[date], None] | None = None) -> None:
        """Every day from first to last. Raises whatever is our own fault."""
        day = self.plan.first
        while day <= self.plan.last:
            self.live(day)
            if progress:
                progress(day)
            day += timedelta(days=1)

    def live(self, day: date) -> Day:
        """One day of all companies."""
        self.world.morning(day)
        lived = Day(day)
        for lodger in self.lodgers:
            lodger.creditor.refresh_from_db()
            self.people.morning(open_office(lodger.creditor), day)
            for report in self._run(lodger, day):
                lived.problems += report.problems
                lived.letters += sum(steps.get("send", {}).get("sent", 0) for steps in report.creditors.values())
            lodger.creditor.refresh_from_db()
            self.people.evening(open_office(lodger.creditor), day, lodger.channels)
        self.world.noon(day)
        self.days.append(lived)
        return lived

    def _run(self, lodger: Lodger, day: date) -> list[DayReport]:
        """The creditor's day, by one or several workers at once. Noon comes when all has been decided and nothing has left."""

        def noon(_creditor: str, step: str, done: int, of: int) -> None:
            if step == "decide" and done == of:
                self.world.noon(day)

        if self.plan.workers == 1:
            return [run_day(day, lodger.channels, [lodger.creditor], noon)]
        reports: list[DayReport] = []
        failed: list[BaseException] = []

        def work() -> None:
            try:
                reports.append(run_day(day, lodger.channels, [lodger.creditor], noon))
            except BaseException as error:
                failed.append(error)
            finally:
                connections.close_all()

        threads = [threading.Thread(target=work) for _ in range(self.plan.workers)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failed:
            raise failed[0]
        return reports


def plan_of(
    first: date, last: date, companies: tuple[str, ...], invoices_a_day: int, faults: str, workers: int, seed: int
) -> Plan:  # fmt: skip
    """Raises Refused when the days cannot be."""
    if last < first:
        raise Refused("the last day lies before the first", field="--to")
    return Plan(first, last, companies or tuple(COMPANIES), invoices_a_day, faults, workers, seed)
