"""Real workers in processes of their own: killed, cut off, told to stop, raced, robbed of their queue. The day ends the same
as when one process ran it undisturbed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest

from fordran.connectors.registry import letter_channel
from fordran.day.run import run_day
from fordran.db import migrated
from fordran.db.embedded import ConnectionInfo
from tests.build import an_item, an_office, bring_in, day, later
from tests.conftest import ROOT
from tests.day.test_crash import World, a_copy
from tests.post import PostOffice

pytestmark = pytest.mark.slow

TODAY = day("2026-02-19")
CUSTOMERS = 6


@pytest.fixture(scope="module")
def before(
    django_db_setup: None, server: ConnectionInfo, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The evening before: most customers have a demand to come, and a new invoice that is to be taken."""
    with django_db_blocker.unblock(), migrated.scratch_database(server) as name:
        world = World(name, tmp_path_factory.mktemp("letters"))
        with world.entered():
            office = an_office()
            items = [an_item(f"old-{n}", str(n), identity="" if n == 3 else "811228-9874") for n in range(1, CUSTOMERS)]
            items += [an_item(f"new-{n}", str(n), due=day("2026-02-14")) for n in range(4, CUSTOMERS + 4)]
            bring_in(office, items, day("2026-02-03"))
            run_day(day("2026-02-04"), {"folder": PostOffice()})
        yield world


@pytest.fixture(scope="module")
def undisturbed(
    before: World, server: ConnectionInfo, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, Any]:
    """How the day ends when one process runs it by itself."""
    with django_db_blocker.unblock(), a_copy(before, server, tmp_path_factory.mktemp("undisturbed")) as world:
        with world.entered():
            report = run_day(TODAY, {"folder": letter_channel("folder", {"directory": str(world.letters)})})
            assert report.problems == []
        return seen(world)


def seen(world: World) -> dict[str, Any]:
    """Everything but the numbers of cases, which follow the order in which the pieces were taken."""
    state = world.state()
    return {**state, "cases": sorted(((row[0], *row[3:]) for row in state["cases"]), key=repr)}


class Works:
    """A copy of the world, and the processes that work in it."""

    def __init__(self, world: World, server: ConnectionInfo) -> None:
        self.world = world
        self.connection = server.connect("batch", world.database)
        self.processes: dict[str, subprocess.Popen[str]] = {}

    def start(self, *arguments: str, slow: float = 0.01, size: int = 1, look: float = 0.3) -> subprocess.Popen[str]:
        env = dict(
            os.environ, FORDRAN_DATABASE=self.world.database, FORDRAN_LETTERS=str(self.world.letters), FORDRAN_ROLE="batch",
            DJANGO_SETTINGS_MODULE="fordran.config.settings",
        )  # fmt: skip
        return subprocess.Popen(
            [sys.executable, "-m", "tests.day.worker_process", str(slow), str(size), str(look), *arguments],
            cwd=ROOT, env=env, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def worker(self, name: str, *arguments: str, **how: Any) -> None:
        self.processes[name] = self.start("worker", "--name", name, *arguments, **how)

    def listening(self) -> None:
        """All of them are up and are woken by the queue."""
        self.until(lambda: self.one("SELECT count(*) FROM procrastinate_workers") == len(self.processes))

    def enqueue(self, on: str = TODAY.isoformat()) -> None:
        process = self.start("day", "--on", on, "--enqueue", slow=0)
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, out + err

    def one(self, statement: str, *values: object) -> Any:
        row = self.connection.execute(statement, values).fetchone()  # type: ignore[arg-type]
        return row[0] if row else None

    def holder(self, step: str) -> str | None:
        """A worker that holds a piece of the step now."""
        return self.one("SELECT worker FROM day_shard WHERE day = %s AND step = %s AND state = 'leased'", TODAY, step)

    def until(self, true: Callable[[], Any], seconds: float = 180) -> Any:
        for _ in range(int(seconds / 0.01)):
            found = true()
            if found:
                return found
            time.sleep(0.01)
        raise AssertionError(self.said())

    def finished(self) -> None:
        self.until(lambda: self.one("SELECT state FROM day_course WHERE day = %s", TODAY) == "finished")

    def kill(self, name: str) -> None:
        process = self.processes.pop(name)
        process.kill()
        process.communicate(timeout=20)

    def stop(self) -> dict[str, tuple[int, str]]:
        """Ask all to stop; how each ended and what it said."""
        for process in self.processes.values():
            process.send_signal(signal.SIGTERM)
        ended = {}
        for name, process in self.processes.items():
            _, err = process.communicate(timeout=180)
            ended[name] = (process.returncode, err)
        self.processes = {}
        return ended

    def said(self) -> str:
        for name in list(self.processes):
            self.processes[name].kill()
        return "\n".join(process.communicate()[1] for process in self.processes.values())


@contextmanager
def works_in(before: World, server: ConnectionInfo, blocker: Any, where: Path) -> Iterator[Works]:
    with blocker.unblock(), a_copy(before, server, where) as world:
        works = Works(world, server)
        try:
            yield works
        finally:
            works.said()
            works.connection.close()


@pytest.fixture
def works(before: World, server: ConnectionInfo, django_db_blocker: Any, tmp_path: Path, undisturbed: object) -> Iterator[Works]:
    with works_in(before, server, django_db_blocker, tmp_path) as works:
        yield works


@pytest.mark.parametrize("step", ["choose", "decide", "send"])
def test_three_workers_of_which_one_is_killed_in_the_middle_come_to_the_same_end(
    works: Works, undisturbed: dict[str, Any], step: str
) -> None:
    for name in ("a", "b", "c"):
        works.worker(name)
    works.listening()
    works.enqueue()
    works.kill(works.until(lambda: works.holder(step)))
    works.finished()
    if step != "send":
        assert works.one("SELECT count(DISTINCT worker) FROM day_shard WHERE day = %s", TODAY) >= 2
        assert works.one("SELECT count(*) FROM day_shard WHERE day = %s AND step = 'decide'", TODAY) > 4
    ended = works.stop()
    assert [code for code, _ in ended.values()] == [0, 0], ended
    assert seen(works.world) == undisturbed


def test_the_queue_alone_wakes_a_worker_that_hardly_ever_looks_by_itself(works: Works, undisturbed: dict[str, Any]) -> None:
    works.worker("a", look=1_000, slow=0)
    works.listening()
    works.enqueue()
    works.finished()
    works.until(lambda: works.one("SELECT count(*) FROM procrastinate_jobs") == 0)
    works.stop()
    assert seen(works.world) == undisturbed


def test_without_a_single_job_in_the_queue_the_day_takes_longer_and_ends_the_same(
    works: Works, undisturbed: dict[str, Any]
) -> None:
    works.worker("a")
    works.worker("b")
    works.listening()
    works.enqueue()
    deleted = 0
    while works.one("SELECT state FROM day_course WHERE day = %s", TODAY) != "finished":
        deleted += works.connection.execute("DELETE FROM procrastinate_jobs").rowcount
        time.sleep(0.01)
    assert deleted > 0
    ended = works.stop()
    assert [code for code, _ in ended.values()] == [0, 0]
    assert seen(works.world) == undisturbed


def test_two_who_enqueue_the_same_day_at_once_begin_it_once(works: Works, undisturbed: dict[str, Any]) -> None:
    both = [works.start("day", "--on", TODAY.isoformat(), "--enqueue", slow=0.05) for _ in range(2)]
    for process in both:
        out, err = process.communicate(timeout=180)
        assert process.returncode == 0, out + err
    assert works.one("SELECT count(*) FROM day_shard WHERE day = %s", TODAY) == 1
    works.worker("a", "--once", slow=0)
    assert works.processes.pop("a").wait(180) == 0
    assert works.one("SELECT count(*) FROM procrastinate_jobs") == 0
    assert seen(works.world) == undisturbed


def test_a_day_run_by_hand_beside_workers_ends_the_same(works: Works, undisturbed: dict[str, Any]) -> None:
    works.worker("a")
    works.worker("b")
    works.listening()
    works.enqueue()
    works.until(lambda: works.holder("choose"))
    by_hand = works.start("day", "--on", TODAY.isoformat())
    out, err = by_hand.communicate(timeout=180)
    assert by_hand.returncode == 0, out + err
    works.finished()
    works.stop()
    assert seen(works.world) == undisturbed


def test_a_worker_whose_connections_are_cut_goes_on_and_its_piece_is_done_once(works: Works, undisturbed: dict[str, Any]) -> None:
    works.worker("a")
    works.listening()
    works.enqueue()
    for step in ("choose", "decide", "send"):
        works.until(lambda step=step: works.holder(step))
        works.connection.execute(
            """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
               WHERE datname = current_database() AND pid <> pg_backend_pid() AND usename = current_user"""
        )
    works.finished()
    assert works.processes["a"].poll() is None
    works.stop()
    assert seen(works.world) == undisturbed


def test_a_worker_told_to_stop_finishes_the_piece_in_work_and_ends(works: Works, undisturbed: dict[str, Any]) -> None:
    works.worker("a", slow=0.05)
    works.listening()
    works.enqueue()
    works.until(lambda: works.holder("decide"))
    ((code, said),) = works.stop().values()
    assert code == 0 and "ended" in said
    assert works.one("SELECT count(*) FROM day_shard WHERE state = 'leased'") == 0
    assert works.one("SELECT count(*) FROM day_shard WHERE day = %s AND step = 'decide' AND state = 'done'", TODAY) == 1
    assert works.one("SELECT state FROM day_course WHERE day = %s", TODAY) == "running"
    works.worker("b", slow=0)
    works.finished()
    works.stop()
    assert seen(works.world) == undisturbed


def test_a_worker_without_the_folder_leaves_the_letters_to_one_that_has_it(works: Works, undisturbed: dict[str, Any]) -> None:
    works.enqueue()
    works.worker("far", "--once", "--no-send", slow=0)
    assert works.processes.pop("far").wait(180) == 0
    assert works.one("SELECT step FROM day_course WHERE day = %s", TODAY) == "send"
    works.worker("near", "--once", slow=0)
    assert works.processes.pop("near").wait(180) == 0
    assert seen(works.world) == undisturbed


def test_several_processes_of_one_command_stop_with_it_and_one_that_dies_is_started_again(works: Works) -> None:
    command = works.start("worker", "--name", "x", "--concurrency", "2")
    works.processes["x"] = command
    works.until(lambda: works.one("SELECT count(*) FROM procrastinate_workers") == 2)
    children = Path(f"/proc/{command.pid}/task/{command.pid}/children").read_text().split()
    assert len(children) == 2
    os.kill(int(children[0]), signal.SIGKILL)
    works.until(lambda: works.one("SELECT count(*) FROM procrastinate_workers") == 3)  # with the dead one's row
    ((code, said),) = works.stop().values()
    assert code == 0 and "started again" in said
    for child in children:
        assert not Path(f"/proc/{child}").exists()


def test_pages_cannot_reach_the_queue_nor_move_a_day(works: Works, server: ConnectionInfo) -> None:
    with server.connect("app", works.world.database) as page:
        for statement in (
            "SELECT count(*) FROM procrastinate_jobs",
            "INSERT INTO procrastinate_jobs (task_name) VALUES ('fordran.look_for_work')",
            "UPDATE day_course SET state = 'running'",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                page.execute(statement)  # type: ignore[arg-type]


def test_a_later_day_ends_one_that_is_not_finished(works: Works) -> None:
    works.enqueue()
    works.worker("a", "--once", "--no-send", slow=0)
    assert works.processes.pop("a").wait(180) == 0
    works.enqueue(later(TODAY, 1).isoformat())
    assert works.one("SELECT state FROM day_course WHERE day = %s", TODAY) == "overtaken"
    works.worker("b", "--once", slow=0)
    assert works.processes.pop("b").wait(180) == 0
    assert works.one("SELECT count(*) FROM letters_letter WHERE state = 'sent' AND dated_on = %s", TODAY) == 0
    assert works.one("SELECT count(*) FROM letters_letter WHERE state = 'sent' AND dated_on = %s", later(TODAY, 1)) > 4
    late = works.start("day", "--on", later(TODAY, -1).isoformat(), "--enqueue", slow=0)
    late.communicate(timeout=180)
    assert late.returncode == 0, "nothing is running any more, and a day may be gone through again"
