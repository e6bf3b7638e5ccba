"""The creditor's ERP: what we learn from it, and what we write back.

One Protocol for every ERP. A file of open items knows only how to be read (`Source`); a connected system (`Erp`) is asked for
what changed, and told what we do. What is learnt comes in pages, so that a first load of hundreds of thousands of invoices
can be stopped at any page and gone on with. What is written is an *errand* with a key of ours: doing it twice must not write
twice, and where the ERP has no keys of its own, `find` looks the errand up by what it left behind.

Amounts are öre (hundredths) of the document's currency, dates are the ERP's own days. No name of any ERP stands here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Generic, Protocol, TypeVar, runtime_checkable

# ---- what is learnt --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ErpAddress:
    street: str = ""
    street2: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""  # ISO 3166, two letters; "" = not stated


@dataclass(frozen=True, slots=True)
class ErpCompany:
    """Who the creditor is, as its ERP says."""

    key: str  # the tenant's or company's own name in the ERP
    name: str
    organisation_number: str = ""
    vat_number: str = ""
    currency: str = "SEK"
    address: ErpAddress = ErpAddress()
    email: str = ""
    phone: str = ""
    bankgiro: str = ""
    plusgiro: str = ""
    iban: str = ""


@dataclass(frozen=True, slots=True)
class ErpClass:
    key: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ErpCustomer:
    """Who owes. `debtor` is consumer, business, public or "" where the ERP does not say."""

    key: str
    name: str
    class_key: str = ""
    identity: str = ""  # organisation or personal number as the ERP holds it
    debtor: str = ""
    address: ErpAddress = ErpAddress()
    email: str = ""
    phone: str = ""
    language: str = ""  # sv, en or ""
    left_alone: bool = False  # the ERP's own "no debt collection"
    terms_agreed: date | None = None
    active: bool = True


class ItemState(StrEnum):
    OPEN = "open"  # something is owed and it may be collected
    CLOSED = "closed"  # paid, credited or written off
    HELD = "held"  # taken back for a change, put on hold, or scheduled: not to be collected now
    VOID = "void"  # deleted, revoked or voided: it should never have been


OURS = "(ours)"
"""`Applied.reference` of a payment that we posted, in an ERP whose payments carry no text: it is known by other means."""


@dataclass(frozen=True, slots=True)
class Applied:
    """A payment or credit that the ERP has set against the item."""

    kind: str  # payment, credit, write_off
    number: str  # the ERP's own
    amount_minor: int
    on: date | None
    reference: str = ""  # what the payment says of itself; ours begins with the key of the errand, or is OURS


@dataclass(frozen=True, slots=True)
class ErpItem:
    """An invoice, debit note or credit note. `amount_minor` and `open_minor` are never negative; `kind` carries the sign.

    A payment on account, which the ERP holds for the customer and has set against no invoice yet, is a credit too: `document` is
    the ERP's own kind of payment, `open_minor` what of it is set against nothing, `credits` is empty, and `reference` what the
    payment says of itself; that of one we posted begins with the key of the errand, or is OURS. Once all of it is used it is
    CLOSED, once taken back VOID. An ERP whose payments always name an invoice has none.
    """

    number: str
    kind: str  # invoice, credit
    state: ItemState
    customer: str
    currency: str
    amount_minor: int
    open_minor: int
    due_on: date
    issued_on: date | None = None
    text: str = ""
    reference: str = ""  # OCR
    credits: str = ""  # of a credit note: the invoice it belongs to, when the ERP says
    reminded_on: date | None = None
    reminder_level: int = 0  # 1 or more: the ERP has reminded
    reminded_fee_minor: int | None = None  # None = not known whether a fee was charged
    left_alone: bool = False
    taken_by_other: str = ""  # a case number that is not ours: another agency has it
    tax_share_minor: int = 0  # ROT/RUT: the tax agency's part, not the debtor's debt
    recipient: str = ""  # name on the invoice when it differs from the customer's
    address: ErpAddress | None = None  # on the invoice, when it differs from the customer's
    applied: tuple[Applied, ...] = ()
    document: str = ""  # the ERP's own kind, to find it again
    version: str = ""  # changes with every change of the record
    direct_debit: bool = False


@dataclass(frozen=True, slots=True)
class RecordProblem:
    """A record that cannot be used, and why. Nothing may be concluded from its absence among the others."""

    number: str
    field: str
    message: str


T = TypeVar("T", covariant=True)


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some records. `place` is where the next page begins ("" = this was the last), `since` what to give the next time to
    learn only of what has changed after this reading (kept by the caller when the last page has been taken in)."""

    records: tuple[T, ...]
    refused: tuple[RecordProblem, ...] = ()
    place: str = ""
    since: str = ""
    total: int | None = None  # how many records there are in all, when the ERP says


# ---- what is written -------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class CaseMark:
    """Our case, as the ERP shows it on the invoice. Empty strings take the mark away."""

    key: str
    invoice: str
    document: str
    number: str
    kind: str  # reminder, demand, payment_order, enforcement, surveillance, ...
    status: str  # one short English word: sent, paid, disputed, ...
    url: str = ""


@dataclass(frozen=True, slots=True)
class LetterCopy:
    """The letter as a file on the invoice."""

    key: str
    invoice: str
    document: str
    name: str  # of the file, with .pdf
    content: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class PaidItem:
    invoice: str
    document: str
    amount_minor: int  # may be less than what is open, never more


@dataclass(frozen=True, slots=True)
class PaymentPosting:
    """Money that came for capital: closes the items in the ERP. `account` is the ERP's cash account; `fees` go with it
    where the ERP can take them so, else they come in a voucher."""

    key: str
    customer: str
    currency: str
    on: date
    account: str
    items: tuple[PaidItem, ...]
    text: str = ""
    method: str = ""  # the ERP's payment method, where it wants one

    @property
    def amount_minor(self) -> int:
        return sum(item.amount_minor for item in self.items)


@dataclass(frozen=True, slots=True)
class PaymentVoid:
    """The payment that was posted under `voids` is taken back."""

    key: str
    voids: str  # key of the PaymentPosting
    external_id: str  # the ERP's number of it
    on: date


@dataclass(frozen=True, slots=True)
class VoucherLine:
    account: str
    debit_minor: int = 0
    credit_minor: int = 0
    text: str = ""


@dataclass(frozen=True, slots=True)
class VoucherPosting:
    """A journal entry; its lines balance."""

    key: str
    on: date
    currency: str
    text: str
    lines: tuple[VoucherLine, ...]


Errand = CaseMark | LetterCopy | PaymentPosting | PaymentVoid | VoucherPosting


@dataclass(frozen=True, slots=True)
class Done:
    """`external_id` is the ERP's own number or name for what was written."""

    external_id: str = ""
    note: str = ""


class Source(Protocol):
    """Anything that tells of a customer ledger."""

    @property
    def name(self) -> str: ...

    def customers(self, since: str = "", place: str = "") -> Page[ErpCustomer]:
        """One page of customers that changed after `since` ("" = all)."""
        ...

    def items(self, since: str = "", place: str = "") -> Page[ErpItem]:
        """One page of items, payments on account among them. Without `since`: everything that is open. With it: everything that
        changed, open or not."""
        ...


class Erp(Source, Protocol):
    """A connected system. Every call raises the errors of `ports.errors`:

    Unavailable (nothing changed there: try again later), NotAllowed (not let in), Declined (it said no, with its words),
    Malformed (what came is not what was agreed) and, from `do` alone, Ambiguous (it may have been done: `find` it). `customer`
    and `item` raise Unusable for a record that would be among the refused of a page.
    """

    def company(self) -> ErpCompany: ...

    def since_day(self, day: date) -> str:
        """What to give as `since` to learn of all that has changed from that day on."""
        ...

    def classes(self) -> Sequence[ErpClass]: ...

    def customer(self, key: str) -> ErpCustomer | None: ...

    def item(self, number: str, document: str = "") -> ErpItem | None:
        """One item as it stands now; None = it is not there (any more)."""
        ...

    def open_numbers(self, place: str = "") -> Page[str]:
        """The numbers of all open invoices, as cheaply as the ERP allows: to find what was deleted, or overlooked because
        a list shifted while it was read."""
        ...

    def open_items(self, place: str = "") -> Page[ErpItem]:
        """What the ERP's ledger says is open, to be set beside ours: invoices and notes, no payments on account."""
        ...

    def can(self, kind: type[Errand]) -> bool:
        """Whether this ERP can be told such a thing at all."""
        ...

    def do(self, errand: Errand) -> Done:
        """Write it. Done before under the same key where the ERP can tell: the same answer, nothing is written again."""
        ...

    def find(self, errand: Errand) -> Done | None:
        """What became of the errand; None = it was not done."""
        ...


@runtime_checkable
class Choosy(Protocol):
    """An ERP that refuses some errands until the connection says more of how they are to be written. Others need not be so."""

    def lacks(self, kind: type[Errand], *, account: str = "") -> str:
        """What is missing before such an errand can be taken, in one sentence with the choices there are; "" = nothing.
        `account`: of the ERP, where payments are posted to. Raises as `Erp` does."""
        ...


# ---- what a connector needs from its surroundings --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Token:
    access: str = field(repr=False)
    expires_at: float  # seconds of the clock given
    refresh: str = field(repr=False, default="")
    scope: str = ""


class Renew(Protocol):
    def __call__(self, known: Token | None) -> Token: ...


class SignIn(Protocol):
    """A person's consent, for an ERP that is reached on their behalf: they are sent to `address`, and come back with a code."""

    def new_verifier(self) -> str:
        """A secret for this one sign-in, kept by us until the code comes back."""
        ...

    def address(self, *, state: str, verifier: str, language: str = "sv-SE") -> str:
        """Where the person's browser goes. `state` comes back with the code and must be the same."""
        ...

    def exchange(self, code: str, verifier: str) -> Token:
        """The code for a token; to be kept by `TokenStore.renew` at once. Raises NotAllowed, Unavailable."""
        ...


class TokenStore(Protocol):
    """Where the token lies that all workers share."""

    def read(self) -> Token | None: ...

    def renew(self, used: Token | None, renew: Renew) -> Token:
        """Have a new token made by one worker at a time and keep it before anyone uses it. Who waited while another
        renewed gets that one: `renew` is called only while the stored token is still `used`."""
        ...


class Turnstile(Protocol):
    """One gate for all workers of a creditor: how many calls the ERP still allows, and from when."""

    def wait(self) -> None:
        """Return when a call may be made. Raises Unavailable when that is too long to wait."""
        ...

    def told(self, *, remaining: int | None, reset_seconds: float | None, retry_after: float | None) -> None:
        """What an answer said of the limit."""
        ...
