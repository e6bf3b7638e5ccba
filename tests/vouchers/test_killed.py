"""A real process that makes vouchers and leaves errands is killed at each of its commits; run again, the end is the same."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest

from tests.conftest import ROOT, Scratch, one_in

DRIVER = """
import os, sys
from fordran.config.start import ready
ready("batch")
from datetime import date
left = [int(sys.argv[1])]
from django.db.backends.base import base
real = base.BaseDatabaseWrapper._commit
def _commit(self):
    if left[0] == 0:
        os.kill(os.getpid(), 9)
    left[0] -= 1
    real(self)
base.BaseDatabaseWrapper._commit = _commit
from fordran.books import make
make.AT_A_TIME = 9
from fordran.books import errands
errands.AT_A_TIME = 2
from fordran.cases.office import open_office
from fordran.creditors.models import Creditor
errands.ask_errands(open_office(Creditor.objects.get()), date(2026, 2, 9))
print("done", int(sys.argv[1]) - left[0])
"""


def run_until(scratch: Scratch, commits: int) -> int | None:
    """Let the driver make so many commits and kill it at the next. How many it made when it came to its end."""
    done = subprocess.run(
        [sys.executable, "-c", DRIVER, str(commits)], env=dict(scratch.env), cwd=ROOT, text=True, capture_output=True, timeout=120
    )
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0, done.stderr
    return int(done.stdout.split()[-1])


def fill() -> None:
    from fordran.day.run import run_day
    from fordran.settlement.pay import Money, receive
    from tests.build import an_item, an_office, bring_in, day, later
    from tests.post import PostOffice
    from tests.vouchers.test_errands import connect

    office = an_office()
    bring_in(office, [an_item("1001"), an_item("1002", "2"), an_item("1003", "3")], day("2026-02-02"))
    for n in range(4):
        assert run_day(later(day("2026-02-02"), n), {"folder": PostOffice()}).problems == []
    for number, (reference, minor) in enumerate([("1001", 106_137), ("1002", 40_000), ("x", 500), ("1003", 200_000)]):
        receive(
            office, Money(f"p{number}", "bank", day(f"2026-02-0{6 + number % 3}"), minor, "SEK", reference), day("2026-02-09")
        )
    connect(office.creditor)
    from fordran.erp.models import Connection

    Connection.objects.update(active=True)


def state() -> dict[str, list[Any]]:
    from fordran.books.models import Covered, Posting, Told, Voucher, VoucherLine
    from fordran.erp.models import Errand

    return {
        "vouchers": list(Voucher.objects.order_by("number").values_list("series", "number", "on", "kind", "sum_minor", "digest")),
        "lines": sorted(VoucherLine.objects.values_list("voucher__number", "place", "account", "debit_minor", "credit_minor")),
        "covered": sorted(Covered.objects.values_list("transfer_id", "voucher__number", "without"), key=str),
        "postings": sorted(Posting.objects.values_list("key", "payment_number", "customer_id"), key=str),
        "told": sorted(Told.objects.values_list("key", "asked_on"), key=str),
        "errands": sorted(Errand.objects.values_list("key", "kind", "state"), key=str),
    }


@pytest.mark.slow
def test_killed_at_each_commit_and_run_again_it_ends_the_same(scratch_database: Scratch) -> None:
    from django.db import connection

    fill()
    connection.close()
    names = (
        "books_voucher books_voucherline books_covered books_share books_posting books_told erp_errand ledger_lookedat".split()
    )
    with scratch_database.connect("owner") as owner:
        commits = run_until(scratch_database, 1_000)
        assert commits is not None and commits > 4
        undisturbed = state()
        assert undisturbed["errands"] and len(undisturbed["vouchers"]) > 2
        for killed_at in range(0, commits, one_in(4)):
            connection.close()
            _wipe(owner, names)
            assert run_until(scratch_database, killed_at) is None
            assert run_until(scratch_database, 1_000) is not None
            assert state() == undisturbed, killed_at
            connection.close()


def _wipe(owner: Any, names: list[str]) -> None:
    """Back to before anything was made. Only the owner may, and only with its triggers off."""
    for name in names:
        owner.execute(f"alter table {name} disable trigger user")
    owner.execute(f"truncate {', '.join(names)} restart identity cascade")
    for name in names:
        owner.execute(f"alter table {name} enable trigger user")
