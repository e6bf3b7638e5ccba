"""A company in a simulated Visma.net with a handful of documents, and a plain HTTP client that asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest

from fordran.sandbox.book import Application, Book, Document, Party, Place, Receipt
from fordran.sandbox.faults import Faults
from fordran.sandbox.visma_net.server import VismaNetServer

TENANT, OTHER_TENANT, CUSTOMER_TENANT = "company-1", "company-2", "customer-of-visma"
CLIENT, SECRET = "isv_fordran", "hush"
RIGHTS = ("read", "create", "update")
MORNING = datetime(2026, 9, 1, 8, 0, 0)  # noqa: DTZ001  an ERP's times have no zone


@dataclass
class Clock:
    seconds: float = 1_788_000_000.0

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Office:
    clock: Clock = field(default_factory=Clock)
    faults: Faults = field(default_factory=Faults)
    options: dict[str, Any] = field(default_factory=dict)
    book: Book = field(init=False)
    server: VismaNetServer = field(init=False)
    http: httpx.Client = field(init=False)

    def __post_init__(self) -> None:
        start = self.clock.now()
        self.book = a_book(TENANT, lambda: MORNING + timedelta(seconds=self.clock.now() - start))
        other = Book(OTHER_TENANT, "Annat AB", "5560000002", now=self.book.now)
        self.server = VismaNetServer(
            {TENANT: self.book, OTHER_TENANT: other}, {CLIENT: SECRET, "isv_other": "hush too"}, self.clock, faults=self.faults,
            customer_tenants=(CUSTOMER_TENANT,), **self.options,
        )  # fmt: skip
        self.http = httpx.Client(base_url=self.server.start(), timeout=10)
        self.sign_in()

    def close(self) -> None:
        self.http.close()
        self.server.stop()

    def token(self, **changed: str) -> httpx.Response:
        scope = " ".join(f"vismanet_erp_service_api:{right}" for right in RIGHTS)
        form = {
            "grant_type": "client_credentials",
            "client_id": CLIENT,
            "client_secret": SECRET,
            "tenant_id": TENANT,
            "scope": scope,
        }
        return self.http.post("/connect/token", data=form | changed)

    def sign_in(self, **changed: str) -> None:
        answer = self.token(**changed)
        assert answer.status_code == 200, answer.text
        self.http.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def get(self, path: str, **asked: str | int) -> httpx.Response:
        return self.http.get(path, params=asked)

    def read(self, path: str, **asked: str | int) -> Any:
        answer = self.get(path, **asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def version(self, path: str) -> dict[str, str]:
        """If-Match with the latest version of the record."""
        return {"If-Match": self.get(path).headers["ETag"]}

    def put(self, path: str, **fields: object) -> httpx.Response:
        return self.http.put(path, json={name: {"value": value} for name, value in fields.items()}, headers=self.version(path))

    def pay(self, invoice: str, amount: float | str, **changed: object) -> httpx.Response:
        return self.http.post("/v1/customerPayment", json=a_payment(invoice, amount, **changed))

    def release(self, number: str) -> httpx.Response:
        path = f"/v1/customerPayment/{number}"
        return self.http.post(f"{path}/action/release", json={"type": {"value": "Payment"}}, headers=self.version(path))


def a_payment(invoice: str, amount: float | str, **changed: object) -> dict[str, Any]:
    """Changed fields are wrapped, lists are taken as they are; None takes a field away."""
    fields: dict[str, object] = {"customer": "10000", "cashAccount": "1684", "paymentMethod": "10", "paymentAmount": amount,
                                 "applicationDate": "2026-09-01", "paymentRef": "F-1"} | changed  # fmt: skip
    lines = [
        {
            "operation": "Insert",
            "documentType": {"value": "Invoice"},
            "refNbr": {"value": invoice},
            "amountPaid": {"value": amount},
        }
    ]
    body = {name: value if isinstance(value, list) else {"value": value} for name, value in fields.items() if value is not None}
    return {"paymentLines": lines} | body


def a_journal(*lines: tuple[str, object, object], **changed: object) -> dict[str, Any]:
    fields = {"transactionDate": "2026-09-01", "description": "Inkasso"} | changed
    rows = [
        {
            "operation": "Insert",
            "accountNumber": {"value": account},
            "debitAmountInCurrency": {"value": debit},
            "creditAmountInCurrency": {"value": credit},
        }
        for account, debit, credit in lines
    ]
    return {"journalTransactionLines": rows} | {name: {"value": value} for name, value in fields.items() if value is not None}


def a_book(tenant: str, now: Any) -> Book:
    """Two customers; an open invoice in each of two currencies, one half paid, one credited in part, one on hold, one paid, one
    whose payment was voided, a debit note and a credit note."""
    book = Book(
        tenant, "Sågverket i Åmål AB", "5566778899", now=now, vat_number="SE556677889901",
        place=Place("Sågvägen 1", "", "662 30", "Åmål"), email="ekonomi@example.com", phone="0532-12345",
        bankgiro="5050-1055", plusgiro="4444-8", iban="SE3550000000054910000003",
        classes={"1": "Företag", "2": "Privat"},
    )  # fmt: skip
    malmo = Place("Storgatan 3", "", "111 22", "Malmö")
    book.add_party(Party("10000", "Östlunds Bygg AB", "1", "5560360793", place=malmo, email="e@x.se", phone="1"))
    book.add_party(Party("10001", "Åsa Ek", "2", "191212121212", language="en", currency="EUR", terms_days=14))
    for number, party, currency, amount in [
        ("1001", "10000", "SEK", 12_450_00), ("1002", "10001", "EUR", 100_07), ("1003", "10000", "SEK", 1_000_00),
        ("1004", "10000", "SEK", 500_00), ("1005", "10000", "SEK", 700_00), ("1006", "10000", "SEK", 300_00),
        ("1007", "10000", "SEK", 900_00),
    ]:  # fmt: skip
        issued = date(2026, 7, int(number[-1]))
        text = "Virke, längd 3,6 m"
        document = Document(
            "invoice", number, party, currency, amount, amount, issued, issued + timedelta(days=30), text, f"{number}9"
        )
        document.status = "hold" if number == "1005" else "open"
        document.tax_share = 150_00 if number == "1001" else 0
        book.add_document(document)
    book.add_receipt(_receipt("300001", "1003", 400_00))
    book.credit(_note("2001", "1004", 200_00))
    book.add_receipt(_receipt("300002", "1006", 300_00))
    book.add_receipt(_receipt("300003", "1007", 900_00))
    book.void("300003", date(2026, 8, 20))
    book.add_document(Document("debit_note", "4001", "10000", "SEK", 80_00, 80_00, date(2026, 8, 1), date(2026, 8, 31)))
    return book


def _receipt(number: str, invoice: str, amount: int) -> Receipt:
    return Receipt(number, "payment", "10000", date(2026, 8, 15), "SEK", amount, method="1", reference="inbet",
                   applications=[Application("invoice", invoice, amount)])  # fmt: skip


def _note(number: str, invoice: str, amount: int) -> Document:
    return Document(
        "credit_note", number, "10000", "SEK", amount, amount, date(2026, 8, 10), date(2026, 8, 10), "Retur", credits=invoice
    )


@pytest.fixture
def office() -> Iterator[Office]:
    made = Office()
    yield made
    made.close()
