"""A real process that takes a bank's file in is killed at each of its commits; run again, everything ends the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.day.verify import verify
from fordran.db import connect, migrated
from fordran.db.embedded import ConnectionInfo
from tests.books import query
from tests.build import an_item, an_office, bring_in, day, later, the_case
from tests.conftest import Scratch
from tests.dies import Driver
from tests.post import PostOffice
from tests.settlement.bank_day import bgmax

pytestmark = pytest.mark.slow

CUSTOMERS = 6
SHARD = 3


class ImportDriver(Driver):
    def __init__(self, scratch: Scratch) -> None:
        super().__init__("tests.settlement.import_driver", scratch.env)
        self.scratch = scratch

    def take_in(self, file: Path, on: str, die: str = "") -> dict[str, Any]:
        return self.run(database=self.scratch.name, file=str(file), on=on, die=die, shard=SHARD)


@pytest.fixture
def driver(scratch_database: Scratch) -> Iterator[ImportDriver]:
    office = an_office()
    bring_in(office, [an_item(str(1001 + n), customer=str(n)) for n in range(CUSTOMERS)], day("2026-02-01"))
    for n in range(5):
        assert run_day(later(day("2026-02-01"), n), {"folder": PostOffice()}).problems == []
    driver = ImportDriver(scratch_database)
    yield driver
    driver.stop()


def a_file(number: int) -> bytes:
    """Parts for each debtor, by OCR, by name alone, and for nobody; with a deduction."""
    rows = [(1_000 + number * 10 + n, the_case(str(1001 + n)).ocr, f"Kund {n}") for n in range(CUSTOMERS)]
    rows += [(2_000 + number, the_case("1001").ocr, "Avdrag"), (-500, the_case("1001").ocr, "Avdrag")]
    rows += [(100_000, "", "KUND 3"), (700 + number, "4711", ""), (900 + number, "1001", "")]
    return bgmax(rows, "2026-02-10", serial=f"{number:05d}", first=number * 100)


def ending() -> list[Any]:
    """Everything that matters, without numbers that a stopped run may have used up."""
    return [
        query("""SELECT key, state, matched_by, confidence, held_minor, refund_minor, taken_minor, rounds, because::text
                 FROM settlement_payment ORDER BY key"""),
        query("""SELECT t.debit, t.credit, t.amount_minor, t."on", t.reason, c.number, p.key FROM ledger_transfer t
                 LEFT JOIN cases_case c ON c.id = t.case_number LEFT JOIN settlement_payment p ON p.id = t.payment_number
                 WHERE t.payment_number <> 0 ORDER BY p.key, c.number, t.id"""),
        query("""SELECT p.key, c.number, a.costs_minor, a.interest_minor, a.capital_minor FROM settlement_allocation a
                 JOIN settlement_payment p ON p.id = a.payment_id JOIN cases_case c ON c.id = a.case_id ORDER BY 1, 2"""),
        query("SELECT number, stage, capital_minor, interest_minor, costs_minor FROM cases_case ORDER BY number"),
        query('SELECT "on", sha256, payments, known FROM bank_bankfile ORDER BY id'),
    ]  # fmt: skip


def test_killed_at_every_commit_and_run_again_an_import_ends_the_same(
    driver: ImportDriver, tmp_path: Path, server: ConnectionInfo
) -> None:
    files = []
    for number in range(1, 13):
        files.append(tmp_path / f"{number}.txt")
        files[-1].write_bytes(a_file(number))
    commits = driver.take_in(files[0], "2026-02-10")["commits"]
    assert commits >= 5, "the file, what was found, shards, payers"
    places = [f"{where} {n}" for n in range(1, commits + 1) for where in ("before", "after")]
    killed = 0
    for file, place in zip(files[1:], places * 2, strict=False):
        killed += driver.take_in(file, "2026-02-10", die=place)["killed"]
        driver.take_in(file, "2026-02-10")
    assert killed >= 8
    report = verify(list(Creditor.objects.all()))
    assert report.ok, report.findings
    disturbed = ending()
    with migrated.scratch_database(server) as name:
        connect.use_database(name)
        office = an_office()
        bring_in(office, [an_item(str(1001 + n), customer=str(n)) for n in range(CUSTOMERS)], day("2026-02-01"))
        for n in range(5):
            assert run_day(later(day("2026-02-01"), n), {"folder": PostOffice()}).problems == []
        calm = ImportDriver(Scratch(name, server))
        for file in files:
            calm.take_in(file, "2026-02-10")
        calm.stop()
        undisturbed = ending()
        connect.use_database(driver.scratch.name)
    for one, other in zip(disturbed, undisturbed, strict=True):
        assert one == other


def test_a_killed_import_is_finished_by_the_day(driver: ImportDriver, tmp_path: Path) -> None:
    file = tmp_path / "file.txt"
    file.write_bytes(a_file(1))
    assert driver.take_in(file, "2026-02-10", die="after 1")["killed"]
    assert query("SELECT count(*) FROM settlement_payment WHERE state = 'new'") == [(11,)]
    assert run_day(day("2026-02-10"), {"folder": PostOffice()}).problems == []
    assert query("SELECT count(*) FROM settlement_payment WHERE state IN ('new', 'found')") == [(0,)]
    report = verify(list(Creditor.objects.all()))
    assert report.ok, report.findings
