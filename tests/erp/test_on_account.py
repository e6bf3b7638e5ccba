"""A payment that stands on the customer's account in the ERP stops letters until it is used, gone, or a person says go."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from fordran.audit.models import Event
from fordran.cases.acts import lift_hold
from fordran.cases.models import Hold
from fordran.creditor_pages import tenancy
from fordran.day import react_erp, world
from fordran.erp.models import Errand
from fordran.invoices.models import Invoice, Selection
from fordran.sandbox.book import Application, Document, Receipt
from fordran.settlement.models import Payment
from tests.build import day
from tests.erp.conftest import LATER, REMINDS, House
from tests.erp.test_fetch import assert_books, read
from tests.web.conftest import a_user

DEMANDS = day("2026-03-02")
"""Long after the reminder: its time is up."""


def on_account(house: House, amount: int, *, name: str = "P1", party: str = "1", reference: str = "") -> Receipt:
    """The clerk enters a payment and sets it against nothing."""
    house.passes()
    return house.book.add_receipt(Receipt(name, "payment", party, REMINDS, "SEK", amount, reference=reference))


def use(house: House, number: str = "1001", amount: int = 100_000, *, name: str = "P1") -> None:
    house.passes()
    house.book.use(name, [Application("invoice", number, amount)])


def held(house: House, number: str = "1001") -> str:
    return house.case(number).held


def questions() -> int:
    return Hold.objects.filter(kind="question").count()


@pytest.fixture
def reminded(house: House) -> House:
    """One claim that has been reminded, of 1 000 kronor."""
    house.invoice("1001")
    house.run(REMINDS)
    assert house.letters() == ["reminder"]
    return house


def test_a_claim_that_may_be_paid_rests_and_gets_no_demand(reminded: House) -> None:
    house = reminded
    on_account(house, 100_000)
    report = house.run(DEMANDS)
    assert not report.problems
    assert (house.letters(), held(house)) == (["reminder"], "question")
    assert (house.case().outcome, house.case().reason) == ("wait", "held")
    assert Invoice.objects.get(kind="credit").open_minor == 100_000
    assert not Payment.objects.exists()  # nobody has said what it is for
    house.run(DEMANDS)
    read(house, DEMANDS)
    assert questions() == 1
    assert Event.objects.filter(verb="hold placed").count() == 1
    assert_books(house)


def test_when_it_is_used_the_payment_is_told_with_its_own_day_and_the_question_goes_by_itself(reminded: House) -> None:
    house = reminded
    on_account(house, 100_000)
    read(house, LATER)
    assert held(house) == "question"
    use(house, amount=40_000)
    read(house, day("2026-02-06"))
    assert held(house) == "question"  # 600 kronor are left of it
    assert [(payment.amount_minor, payment.on) for payment in Payment.objects.all()] == [(40_000, REMINDS)]
    use(house, amount=60_000)
    read(house, day("2026-02-09"))
    assert held(house) == ""
    assert Hold.objects.get(kind="question").lifted_by == react_erp.HELD_BY
    assert [p.amount_minor for p in Payment.objects.filter(reversed_on=None)] == [100_000]  # one payment, told anew
    assert_books(house)


def test_when_it_is_voided_the_claim_goes_on_where_it_was(reminded: House) -> None:
    house = reminded
    on_account(house, 100_000)
    read(house, LATER)
    house.passes()
    house.book.void("P1", LATER)
    house.run(DEMANDS)
    assert (held(house), house.letters()) == ("", ["reminder", "demand"])
    assert Invoice.objects.get(kind="credit").missing_since == DEMANDS


def test_a_letter_that_has_not_left_is_taken_back_when_money_is_seen_right_before(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.invoice("1001")
    house.invoice("1002", "2")
    really = world.erp_of

    def pays_meanwhile(creditor: object) -> object:
        if house.case_exists() and "P1" not in house.book.receipts:
            on_account(house, 100_000)
        return really(creditor)  # type: ignore[arg-type]

    monkeypatch.setattr(world, "erp_of", pays_meanwhile)
    assert not house.run(REMINDS).problems
    assert (house.letters(), house.letters("voided")) == (["reminder"], ["reminder"])
    assert (held(house), held(house, "1002")) == ("question", "")
    assert_books(house)


def test_the_oldest_claim_rests_and_the_next_only_when_the_money_reaches_it(house: House) -> None:
    house.invoice("1001", amount=100_000)
    house.invoice("1002", amount=80_000, due=day("2026-02-02"))
    house.run(day("2026-02-09"))
    on_account(house, 60_000)
    read(house, day("2026-02-10"))
    assert (held(house, "1001"), held(house, "1002")) == ("question", "")
    on_account(house, 70_000, name="P2")
    read(house, day("2026-02-11"))
    assert (held(house, "1001"), held(house, "1002")) == ("question", "question")
    assert questions() == 2


def test_a_person_says_go_once_and_only_money_that_comes_later_asks_again(reminded: House) -> None:
    house = reminded
    on_account(house, 30_000)
    read(house, LATER)
    lift_hold(house.case(), kind="question", by="anna", today=LATER)
    read(house, day("2026-02-06"))
    assert (held(house), questions()) == ("", 1)
    house.run(DEMANDS)
    assert house.letters() == ["reminder", "demand"]
    on_account(house, 20_000, name="P2")
    read(house, day("2026-03-03"))
    assert (held(house), questions()) == ("question", 2)


def test_a_new_claim_is_passed_over_while_money_stands_on_account(house: House) -> None:
    house.invoice("1001")
    on_account(house, 100_000)
    house.run(REMINDS)
    assert not house.case_exists()
    assert Selection.objects.get().reason == "open_credit"
    house.passes()
    house.book.void("P1", REMINDS)
    house.run(LATER)
    assert house.letters() == ["reminder"]


def test_a_credit_note_that_names_no_invoice_asks_in_the_same_way(reminded: House) -> None:
    house = reminded
    house.passes()
    house.book.add_document(Document("credit_note", "80001", "1", "SEK", 50_000, 50_000, LATER, LATER))
    read(house, LATER)
    assert held(house) == "question"
    house.passes()
    house.book.set_against(house.book.documents["credit_note", "80001"], "1001")
    read(house, day("2026-02-06"))
    assert held(house) == ""
    assert_books(house)


def test_our_own_posting_never_asks_not_even_when_somebody_sets_it_free_in_the_erp(reminded: House) -> None:
    house = reminded
    Errand.objects.create(
        creditor=house.office.creditor, key="FP1-1", kind="payment", payload={"items": []}, asked_on=LATER, state="done",
        external_id="P1",
    )  # fmt: skip
    on_account(house, 100_000, reference="FP1-1")
    read(house, LATER)
    assert (held(house), questions()) == ("", 0)
    assert not Invoice.objects.filter(kind="credit").exists()


def test_another_customers_money_asks_nothing(reminded: House) -> None:
    house = reminded
    house.party("2")
    on_account(house, 100_000, party="2")
    read(house, LATER)
    assert (held(house), questions()) == ("", 0)


def test_a_case_that_rests_with_another_question_is_asked_about_the_money_when_that_is_answered(reminded: House) -> None:
    house = reminded
    house.change(amount=110_000, balance=110_000)
    read(house, LATER)
    assert held(house) == "question"
    on_account(house, 100_000)
    read(house, LATER)
    assert questions() == 1
    lift_hold(house.case(), kind="question", by="anna", today=LATER)
    read(house, LATER)
    assert (held(house), questions()) == ("question", 2)


def test_a_stop_in_the_middle_leaves_nothing_half_and_the_next_reading_asks_once(
    reminded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = reminded
    on_account(house, 100_000)

    def stops(*told: object, **more: object) -> object:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(react_erp, "review_cases", stops)
        with pytest.raises(KeyboardInterrupt):
            read(house, LATER)
    assert (held(house), questions()) == ("", 0)
    read(house, LATER)
    assert (held(house), questions()) == ("question", 1)


def test_the_page_of_the_case_asks_in_words_with_the_sum_and_where_it_stands(
    reminded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = reminded
    on_account(house, 100_000)
    read(house, LATER)
    monkeypatch.setattr(tenancy, "legal_day", lambda: LATER)
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user("karin", house.office, "work"))
    answer = client.get(f"/{house.office.creditor.organisation_number}/cases/{house.case().number}")
    shown = re.sub(r"\s", " ", answer.content.decode())
    assert "Kunden har pengar på konto i affärssystemet som inte är avräknade: 1 000,00 kr (Payment P1)." in shown
    assert "Avräkna dem, eller säg att kravet ska gå vidare." in shown
    assert "credit_on_account" not in shown


def test_money_that_keeps_an_older_invoice_out_of_the_filter_holds_no_newer_claim(house: House) -> None:
    """It is counted once: against the oldest invoice, whether that has a case or not."""
    house.invoice("1000", due=day("2026-01-12"))
    house.invoice("1001")
    on_account(house, 100_000)
    house.run(REMINDS)
    read(house, LATER)
    assert Selection.objects.get(invoice__number="1000").reason == "open_credit"
    assert (house.letters(), held(house)) == (["reminder"], "")
    assert_books(house)
