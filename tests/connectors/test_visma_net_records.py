"""From Visma.net's records to the port's: states, amounts, currencies, what belongs to the debtor and what does not."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fordran.connectors.exact_json import BadValue, encode
from fordran.connectors.visma_net.customers import read_company, read_customer
from fordran.connectors.visma_net.items import ItemReader
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.connectors.visma_net.values import day, decode, minor, moment, text
from fordran.ports.erp import Applied, ErpItem, ItemState

HELD = ("Hold", "Balanced", "Scheduled", "PendingPrint", "PendingEmail", "CreditHold", "CcHold", "Reserved")
PLACE = {
    "addressLine1": "Ängsvägen 7",
    "addressLine2": "c/o Öberg",
    "addressLine3": "2 tr",
    "postalCode": "903 25",
    "city": "Umeå",
    "country": {"id": "SE", "name": "Sverige"},
}
RECORD: dict[str, Any] = {
    "documentType": "Invoice",
    "referenceNumber": "20001",
    "status": "Open",
    "hold": False,
    "customer": {"number": "1001", "name": "Åkerströms Måleri AB"},
    "currencyId": "SEK",
    "amount": Decimal("12500.5000"),
    "amountInCurrency": Decimal("12500.5000"),
    "balance": Decimal("2500.0000"),
    "balanceInCurrency": Decimal("2500.0000"),
    "documentDate": "2026-10-01T00:00:00",
    "documentDueDate": "2026-10-31T00:00:00",
    "lastModifiedDateTime": "2026-11-17T10:20:53.75",
    "invoiceText": " Målning av fönster ",
    "paymentReference": "200017",
    "timeStamp": "00000000000a1b2c",
}


def read(
    amounts: str = "", base: str = "SEK", kind: str = "Invoice", shares: dict[str, int] | None = None, **more: Any
) -> ErpItem | None:
    settings = VismaNetSettings(tenant_id="t", client_id="c", amounts=amounts)
    reader = ItemReader(settings, base, lambda number: (shares or {})[number])
    return reader.read(RECORD | more, kind)


def must(**more: Any) -> ErpItem:
    item = read(**more)
    assert item is not None
    return item


def test_an_invoice_is_read_to_the_ore_and_the_day() -> None:
    item = must()
    assert (item.number, item.kind, item.state, item.customer, item.currency) == (
        "20001",
        "invoice",
        ItemState.OPEN,
        "1001",
        "SEK",
    )
    assert (item.amount_minor, item.open_minor) == (1_250_050, 250_000)
    assert (item.due_on, item.issued_on) == (date(2026, 10, 31), date(2026, 10, 1))
    assert (item.text, item.reference, item.document, item.version) == (
        "Målning av fönster",
        "200017",
        "Invoice",
        "00000000000a1b2c",
    )


@pytest.mark.parametrize(
    ("status", "more", "state"),
    [
        ("Open", {}, "open"),
        ("Open", {"balance": Decimal(0), "balanceInCurrency": Decimal(0)}, "closed"),
        ("Open", {"hold": True}, "held"),
        ("Open", {"revoked": True}, "void"),
        ("Closed", {"revoked": True}, "void"),
        ("Closed", {}, "closed"),
        ("Voided", {}, "void"),
        *[(held, {}, "held") for held in HELD],
        ("SomethingNew", {}, "held"),
        ("", {}, "held"),
    ],
)
def test_only_what_is_released_and_open_may_be_collected(status: str, more: dict[str, Any], state: str) -> None:
    assert must(status=status, **more).state == state


@pytest.mark.parametrize("document", ["FinCharge", "CashSale", "SmallBalanceWo", "Payment", "Prepayment", "Refund", "Undefined"])
def test_documents_that_are_nobodys_to_chase_are_passed_over(document: str) -> None:
    assert read(documentType=document) is None


def test_a_debit_note_is_chased_like_an_invoice_and_keeps_its_kind() -> None:
    item = must(documentType="DebitNote")
    assert (item.kind, item.document) == ("invoice", "DebitNote")


def test_the_list_says_the_kind_where_the_record_does_not() -> None:
    assert must(kind="CreditNote", documentType=None).kind == "credit"


# ---- amounts ---------------------------------------------------------------------------------------------------------

EURO = {
    "currencyId": "EUR",
    "amount": Decimal("100.00"),
    "balance": Decimal("40.00"),
    "amountInCurrency": Decimal("1123.45"),
    "balanceInCurrency": Decimal("449.38"),
}


def test_another_currency_is_refused_until_somebody_has_looked_which_amount_is_which() -> None:
    with pytest.raises(BadValue, match="set amounts") as refused:
        read(**EURO)
    assert refused.value.field == "currencyId"
    assert (must(amounts="plain_is_document", **EURO).amount_minor, must(amounts="plain_is_document", **EURO).open_minor) == (
        10_000,
        4_000,
    )
    other = must(amounts="in_currency_is_document", **EURO)
    assert (other.amount_minor, other.open_minor, other.currency) == (112_345, 44_938, "EUR")


def test_two_amounts_that_differ_in_the_companys_own_currency_are_refused_too() -> None:
    with pytest.raises(BadValue):
        read(balanceInCurrency=Decimal("2500.01"))


def test_either_amount_will_do_where_the_other_is_absent_and_the_currency_is_the_companys() -> None:
    assert must(amountInCurrency=None, balanceInCurrency=None).open_minor == 250_000
    assert must(amount=None, balance=None).open_minor == 250_000
    with pytest.raises(BadValue, match="no amount"):
        read(amount=None, amountInCurrency=None)
    with pytest.raises(BadValue, match="no amount"):
        read(amounts="plain_is_document", **(EURO | {"amount": None}))


@pytest.mark.parametrize(
    ("written", "ore"),
    [("1234.7700", 123_477), ("0", 0), ("-3.5", -350), ("7", 700), ("1e2", 10_000), ("99999999999999.99", 9_999_999_999_999_999)],
)
def test_an_amount_is_read_without_binary_fractions(written: str, ore: int) -> None:
    assert minor(decode(f'{{"balance": {written}}}'.encode()), "balance") == ore


@pytest.mark.parametrize("written", ["0.005", "1234.7701", "true", '"12.00"', "1e-9", "1e30"])
def test_what_is_no_amount_of_money_is_refused(written: str) -> None:
    with pytest.raises(BadValue) as refused:
        minor(decode(f'{{"balance": {written}}}'.encode()), "balance")
    assert refused.value.field == "balance"


def test_a_negative_invoice_is_refused_and_a_credit_note_carries_its_sign_in_its_kind() -> None:
    negative = {name: -RECORD[name] for name in ("amount", "amountInCurrency", "balance", "balanceInCurrency")}
    with pytest.raises(BadValue):
        read(**negative)
    assert must(documentType="CreditNote", **negative).open_minor == 250_000


def test_the_tax_agencys_part_is_asked_for_and_kept_apart() -> None:
    item = must(isRotRutDeductible=True, shares={"20001": 375_000})
    assert (item.tax_share_minor, item.amount_minor) == (375_000, 1_250_050)
    assert must().tax_share_minor == 0


# ---- who and what else -----------------------------------------------------------------------------------------------


def test_a_case_of_ours_is_ours_and_any_other_is_anothers() -> None:
    assert must(debtCollection={"caseNumber": "F-2026-000123"}).taken_by_other == ""
    assert must(debtCollection={"caseNumber": "INK-7"}).taken_by_other == "INK-7"
    assert must(debtCollection=None).taken_by_other == ""


def test_the_erps_own_reminders_come_with_level_and_day_and_an_unknown_fee() -> None:
    item = must(dunningLetterDate="2026-11-05T00:00:00", dunningLetterLevel=2)
    assert (item.reminded_on, item.reminder_level, item.reminded_fee_minor) == (date(2026, 11, 5), 2, None)
    assert must(dunningLetterDate="0001-01-01T00:00:00").reminded_on is None


def test_leave_alone_and_direct_debit_are_seen() -> None:
    assert must(excludeDebtCollection=True).left_alone is True
    assert must(directDebitMandate={"id": "17", "mandateId": None}).direct_debit is True
    assert must(directDebitMandate={"id": None}).direct_debit is False


def test_an_address_or_name_of_the_documents_own_is_kept_and_a_copy_of_the_customers_is_not() -> None:
    assert must(invoiceAddress=PLACE | {"overrideAddress": False}).address is None
    own = must(invoiceAddress=PLACE | {"overrideAddress": True}).address
    assert own is not None
    assert (own.street, own.street2, own.postcode, own.town, own.country) == (
        "Ängsvägen 7",
        "c/o Öberg, 2 tr",
        "903 25",
        "Umeå",
        "SE",
    )
    assert must(invoiceContact={"businessName": "Brf Ängen", "overrideContact": True}).recipient == "Brf Ängen"
    assert must(invoiceContact={"businessName": "Åkerströms Måleri AB", "overrideContact": True}).recipient == ""
    assert must(invoiceContact={"businessName": "Kontakt", "overrideContact": False}).recipient == ""


def application(**more: Any) -> dict[str, Any]:
    usual = {"docType": "Payment", "refNbr": "400001", "amountPaid": Decimal("100.00"), "cashDiscountTaken": Decimal(0)}
    more = {"released": True, "voided": False, "applicationDate": "2026-11-16T00:00:00", "paymentRef": "FP7-1 x"} | more
    return usual | more


def test_only_what_is_released_and_not_taken_back_counts_as_applied() -> None:
    item = must(
        applications=[
            application(),
            application(refNbr="400002", released=False),
            application(refNbr="400003", voided=True),
            application(refNbr="400004"),
            application(refNbr="400004", docType="VoidPayment", amountPaid=Decimal("-100.00")),
            application(refNbr="90001", docType="CreditNote", amountPaid=Decimal("20.50")),
            application(refNbr="W1", docType="SmallBalanceWo", amountPaid=Decimal("0.50")),
            application(refNbr="400005", cashDiscountTaken=Decimal("2.00")),
        ]
    )
    assert item.applied == (
        Applied("payment", "400001", 10_000, date(2026, 11, 16), "FP7-1 x"),
        Applied("credit", "90001", 2_050, date(2026, 11, 16), "FP7-1 x"),
        Applied("write_off", "W1", 50, date(2026, 11, 16), "FP7-1 x"),
        Applied("payment", "400005", 10_000, date(2026, 11, 16), "FP7-1 x"),
        Applied("write_off", "400005", 200, date(2026, 11, 16), "FP7-1 x"),
    )


def test_a_credit_note_names_the_invoice_it_is_set_against_when_it_is_one_only() -> None:
    one = [application(docType="Invoice", refNbr="20001")]
    assert must(documentType="CreditNote", applications=one).credits == "20001"
    two = [*one, application(docType="Invoice", refNbr="20002")]
    assert must(documentType="CreditNote", applications=two).credits == ""
    assert must(documentType="CreditNote", applications=None).credits == ""


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"errorInfo": "something broke"}, "errorInfo"),
        ({"referenceNumber": ""}, "referenceNumber"),
        ({"customer": None}, "customer.number"),
        ({"documentDueDate": None}, "documentDueDate"),
        ({"documentDueDate": "2026-02-30T00:00:00"}, "documentDueDate"),
        ({"documentDueDate": "soon"}, "documentDueDate"),
        ({"currencyId": None}, "currencyId"),
        ({"hold": "no"}, "hold"),
        ({"dunningLetterLevel": "2"}, "dunningLetterLevel"),
        ({"invoiceText": 7}, "invoiceText"),
        ({"applications": {"docType": "Payment"}}, "applications"),
        ({"customer": "1001"}, "number"),
    ],
)
def test_a_record_that_cannot_be_used_says_which_field(more: dict[str, Any], field: str) -> None:
    with pytest.raises(BadValue) as refused:
        read(**more)
    assert refused.value.field == field
    assert refused.value.message


def test_a_credit_note_without_a_due_date_is_of_its_own_day() -> None:
    assert must(documentType="CreditNote", documentDueDate=None).due_on == date(2026, 10, 1)


# ---- values ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "written", ["2026-10-31T00:00:00", "2026-10-31", "2026-10-31 12:00:00.123", "2026-10-31T23:59:59.75+01:00"]
)
def test_a_day_is_the_day_that_is_written(written: str) -> None:
    assert day({"documentDate": written}, "documentDate") == date(2026, 10, 31)


def test_a_moment_is_cut_to_whole_seconds_and_never_has_a_zone() -> None:
    assert moment(RECORD, "lastModifiedDateTime") == "2026-11-17T10:20:53"
    assert moment({"t": "2026-11-17T10:20:53Z"}, "t") == "2026-11-17T10:20:53"
    assert moment({"t": "2026-11-17"}, "t") == "2026-11-17T00:00:00"
    assert moment({"t": "noon"}, "t") == ""


def test_what_a_database_cannot_store_is_left_out_of_a_text() -> None:
    assert text({"name": "A\0B "}, "name") == "AB"


def test_bodies_are_written_as_json_with_exact_decimals() -> None:
    body = {"a": Decimal("1234567890123.40"), "b": [True, None, 'å\n"'], "c": {"d": 1}}
    assert encode(body) == '{"a": 1234567890123.40, "b": [true, null, "å\\n\\""], "c": {"d": 1}}'.encode()
    assert decode(encode(body)) == body


# ---- customers and company -------------------------------------------------------------------------------------------

SETTINGS = VismaNetSettings(tenant_id="t", client_id="c", language_attribute="SPRAK")
CUSTOMER: dict[str, Any] = {
    "number": "1001",
    "name": "Åkerströms Måleri AB",
    "status": "Active",
    "corporateId": "5560360793",
    "customerClass": {"id": "FTG", "description": "Företag"},
    "mainAddress": {"addressLine1": "Ängsvägen 7", "postalCode": "903 25", "city": "Umeå", "country": {"id": "SE"}},
    "invoiceAddress": {"addressLine1": None, "postalCode": None, "city": None},
    "mainContact": {"email": "main@example.com", "phone1": "090-1"},
    "invoiceContact": {"email": "faktura@example.com", "phone1": None},
    "attributes": [{"id": "OTHER", "value": "x"}, {"id": "SPRAK", "value": "EN"}],
}


def test_a_customer_is_written_to_where_its_invoices_go() -> None:
    found = read_customer(CUSTOMER, SETTINGS)
    assert (found.address.street, found.email, found.phone) == ("Ängsvägen 7", "faktura@example.com", "090-1")
    other = read_customer(CUSTOMER | {"invoiceAddress": {"addressLine1": "Box 7", "postalCode": "903 01"}}, SETTINGS)
    assert (other.address.street, other.address.postcode, other.address.town) == ("Box 7", "903 01", "")


def test_a_customers_kind_is_never_guessed_and_its_language_only_read_where_the_settings_say() -> None:
    found = read_customer(CUSTOMER, SETTINGS)
    assert (found.debtor, found.language, found.class_key) == ("", "en", "FTG")
    assert read_customer(CUSTOMER, VismaNetSettings(tenant_id="t", client_id="c")).language == ""
    assert read_customer(CUSTOMER | {"attributes": [{"id": "SPRAK", "value": "Deutsch"}]}, SETTINGS).language == ""


@pytest.mark.parametrize(("status", "active"), [("Active", True), ("OneTime", True), ("CreditHold", True), ("Inactive", False)])
def test_a_customer_that_is_not_active_says_so(status: str, active: bool) -> None:
    assert read_customer(CUSTOMER | {"status": status}, SETTINGS).active is active


def test_a_customer_to_be_left_alone_says_so() -> None:
    assert read_customer(CUSTOMER | {"excludeDebtCollection": True}, SETTINGS).left_alone is True


@pytest.mark.parametrize("more", [{"number": None}, {"errorInfo": "broken"}])
def test_a_customer_that_cannot_be_used_says_why(more: dict[str, Any]) -> None:
    with pytest.raises(BadValue):
        read_customer(CUSTOMER | more, SETTINGS)


def test_a_bankgiro_number_is_known_by_its_shape_wherever_it_stands() -> None:
    bank = {"iban": "SE45 5000 0000 0583 9825 7466", "bban": "6000-123456789", "bbaN2": "123-4567", "bbaN3": "12345-6"}
    company = read_company({"name": "G", "baseCurrency": "SEK", "bankSettings": bank}, "tenant")
    assert (company.bankgiro, company.plusgiro, company.iban, company.key) == (
        "123-4567",
        "12345-6",
        "SE4550000000058398257466",
        "tenant",
    )
