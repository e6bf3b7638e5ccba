"""A real process, killed at every commit of a day that reads the ERP and writes in it, and run again: the same end here and
there. Never is a payment posted twice, a letter attached twice, or a page of a reading lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from fordran.cases.office import open_office
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.day.verify import verify
from fordran.db import migrated
from fordran.db.embedded import ConnectionInfo
from fordran.erp.connections import connect as connect_erp
from fordran.sandbox.book import Application, Book, Document, Party, Place, Receipt
from fordran.sandbox.visma_net.documents import Company
from fordran.sandbox.visma_net.server import VismaNetServer
from fordran.settlement.pay import Money, receive
from tests.books import query
from tests.build import IDENTITIES, an_office, day, later, the_case
from tests.conftest import one_in
from tests.connectors.erp_surroundings import TestTime
from tests.day.test_crash import DayDriver, World, a_copy
from tests.erp.conftest import CLIENT, REMINDS, TENANT, settings_of
from tests.post import PostOffice

pytestmark = pytest.mark.slow

TODAY = day("2026-02-19")
EVERY = one_in(50)
"""A day has some hundreds of commits."""
ALSO_SEEN = {
    "invoices": """SELECT i.number, u.key, i.kind, i.amount_minor, i.open_minor, i.due_on, i.left_alone, i.missing_since,
                   i.erp_version FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id""",
    "changes": """SELECT i.number, x."on", x.field, x.before, x.after FROM invoices_invoicechange x
                  JOIN invoices_invoice i ON i.id = x.invoice_id""",
    "customer changes": """SELECT u.key, x."on", x.field FROM invoices_customerchange x
                           JOIN invoices_customer u ON u.id = x.customer_id""",
    "applications": """SELECT i.number, a.kind, a.number, a.amount_minor, a.told, a.payment <> 0 FROM invoices_application a
                       JOIN invoices_invoice i ON i.id = a.invoice_id""",
    "payments": 'SELECT via, "on", amount_minor, state FROM settlement_payment',
    "errands": "SELECT kind, state, count(*) FROM erp_errand GROUP BY 1, 2",
    "connection": "SELECT last_fetched_on, last_swept_on, last_error FROM erp_connection",
    "readings": "SELECT count(*) FROM erp_fetchrun WHERE state IN ('running', 'failed')",
    "numbers": "SELECT count(*) FROM erp_seennumber",
    "vouchers": 'SELECT number, "on", kind, sum_minor FROM books_voucher',
}


def a_book(clock: TestTime, *, today: bool) -> Book:
    """The company's ledger as it was when the first letters went, and, `today`, with what happened since."""
    clock.seconds = datetime(2026, 2, 3, 8, tzinfo=UTC).timestamp()
    book = Book(TENANT, "Granholms Bygg & Rör AB", "5561600680", clock.local, bankgiro="5050-1055")
    for n in range(1, 9):
        identity = IDENTITIES[n % 3].replace("-", "")
        book.add_party(Party(str(n), f"Kund {n}", identity=identity, place=Place("Gatan 1", "", "123 45", "Staden")))
        due = day("2026-01-30") if n < 7 else day("2026-02-14")
        if n < 8:
            book.add_document(Document("invoice", f"100{n}", str(n), "SEK", 100_000, 100_000, day("2025-12-30"), due))
    if today:
        clock.seconds = datetime(2026, 2, 19, 6, tzinfo=UTC).timestamp()
        paid = [Application("invoice", "1001", 30_000)]
        book.add_receipt(Receipt("P1", "payment", "1", day("2026-02-17"), "SEK", 30_000, applications=paid))
        credit = Document("credit_note", "K1", "2", "SEK", 40_000, 40_000, day("2026-02-18"), day("2026-02-18"), credits="1002")
        book.credit(credit)
        book.delete("invoice", "1003")
        book.documents["invoice", "1004"].left_alone = True
        book.touch(book.documents["invoice", "1004"])
        book.parties["5"].place = Place("Nya vägen 2", "", "111 22", "Staden")
        book.touch(book.parties["5"])
        book.add_document(Document("invoice", "1008", "8", "SEK", 50_000, 50_000, day("2025-12-30"), day("2026-02-10")))
    return book


class Erp:
    """The simulated ERP that stays where it is while worlds come and go."""

    def __init__(self) -> None:
        self.clock = TestTime()
        self.server = VismaNetServer({TENANT: a_book(self.clock, today=False)}, CLIENT, self.clock, max_page_size=3)
        self.address = self.server.start()

    def opens(self, book: Book) -> None:
        self.server.companies[TENANT] = Company(book, self.server.behaviours)

    @property
    def book(self) -> Book:
        return self.server.companies[TENANT].book

    def state(self) -> dict[str, list[Any]]:
        invoices = [d for d in self.book.documents.values() if d.kind == "invoice"]
        return {
            "marks": sorted((d.number, d.mark.number, d.mark.kind, d.mark.status) for d in invoices),
            "balances": sorted((d.number, d.balance) for d in invoices),
            "files": sorted((d.number, len(d.attachments)) for d in invoices),
            "receipts": sorted((r.party, r.amount, r.status) for r in self.book.receipts.values()),
            "journals": sorted((j.on, tuple((line.account, line.debit, line.credit) for line in j.lines), j.released)
                               for j in self.book.journals.values()),
        }  # fmt: skip


@pytest.fixture(scope="module")
def erp() -> Iterator[Erp]:
    made = Erp()
    yield made
    made.server.stop()


@pytest.fixture(scope="module")
def driver(django_db_setup: None) -> Iterator[DayDriver]:
    made = DayDriver()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def before(
    erp: Erp, server: ConnectionInfo, django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    """The first letters have gone, and a debtor has paid half to the bank."""
    with django_db_blocker.unblock(), migrated.scratch_database(server) as name:
        world = World(name, tmp_path_factory.mktemp("letters"))
        with world.entered():
            office = an_office()
            switches = dict.fromkeys(("posts_payments", "posts_vouchers", "attaches_letters", "marks_cases"), True)
            connect_erp(
                office.creditor, "visma_net", settings_of(erp.address), {"client_secret": CLIENT["isv_fordran"]}, by="test",
                today=day("2026-01-01"), switches=switches,
            )  # fmt: skip
            report = run_day(REMINDS, {"folder": PostOffice()}, [office.creditor])
            assert not report.problems, report.problems
            office = open_office(Creditor.objects.get())
            case = the_case("1006")
            receive(office, Money("bank 1", "bank", later(TODAY, -1), 50_000, "SEK", reference=case.ocr), later(TODAY, -1))
        yield world


def seen(world: World, erp: Erp) -> dict[str, Any]:
    with world.entered():
        assert not (findings := verify(list(Creditor.objects.all())).findings), findings
    found: dict[str, Any] = world.state()
    with world.entered():
        found |= {name: sorted(query(sql), key=repr) for name, sql in ALSO_SEEN.items()}
    # A payment taken back and told anew burns numbers; what the ERP holds is compared as it stands there.
    return found | erp.state()


@contextmanager
def a_day(before: World, erp: Erp, server: ConnectionInfo, where: Path) -> Iterator[World]:
    where.mkdir()
    book = a_book(erp.clock, today=True)
    for number, document in ((d.number, d) for d in book.documents.values() if d.kind == "invoice"):
        known = before_marks.get(number)
        if known is not None:
            document.mark, document.attachments = replace(known[0]), list(known[1])
    erp.opens(book)
    with a_copy(before, server, where) as world:
        yield world


before_marks: dict[str, Any] = {}


@pytest.fixture(scope="module")
def undisturbed(
    before: World, erp: Erp, driver: DayDriver, server: ConnectionInfo, django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[dict[str, Any], int]:  # fmt: skip
    for document in erp.book.documents.values():
        before_marks[document.number] = (document.mark, document.attachments)
    with django_db_blocker.unblock(), a_day(before, erp, server, tmp_path_factory.mktemp("undisturbed") / "day") as world:
        said = driver.run_in(world)
        assert said["problems"] == [] and not said["killed"], said
        assert driver.run_in(world)["problems"] == []  # the second reads back what the first has written
        return seen(world, erp), said["commits"]


def test_the_day_reads_and_writes_enough_to_be_worth_killing(undisturbed: tuple[dict[str, Any], int]) -> None:
    state, commits = undisturbed
    assert {row[0] for row in state["payments"]} == {"bank", "creditor", "credit"}
    assert {row[:2] for row in state["errands"]} >= {
        ("mark", "done"), ("letter", "done"), ("payment", "done"), ("voucher", "done"),
    }  # fmt: skip
    assert {row[2] for row in state["changes"]} >= {"missing", "left_alone", "open_minor"}
    assert [r for r in state["receipts"] if r[0] == "6"] and state["journals"]
    assert commits > 30


def test_killed_at_a_commit_and_run_again_both_ledgers_end_the_same(
    before: World, erp: Erp, driver: DayDriver, server: ConnectionInfo, django_db_blocker: Any, tmp_path: Path,
    undisturbed: tuple[dict[str, Any], int],
) -> None:  # fmt: skip
    wanted, commits = undisturbed
    with django_db_blocker.unblock():
        for n in range(1 + commits % EVERY, commits + 1, EVERY):
            for where in ("before", "after") if n % 5 == 0 else ("before",):
                with a_day(before, erp, server, tmp_path / f"{where}{n}") as world:
                    assert driver.run_in(world, die=f"{where} {n}")["killed"], f"{where} commit {n}"
                    again = driver.run_in(world)
                    assert again["problems"] == [], f"{where} commit {n}"
                    assert driver.run_in(world)["problems"] == []
                    found = seen(world, erp)
                    assert {k: found[k] for k in wanted if found[k] != wanted[k]} == {}, f"{where} commit {n}"
