"""What happens in the ERP is learnt before anybody is written to, and what is learnt reaches the cases with its own day."""

from __future__ import annotations

import pytest

from fordran.cases.acts import lift_hold
from fordran.creditors.models import Creditor
from fordran.day import world
from fordran.day.fetch import Fetched, fetch
from fordran.day.verify import verify
from fordran.erp.models import FetchRun
from fordran.invoices.models import Customer, CustomerChange, Invoice, InvoiceChange, Selection
from fordran.letters.models import Letter
from fordran.sandbox.book import Document, Place
from fordran.settlement.models import Payment
from tests.build import day
from tests.erp.conftest import LATER, REMINDS, TENANT, House


def read(house: House, on: object = REMINDS, **more: bool) -> Fetched:
    house.passes()
    erp = world.erp_of(house.office.creditor)
    assert erp is not None
    return fetch(house.office, erp, on, **more)  # type: ignore[arg-type]


def assert_books(house: House) -> None:
    report = verify([house.office.creditor])
    assert report.ok, report.findings


def test_the_first_reading_takes_everything_that_is_open_in_pages_and_the_next_only_what_changed(house: House) -> None:
    for n in range(25):
        house.invoice(str(2000 + n), str(n % 7))
    first = read(house)
    assert (first.error, Invoice.objects.count(), Customer.objects.count()) == ("", 25, 7)
    assert FetchRun.objects.get(kind="first").pages > 3
    house.change("2003", text="Nytt")
    second = read(house)
    assert second.error == "" and second.changed == 0  # a text follows silently
    assert Invoice.objects.get(number="2003").text == "Nytt"
    assert InvoiceChange.objects.count() == 0


def test_a_record_that_cannot_be_used_stops_nothing_else_not_even_when_it_is_asked_for_by_itself(house: House) -> None:
    house.invoice("1001")
    house.invoice("1002", "2")
    house.server.fail(TENANT, "invoice", "1002", "broken")
    house.book.add_document(Document("invoice", "1004", "1", "EUR", 5_000, 5_000, day("2025-12-30"), day("2026-01-30")))
    assert read(house).error == ""
    assert set(Invoice.objects.values_list("number", flat=True)) == {"1001"}
    refused = {(row.kind, problem["number"]) for row in FetchRun.objects.all() for problem in row.refused}
    assert refused == {(kind, number) for kind in ("first", "sweep") for number in ("1002", "1004")}
    assert not house.run(REMINDS).problems
    assert house.letters() == ["reminder"]
    house.server.mend(TENANT, "invoice", "1002")
    assert not house.run(LATER).problems
    assert house.letters() == ["reminder", "reminder"]


def test_an_invoice_is_reminded_and_a_payment_seen_right_before_the_letter_stops_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.invoice("1001")
    house.invoice("1002", "2")
    really = world.erp_of

    def pays_meanwhile(creditor: object) -> object:
        # Between the morning's reading and the letters the creditor's clerk books a payment.
        if house.case_exists() and ("P1" not in house.book.receipts):
            house.passes()
            house.paid_at_creditor("1001", on=REMINDS)
        return really(creditor)  # type: ignore[arg-type]

    monkeypatch.setattr(world, "erp_of", pays_meanwhile)
    report = house.run(REMINDS)
    assert not report.problems
    assert house.letters() == ["reminder"] and house.letters("voided") == ["reminder"]
    case = house.case("1001")
    assert (case.stage, case.reason) == ("open", "rest_left_alone")
    assert case.capital_minor < 200  # the interest of the days until the payment, which nobody sends a letter about
    assert Payment.objects.get().on == REMINDS
    assert_books(house)


@pytest.mark.parametrize("mark", ["invoice", "customer", "other agency", "hold"])
def test_what_the_erp_wants_left_in_peace_is_passed_over_and_a_running_case_rests_at_once(house: House, mark: str) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    assert house.letters() == ["reminder"]
    house.invoice("1003")
    if mark == "customer":
        house.change_party("1", left_alone=True)
    for number in ("1001", "1003"):
        if mark == "invoice":
            house.change(number, left_alone=True)
        elif mark == "hold":
            house.change(number, status="hold")
        elif mark == "other agency":
            document = house.book.documents["invoice", number]
            document.mark.number = "ANNAN-7"
            house.book.touch(document)
    report = house.run(day("2026-03-02"))
    assert not [p for p in report.problems if "could not be" in p]
    assert house.letters() == ["reminder"]
    assert (house.case("1001").outcome, house.case("1001").reason) == ("wait", "held")
    passed = Selection.objects.get(invoice__number="1003")
    assert passed.reason == {"invoice": "left_alone_in_erp", "customer": "left_alone_in_erp", "other agency": "taken_by_other",
                             "hold": "held_in_erp"}[mark]  # fmt: skip
    for number in ("1001", "1003"):
        document = house.book.documents["invoice", number]
        document.left_alone, document.status, document.mark.number = False, "open", ""
        house.book.touch(document)
    house.change_party("1", left_alone=False)
    house.run(day("2026-03-03"))
    assert sorted(house.letters()) == ["demand", "reminder", "reminder"]
    assert_books(house)


def test_when_the_erp_cannot_be_had_nobody_is_written_to_until_a_later_run_of_the_same_day(house: House) -> None:
    house.invoice("1001")
    read(house, day("2026-02-03"))
    address = house.connection.settings["base_url"]
    house.server.stop()
    report = house.run(REMINDS)
    assert any("could not be read" in problem for problem in report.problems)
    assert house.letters() == [] and house.case().stage == "reminded"
    assert house.connection.last_error
    house.server.port = int(str(address).rpartition(":")[2])
    house.server.start()
    report = house.run(REMINDS)
    assert not report.problems and house.letters() == ["reminder"]


def test_a_part_payment_to_the_creditor_is_told_with_its_own_day_and_our_own_posting_is_no_new_payment(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    house.paid_at_creditor("1001", 30_000, on=day("2026-02-05"))
    house.run(day("2026-02-09"))
    payment = Payment.objects.get()
    assert (payment.via, payment.on, payment.learnt_on, payment.amount_minor) == (
        "creditor", day("2026-02-05"), day("2026-02-09"), 30_000,
    )  # fmt: skip
    house.run(day("2026-02-10"))
    assert Payment.objects.count() == 1
    assert_books(house)


def test_a_payment_voided_in_the_erp_is_taken_back_and_the_case_comes_back(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    house.paid_at_creditor("1001", on=LATER)
    house.run(LATER)
    assert house.case().reason == "rest_left_alone"
    house.passes()
    house.book.void("P1", day("2026-02-06"))
    house.run(day("2026-02-06"))
    case = house.case()
    assert (case.stage, case.capital_minor) == ("reminded", 100_000)
    assert Payment.objects.get().reversed_on == day("2026-02-06")
    house.passes()
    house.paid_at_creditor("1001", on=day("2026-02-09"), name="P2")
    house.run(day("2026-02-09"))
    assert house.case().reason == "rest_left_alone"
    assert [p.on for p in Payment.objects.filter(reversed_on=None)] == [day("2026-02-09")]
    assert_books(house)


def test_a_credit_note_is_a_credit_first_open_and_then_applied_and_counts_once(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    house.book.credit(
        Document("credit_note", "K1", "1", "SEK", 40_000, 40_000, day("2026-02-05"), day("2026-02-05"), credits="1001")
    )
    house.run(day("2026-02-06"))
    assert [(p.via, p.amount_minor) for p in Payment.objects.all()] == [("credit", 40_000)]
    assert house.case().capital_minor == 60_000
    house.run(day("2026-02-09"))
    assert Payment.objects.count() == 1
    assert_books(house)


def test_corrections_before_any_letter_just_change_the_facts(house: House) -> None:
    house.invoice("1001")
    house.invoice("1002", "2")
    house.run(REMINDS.replace(day=3))
    Creditor.objects.update(first_batch_approved_on=None)
    house.run(REMINDS)
    assert house.letters("composed") == ["reminder", "reminder"]
    house.passes()
    house.change("1001", amount=80_000, balance=80_000)
    house.change("1002", due=day("2026-03-20"))
    house.change_party("1", place=Place("Nya vägen 2", "", "111 22", "Staden"), name="Nytt Namn AB")
    house.run(LATER)
    case = house.case("1001")
    assert (case.opening_minor, case.capital_minor, Payment.objects.count()) == (80_000, 80_000, 0)
    assert house.case("1002").stage == "open" and house.case("1002").due_on == day("2026-03-20")
    assert {c.field for c in CustomerChange.objects.all()} >= {"name", "street", "postcode"}
    letter = Letter.objects.get(state="composed")
    assert "Nya vägen 2" in str(letter.content) and "Nytt Namn AB" in str(letter.content)
    assert_books(house)


@pytest.mark.parametrize("change", [{"due": day("2026-03-20")}, {"amount": 150_000, "balance": 150_000}])
def test_after_a_letter_a_change_of_the_claim_itself_asks_a_person_once(house: House, change: dict[str, object]) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    house.change("1001", **change)
    house.run(LATER)
    case = house.case()
    assert case.held == "question" and case.capital_minor == 100_000
    lift_hold(case, kind="question", by="test", today=LATER)
    house.run(day("2026-02-06"))
    assert house.case().held == ""
    assert_books(house)


def test_an_amount_lowered_after_a_letter_is_a_credit(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    house.change("1001", amount=70_000, balance=70_000)
    house.run(LATER)
    assert [(p.via, p.amount_minor) for p in Payment.objects.all()] == [("credit", 30_000)]
    assert house.case().capital_minor == 70_000
    assert_books(house)


def test_an_invoice_deleted_in_the_erp_closes_its_case_before_a_letter_and_asks_after_one(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    house.invoice("1002", "2")
    Creditor.objects.update(first_batch_approved_on=None)
    house.run(LATER)
    assert house.letters("composed") == ["reminder"]
    kept = [house.book.documents["invoice", number] for number in ("1001", "1002")]
    for document in kept:
        house.book.delete("invoice", document.number)
    house.run(day("2026-02-06"))
    assert (house.case("1002").stage, house.case("1002").closed_cause) == ("closed", "settled_at_creditor")
    assert house.case("1001").held == "question"
    for document in kept:
        house.passes()
        house.book.add_document(document)
    house.run(day("2026-02-09"))
    assert house.case("1001").held == "" and house.case("1002").stage != "closed"
    assert_books(house)


def test_an_invoice_that_slipped_through_the_lists_is_found_by_the_sweep(house: House) -> None:
    house.invoice("1001")
    read(house)
    slipped = house.invoice("1002")
    slipped.changed_at = house.clock.local().replace(year=2020)
    read(house, sweep=False)
    assert not Invoice.objects.filter(number="1002").exists()
    read(house, LATER)
    assert Invoice.objects.filter(number="1002").exists()


def test_an_invoice_that_is_open_no_more_and_cannot_be_asked_for_by_itself_is_not_chased(house: House) -> None:
    house.invoice("10/02")  # a path takes the slash for the end of the number
    read(house, day("2026-02-02"))
    house.book.delete("invoice", "10/02")
    house.run(REMINDS)
    assert house.letters() == []


def test_names_and_places_of_any_length_and_letter_and_records_that_cannot_be_stop_nothing(house: House) -> None:
    house.party("1", name="Åsa Öberg-Ähl " + "x" * 190, place=Place("Å" * 150, "Ö" * 150, "123 45", "Ängelholm"))
    house.invoice("1001", text="ÅÄÖ <b>&\n\n" + "y" * 5000)
    house.invoice("1002", "2", amount=-5)
    house.invoice("1003", "3", amount=0)
    house.invoice("1004", "4", due=None)
    assert not house.run(REMINDS).problems
    assert house.letters() == ["reminder"]
    first = FetchRun.objects.get(kind="first")
    assert {p["number"] for p in first.refused} == {"1002", "1004"}
    assert_books(house)
