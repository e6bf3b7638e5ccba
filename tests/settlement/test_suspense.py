"""Money that waits, what a person does about it, and what the bank takes back. After every test the books are proved."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from fordran.bank.models import NoFileToday
from fordran.cases.acts import place_hold
from fordran.cases.models import Hold
from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.day.warnings import money_warnings
from fordran.ledger.post import balances
from fordran.letters.models import Letter
from fordran.settlement.candidates import because_of_payment, nearly, work_list
from fordran.settlement.models import Allocation, Payment
from fordran.settlement.suspense import match_by_hand, match_entry, pass_on, refund, set_off
from fordran.settlement.undo import reverse_payment, unmatch
from tests.build import an_item, bring_in, day, sums, the_case
from tests.formats.bank import bgmax_by_hand as bg
from tests.formats.bank import camt_by_hand as camt
from tests.post import PostOffice
from tests.settlement.bank_day import BANKGIRO, bgmax, camt054, import_file, live

ON = "2026-02-10"


pytestmark = pytest.mark.usefixtures("books_hold_in_the_end")


@pytest.fixture
def two(office: Office, post: PostOffice) -> Office:
    """Two debtors with 1 000 kronor each, reminded on 4 February of 1 061.37, to be paid by the 16th."""
    bring_in(office, [an_item("1001", customer="0"), an_item("1002")], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-05")
    return office


def the_payment() -> Payment:
    return Payment.objects.order_by("id").last()  # type: ignore[return-value]


def why(payment: Payment | None = None) -> str:
    found = because_of_payment(payment or the_payment())
    return str(found.reason) if found else ""


# ---- by amount and payer ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("minor", [106_137, 106_100, 100_000, 100_301 + 6_000])
def test_a_known_payer_and_what_is_asked_of_it_find_the_one_case(two: Office, minor: int) -> None:
    """The letter's sum, rounded or not; the invoice alone; all that is owed on the day."""
    import_file(bgmax([(minor, "", "1 KUND")], ON), ON)
    assert (the_payment().matched_by, the_payment().confidence, why()) == ("amount_and_payer", 75, "matched_amount_and_payer")
    assert Allocation.objects.get().case == the_case("1002")


def test_an_amount_alone_proves_nothing(two: Office) -> None:
    import_file(bgmax([(106_137, "", ""), (106_137, "", "Någon Annan")], ON), ON)
    assert {p.state for p in Payment.objects.all()} == {"suspense"} and why() == "nothing_named"


def test_a_known_payer_of_another_amount_is_a_suggestion(two: Office) -> None:
    import_file(bgmax([(50_000, "", "Kund 1")], ON), ON)
    waiting = work_list(two)
    assert [c.number for c in waiting[0].candidates] == [the_case("1002").number] and waiting[0].suggested == "match"


def test_the_payers_own_number_is_surer_than_its_name(two: Office) -> None:
    records = [bg.payment(106_137, "", code="3"), bg.name("X Y"), bg.organisation("8112289874")]
    import_file(bg.file(bg.start(), bg.section(BANKGIRO), records, bg.deposit(106_137, 1, day="20260210"), bg.end(1)), ON)
    assert the_payment().confidence == 90
    assert b"8112289874" not in repr(the_payment().__dict__).encode()


def test_an_account_that_the_customer_paid_from_before_tells_who_pays(two: Office) -> None:
    def file(minor: int, reference: str, serial: str) -> bytes:
        record = bg.payment(minor, reference, code="2" if reference else "3", sender="9912346", serial=serial)
        return bg.file(bg.start(), bg.section(BANKGIRO), record, bg.deposit(minor, 1, day="20260210"), bg.end(1))

    import_file(file(6_137, the_case("1001").ocr, "000000000001"), ON)
    import_file(file(100_000, "", "000000000002"), ON)
    assert (the_payment().matched_by, the_payment().confidence) == ("amount_and_payer", 85)
    assert the_case("1001").stage == "closed"


def test_a_disputed_claim_is_never_guessed_to_be_what_was_paid(two: Office) -> None:
    place_hold(the_case("1002"), kind="dispute", reason="fel vara", by="kim", today=day(ON))
    import_file(bgmax([(106_137, "", "Kund 1")], ON), ON)
    assert the_payment().state == "suspense"


def test_two_claims_that_fit_are_a_persons_to_choose_between(two: Office, post: PostOffice) -> None:
    bring_in(two, [an_item("1003")], day("2026-02-06"))
    live(post, "2026-02-06")
    import_file(bgmax([(100_000, "", "Kund 1")], ON), ON)
    assert (the_payment().state, why()) == ("suspense", "several_fit")
    assert {c.invoice for c in work_list(two)[0].candidates[:2]} == {"1002", "1003"}


# ---- in texts ---------------------------------------------------------------------------------------------------


def in_text(text: str) -> None:
    records = [bg.payment(106_137, "", code="3"), bg.text(text)]
    import_file(bg.file(bg.start(), bg.section(BANKGIRO), records, bg.deposit(106_137, 1, day="20260210"), bg.end(1)), ON)


def test_an_invoice_number_in_the_text_finds_the_case(two: Office) -> None:
    in_text("Avser faktura 1001, tack")
    assert (the_payment().matched_by, the_payment().confidence) == ("text", 85) and the_case("1001").stage == "closed"


def test_our_own_ocr_in_the_text_finds_the_case(two: Office) -> None:
    in_text(f"OCR {the_case('1001').ocr}")
    assert (the_payment().matched_by, the_payment().confidence) == ("text", 95)


@pytest.mark.parametrize("number", ["20260210", "0701234567"])
def test_a_date_or_telephone_number_in_a_text_is_no_reference_though_an_invoice_bears_it(two: Office, number: str) -> None:
    bring_in(two, [an_item(number)], day("2026-02-06"))
    in_text(f"betalt {number}")
    assert the_payment().state == "suspense"
    import_file(bgmax([(106_137, number, "")], "2026-02-11"), "2026-02-11")
    assert the_payment().state != "suspense" or why() != "nothing_named", "as a reference it is one"


# ---- waits for a person -----------------------------------------------------------------------------------------


def test_a_closed_case_is_paid_by_nobody_unseen(two: Office) -> None:
    import_file(bgmax([(106_137, the_case("1001").ocr, "")], ON), ON)
    import_file(bgmax([(106_137, the_case("1001").ocr, "")], "2026-02-12", serial="00057"), "2026-02-12")
    assert (the_payment().state, why()) == ("suspense", "paid_on_closed_case")
    assert work_list(two)[0].suggested == "refund"
    refund(the_payment(), by="kim", today=day("2026-02-13"))
    assert balances(two.creditor.pk)["refunds", "SEK"] == -106_137 and the_payment().state == "refunded"


def test_the_second_of_two_whole_payments_in_one_file_waits_too(two: Office) -> None:
    import_file(bgmax([(106_137, the_case("1001").ocr, "")] * 2, ON), ON)
    assert sorted(p.state for p in Payment.objects.all()) == ["matched", "suspense"]


def test_a_payment_in_another_currency_waits(two: Office) -> None:
    entry = camt.entry("100.00", camt.Part("100.00", [the_case("1001").ocr], currency="EUR"), currency="EUR", day=ON)
    import_file(camt.document(entry, kind="054", acct=camt.account("5050-1055")), ON)
    assert (the_payment().state, why()) == ("suspense", "payment_currency_differs")


def test_a_booking_day_far_away_waits(two: Office) -> None:
    import_file(bgmax([(106_137, the_case("1001").ocr, "")], "2016-02-10"), ON)
    assert (the_payment().state, why()) == ("suspense", "payment_date_unusual")
    match_by_hand(the_payment(), the_case("1001"), by="kim", today=day(ON))
    assert Allocation.objects.get().on == day(ON), "by hand it counts from the day it was learnt"


def test_by_hand_a_payment_is_set_against_a_case_and_the_log_says_who(two: Office) -> None:
    import_file(bgmax([(106_137, "4711", "")], ON), ON)
    match_by_hand(the_payment(), the_case("1001"), by="kim", today=day("2026-02-11"))
    assert (the_payment().state, the_payment().matched_by, why()) == ("matched", "person", "matched_by_person")
    assert the_case("1001").closed_cause == "paid_in_time"


def test_by_hand_a_part_is_set_against_one_case_and_the_rest_against_another(two: Office) -> None:
    import_file(bgmax([(212_274, "4711", "")], ON), ON)
    match_by_hand(the_payment(), the_case("1001"), by="kim", today=day(ON), amount_minor=106_137)
    assert (the_payment().state, the_payment().held_minor, why()) == ("suspense", 106_137, "part_left")
    match_by_hand(the_payment(), the_case("1002"), by="kim", today=day(ON))
    assert the_payment().state == "matched" and {the_case(n).stage for n in ("1001", "1002")} == {"closed"}


def test_the_rest_of_a_payment_is_paid_back(two: Office) -> None:
    import_file(bgmax([(212_274, "4711", "")], ON), ON)
    match_by_hand(the_payment(), the_case("1001"), by="kim", today=day(ON), amount_minor=106_137)
    assert refund(the_payment(), by="kim", today=day(ON)) == 106_137
    assert (the_payment().state, the_payment().refund_minor) == ("matched", 106_137)


def test_money_that_is_the_creditors_own_is_passed_on_and_can_be_taken_back(two: Office) -> None:
    import_file(bgmax([(5_000, "4711", "")], ON), ON)
    with pytest.raises(Refused):
        pass_on(the_payment(), reason="", by="kim", today=day(ON))
    assert pass_on(the_payment(), reason="hyra", by="kim", today=day(ON)) == 5_000
    assert (the_payment().state, balances(two.creditor.pk)["received", "SEK"]) == ("own", -5_000)
    unmatch(the_payment(), reason="fel", by="kim", today=day(ON))
    assert (the_payment().state, the_payment().held_minor) == ("suspense", 5_000)


def test_by_hand_more_than_is_owed_goes_back_to_the_payer(two: Office) -> None:
    import_file(bgmax([(150_000, "4711", "")], ON), ON)
    match_by_hand(the_payment(), the_case("1001"), by="kim", today=day(ON))
    assert the_payment().refund_minor == 150_000 - 106_137


@pytest.mark.parametrize("amount", [0, -1, 106_138])
def test_no_more_than_waits_is_given(two: Office, amount: int) -> None:
    import_file(bgmax([(106_137, "4711", "")], ON), ON)
    with pytest.raises(Refused):
        match_by_hand(the_payment(), the_case("1001"), by="kim", today=day(ON), amount_minor=amount)


def test_what_does_not_wait_is_neither_matched_nor_paid_back(two: Office) -> None:
    import_file(bgmax([(106_137, the_case("1001").ocr, "")], ON), ON)
    with pytest.raises(Refused):
        match_by_hand(the_payment(), the_case("1002"), by="kim", today=day(ON))
    with pytest.raises(Refused):
        refund(the_payment(), by="kim", today=day(ON))


# ---- taken off again --------------------------------------------------------------------------------------------


def test_a_match_that_is_undone_returns_the_claim_and_the_wait_begins_anew(two: Office, post: PostOffice) -> None:
    import_file(bgmax([(106_137, the_case("1001").ocr, "")], "2026-02-16"), "2026-02-16")
    assert the_case("1001").stage == "closed"
    unmatch(the_payment(), reason="fel kund", by="kim", today=day("2026-02-23"))
    case = the_case("1001")
    assert (case.stage, sums(case)["capital"], sums(case)["costs"]) == ("reminded", 100_000, 6_000)
    assert (the_payment().state, the_payment().held_minor, why()) == ("suspense", 106_137, "match_undone")
    assert Hold.objects.get(case=case).until == day("2026-02-26")
    match_by_hand(the_payment(), the_case("1002"), by="kim", today=day("2026-02-23"))
    assert the_case("1002").closed_cause == "paid_in_time"


def test_a_payment_can_be_matched_and_taken_off_again_and_again(two: Office) -> None:
    import_file(bgmax([(150_000, the_case("1001").ocr, "")], ON), ON)
    for _ in range(3):
        unmatch(the_payment(), reason="fel", by="kim", today=day(ON))
        assert (the_payment().held_minor, the_payment().refund_minor) == (150_000, 0)
        match_by_hand(the_payment(), the_case("1001"), by="kim", today=day(ON))
    assert the_payment().refund_minor == 150_000 - 106_137


def test_a_refund_that_was_decided_is_undone_too(two: Office) -> None:
    import_file(bgmax([(5_000, "4711", "")], ON), ON)
    for _ in range(2):
        refund(the_payment(), by="kim", today=day(ON))
        unmatch(the_payment(), reason="fel", by="kim", today=day(ON))
    assert balances(two.creditor.pk)["suspense", "SEK"] == -5_000


def test_why_is_asked_and_there_must_be_something_to_undo(two: Office) -> None:
    import_file(bgmax([(5_000, "4711", ""), (106_137, the_case("1001").ocr, "")], ON), ON)
    first = Payment.objects.order_by("id").first()
    assert first is not None
    with pytest.raises(Refused):
        unmatch(the_payment(), reason=" ", by="kim", today=day(ON))
    with pytest.raises(Refused):
        unmatch(first, reason="fel", by="kim", today=day(ON))


# ---- rounding ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("open_minor", "asked", "paid"), [(100_023, 106_160, 106_200), (100_000, 106_137, 106_100)])
def test_a_total_in_whole_kronor_settles(office: Office, post: PostOffice, open_minor: int, asked: int, paid: int) -> None:
    """Up: the öre that nobody owed lie on the rounding account. Down: those that are left are rounded off the claim."""
    bring_in(office, [an_item(open=open_minor, amount=open_minor)], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-05")
    assert Letter.objects.get().total_minor == asked
    import_file(bgmax([(paid, the_case().ocr, "")], ON), ON)
    assert the_case().closed_cause == "paid_in_time" and the_payment().refund_minor == 0
    assert balances(office.creditor.pk).get(("rounding", "SEK"), 0) == min(0, asked - paid)


def test_a_krona_too_much_is_not_rounding(two: Office) -> None:
    import_file(bgmax([(106_200, the_case("1001").ocr, "")], ON), ON)
    assert the_payment().refund_minor == 63 and ("rounding", "SEK") not in balances(two.creditor.pk)


# ---- too much for one, still owed by the same on another -----------------------------------------------------------


def test_what_was_too_much_is_set_off_against_the_same_debtors_other_claim_when_it_was_told(
    two: Office, post: PostOffice
) -> None:
    bring_in(two, [an_item("1003")], day("2026-02-06"))
    live(post, "2026-02-06")
    import_file(bgmax([(150_000, the_case("1002").ocr, "")], ON), ON)
    over = 150_000 - 106_137
    with pytest.raises(Refused):
        set_off(the_payment(), the_case("1003"), told="", by="kim", today=day(ON))
    with pytest.raises(Refused):
        set_off(the_payment(), the_case("1001"), told="brev", by="kim", today=day(ON))
    set_off(the_payment(), the_case("1003"), told="brev 12 februari", by="kim", today=day("2026-02-12"))
    assert balances(two.creditor.pk).get(("refunds", "SEK"), 0) == 0
    assert (the_payment().refund_minor, the_payment().state) == (0, "matched")
    assert 100_000 - sums(the_case("1003"))["capital"] <= over


# ---- the bank's other entries -----------------------------------------------------------------------------------


def test_a_deduction_lowers_the_payment_with_its_reference(two: Office) -> None:
    ocr = the_case("1001").ocr
    import_file(bgmax([(106_137, ocr, "Bo Ek"), (-6_137, ocr, "BO EK"), (5_000, "1002", "Eva")], ON), ON)
    given = {a.case.invoice.number: a.costs_minor + a.interest_minor + a.capital_minor for a in Allocation.objects.all()}
    assert given == {"1001": 100_000, "1002": 5_000}
    assert [p.state for p in Payment.objects.order_by("id")] == ["matched", "undone", "matched"]
    assert balances(two.creditor.pk)["own_bank", "SEK"] == 105_000


def test_an_unclear_deduction_waits_and_so_do_the_payments_it_may_be_out_of(two: Office) -> None:
    import_file(bgmax([(106_137, the_case("1001").ocr, "Bo Ek"), (-6_137, "K77", "Bo Ek"), (5_000, "1002", "Eva")], ON), ON)
    assert [p.state for p in Payment.objects.order_by("id")] == ["suspense", "suspense", "matched"]
    payment, entry, _ = Payment.objects.order_by("id")
    match_entry(entry, payment, by="kim", today=day(ON))
    payment.refresh_from_db()
    assert (payment.held_minor, payment.taken_minor) == (100_000, 6_137)
    match_by_hand(payment, the_case("1001"), by="kim", today=day(ON))
    assert Allocation.objects.filter(payment=payment).count() == 1


def test_what_the_bank_takes_back_undoes_the_payment(two: Office) -> None:
    import_file(camt054([(106_137, the_case("1001").ocr, "Bo")], ON), ON)
    assert the_case("1001").stage == "closed"
    import_file(camt054([(-106_137, the_case("1001").ocr, "Bo")], "2026-02-17"), "2026-02-17")
    case = the_case("1001")
    assert case.stage == "reminded" and sums(case)["capital"] == 100_000
    assert [p.state for p in Payment.objects.order_by("id")] == ["undone", "undone"]
    assert balances(two.creditor.pk)["own_bank", "SEK"] == 0
    with pytest.raises(Refused):
        reverse_payment(Payment.objects.order_by("id")[0], by="kim", today=day("2026-02-17"))


def test_of_two_equal_payments_the_one_that_pays_nothing_is_taken_back_first(two: Office) -> None:
    import_file(camt054([(106_137, the_case("1001").ocr, "Bo")] * 2, ON), ON)
    import_file(camt054([(-106_137, the_case("1001").ocr, "Bo")], "2026-02-17"), "2026-02-17")
    assert the_case("1001").stage == "closed"


def test_a_reversal_of_nothing_we_know_waits(two: Office) -> None:
    import_file(camt054([(-5_000, "4711", "Bo")], ON), ON)
    assert (the_payment().state, why(), the_payment().held_minor) == ("suspense", "reversal_unclear", -5_000)
    assert work_list(two)[0].suggested == "entry"


def test_money_out_that_no_payment_explains_is_shown_and_not_booked(two: Office) -> None:
    Creditor.objects.update(iban=camt.IBAN)
    import_file(camt.document(camt.entry("10.00", direction="DBIT", day=ON), camt.entry("50.00", day=ON)), ON)
    assert sorted(p.state for p in Payment.objects.all()) == ["shown", "suspense"]
    assert balances(two.creditor.pk)["own_bank", "SEK"] == 5_000


# ---- invoices without a case ------------------------------------------------------------------------------------


def test_a_payment_before_the_invoice_is_taken_waits_and_settles_the_case_before_any_letter(
    office: Office, post: PostOffice
) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    import_file(bgmax([(100_000, "1001", "")], "2026-02-02"), "2026-02-02")
    assert (the_payment().state, why()) == ("waiting", "invoice_without_case")
    live(post, "2026-02-02", "2026-02-10")
    assert the_case().stage == "closed" and the_payment().state == "matched" and not post.taken


def test_when_the_ledger_shows_the_invoice_as_paid_the_money_is_the_creditors(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item()], day("2026-02-01"))
    import_file(bgmax([(100_000, "1001", "")], "2026-02-02"), "2026-02-02")
    bring_in(office, [an_item(open=0)], day("2026-02-03"))
    live(post, "2026-02-03", "2026-02-10")
    assert the_payment().state == "own" and not post.taken
    assert balances(office.creditor.pk) == {
        ("own_bank", "SEK"): 100_000, ("received", "SEK"): -100_000, ("suspense", "SEK"): 0,
    }  # fmt: skip


# ---- suggestions ------------------------------------------------------------------------------------------------


def test_one_wrong_digit_is_seen_through(two: Office) -> None:
    ocr = the_case("1001").ocr
    wrong = ocr[:-3] + str((int(ocr[-3]) + 1) % 10) + ocr[-2:]
    import_file(bgmax([(106_137, wrong, "")], ON), ON)
    best = work_list(two)[0].candidates[0]
    assert (best.invoice, best.signs) == ("1001", ("near", "asked")) or best.signs[0] == "near"
    assert "siffra" in best.say("sv") and "digit" in best.say("en")


def test_nearly_the_same_is_one_slip_of_the_finger_away() -> None:
    assert {"1243", "124", "1235", "12345", "12334"} <= nearly("1234") and "1234" not in nearly("1234")
    assert nearly("123") == set() and nearly("abcd") == set()


def test_a_page_of_the_work_list_takes_the_same_number_of_statements_whatever_it_holds(
    two: Office,
) -> None:
    counts = []
    for n in range(1, 4):
        rows = [(1_000 + i, f"99{n}{i}", f"Kund {i % 2}") for i in range(n * 5)]
        import_file(bgmax(rows, ON, serial=f"{n:05d}", first=n * 50), ON)
        with CaptureQueriesContext(connection) as queries:
            work_list(two)
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]


# ---- learn first ------------------------------------------------------------------------------------------------


@pytest.fixture
def expecting(office: Office) -> Office:
    Creditor.objects.update(expects_bank_file=True)
    office.creditor.refresh_from_db()
    bring_in(office, [an_item()], day("2026-02-01"))
    return open_office(office.creditor)


def test_letters_wait_on_a_banking_day_until_the_banks_file_is_read(expecting: Office, post: PostOffice) -> None:
    report = run_day(day("2026-02-04"), {"folder": post})
    assert not post.taken and "bank file" in report.problems[0]
    assert [n.kind for n in money_warnings(expecting, day("2026-02-04"))] == ["bank_file_missing"]
    import_file(bgmax([(5_000, "4711", "")], "2026-02-03"), "2026-02-04")
    assert run_day(day("2026-02-04"), {"folder": post}).problems == []
    assert len(post.taken) == 1
    assert [n.kind for n in money_warnings(expecting, day("2026-02-04"))] == ["suspense"]


def test_a_person_may_say_that_no_file_comes(expecting: Office, post: PostOffice) -> None:
    NoFileToday.objects.create(creditor=expecting.creditor, on=day("2026-02-04"))
    assert run_day(day("2026-02-04"), {"folder": post}).problems == [] and len(post.taken) == 1


def test_who_paid_in_the_file_that_came_late_gets_no_letter(expecting: Office, post: PostOffice) -> None:
    run_day(day("2026-02-04"), {"folder": post})
    import_file(bgmax([(100_000, "1001", "")], "2026-02-03"), "2026-02-04")
    run_day(day("2026-02-04"), {"folder": post})
    assert not post.taken and the_case().reason == "rest_left_alone", "a krona of interest is left alone"
