"""The demonstration: two companies of the sandbox, one that collects itself and one whose claims an office collects.

The world is another process, reached over HTTP and through its folders as outside systems are; Fordran's own days are the real
ones, with the real connectors. Each day is worked out from what the world and the database hold, so a stopped build goes on
where it was.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from django.contrib.auth import get_user_model
from django.db import transaction

from fordran.cases.office import open_office
from fordran.cli.living import newcomers
from fordran.cli.living.outside import Outside
from fordran.cli.living.people import People
from fordran.cli.living.settling_in import CLERK, SECOND, erp_access, letters_to, settle_in
from fordran.cli.living.shown import Shown
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, Membership
from fordran.day.models import Today
from fordran.day.run import run_day
from fordran.day.speak import send_approved
from fordran.day.world import use_clock
from fordran.erp.models import Connection
from fordran.ports.post import LetterChannel
from fordran.sandbox.world import COMPANIES, NEWCOMERS
from fordran.sandbox.world.companies import Company, Numbers, numbers_of
from fordran.sandbox.world.keep import VERSION

SEED, SIZE = 9, 3
KEYS = ("own", "agency")
"""Companies that Fordran has lived with."""

WORLD_KEYS = (*KEYS, *NEWCOMERS)
"""With those that wait to be registered."""

FIRST_DAY, LAST_DAY = date(2026, 8, 18), date(2026, 10, 29)
"""The companies connect Fordran on the first; the last is a Thursday, on which money is paid out and waits to be let go."""

LAST_KNOWN = date(2026, 12, 30)
"""The rates of the half-year after are not decided yet, so the world stops here."""

PAGE_SIZE = 200
_PEOPLE = {CLERK: ("Maria", "Ek"), SECOND: ("Johan", "Berg")}
_MORE = """
[[class]]
key = "FÖRETAG"
friendly_notice = true
"""
"""Settings of the company that collects itself, so that friendly notices are seen too."""

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Guest:
    """One of the companies, with its creditor and the way its letters leave."""

    key: str
    creditor: Creditor
    channels: dict[str, LetterChannel]


def is_built() -> bool:
    row = Today.objects.first()
    return row is not None and row.on >= LAST_DAY


def belongs_together(world: Path | None, last_day: str | None = None) -> None:
    """Raises Refused when database and world are not of one demonstration: one of them is gone, or of an earlier version.
    `world` is the file it is kept in, None while it is served; `last_day` is its own."""
    database = Today.objects.exists() or Creditor.objects.exists()
    gone = world is not None and ((database and not world.exists()) or (world.exists() and not _is_ours(world)))
    if gone or (last_day and not database):
        raise Refused("what lies here is no whole demonstration of this version; begin anew with `fordran demo --new`")


def _is_ours(world: Path) -> bool:
    """A world of this version, with the companies that it has now. An empty file is no world yet."""
    with world.open(encoding="utf-8") as lines:
        first = next(lines, "")
    try:
        head = json.loads(first or "{}")
        return not head or (head["fordran_world"] == VERSION and set(head["companies"]) == set(WORLD_KEYS))
    except (ValueError, KeyError, TypeError):
        return False


def company(key: str) -> tuple[Company, Numbers]:
    chosen = COMPANIES[key].of_size(SIZE)
    return chosen, numbers_of(chosen, SEED)


class Demonstration:
    """At a world that is served at `url` and has its files below `folder`."""

    def __init__(self, url: str, folder: Path) -> None:
        self.outside, self.folder = Outside(url), folder
        self.people = People(SEED, CLERK, SECOND)
        self.shown = Shown(self.outside)
        self.waiting = newcomers.newcomers(SEED, SIZE)
        self.problems: list[str] = []

    def move_in(self) -> None:
        """The companies, as creditors: set up if this is the beginning, else connected to where the world is served now; beside
        them what a visitor needs to register others.
        Raises Refused when the world has lived on without this database."""
        belongs_together(None, self.outside.about()["last_day"])
        for key in KEYS:
            chosen, numbers = company(key)
            erp = erp_access(chosen, numbers, self.outside.url, PAGE_SIZE)
            erp["settings"]["language_attribute"] = "LANGUAGE"
            known = Creditor.objects.filter(organisation_number=numbers.organisation_number).first()
            if known is None or not Connection.objects.filter(creditor=known, active=True).exists():
                more = _MORE if key == "own" else ""
                creditor = settle_in(chosen, numbers, erp, self.folder / key / "bank", FIRST_DAY, more)
                _let_in(creditor)
        newcomers.reach_again(self.outside.url)
        row = Today.objects.first()
        newcomers.make_ready(self.waiting, row.on if row else FIRST_DAY)

    def build(self, progress: Progress | None = None) -> None:
        """Live from the first day, or from where a stopped build left off, to the last. Raises Refused."""
        row = Today.objects.first()
        day = row.on + timedelta(days=1) if row else FIRST_DAY
        days = (LAST_DAY - FIRST_DAY).days + 1
        while day <= LAST_DAY:
            self.live(day)
            if progress:
                progress((day - FIRST_DAY).days + 1, days)
            day += timedelta(days=1)

    def one_more_day(self) -> date:
        """Let the day after today pass; what people have to do is the visitor's. Raises Refused where the law's rates end."""
        row = Today.objects.first()
        if row is None:
            raise Refused("there is no demonstration yet: start it with `fordran demo`")
        coming: date = row.on + timedelta(days=1)
        if coming > LAST_KNOWN:
            raise Refused(
                f"the demonstration ends on {LAST_KNOWN}, with the known reference rates; begin anew with `fordran demo --new`"
            )
        self.live(coming)
        return coming

    def send_approved_today(self) -> int:
        """Letters that were approved on the pages leave. How many."""
        today = Today.objects.get(id=1).on
        return sum(send_approved(open_office(one.creditor), today, one.channels).sent for one in self._guests())

    def live(self, today: date) -> None:
        """One day of the world, of Fordran and, up to the last but one, of the people at work."""
        use_clock(self.outside)
        try:
            self.outside.live(today, "morning")
            for guest in self._guests():
                self._live(guest, today)
            self.outside.live(today, "noon")
        finally:
            use_clock(None)
        self.outside.save()
        Today.objects.update_or_create(id=1, defaults={"on": today})

    def _live(self, guest: Guest, today: date) -> None:
        creditor = guest.creditor
        if guest.key not in KEYS:
            newcomers.exchange_with_the_bank(self.waiting, creditor, self.folder, today)
        elif today < LAST_DAY:
            self.shown.morning(guest.key, open_office(creditor), today, self.people)
        elif today == LAST_DAY:
            self.shown.last_morning(guest.key, open_office(creditor), today)
        else:
            self.shown.morning_after()

        def noon(_creditor: str, step: str, done: int, of: int) -> None:
            if step == "decide" and done == of:
                self.outside.live(today, "noon")

        problems = run_day(today, guest.channels, [creditor], noon).problems
        if today != LAST_DAY:  # that day's are arranged, and for the pages to show
            self.problems += [f"{today}: {one}" for one in problems]
        creditor.refresh_from_db()
        if guest.key not in KEYS:
            return  # its people are the visitor
        if today < LAST_DAY:
            self.people.evening(open_office(creditor), today, guest.channels)
            self.shown.evening(guest.key, creditor, today)
        elif today == LAST_DAY:
            self.shown.last_evening(creditor, today)

    def _guests(self) -> list[Guest]:
        found = []
        for key in KEYS:
            creditor = Creditor.objects.get(organisation_number=company(key)[1].organisation_number)
            found.append(Guest(key, creditor, letters_to(self.folder / key / "letters")))
        for one, creditor in newcomers.running(self.waiting):
            found.append(Guest(one.key, creditor, letters_to(self.folder / one.key / "letters")))
        return found


@transaction.atomic
def _let_in(creditor: Creditor) -> None:
    """The two people, and nobody else; the demonstration's own door is the only one."""
    for name, (first, last) in _PEOPLE.items():
        user, _ = get_user_model().objects.get_or_create(
            username=name, defaults={"first_name": first, "last_name": last, "email": f"{name}@fordran.example"}
        )
        user.set_unusable_password()
        user.save()
        Membership.objects.get_or_create(user=user, creditor=creditor, defaults={"role": "sign"})
    Creditor.objects.filter(pk=creditor.pk).update(activated_on=FIRST_DAY)
