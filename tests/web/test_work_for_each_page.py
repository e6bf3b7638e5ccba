"""A page asks the database as often for two hundred rows as for ten."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fordran.books.make import make_vouchers
from fordran.books.reconcile import keep, reconcile
from tests.build import an_item, bring_in, the_case
from tests.post import PostOffice
from tests.web.addresses import every_address
from tests.web.bank import read_in
from tests.web.conftest import World

PAGES = [
    "",
    "cases",
    "cases?sort=name",
    "invoices",
    "letters",
    "letters/all",
    "settings/exclusions",
    "settings/import-filter",
    "settings/import-filter?edit=generic",
    "settings/import-filter/reminded",
    "settings/import-filter/reminded?show=said",
    "payments",
    "payments/all",
    "payments/all?q=Kund",
    "payments/files",
    "books",
    "books/vouchers",
    "books/accounts",
]


def _more(world: World, number: int) -> None:
    from fordran.day.run import run_day

    items = [an_item(str(4000 + n), str(n % 50 + 1), row=n + 2) for n in range(number)]
    bring_in(world.office, items, world.today, name=f"{number} more")
    run_day(world.today, {"folder": PostOffice()}, [world.office.creditor])
    _some_money(world, number // 10)


def _some_money(world: World, number: int) -> None:
    """Payments of which every second finds its case, in two files."""
    for n in range(2):
        rows = [(10_000 + i, the_case("1002").ocr if i % 2 else "", f"Kund {i}") for i in range(number)]
        read_in(world.office.creditor, rows, world.today.isoformat(), serial=f"{number:03d}{n:02d}")
    make_vouchers(world.office, world.today)
    keep(world.office.creditor, reconcile(world.office, world.today), by="test")


def _asked(client: Client, address: str) -> int:
    client.get(address)  # what is read once and kept
    with CaptureQueriesContext(
        connection,
    ) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_the_number_of_queries_does_not_grow_with_the_rows(world: World, clerk: Client) -> None:
    _some_money(world, 20)
    few = {page: _asked(clerk, world.url(page)) for page in PAGES}
    _more(world, 200)
    many = {page: _asked(clerk, world.url(page)) for page in PAGES}
    assert many == few
    assert max(many.values()) <= 50


@pytest.mark.slow
def test_every_page_asks_no_more_with_ten_times_the_rows(world: World, clerk: Client) -> None:
    pages = dict(every_address(world.office.creditor))  # it excludes a customer, so some invoices are passed over from the start
    _more(world, 60)
    _some_money(world, 20)  # so much that it also pays a case that is closed

    def asked() -> dict[str, tuple[int, int]]:
        return {name: _answer(clerk, address) for name, address in pages.items()}

    few = asked()
    _more(world, 600)
    many = asked()
    assert many == few
    assert sum(status == 200 for status, _ in few.values()) >= 25
    assert max(number for _, number in few.values()) <= 60


def _answer(client: Client, address: str) -> tuple[int, int]:
    """Status and statements."""
    client.get(address)  # what is read once and kept
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address)
        b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, len(queries)


def test_a_case_page_asks_no_more_when_much_has_happened(world: World, clerk: Client) -> None:
    from fordran.settlement.pay import register_direct

    address = world.url(f"cases/{the_case('1001').number}")
    register_direct(the_case("1001"), amount_minor=900, on=world.today, by="clara", today=world.today, key="first")
    before = _asked(clerk, address)
    for n in range(6):
        register_direct(the_case("1001"), amount_minor=1000 + n, on=world.today, by="clara", today=world.today, key=f"p{n}")
    assert _asked(clerk, address) <= before


def test_a_file_and_a_payment_ask_no_more_when_much_has_happened(world: World, clerk: Client) -> None:
    from fordran.bank.models import BankFile
    from fordran.settlement.models import Payment

    def asked() -> list[int]:
        file, payment = BankFile.objects.order_by("-id")[0], Payment.objects.filter(state="suspense").order_by("-id")[0]
        pages = (f"payments/files/{file.pk}", f"payments/{payment.pk}", f"payments/{payment.pk}/match?q=Kund")
        return [_asked(clerk, world.url(page)) for page in pages]

    _some_money(world, 4)
    few = asked()
    _some_money(world, 30)
    assert asked() == few and max(few) <= 40


@pytest.mark.slow
def test_a_sheet_of_many_rows_asks_no_more_than_one_of_few(world: World, clerk: Client) -> None:
    few = _asked(clerk, world.url("cases?as=xlsx"))
    _more(world, 300)
    assert _asked(clerk, world.url("cases?as=xlsx")) == few
