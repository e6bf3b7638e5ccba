"""The pages of the book-keeping: made, looked at, downloaded, and nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fordran.books.models import Reconciliation, Voucher
from fordran.cases.office import Office
from fordran.settlement.pay import Money, receive
from tests.build import the_case
from tests.vouchers.sie_reader import read
from tests.web.conftest import World


def _paid(world: World) -> None:
    case = the_case("1001")
    money = Money("p1", "bank", world.today, 106_137, "SEK", case.ocr)
    assert receive(world.office, money, world.today) is not None


def text(client: Client, address: str) -> str:
    answer: Any = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_before_anything_was_compared_the_page_says_what_a_comparison_is(world: World, clerk: Client) -> None:
    assert "Ingen avstämning är gjord än" in text(clerk, world.url("books"))
    assert "Ingen verifikation är gjord än" in text(clerk, world.url("books/vouchers"))


def test_one_click_compares_and_names_each_difference(world: World, clerk: Client) -> None:
    _paid(world)
    answer = clerk.post(world.url("books/agree"), follow=True)
    shown = answer.content.decode()
    assert "Avstämt. Allt går ihop eller har en förklaring." in shown
    assert "Betalningen är inte bokförd i er kundreskontra" in shown
    assert the_case("1001").number in shown
    assert Reconciliation.objects.get().unexplained == 0


def test_a_voucher_shows_its_accounts_and_leads_to_case_and_payment(world: World, clerk: Client) -> None:
    _paid(world)
    clerk.post(world.url("books/agree"))
    voucher = Voucher.objects.get()
    assert f"{voucher.series}{voucher.number}" in text(clerk, world.url("books/vouchers"))
    shown = text(clerk, world.url(f"books/vouchers/{voucher.pk}"))
    assert "1510" in shown and "Kundfordringar" in shown and the_case("1001").number in shown


def test_the_sie_file_is_downloaded_and_reads_back(world: World, clerk: Client) -> None:
    _paid(world)
    clerk.post(world.url("books/agree"))
    answer = clerk.get(world.url("books/vouchers?as=sie&from=2026-01-01&to=2026-12-31"))
    assert answer["Content-Disposition"] == 'attachment; filename="fordran-20260101-20261231.si"'
    [voucher] = read(answer.content).vouchers
    assert sum(amount for _, amount, _ in voucher.lines) == 0


@pytest.mark.parametrize(
    "period", ["from=i+fjol&to=2026-12-31", "from=2026-01-01&to=2027-02-01", "from=2020-01-01&to=2020-02-01"]
)
def test_a_period_that_cannot_be_is_answered_with_a_sentence(world: World, clerk: Client, period: str) -> None:
    _paid(world)
    clerk.post(world.url("books/agree"))
    shown = text(clerk, world.url(f"books/vouchers?as=sie&{period}"))
    assert "räkenskapsår" in shown or "ÅÅÅÅ-MM-DD" in shown


def test_the_account_plan_says_what_each_account_is_for(world: World, clerk: Client) -> None:
    shown = text(clerk, world.url("books/accounts"))
    assert "1684" in shown and "Dröjsmålsränta som har betalats" in shown


def test_another_creditors_books_are_not_there(world: World, other: Office, clerk: Client) -> None:
    from fordran.books.make import make_vouchers

    receive(other, Money("p9", "bank", world.today, 5_000, "SEK", the_case("5001").ocr), world.today)
    make_vouchers(other, world.today)
    theirs = Voucher.objects.get(creditor=other.creditor)
    assert clerk.get(world.url(f"books/vouchers/{theirs.pk}")).status_code == 404
    assert clerk.get(f"/{other.creditor.organisation_number}/books").status_code == 404
