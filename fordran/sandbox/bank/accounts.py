"""A bank's accounts and what is booked on them. Plain values only, so that they can be written to a file and read again.

Amounts are öre (hundredths) of the account's currency; signed where it says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

BGMAX, NOTICE, STATEMENT = "bgmax", "camt.054", "camt.053"


@dataclass(slots=True)
class Incoming:
    """A payment that somebody made to an account of ours, as the bank knows it. `number` is the payer's own and never told."""

    number: str
    account: str  # bankgiro or IBAN
    currency: str
    amount: int
    reference: str = ""
    text: str = ""
    payer: str = ""
    street: str = ""
    postcode: str = ""
    town: str = ""
    payer_account: str = ""
    payer_number: str = ""
    serial: str = ""  # the bank's; unique


@dataclass(slots=True)
class Entry:
    """One line of the statement. `amount` is signed. `kind`: giro (a deposit of several payments), payment, order, returned,
    received (a payment order of another customer of this bank)."""

    on: date
    kind: str
    amount: int
    serial: str
    incoming: list[Incoming] = field(default_factory=list)
    orders: list[int] = field(default_factory=list)  # places in the bank's list of payment orders


@dataclass(slots=True)
class Account:
    """`files`: which files its holder gets, into the folder of `key`. An account without files is nobody's business here."""

    key: str
    holder: str
    holder_number: str
    currency: str
    iban: str
    bankgiro: str = ""
    files: tuple[str, ...] = ()
    version: str = "02"  # of camt
    balance: int = 0
    stated: int = 0  # the closing balance of the last statement
    statements: int = 0
    deposits: int = 0
    told: int = 0  # files made
    entries: list[Entry] = field(default_factory=list)  # booked since the last statement
    waiting: list[Incoming] = field(default_factory=list)  # of today, not yet told in a giro file

    def is_called(self, number: str) -> bool:
        return number in (self.iban, self.bankgiro) and bool(number)


@dataclass(slots=True)
class Order:
    """A transaction of a pain.001 file. `state`: accepted, rejected, executed, returned."""

    message: str
    payment: str  # PmtInfId
    instruction: str
    end_to_end: str
    debtor: str  # IBAN of our account
    amount: int
    currency: str
    on: date
    payee: str
    payee_account: str  # bankgiro:.., plusgiro:.., iban:.. or bban:..
    reference: str
    text: str
    together: bool = False  # with the others of its PmtInf as one line of the statement
    version: str = "03"
    state: str = "accepted"
    reason: str = ""
    words: str = ""
    executed_on: date | None = None
    returns_on: date | None = None


@dataclass(slots=True)
class Delayed:
    """A file that comes a day late."""

    on: date
    key: str
    name: str
    content: bytes
    numbers: list[str]


@dataclass(slots=True)
class BankLived:
    """All that the bank remembers."""

    accounts: list[Account] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    messages: list[str] = field(default_factory=list)  # MsgId of files that were taken
    fetched: list[str] = field(default_factory=list)  # key/name of the order files
    closed: list[str] = field(default_factory=list)  # payees whose account is closed
    serials: int = 0
    answers: int = 0
    delayed: list[Delayed] = field(default_factory=list)
    opened_on: date | None = None  # the last day that was begun
