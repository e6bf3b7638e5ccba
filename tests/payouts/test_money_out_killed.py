"""A real process that pays and learns is killed at each of its commits; run again, everything ends the same and each öre has
left once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from fordran.cases.office import Office
from fordran.creditors.models import Creditor
from fordran.day.verify import verify
from fordran.db import connect, migrated
from fordran.db.embedded import ConnectionInfo
from fordran.formats.pain import read_payee
from fordran.payouts.models import PaymentOrder
from fordran.payouts.orders import release
from fordran.payouts.refunds import refund_to
from fordran.settlement.models import Payment
from tests.books import query
from tests.build import the_case
from tests.conftest import Scratch, one_in
from tests.dies import Driver
from tests.formats.pain.test_status_report import an_answer
from tests.payouts.world import FRIDAY, an_agency, answer, message_id, orders_in, sent_files, some_cases, statement, take
from tests.settlement.bank_day import bgmax

pytestmark = pytest.mark.slow

Step = Callable[[str, str], int]
"""Takes the name of a step and a day; how many commits it made."""


class PayDriver(Driver):
    def __init__(self, scratch: Scratch, folder: Path) -> None:
        super().__init__("tests.payouts.pay_driver", scratch.env)
        self.scratch, self.folder = scratch, folder

    def step(self, step: str, on: str, die: str = "") -> dict[str, Any]:
        return self.run(database=self.scratch.name, folder=str(self.folder), on=on, step=step, die=die)


def a_life(office: Office, folder: Path, step: Step) -> None:
    """Payments, a payout and two refunds; the bank accepts the payout, rejects one refund, draws the rest; then once more."""
    rows = [
        (106_137, the_case("1001").ocr, "Kund 0"),
        (150_000, the_case("1002").ocr, "Kund 1"),
        (140_000, the_case("1003").ocr, "Kund 2"),
    ]
    take(bgmax(rows, "2026-02-10"), "2026-02-10", office)
    step("pay", "2026-02-13")
    for payment, number in zip(Payment.objects.filter(refund_minor__gt=0).order_by("id"), ("991-2346", "5536-7742"), strict=True):
        refund_to(payment, read_payee("bankgiro", number), by="kim", today=FRIDAY)
    orders = list(PaymentOrder.objects.order_by("number"))
    assert len(orders) == 3
    release(office.creditor, [o.number for o in orders], by="vera", today=FRIDAY)
    step("pay", "2026-02-13")
    document = sent_files(folder)[-1]
    told = orders_in(document)
    status = "".join(
        f"<TxInfAndSts><OrgnlEndToEndId>{identity}</OrgnlEndToEndId><TxSts>{'RJCT' if n == 2 else 'ACCP'}</TxSts></TxInfAndSts>"
        for n, (identity, _, _) in enumerate(told)
    )
    group = f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{message_id(document)}-1</OrgnlPmtInfId>{status}</OrgnlPmtInfAndSts>"
    answer(folder, "answer.xml", an_answer(group, about=message_id(document)))
    step("learn", "2026-02-16")
    take(statement([(minor, identity) for identity, minor, _ in told[:2]], "2026-02-16"), "2026-02-16", office)
    step("learn", "2026-02-16")
    step("pay", "2026-02-20")


def ending(folder: Path) -> list[Any]:
    """Everything that matters, without numbers that a stopped run may have used up."""
    return [
        query(
            """SELECT number, currency, day, amount_minor, collected_minor, earned_minor, vat_minor
               FROM payouts_payout ORDER BY 1"""
        ),
        query('SELECT kind, component, amount_minor, "on" FROM payouts_payoutline ORDER BY 1, 2, 3, 4'),
        query(
            """SELECT number, kind, amount_minor, to_number, state, told, reason_code, paid_on
               FROM payouts_paymentorder ORDER BY 1"""
        ),
        query("SELECT number, message_id, state FROM payouts_paymentfile ORDER BY 1"),
        query(
            """SELECT debit, credit, amount_minor, "on", booked_on, reason FROM ledger_transfer
               WHERE case_number = 0 ORDER BY 1, 2, 3, 4"""
        ),
        query(
            """SELECT amount_minor, state, held_minor, refund_minor, paid_back_minor
               FROM settlement_payment ORDER BY amount_minor, id"""
        ),
        sorted(path.name for path in (folder / "to-bank").iterdir()),
        [orders_in(document) for document in sent_files(folder)],
    ]


def lived(scratch: Scratch, folder: Path, die: str = "") -> tuple[list[Any], int, int]:
    """The life, each step first killed at `die` where it comes so far, then run to its end: (ending, most commits, kills)."""
    office = an_agency()
    some_cases(office)
    driver = PayDriver(scratch, folder)
    most = killed = 0

    def step(name: str, on: str) -> int:
        nonlocal most, killed
        if die:
            killed += driver.step(name, on, die)["killed"]
        commits: int = driver.step(name, on)["commits"]
        most = max(most, commits)
        return commits

    try:
        a_life(office, folder, step)
    finally:
        driver.stop()
    report = verify(list(Creditor.objects.all()))
    assert report.ok, report.findings
    return ending(folder), most, killed


def test_killed_at_every_commit_and_run_again_money_out_ends_the_same(
    scratch_database: Scratch, server: ConnectionInfo, tmp_path: Path
) -> None:
    calm, commits, _ = lived(scratch_database, tmp_path / "calm")
    assert commits >= 4, "payouts, refunds, the file, that it was given"
    kills = 0
    for number in range(1, commits + 1, one_in(4)):
        for where in ("before", "after"):
            with migrated.scratch_database(server) as name:
                connect.use_database(name)
                ended, _, killed = lived(Scratch(name, server), tmp_path / f"{where}-{number}", f"{where} {number}")
                connect.use_database(scratch_database.name)
            kills += killed
            for one, other in zip(ended, calm, strict=True):
                assert one == other, f"{where} {number}"
    assert kills >= 2 * commits // one_in(4)
