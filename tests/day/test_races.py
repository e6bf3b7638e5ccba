"""Two hands on the same letter at the same moment, each with a database session of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction

from fordran.cases.office import Office, open_office
from fordran.cases.void import void_unsent
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.day.speak import approve_batch, void_stale
from fordran.letters.models import Letter
from fordran.settlement.pay import Money, receive
from tests.books import assert_books_hold
from tests.build import an_item, an_office, bring_in, day, the_case
from tests.conftest import Scratch
from tests.post import PostOffice

REMINDER_DAY = day("2026-02-04")


@pytest.fixture
def office(scratch_database: Scratch, django_db_blocker: Any) -> Iterator[Office]:
    """A reminder that is approved and has not left, in a database with real commits."""
    with django_db_blocker.unblock():
        office = an_office(approved=False)
        bring_in(office, [an_item()], day("2026-02-01"))
        run_day(REMINDER_DAY, {"folder": PostOffice()})
        approve_batch(office.creditor, by="kim", today=REMINDER_DAY)
        yield open_office(Creditor.objects.get())
        assert_books_hold()
        connection.close()


class Meanwhile:
    """Runs something in a thread with its own session, and hands over what it returned or raised."""

    def __init__(self, what: Callable[[], Any]) -> None:
        self.result: Any = None
        self.error: BaseException | None = None
        self.thread = threading.Thread(target=self._run, args=(what,))
        self.thread.start()

    def _run(self, what: Callable[[], Any]) -> None:
        try:
            with transaction.atomic():
                self.result = what()
        except BaseException as error:
            self.error = error
        finally:
            connection.close()

    def waits(self) -> bool:
        self.thread.join(0.5)
        return self.thread.is_alive()

    def ends(self) -> Any:
        self.thread.join(20)
        assert not self.thread.is_alive(), "it never came back"
        if self.error:
            raise self.error
        return self.result


def begin_to_send(other: psycopg.Connection[Any], letter: int) -> None:
    """As the sender does it: lock the letter, and write down that it is leaving."""
    other.execute("SELECT 1 FROM letters_letter WHERE id = %s FOR UPDATE", [letter])
    other.execute(
        """INSERT INTO letters_dispatch (creditor_id, letter_id, channel, key, attempt, state, external_id, error, pdf_sha256)
           SELECT creditor_id, id, 'folder', 'k', 1, 'sending', '', '', '' FROM letters_letter WHERE id = %s""",
        [letter],
    )


def test_a_letter_that_begins_to_leave_while_it_is_to_be_voided_is_not_voided(scratch_database: Scratch, office: Office) -> None:
    letter = Letter.objects.get()
    with scratch_database.connect() as other:
        with other.transaction():
            begin_to_send(other, letter.pk)
            voiding = Meanwhile(lambda: void_unsent(office, [the_case().pk], REMINDER_DAY))
            assert voiding.waits()
        assert voiding.ends() == []
    letter.refresh_from_db()
    assert letter.state == "approved" and the_case().costs_minor == 6_000


def test_a_payment_that_comes_while_the_letter_leaves_takes_its_cost_away_if_it_was_booked_before(
    scratch_database: Scratch, office: Office
) -> None:
    """The letter leaves with its cost; the money was there the day before; the debtor owes no cost and no letter is lost."""
    money = Money("b", "bank", day("2026-02-03"), 100_110, "SEK", the_case().ocr)
    with scratch_database.connect() as other:
        with other.transaction():
            begin_to_send(other, Letter.objects.get().pk)
            paying = Meanwhile(lambda: receive(office, money, REMINDER_DAY))
            assert paying.waits()
        paying.ends()
    assert Letter.objects.get().state == "approved" and the_case().stage == "closed"


def test_two_who_void_the_same_stale_letter_void_it_once(scratch_database: Scratch, office: Office) -> None:
    tomorrow = day("2026-02-05")
    go = threading.Event()

    def slowly() -> list[int]:
        cases = void_stale(office, tomorrow)
        go.wait(10)
        return cases

    first = Meanwhile(slowly)
    assert first.waits()
    second = Meanwhile(lambda: void_stale(office, tomorrow))
    assert second.waits()
    go.set()
    assert [first.ends(), second.ends()] == [[the_case().pk], []]
    assert the_case().stage == "open" and Letter.objects.get().state == "voided"


def test_two_who_pay_the_same_case_pay_it_one_after_the_other(scratch_database: Scratch, office: Office) -> None:
    case, go = the_case().pk, threading.Event()

    def slowly() -> None:
        receive(office, Money("one", "bank", REMINDER_DAY, 60_000, "SEK"), REMINDER_DAY, [case], "person")
        go.wait(10)

    first = Meanwhile(slowly)
    assert first.waits()
    second = Meanwhile(lambda: receive(office, Money("two", "bank", REMINDER_DAY, 60_000, "SEK"), REMINDER_DAY, [case], "person"))
    assert second.waits()
    go.set()
    first.ends()
    second.ends()
    assert the_case().stage == "closed"
    with connection.cursor() as cursor:
        cursor.execute("SELECT sum(amount_minor) FROM ledger_transfer WHERE credit = 'refunds'")
        assert cursor.fetchone() == (120_000 - 100_137,)
