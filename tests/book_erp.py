"""A small ERP of the tests' own: the ports' words on one side, the simulators' neutral ledger on the other.

Enough to be told errands. `wire` orders trouble: "down", "refuse", "lost" (done, but the answer never comes)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from fordran.ports.erp import (
    Done,
    ErpClass,
    ErpCompany,
    ErpCustomer,
    ErpItem,
    Errand,
    ItemState,
    Page,
    PaymentPosting,
    PaymentVoid,
    VoucherPosting,
)
from fordran.ports.errors import Ambiguous, Declined, Unavailable
from fordran.sandbox.book import Application, Book, BookError, Document, Journal, JournalLine, Party, Receipt


def a_book() -> Book:
    return Book("1", "Granholms", "5560160680", lambda: datetime(2026, 1, 1))


@dataclass
class BookErp:
    """`calls`: everything that was really written, in order."""

    book: Book = field(default_factory=a_book)
    trouble: list[str] = field(default_factory=list)
    calls: list[Errand] = field(default_factory=list)
    name: str = "book"

    # ---- the ledger as the company itself keeps it

    def invoice(self, number: str, customer: str, amount: int, *, currency: str = "SEK") -> Document:
        if customer not in self.book.parties:
            self.book.add_party(Party(customer, customer))
        day = date(2026, 1, 1)
        return self.book.add_document(Document("invoice", number, customer, currency, amount, amount, day, day))

    def accounts(self) -> dict[str, int]:
        """What was written from outside, debit less credit, by account; a payment credits 1510 for what it closed."""
        sums: dict[str, int] = defaultdict(int)
        for receipt in self.book.receipts.values():
            sums[receipt.account] += receipt.amount
            sums["1510"] -= receipt.amount
        for journal in self.book.journals.values():
            for line in journal.lines:
                sums[line.account] += line.debit - line.credit
        return {account: minor for account, minor in sums.items() if minor}

    # ---- the port

    def can(self, kind: type[Errand]) -> bool:
        return kind in (PaymentPosting, PaymentVoid, VoucherPosting)

    def do(self, errand: Errand) -> Done:
        trouble = self.trouble.pop(0) if self.trouble else ""
        if trouble == "down":
            raise Unavailable("the ERP does not answer")
        if trouble == "refuse":
            raise Declined("The period is closed.")
        try:
            external = self._write(errand)
        except BookError as error:
            raise Declined(str(error)) from None
        self.calls.append(errand)
        if trouble == "lost":
            raise Ambiguous("the answer was lost")
        return Done(external)

    def _write(self, errand: Errand) -> str:
        number = f"{len(self.calls) + 1:06d}"
        if isinstance(errand, PaymentPosting):
            parts = [Application("invoice", item.invoice, item.amount_minor) for item in errand.items]
            self.book.add_receipt(
                Receipt(number, "payment", errand.customer, errand.on, errand.currency, errand.amount_minor, errand.account,
                        reference=errand.key, applications=parts)
            )  # fmt: skip
        elif isinstance(errand, PaymentVoid):
            assert self.book.receipts[errand.external_id].reference == errand.voids
            self.book.void(errand.external_id, errand.on)
        elif isinstance(errand, VoucherPosting):
            lines = [JournalLine(x.account, x.debit_minor, x.credit_minor) for x in errand.lines]
            assert sum(x.debit - x.credit for x in lines) == 0
            self.book.journals[number] = Journal(number, errand.on, errand.currency, errand.key, lines, released=True)
        return number

    def find(self, errand: Errand) -> Done | None:
        for number, receipt in self.book.receipts.items():
            if isinstance(errand, PaymentPosting) and receipt.reference == errand.key and receipt.kind == "payment":
                return Done(number)
            if isinstance(errand, PaymentVoid) and receipt.voids and receipt.reference == errand.voids:
                return Done(number)
        for number, journal in self.book.journals.items():
            if isinstance(errand, VoucherPosting) and journal.text == errand.key:
                return Done(number)
        return None

    def open_items(self, place: str = "") -> Page[ErpItem]:
        documents = [d for d in self.book.documents.values() if d.balance > 0 and d.status == "open"]
        return Page(tuple(_item(document) for document in documents))

    def open_numbers(self, place: str = "") -> Page[str]:
        return Page(tuple(item.number for item in self.open_items().records if item.kind == "invoice"))

    def customers(self, since: str = "", place: str = "") -> Page[ErpCustomer]:
        raise NotImplementedError

    def items(self, since: str = "", place: str = "") -> Page[ErpItem]:
        raise NotImplementedError

    def company(self) -> ErpCompany:
        return ErpCompany(self.book.tenant, self.book.name, self.book.organisation_number)

    def classes(self) -> Sequence[ErpClass]:
        return ()

    def customer(self, key: str) -> ErpCustomer | None:
        raise NotImplementedError

    def item(self, number: str, document: str = "") -> ErpItem | None:
        return next((item for item in self.open_items().records if item.number == number), None)


def _item(document: Document) -> ErpItem:
    kind = "credit" if document.kind == "credit_note" else "invoice"
    return ErpItem(
        document.number, kind, ItemState.OPEN, document.party, document.currency, document.amount, document.balance, document.due
    )
