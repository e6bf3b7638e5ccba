"""One sum for several invoices: what the text names beside the reference gets its part, at once or when it has a case."""

from __future__ import annotations

import pytest

from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.letters.models import Letter
from fordran.settlement.models import Payment
from tests.build import an_item, bring_in, day, the_case
from tests.formats.bank import bgmax_by_hand as bg
from tests.post import PostOffice
from tests.settlement.bank_day import BANKGIRO, import_file, live

ON = "2026-02-10"
REMINDED = 106_137
"""What the reminder of 4 February asks: 1 000.00 with interest and 60 kronor."""


pytestmark = pytest.mark.usefixtures("books_hold_in_the_end")


def pays(minor: int, reference: str, text: str, on: str = ON) -> None:
    """One payment with a text."""
    import_file(bg.file(
        bg.start(), bg.section(BANKGIRO), bg.payment(minor, reference), bg.text(text),
        bg.deposit(minor, 1, day=on.replace("-", "")), bg.end(1),
    ), on)  # fmt: skip


@pytest.fixture
def two(office: Office, post: PostOffice) -> Office:
    """A debtor with an invoice that was reminded on 4 February, and one that falls due on the 20th."""
    bring_in(office, [an_item("20011"), an_item("20012", due=day("2026-02-20"))], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-05")
    return office


def test_the_rest_waits_for_an_invoice_that_has_no_case_and_nobody_is_written_to(two: Office, post: PostOffice) -> None:
    pays(REMINDED + 100_000, the_case("20011").ocr, "Faktura 20011, 20012")
    payment = Payment.objects.get()
    assert (payment.state, payment.held_minor, payment.refund_minor) == ("waiting", 100_000, 0)
    assert the_case("20011").closed_cause == "paid_in_time"
    live(post, ON, "2026-03-05")
    payment.refresh_from_db()
    assert (payment.state, payment.held_minor, payment.refund_minor) == ("matched", 0, 0)
    assert the_case("20012").stage == "closed"
    assert [letter.kind for letter in Letter.objects.filter(state="sent")] == ["reminder"]


def test_what_neither_needs_goes_back_in_the_end(two: Office, post: PostOffice) -> None:
    pays(REMINDED + 150_000, the_case("20011").ocr, "20012")
    live(post, ON, "2026-03-05")
    payment = Payment.objects.get()
    assert (payment.state, payment.held_minor, payment.refund_minor) == ("matched", 0, 50_000)


def test_a_running_case_that_the_text_names_gets_its_part_at_once(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item("20011"), an_item("20012", due=day("2026-02-02"))], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-12")
    first, second = the_case("20011"), the_case("20012")
    assert first.stage == second.stage == "reminded"
    asked = sum(Letter.objects.filter(state="sent").values_list("total_minor", flat=True))
    pays(asked, first.ocr, "fakt 20011 20012", "2026-02-13")
    assert [c.stage for c in Case.objects.order_by("id")] == ["closed", "closed"]
    assert Payment.objects.get().refund_minor == 0


def test_another_customers_invoice_is_not_meant(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item("20011"), an_item("20012", customer="2", due=day("2026-02-20"))], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-05")
    pays(REMINDED + 100_000, the_case("20011").ocr, "20012")
    assert Payment.objects.get().refund_minor == 100_000


def test_an_invoice_that_the_ledger_shows_paid_meanwhile_is_the_creditors_own_matter(two: Office, post: PostOffice) -> None:
    pays(REMINDED + 100_000, the_case("20011").ocr, "20012")
    bring_in(two, [an_item("20012", due=day("2026-02-20"), open=0)], day("2026-02-12"))
    live(post, "2026-02-12", "2026-02-13")
    payment = Payment.objects.get()
    assert (payment.state, payment.held_minor, payment.refund_minor) == ("matched", 0, 0)
    assert not Case.objects.filter(invoice__number="20012").exists()


def test_interest_of_a_late_payment_is_not_taken_from_the_capital_of_the_invoice_beside_it(two: Office, post: PostOffice) -> None:
    """The letter's last day is long past: interest has run since, and the payer could not know how much."""
    live(post, "2026-02-06", "2026-02-18")
    pays(REMINDED + 100_000, the_case("20011").ocr, "Faktura 20011, 20012", "2026-02-19")
    payment = Payment.objects.get()
    assert (payment.state, payment.held_minor) == ("waiting", 100_000)
    first = the_case("20011")
    assert 0 < first.capital_minor < 1_000, "the interest of the days since, which the law's order took first"
    live(post, "2026-02-19", "2026-03-31")
    assert the_case("20012").stage == "closed"
    assert the_case("20011").closed_cause == "rest_written_off"
    assert [letter.kind for letter in Letter.objects.filter(state="sent")] == ["reminder"]


def test_two_that_have_no_case_yet_each_get_their_sum_in_their_time(office: Office, post: PostOffice) -> None:
    """The first of them gets a case when a day's interest has run: that day's interest is not taken from the second."""
    bring_in(office, [an_item("20011"), an_item("20012", due=day("2026-02-12")), an_item("20013", due=day("2026-02-20"))],
             day("2026-02-01"))  # fmt: skip
    live(post, "2026-02-01", "2026-02-12")
    pays(REMINDED + 200_000, the_case("20011").ocr, "20011, 20012, 20013", "2026-02-13")
    live(post, "2026-02-13", "2026-03-31")
    assert Payment.objects.get().state == "matched"
    assert the_case("20013").closed_cause == "paid"
    assert the_case("20012").stage == "closed"
    assert [letter.kind for letter in Letter.objects.filter(state="sent")] == ["reminder"]


def test_more_than_all_of_it_pays_the_interest_of_the_oldest_too(two: Office, post: PostOffice) -> None:
    live(post, "2026-02-06", "2026-02-18")
    pays(REMINDED + 100_000 + 5_000, the_case("20011").ocr, "20012", "2026-02-19")
    payment = Payment.objects.get()
    assert the_case("20011").stage == "closed"
    assert payment.held_minor == 100_000 + 5_000 - (payment.amount_minor - payment.held_minor - REMINDED)
