"""Money finds its claim, divides by the law's order, and can be taken back. After every story the books are counted."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fordran.cases.acts import place_hold, waive_cost
from fordran.cases.models import Case, Charge, Hold
from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.ledger.post import balances
from fordran.letters.models import Letter
from fordran.settlement.models import Allocation, Payment
from fordran.settlement.pay import Money, match, receive, register_credit, register_direct, reverse_payment
from tests.books import assert_books_hold
from tests.build import an_item, an_office, bring_in, case_facts, day, later, sums, the_case
from tests.post import PostOffice

REMINDED_ON = day("2026-02-04")


@pytest.fixture(autouse=True)
def _the_books_hold_in_the_end(db: None) -> Iterator[None]:
    yield
    assert_books_hold()


def live(post: PostOffice, first: str, last: str | None = None) -> None:
    start, end = day(first), day(last or first)
    for n in range((end - start).days + 1):
        assert run_day(later(start, n), {"folder": post}).problems == []


def pay(office: Office, minor: int, on: str, reference: str, today: str | None = None, key: str = "") -> Payment | None:
    return receive(office, Money(key or f"{on} {minor} {reference}", "bank", day(on), minor, "SEK", reference), day(today or on))


@pytest.fixture
def reminded(office: Office, post: PostOffice) -> Office:
    """One invoice, reminded on 4 February of 1 061.37, to be paid by the 16th."""
    bring_in(office, [an_item(reference="7777")], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-05")
    return office


# ---- finding the claim ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["case_ocr", "invoice_reference", "invoice_number"])
def test_the_cases_own_reference_the_invoices_and_its_number_all_find_the_case(reminded: Office, how: str) -> None:
    case = the_case()
    reference = {"case_ocr": case.ocr, "invoice_reference": "7777", "invoice_number": "1001"}[how]
    assert match(reminded.creditor, reference, "SEK") == ([case.pk], how)
    pay(reminded, 106_137, "2026-02-10", reference)
    assert Allocation.objects.get().matched_by == how and sums(case)["capital"] == 0


@pytest.mark.parametrize("reference", ["", "  ", "99999", "Tack för hjälpen"])
def test_money_that_names_nothing_we_know_is_kept_apart(reminded: Office, reference: str) -> None:
    pay(reminded, 50_000, "2026-02-10", reference)
    assert balances(reminded.creditor.pk)["suspense", "SEK"] == -50_000
    assert sums(the_case())["capital"] == 100_000 and not Allocation.objects.exists()


def test_the_same_payment_told_twice_is_one_payment(reminded: Office) -> None:
    assert pay(reminded, 50_000, "2026-02-10", the_case().ocr, key="bank row 1") is not None
    assert pay(reminded, 50_000, "2026-02-10", the_case().ocr, key="bank row 1") is None
    assert Payment.objects.count() == 1 and balances(reminded.creditor.pk)["own_bank", "SEK"] == 50_000


def test_a_payment_in_another_currency_does_not_find_the_case(reminded: Office) -> None:
    assert match(reminded.creditor, the_case().ocr, "EUR") == ([], "")


def test_one_creditors_payment_never_pays_anothers_invoice(reminded: Office) -> None:
    other = an_office(number="556703-7485")
    assert match(other.creditor, the_case().ocr, "SEK") == ([], "")


# ---- a letter of several claims ---------------------------------------------------------------------------------


@pytest.fixture
def joint(office: Office, post: PostOffice) -> Office:
    """Two invoices of one debtor in one reminder, 600 and 1 000 kronor, the smaller the older by two days."""
    bring_in(office, [an_item("A", due=day("2026-01-28"), open=60_000, amount=60_000), an_item("B")], day("2026-02-04"))
    live(post, "2026-02-04", "2026-02-05")
    return office


def test_two_claims_ready_the_same_day_share_a_letter_with_one_cost_on_the_older(joint: Office) -> None:
    letter = Letter.objects.get()
    assert letter.cases.count() == 2 and Charge.objects.get().case == the_case("A")
    assert letter.total_minor == 160_000 + 6_000 + sum(sums(the_case(n))["interest"] for n in "AB")
    assert letter.ocr not in (the_case("A").ocr, the_case("B").ocr)


def test_the_joint_letters_reference_settles_both_when_its_total_is_paid_in_time(joint: Office) -> None:
    letter = Letter.objects.get()
    assert letter.last_day is not None
    pay(joint, letter.total_minor, letter.last_day.isoformat(), letter.ocr)
    assert [the_case(n).closed_cause for n in "AB"] == ["paid_in_time", "paid_in_time"]


def test_too_little_on_the_joint_reference_goes_to_the_oldest_first(joint: Office) -> None:
    pay(joint, 70_000, "2026-02-10", Letter.objects.get().ocr)
    assert sum(sums(the_case("A")).values()) == 0
    assert 0 < 100_000 - sums(the_case("B"))["capital"] < 10_000


def test_a_payer_who_names_one_invoice_is_obeyed(joint: Office) -> None:
    pay(joint, 100_137, "2026-02-10", the_case("B").ocr)
    assert sums(the_case("A"))["capital"] == 60_000
    assert the_case("B").stage == "closed"


def test_only_the_last_of_three_paid_leaves_the_letter_unpaid(office: Office, post: PostOffice) -> None:
    bring_in(office, [an_item(n, due=later(day("2026-01-26"), i)) for i, n in enumerate("ABC")], day("2026-02-03"))
    live(post, "2026-02-03", "2026-02-10")
    pay(office, 101_000, "2026-02-10", the_case("C").ocr)
    assert {n: the_case(n).stage for n in "ABC"} == {"A": "reminded", "B": "reminded", "C": "closed"}


# ---- too much ---------------------------------------------------------------------------------------------------


def test_more_than_is_owed_goes_back_to_the_payer(reminded: Office) -> None:
    pay(reminded, 110_000, "2026-02-10", the_case().ocr)
    assert balances(reminded.creditor.pk)["refunds", "SEK"] == -(110_000 - 106_137)
    assert the_case().stage == "closed"


def test_in_own_collection_the_money_is_the_creditors_at_once(reminded: Office) -> None:
    pay(reminded, 50_000, "2026-02-10", the_case().ocr)
    found = balances(reminded.creditor.pk)
    assert (found["own_bank", "SEK"], found["received", "SEK"], found["suspense", "SEK"]) == (50_000, -50_000, 0)


def test_an_agency_keeps_the_money_apart_as_the_clients(post: PostOffice, db: None) -> None:
    settings = 'mode = "agency"\npermit = "FI 1"\npermit_until = 2027-12-31'
    payout = '[[payout]]\nkind = "bankgiro"\nnumber = "5050-1055"\npreferred = true'
    office = an_office(creditor=settings, rest=payout)
    bring_in(office, [an_item()], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-05")
    pay(office, 50_000, "2026-02-10", the_case().ocr)
    found = balances(office.creditor.pk)
    assert (found["client_bank", "SEK"], found["payable", "SEK"]) == (50_000, -50_000)
    assert ("own_bank", "SEK") not in found


# ---- straight to the creditor, and credits ----------------------------------------------------------------------


def test_what_was_paid_straight_to_the_creditor_touches_no_bank_of_ours(reminded: Office) -> None:
    register_direct(the_case(), amount_minor=106_137, on=day("2026-02-10"), by="kim", today=day("2026-02-10"))
    assert not {("own_bank", "SEK"), ("suspense", "SEK")} & set(balances(reminded.creditor.pk))
    assert the_case().closed_cause == "paid_to_creditor"


def test_a_credit_after_the_demand_takes_everything_with_it(reminded: Office, post: PostOffice) -> None:
    live(post, "2026-02-06", "2026-02-20")
    register_credit(the_case(), amount_minor=100_000, on=day("2026-02-20"), by="kim", today=day("2026-02-20"))
    assert the_case().closed_cause == "credited" and sum(sums(the_case()).values()) == 0


@pytest.mark.parametrize(
    ("amount", "on", "field"), [(0, "2026-02-10", "--amount"), (-5, "2026-02-10", "--amount"), (100, "2026-02-11", "--on")]
)
def test_an_impossible_payment_is_refused_with_the_field_at_fault(reminded: Office, amount: int, on: str, field: str) -> None:
    with pytest.raises(Refused) as refused:
        register_direct(the_case(), amount_minor=amount, on=day(on), by="kim", today=day("2026-02-10"))
    assert refused.value.problems[0].field == field
    assert not Payment.objects.exists()


def test_nothing_is_paid_into_a_closed_case_by_hand(reminded: Office) -> None:
    pay(reminded, 106_137, "2026-02-10", the_case().ocr)
    with pytest.raises(Refused, match="closed"):
        register_direct(the_case(), amount_minor=100, on=day("2026-02-10"), by="kim", today=day("2026-02-10"))


# ---- taken back -------------------------------------------------------------------------------------------------


def taken_back(office: Office, today: str) -> Case:
    reverse_payment(Payment.objects.get(), by="kim", today=day(today), office=office)
    return the_case()


def test_a_reversed_payment_brings_the_case_back_to_its_stage_and_waits_before_anything_is_sent(
    reminded: Office, post: PostOffice
) -> None:
    pay(reminded, 106_137, "2026-02-16", the_case().ocr)
    assert the_case().stage == "closed"
    case = taken_back(reminded, "2026-02-23")
    assert (case.stage, case.closed_on) == ("reminded", None)
    assert sums(case)["capital"] == 100_000 and sums(case)["costs"] == 6_000
    live(post, "2026-02-23", "2026-02-26")
    assert len(post.taken) == 1
    live(post, "2026-02-27")
    assert [p.kind for p in post.taken.values()] == ["reminder", "demand"]
    assert Charge.objects.count() == 2


def test_after_a_reversal_interest_is_as_if_the_payment_had_never_been(reminded: Office, post: PostOffice) -> None:
    pay(reminded, 40_000, "2026-02-10", the_case().ocr)
    taken_back(reminded, "2026-02-12")
    live(post, "2026-02-12", "2026-02-19")
    assert sums(the_case()) == {"capital": 100_000, "interest": 548, "costs": 24_000}


def test_a_reversed_payment_that_had_crossed_the_letter_brings_the_letters_cost_back(reminded: Office) -> None:
    pay(reminded, 100_110, "2026-02-03", the_case().ocr, today="2026-02-05")
    assert (the_case().stage, Charge.objects.get().waived_minor) == ("closed", 6_000)
    case = taken_back(reminded, "2026-02-09")
    assert case.stage == "reminded" and sums(case)["costs"] == 6_000
    charge = Charge.objects.get()
    assert (charge.waived_minor, charge.paid_minor) == (0, 0)


def test_a_reversed_payment_of_a_letter_paid_in_two_parts_is_undone_to_the_oere(reminded: Office) -> None:
    pay(reminded, 50_000, "2026-02-10", the_case().ocr)
    before = sums(the_case())
    second = pay(reminded, 56_137, "2026-02-16", the_case().ocr)
    assert second is not None and the_case().stage == "closed"
    reverse_payment(second, by="kim", today=day("2026-02-18"), office=reminded)
    after = sums(the_case())
    assert (after["capital"], after["costs"]) == (before["capital"], before["costs"])


def test_a_cancelled_credit_opens_the_case_at_the_same_step_without_new_costs(reminded: Office, post: PostOffice) -> None:
    credit = register_credit(the_case(), amount_minor=100_000, on=day("2026-02-10"), by="kim", today=day("2026-02-10"))
    assert the_case().stage == "closed"
    reverse_payment(credit, by="kim", today=day("2026-02-12"), office=reminded)
    case = the_case()
    assert case.stage == "reminded" and sums(case)["capital"] == 100_000 and sums(case)["costs"] == 6_000
    live(post, "2026-02-12", "2026-02-19")
    assert [p.kind for p in post.taken.values()] == ["reminder", "demand"] and Charge.objects.count() == 2


def test_a_payment_is_taken_back_once(reminded: Office) -> None:
    pay(reminded, 106_137, "2026-02-10", the_case().ocr)
    taken_back(reminded, "2026-02-12")
    with pytest.raises(Refused, match="reversed"):
        taken_back(reminded, "2026-02-12")


def test_a_rest_that_was_written_off_comes_back_with_the_payment(reminded: Office) -> None:
    pay(reminded, 106_100, "2026-02-20", the_case().ocr)
    assert run_day(day("2026-03-23"), {"folder": PostOffice()}).problems == []
    assert the_case().closed_cause == "rest_written_off"
    case = taken_back(reminded, "2026-03-24")
    assert sums(case)["capital"] == 100_000 and case.stage == "reminded"


def test_a_respite_that_a_person_gave_is_not_cut_short_when_the_case_comes_back(reminded: Office) -> None:
    place_hold(the_case(), kind="respite", reason="ber om tid", by="kim", today=day("2026-02-09"), until=day("2026-06-30"))
    pay(reminded, 106_137, "2026-02-10", the_case().ocr)
    taken_back(reminded, "2026-02-12")
    assert Hold.objects.get().until == day("2026-06-30")


# ---- waived -----------------------------------------------------------------------------------------------------


def test_a_waived_cost_leaves_the_claim_and_is_never_charged_again(reminded: Office, post: PostOffice) -> None:
    waive_cost(the_case(), kind="reminder", reason="kulans", by="kim", today=day("2026-02-09"))
    assert sums(the_case())["costs"] == 0
    live(post, "2026-02-10", "2026-02-20")
    assert [c.kind for c in case_facts(the_case(), reminded).costs] == ["reminder", "demand"]
    assert sums(the_case())["costs"] == 18_000
    with pytest.raises(Refused):
        waive_cost(the_case(), kind="reminder", reason="igen", by="kim", today=day("2026-02-20"))


def test_exactly_the_invoice_paid_leaves_a_rest_that_is_written_off_after_thirty_days(reminded: Office, post: PostOffice) -> None:
    pay(reminded, 100_000, "2026-02-20", the_case().ocr)
    live(post, "2026-02-20", "2026-03-21")
    assert the_case().reason == "rest_left_alone" and len(post.taken) == 1
    live(post, "2026-03-22")
    assert the_case().closed_cause == "rest_written_off"


def test_when_the_bearing_case_falls_its_cost_stands_on_the_other_that_alone_would_have_borne_it(joint: Office) -> None:
    register_credit(the_case("A"), amount_minor=60_000, on=day("2026-02-10"), by="kim", today=day("2026-02-10"))
    assert the_case("A").stage == "closed"
    left = list(Charge.objects.filter(voided_on=None).values_list("invoice__number", "amount_minor", "waived_minor"))
    assert [(number, amount - waived) for number, amount, waived in left if amount > waived] == [("B", 6_000)]


def test_when_the_other_case_was_not_agreed_the_cost_falls_for_good(office: Office, post: PostOffice) -> None:
    items = [an_item("A", due=day("2026-01-28")), an_item("B", terms_agreed=day("2026-01-15"))]
    bring_in(office, items, day("2026-02-04"))
    live(post, "2026-02-04", "2026-02-05")
    register_credit(the_case("A"), amount_minor=100_000, on=day("2026-02-10"), by="kim", today=day("2026-02-10"))
    assert sums(the_case("B"))["costs"] == 0


def test_a_creditor_without_terms_never_charges_a_reminder(post: PostOffice, db: None) -> None:
    office = an_office(creditor="")
    Creditor.objects.update(terms_agreed_from=None)
    bring_in(office, [an_item()], day("2026-02-01"))
    live(post, "2026-02-01", "2026-02-05")
    assert not Charge.objects.exists() and len(post.taken) == 1
