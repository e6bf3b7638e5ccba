"""A payment order: two people, one file, the bank's word, the debit on the account; and everything that can go wrong."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from fordran.cases.office import Office
from fordran.connectors.registry import bank_exchange
from fordran.core.problems import Refused
from fordran.creditors.models import PayoutAccount
from fordran.ledger.post import balances
from fordran.payouts.again import order_again
from fordran.payouts.day import learn, pay
from fordran.payouts.hand_over import made_again, resolve
from fordran.payouts.models import PaymentFile, PaymentOrder, Payout
from fordran.payouts.orders import release, withdraw
from fordran.payouts.terms import apply_settings, approve_account
from fordran.ports.bank import FileFromBank
from fordran.ports.errors import Ambiguous, Declined, PortError, Unavailable
from tests.books import assert_books_hold
from tests.build import SETTINGS, day, the_case
from tests.formats.pain.test_payment_orders import schema
from tests.formats.pain.test_status_report import an_answer
from tests.payouts.world import AGENCY, FRIDAY, PAYOUTS, START, answer, message_id, orders_in, sent_files, statement, take
from tests.settlement.bank_day import bgmax

MONDAY = day("2026-02-16")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "bank"


@pytest.fixture
def owed(some: Office) -> Office:
    """One payout of 892.62 is proposed."""
    take(bgmax([(106_137, the_case("1001").ocr, "Kund 0")], "2026-02-10"), "2026-02-10", some)
    assert pay(some, FRIDAY, None) == {"payouts": 1}
    return some


def bank_of_files(folder: Path) -> Any:
    return bank_exchange("folder", {"directory": str(folder)})


def sent(office: Office, folder: Path, today: Any = FRIDAY) -> Any:
    """The payout is released and given; the file as it lies for the bank."""
    release(office.creditor, [o.number for o in PaymentOrder.objects.filter(state="proposed")], by="kim", today=today)
    pay(office, today, bank_of_files(folder))
    return sent_files(folder)[-1]


def the_order() -> PaymentOrder:
    return PaymentOrder.objects.order_by("-number").first()  # type: ignore[return-value]


def account(office: Office, name: str) -> int:
    return -balances(office.creditor.pk).get((name, "SEK"), 0)


def test_nothing_leaves_before_a_person_has_released_it(owed: Office, folder: Path) -> None:
    pay(owed, FRIDAY, bank_of_files(folder))
    assert sent_files(folder) == [] and the_order().state == "proposed"
    document = sent(owed, folder)
    assert orders_in(document) == [(the_order().end_to_end_id, 89_262, "9912346")]
    assert (the_order().state, the_order().released_by, the_order().execute_on) == ("sent", "kim", FRIDAY)
    schema("03").assertValid(document)
    assert_books_hold()


def test_run_again_nothing_is_given_twice_and_the_file_comes_out_the_same(owed: Office, folder: Path) -> None:
    sent(owed, folder)
    for _ in range(2):
        pay(owed, FRIDAY, bank_of_files(folder))
        pay(owed, MONDAY, bank_of_files(folder))
    assert len(sent_files(folder)) == 1 and PaymentOrder.objects.count() == 1
    file = PaymentFile.objects.get()
    assert file.state == "handed" and made_again(file) == bytes(file.content)


def test_a_released_order_to_an_account_that_lost_its_approval_stays(owed: Office, folder: Path) -> None:
    PayoutAccount.objects.update(approved_on=None)
    with pytest.raises(Refused, match="no longer approved"):
        release(owed.creditor, [1], by="kim", today=FRIDAY)
    PayoutAccount.objects.update(approved_on=START)  # as it was: its seal holds again
    release(owed.creditor, [1], by="kim", today=FRIDAY)
    PayoutAccount.objects.update(approved_on=None)
    counts = pay(owed, FRIDAY, bank_of_files(folder))
    assert "no longer approved" in counts["problems"][0] and sent_files(folder) == []


def test_orders_are_released_by_number_all_or_none(owed: Office) -> None:
    with pytest.raises(Refused, match="no order 7"):
        release(owed.creditor, [1, 7], by="kim", today=FRIDAY)
    assert the_order().state == "proposed"
    with pytest.raises(Refused, match="say who"):
        release(owed.creditor, [1], by=" ", today=FRIDAY)
    release(owed.creditor, [1], by="kim", today=FRIDAY)
    with pytest.raises(Refused, match="released, not proposed"):
        release(owed.creditor, [1], by="kim", today=FRIDAY)


def test_the_debit_on_the_account_is_the_payment_and_acceptance_is_not(owed: Office, folder: Path) -> None:
    document = sent(owed, folder)
    answer(folder, "1.xml", an_answer("", about=message_id(document), group="<GrpSts>ACSC</GrpSts>"))
    assert learn(owed, MONDAY, bank_of_files(folder)) == {"answers": 1, "accepted": 1}
    assert the_order().state == "accepted" and account(owed, "in_transit") == 89_262
    take(statement([(89_262, the_order().end_to_end_id)], "2026-02-16"), "2026-02-16", owed)
    assert learn(owed, MONDAY, bank_of_files(folder)) == {"paid": 1}
    assert learn(owed, MONDAY, bank_of_files(folder)) == {}
    assert (the_order().state, the_order().paid_on) == ("paid", MONDAY)
    assert account(owed, "in_transit") == 0 and -account(owed, "client_bank") == 106_137 - 89_262 == 16_875
    assert_books_hold()


def test_a_debit_that_names_nothing_is_the_one_order_of_its_sum(owed: Office, folder: Path) -> None:
    sent(owed, folder)
    take(statement([(89_262, "")], "2026-02-13"), "2026-02-13", owed)
    assert learn(owed, MONDAY, bank_of_files(folder)) == {"paid": 1}


def test_a_debit_of_another_sum_or_of_somebody_elses_is_not_ours(owed: Office, folder: Path) -> None:
    sent(owed, folder)
    take(statement([(89_000, ""), (500, "ANNAN-1")], "2026-02-13"), "2026-02-13", owed)
    assert learn(owed, MONDAY, bank_of_files(folder)) == {} and the_order().state == "sent"
    take(statement([(89_000, the_order().end_to_end_id)], "2026-02-16"), "2026-02-16", owed)
    assert "of another sum" in learn(owed, MONDAY, bank_of_files(folder))["problems"][0]
    assert the_order().state == "sent"


REASON = "<StsRsnInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>Kontot är avslutat</AddtlInf></StsRsnInf>"


@pytest.mark.parametrize("level", ["group", "payment", "order"])
def test_a_rejection_at_any_level_makes_the_money_owed_again_with_its_reason(owed: Office, folder: Path, level: str) -> None:
    document = sent(owed, folder)
    info, identity = the_order().payment_info_id, the_order().end_to_end_id
    status = "RJCT" if level == "payment" else ""
    inner = f"<TxInfAndSts><OrgnlEndToEndId>{identity}</OrgnlEndToEndId><TxSts>RJCT</TxSts>{REASON}</TxInfAndSts>"
    body = (
        f"<OrgnlPmtInfAndSts><OrgnlPmtInfId>{info}</OrgnlPmtInfId>"
        f"{f'<PmtInfSts>{status}</PmtInfSts>{REASON}' if status else inner}</OrgnlPmtInfAndSts>"
    )
    group = f"<GrpSts>RJCT</GrpSts>{REASON}" if level == "group" else ""
    answer(folder, "1.xml", an_answer("" if group else body, about=message_id(document), group=group))
    assert learn(owed, MONDAY, bank_of_files(folder)) == {"answers": 1, "rejected": 1}
    order = the_order()
    assert (order.state, order.reason_code, order.reason_text) == ("rejected", "AC04", "Kontot är avslutat")
    assert account(owed, "payable") == 89_262 and account(owed, "in_transit") == 0
    assert_books_hold()
    again = order_again(Payout.objects.get(), by="kim", today=MONDAY)
    assert again.amount_minor == 89_262 and account(owed, "payable") == 0
    with pytest.raises(Refused, match="under way"):
        order_again(Payout.objects.get(), by="kim", today=MONDAY)
    document = sent(owed, folder, MONDAY)
    assert orders_in(document)[0][0] != identity, "a new order has an id of its own"
    assert_books_hold()


def test_a_double_that_the_bank_refuses_is_no_rejection_of_the_first(owed: Office, folder: Path) -> None:
    """To call it rejected would be to pay it twice."""
    document = sent(owed, folder)
    group = "<GrpSts>RJCT</GrpSts><StsRsnInf><Rsn><Cd>DU01</Cd></Rsn></StsRsnInf>"
    answer(folder, "1.xml", an_answer("", about=message_id(document), group=group))
    counts = learn(owed, MONDAY, bank_of_files(folder))
    assert "rejected" not in counts and "the first one counts" in counts["problems"][0]
    assert the_order().state == "sent"


def test_silence_is_not_success_and_a_late_rejection_of_a_paid_order_changes_nothing(owed: Office, folder: Path) -> None:
    document = sent(owed, folder)
    for n in range(20):
        learn(owed, day(f"2026-03-{n + 1:02d}"), bank_of_files(folder))
    assert the_order().state == "sent"
    take(statement([(89_262, the_order().end_to_end_id)], "2026-03-20"), "2026-03-20", owed)
    learn(owed, day("2026-03-20"), bank_of_files(folder))
    answer(folder, "1.xml", an_answer("", about=message_id(document), group="<GrpSts>RJCT</GrpSts>"))
    assert "ask the bank" in learn(owed, day("2026-03-20"), bank_of_files(folder))["problems"][0]
    assert the_order().state == "paid"
    assert_books_hold()


def test_money_that_came_back_after_it_was_paid_is_owed_again(owed: Office, folder: Path) -> None:
    sent(owed, folder)
    identity = the_order().end_to_end_id
    take(statement([(89_262, identity)], "2026-02-16"), "2026-02-16", owed)
    learn(owed, MONDAY, bank_of_files(folder))
    take(statement([(89_262, identity)], "2026-02-18", returned=True), "2026-02-18", owed)
    assert learn(owed, day("2026-02-18"), bank_of_files(folder)) == {"returned": 1}
    assert (the_order().state, the_order().reason_text) == ("returned", "Kontot är avslutat")
    assert account(owed, "payable") == 89_262 and -account(owed, "client_bank") == 106_137
    assert_books_hold()


def test_a_status_of_another_file_and_a_broken_one_are_told_and_do_not_stop_the_rest(owed: Office, folder: Path) -> None:
    document = sent(owed, folder)
    answer(folder, "1.xml", an_answer("", about="SOMEBODY-ELSE", group="<GrpSts>RJCT</GrpSts>"))
    answer(folder, "2.xml", b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.03"><CstmrPmtStsRpt>')
    answer(folder, "3.xml", an_answer("", about=message_id(document), group="<GrpSts>ACTC</GrpSts>"))
    answer(folder, "4.xml", b"<Document><BkToCstmrStmt/></Document>")
    counts = learn(owed, MONDAY, bank_of_files(folder))
    assert counts["accepted"] == 1 and len(counts["problems"]) == 2
    assert [f.name for f in bank_of_files(folder).waiting()] == ["4.xml"], "other files are somebody else's to take in"


def test_an_order_can_be_withdrawn_until_it_has_left(owed: Office, folder: Path) -> None:
    with pytest.raises(Refused, match="say why"):
        withdraw(the_order(), reason=" ", by="kim", today=FRIDAY)
    withdraw(the_order(), reason="fel konto", by="kim", today=FRIDAY)
    assert the_order().state == "rejected" and account(owed, "payable") == 89_262
    order_again(Payout.objects.get(), by="kim", today=FRIDAY)
    sent(owed, folder)
    with pytest.raises(Refused, match="has not left"):
        withdraw(the_order(), reason="fel", by="kim", today=FRIDAY)
    assert_books_hold()


def test_the_database_refuses_a_second_order_for_the_same_money(owed: Office) -> None:
    order = the_order()
    copy = {f.attname: getattr(order, f.attname) for f in PaymentOrder._meta.concrete_fields if f.name != "id"}
    copy |= {"number": 99, "key": "another key", "end_to_end_id": "ANOTHER"}
    with pytest.raises(IntegrityError, match="one_live_payout"), transaction.atomic():
        PaymentOrder.objects.create(**copy)


@dataclass
class Troubled:
    """A bank that fails before or after it has taken a file."""

    before: list[PortError] = field(default_factory=list)
    after: list[PortError] = field(default_factory=list)
    taken_files: dict[str, bytes] = field(default_factory=dict)
    calls: int = 0
    name: str = "troubled"

    def waiting(self) -> list[FileFromBank]:
        return []

    def taken(self, file: FileFromBank) -> None: ...

    def order(self, name: str, content: bytes) -> str:
        self.calls += 1
        if self.before:
            raise self.before.pop(0)
        assert self.taken_files.setdefault(name, content) == content
        if self.after:
            raise self.after.pop(0)
        return f"bank {name}"


def test_what_did_not_leave_is_given_again_under_the_same_name(owed: Office) -> None:
    bank = Troubled(before=[Unavailable("no line")])
    release(owed.creditor, [1], by="kim", today=FRIDAY)
    assert "given again" in pay(owed, FRIDAY, bank)["problems"][0]
    assert the_order().state == "sent" and PaymentFile.objects.get().state == "sending"
    pay(owed, MONDAY, bank)
    assert len(bank.taken_files) == 1 and PaymentFile.objects.get().external_name.startswith("bank ")


def test_what_the_bank_declines_is_owed_again(owed: Office) -> None:
    release(owed.creditor, [1], by="kim", today=FRIDAY)
    pay(owed, FRIDAY, Troubled(before=[Declined("no agreement")]))
    assert (the_order().state, the_order().reason_code) == ("rejected", "DECLINED")
    assert account(owed, "payable") == 89_262
    assert_books_hold()


def test_what_may_have_left_waits_for_a_person_or_the_banks_answer(owed: Office, folder: Path) -> None:
    bank = Troubled(after=[Ambiguous("time-out")])
    release(owed.creditor, [1], by="kim", today=FRIDAY)
    pay(owed, FRIDAY, bank)
    pay(owed, MONDAY, bank)
    assert bank.calls == 1 and PaymentFile.objects.get().state == "ambiguous"
    resolve(owed.creditor, PaymentFile.objects.get().message_id, left=False, by="kim", today=MONDAY)
    pay(owed, MONDAY, bank)
    assert bank.calls == 2 and len(bank.taken_files) == 1 and PaymentFile.objects.get().state == "handed"


def test_the_banks_own_answer_settles_whether_a_file_left(owed: Office, folder: Path) -> None:
    release(owed.creditor, [1], by="kim", today=FRIDAY)
    pay(owed, FRIDAY, Troubled(after=[Ambiguous("time-out")]))
    about = PaymentFile.objects.get().message_id
    answer(folder, "1.xml", an_answer("", about=about, group="<GrpSts>ACTC</GrpSts>"))
    learn(owed, MONDAY, bank_of_files(folder))
    assert PaymentFile.objects.get().state == "handed" and the_order().state == "accepted"


def test_a_file_keeps_the_dialect_and_payer_of_its_day(owed: Office, folder: Path) -> None:
    sent(owed, folder)
    apply_settings(SETTINGS % {"creditor": AGENCY, "filter": "", "rest": PAYOUTS.replace("minimum = 100", 'dialect = "bic"')})
    file = PaymentFile.objects.get()
    assert made_again(file) == bytes(file.content)
    approve_account(owed.creditor, "991-2346", by="vera", today=FRIDAY)
    assert_books_hold()
