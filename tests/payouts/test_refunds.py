"""What was paid too much goes back, in both modes, and only to an account that somebody answers for."""

from __future__ import annotations

from pathlib import Path

import pytest

from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.formats.pain import read_payee
from fordran.ledger.post import balances
from fordran.payouts.day import learn, pay
from fordran.payouts.models import PaymentOrder
from fordran.payouts.orders import release, withdraw
from fordran.payouts.refunds import refund_to, waiting_refunds
from fordran.settlement.models import Payment
from fordran.settlement.suspense import refund, set_off
from fordran.settlement.undo import reverse_payment, unmatch
from tests.books import assert_books_hold
from tests.build import day, the_case
from tests.formats.bank import bgmax_by_hand as bg
from tests.payouts.test_orders import bank_of_files
from tests.payouts.world import FRIDAY, PAYOUTS, an_agency, orders_in, sent_files, some_cases, statement, take
from tests.settlement.bank_day import bgmax

TOO_MUCH = 150_000
OVER = TOO_MUCH - 106_137


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bank"


@pytest.fixture(params=["agency", "own"])
def overpaid(db: None, request: pytest.FixtureRequest) -> Office:
    office = an_agency() if request.param == "agency" else an_agency(PAYOUTS, creditor="", approved=False)
    some_cases(office)
    take(bgmax([(TOO_MUCH, the_case("1001").ocr, "Åsa Berg")], "2026-02-10"), "2026-02-10", office)
    return office


def the_payment() -> Payment:
    return Payment.objects.get(kind="payment")


def refunds_of(office: Office) -> int:
    return -balances(office.creditor.pk).get(("refunds", "SEK"), 0)


def test_without_an_account_it_waits_on_a_list(overpaid: Office, folder: Path) -> None:
    pay(overpaid, FRIDAY, bank_of_files(folder))
    assert not PaymentOrder.objects.filter(kind="refund").exists()
    waiting = waiting_refunds(overpaid.creditor)
    assert [(w.payment.pk, w.name, w.rejected) for w in waiting] == [(the_payment().pk, "Åsa Berg", None)]


def test_one_enters_the_account_another_releases_and_the_money_goes_back(overpaid: Office, folder: Path) -> None:
    order = refund_to(the_payment(), read_payee("account", "6112, 123 456 789"), by="kim", today=FRIDAY)
    assert (order.amount_minor, order.to_name, order.state) == (OVER, "Åsa Berg", "proposed")
    assert (the_payment().refund_minor, the_payment().paid_back_minor, refunds_of(overpaid)) == (0, OVER, 0)
    assert_books_hold()
    with pytest.raises(Refused, match="another person"):
        release(overpaid.creditor, [order.number], by="kim", today=FRIDAY)
    release(overpaid.creditor, [order.number], by="vera", today=FRIDAY)
    pay(overpaid, FRIDAY, bank_of_files(folder))
    sent = [one for document in sent_files(folder) for one in orders_in(document)]
    assert (order.end_to_end_id, OVER, "123456789") in sent
    take(statement([(OVER, order.end_to_end_id)], "2026-02-13"), "2026-02-13", overpaid)
    assert learn(overpaid, FRIDAY, bank_of_files(folder))["paid"] == 1
    assert_books_hold()


def test_money_in_an_order_can_be_used_for_nothing_else(overpaid: Office) -> None:
    order = refund_to(the_payment(), read_payee("bankgiro", "5536-7742"), by="kim", today=FRIDAY)
    with pytest.raises(Refused, match="nothing of payment"):
        refund_to(the_payment(), read_payee("bankgiro", "5536-7742"), by="kim", today=FRIDAY)
    with pytest.raises(Refused, match="nothing of payment"):
        set_off(the_payment(), the_case("1002"), told="brev", by="kim", today=FRIDAY)
    for act in (lambda: unmatch(the_payment(), reason="fel", by="kim", today=FRIDAY),
                lambda: reverse_payment(the_payment(), by="kim", today=FRIDAY)):  # fmt: skip
        with pytest.raises(Refused, match="payment order"):
            act()
    withdraw(order, reason="fel konto", by="kim", today=FRIDAY)
    assert (the_payment().refund_minor, the_payment().paid_back_minor, refunds_of(overpaid)) == (OVER, 0, OVER)
    unmatch(the_payment(), reason="fel", by="kim", today=FRIDAY)
    assert_books_hold()


def test_a_refund_that_the_bank_rejects_waits_on_the_list_with_its_reason(overpaid: Office, folder: Path) -> None:
    order = refund_to(the_payment(), read_payee("bankgiro", "5536-7742"), by="kim", today=FRIDAY)
    withdraw(order, reason="fel konto", by="kim", today=FRIDAY)
    waiting = waiting_refunds(overpaid.creditor)[0]
    assert waiting.rejected is not None and "fel konto" in waiting.rejected.reason_text
    again = refund_to(the_payment(), read_payee("bankgiro", "991-2346"), by="kim", today=FRIDAY)
    assert again.key.endswith("#2") and again.end_to_end_id != order.end_to_end_id
    assert_books_hold()


def test_a_bankgiro_that_the_bank_told_of_is_proposed_by_itself_and_released_by_a_person(db: None, folder: Path) -> None:
    office = an_agency(PAYOUTS, creditor="", approved=False)
    some_cases(office)
    ocr = the_case("1001").ocr
    records = [bg.payment(TOO_MUCH, ocr, code="2", serial="000000000001", sender="9912346"), bg.name("Kund AB")]
    data = bg.file(
        bg.start(), bg.section("50501055"), records, bg.deposit(TOO_MUCH, 1, day="20260210", serial="00056"), bg.end(1, 0)
    )
    take(data, "2026-02-10", office)
    assert pay(office, FRIDAY, bank_of_files(folder))["refunds"] == 1
    assert pay(office, FRIDAY, bank_of_files(folder)) == {}
    order = PaymentOrder.objects.get()
    assert (order.to_number, order.amount_minor, order.account_by, order.state) == ("9912346", OVER, "bank file", "proposed")
    withdraw(order, reason="fel", by="kim", today=FRIDAY)
    assert pay(office, FRIDAY, bank_of_files(folder)) == {}, "one that came back waits for a person"
    assert_books_hold()


def test_a_payment_for_nothing_goes_back_too(db: None, folder: Path) -> None:
    office = an_agency()
    some_cases(office, 1)
    take(bgmax([(70_000, "4711", "Okänd Person")], "2026-02-10"), "2026-02-10", office)
    refund(the_payment(), by="kim", today=day("2026-02-11"))
    order = refund_to(the_payment(), read_payee("plusgiro", "12 34 56-6"), by="kim", today=FRIDAY)
    assert order.amount_minor == 70_000
    assert_books_hold()
