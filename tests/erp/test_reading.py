"""A reading can be stopped at any page and gone on with; it asks the database no more for many records than for few."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from fordran.day import world
from fordran.day.fetch import fetch
from fordran.erp.errands import ask
from fordran.erp.models import Errand, FetchRun, SeenNumber
from fordran.invoices.models import Customer, Invoice
from fordran.ports.errors import Unavailable
from fordran.settlement.models import Payment
from tests.build import an_office, day, later
from tests.connectors.erp_surroundings import TestTime
from tests.day.test_number_of_statements import counting
from tests.erp.conftest import LATER, REMINDS, House, a_house
from tests.erp.test_fetch import assert_books, read
from tests.erp.test_tell import a_posting, told


class Stops:
    """The house's ERP, that cannot be had any more after so many pages."""

    def __init__(self, erp: Any, pages: int) -> None:
        self.erp, self.left = erp, pages

    def __getattr__(self, name: str) -> Any:
        return getattr(self.erp, name)

    def _page(self, name: str, *arguments: str) -> Any:
        if self.left == 0:
            raise Unavailable("the ERP went away")
        self.left -= 1
        return getattr(self.erp, name)(*arguments)

    def customers(self, *arguments: str) -> Any:
        return self._page("customers", *arguments)

    def items(self, *arguments: str) -> Any:
        return self._page("items", *arguments)

    def open_numbers(self, *arguments: str) -> Any:
        return self._page("open_numbers", *arguments)


def test_stopped_after_each_page_it_goes_on_there_and_ends_with_everything_once(house: House) -> None:
    for n in range(23):
        house.invoice(str(2000 + n), str(n))
    for n in range(40):
        house.passes()
        done = fetch(house.office, Stops(world.erp_of(house.office.creditor), 1), later(REMINDS, n // 3))
        assert (done.pages, done.error, house.connection.last_error) == (1, "the ERP went away", "the ERP went away")
        if house.connection.since_items:
            break
    first = FetchRun.objects.get(kind="first")
    assert (first.state, first.pages) == ("done", n + 1) and n > 5
    assert (Invoice.objects.count(), Customer.objects.count()) == (23, 23)
    done = read(house, later(REMINDS, 20))
    assert (done.error, done.changed, house.connection.last_error) == ("", 0, "")
    assert house.connection.last_swept_on == later(REMINDS, 20) and SeenNumber.objects.count() == 0
    assert not FetchRun.objects.filter(state__in=["running", "failed"]).exists()


def test_a_sweep_that_was_stopped_goes_on_where_it_was(house: House) -> None:
    for n in range(23):
        house.invoice(str(2000 + n), "1")
    read(house, sweep=False)
    house.book.delete("invoice", "2004")
    erp = world.erp_of(house.office.creditor)
    for _ in range(3):
        house.passes()
        stopping = Stops(erp, 10_000)
        stopping.open_numbers = Stops(erp, 1).open_numbers  # type: ignore[method-assign]
        assert fetch(house.office, stopping, REMINDS).error
    assert FetchRun.objects.get(kind="sweep").pages == 3
    assert read(house).error == ""
    assert FetchRun.objects.get(kind="sweep").state == "done"
    assert Invoice.objects.get(number="2004").missing_since == REMINDS
    assert Invoice.objects.filter(missing_since=None).count() == 22


@pytest.fixture
def wide(db: None, clock: TestTime) -> Iterator[House]:
    """A house whose ERP gives everything on one page."""
    yield from a_house(an_office(), clock, pages_of=500)


def test_a_page_of_the_erp_asks_the_database_as_often_for_many_records_as_for_few(wide: House) -> None:
    house, asked = wide, []
    for count, first in ((3, 100), (9, 200)):
        for n in range(count):
            house.invoice(str(first + n), "1")
        house.run(later(REMINDS, 0))
        for n in range(count):
            house.change(str(first + n), text="annan")
            house.paid_at_creditor(str(first + n), 20_000, on=REMINDS, name=f"P{first + n}")
        with counting() as counted:
            done = read(house, LATER, sweep=False)
        assert done.reacted.paid == count
        asked.append(counted.number)
    assert asked[0] == asked[1]


def test_a_customer_numbered_by_its_personal_number_is_hidden_here_and_named_in_the_erp(house: House) -> None:
    number = "640823-3234"
    house.party(number, name="Anna Berg")
    document = house.invoice("1001", number)
    read(house)
    customer = Customer.objects.get()
    assert customer.key.startswith("#") and "640823" not in customer.key + customer.search_text
    posting = a_posting()
    ask(house.office, type(posting)(**{**{f: getattr(posting, f) for f in posting.__slots__}, "customer": customer.key}), REMINDS)
    told(house)
    assert Errand.objects.get().state == "done" and document.balance == 0
    assert next(iter(house.book.receipts.values())).party == number


def test_an_item_whose_customer_came_after_the_customers_were_read_brings_it_along(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.invoice("1001")
    really = world.erp_of(house.office.creditor)
    assert really is not None
    items = really.items

    def late(*arguments: str) -> Any:
        if "9" not in house.book.parties:
            house.passes()
            house.invoice("1009", "9")
        return items(*arguments)

    monkeypatch.setattr(really, "items", late)
    house.passes()
    done = fetch(house.office, really, REMINDS)
    assert done.error == "" and Invoice.objects.get(number="1009").customer.key == "9"


def test_a_clerks_write_off_is_a_credit_and_the_tax_agencys_share_is_no_debt(house: House) -> None:
    house.invoice("1001", amount=100_000, tax_share=30_000)
    read(house)
    invoice = Invoice.objects.get(number="1001")
    assert (invoice.amount_minor, invoice.open_minor, invoice.tax_share_minor) == (70_000, 70_000, 30_000)
    house.run(REMINDS)
    house.paid_at_creditor("1001", 70_000, on=LATER)
    house.run(LATER)
    assert Payment.objects.get().amount_minor == 70_000
    assert_books(house)


def test_the_same_day_run_again_learns_nothing_twice(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    house.paid_at_creditor("1001", 40_000, on=LATER)
    for _ in range(3):
        house.run(LATER)
    assert Payment.objects.count() == 1
    house.run(day("2026-02-06"))
    assert Payment.objects.count() == 1
    assert_books(house)
