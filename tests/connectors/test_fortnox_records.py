"""What Fortnox says of a record, field by field, and what is made of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fordran.connectors.exact_json import BadValue, Record
from fordran.connectors.fortnox.customers import read_customer
from fordran.connectors.fortnox.items import FINANCE, ItemReader, Paid
from fordran.connectors.fortnox.payments import standing
from fordran.connectors.fortnox.settings import FortnoxSettings
from fordran.connectors.fortnox.values import HIDDEN, allowed, flag, minor, number, text
from fordran.ports.erp import OURS, Applied, ErpItem, ItemState

INVOICE: dict[str, Any] = {
    "DocumentNumber": "20001", "CustomerNumber": "1001", "CustomerName": "Räksmörgåsens Kök HB", "Currency": "SEK",
    "Total": 1250, "Balance": 1250, "InvoiceDate": "2026-10-01", "DueDate": "2026-10-31", "Booked": True, "Cancelled": False,
    "Sent": True, "Credit": False, "CreditInvoiceReference": 0, "OCR": "200017", "Remarks": "Målning", "Reminders": 0,
    "LastRemindDate": None, "NoxFinans": False, "InvoiceType": "INVOICE", "HouseWork": False, "TaxReduction": None,
    "TaxReductionType": "none", "TotalToPay": 1250, "PaymentWay": None, "NotCompleted": False, "AccountingMethod": "ACCRUAL",
    "Labels": [], "Address1": "En gammal adress 1",
}  # fmt: skip
PAID = Paid("7", 100_00, "2026-11-02")


def reader(*payments: Paid, credit: Record | None = None, **settings: Any) -> ItemReader:
    def on_invoice(_: str, __: int) -> Sequence[Paid]:
        return payments

    return ItemReader(FortnoxSettings("client", **settings), on_invoice, lambda _: credit)


def read(*payments: Paid, credit: Record | None = None, settings: dict[str, Any] | None = None, **changed: Any) -> ErpItem | None:
    return reader(*payments, credit=credit, **(settings or {})).read({**INVOICE, **changed})


def item(*payments: Paid, **changed: Any) -> ErpItem:
    found = read(*payments, **changed)
    assert found is not None
    return found


def test_an_invoice_as_it_stands() -> None:
    found = item()
    assert (found.number, found.kind, found.state, found.customer) == ("20001", "invoice", ItemState.OPEN, "1001")
    assert (found.amount_minor, found.open_minor, found.currency) == (125_000, 125_000, "SEK")
    assert (found.due_on, found.issued_on) == (date(2026, 10, 31), date(2026, 10, 1))
    assert (found.text, found.reference, found.taken_by_other, found.left_alone) == ("Målning", "200017", "", False)


def test_the_address_on_an_invoice_is_a_copy_and_no_address_of_its_own() -> None:
    assert (item().address, item().recipient) == (None, "")


@pytest.mark.parametrize(
    ("changed", "state"),
    [
        ({"Booked": False}, ItemState.HELD),
        ({"Booked": False, "AccountingMethod": "CASH"}, ItemState.OPEN),
        ({"Booked": False, "AccountingMethod": "CASH", "Sent": False}, ItemState.HELD),
        ({"NotCompleted": True}, ItemState.HELD),
        ({"Cancelled": True, "Balance": 0}, ItemState.VOID),
        ({"Balance": 0}, ItemState.CLOSED),
        ({"Balance": "1250.00"}, ItemState.OPEN),
    ],
)
def test_only_what_is_booked_and_open_may_be_collected(changed: dict[str, Any], state: ItemState) -> None:
    assert item(**changed).state == state


def test_what_was_sold_to_fortnox_finans_is_theirs() -> None:
    assert item(NoxFinans=True).taken_by_other == FINANCE


def test_reminders_of_fortnox_are_known() -> None:
    found = item(Reminders="2", LastRemindDate="2026-11-10")
    assert (found.reminder_level, found.reminded_on, found.reminded_fee_minor) == (2, date(2026, 11, 10), None)


def test_a_label_chosen_for_it_means_left_alone_and_no_other_does() -> None:
    assert item(Labels=[{"Id": 7}], settings={"left_alone_label": "7"}).left_alone
    assert not item(Labels=[{"Id": 8}], settings={"left_alone_label": "7"}).left_alone
    assert not item(Labels=[{"Id": 7}]).left_alone


def test_autogiro_is_direct_debit() -> None:
    assert item(PaymentWay="AG").direct_debit and not item(PaymentWay="CARD").direct_debit


@pytest.mark.parametrize("kind", ["INTRESTINVOICE", "CASHINVOICE"])
def test_interest_and_cash_invoices_are_nobodys_to_chase(kind: str) -> None:
    assert read(InvoiceType=kind) is None


def test_a_kind_that_appears_unannounced_is_refused_by_name() -> None:
    with pytest.raises(BadValue, match="ELECTRONICINVOICE"):
        read(InvoiceType="ELECTRONICINVOICE")


@pytest.mark.parametrize(
    ("changed", "share"),
    [
        ({"HouseWork": True, "TaxReduction": 300, "TotalToPay": 950}, 30_000),
        ({"HouseWork": True, "TaxReduction": 300, "TotalToPay": Decimal("949.50")}, 30_050),
        ({"HouseWork": False, "TaxReductionType": "green", "TaxReduction": 500, "TotalToPay": None}, 50_000),
        ({"HouseWork": False, "TotalToPay": 1000}, 0),
    ],
)
def test_the_tax_agencys_part_is_the_larger_of_two_figures(changed: dict[str, Any], share: int) -> None:
    assert item(**changed).tax_share_minor == share


def test_a_rot_invoice_without_its_part_is_refused() -> None:
    with pytest.raises(BadValue, match="ROT"):
        read(HouseWork=True, TaxReduction=None, TotalToPay=None)


def test_a_credit_invoice_lowers_and_names_what_it_credits() -> None:
    found = item(Credit=True, Total=-300, Balance="-100.50", CreditInvoiceReference=19_999, DueDate=None)
    assert (found.kind, found.amount_minor, found.open_minor, found.credits) == ("credit", 30_000, 10_050, "19999")
    assert found.due_on == date(2026, 10, 1)


def test_payments_write_offs_and_the_rest_is_the_credit_invoices() -> None:
    found = item(
        Paid("7", 100_00, "2026-11-02", 50, ours=True), Paid("8", 200_00, "2026-11-03"),
        credit={"InvoiceDate": "2026-11-05"}, Balance=Decimal("749.50"), CreditInvoiceReference="90001",
    )  # fmt: skip
    assert found.applied == (
        Applied("payment", "7", 100_00, date(2026, 11, 2), OURS),
        Applied("write_off", "7", 50, date(2026, 11, 2)),
        Applied("payment", "8", 200_00, date(2026, 11, 3)),
        Applied("credit", "90001", 200_00, date(2026, 11, 5)),
    )


def test_an_untouched_invoice_asks_for_no_payments() -> None:
    def no(*_: Any) -> Any:
        raise AssertionError("asked")

    assert ItemReader(FortnoxSettings("c"), no, no).read(INVOICE) is not None


def test_a_foreign_invoice_is_refused_until_somebody_has_looked() -> None:
    with pytest.raises(BadValue, match="amounts"):
        read(Currency="EUR")
    assert item(Currency="EUR", settings={"amounts": "invoice_currency"}).currency == "EUR"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"Total": None}, "Total"), ({"Balance": HIDDEN}, "Balance"), ({"Balance": Decimal("0.005")}, "Balance"),
        ({"Balance": -1}, "Balance"), ({"DueDate": None}, "DueDate"), ({"DueDate": "2026-02-30"}, "DueDate"),
        ({"CustomerNumber": ""}, "CustomerNumber"), ({"DocumentNumber": None}, "DocumentNumber"),
        ({"DocumentNumber": "20/1"}, "DocumentNumber"), ({"Booked": "ja"}, "Booked"), ({"Remarks": ["x"]}, "Remarks"),
        ({"Total": "1 250"}, "Total"), ({"Total": True}, "Total"), ({"Balance": "1E3"}, "Balance"),
    ],
)  # fmt: skip
def test_a_field_that_cannot_be_used_is_named(changed: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as error:
        read(**changed)
    assert error.value.field == field


def test_every_change_of_a_record_or_of_its_payments_is_another_version() -> None:
    versions = [
        item(), item(Remarks="annat"), item(DueDate="2026-11-30"), item(PAID, Balance=1150),
        item(Paid("7", 100_00, "2026-11-03"), Balance=1150),
    ]  # fmt: skip
    assert len({found.version for found in versions}) == len(versions)
    assert item().version == item().version


def test_a_list_tells_enough_to_compare_ledgers() -> None:
    row = {name: INVOICE[name] for name in ("DocumentNumber", "CustomerNumber", "Currency", "DueDate", "InvoiceDate", "OCR")}
    brief = reader().brief({**row, "Total": 1250, "Balance": 12, "Booked": True})
    assert (brief.number, brief.kind, brief.open_minor, brief.state) == ("20001", "invoice", 1_200, ItemState.OPEN)
    assert reader().brief({**row, "Total": -5, "Balance": -5, "Booked": True}).kind == "credit"


@pytest.mark.parametrize(
    ("amounts", "left"),
    [
        ([100, 200], [100, 200]),
        ([100, -100], []),
        ([100, 200, -100], [200]),
        ([100, 100, -100], [100]),
        ([100, 200, -50], [100, 150]),
        ([100, 200, -250], [50]),
        ([-50], []),
    ],
)
def test_what_was_taken_back_by_its_opposite_is_gone(amounts: list[int], left: list[int]) -> None:
    paid = [Paid(str(n), amount, "2026-11-02") for n, amount in enumerate(amounts)]
    assert [one.amount_minor for one in standing(paid)] == left


def test_a_customer_is_private_or_a_company_or_not_told() -> None:
    record = {"CustomerNumber": "1", "Name": "Göran", "Address1": "G 1", "CountryCode": "se", "Email": "a@x", "EmailInvoice": ""}
    found = read_customer({**record, "Type": "PRIVATE", "Active": False})
    assert (found.debtor, found.active, found.address.country, found.email) == ("consumer", False, "SE", "a@x")
    assert (read_customer({**record, "Type": "COMPANY"}).debtor, read_customer(record).debtor) == ("business", "")
    with pytest.raises(BadValue):
        read_customer({"Name": "utan nummer"})


def test_numbers_come_as_numbers_or_as_texts() -> None:
    record = {"a": "12.50", "b": Decimal("12.5"), "c": 12, "d": "", "e": None, "f": "007", "g": "true"}
    assert [minor(record, name) for name in "abcde"] == [1_250, 1_250, 1_200, None, None]
    assert (number(record, "f"), text(record, "c"), flag(record, "g"), flag(record, "x")) == ("7", "12", True, False)


def test_what_fortnox_refuses_in_a_text_becomes_a_space() -> None:
    assert allowed('(V17) Ränta "ärende" [2026] & ö/ä', 200) == "(V17) Ränta  ärende   2026  & ö/ä"
