"""Every refusal of the simulated Visma.net is provoked, and the last test proves that none was left out.

Each case is a call and the whole message it must be answered with. `test_no_refusal_is_left_untried` reads the simulator's own
code for the refusals it can speak, and wants to find each among the cases.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import httpx
import pytest

from fordran.sandbox.book import Receipt
from tests.sandbox.visma_net_office import TENANT, Office, a_journal, office

__all__ = ["office"]

PACKAGE = Path(__file__).resolve().parents[2] / "fordran/sandbox/visma_net"
Call = Callable[[Office], httpx.Response]
JSON = {"Content-Type": "application/json"}
INVOICE, CUSTOMER, PAYMENTS, JOURNALS = (
    "/v1/customerinvoice/1001",
    "/v1/customer/10000",
    "/v1/customerPayment",
    "/v2/journaltransaction",
)
RELEASE = {"type": {"value": "Payment"}}


def get(path: str, **asked: str | int) -> Call:
    return lambda office: office.get(path, **asked)


def put(path: str, body: object) -> Call:
    return lambda office: office.http.put(path, json=body, headers={"If-Match": "*"})


def post(path: str, body: object) -> Call:
    return lambda office: office.http.post(path, json=body, headers={"If-Match": "*"})


def send(method: str, path: str, **more: Any) -> Call:
    def sent(office: Office) -> httpx.Response:
        return office.http.request(method, path, **({"headers": {"If-Match": "*"}} | more))

    return sent


def pay(invoice: str = "1003", amount: float | str = 100, **changed: object) -> Call:
    return lambda office: office.pay(invoice, amount, **changed)


def journal(*lines: tuple[str, object, object], **changed: object) -> Call:
    return post(JOURNALS, a_journal(*lines, **changed))


def line(**changed: object) -> dict[str, object]:
    fields = {
        "operation": "Insert",
        "documentType": {"value": "Invoice"},
        "refNbr": {"value": "1003"},
        "amountPaid": {"value": 1},
    }
    return {name: value for name, value in (fields | changed).items() if value is not None}


def in_turn(*calls: Call) -> Call:
    """The last one is the one that is refused."""

    def made(office: Office) -> httpx.Response:
        for call in calls[:-1]:
            answer = call(office)
            assert answer.status_code < 300, answer.text
        return calls[-1](office)

    return made


def in_turn_refunded(then: Call) -> Call:
    """A payment that is set against nothing has gone back to its customer."""

    def made(office: Office) -> httpx.Response:
        party = next(iter(office.book.parties))
        office.book.add_receipt(Receipt("400001", "payment", party, date(2026, 9, 1), "SEK", 100_00))
        office.book.pay_back("400001")
        return then(office)

    return made


def closed(*ledgers: str, then: Call) -> Call:
    def made(office: Office) -> httpx.Response:
        office.server.close_period(TENANT, 2026, 9, ledgers=ledgers)
        return then(office)

    return made


def close_then(ledger: str, first: Call, then: Call) -> Call:
    def made(office: Office) -> httpx.Response:
        assert first(office).status_code < 300
        return closed(ledger, then=then)(office)

    return made


def attach(**more: Any) -> Call:
    return send("POST", f"{INVOICE}/attachment", **more)


def later(header: str) -> Call:
    return send("GET", "/v1/currency", headers={"erp-api-background": header})


def not_ready(office: Office) -> httpx.Response:
    accepted = office.http.get("/v1/currency", headers={"erp-api-background": "none"})
    return office.get(f"{accepted.json()['stateLocation']}/content")


def euro_account(office: Office) -> httpx.Response:
    office.server.companies[TENANT].cash_accounts["1935"] = ("EUR", "EUR")
    return pay(cashAccount="1935")(office)


def without_right(right: str, call: Call) -> Call:
    def made(office: Office) -> httpx.Response:
        rights = {"read", "create", "update"} - {right}
        office.sign_in(scope=" ".join(f"vismanet_erp_service_api:{one}" for one in rights))
        return call(office)

    return made


PAID = pay("1003", 100)
ACT = f"{PAYMENTS}/400001/action"
TWO_LINES = (("1684", 10, 0), ("3593", 0, 10))
CLOSED_CUSTOMER = "The financial period 202609 is closed in customer ledger."
CLOSED_GENERAL = "The financial period 202609 is closed in general ledger."
RELEASED = "Payment can't be updated because it is already released."
NO_METHOD = "The requested resource does not support this method."
NOTHING_HERE = "No resource was found at this address."

CASES: dict[str, tuple[Call, int, str]] = {
    # ---- who may -----------------------------------------------------------------------------------------------------
    "read without the scope": (without_right("read", get(INVOICE)), 403, "The token lacks the scope to read."),
    "write without the scope": (without_right("update", put(INVOICE, {})), 403, "The token lacks the scope to update."),
    "post without the scope": (without_right("create", PAID), 403, "The token lacks the scope to create."),
    "delete without the scope": (send("DELETE", INVOICE), 403, "The token lacks the scope to delete."),
    "another method": (send("PATCH", INVOICE), 403, "The token lacks the scope to PATCH."),
    "a method the address does not have": (send("PUT", "/v1/currency"), 405, NO_METHOD),
    "no such address": (get("/v1/CustomerInvoices"), 404, NOTHING_HERE),
    # ---- what is asked -----------------------------------------------------------------------------------------------
    "unknown parameter": (get("/v1/customerinvoice", pagesize=5), 400, "Unknown query parameter: pagesize."),
    "unknown parameter of one record": (
        get(INVOICE, expandApplications="true"),
        400,
        "Unknown query parameter: expandApplications.",
    ),
    "a parameter twice": (send("GET", "/v1/customer?name=a&name=b"), 400, "The query parameter name is given twice."),
    "a date without its condition": (
        get("/v1/customerinvoice", documentDueDate="2026-09-01"),
        400,
        "documentDueDate and documentDueDateCondition must be given together.",
    ),
    "a condition without its date": (
        get("/v1/customer", lastModifiedDateTimeCondition=">"),
        400,
        "lastModifiedDateTime and lastModifiedDateTimeCondition must be given together.",
    ),
    "a date with a zone": (
        get(PAYMENTS, docDate="2026-09-01T00:00:00Z", docDateCondition=">"),
        400,
        "docDate: '2026-09-01T00:00:00Z' is not a date. Use yyyy-MM-dd or yyyy-MM-ddTHH:mm:ss.FFF, without time zone.",
    ),
    "a day that is none": (
        get(PAYMENTS, docDate="2026-02-30", docDateCondition=">"),
        400,
        "docDate: '2026-02-30' is not a date.",
    ),
    "an unknown condition": (
        get("/v1/customer", lastModifiedDateTime="2026-09-01", lastModifiedDateTimeCondition="=="),
        400,
        "The value '==' of lastModifiedDateTimeCondition is not one of >, <, >=, <=.",
    ),
    "an unknown status": (
        get("/v1/customer", status="Gone"),
        400,
        "The value 'Gone' of status is not one of Active, OnHold, CreditHold, Inactive, OneTime.",
    ),
    "a page that is no number": (
        get("/v1/customer", pageNumber="one"),
        400,
        "The value 'one' of pageNumber is not a whole number.",
    ),
    "page nought": (get("/v1/customer", pageNumber=0), 400, "pageNumber must be 1 or more."),
    "a page of nothing": (get("/v1/customer", pageSize=0), 400, "pageSize must be 1 or more."),
    "yes for true": (
        get("/v1/customerinvoice", expandApplications="yes"),
        400,
        "The value 'yes' of expandApplications is not true or false.",
    ),
    "released neither 0 nor 1": (get("/v1/customerinvoice", released=2), 400, "released must be 0 or 1."),
    # ---- what is not there -------------------------------------------------------------------------------------------
    "no such invoice": (get("/v1/customerinvoice/9"), 404, "The document 9 could not be found."),
    "a credit note is no invoice": (get("/v1/customerinvoice/2001"), 404, "The document 2001 could not be found."),
    "no such customer": (get("/v1/customer/9"), 404, "The customer 9 could not be found."),
    "no such internal id": (get("/v1/customer/internal/9"), 404, "The customer with internal id 9 could not be found."),
    "no such class": (get("/v1/customer/customerClass/9"), 404, "The customer class 9 could not be found."),
    "no such payment": (get(f"{PAYMENTS}/9"), 404, "The payment 9 could not be found."),
    "no such journal": (get(f"{JOURNALS}/9"), 404, "The journal transaction 9 could not be found."),
    "no such organisation": (get("/v1/organization/9"), 404, "The organization 9 could not be found."),
    "no such branch": (get("/v1/branch/9"), 404, "The branch 9 could not be found."),
    "no such cash account": (get("/v1/cashaccount/9"), 404, "The cash account 9 could not be found."),
    "no such payment method": (get("/v1/paymentmethod/9"), 404, "The payment method 9 could not be found."),
    "no such period": (get("/v1/financialPeriod/202613"), 404, "The financial period 202613 could not be found."),
    "no ROT": (get("/v1/customerinvoice/1003/rotrut"), 404, "The document 1003 is not ROT/RUT deductible."),
    "invoices of nobody": (get("/v1/customer/9/invoice"), 404, "The customer 9 could not be found."),
    # ---- how a body is written ---------------------------------------------------------------------------------------
    "not JSON": (
        send("PUT", INVOICE, content=b"{", headers={"If-Match": "*"} | JSON),
        400,
        "The request body is not valid JSON.",
    ),
    "not a number": (send("POST", JOURNALS, content=b'{"a": NaN}', headers=JSON), 400, "The request body is not valid JSON."),
    "half a character": (
        send("PUT", INVOICE, content=b'{"note": {"value": "\\udc01"}}', headers={"If-Match": "*"} | JSON),
        400,
        "The request body is not valid JSON.",
    ),
    "another content type": (
        send("PUT", INVOICE, content=b"{}", headers={"If-Match": "*"}),
        415,
        "The request's content type must be application/json.",
    ),
    "not an object": (put(INVOICE, []), 400, "The request body must be an object."),
    "an unknown field": (put(INVOICE, {"debtCollection": {}}), 400, "Unknown field: debtCollection."),
    "a value not wrapped": (put(INVOICE, {"note": "x"}), 400, 'note must be written {"value": ...}.'),
    "a value wrapped twice": (put(INVOICE, {"note": {"value": {"value": "x"}}}), 400, "note must be a string."),
    "more than a value in the wrapping": (
        put(INVOICE, {"note": {"value": "x", "type": "string"}}),
        400,
        'note must be written {"value": ...}.',
    ),
    "an array not an array": (post(PAYMENTS, {"paymentLines": {"value": []}}), 400, "paymentLines must be an array."),
    "an unknown enum": (
        put(CUSTOMER, {"status": {"value": "Gone"}}),
        400,
        "'Gone' is not a value of status: Active, OnHold, CreditHold, Inactive, OneTime.",
    ),
    "a wrapped action field": (
        in_turn(PAID, post(f"{ACT}/void", RELEASE)),
        400,
        "{'value': 'Payment'} is not a value of type: Payment, CreditNote, Prepayment, Refund, VoidPayment, SmallBalanceWo,"
        " VoidRefund, Undefined.",
    ),
    "three decimals": (pay(amount=1.005), 400, "paymentAmount has more than two decimals."),
    "a speck": (pay(paymentAmount=1e-9), 400, "paymentAmount has more than two decimals."),
    "more money than there is": (pay(paymentAmount=1e13), 400, "paymentAmount is too large."),
    # ---- versions ----------------------------------------------------------------------------------------------------
    "without If-Match": (send("PUT", INVOICE, json={}, headers={}), 400, "The header If-Match is required."),
    "a stale version": (
        send("PUT", INVOICE, json={"note": {"value": "x"}}, headers={"If-Match": '"0000000000000001"'}),
        412,
        "The record has been changed since it was read. Read it again.",
    ),
    "a version without quotation marks": (
        lambda office: office.http.put(CUSTOMER, json={}, headers={"If-Match": office.read(CUSTOMER)["timeStamp"]}),
        412,
        "The record has been changed since it was read. Read it again.",
    ),
    # ---- invoices and customers --------------------------------------------------------------------------------------
    "the text of a released invoice": (
        put(INVOICE, {"invoiceText": {"value": "x"}}),
        400,
        "Invoice can't be updated because it is already released: invoiceText.",
    ),
    "a field the simulator has not": (
        put("/v1/customerinvoice/1005", {"creditTermsId": {"value": "30"}}),
        400,
        "The simulator does not change creditTermsId of an invoice.",
    ),
    "no due date": (
        put("/v1/customerinvoice/1005", {"documentDueDate": {"value": None}}),
        400,
        "documentDueDate cannot be empty.",
    ),
    "a customer's field the simulator has not": (
        put(CUSTOMER, {"creditLimit": {"value": 5}}),
        400,
        "The simulator does not change creditLimit of a customer.",
    ),
    "a customer without a name": (put(CUSTOMER, {"name": {"value": ""}}), 400, "'Customer Name' cannot be empty."),
    "a class that is not there": (put(CUSTOMER, {"customerClassId": {"value": "9"}}), 400, "Customer class 9 cannot be found."),
    "terms that are not there": (put(CUSTOMER, {"creditTermsId": {"value": "x"}}), 400, "Credit terms x cannot be found."),
    # ---- files -------------------------------------------------------------------------------------------------------
    "a file that is not multipart": (attach(json={}), 415, "The request's content type must be multipart/form-data."),
    "no file": (
        attach(files={"metadata": (None, "{}")}),
        400,
        "The body must have one part file, with a name, and may have a part metadata.",
    ),
    "a part of another name": (
        attach(files={"file": ("a.pdf", b"x"), "letter": ("b.pdf", b"y")}),
        400,
        "The body must have one part file, with a name, and may have a part metadata. letter",
    ),
    "an empty file": (attach(files={"file": ("a.pdf", b"")}), 400, "The file is empty."),
    "metadata with another field": (
        attach(files={"file": ("a.pdf", b"x"), "metadata": (None, '{"name": "x"}')}),
        400,
        "Unknown field: name.",
    ),
    # ---- payments ----------------------------------------------------------------------------------------------------
    "no customer": (pay(customer=None), 400, "'customer' cannot be empty."),
    "no amount": (pay(paymentAmount=0), 400, "'paymentAmount' cannot be empty."),
    "a negative amount": (pay(paymentAmount=-5), 400, "The payment amount must be more than zero."),
    "an unknown customer": (pay(customer="9"), 400, "Customer 9 cannot be found."),
    "an unknown account": (pay(cashAccount="1"), 400, "Cash account 1 cannot be found."),
    "an account in another currency": (
        euro_account,
        400,
        "Cash account 1935 is in EUR, the payment in SEK.",
    ),
    "an unknown method": (pay(paymentMethod="9"), 400, "Payment method 9 cannot be found."),
    "an unknown currency": (pay(currency="JPY"), 400, "Currency JPY cannot be found."),
    "a refund": (pay(type="Refund"), 400, "The simulator takes payments only, not Refund."),
    "a charge": (
        pay(financeCharges=[{"operation": "Insert", "entryType": {"value": "FEE"}, "amount": {"value": 1}}]),
        400,
        "Entry type cannot be found on cash account 1684.",
    ),
    "an order": (
        pay(ordersToApply=[{"operation": "Insert", "orderNumber": {"value": "1"}}]),
        400,
        "The order to apply cannot be found.",
    ),
    "a number of one's own": (
        pay(referenceNumber="77"),
        400,
        "The number is given by the number series; set overrideNumberSeries to choose it.",
    ),
    "a number promised and not given": (pay(overrideNumberSeries=True), 400, "'referenceNumber' cannot be empty."),
    "a number that is taken": (
        pay(overrideNumberSeries=True, referenceNumber="300001"),
        400,
        "Payment 300001 already exists.",
    ),
    "a closed period": (closed("customer", then=PAID), 400, CLOSED_CUSTOMER),
    "a line that updates": (
        pay(paymentLines=[line(operation="Update")]),
        400,
        "paymentLines[0].operation must be Insert on a new payment.",
    ),
    "a line without its document": (
        pay(paymentLines=[line(refNbr=None)]),
        400,
        "paymentLines[0] must have documentType, refNbr and amountPaid.",
    ),
    "a line of nothing": (
        pay(paymentLines=[line(amountPaid={"value": 0})]),
        400,
        "paymentLines[0].amountPaid must be more than zero.",
    ),
    "a line with a write-off": (
        pay(paymentLines=[line(balanceWriteOff={"value": 1})]),
        400,
        "paymentLines[0].balanceWriteOff: a reason code for write-offs is not set up.",
    ),
    "an unknown document": (pay("9"), 400, "Document 9 cannot be found."),
    "a document on hold": (pay("1005"), 400, "Document 1005 is not released."),
    "more than the balance": (pay("1003", 600.01), 400, "The amount applied to document 1003 exceeds its balance."),
    "more applied than paid": (pay("1003", 600, paymentAmount=500), 400, "The amount applied exceeds the payment amount."),
    "a document in another currency": (pay("1002", 5), 400, "Document 1002 is in another currency."),
    "released twice": (in_turn(PAID, post(f"{ACT}/release", RELEASE), post(f"{ACT}/release", RELEASE)), 400, RELEASED),
    "released as another type": (
        in_turn(PAID, post(f"{ACT}/release", {"type": {"value": "Refund"}})),
        400,
        'type must be {"value": "Payment"}.',
    ),
    "released while on hold": (
        in_turn(pay(hold=True), post(f"{ACT}/release", RELEASE)),
        400,
        "Payment is on hold and cannot be released.",
    ),
    "released in a closed period": (close_then("customer", PAID, post(f"{ACT}/release", RELEASE)), 400, CLOSED_CUSTOMER),
    "released when the balance is gone": (
        in_turn(
            pay("1003", 600),
            pay("1003", 600),
            post(f"{PAYMENTS}/400002/action/release", RELEASE),
            post(f"{ACT}/release", RELEASE),
        ),
        400,
        "The amount applied to document 1003 exceeds its balance.",
    ),
    "voided before it is released": (
        in_turn(PAID, post(f"{ACT}/void", {"type": "Payment"})),
        400,
        "Only a released payment can be voided, and only once.",
    ),
    "voided when it has gone back": (
        in_turn_refunded(post(f"{ACT}/void", {"type": "Payment"})),
        400,
        "The payment has been refunded and cannot be voided.",
    ),
    "voided as another type": (in_turn(PAID, post(f"{ACT}/void", {"type": "Refund"})), 400, "type must be Payment."),
    "voided in a closed period": (
        in_turn(PAID, post(f"{ACT}/release", RELEASE), closed("customer", then=post(f"{ACT}/void", {"type": "Payment"}))),
        400,
        CLOSED_CUSTOMER,
    ),
    # ---- journals ----------------------------------------------------------------------------------------------------
    "one line": (journal(("1684", 10, 0)), 400, "The transaction must have two lines or more."),
    "out of balance": (journal(("1684", 10, 0), ("3593", 0, 9)), 400, "The transaction is out of balance."),
    "another control total": (journal(*TWO_LINES, controlTotalInCurrency=11), 400, "The transaction is out of balance."),
    "debit and credit": (
        journal(("1684", 10, 10), ("3593", 0, 10)),
        400,
        "journalTransactionLines[0] must have a debit or a credit amount, and not both.",
    ),
    "an account of three digits": (journal(("168", 10, 0), ("3593", 0, 10)), 400, "Account 168 cannot be found."),
    "a line of a journal that updates": (
        post(JOURNALS, {"journalTransactionLines": [{"operation": "Delete"}]}),
        400,
        "journalTransactionLines[0].operation must be Insert on a new transaction.",
    ),
    "a ledger that is not there": (journal(*TWO_LINES, ledger="9"), 400, "Ledger 9 cannot be found."),
    "a currency that is not there": (journal(*TWO_LINES, currencyId="JPY"), 400, "Currency JPY cannot be found."),
    "a number for a journal": (journal(*TWO_LINES, batchNumber="5"), 400, "The number is given by the number series."),
    "a journal in a closed period": (closed("general", then=journal(*TWO_LINES)), 400, CLOSED_GENERAL),
    "a journal released twice": (
        in_turn(journal(*TWO_LINES), *[send("POST", f"{JOURNALS}/700001/action/release")] * 2),
        400,
        "Batch can't be updated because it is already released.",
    ),
    "a journal released while on hold": (
        in_turn(journal(*TWO_LINES, hold=True), send("POST", f"{JOURNALS}/700001/action/release")),
        400,
        "Batch is on hold and cannot be released.",
    ),
    "a journal released in a closed period": (
        close_then("general", journal(*TWO_LINES), send("POST", f"{JOURNALS}/700001/action/release")),
        400,
        CLOSED_GENERAL,
    ),
    # ---- answered later ----------------------------------------------------------------------------------------------
    "an address in the header": (
        later("https://example.com/hook"),
        400,
        "erp-api-background must be none or subscription, with name=value pairs after a colon.",
    ),
    "no such operation": (get("/v1/background/9"), 404, "The background operation 9 could not be found."),
    "an operation not finished": (not_ready, 404, "The operation has not finished."),
    "an operation's other side": (get("/v1/background/9/result"), 404, NOTHING_HERE),
    "a parameter for an operation": (get("/v1/background/9", wait=1), 400, "Unknown query parameter: wait."),
    "an operation written to": (post("/v1/background/9", {}), 405, NO_METHOD),
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_refused(office: Office, name: str) -> None:
    call, status, message = CASES[name]
    answer = call(office)
    assert (answer.status_code, answer.json()) == (status, {"message": message})


def test_what_is_refused_changes_nothing(office: Office) -> None:
    for name, (call, _, _) in CASES.items():
        if not call.__qualname__.startswith(("in_turn", "close_then", "not_ready", "without_right", "closed")):
            before = office.book.counter
            call(office)
            assert office.book.counter == before, name


def templates() -> set[str]:
    """What the simulator can say no with, as patterns: read from its code."""
    found = set()
    for path in [*PACKAGE.glob("*.py"), PACKAGE.parent / "book.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("Refusal", "BookError"):
                text = node.args[-1]
                while isinstance(text, ast.Call) and isinstance(text.func, ast.Attribute):
                    text = text.func.value  # "...".strip()
                found.add(_pattern(text))
    return found


def _pattern(text: ast.expr) -> str:
    if isinstance(text, ast.Constant):
        return re.escape(text.value)
    if isinstance(text, ast.JoinedStr):
        return "".join(re.escape(part.value) if isinstance(part, ast.Constant) else ".*" for part in text.values)
    return ""  # passes on what the book said; the book's own words are read too


def test_no_refusal_is_left_untried() -> None:
    said = [message for _, _, message in CASES.values()]
    of_the_book = {
        re.escape(f"{what} ") + ".*" + re.escape(" already exists.") for what in ("Customer", "Document")
    }  # not over the wire
    found = templates() - {""} - of_the_book
    assert len(found) > 70, "the search itself found too little"
    assert [pattern for pattern in sorted(found) if not any(re.fullmatch(pattern.rstrip(), words) for words in said)] == []
