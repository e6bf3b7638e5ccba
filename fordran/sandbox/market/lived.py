"""What the market remembers: who is who, what is still to come, and the truth about every invoice and payment.

Plain values only, so that it can be written to a file and read again.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fordran.sandbox.book import Place
from fordran.sandbox.market.mail import MailedLetter


@dataclass(slots=True)
class Span:
    """From a day on, until the day it ends (not counted); None = it has not."""

    since: date
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


@dataclass(slots=True)
class Debtor:
    """A customer as it is; the ERP may know less or other."""

    party: str
    kind: str  # consumer, business, public
    name: str
    place: Place
    when: str
    how: str
    days_late: int
    currency: str = "SEK"
    bankgiro: str = ""
    identity: str = ""
    direct_debit: bool = False
    alone: list[Span] = field(default_factory=list)  # the ERP says: no debt collection


@dataclass(slots=True)
class Coming:
    """Something that will happen. `turn` is the debtor's decision it belongs to: a newer decision ends it."""

    on: date
    what: str
    half: int = 0  # 0 in the morning, 1 at noon
    party: str = ""
    invoices: list[str] = field(default_factory=list)
    currency: str = ""
    amount: int = 0
    account: str = ""  # "" = the one printed on the invoice
    reference: str = ""
    text: str = ""
    way: str = ""
    turn: int = -1
    payment: str = ""
    letter: str = ""
    credited: int = 0  # what the invoices had been credited when it was decided

    @property
    def order(self) -> tuple[object, ...]:
        """Of two things that happen the same half day, which comes first: never the order in which they were thought of."""
        return (self.what, self.party, *self.invoices[:1], self.currency, self.amount, self.way, self.payment, self.letter)


@dataclass(slots=True)
class LetterGot:
    """A letter that named the invoice. `total` is what it asked for in the invoice's currency, all its invoices together; it is
    `whole` when that is all it asked for. `party` is whose the invoice was then."""

    name: str
    kind: str
    dated_on: date
    last_day: date | None
    total: int
    reference: str
    delivered: bool
    whole: bool = True
    party: str = ""


@dataclass(slots=True)
class Fate:
    """The truth about an invoice. Amounts are öre of its currency."""

    invoice: str
    party: str
    currency: str
    amount: int
    issued: date
    due: date
    when: str
    how: str
    ocr: str
    paid: int = 0  # by the debtor, whoever knows of it
    credited: int = 0
    seen: int = 0  # of paid and credited: what ERP and bank files show together
    clear_since: date | None = None  # nothing more was asked, and ERP or bank files show it
    clear_by: str = ""  # payment, credit, deleted
    turn: int = 0
    asked_again: int = 0
    alone: list[Span] = field(default_factory=list)
    held: list[Span] = field(default_factory=list)
    by_direct_debit: list[Span] = field(default_factory=list)
    place: Place | None = None  # where this invoice was sent, when it is not where its customer lives
    letters: list[LetterGot] = field(default_factory=list)
    mishap: str = ""
    follows: str = ""  # the invoice that this one replaced
    gone: bool = False

    @property
    def left(self) -> int:
        """What the debtor thinks it owes for the invoice itself."""
        return max(0, self.amount - self.paid - self.credited)


@dataclass(slots=True)
class Paid:
    """Money that a debtor let go. It is in a bank's file for the office (`account` is the office's) or in the ERP (`receipt`)."""

    number: str
    on: date  # booked by the bank
    party: str
    payer: str
    currency: str
    amount: int
    account: str
    reference: str
    text: str
    way: str
    invoices: list[str]
    to_creditor: bool
    parts: dict[str, int] = field(default_factory=dict)  # of the amount, what went to each invoice itself
    seen_on: date | None = None
    receipt: str = ""
    payer_account: str = ""
    payer_number: str = ""
    place: Place = field(default_factory=Place)
    left_lying: bool = False  # at the bank, and not in the ERP for weeks


@dataclass(slots=True)
class Happening:
    """One line of what happened."""

    on: date
    what: str
    party: str = ""
    invoice: str = ""
    amount: int = 0
    currency: str = ""


@dataclass(slots=True)
class Lived:
    """All of it, for one company."""

    began: date | None = None  # the office's first day; before it the ERP reminded by itself
    morning_of: date | None = None
    noon_of: date | None = None
    parties: int = 0
    invoices: int = 0
    credits: int = 0
    receipts: int = 0
    payments: int = 0
    debtors: dict[str, Debtor] = field(default_factory=dict)
    fates: dict[str, Fate] = field(default_factory=dict)
    of_party: dict[str, list[str]] = field(default_factory=dict)  # invoices
    paid: dict[str, Paid] = field(default_factory=dict)
    agenda: dict[date, list[Coming]] = field(default_factory=dict)
    happened: list[Happening] = field(default_factory=list)
    letters: dict[str, MailedLetter] = field(default_factory=dict)  # on their way, or not yet read
    known_letters: list[str] = field(default_factory=list)  # names of all that were posted
    returned: list[str] = field(default_factory=list)  # names of letters that came back
