"""A step of the day asks the database as often for a thousand rows as for ten."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fordran.cases.choose import choose_invoices
from fordran.cases.load import due_cases
from fordran.cases.office import Office
from fordran.cases.review import review_cases
from fordran.day.run import run_day
from fordran.db.bulk import run
from fordran.formats.bank import Reading
from fordran.settlement.take_in import TakenIn, take_in
from tests.build import an_item, an_office, bring_in, day
from tests.post import PostOffice
from tests.settlement.bank_day import bgmax

FIRST = day("2026-02-04")
EVERYBODY = 2**62


class Counted:
    number = 0


@contextmanager
def counting() -> Iterator[Counted]:
    counted = Counted()
    with CaptureQueriesContext(connection) as queries:
        yield counted
    counted.number = len(queries)


def _ledger(office: Office, rows: int, on: date = FIRST) -> None:
    """Three invoices a customer, so that letters are joint."""
    prefix = office.creditor.organisation_number[-4:]
    bring_in(office, [an_item(f"{prefix}{n}", f"{n // 3}", row=n + 2) for n in range(rows)], on, name=f"{prefix} {rows} {on}")


def _in_steps(office: Office) -> dict[str, int]:
    """Statements of each step that works through rows, one after the other."""
    found = {}
    with counting() as found_choose:
        choose_invoices(office, FIRST, 0, EVERYBODY)
    ids = due_cases(office.creditor.pk, FIRST, 0, EVERYBODY)
    with counting() as found_decide:
        review_cases(office, ids, FIRST)
    found["choose"], found["decide"] = found_choose.number, found_decide.number
    with counting() as found_again:
        review_cases(office, ids, FIRST)
    found["decide again"] = found_again.number
    return found


@pytest.mark.slow
def test_choosing_and_deciding_ask_no_more_for_a_thousand_than_for_ten(db: None) -> None:
    few, many = an_office(), an_office(number="556036-0793")
    _ledger(few, 10)
    _ledger(many, 1000)
    told = _in_steps(few)
    assert _in_steps(many) == told
    assert max(told.values()) <= 40
    counts = run("SELECT creditor_id, count(*) FROM cases_step GROUP BY 1 ORDER BY 1")
    assert [count for _, count in counts] == [10, 1000]  # it was real work


@pytest.mark.slow
def test_a_whole_day_asks_no_more_for_a_thousand_invoices_than_for_ten(db: None) -> None:
    few, many = an_office(approved=False), an_office(number="556036-0793", approved=False)
    asked = {}
    for office, rows in ((few, 10), (many, 1000)):
        _ledger(office, rows)
        for today in (FIRST, day("2026-02-05")):  # the second day voids the letters nobody let go, and makes them anew
            with counting() as counted:
                report = run_day(today, {"folder": PostOffice()}, [office.creditor])
            assert not report.problems
            asked[rows, today] = counted.number
    assert asked[1000, FIRST] == asked[10, FIRST]
    assert asked[1000, day("2026-02-05")] == asked[10, day("2026-02-05")]


def test_sending_a_batch_of_letters_asks_no_more_than_sending_few(db: None) -> None:
    few, many = an_office(), an_office(number="556036-0793")
    asked = []
    for office, rows in ((few, 3), (many, 60)):
        _ledger(office, rows)
        post = PostOffice()
        with counting() as counted:
            run_day(FIRST, {"folder": post}, [office.creditor])
        assert len(post.taken) == rows // 3
        asked.append(counted.number)
    assert asked[0] == asked[1]


def _statements_of_each_step(office: Office, on: date) -> dict[str, int]:
    """Run the day; what each of its steps asked the database, with what it takes to go on to the next."""
    found: dict[str, int] = {}
    with CaptureQueriesContext(connection) as queries:
        counted = 0

        def progress(_creditor: str, step: str, _done: int, _all: int) -> None:
            nonlocal counted
            found[step] = found.get(step, 0) + len(queries) - counted
            counted = len(queries)

        report = run_day(on, {"folder": PostOffice()}, [office.creditor], progress)
    assert report.problems == []
    return found


def _payments(office: Office, on: str) -> TakenIn:
    """Every second letter is paid in whole, in part or too much, and as many payments name nothing. Left to the day."""
    letters = run("SELECT ocr, total_minor FROM letters_letter WHERE creditor_id = %s ORDER BY id", [office.creditor.pk])
    rows = [(total + (0, 700, -5_000)[n % 3], ocr, "") for n, (ocr, total) in enumerate(letters[::2])]
    rows += [(total, "", f"Kund {n}") for n, (_, total) in enumerate(letters[1::2])]
    file = io.BytesIO(bgmax(rows, on, serial=f"{office.creditor.pk:05d}", account=office.creditor.bankgiro))
    return take_in(
        Reading(file), name="day", on=date.fromisoformat(on), by="test", creditors=[office.creditor.pk], settle_at_most=0
    )


def test_every_step_of_a_day_asks_no_more_for_four_times_the_rows(db: None) -> None:
    few, many = an_office(), an_office(number="556036-0793")
    asked: list[dict[str, int]] = []
    for office, rows in ((few, 12), (many, 48)):
        _ledger(office, rows)
        first = _statements_of_each_step(office, FIRST)
        taken = _payments(office, "2026-02-05")
        assert taken.payments == rows // 3
        later = [an_item(f"9{office.creditor.pk}{n}", f"{n}", row=n + 2) for n in range(rows)]
        bring_in(office, later, day("2026-02-05"), name=f"later {rows}")
        second = _statements_of_each_step(office, day("2026-02-05"))
        assert not run("SELECT 1 FROM settlement_payment WHERE creditor_id = %s AND state = 'new'", [office.creditor.pk])
        asked += [first, second]
    assert set(asked[1]) >= {"learn", "choose", "decide", "send"}  # to look again is to decide what could not leave
    assert asked[2:] == asked[:2]
    counts = run("SELECT creditor_id, count(*), count(DISTINCT decided_on) FROM cases_step GROUP BY 1 ORDER BY 1")
    assert [days for _, _, days in counts] == [2, 2]  # both days had work


@pytest.mark.slow
def test_a_new_picture_of_the_ledger_asks_no_more_for_a_thousand_rows(db: None) -> None:
    few, many = an_office(), an_office(number="556036-0793")
    asked = []
    for office, rows in ((few, 10), (many, 1000)):
        _ledger(office, rows)
        run_day(FIRST, {"folder": PostOffice()}, [office.creditor]) if rows == 10 else _in_steps(office)
        with counting() as counted:
            _ledger(office, rows, day("2026-02-05"))
        asked.append(counted.number)
    assert asked[0] == asked[1]
