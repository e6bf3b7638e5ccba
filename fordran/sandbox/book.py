"""A company's customer ledger inside a simulator: what its ERP would hold, whichever ERP that is.

The simulators of ERPs are views of this book on the wire; the market makes things happen in it. Amounts are öre of the
document's currency. Every change gives the record a new `version` and `changed_at`; `now` is the world's clock.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

BEGINNING = datetime(2000, 1, 1)  # noqa: DTZ001  the days and times of an ERP have no zone


@dataclass(slots=True)
class Place:
    street: str = ""
    street2: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "SE"


@dataclass(slots=True)
class Party:
    """A customer."""

    number: str
    name: str
    class_id: str = ""
    identity: str = ""
    private: bool | None = None  # None = the ERP does not say
    place: Place = field(default_factory=Place)
    email: str = ""
    phone: str = ""
    language: str = ""
    currency: str = "SEK"
    terms_days: int = 30
    left_alone: bool = False
    active: bool = True
    note: str = ""
    internal_id: int = 0
    version: int = 0
    created_at: datetime = BEGINNING
    changed_at: datetime = BEGINNING


@dataclass(slots=True)
class OurMark:
    """What a collection service wrote on the invoice."""

    number: str = ""
    kind: str = ""
    status: str = ""
    url: str = ""


@dataclass(slots=True)
class Document:
    """An invoice, debit note or credit note. `balance` is what is left of it, never negative."""

    kind: str  # invoice, debit_note, credit_note
    number: str
    party: str
    currency: str
    amount: int
    balance: int
    issued: date
    due: date
    text: str = ""
    ocr: str = ""
    status: str = "open"  # open, closed, hold, voided
    credits: str = ""
    left_alone: bool = False
    revoked: bool = False
    tax_share: int = 0  # ROT/RUT
    reminded_on: date | None = None
    reminder_level: int = 0
    mark: OurMark = field(default_factory=OurMark)
    attachments: list[tuple[str, bytes]] = field(default_factory=list)
    note: str = ""
    branch: str = "1"
    recipient: str = ""  # name on the document when it differs from the customer's
    place: Place | None = None  # address on the document when it differs from the customer's
    direct_debit: bool = False
    version: int = 0
    created_at: datetime = BEGINNING
    changed_at: datetime = BEGINNING


@dataclass(slots=True)
class Application:
    """So much of a payment or credit note is set against a document."""

    kind: str  # of the document; refund = it went back to the customer
    number: str
    amount: int


@dataclass(slots=True)
class Receipt:
    """A customer payment as the ERP books it. `status`: hold, open (some of it unused), closed, voided."""

    number: str
    kind: str  # payment, void
    party: str
    on: date
    currency: str
    amount: int
    account: str = "1930"
    method: str = ""
    reference: str = ""
    text: str = ""
    status: str = "closed"
    released: bool = True
    applications: list[Application] = field(default_factory=list)
    voids: str = ""
    version: int = 0
    created_at: datetime = BEGINNING
    changed_at: datetime = BEGINNING

    @property
    def unused(self) -> int:
        return self.amount - sum(part.amount for part in self.applications)


@dataclass(slots=True)
class JournalLine:
    account: str
    debit: int = 0
    credit: int = 0
    text: str = ""
    reference: str = ""


@dataclass(slots=True)
class Journal:
    number: str
    on: date
    currency: str
    text: str
    lines: list[JournalLine]
    released: bool = False
    hold: bool = False
    version: int = 0
    changed_at: datetime = BEGINNING


Record = Party | Document | Receipt | Journal


@dataclass(frozen=True, slots=True)
class Change:
    """The record got `version` in the place of `was` (0 = it is new); deleted = it is gone."""

    version: int
    was: int
    record: Record
    deleted: bool = False


class BookError(Exception):
    """The ERP would refuse this; the message is what it says."""


@dataclass(slots=True)
class Book:
    """One company. All methods take the lock; a caller that reads several things takes it too (`with book.lock`)."""

    tenant: str
    name: str
    organisation_number: str
    now: Callable[[], datetime]
    base_currency: str = "SEK"
    vat_number: str = ""
    place: Place = field(default_factory=Place)
    email: str = ""
    phone: str = ""
    bankgiro: str = ""
    plusgiro: str = ""
    iban: str = ""
    classes: dict[str, str] = field(default_factory=dict)  # id -> description
    parties: dict[str, Party] = field(default_factory=dict)
    documents: dict[tuple[str, str], Document] = field(default_factory=dict)  # (kind, number)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    journals: dict[str, Journal] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock, repr=False)
    counter: int = 0
    recent: deque[Change] = field(default_factory=lambda: deque(maxlen=20_000), repr=False)  # the latest changes, oldest first
    #: document -> payments and credit notes set against it
    applied: dict[tuple[str, str], list[Receipt | Document]] = field(default_factory=dict, repr=False)

    def touch(self, record: Record) -> None:
        """A new version, now."""
        with self.lock:
            self.counter += 1
            self.recent.append(Change(self.counter, record.version, record))
            record.version = self.counter
            record.changed_at = self.now()

    def add_party(self, party: Party) -> Party:
        with self.lock:
            if party.number in self.parties:
                raise BookError(f"Customer {party.number} already exists.")
            party.internal_id = len(self.parties) + 1
            party.created_at = self.now()
            self.parties[party.number] = party
            self.touch(party)
            return party

    def add_document(self, document: Document) -> Document:
        with self.lock:
            key = (document.kind, document.number)
            if key in self.documents:
                raise BookError(f"Document {document.number} already exists.")
            if document.party not in self.parties:
                raise BookError(f"Customer {document.party} cannot be found.")
            document.created_at = self.now()
            self.documents[key] = document
            self.touch(document)
            return document

    def add_receipt(self, receipt: Receipt) -> Receipt:
        """Book a payment and set it against its documents at once when it is released."""
        with self.lock:
            if receipt.number in self.receipts:
                raise BookError(f"Payment {receipt.number} already exists.")
            self._check(receipt)
            receipt.created_at = self.now()
            self.receipts[receipt.number] = receipt
            self._remember(receipt)
            if receipt.released:
                self._apply(receipt)
            self.touch(receipt)
            return receipt

    def release(self, number: str) -> Receipt:
        with self.lock:
            receipt = self.receipts[number]
            if receipt.released:
                raise BookError("Payment can't be updated because it is already released.")
            self._check(receipt)
            receipt.released = True
            self._apply(receipt)
            self.touch(receipt)
            return receipt

    def void(self, number: str, on: date) -> Receipt:
        """Take a released payment back: its documents are open again, and a void document says so."""
        with self.lock:
            receipt = self.receipts[number]
            if not receipt.released or receipt.status == "voided":
                raise BookError("Only a released payment can be voided, and only once.")
            if any(part.kind == "refund" for part in receipt.applications):
                raise BookError("The payment has been refunded and cannot be voided.")
            for part in receipt.applications:
                document = self.documents[part.kind, part.number]
                document.balance += part.amount
                document.status = "open"
                self.touch(document)
            receipt.status = "voided"
            self.touch(receipt)
            back = Receipt(
                number=number, kind="void", party=receipt.party, on=on, currency=receipt.currency, amount=-receipt.amount,
                account=receipt.account, reference=receipt.reference, status="closed", voids=number,
                applications=[Application(p.kind, p.number, -p.amount) for p in receipt.applications],
            )  # fmt: skip
            self.receipts[f"{number}:void"] = back
            self._remember(back)
            back.created_at = self.now()
            self.touch(back)
            return back

    def use(self, number: str, parts: list[Application]) -> Receipt:
        """Set what is left of a released payment against documents, wholly or in part. Raises ValueError when nothing is."""
        with self.lock:
            receipt = self.receipts[number]
            if not receipt.released or receipt.status != "open":
                raise ValueError(f"payment {number} has nothing that could be applied")
            self._check(replace(receipt, applications=[*receipt.applications, *parts]), parts)
            receipt.applications += parts
            self._remember(receipt)
            self._set_off(receipt, parts)
            self.touch(receipt)
            return receipt

    def pay_back(self, number: str) -> int:
        """What is left of a payment goes back to the customer. How much it was, öre."""
        with self.lock:
            receipt = self.receipts[number]
            rest = receipt.unused if receipt.status == "open" else 0
            if rest:
                receipt.applications.append(Application("refund", f"R{number}", rest))
                receipt.status = "closed"
                self.touch(receipt)
            return rest

    def credit(self, note: Document, amount: int | None = None) -> Document:
        """Add a credit note and set it against the invoice it names, for `amount` or as far as it goes."""
        with self.lock:
            self.add_document(note)
            target = self.documents.get(("invoice", note.credits))
            if target is not None:
                taken = min(note.balance, target.balance, note.balance if amount is None else amount)
                if taken:
                    self.applied.setdefault(("invoice", note.credits), []).append(note)
                    note.balance -= taken
                    target.balance -= taken
                    for record in (note, target):
                        record.status = "closed" if record.balance == 0 else "open"
                        self.touch(record)
            return note

    def set_against(self, note: Document, invoice: str) -> int:
        """Set an open credit note that names no invoice against one, as far as both go. How much it was, öre."""
        with self.lock:
            target = self.documents["invoice", invoice]
            taken = min(note.balance, target.balance)
            if taken:
                note.credits = invoice
                self.applied.setdefault(("invoice", invoice), []).append(note)
                for record in (note, target):
                    record.balance -= taken
                    record.status = "open" if record.balance else "closed"
                    self.touch(record)
            return taken

    def remember_all(self) -> None:
        """Make `applied` anew from what the book holds, after it was read from a file."""
        with self.lock:
            self.applied.clear()
            notes = [one for one in self.documents.values() if one.kind == "credit_note" and one.credits]
            sources: list[Receipt | Document] = [*self.receipts.values(), *notes]
            for source in sorted(sources, key=lambda one: one.created_at):
                if isinstance(source, Receipt):
                    self._remember(source)
                elif source.balance != source.amount:
                    self.applied.setdefault(("invoice", source.credits), []).append(source)

    def delete(self, kind: str, number: str) -> None:
        """The document is gone without a trace, as an ERP does with what was never released."""
        with self.lock:
            gone = self.documents.pop((kind, number))
            self.counter += 1
            self.recent.append(Change(self.counter, gone.version, gone, deleted=True))

    def _remember(self, receipt: Receipt) -> None:
        for part in receipt.applications:
            if part.kind == "refund":
                continue
            payments = self.applied.setdefault((part.kind, part.number), [])
            if not payments or payments[-1] is not receipt:
                payments.append(receipt)

    def _check(self, receipt: Receipt, parts: list[Application] | None = None) -> None:
        """`parts` are those that are not yet set off; without them all are."""
        if receipt.party not in self.parties:
            raise BookError(f"Customer {receipt.party} cannot be found.")
        if sum(p.amount for p in receipt.applications) > receipt.amount:
            raise BookError("The amount applied exceeds the payment amount.")
        for part in receipt.applications if parts is None else parts:
            document = self.documents.get((part.kind, part.number))
            if document is None:
                raise BookError(f"Document {part.number} cannot be found.")
            if document.currency != receipt.currency:
                raise BookError(f"Document {part.number} is in another currency.")
            if part.amount > document.balance:
                raise BookError(f"The amount applied to document {part.number} exceeds its balance.")

    def _apply(self, receipt: Receipt) -> None:
        self._set_off(receipt, receipt.applications)

    def _set_off(self, receipt: Receipt, parts: list[Application]) -> None:
        for part in parts:
            document = self.documents[part.kind, part.number]
            document.balance -= part.amount
            document.status = "closed" if document.balance == 0 else "open"
            self.touch(document)
        receipt.status = "open" if receipt.unused else "closed"
