"""What a creditor is paid: every payment and case, less what the office takes, on the days agreed."""

from __future__ import annotations

import pytest

from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.ledger.post import balances
from fordran.payouts.models import PaymentOrder, Payout, PayoutLine
from fordran.payouts.prepare import prepare_payouts
from fordran.payouts.terms import apply_settings, approve_account, prices_of
from fordran.settlement.models import Payment
from fordran.settlement.undo import unmatch
from tests.books import assert_books_hold
from tests.build import SETTINGS, an_item, bring_in, day, the_case
from tests.formats.bank import camt_by_hand as camt
from tests.payouts.world import AGENCY, FRIDAY, PAYOUTS, START, an_agency, some_cases, take
from tests.settlement.bank_day import bgmax


def pays(office: Office, rows: list[tuple[str, int]], on: str = "2026-02-10", serial: str = "00056") -> None:
    """(invoice, öre) with the case's OCR."""
    told = [(minor, the_case(invoice).ocr, "Kund") for invoice, minor in rows]
    take(bgmax(told, on, serial=serial, first=int(serial) * 100), on, office)


def lines(payout: Payout) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    for line in payout.lines.all():
        found[line.kind, line.component] = found.get((line.kind, line.component), 0) + line.amount_minor
    return found


def account(office: Office, name: str) -> int:
    return -balances(office.creditor.pk).get((name, "SEK"), 0)


def test_a_payment_becomes_a_payout_line_by_line_and_the_books_hold(some: Office) -> None:
    pays(some, [("1001", 106_137)])
    assert prepare_payouts(some, day("2026-02-12")).payouts == [], "Thursday: nothing is paid before Friday"
    payout = prepare_payouts(some, FRIDAY).payouts[0]
    assert lines(payout) == {
        ("collected", "capital"): 100_000, ("collected", "interest"): 137, ("collected", "reminder_cost"): 6_000,
        ("kept", "reminder_cost"): -6_000, ("vat", "reminder_cost"): -1_500,
        ("commission", "capital"): -7_500, ("vat", "capital"): -1_875,
    }  # fmt: skip
    assert (payout.collected_minor, payout.earned_minor, payout.vat_minor) == (106_137, 13_500, 3_375)
    assert payout.amount_minor == 89_262 and payout.number == "U2026-000001"
    assert {line.case.number for line in payout.lines.all() if line.case} == {the_case("1001").number}
    assert (account(some, "payable"), account(some, "in_transit"), account(some, "earned"), account(some, "vat")) == (
        0, 89_262, 13_500, 3_375,
    )  # fmt: skip
    order = PaymentOrder.objects.get()
    assert (order.state, order.amount_minor, order.to_kind, order.to_number) == ("proposed", 89_262, "bankgiro", "9912346")
    assert_books_hold()


def test_a_payout_day_is_done_once_and_the_next_takes_what_came_after(some: Office) -> None:
    pays(some, [("1001", 106_137)])
    assert len(prepare_payouts(some, FRIDAY).payouts) == 1
    assert prepare_payouts(some, FRIDAY).payouts == prepare_payouts(some, day("2026-02-16")).payouts == []
    pays(some, [("1002", 50_000)], "2026-02-17", "00057")
    assert prepare_payouts(some, day("2026-02-19")).payouts == []
    second = prepare_payouts(some, day("2026-02-20")).payouts[0]
    assert second.collected_minor == 50_000 and Payout.objects.count() == 2
    assert_books_hold()


def test_a_missed_day_is_caught_up_with_the_same_contents(some: Office) -> None:
    pays(some, [("1001", 106_137)])
    pays(some, [("1002", 50_000)], "2026-02-16", "00057")
    late = prepare_payouts(some, day("2026-02-17")).payouts[0]
    assert (late.day, late.collected_minor) == (FRIDAY, 106_137), "what came after Friday waits for the next Friday"


def test_less_than_the_minimum_waits_and_is_paid_with_the_next(some: Office) -> None:
    pays(some, [("1001", 9_000)])
    assert prepare_payouts(some, FRIDAY).payouts == []
    pays(some, [("1001", 50_000)], "2026-02-17", "00057")
    assert prepare_payouts(some, day("2026-02-20")).payouts[0].collected_minor == 59_000


def test_nothing_is_paid_to_an_account_that_no_second_person_has_approved(some: Office) -> None:
    pays(some, [("1001", 106_137)])
    PayoutAccount.objects.update(approved_on=None, approved_by="")
    prepared = prepare_payouts(some, FRIDAY)
    assert prepared.payouts == [] and "approve" in prepared.problems[0]
    assert account(some, "payable") == 106_137
    with pytest.raises(Refused, match="another person"):
        approve_account(some.creditor, "991-2346", by="settings file", today=FRIDAY)
    approve_account(some.creditor, "991-2346", by="vera", today=FRIDAY)
    assert len(prepare_payouts(some, FRIDAY).payouts) == 1


def test_a_changed_account_is_a_proposal_and_money_goes_to_the_old_one(some: Office) -> None:
    changed = PAYOUTS.replace(
        "preferred = true", 'preferred = false\n[[payout]]\nkind = "bankgiro"\nnumber = "5536-7742"\npreferred = true'
    )
    apply_settings(SETTINGS % {"creditor": AGENCY, "filter": "", "rest": changed})
    pays(some, [("1001", 106_137)])
    prepare_payouts(open_office(Creditor.objects.get()), FRIDAY)
    assert PaymentOrder.objects.get().to_number == "9912346"


def test_a_payment_taken_off_after_it_was_paid_out_becomes_a_negative_line(some: Office) -> None:
    pays(some, [("1001", 106_137)])
    first = prepare_payouts(some, FRIDAY).payouts[0]
    unmatch(Payment.objects.get(), reason="fel", by="kim", today=day("2026-02-16"))
    assert prepare_payouts(some, day("2026-02-20")).payouts == [], "a sum below nothing waits"
    assert account(some, "payable") == -106_137
    assert_books_hold()
    pays(some, [("1002", 106_137), ("1003", 106_137)], "2026-02-24", "00057")
    second = prepare_payouts(some, day("2026-02-27")).payouts[0]
    turned = second.lines.exclude(corrects_id=0)
    assert sum(line.amount_minor for line in turned) == -first.amount_minor, "to the öre, with commission and VAT"
    assert second.collected_minor == 2 * 106_137 - first.collected_minor
    assert_books_hold()


def test_a_price_list_holds_from_its_day(some: Office) -> None:
    newer = PAYOUTS + "\n[[price]]\nfrom = 2026-02-11\ncommission = 10\nvat = 25\n"
    apply_settings(SETTINGS % {"creditor": AGENCY, "filter": "", "rest": newer})
    assert len(prices_of(some.creditor).lists) == 2
    pays(some, [("1001", 106_137)])
    pays(some, [("1002", 106_137)], "2026-02-12", "00057")
    payout = prepare_payouts(some, FRIDAY).payouts[0]
    assert lines(payout)["commission", "capital"] == -17_500
    assert lines(payout)["kept", "reminder_cost"] == -6_000, "the newer list leaves the reminder to the creditor"


def test_a_fee_is_taken_once_for_a_case_that_was_paid_and_given_back_when_it_opens_again(db: None) -> None:
    office = an_agency(PAYOUTS.replace("vat = 25", "vat = 25\ncase_fee = 40"))
    some_cases(office)
    pays(office, [("1001", 106_137)])
    payout = prepare_payouts(office, FRIDAY).payouts[0]
    assert lines(payout)["case_fee", "case_fee"] == -4_000 and lines(payout)["vat", "case_fee"] == -1_000
    pays(office, [("1002", 80_000)], "2026-02-17", "00057")
    assert ("case_fee", "case_fee") not in lines(prepare_payouts(office, day("2026-02-20")).payouts[0])
    unmatch(Payment.objects.order_by("id").first(), reason="fel", by="kim", today=day("2026-02-23"))  # type: ignore[arg-type]
    pays(office, [("1003", 110_000), ("1004", 110_000)], "2026-02-24", "00058")
    third = prepare_payouts(office, day("2026-02-27")).payouts[0]
    assert lines(third)["case_fee", "case_fee"] == 4_000 - 8_000


def test_in_own_collection_there_is_nothing_to_pay_out(db: None) -> None:
    office = an_agency(PAYOUTS, creditor="", approved=False)
    some_cases(office)
    pays(office, [("1001", 106_137)])
    assert prepare_payouts(office, FRIDAY).payouts == [] and account(office, "received") == 106_137
    assert_books_hold()


def test_nothing_is_prepared_on_a_day_that_is_no_banking_day(some: Office) -> None:
    pays(some, [("1001", 106_137)])
    assert prepare_payouts(some, day("2026-02-14")).payouts == []
    assert prepare_payouts(some, day("2026-02-16")).payouts[0].day == FRIDAY


EURO = """
[[payouts.from]]
currency = "EUR"
kind = "iban"
number = "SE35 5000 0000 0549 1000 0003"
[filter.limits.EUR]
min = 1
"""


def test_each_currency_is_a_payout_of_its_own_and_euro_needs_an_iban(db: None) -> None:
    office = an_agency(PAYOUTS.replace("[[price]]", EURO + "[[price]]"))
    bring_in(office, [an_item("2001", currency="EUR")], START, name="euro")
    some_cases(office, 1)
    one = camt.Part("1000.00", [the_case("2001").ocr], currency="EUR")
    entry = camt.entry("1000.00", one, currency="EUR", day="2026-02-10")
    take(camt.document(entry, acct=camt.account("5050-1055")), "2026-02-10", office)
    pays(office, [("1001", 50_000)])
    prepared = prepare_payouts(office, FRIDAY)
    assert [p.currency for p in prepared.payouts] == ["SEK"]
    assert len(prepared.problems) == 1 and "EUR" in prepared.problems[0] and "approve" in prepared.problems[0]
    PayoutAccount.objects.create(creditor=office.creditor, kind="iban", number="DE89370400440532013000", proposed_by="kim")
    approve_account(office.creditor, "DE89 3704 0044 0532 0130 00", by="vera", today=FRIDAY)
    euro = prepare_payouts(office, FRIDAY).payouts
    assert [(p.currency, p.collected_minor) for p in euro] == [("EUR", 100_000)]
    assert PaymentOrder.objects.get(payout=euro[0]).to_kind == "iban"
    assert_books_hold()


def test_lines_and_payouts_are_never_changed(some: Office) -> None:
    from django.db import DatabaseError, transaction

    pays(some, [("1001", 106_137)])
    prepare_payouts(some, FRIDAY)
    for act in (lambda: PayoutLine.objects.update(amount_minor=1), lambda: Payout.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            act()


@pytest.mark.parametrize(("rest", "words"), [
    ('[payouts]\nschedule = "yearly"', "daily, weekly, monthly"), ('[payouts]\nnonsense = 1', "no setting"),
    ("[[price]]\ncommission = 5", "missing"), ("[[price]]\nfrom = 2026-01-01\ncommission = 7.55", "one decimal"),
    ("[[price]]\nfrom = 2026-01-01\n[[price]]\nfrom = 2026-01-01", "same day"),
    ('[[payouts.from]]\nkind = "bankgiro"\nnumber = "1234"', "check digit"), ('[[price]]\nfrom = "x"', "not a day"),
    ('[[price]]\nfrom = 2026-01-01\noffice_keeps = ["capital"]', "interest"),
])  # fmt: skip
def test_a_wrong_setting_is_named(db: None, rest: str, words: str) -> None:
    with pytest.raises(Refused) as refused:
        apply_settings(SETTINGS % {"creditor": AGENCY, "filter": "", "rest": rest})
    assert words in str(refused.value)
