"""Every call, header, parameter and body that the connector sends, and every field it reads, against the vendor's specification.

A whole life of a small company is played over the simulator, while both sides of the wire are written down. The names and types
are those of the specification as restated beside this checkout; where that file is not, these tests are skipped and say so.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from fordran.connectors.visma_net import wire as wire_module
from fordran.connectors.visma_net.connector import VismaNet
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.ports.erp import CaseMark, LetterCopy, PaidItem, PaymentPosting, PaymentVoid
from fordran.sandbox.book import Document, Place
from tests.connectors.erp_contract import VOUCHER, Stage
from tests.connectors.erp_surroundings import pages
from tests.connectors.test_visma_net_contract import visma_stage

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = Path(os.environ.get("FORDRAN_REFERENCE", ROOT.parent / "shared" / "reference")) / "visma-net-erp-schemas.json"

#: `metadata` is on the wire and was left out of the generated client for customers and the company (the paper, 1.3).
NOT_IN_THE_CLIENT = {("CustomerDto", "metadata"), ("CustomerDocumentDto", "timeStamp"), ("CustomerDocumentDto", "number")}
#: Debit and credit notes are read like invoices; what they lack is absent, and means no.
NOTES_LACK = {
    (f"Customer{kind}NoteDto", name)
    for kind in ("Debit", "Credit")
    for name in ("excludeDebtCollection", "debtCollection", "directDebitMandate")
}
#: Names that the overlap of pages looks for on any record, to tell it from the others; those a record lacks are None.
OVERLAP_NAMES = {"documentType", "refNbr", "referenceNumber", "number", "timeStamp", "lastModifiedDateTime", "records"}


@dataclass
class Reference:
    operations: list[dict[str, Any]]
    schemas: dict[str, dict[str, str]]
    enums: dict[str, list[str]]
    document_query: dict[str, str]

    def operation(self, method: str, path: str) -> dict[str, Any]:
        """The one that fits best: a path without names in braces before one with them."""
        fits = [o for o in self.operations if o["method"] == method and re.fullmatch(_pattern(o["path"]), path)]
        assert fits, f"{method} {path} is no call of the specification"
        return min(fits, key=lambda o: o["path"].count("{"))

    def query_of(self, operation: dict[str, Any]) -> dict[str, str]:
        query = operation.get("query") or {}
        return self.document_query if query == "customer-document-query" else query

    def check(self, value: Any, kind: str, at: str) -> None:
        """Raises AssertionError where a body is not of the kind that the specification names."""
        if value is None:
            return
        if kind.startswith("value<"):
            assert isinstance(value, dict) and set(value) == {"value"}, f"{at} must be wrapped"
            self.check(value["value"], kind[6:-1], at)
        elif kind.startswith("array<"):
            assert isinstance(value, list), f"{at} must be a list"
            for n, one in enumerate(value):
                self.check(one, kind[6:-1], f"{at}[{n}]")
        elif kind in self.enums:
            assert value in self.enums[kind], f"{at}: {value!r} is not one of {self.enums[kind]}"
        elif kind in self.schemas:
            assert isinstance(value, dict), f"{at} must have fields"
            for name, one in value.items():
                assert name in self.schemas[kind], f"{at}.{name} is no field of {kind}"
                self.check(one, self.schemas[kind][name], f"{at}.{name}")
        else:
            assert _is_a(value, kind), f"{at}: {value!r} is no {kind}"


def _pattern(path: str) -> str:
    return re.sub(r"\\\{[^/]+\\\}", "[^/]+", re.escape(path))


def _is_a(value: Any, kind: str) -> bool:
    if kind == "string":
        return isinstance(value, str)
    if kind == "boolean":
        return isinstance(value, bool)
    if kind == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if kind == "number":
        return isinstance(value, int | Decimal) and not isinstance(value, bool)
    if kind == "date-time":
        return isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d(\.\d+)?)?", value) is not None
    return kind == "object"


class Watched(dict[str, Any]):
    """A record that remembers which of its fields were asked for."""

    schema = ""
    asked: set[tuple[str, str]]

    def get(self, name: str, default: Any = None) -> Any:
        self.asked.add((self.schema, name))
        return super().get(name, default)

    def __getitem__(self, name: str) -> Any:
        self.asked.add((self.schema, name))
        return super().__getitem__(name)


@dataclass
class Sent:
    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    content: bytes


@dataclass
class Life:
    sent: list[Sent] = field(default_factory=list)
    asked: set[tuple[str, str]] = field(default_factory=set)
    got: list[tuple[dict[str, Any], Any]] = field(default_factory=list)


@pytest.fixture(scope="module")
def reference() -> Reference:
    if not REFERENCE.is_file():
        pytest.skip("the restated specification (visma-net-erp-schemas.json) is not beside this checkout")
    whole = json.loads(REFERENCE.read_text(encoding="utf-8"))
    return Reference(whole["operations"], whole["schemas"], whole["enums"], whole["customer-document-query"])


@pytest.fixture(scope="module")
def life(reference: Reference) -> Iterator[Life]:
    """A small company's life, with both sides of the wire written down."""
    seen = Life()

    def watch(body: Any, kind: str) -> Any:
        if kind.startswith("array<") and isinstance(body, list):
            return [watch(one, kind[6:-1]) for one in body]
        if isinstance(body, dict) and kind in reference.schemas:
            shape = reference.schemas[kind]
            found = Watched({name: watch(value, shape.get(name, "")) for name, value in body.items()})
            found.schema, found.asked = kind, seen.asked
            return found
        return body

    class Watching(httpx.BaseTransport):
        inner = httpx.HTTPTransport()

        def handle_request(self, request: httpx.Request) -> httpx.Response:
            if request.url.path.startswith("/v"):
                content = request.read()
                headers = {name.lower(): value for name, value in request.headers.items()}
                seen.sent.append(Sent(request.method, request.url.path, dict(request.url.params), headers, content))
            return self.inner.handle_request(request)

    def decode(content: bytes, plain: Any = wire_module.decode) -> Any:
        body = plain(content)
        last = seen.sent[-1] if seen.sent else None
        if last is None:
            return body
        operation = reference.operation(last.method, last.path)
        seen.got.append((operation, body))
        return watch(body, operation.get("response") or "")

    staged = visma_stage(max_page_size=10)
    stage = next(staged)
    patch = pytest.MonkeyPatch()
    patch.setattr(wire_module, "decode", decode)
    try:
        notes = stage.notes
        settings = VismaNetSettings(**notes["settings"], language_attribute="SPRAK", branch="1")
        erp = VismaNet(settings, clock=stage.clock, tokens=notes["tokens"], turnstile=notes["gate"], transport=Watching())
        live(stage, erp)
        yield seen
    finally:
        patch.undo()
        staged.close()


def live(stage: Stage, erp: VismaNet) -> None:
    """Everything the connector can be asked for and told, at least once."""
    for n in range(12):
        stage.invoice(f"2{n:04}", 100_000 + n)
    odd = stage.invoice("30001", 500_000, "1002", tax_share=150_000, reminded_on=date(2026, 11, 10), reminder_level=1)
    odd.recipient, odd.place, odd.direct_debit = "Brf Ängen", Place("Box 1", "", "111 11", "Järpås"), True
    stage.book.touch(odd)
    stage.book.add_document(Document("debit_note", "50001", "1001", "SEK", 70_000, 70_000, date(2026, 10, 1), date(2026, 10, 31)))
    note = Document("credit_note", "90001", "1001", "SEK", 30_000, 30_000, date(2026, 10, 5), date(2026, 10, 5), credits="20001")
    stage.book.credit(note, 10_000)
    stage.pay("20002", 50_000)
    erp.company()
    erp.classes()
    erp.customer("1002")
    read = list(pages(lambda place: erp.items("", place)))
    list(pages(lambda place: erp.customers("", place)))
    list(pages(erp.open_numbers))
    stage.clock.days_pass(1)
    list(pages(lambda place: erp.items(read[-1].since, place)))
    list(pages(lambda place: erp.customers("2026-11-01T00:00:00", place)))
    for number, document in (("20001", "Invoice"), ("50001", "DebitNote"), ("90001", "CreditNote")):
        assert erp.item(number, document) is not None
    erp.do(CaseMark("m", "20003", "Invoice", "2026-000003", "reminder", "sent", "https://fordran.example/3"))
    erp.do(LetterCopy("l", "20003", "Invoice", "påminnelse.pdf", b"%PDF-1.7"))
    lines = (PaidItem("20003", "Invoice", 100_003), PaidItem("50001", "DebitNote", 20_000))
    payment = PaymentPosting("FP1-1", "1001", "SEK", date(2026, 11, 17), "1930", lines, "Inbetalning", "10")
    done = erp.do(payment)
    assert erp.find(payment) == done
    erp.do(PaymentVoid("FP1-2", "FP1-1", done.external_id, date(2026, 11, 18)))
    erp.do(VOUCHER)
    assert erp.find(VOUCHER) is not None


def test_every_call_is_one_of_the_specification_with_parameters_it_knows(reference: Reference, life: Life) -> None:
    assert len(life.sent) > 40
    for call in life.sent:
        query = reference.query_of(reference.operation(call.method, call.path))
        for name, value in call.query.items():
            assert name in query, f"{call.path} knows no {name}"
            if query[name] == "integer":
                assert value.isdigit()
            if query[name] == "boolean":
                assert value in ("true", "false")
        for name in call.query:
            if f"{name}Condition" in query:
                assert f"{name}Condition" in call.query, f"{name} must have its condition"
            if name.endswith("DateTime"):
                assert re.fullmatch(r"\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\d)?", call.query[name]), "no zone"


def test_headers_are_sent_where_the_specification_has_them(reference: Reference, life: Life) -> None:
    usual = {
        "host",
        "accept",
        "accept-encoding",
        "connection",
        "user-agent",
        "authorization",
        "content-type",
        "content-length",
        "branchid",
    }
    for call in life.sent:
        allowed = {name.lower() for name in reference.operation(call.method, call.path).get("headers") or ()}
        assert set(call.headers) - usual <= allowed, call.path
        if "if-match" in allowed and call.method != "GET":
            assert re.fullmatch(r'"[^"]+"', call.headers.get("if-match", "")), f"{call.method} {call.path} without If-Match"


def test_every_body_is_of_the_specified_kind_field_by_field(reference: Reference, life: Life) -> None:
    checked = set()
    for call in life.sent:
        operation = reference.operation(call.method, call.path)
        if call.headers.get("content-type", "").startswith("multipart/form-data"):
            assert b'name="file"; filename="p\xc3\xa5minnelse.pdf"' in call.content
            assert call.path.endswith("/attachment")
        elif call.content:
            assert call.headers["content-type"] == "application/json"
            schema = operation["request_body"]
            reference.check(json.loads(call.content, parse_float=Decimal), schema, schema)
            checked.add(schema)
    assert checked == {
        "CustomerInvoiceUpdateDto",
        "PaymentUpdateDto",
        "ReleasePaymentActionDto",
        "VoidPaymentActionDto",
        "JournalTransactionUpdateDto",
    }


def test_every_field_that_is_read_is_a_field_of_the_answer(reference: Reference, life: Life) -> None:
    unknown = {
        (schema, name)
        for schema, name in life.asked
        if name not in reference.schemas[schema]
        and (schema, name) not in NOT_IN_THE_CLIENT | NOTES_LACK
        and name not in OVERLAP_NAMES
    }
    assert unknown == set()


def test_what_the_connector_lives_on_was_read(life: Life) -> None:
    """So that the test before this one has something to say."""
    wanted = {
        "CustomerInvoiceDto": "referenceNumber documentType status balance balanceInCurrency amount amountInCurrency currencyId"
        " documentDueDate documentDate invoiceText paymentReference customer dunningLetterDate dunningLetterLevel revoked hold"
        " excludeDebtCollection debtCollection isRotRutDeductible applications invoiceAddress invoiceContact directDebitMandate"
        " timeStamp lastModifiedDateTime errorInfo metadata attachments",
        "CustomerDebitNoteDto": "referenceNumber balance documentDueDate",
        "CustomerCreditNoteDto": "referenceNumber balance applications",
        "ArAdjustDto": "docType refNbr amountPaid cashDiscountTaken released voided paymentRef applicationDate",
        "DebtCollectionInCustomerInvoiceDto": "caseNumber caseType caseStatus caseUrl",
        "CustomerDto": "number name status corporateId customerClass invoiceAddress mainContact invoiceContact"
        " excludeDebtCollection attributes errorInfo",
        "CustomerDocumentDto": "documentType referenceNumber",
        "RotRutDto": "totalDeductableAmount distributedAmount",
        "ExtendedOrganizationDto": "organizationCd name baseCurrency corporateId vatRegistrationId mainAddress mainContact"
        " bankSettings",
        "PaymentDto": "type refNbr status paymentRef paymentAmount timeStamp",
        "JournalTransactionDto": "batchNumber description status",
        "CustomerClassDto": "id description",
        "InvoiceAddressInCustomerInvoiceDto": "addressLine1 addressLine2 addressLine3 postalCode city country overrideAddress",
    }
    missing = {(schema, name) for schema, names in wanted.items() for name in names.split()} - life.asked
    assert missing == set()


def test_the_answers_that_were_read_are_of_the_specified_kinds(reference: Reference, life: Life) -> None:
    """Else the simulator and the connector could agree on something that neither the specification nor the real server knows."""
    for operation, body in life.got:
        kind = operation.get("response")
        if kind and body is not None:
            reference.check(_without_metadata(body), kind, operation["path"])


def _without_metadata(body: Any) -> Any:
    if isinstance(body, list):
        return [_without_metadata(one) for one in body]
    return {name: value for name, value in body.items() if name != "metadata"} if isinstance(body, dict) else body
