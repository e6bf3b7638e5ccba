"""What the ERP is told: each thing once, whatever it answers and whoever is stopped; what it refuses stops nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from fordran.cases.acts import instruct
from fordran.core.problems import Refused
from fordran.day import world
from fordran.day.tell import ask_copies, ask_marks
from fordran.erp.errands import MOST_ATTEMPTS, ask, errand_of, give_up, payload_of, retry, run_errands
from fordran.erp.models import Errand
from fordran.ports.erp import CaseMark, LetterCopy, PaidItem, PaymentPosting, PaymentVoid, VoucherLine, VoucherPosting
from fordran.settlement.models import Payment
from fordran.settlement.pay import Money, receive
from tests.build import day, later
from tests.day.test_number_of_statements import counting
from tests.erp.conftest import LATER, REMINDS, House
from tests.erp.test_fetch import read


def told(house: House, on: Any = REMINDS) -> Any:
    house.passes()
    erp = world.erp_of(house.office.creditor)
    assert erp is not None
    return run_errands(house.office, erp, on)


def a_posting(key: str = "F1", amount: int = 100_000, invoice: str = "1001") -> PaymentPosting:
    return PaymentPosting(key, "1", "SEK", REMINDS, "1930", (PaidItem(invoice, "Invoice", amount),), "Betalning")


def test_the_case_stands_on_the_invoice_at_every_change_and_the_letter_lies_beside_it(house: House) -> None:
    document = house.invoice("1001")
    assert not house.run(REMINDS).problems
    assert (document.mark.kind.lower(), document.mark.status.lower()) == ("reminder", "sent")
    assert document.mark.number.endswith(house.case().number)
    assert [name for name, _ in document.attachments] and document.attachments[0][1].startswith(b"%PDF")
    count = Errand.objects.count()
    house.run(REMINDS)
    assert Errand.objects.count() == count and len(document.attachments) == 1
    house.run(LATER)
    instruct(house.case(), kind="withdraw", by="test", today=LATER)
    house.run(day("2026-02-06"))
    assert document.mark.status.lower() == "withdrawn"


def test_an_erp_that_refuses_marks_is_told_again_on_later_days_some_times_and_stops_nothing_else(house: House) -> None:
    house.server.behaviours = replace(house.server.behaviours, refuses_case_fields=True)
    for company in house.server.companies.values():
        company.behaviours = house.server.behaviours
    document = house.invoice("1001")
    report = house.run(REMINDS)
    assert house.letters() == ["reminder"] and len(document.attachments) == 1
    assert any("mark" in problem for problem in report.problems)
    errand = Errand.objects.get(kind="mark", state="refused")
    assert errand.error and errand.next_on == LATER
    for n in range(1, 2 * MOST_ATTEMPTS):
        told(house, later(REMINDS, n))
    errand.refresh_from_db()
    assert (errand.state, errand.attempts) == ("refused", MOST_ATTEMPTS)
    for company in house.server.companies.values():
        company.behaviours = replace(house.server.behaviours, refuses_case_fields=False)
    retry(house.office, errand.key, by="test", today=day("2026-03-01"))
    told(house, day("2026-03-01"))
    errand.refresh_from_db()
    assert errand.state == "done" and document.mark.status.lower() == "sent"


def test_the_same_key_is_one_errand_and_other_contents_under_it_are_refused(house: House) -> None:
    house.invoice("1001")
    read(house)
    assert ask(house.office, a_posting(), REMINDS) is True
    assert ask(house.office, a_posting(), LATER) is False
    with pytest.raises(Refused):
        ask(house.office, a_posting(amount=5), REMINDS)
    assert Errand.objects.count() == 1


@pytest.mark.parametrize("errand", [
    a_posting(), PaymentVoid("V1", "F1", "", REMINDS), CaseMark("m", "1001", "Invoice", "2026-1", "demand", "sent", "http://x"),
    VoucherPosting("B1", REMINDS, "SEK", "Ränta å", (VoucherLine("1930", 5), VoucherLine("8313", 0, 5, "ränta"))),
    LetterCopy("l", "1001", "Invoice", "B1.pdf"),
])  # fmt: skip
def test_an_errand_comes_back_from_its_row_as_it_was_asked_for(errand: Any) -> None:
    kind = {PaymentPosting: "payment", PaymentVoid: "void", CaseMark: "mark", VoucherPosting: "voucher", LetterCopy: "letter"}
    assert errand_of(kind[type(errand)], payload_of(errand)) == errand


def test_a_payment_whose_answer_was_lost_is_posted_once(house: House) -> None:
    document = house.invoice("1001")
    read(house)
    ask(house.office, a_posting(), REMINDS)
    house.faults.next("POST /v1/customerPayment", "timeout_after")
    told(house)
    told(house)
    assert Errand.objects.get().state == "done"
    assert [r.amount for r in house.book.receipts.values()] == [100_000] and document.balance == 0


def test_an_errand_found_being_told_is_looked_up_before_it_is_told_again(house: House) -> None:
    house.invoice("1001")
    read(house)
    ask(house.office, a_posting(), REMINDS)
    told(house)
    Errand.objects.update(state="sending")  # stopped between the ERP's answer and our commit
    told(house)
    assert Errand.objects.get().state == "done" and len(house.book.receipts) == 1
    ask(house.office, a_posting("F2", 1), REMINDS)
    Errand.objects.filter(key="F2").update(state="sending")  # stopped before it reached the ERP
    house.change("1001", balance=1, status="open")
    told(house)
    assert Errand.objects.get(key="F2").state == "done" and len(house.book.receipts) == 2


def test_an_erp_that_is_away_leaves_everything_waiting_without_counting_it_as_tried(house: House) -> None:
    house.invoice("1001")
    read(house)
    ask(house.office, a_posting(), REMINDS)
    house.server.stop()
    done = told(house)
    errand = Errand.objects.get()
    assert (errand.state, errand.attempts, done.waiting) == ("waiting", 0, 1) and done.problems


def test_a_payment_undone_before_it_was_posted_is_never_posted_and_one_after_is_voided(house: House) -> None:
    document = house.invoice("1001")
    read(house)
    ask(house.office, a_posting(), REMINDS)
    ask(house.office, PaymentVoid("V1", "F1", "", REMINDS), REMINDS)
    told(house)
    assert not house.book.receipts and {e.key: e.state for e in Errand.objects.all()} == {"F1": "overtaken", "V1": "done"}
    ask(house.office, a_posting("F2"), REMINDS)
    told(house)
    assert document.balance == 0
    ask(house.office, PaymentVoid("V2", "F2", "", REMINDS), REMINDS)
    told(house)
    assert Errand.objects.get(key="V2").state == "done" and document.balance == 100_000


def test_our_own_posting_is_no_payment_anew_when_it_is_read_back(house: House) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    case = house.case()
    receive(house.office, Money("bank 1", "bank", LATER, 50_000, "SEK", reference=case.ocr), LATER)
    house.run(LATER)
    posted = Errand.objects.get(kind="payment")
    assert posted.state == "done" and house.book.documents["invoice", "1001"].balance > 50_000
    house.paid_at_creditor("1001", 20_000, on=day("2026-02-06"))
    house.run(day("2026-02-06"))
    house.run(day("2026-02-09"))
    assert sorted((p.via, p.amount_minor) for p in Payment.objects.all()) == [("bank", 50_000), ("creditor", 20_000)]


def test_a_refused_errand_can_be_given_up(house: House) -> None:
    read(house)
    ask(house.office, a_posting(invoice="finns ej"), REMINDS)
    told(house)
    assert Errand.objects.get().state == "refused"
    give_up(house.office, "F1", by="test", today=REMINDS)
    told(house, LATER)
    assert Errand.objects.get().state == "overtaken"


def test_telling_asks_the_database_no_more_for_many_cases_than_for_few(house: House) -> None:
    numbers = []
    for count in (2, 20):
        for n in range(count):
            house.invoice(f"{count}-{n}", f"{count}{n}")
        house.run(REMINDS)
        Errand.objects.all().delete()
        with counting() as counted:
            assert ask_marks(house.office, house.connection, REMINDS) >= count
            assert ask_copies(house.office, house.connection, REMINDS) >= count
        numbers.append(counted.number)
    assert numbers[0] == numbers[1]
