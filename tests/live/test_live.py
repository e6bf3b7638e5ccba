"""Companies lived with over the real wire: what must be true is held against the world's own memory of what happened."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("werkzeug")
pytest.importorskip("httpx")

from fordran.cli.living.life import Life, Plan
from fordran.cli.living.report import as_data, as_page, in_words
from fordran.db.bulk import run
from fordran.db.embedded import ConnectionInfo
from fordran.db.scratch import scratch_database
from fordran.sandbox.book import Journal


@pytest.fixture(autouse=True)
def own_databases(django_db_setup: None, server: ConnectionInfo, django_db_blocker: Any) -> Iterator[None]:
    """Each life is lived in a scratch database on the tests' server."""
    with django_db_blocker.unblock():
        yield


FIRST = date(2026, 1, 7)
FEW: tuple[str, ...] = ("own", "agency-two")


def live(plan: Plan, directory: Path) -> tuple[dict[str, Any], list[Any], list[Any]]:
    """The report, every transfer in order, and what each account of each claim came to."""
    with scratch_database(), Life(plan, directory) as life:
        life.move_in()
        life.play()
        data = as_data(life)
        return data, _transfers(), _balances()


def _transfers() -> list[Any]:
    return run(
        """SELECT c.organisation_number, t."on", t.booked_on, t.debit, t.credit, t.amount_minor, t.currency, t.reason, i.number
           FROM ledger_transfer t JOIN creditors_creditor c ON c.id = t.creditor_id
           LEFT JOIN cases_case k ON k.id = t.case_number LEFT JOIN invoices_invoice i ON i.id = k.invoice_id ORDER BY t.id""",
        [],
    )


def _balances() -> list[Any]:
    return run(
        """SELECT n, account, currency, number, sum(minor) FROM (
               SELECT c.organisation_number AS n, x.account, t.currency, i.number, x.minor
               FROM ledger_transfer t JOIN creditors_creditor c ON c.id = t.creditor_id
               CROSS JOIN LATERAL (VALUES (t.debit, t.amount_minor), (t.credit, -t.amount_minor)) AS x (account, minor)
               LEFT JOIN cases_case k ON k.id = t.case_number LEFT JOIN invoices_invoice i ON i.id = k.invoice_id) v
           GROUP BY 1, 2, 3, 4 HAVING sum(minor) <> 0 ORDER BY 1, 2, 3, 4""",
        [],
    )


def _digest(rows: Sequence[Any]) -> str:
    return hashlib.sha256(json.dumps(rows, default=str).encode()).hexdigest()


def _wrong(data: dict[str, Any]) -> dict[str, Any]:
    return {name: faults[:5] for name, faults in data["proofs"].items() if faults}


@pytest.mark.slow
def test_sixty_days_of_three_companies_with_every_kind_of_trouble(tmp_path: Path) -> None:
    plan = Plan(FIRST, date(2026, 3, 7), invoices_a_day=2, faults="all", seed=12)
    data, _, _ = live(plan, tmp_path)
    assert _wrong(data) == {}
    assert data["holds"]
    assert sum(data["met"].values()) > 100 and len(data["met"]) >= 9  # there was trouble
    for one in data["companies"].values():
        assert one["letters"]["reminder"] > 5 and one["ended"].get("paid_in_time", 0) > 3  # and life all the same
        assert one["errands"].get("payment done", 0) > 3 and one["vouchers"] > 5
    for key in ("agency", "agency-two"):
        assert data["companies"][key]["payouts"]["paid"] >= 3
    assert "holds" in in_words(data) and "<svg" in as_page(data)


@pytest.mark.slow
def test_the_same_seed_gives_the_same_ledger_and_with_several_at_work_the_same_books(tmp_path: Path) -> None:
    last = date(2026, 1, 14)
    lives = {}
    for name, workers in (("once", 1), ("again", 1), ("three at work", 3)):
        lives[name] = live(Plan(FIRST, last, FEW, 2, "none", workers, seed=5), tmp_path / name)
        assert _wrong(lives[name][0]) == {}, name
    assert len(lives["once"][1]) > 100
    assert _digest(lives["once"][1]) == _digest(lives["again"][1])
    assert lives["once"][2] == lives["three at work"][2]


def test_a_life_that_goes_wrong_is_found_out(tmp_path: Path) -> None:
    """The proofs can fail: a letter too many, a payment posted twice, an invoice nobody looked at."""
    plan = Plan(FIRST, date(2026, 1, 9), ("own",), 2)
    with scratch_database(), Life(plan, tmp_path) as life:
        life.move_in()
        life.play()
        assert as_data(life)["holds"]
        lodger = life.lodgers[0]
        lived = life.world.lived("own")
        written_to = next(fate for fate in lived.fates.values() if fate.letters)
        written_to.clear_since, written_to.clear_by = FIRST, "payment"
        book = lodger.member.book
        long_open = next(d for d in book.documents.values() if d.kind == "invoice" and d.status == "open"
                         and d.changed_at.date() < FIRST - timedelta(days=3))  # fmt: skip
        number = long_open.number
        run("UPDATE invoices_invoice SET open_minor = open_minor - 100 WHERE number = %s RETURNING 1", [number])
        book.journals["X"] = Journal("X", FIRST, "SEK", "", [])
        wrong = _wrong(as_data(life))
    assert "nobody is written to without cause" in wrong
    assert "no invoice is forgotten" in wrong
    assert "no payment is posted twice" in wrong
