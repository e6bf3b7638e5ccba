"""One company behind the API: its book, and what Visma.net knows of it that is in no ledger."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from fordran.sandbox.book import Book, BookError, Document, Journal, Party, Receipt
from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.listings import Listings
from fordran.sandbox.visma_net.settings import Behaviours
from fordran.sandbox.visma_net.wire import Refusal

FIRST_PAYMENT, FIRST_JOURNAL = 400_001, 700_001


@dataclass(slots=True)
class Company:
    book: Book
    behaviours: Behaviours
    closed: set[tuple[str, str]] = field(default_factory=set)  # (customer or general, YYYYMM)
    failing: dict[tuple[str, str], str] = field(default_factory=dict)  # (kind, number) -> what errorInfo says
    licensed: bool = True
    skew: timedelta = timedelta(0)
    payment_methods: dict[str, str] = field(default_factory=lambda: {"1": "Bankgiro", "2": "Plusgiro", "10": "Inkasso"})
    cash_accounts: dict[str, tuple[str, str]] = field(
        default_factory=lambda: {"1930": ("Bankkonto", ""), "1684": ("Avräkning inkasso", "")}
    )  # number -> description, currency ("" = any)
    listings: Listings = field(init=False)
    queued: list[tuple[float, str, Callable[[], object]]] = field(default_factory=list)  # when, whose, what
    _payment: int = FIRST_PAYMENT
    _journal: int = FIRST_JOURNAL

    def __post_init__(self) -> None:
        self.listings = Listings(self.book)

    # ---- numbers and times -------------------------------------------------------------------------------------------

    def next_payment(self) -> str:
        while str(self._payment) in self.book.receipts:
            self._payment += 1
        return str(self._payment)

    def next_journal(self) -> str:
        while str(self._journal) in self.book.journals:
            self._journal += 1
        return str(self._journal)

    def stamped(self, when: datetime) -> datetime:
        """A time as this server's own clock has it."""
        return when + self.skew

    def today(self) -> date:
        return self.stamped(self.book.now()).date()

    def closed_in(self, ledger: str, day: date) -> bool:
        return (ledger, wire.period(day)) in self.closed

    # ---- actions -----------------------------------------------------------------------------------------------------

    def act(self, name: str, now: float, action: Callable[[], object]) -> dict[str, Any]:
        """Do it, now or when its time has come; what the caller is told. Raises Refusal when the book says no now.

        What an action's id looks like is not known.
        """
        why = self.failing.get(("action", name))
        if why is not None:
            return {"actionId": name, "actionResult": "Failed", "errorInfo": why}
        seconds = self.behaviours.release_seconds
        if seconds:
            if not any(queued == name for _, queued, _ in self.queued):
                self.queued.append((now + seconds, name, action))
            return {"actionId": name, "actionResult": "Queued", "errorInfo": None}
        try:
            action()
        except BookError as error:
            raise Refusal(400, str(error)) from error
        return {"actionId": name, "actionResult": "Done", "errorInfo": None}

    def catch_up(self, now: float) -> None:
        """Do what was queued and is due. What the book refuses by then is left undone, and nobody is told."""
        due = [one for one in self.queued if one[0] <= now]
        self.queued = [one for one in self.queued if one[0] > now]
        for _, _, action in due:
            with suppress(BookError):
                action()

    # ---- amounts in two currencies -----------------------------------------------------------------------------------

    def rate(self, currency: str) -> Decimal:
        return Decimal(1) if currency == self.book.base_currency else self.behaviours.rates[currency]

    def both(self, minor: int, currency: str) -> tuple[str, str]:
        """(plain, inCurrency) of an amount in a document's currency."""
        document = wire.amount(minor)
        if currency == self.book.base_currency:
            return document, document
        base = wire.amount(int((minor * self.rate(currency)).quantize(Decimal(1), ROUND_HALF_UP)))
        return (base, document) if self.behaviours.in_currency_is_document else (document, base)

    # ---- looking things up -------------------------------------------------------------------------------------------

    def document(self, kind: str, number: str) -> Document:
        document = self.book.documents.get((kind, number))
        if document is None:
            raise Refusal(404, f"The document {number} could not be found.")
        return document

    def party(self, number: str) -> Party:
        party = self.book.parties.get(number)
        if party is None:
            raise Refusal(404, f"The customer {number} could not be found.")
        return party

    def payment(self, number: str) -> Receipt:
        receipt = self.book.receipts.get(number)
        if receipt is None or receipt.kind != "payment":
            raise Refusal(404, f"The payment {number} could not be found.")
        return receipt

    def journal(self, number: str) -> Journal:
        journal = self.book.journals.get(number)
        if journal is None:
            raise Refusal(404, f"The journal transaction {number} could not be found.")
        return journal


def etag(version: int) -> str:
    """What the body calls timeStamp; the header has it in quotation marks."""
    return f"{version:016x}"
