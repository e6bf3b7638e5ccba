"""One company behind the API: its book, and what Fortnox knows of it that is in no ledger."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from fordran.sandbox.book import Book, Document, Receipt
from fordran.sandbox.fortnox.settings import Behaviours
from fordran.sandbox.fortnox.wire import Refusal

KINDS = ("invoice", "debit_note", "credit_note")
FINANCE = "NOX"
"""`Document.mark.number` of an invoice that Fortnox Finans has; any other mark has no place in Fortnox."""


@dataclass(frozen=True, slots=True)
class Paid:
    """So much of a receipt on one invoice: Fortnox's payments are of one invoice each."""

    number: int
    receipt: Receipt
    invoice: str
    amount: int


@dataclass(slots=True)
class Company:
    book: Book
    behaviours: Behaviours
    modes: dict[str, str] = field(default_factory=lambda: {"BG": "1930", "PG": "1920", "INK": "1684"})
    accounts: frozenset[str] = frozenset(str(n) for n in range(1000, 9000))
    series: frozenset[str] = frozenset("ABCDEFGHIJK")
    years: dict[int, tuple[date, date]] = field(
        default_factory=lambda: {n: (date(2019 + n, 1, 1), date(2019 + n, 12, 31)) for n in range(1, 16)}
    )  # id -> first and last day
    locked_until: date = date(2000, 1, 1)
    licensed: bool = True
    skew: timedelta = timedelta(0)
    left_alone_label: int = 7
    _numbers: dict[tuple[str, int], int] = field(default_factory=dict)
    _last_voucher: dict[tuple[str, int], int] = field(default_factory=dict)  # (series, year) -> number

    def stamped(self, when: datetime) -> datetime:
        """A time as this server's own clock has it."""
        return when + self.skew

    # ---- documents ---------------------------------------------------------------------------------------------------

    def document(self, number: str) -> Document:
        """Invoices and credit invoices share one series of numbers."""
        for kind in KINDS:
            found = self.book.documents.get((kind, number))
            if found is not None:
                return found
        raise Refusal(404, "Kan inte hitta fakturan.", "2000434")  # the code is from memory

    def credit_of(self, document: Document) -> str:
        """The credit invoice that is set against an invoice; the invoice that a credit invoice names."""
        if document.kind == "credit_note":
            return document.credits
        notes = [one for one in self.book.applied.get((document.kind, document.number), ()) if isinstance(one, Document)]
        return notes[-1].number if notes else ""

    # ---- payments ----------------------------------------------------------------------------------------------------

    def payments(self, invoice: str = "") -> Iterator[Paid]:
        """In the order in which they came."""
        receipts: Iterable[Receipt] = self._of_invoice(invoice) if invoice else self.book.receipts.values()
        for receipt in receipts:
            if not self.behaviours.voided_payments_stay and (receipt.kind == "void" or receipt.status == "voided"):
                continue
            for at, part in enumerate(receipt.applications):
                if part.kind == "refund":  # Fortnox knows no payment without an invoice, so none that went back either
                    continue
                if not invoice or part.number == invoice:
                    yield Paid(self._number(receipt, at), receipt, part.number, part.amount)

    def _of_invoice(self, invoice: str) -> Iterable[Receipt]:
        found = [one for kind in KINDS for one in self.book.applied.get((kind, invoice), ()) if isinstance(one, Receipt)]
        return {id(one): one for one in found}.values()

    def _number(self, receipt: Receipt, at: int) -> int:
        key = (f"{receipt.number}:{receipt.kind}", at)
        return self._numbers.setdefault(key, len(self._numbers) + 1)

    def payment(self, number: int) -> Paid:
        for paid in self.payments():
            if paid.number == number:
                return paid
        raise Refusal(404, "Kan inte hitta inbetalningen.")

    def new_receipt_number(self) -> str:
        number = len(self.book.receipts) + 1
        while f"F{number}" in self.book.receipts:
            number += 1
        return f"F{number}"

    # ---- years and vouchers ------------------------------------------------------------------------------------------

    def year_of(self, day: date) -> int:
        for number, (first, last) in self.years.items():
            if first <= day <= last:
                return number
        raise Refusal(400, f"Räkenskapsår saknas för {day}.")

    def next_voucher(self, series: str, year: int) -> int:
        self._last_voucher[series, year] = self._last_voucher.get((series, year), 0) + 1
        return self._last_voucher[series, year]

    def see_unlocked(self, day: date) -> None:
        if day <= self.locked_until:
            raise Refusal(400, f"Perioden är låst till och med {self.locked_until}.")
