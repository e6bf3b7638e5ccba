"""A real process, killed at every commit of a full day and in the middle of every letter, and run again: the same end.

And two real processes on the same day at once: the same end too. The world before the day is made once and copied for
each run; what is compared is everything but the numbers that a rolled-back transaction burns.
"""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from fordran.cases.acts import place_hold
from fordran.day.run import run_day
from fordran.db import connect, migrated, roles
from fordran.db.embedded import ConnectionInfo
from fordran.ports.errors import Unavailable
from fordran.settlement.pay import Money, receive, register_direct
from tests.books import assert_books_hold, query
from tests.build import an_item, an_office, bring_in, day, later, the_case
from tests.conftest import one_in
from tests.dies import Driver
from tests.post import PostOffice

pytestmark = pytest.mark.slow

TODAY = day("2026-02-19")


# ---- the process that dies --------------------------------------------------------------------------------------


class DayDriver(Driver):
    """The process of tests/day/driver.py."""

    def __init__(self) -> None:
        super().__init__(
            "tests.day.driver", dict(os.environ, DJANGO_SETTINGS_MODULE="fordran.config.settings", FORDRAN_ROLE="batch")
        )

    def begin_in(self, world: World, **order: Any) -> None:
        self.begin(**{"database": world.database, "letters": str(world.letters), "day": TODAY.isoformat(), **order})

    def run_in(self, world: World, **order: Any) -> dict[str, Any]:
        self.begin_in(world, **order)
        return self.answer()


@pytest.fixture(scope="module")
def drivers(django_db_setup: None) -> Iterator[tuple[DayDriver, DayDriver]]:
    both = DayDriver(), DayDriver()
    yield both
    for driver in both:
        driver.stop()


# ---- the world --------------------------------------------------------------------------------------------------


class World:
    """A database and a folder of letters."""

    def __init__(self, database: str, letters: Path) -> None:
        self.database, self.letters = database, letters

    def state(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that a person could see, by natural keys."""
        with self.entered():
            assert_books_hold()
            found = {name: sorted(query(sql), key=repr) for name, sql in SEEN.items()}
            sent = query("SELECT number FROM letters_letter WHERE state = 'sent' AND dated_on >= %s ORDER BY 1", TODAY)
            numbers = [number for (number,) in sent]
        papers = sorted(path.name.partition("_")[0] for path in self.letters.glob("*.pdf"))
        assert papers == numbers, "one PDF for each letter that was sent, and none besides"
        index = self.letters / "index.csv"
        rows = index.read_text("utf-8-sig").splitlines()[1:] if index.exists() else []
        assert sorted(row.split(";")[1] for row in rows) == papers
        found["papers"] = [(len(papers),)]
        return found

    @contextmanager
    def entered(self) -> Iterator[None]:
        before = os.environ.get("FORDRAN_DATABASE")
        connect.use_database(self.database)
        try:
            yield
        finally:
            connection.close()
            connect.use_database(before)


_LETTER = """(SELECT string_agg(i.number, '+' ORDER BY i.number) FROM letters_lettercase k
              JOIN cases_case c ON c.id = k.case_number JOIN invoices_invoice i ON i.id = c.invoice_id
              WHERE k.letter_id = l.id)"""
SEEN = {
    "ledger": """SELECT t."on", t.booked_on, t.debit, t.credit, t.amount_minor, t.currency, t.reason, t.act, t.section, i.number,
                 t.creditor_id FROM ledger_transfer t LEFT JOIN cases_case c ON c.id = t.case_number
                 LEFT JOIN invoices_invoice i ON i.id = c.invoice_id""",
    "cases": """SELECT i.number, c.creditor_id, c.number, stage, stage_on, opened_on, capital_minor, interest_booked_minor,
                interest_minor, costs_minor, closed_on, closed_cause, review_on, next_kind, next_on, outcome, reason, held,
                decisions
                FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id""",
    "steps": f"""SELECT i.number, s.kind, s.decided_on, s."on", s.last_day, s.sent, s.asked_minor, s.interest_until, s.voided_on,
                 {_LETTER} FROM cases_step s JOIN cases_case c ON c.id = s.case_id JOIN invoices_invoice i ON i.id = c.invoice_id
                 LEFT JOIN letters_letter l ON l.id = s.letter_id""",
    "charges": """SELECT i.number, h.kind, h.amount_minor, h."on", h.waived_minor, h.paid_minor, h.voided_on, h.act, h.section
                  FROM cases_charge h JOIN invoices_invoice i ON i.id = h.invoice_id""",
    "decisions": """SELECT i.number, d.number, d."on", d.outcome, d.step, d.until, d.because::text FROM cases_decision d
                    JOIN cases_case c ON c.id = d.case_id JOIN invoices_invoice i ON i.id = c.invoice_id""",
    "letters": f"""SELECT l.creditor_id, l.kind, l.dated_on, l.last_day, l.total_minor, l.state, l.sent_on, l.voided_on,
                   l.void_reason,
                   {_LETTER} FROM letters_letter l""",
    "dispatches": f"""SELECT d.channel, d.attempt, d.state, d."on", d.error, length(d.pdf_sha256), l.kind, l.dated_on, {_LETTER}
                      FROM letters_dispatch d JOIN letters_letter l ON l.id = d.letter_id""",
    "batches": """SELECT creditor_id, "on", letters, waits_because, usual, approved_on, approved_by FROM letters_batch""",
    "verdicts": """SELECT i.number, v."on", v.taken, v.reason, v.level FROM invoices_selection v
                   JOIN invoices_invoice i ON i.id = v.invoice_id""",
    "unfinished": "SELECT creditor_id, step, state FROM day_shard WHERE state <> 'done'",
}  # fmt: skip


@pytest.fixture(scope="module")
def before(
    django_db_setup: None, server: ConnectionInfo, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The evening before the day: something is due for every hand of the engine."""
    with django_db_blocker.unblock(), migrated.scratch_database(server) as name:
        world = World(name, tmp_path_factory.mktemp("letters"))
        with world.entered():
            _make_world()
        yield world


def _make_world() -> None:
    office = an_office(creditor="confirms_payments = true\n")
    post, shut = PostOffice(), PostOffice(fails=_shut)
    bring_in(office, [
        an_item("joint-1", "1", due=day("2026-01-29")), an_item("joint-2", "1"),  # a demand for both today
        an_item("plain", "2"),  # a demand today
        an_item("nobody", "3", identity=""),  # a question today
        an_item("rest", "4", due=day("2025-12-30")),  # a rest that is written off today
        an_item("held", "5"),  # its hold ended yesterday
        an_item("part", "6", due=day("2026-01-27")),  # a rest letter today
        an_item("stale", "7", due=day("2026-02-13")),  # written yesterday, could not leave
        an_item("new-1", "8", due=day("2026-02-14")), an_item("new-2", "8", due=day("2026-02-14")),  # taken today
        an_item("small", "9", due=day("2026-02-14"), open=5_000, amount=5_000),  # passed over today
    ], day("2026-01-12"))  # fmt: skip
    for n in range((TODAY - day("2026-01-12")).days):
        today = later(day("2026-01-12"), n)
        _what_people_did(today)
        late = today == day("2026-02-18")
        run_day(today, {"folder": shut if late else post})
    _what_people_did(TODAY)


def _shut(*_: object) -> None:
    raise Unavailable("the post office is shut")


def _what_people_did(today: date) -> None:
    on = today.isoformat()
    if on == "2026-01-20":
        register_direct(the_case("rest"), amount_minor=100_000, on=today, by="kim", today=today)
    if on == "2026-02-05":
        place_hold(the_case("held"), kind="respite", reason="ber om tid", by="kim", today=today, until=day("2026-02-18"))
    if on == "2026-02-10":
        register_direct(the_case("part"), amount_minor=40_000, on=today, by="kim", today=today)
    if on == "2026-02-19":
        case = the_case("plain")
        office_money = Money("today", "bank", day("2026-02-16"), 50_000, "SEK", case.ocr)
        from fordran.cases.office import open_office

        receive(open_office(case.creditor), office_money, today)


@contextmanager
def a_copy(of: World, server: ConnectionInfo, where: Path) -> Iterator[World]:
    """A copy of the world that may be spoilt."""
    name = f"fordran_scratch_{os.getpid()}_{where.name}"
    with server.connect("owner", "postgres") as owner:
        roles.make_database(owner, name, of.database)
    letters = where / "letters"
    shutil.copytree(of.letters, letters)
    try:
        yield World(name, letters)
    finally:
        with server.connect("owner", "postgres") as owner:
            migrated.drop(owner, name)
        shutil.rmtree(where, ignore_errors=True)


@pytest.fixture(scope="module")
def undisturbed(
    before: World, drivers: tuple[DayDriver, DayDriver], server: ConnectionInfo, django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, list[tuple[Any, ...]]], int]:  # fmt: skip
    """How the day ends when nothing happens, and how many commits it has."""
    with django_db_blocker.unblock(), a_copy(before, server, tmp_path_factory.mktemp("undisturbed")) as world:
        said = drivers[0].run_in(world)
        assert said["problems"] == [] and not said["killed"]
        return world.state(), said["commits"]


def test_the_day_that_is_disturbed_has_work_for_every_hand(undisturbed: tuple[dict[str, Any], int]) -> None:
    state, commits = undisturbed
    today = [row for row in state["letters"] if row[2] == TODAY]
    assert sorted((row[1], row[9]) for row in today if row[5] == "sent") == [
        ("demand", "held"), ("demand", "joint-1+joint-2"), ("reminder", "new-1+new-2"), ("reminder", "stale"),
        ("residual", "plain"),
    ]  # fmt: skip
    ends = {row[0]: (row[3], row[15]) for row in state["cases"]}
    assert ends["rest"] == ("closed", "close") and ends["nobody"] == ("reminded", "ask") and "small" not in ends
    assert commits >= 12


@pytest.fixture
def copy(before: World, server: ConnectionInfo, django_db_blocker: Any, tmp_path: Path, undisturbed: object) -> Iterator[World]:
    with django_db_blocker.unblock(), a_copy(before, server, tmp_path) as world:
        yield world


def test_killed_at_every_commit_and_run_again_the_day_ends_the_same(
    before: World, drivers: tuple[DayDriver, DayDriver], server: ConnectionInfo, django_db_blocker: Any, tmp_path: Path,
    undisturbed: tuple[dict[str, Any], int],
) -> None:  # fmt: skip
    wanted, commits = undisturbed
    driver = drivers[0]
    with django_db_blocker.unblock():
        for n in range(1, commits + 1, one_in(4)):
            for where in ("before", "after") if n % 3 == 0 else ("before",):
                with a_copy(before, server, _made(tmp_path / f"{where}{n}")) as world:
                    assert driver.run_in(world, die=f"{where} {n}")["killed"], f"{where} commit {n}"
                    again = driver.run_in(world)
                    assert again["problems"] == [], f"{where} commit {n}"
                    assert world.state() == wanted, f"{where} commit {n}"


def test_killed_twice_in_a_row_the_day_still_ends_the_same(
    before: World, drivers: tuple[DayDriver, DayDriver], server: ConnectionInfo, django_db_blocker: Any, tmp_path: Path,
    undisturbed: tuple[dict[str, Any], int],
) -> None:  # fmt: skip
    wanted, commits = undisturbed
    with django_db_blocker.unblock():
        for first, second in ((3, 4), (commits // 2, 3), (commits - 4, 5)):
            with a_copy(before, server, _made(tmp_path / f"twice{first}")) as world:
                assert drivers[0].run_in(world, die=f"before {first}")["killed"]
                drivers[0].run_in(world, die=f"before {second}")
                assert drivers[0].run_in(world)["problems"] == []
                assert world.state() == wanted, (first, second)


@pytest.mark.parametrize("where", ["pdf 1", "listed 1", "pdf 3", "listed 3"])
def test_killed_in_the_middle_of_a_letter_there_is_one_pdf_of_it(
    copy: World, drivers: tuple[DayDriver, DayDriver], undisturbed: tuple[dict[str, Any], int], where: str
) -> None:
    assert drivers[0].run_in(copy, die=where)["killed"]
    assert drivers[0].run_in(copy)["problems"] == []
    assert copy.state() == undisturbed[0]


def test_a_letter_that_was_half_written_yesterday_is_ambiguous_today_and_never_sent_again(
    copy: World, drivers: tuple[DayDriver, DayDriver]
) -> None:
    assert drivers[0].run_in(copy, die="pdf 1")["killed"]
    papers = {path.name for path in copy.letters.glob("*.pdf")}
    for n in (1, 4, 5):
        drivers[0].run_in(copy, day=later(TODAY, n).isoformat())
    with copy.entered():
        states = query("SELECT l.id, d.state, count(*) FROM letters_dispatch d JOIN letters_letter l ON l.id = d.letter_id "
                       "WHERE l.dated_on = %s GROUP BY 1, 2 ORDER BY 1", TODAY)  # fmt: skip
        assert [state for _, state, _ in states].count("ambiguous") == 1
        (invoices,) = query(
            f"SELECT {_LETTER} FROM letters_letter l JOIN letters_dispatch d ON d.letter_id = l.id WHERE d.state = 'ambiguous'"
        )
        again = query(f"SELECT count(*) FROM letters_letter l WHERE l.dated_on > %s AND {_LETTER} = %s", TODAY, invoices[0])
        assert again == [(0,)]
        assert_books_hold()
    assert papers <= {path.name for path in copy.letters.glob("*.pdf")}


def test_whatever_one_process_is_doing_another_on_the_same_day_does_no_harm(
    before: World, drivers: tuple[DayDriver, DayDriver], server: ConnectionInfo, django_db_blocker: Any, tmp_path: Path,
    undisturbed: tuple[dict[str, Any], int],
) -> None:  # fmt: skip
    """One stands still at each place in turn, with all its locks; the other comes and waits or gets on; then it goes on."""
    wanted, commits = undisturbed
    first, second = drivers
    with django_db_blocker.unblock():
        for place in [*(f"before {n}" for n in range(1, commits + 1, one_in(8))), "hand 2"]:
            folder = _made(tmp_path / place.replace(" ", ""))
            with a_copy(before, server, folder) as world:
                first.begin_in(world, wait=f"{place} in {folder}")
                while not (folder / "here").exists():
                    assert not first.has_answered(0.02), place
                second.begin_in(world)
                if place.startswith("hand"):
                    assert not second.has_answered(1.0), "a letter that another process is sending was not waited for"
                else:
                    second.has_answered(0.3)
                (folder / "go").touch()
                for driver in drivers:
                    assert driver.answer()["problems"] == [], place
                assert first.run_in(world)["problems"] == [], place
                assert world.state() == wanted, place


@pytest.mark.parametrize("seed", range(4))
def test_two_processes_on_the_same_day_come_to_the_same_end(
    copy: World, drivers: tuple[DayDriver, DayDriver], undisturbed: tuple[dict[str, Any], int], seed: int
) -> None:
    """No second fee-bearing reminder, no second letter, whatever they meet over."""
    shard = 1 if seed % 2 else 5_000
    for number, driver in enumerate(drivers):
        driver.begin_in(copy, jitter=10 * seed + number, shard=shard)
    for driver in drivers:
        assert not driver.answer()["killed"]
    assert drivers[0].run_in(copy)["problems"] == []  # what one of them may have had to leave
    state = copy.state()
    assert _without_case_numbers(state) == _without_case_numbers(undisturbed[0])


@pytest.mark.parametrize("seed", range(2))
def test_a_process_with_two_hands_comes_to_the_same_end(
    copy: World, drivers: tuple[DayDriver, DayDriver], undisturbed: tuple[dict[str, Any], int], seed: int
) -> None:
    """Many pieces and one process: it works with two hands, each with a session of its own."""
    said = drivers[0].run_in(copy, jitter=seed, shard=1)
    assert said["problems"] == [] and not said["killed"]
    assert _without_case_numbers(copy.state()) == _without_case_numbers(undisturbed[0])
    with copy.entered():
        assert query("SELECT count(DISTINCT leased_by) FROM day_shard WHERE day = %s", TODAY)[0][0] > 1


@pytest.mark.parametrize("place", ["before 4", "before 7", "before 10", "hand 2"])
def test_one_of_two_processes_is_killed_with_all_its_locks_and_the_other_finishes(
    copy: World, drivers: tuple[DayDriver, DayDriver], undisturbed: tuple[dict[str, Any], int], tmp_path: Path, place: str
) -> None:
    first, second = drivers
    folder = _made(tmp_path / "wait")
    first.begin_in(copy, wait=f"{place} in {folder}")
    while not (folder / "here").exists():
        assert not first.has_answered(0.02)
    second.begin_in(copy)
    second.has_answered(0.3)
    os.kill(int((folder / "here").read_text()), signal.SIGKILL)
    assert first.answer()["killed"]
    assert second.answer()["problems"] == []
    assert first.run_in(copy)["problems"] == []
    assert copy.state() == undisturbed[0]


def _without_case_numbers(state: dict[str, Any]) -> dict[str, Any]:
    """Case numbers follow the order of the shards."""
    cases = [(row[0], *row[3:]) for row in state["cases"]]
    return {**state, "cases": sorted(cases, key=repr)}


def _made(path: Path) -> Path:
    path.mkdir()
    return path
