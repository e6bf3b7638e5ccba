"""What the simulated Visma.net tells: shapes, amounts, pages, filters, currencies, and what was set against what."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from typing import Any

import pikepdf
import pytest

from fordran.sandbox.book import Place
from fordran.sandbox.visma_net.settings import Behaviours
from tests.sandbox.visma_net_office import Office, a_journal, office

__all__ = ["office"]

REFERENCE = Path("/".join(["", "work", "shared", "reference", "visma-net-erp-schemas.json"]))


def numbers(records: list[dict[str, Any]]) -> list[str]:
    return [record["referenceNumber"] for record in records]


# ---- shapes ----------------------------------------------------------------------------------------------------------

EVERYTHING = {"expandApplications": "true", "expandDunningInformation": "true", "expandAttachments": "true",
              "expandTaxDetails": "true", "expandInvoiceAddress": "true"}  # fmt: skip
SHAPES = [
    ("/v1/customerinvoice", EVERYTHING, "array<CustomerInvoiceDto>"),
    ("/v1/customerinvoice/1003", {}, "CustomerInvoiceDto"),
    ("/v1/customerinvoice/1004", {}, "CustomerInvoiceDto"),
    ("/v1/customerinvoice/1007", {}, "CustomerInvoiceDto"),
    ("/v1/customerinvoice/1001/rotrut", {}, "RotRutDto"),
    ("/v1/customerCreditNote", EVERYTHING, "array<CustomerCreditNoteDto>"),
    ("/v1/customerCreditNote/2001", {}, "CustomerCreditNoteDto"),
    ("/v1/customerDebitNote", EVERYTHING, "array<CustomerDebitNoteDto>"),
    ("/v1/customerDebitNote/4001", {}, "CustomerDebitNoteDto"),
    ("/v1/customerdocument", {}, "array<CustomerDocumentDto>"),
    ("/v1/customer/10000/invoice", {}, "array<CustomerInvoiceDto>"),
    ("/v1/customer/10000/document", {}, "array<CustomerDocumentDto>"),
    ("/v1/customer", {"expandAccountInformation": "true", "expandPaymentMethods": "true", "expandDirectDebit": "true"},
     "array<CustomerDto>"),
    ("/v1/customer/10001", {}, "CustomerDto"),
    ("/v1/customer/internal/2", {}, "CustomerDto"),
    ("/v1/customer/10000/note", {}, "NoteDto"),
    ("/v1/customer/10000/balance", {}, "CustomerBalanceDto"),
    ("/v1/customer/customerClass", {}, "array<CustomerClassDto>"),
    ("/v1/customer/customerClass/2", {}, "CustomerClassDto"),
    ("/v1/customerPayment", {}, "array<PaymentDto>"),
    ("/v1/customerPayment/300001", {}, "PaymentDto"),
    ("/v2/journaltransaction", {}, "array<JournalTransactionDto>"),
    ("/v2/journaltransaction/700001", {}, "JournalTransactionDto"),
    ("/v1/organization", {"expandBranches": "true", "expandBankSettings": "true"}, "array<ExtendedOrganizationDto>"),
    ("/v1/organization/1", {}, "ExtendedOrganizationDto"),
    ("/v1/branch", {f"expand{name}": "true" for name in ("Address", "Contact", "Currency", "VatZone", "Ledger", "IndustryCode",
     "DeliveryAddress", "DeliveryContact", "DefaultCountry", "BankSettings")}, "array<BranchDto>"),
    ("/v1/branch/1", {}, "BranchDto"),
    ("/v1/currency", {}, "array<CurrencyDto>"),
    ("/v1/cashaccount", {}, "array<CashAccountDto>"),
    ("/v1/cashaccount/1684", {}, "CashAccountDto"),
    ("/v1/paymentmethod", {}, "array<PaymentMethodDto>"),
    ("/v1/paymentmethod/10", {}, "PaymentMethodDto"),
    ("/v1/financialPeriod", {}, "array<FinancialPeriodDto>"),
    ("/v1/financialPeriod/202609", {}, "FinancialPeriodDto"),
    ("/v1/firstTimeStartup/status", {}, "array<FirstTimeStartupDto>"),
]  # fmt: skip


def disagreements(value: Any, kind: str, reference: dict[str, Any], at: str = "") -> list[str]:
    """Where a value differs from the specification's kind: a field it does not have, or another type."""
    if value is None:
        return []
    if kind.startswith("array<"):
        if not isinstance(value, list):
            return [f"{at}: not an array"]
        return [line for place, one in enumerate(value) for line in disagreements(one, kind[6:-1], reference, f"{at}[{place}]")]
    if kind in reference["schemas"]:
        if not isinstance(value, dict):
            return [f"{at}: not an object"]
        fields = reference["schemas"][kind]
        unknown = [f"{at}.{name}: not in {kind}" for name in value if name not in fields]
        known = [name for name in value if name in fields]
        return unknown + [line for name in known for line in disagreements(value[name], fields[name], reference, f"{at}.{name}")]
    if kind in reference["enums"]:
        return [] if value in reference["enums"][kind] else [f"{at}: {value!r} is not one of {kind}"]
    right = {
        "string": isinstance(value, str),
        "boolean": isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "number": isinstance(value, Decimal) and value.as_tuple().exponent == -4,
        "date-time": isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?", value) is not None,
    }
    return [] if right.get(kind, True) else [f"{at}: {value!r} is not a {kind}"]


@pytest.mark.skipif(not REFERENCE.exists(), reason="NOT CHECKED: the reference schemas of Visma.net are not on this machine")
@pytest.mark.parametrize(("path", "asked", "kind"), SHAPES, ids=[path for path, _, _ in SHAPES])
def test_every_field_of_an_answer_is_one_the_specification_has(
    office: Office, path: str, asked: dict[str, str], kind: str
) -> None:
    reference = json.loads(REFERENCE.read_text())
    posted = office.http.post("/v2/journaltransaction", json=a_journal(("1930", 10, 0), ("3000", 0, 10)))
    assert posted.status_code == 201, posted.text
    answer = office.get(path, **asked)
    assert answer.status_code == 200, answer.text
    told = json.loads(answer.text, parse_float=Decimal)
    assert told, "an empty answer shows nothing"
    assert disagreements(told, kind, reference) == []


@pytest.mark.skipif(not REFERENCE.exists(), reason="NOT CHECKED: the reference schemas of Visma.net are not on this machine")
def test_the_search_for_wrong_fields_would_see_them() -> None:
    reference = json.loads(REFERENCE.read_text())
    wrong = {"amount": Decimal("1.5"), "Balance": Decimal("1.0000"), "status": "Paid", "documentDueDate": "2026-09-01T00:00:00Z"}
    assert len(disagreements([wrong], "array<CustomerInvoiceDto>", reference)) == 4


@pytest.mark.skipif(not REFERENCE.exists(), reason="NOT CHECKED: the reference schemas of Visma.net are not on this machine")
def test_the_fields_a_body_may_hold_and_the_query_parameters_are_the_specifications() -> None:
    from fordran.sandbox.visma_net import bodies, query

    reference = json.loads(REFERENCE.read_text())
    for name, fields in bodies._facts()["schemas"].items():
        assert fields == reference["schemas"][name]
    for name, values in bodies._facts()["enums"].items():
        assert values == reference["enums"][name]
    operations = {(o["method"], o["path"]): o for o in reference["operations"]}
    for path, spec in [("/v1/customer", query.CUSTOMERS), ("/v1/customerPayment", query.PAYMENTS), ("/v1/branch", query.BRANCHES),
                       ("/v2/journaltransaction", query.JOURNALS), ("/v1/organization", query.ORGANISATIONS),
                       ("/v1/cashaccount", query.SMALL_LIST), ("/v1/financialPeriod", query.PERIODS),
                       ("/v1/creditTerm", query.CREDIT_TERMS)]:  # fmt: skip
        assert set(spec) == set(operations["GET", path]["query"]), path
    assert set(query.DOCUMENTS) == set(reference["customer-document-query"])
    assert len(query.DOCUMENTS) == 32


@pytest.mark.skipif(not REFERENCE.exists(), reason="NOT CHECKED: the reference schemas of Visma.net are not on this machine")
def test_every_address_served_is_one_the_specification_has_with_the_same_headers() -> None:
    from fordran.sandbox.visma_net.server import ROUTES

    reference = json.loads(REFERENCE.read_text())
    declared = {
        (o["method"], re.sub(r"\{[^}]*\}", "{}", o["path"])): "If-Match" in o.get("headers", []) for o in reference["operations"]
    }
    served = {(route.method, re.sub(r"<[^>]*>", "{}", route.path)): route.if_match for route in ROUTES}
    assert {key: declared.get(key) for key in served} == served


def test_every_address_that_is_read_has_its_shape_checked() -> None:
    from fordran.sandbox.visma_net.server import ROUTES

    def served(path: str) -> str:
        return re.sub(r"<[^>]*>", "[^/]+", path)

    unchecked = {
        r.path for r in ROUTES if r.method == "GET" and not any(re.fullmatch(served(r.path), path) for path, _, _ in SHAPES)
    }
    no_json = {f"/v1/{name}/<number>/print" for name in ("customerinvoice", "customerDebitNote", "customerCreditNote")}
    assert unchecked == no_json | {"/v1/creditTerm"}, "credit terms lie in an envelope, which the reference leaves out"


@pytest.mark.skipif(not REFERENCE.exists(), reason="NOT CHECKED: the reference schemas of Visma.net are not on this machine")
def test_the_answers_of_actions_and_calls_answered_later_are_the_specifications_too(office: Office) -> None:
    reference = json.loads(REFERENCE.read_text())
    office.pay("1003", 100)
    path = "/v1/customerPayment/400001"
    later = office.http.get(path, headers={"erp-api-background": "none"})
    released = office.release("400001")
    voided = office.http.post(
        f"{path}/action/void", json={"type": "Payment", "returnVoidPayment": True}, headers=office.version(path)
    )
    for answer, kind in [(later, "BackgroundApiAcceptedDto"), (released, "ReleasePaymentActionResultDto"),
                         (voided, "VoidPaymentActionResultDto")]:  # fmt: skip
        assert disagreements(json.loads(answer.text, parse_float=Decimal), kind, reference) == []
    office.clock.sleep(5)
    state = office.read(later.json()["stateLocation"])
    utc = {name for name in state if name.endswith("Utc")}
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+00:00", state.pop(name)) for name in utc) and len(utc) == 3
    assert disagreements(state, "BackgroundRequestStateDto", reference) == []


# ---- values ----------------------------------------------------------------------------------------------------------


def test_amounts_have_four_places_and_days_no_zone(office: Office) -> None:
    text = office.get("/v1/customerinvoice/1001").text
    assert '"amount":12450.0000,' in text
    assert '"documentDueDate":"2026-07-31T00:00:00"' in text
    assert '"lastModifiedDateTime":"2026-09-01T08:00:00"' in text
    assert '"amount":100.0700,' in office.get("/v1/customerinvoice/1002").text


def test_text_that_looks_like_a_number_stays_text(office: Office) -> None:
    office.put("/v1/customerinvoice/1001", note="12.0000")
    assert '"note":"12.0000"' in office.get("/v1/customerinvoice/1001").text


def test_by_default_the_plain_amount_is_the_documents_and_in_currency_the_companys(office: Office) -> None:
    told = json.loads(office.get("/v1/customerinvoice/1002").text, parse_float=Decimal)
    assert (told["amount"], told["amountInCurrency"]) == (
        Decimal("100.0700"),
        Decimal("1124.2400"),
    )  # 100.07 * 11.2345 = 1124.236415
    assert told["exchangeRate"] == Decimal("11.2345")


def test_the_meaning_of_in_currency_can_be_turned_round() -> None:
    turned = Office(options={"behaviours": Behaviours(in_currency_is_document=True)})
    try:
        told = json.loads(turned.get("/v1/customerinvoice/1002").text, parse_float=Decimal)
        assert (told["amount"], told["amountInCurrency"]) == (Decimal("1124.2400"), Decimal("100.0700"))
        swedish = turned.read("/v1/customerinvoice/1001")
        assert swedish["amount"] == swedish["amountInCurrency"] == 12450
    finally:
        turned.close()


def test_a_half_paid_invoice_tells_of_its_payment(office: Office) -> None:
    told = office.read("/v1/customerinvoice/1003")
    assert (told["balance"], told["status"]) == (600, "Open")
    [payment] = told["applications"]
    assert (payment["docType"], payment["refNbr"], payment["amountPaid"]) == ("Payment", "300001", 400)
    assert payment["released"] and not payment["voided"]


def test_a_credit_applied_in_part_shows_on_the_invoice_and_on_the_note(office: Office) -> None:
    invoice, note = office.read("/v1/customerinvoice/1004"), office.read("/v1/customerCreditNote/2001")
    assert [(a["docType"], a["refNbr"], a["amountPaid"]) for a in invoice["applications"]] == [("CreditNote", "2001", 200)]
    assert (invoice["balance"], note["balance"], note["status"]) == (300, 0, "Closed")
    assert [(a["docType"], a["refNbr"], a["amountPaid"]) for a in note["applications"]] == [("Invoice", "1004", 200)]


def test_a_voided_payment_is_two_documents_the_second_with_negative_lines(office: Office) -> None:
    original, back = [p for p in office.read("/v1/customerPayment") if p["refNbr"] == "300003"]
    assert (original["type"], original["status"], original["paymentLines"][0]["amountPaid"]) == ("Payment", "Voided", 900)
    assert (back["type"], back["status"], back["paymentLines"][0]["amountPaid"]) == ("VoidPayment", "Closed", -900)
    invoice = office.read("/v1/customerinvoice/1007")
    assert invoice["balance"] == 900
    assert sum(a["amountPaid"] for a in invoice["applications"] if a["released"] and not a["voided"]) == 0


def test_lists_leave_out_what_was_not_asked_for(office: Office) -> None:
    office.book.documents["invoice", "1001"].reminder_level = 1
    plain = office.read("/v1/customerinvoice")[0]
    assert {"applications", "dunningLetterLevel", "invoiceAddress", "attachments", "taxDetails"} & set(plain) == set()
    full = office.read("/v1/customerinvoice", **EVERYTHING)[0]
    assert full["dunningLetterLevel"] == 1 and full["invoiceAddress"]["city"] == "Malmö"


def test_the_list_of_everything_has_payments_too_and_no_references(office: Office) -> None:
    told = office.read("/v1/customerdocument")
    assert {t["documentType"] for t in told} == {"Invoice", "DebitNote", "CreditNote", "Payment", "VoidPayment"}
    assert not any("paymentReference" in t or "debtCollection" in t or "timeStamp" in t for t in told)
    assert numbers(office.read("/v1/customerdocument", documentType="Invoice", status="Open", released=1)) == [
        "1001", "1002", "1003", "1004", "1007",
    ]  # fmt: skip


def test_the_company_tells_who_it_is_and_where_its_money_goes(office: Office) -> None:
    [told] = office.read("/v1/organization", expandBankSettings="true")
    assert (told["name"], told["corporateId"], told["baseCurrency"]) == ("Sågverket i Åmål AB", "5566778899", "SEK")
    assert (told["bankSettings"]["bban"], told["bankSettings"]["iban"]) == ("5050-1055", "SE3550000000054910000003")
    assert "bankSettings" not in office.read("/v1/organization")[0]


@pytest.mark.parametrize("path", ["customerinvoice/1001", "customerDebitNote/4001", "customerCreditNote/2001"])
def test_a_print_is_a_pdf_that_can_be_read(office: Office, path: str) -> None:
    answer = office.get(f"/v1/{path}/print")
    assert answer.headers["Content-Type"] == "application/pdf"
    with pikepdf.open(BytesIO(answer.content)) as pdf:
        assert len(pdf.pages) == 1
        assert path.rpartition("/")[2].encode() in pdf.pages[0].Contents.read_bytes()


def test_numbers_may_hold_letters_of_any_alphabet(office: Office) -> None:
    office.pay("1003", 100, referenceNumber="Ä-ł 7", overrideNumberSeries=True)
    assert office.read("/v1/customerPayment/Ä-ł 7")["refNbr"] == "Ä-ł 7"


def test_credit_terms_come_in_an_envelope_inside_an_array(office: Office) -> None:
    [envelope] = office.read("/v1/creditTerm", pageNumber=2, pageSize=1)
    assert (envelope["pageNumber"], envelope["pageSize"], envelope["totalCount"]) == (2, 1, 2)
    assert [term["termsId"] for term in envelope["records"]] == ["30"]


def test_closed_periods_are_told(office: Office) -> None:
    office.server.close_period(office.book.tenant, 2026, 8, ledgers=("customer",))
    told = office.read("/v1/financialPeriod/202608")
    assert (told["closedInCustomerLedger"], told["closedInGeneralLedger"]) == (True, False)
    office.server.open_period(office.book.tenant, 2026, 8)
    assert not office.read("/v1/financialPeriod/202608")["closedInCustomerLedger"]


def test_an_invoice_to_somebody_else_and_one_by_direct_debit_say_so(office: Office) -> None:
    plain, other = office.book.documents["invoice", "1001"], office.book.documents["invoice", "1003"]
    other.recipient, other.place, other.direct_debit = "c/o Ek", Place("Box 1", "", "101 10", "Kiruna"), True
    told = office.read("/v1/customerinvoice/1003")
    assert (told["invoiceContact"]["businessName"], told["invoiceContact"]["overrideContact"]) == ("c/o Ek", True)
    assert (told["invoiceAddress"]["city"], told["invoiceAddress"]["overrideAddress"]) == ("Kiruna", True)
    assert told["directDebitMandate"]["mandateId"]
    told = office.read(f"/v1/customerinvoice/{plain.number}")
    assert (told["invoiceAddress"]["city"], told["invoiceAddress"]["overrideAddress"]) == ("Malmö", False)
    assert told["directDebitMandate"] is None


# ---- pages and filters -----------------------------------------------------------------------------------------------


def test_the_server_lowers_the_page_size_and_says_so_on_every_record() -> None:
    small = Office(options={"max_page_size": 3})
    try:
        pages = [small.read("/v1/customerinvoice", pageNumber=number, pageSize=1000) for number in (1, 2, 3, 4)]
        assert [len(page) for page in pages] == [3, 3, 1, 0]
        assert all(record["metadata"] == {"totalCount": 7, "maxPageSize": 3} for page in pages for record in page)
        assert len({number for page in pages for number in numbers(page)}) == 7
        assert small.read("/v1/customerinvoice", pageNumber=4, pageSize=2)[0]["metadata"]["maxPageSize"] == 3
    finally:
        small.close()


def test_customers_carry_no_metadata_unless_the_server_is_of_the_older_kind(office: Office) -> None:
    assert not any("metadata" in customer for customer in office.read("/v1/customer"))
    older = Office(options={"behaviours": Behaviours(customers_tell_pages=True)})
    try:
        assert older.read("/v1/customer")[0]["metadata"]["totalCount"] == 2
    finally:
        older.close()


def test_a_record_that_changes_moves_to_the_end_and_the_rest_moves_up(office: Office) -> None:
    first = numbers(office.read("/v1/customerinvoice", pageNumber=1, pageSize=3))
    office.book.touch(office.book.documents["invoice", first[0]])
    second = numbers(office.read("/v1/customerinvoice", pageNumber=2, pageSize=3))
    everything = numbers(office.read("/v1/customerinvoice"))
    assert everything[-1] == first[0]
    assert everything[2] not in first + second, "what moved over the edge between two pages is seen in neither"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"status": "Open"}, {"1001", "1002", "1003", "1004", "1007"}),
        ({"status": "Closed"}, {"1006"}),
        ({"status": "CcHold"}, set()),
        ({"released": 0}, {"1005"}),
        ({"released": 1, "status": "Hold"}, set()),
        ({"customer": "10001"}, {"1002"}),
        ({"branch": "2"}, set()),
        ({"paymentReference": "10039"}, {"1003"}),
        ({"documentDueDate": "2026-08-01", "documentDueDateCondition": "<="}, {"1001", "1002"}),
        ({"documentDueDate": "2026-08-01", "documentDueDateCondition": "<"}, {"1001"}),
        ({"documentDueDate": "2026-08-05 00:00:00", "documentDueDateCondition": ">="}, {"1006", "1007"}),
        ({"documentDate": "2026-07-06T00:00:00.000", "documentDateCondition": ">"}, {"1007"}),
        ({"createdDateTime": "2026-09-01T08:00:00", "createdDateTimeCondition": ">"}, set()),
        ({"dunningLevel": 2}, {"1002"}),
        ({"dunningLetterDateTime": "2026-08-01", "dunningLetterDateTimeCondition": ">="}, {"1002"}),
        ({"documentType": "DebitNote"}, set()),
        ({"financialPeriod": "202607", "greaterThanValue": "1005"}, {"1006", "1007"}),
        ({"closedFinancialPeriod": "202609"}, {"1006"}),
        ({"project": "P1"}, set()),
        ({"externalReference": "x"}, set()),
        ({"numberToRead": 1, "skipRecords": 3, "status": "Closed"}, {"1006"}),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, dict) else "",
)  # fmt: skip
def test_invoices_can_be_filtered(office: Office, asked: dict[str, str | int], expected: set[str]) -> None:
    from datetime import date

    reminded = office.book.documents["invoice", "1002"]
    reminded.reminder_level, reminded.reminded_on = 2, date(2026, 8, 20)
    assert set(numbers(office.read("/v1/customerinvoice", **asked))) == expected


def test_what_changed_since_is_found_and_nothing_else(office: Office) -> None:
    office.clock.sleep(3000)
    office.put("/v1/customerinvoice/1004", note="ring")
    since = {"lastModifiedDateTime": "2026-09-01T08:30:00", "lastModifiedDateTimeCondition": ">="}
    assert numbers(office.read("/v1/customerinvoice", **since)) == ["1004"]
    assert numbers(office.read("/v1/customerdocument", **since)) == ["1004"]
    office.book.delete("invoice", "1004")
    assert office.read("/v1/customerinvoice", **since) == []
    assert office.get("/v1/customerinvoice/1004").status_code == 404


def test_parts_of_a_second_count_as_they_are_written(office: Office) -> None:
    office.clock.sleep(60.25)
    office.put("/v1/customerinvoice/1004", note="ring")
    assert office.read("/v1/customerinvoice/1004")["lastModifiedDateTime"] == "2026-09-01T08:01:00.250"
    cases = [("2026-09-01T08:01:00.25", ["1004"]), ("2026-09-01 08:01:00.5", []), ("2026-09-01T08:01:00.2", ["1004"])]
    for written, expected in cases:
        asked = {"lastModifiedDateTime": written, "lastModifiedDateTimeCondition": ">="}
        assert numbers(office.read("/v1/customerinvoice", **asked)) == expected, written


def test_a_listing_kept_up_with_the_book_equals_one_made_anew(office: Office) -> None:
    from random import Random

    from fordran.sandbox.visma_net.listings import Listing

    chance, book = Random(5), office.book

    def is_open(document: Any) -> bool:
        return bool(document.status == "open")

    kept = Listing(book, "invoice", is_open)
    for _ in range(300):
        choice = chance.random()
        document = chance.choice(list(book.documents.values()))
        if choice < 0.7:
            document.status = chance.choice(["open", "closed", "hold"])
            book.touch(document)
        elif choice < 0.75 and len(book.documents) > 4:
            book.delete(document.kind, document.number)
        if chance.random() < 0.5:
            assert [d.number for d in kept.current()] == [d.number for d in Listing(book, "invoice", is_open).current()]
            assert list(kept.versions) == [d.version for d in kept.rows]


def test_payments_can_be_found_by_invoice_type_day_and_customer(office: Office) -> None:
    def found(**asked: str | int) -> list[tuple[str, str]]:
        return [(p["type"], p["refNbr"]) for p in office.read("/v1/customerPayment", **asked)]

    assert found(invoiceRefNbr="1003") == [("Payment", "300001")]
    assert found(paymentType="VoidPayment") == [("VoidPayment", "300003")]
    assert found(docDate="2026-08-16", docDateCondition=">=") == [("VoidPayment", "300003")]
    assert found(customer="10001") == []
    assert found(status="Voided", paymentNbr="300003") == [("Payment", "300003")]


def test_customers_can_be_found_by_name_number_and_state(office: Office) -> None:
    assert [c["number"] for c in office.read("/v1/customer", name="östlund")] == ["10000"]
    assert [c["number"] for c in office.read("/v1/customer", corporateId="191212121212")] == ["10001"]
    assert office.read("/v1/customer", status="Inactive") == []
    assert office.read("/v1/customer/10001")["attributes"][0]["value"] == "en"


def test_a_record_that_the_server_could_not_read_says_so_and_nothing_else(office: Office) -> None:
    for kind, number, path in [("invoice", "1003", "customerinvoice"), ("party", "10001", "customer"),
                               ("receipt", "300001", "customerPayment")]:  # fmt: skip
        office.server.fail(office.book.tenant, kind, number, "An error occurred while processing the field.")
        failed = [r for r in office.read(f"/v1/{path}") if r.get("errorInfo")]
        assert len(failed) == 1 and number in failed[0].values() and "balance" not in failed[0]
        office.server.mend(office.book.tenant, kind, number)
        assert not any(r["errorInfo"] for r in office.read(f"/v1/{path}"))
    assert office.read("/v1/customerdocument")[0]["errorInfo"] is None
