"""How a day goes on from step to step, and who may take which piece of it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection

from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day import course, shards
from fordran.day.models import Course, Shard
from fordran.day.run import leave_to_workers, run_day
from fordran.day.shards import Leased
from fordran.day.work import work
from fordran.day.worker import Worker
from fordran.letters.models import Letter
from tests.books import assert_books_hold, query, whole_database
from tests.build import an_item, an_office, bring_in, day, later
from tests.conftest import Scratch
from tests.post import PostOffice

TODAY = day("2026-02-04")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def worker(post: PostOffice, said: list[str]) -> Worker:
    return Worker("w", {"folder": post}, said.append)


def test_workers_come_to_the_same_end_as_a_day_run_by_hand(
    office: Office, post: PostOffice, worker: Worker, said: list[str]
) -> None:
    bring_in(office, [an_item(str(n), str(n % 3)) for n in range(6)], day("2026-02-01"))
    assert leave_to_workers(TODAY).problems == []
    worker.work_off()
    assert Course.objects.get().state == "finished" and Letter.objects.filter(state="sent").count() == 3 == len(post.taken)
    assert [line.split(": ")[2].split()[0] for line in said] == ["learn", "choose", "decide", "send", "look"]
    diary = ("day_shard", "day_course")
    before = whole_database(diary)
    assert run_day(TODAY, {"folder": post}).problems == []
    assert whole_database(diary) == before
    assert set(Shard.objects.values_list("state", flat=True)) == {"done"}


def test_a_step_begins_only_when_the_one_before_is_done_to_its_last_piece(
    office: Office, worker: Worker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fordran.day.shards.SHARD_SIZE", 1)
    bring_in(office, [an_item(str(n), str(n)) for n in range(4)], day("2026-02-01"))
    leave_to_workers(TODAY)
    order = []
    while (step := course.step_of(office.creditor.pk, TODAY)) is not None:
        order.append(step)
        open_now = set(Shard.objects.exclude(state="done").values_list("step", flat=True))
        assert open_now == {step}
        assert worker.take_one()
    assert order == ["learn", *["choose"] * 4, *["decide"] * 4, "send", *["look"] * 4]


def test_a_day_without_anything_to_do_is_over_after_learning_and_looking_for_letters(office: Office, worker: Worker) -> None:
    leave_to_workers(TODAY)
    worker.work_off()
    assert list(Shard.objects.order_by("id").values_list("step", "state")) == [("learn", "done"), ("send", "done")]
    assert Course.objects.get().state == "finished"


def test_workers_leave_a_day_that_somebody_runs_by_hand_alone(office: Office, worker: Worker) -> None:
    course.begin(office, TODAY)
    assert not worker.take_one()


def test_workers_do_not_send_todays_letters_tomorrow(office: Office, worker: Worker) -> None:
    leave_to_workers(TODAY)
    Course.objects.update(workers_until="2026-02-04T00:00Z")
    assert not worker.take_one()
    leave_to_workers(TODAY)
    assert worker.take_one(), "asked for again it is theirs again"


def test_a_later_day_takes_over_and_one_that_never_was_is_refused_while_it_runs(office: Office, worker: Worker) -> None:
    leave_to_workers(TODAY)
    held = shards.lease_any("slow")
    assert held is not None
    leave_to_workers(later(TODAY, 1))
    assert Course.objects.get(day=TODAY).state == "overtaken"
    assert work(lambda: office, held, {}) is None, "its day has gone on without it"
    assert leave_to_workers(TODAY).problems == [] and Course.objects.get(day=TODAY).state == "overtaken"
    never_run = later(TODAY, -1)
    (problem,) = leave_to_workers(never_run).problems
    assert "2026-02-05 has begun" in problem
    with pytest.raises(Refused, match="run that day first"):
        course.begin(office, never_run)
    worker.work_off()
    assert Course.objects.get(day=later(TODAY, 1)).state == "finished"


def test_a_piece_that_fails_stops_its_creditors_day_and_nobody_elses(office: Office, worker: Worker, said: list[str]) -> None:
    other = an_office(number="556703-7485")
    for one in (office, other):
        bring_in(one, [an_item()], day("2026-02-01"))
    leave_to_workers(TODAY)
    Creditor.objects.filter(pk=office.creditor.pk).update(country="NO")
    worker.work_off()
    broken = Shard.objects.get(state="failed")
    assert broken.creditor_id == office.creditor.pk and broken.step == "learn" and "NO" in broken.error
    assert any("failed" in line for line in said)
    assert list(Letter.objects.values_list("creditor_id", flat=True)) == [other.creditor.pk]
    assert not worker.take_one(), "it rests first"
    Creditor.objects.filter(pk=office.creditor.pk).update(country="SE")
    Shard.objects.filter(pk=broken.pk).update(lease_until="2026-02-04T00:00Z")
    worker.work_off()
    assert Course.objects.filter(state="finished").count() == 2 and Letter.objects.count() == 2


def test_a_piece_that_failed_too_often_waits_for_a_person(office: Office, worker: Worker) -> None:
    leave_to_workers(TODAY)
    Shard.objects.update(state="failed", attempt=shards.MOST_ATTEMPTS, lease_until="2026-02-04T00:00Z")
    assert not worker.take_one()
    assert run_day(TODAY, {"folder": PostOffice()}).problems == []
    assert Course.objects.get().state == "finished"


def test_pieces_taken_out_by_hand_do_not_hold_the_day_up(office: Office) -> None:
    course.begin(office, TODAY)
    Shard.objects.all().delete()
    assert run_day(TODAY, {"folder": PostOffice()}).problems == []
    assert Course.objects.get().state == "finished"


def test_counts_of_a_second_round_add_up_and_what_waits_is_as_it_is_now(office: Office) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    post = PostOffice()
    for _ in range(3):
        run_day(TODAY, {"folder": post})
    assert Shard.objects.get(step="send").done == {"sent": 1, "failed": 0, "ambiguous": 0}


def test_a_day_wakes_one_worker_a_piece_and_only_when_it_is_left_to_them(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    run_day(TODAY, {"folder": post})
    assert query("SELECT count(*) FROM procrastinate_jobs") == [(0,)]
    leave_to_workers(later(TODAY, 1))
    assert query("SELECT task_name, queue_name, status::text, args::text FROM procrastinate_jobs") == [
        ("fordran.look_for_work", "day", "todo", "{}")
    ]


# ---- two sessions ---------------------------------------------------------------------------------------------------


class Another:
    """Another worker: a thread with a database session of its own that stays open until told to end."""

    def __init__(self) -> None:
        self.todo: list[tuple[Callable[[], Any], list[Any]]] = []
        self.news = threading.Condition()
        self.ending = False
        self.thread = threading.Thread(target=self._live)
        self.thread.start()

    def _live(self) -> None:
        while True:
            with self.news:
                self.news.wait_for(lambda: self.todo or self.ending)
                if self.ending:
                    break
                what, answer = self.todo.pop()
            answer.append(what())
            with self.news:
                self.news.notify_all()
        connection.close()

    def does(self, what: Callable[[], Any]) -> Any:
        answer: list[Any] = []
        with self.news:
            self.todo.append((what, answer))
            self.news.notify_all()
            assert self.news.wait_for(lambda: answer, 30)
        return answer[0]

    def ends(self) -> None:
        with self.news:
            self.ending = True
            self.news.notify_all()
        self.thread.join(20)


@pytest.fixture
def shared(scratch_database: Scratch, django_db_blocker: Any) -> Iterator[Office]:
    """A day that was left to workers and whose new invoice is to be chosen next, with real commits."""
    with django_db_blocker.unblock():
        office = an_office()
        bring_in(office, [an_item()], day("2026-02-01"))
        leave_to_workers(TODAY)
        learn = shards.lease_any("first")
        assert learn is not None and work(lambda: office, learn, {}) is not None
        yield office
        assert_books_hold()
        connection.close()


@pytest.fixture
def other(shared: Office) -> Iterator[Another]:
    another = Another()
    yield another
    another.ends()


def _take(name: str) -> Leased | None:
    return shards.lease_any(name)


def test_a_lease_that_has_expired_is_offered_again_and_who_lost_it_is_rolled_back(shared: Office, other: Another) -> None:
    slow = other.does(lambda: _take("slow"))
    assert slow is not None and slow.step == "choose" and _take("quick") is None
    Shard.objects.filter(pk=slow.id).update(lease_until="2026-02-04T00:00Z")
    quick = _take("quick")
    assert quick is not None and (quick.id, quick.attempt) == (slow.id, 2)
    office = open_office(Creditor.objects.get())
    assert other.does(lambda: work(lambda: office, slow, {})) is None
    assert Case.objects.count() == 0, "all that the slow one had done is gone"
    assert Shard.objects.get(pk=slow.id).worker == "quick"
    assert work(lambda: office, quick, {}) == {"looked_at": 1, "taken": 1}
    assert Case.objects.count() == 1 and course.step_of(office.creditor.pk, TODAY) == "decide"


def test_a_lease_ends_with_the_session_that_took_it(shared: Office, other: Another) -> None:
    held = other.does(lambda: _take("doomed"))
    assert _take("heir") is None
    other.does(connection_closed)
    heir = _take("heir")
    for _ in range(100):  # the server notices within a moment
        if heir is not None:
            break
        threading.Event().wait(0.05)
        heir = _take("heir")
    assert heir is not None and heir.id == held.id


def connection_closed() -> bool:
    connection.close()
    return True


def test_a_failure_is_written_down_only_by_who_still_has_the_piece(shared: Office, other: Another) -> None:
    slow = other.does(lambda: _take("slow"))
    Shard.objects.filter(pk=slow.id).update(lease_until="2026-02-04T00:00Z")
    assert _take("quick") is not None
    other.does(lambda: shards.fail(slow, "too late") or True)
    assert Shard.objects.get(pk=slow.id).state == "leased"


def test_of_two_who_finish_the_last_pieces_at_once_one_goes_on(
    scratch_database: Scratch, django_db_blocker: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fordran.day.shards.SHARD_SIZE", 1)
    with django_db_blocker.unblock():
        office = an_office()
        bring_in(office, [an_item(str(n), str(n)) for n in range(2)], day("2026-02-01"))
        leave_to_workers(TODAY)
        work(lambda: office, _must(_take("a")), {})
        pieces, done, go = [_must(_take(name)) for name in ("a", "b")], [], threading.Barrier(2)
        # Both leases are this session's; each thread takes its own over, as a worker would have it.
        Shard.objects.update(lease_until="2026-02-04T00:00Z")

        def finish() -> None:
            mine = _must(_take("x"))
            go.wait(20)
            done.append(work(lambda: office, mine, {}))
            connection.close()

        threads = [threading.Thread(target=finish) for _ in pieces]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(40)
        assert done == [{"looked_at": 1, "taken": 1}] * 2
        assert Course.objects.get().step == "decide" and Shard.objects.filter(step="decide").count() == 2
        connection.close()


def _must(shard: Leased | None) -> Leased:
    assert shard is not None
    return shard
