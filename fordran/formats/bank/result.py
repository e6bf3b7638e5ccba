"""What a bank's file says: deposits, the payments inside them, and what the reader has to say about the file.

Amounts are hundredths of the currency's unit (öre) and signed: money into the account is positive, money out of it
negative. So the payments of a deposit always sum to its net.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from fordran.core.problems import Problem

Kind = Literal["payment", "deduction", "reversal", "other_debit"]


@dataclass(frozen=True, slots=True)
class Part:
    """What the payer meant for one reference; öre, negative for a credit note that was deducted."""

    reference: str
    amount_minor: int


class Payment(NamedTuple):
    """One receipt of money, or one that was taken back. A tuple, since a file may hold a million and these are made fastest.

    `kind`: payment (money in), deduction (a credit note set off inside a deposit), reversal (something booked before
    was undone, in either direction), other_debit (money out that no payer's payment explains).
    `reference` is as the file writes it, without blanks around; compare with `recognise.plain_reference`.
    `references` are further references, in the file's order: hints, since the file's sums alone are money.
    The fields below `texts` are not part of the answer of `payments read`; they serve matching and recognition.
    """

    kind: Kind
    amount_minor: int
    currency: str
    reference: str = ""
    references: tuple[str, ...] = ()
    payer: str = ""
    texts: tuple[str, ...] = ()
    deposit: int = 0  # the number of its deposit in the file, from 1
    record: str = ""  # where in the file: a line, or an entry
    serial: str = ""  # the bank's own identity of the payment, "" when the file gives none
    reference_code: str = ""  # BgMax: 0-5, what Bankgirot knows of the reference
    parts: tuple[Part, ...] = ()  # a split that the file states and that sums to the payment; else empty
    account: str = ""  # the receiving account, where it is another than the deposit's
    payer_account: str = ""  # bankgiro, account or telephone number
    payer_number: str = ""  # organisation or personal number as the file states it

    def as_dict(self) -> dict[str, object]:
        return {
            "kind": self.kind,
            "amount_minor": self.amount_minor,
            "currency": self.currency,
            "reference": self.reference,
            "references": list(self.references),
            "payer": self.payer,
            "texts": list(self.texts),
        }


@dataclass(frozen=True, slots=True)
class Deposit:
    """A sum that the bank booked on one account on one day: one line of the bank statement.

    `amount_minor` is the net that the file states, else the sum of the payments. `date` is None when it could not be read
    (the file is refused then).
    `account` is digits for a bankgiro, plusgiro or Swish number, else the IBAN or the account number as written; "" when
    the file does not say. `payments` is filled by `read_bank_file`, and empty when the file is streamed.
    """

    number: int
    account: str
    currency: str
    date: date | None
    amount_minor: int
    payments: tuple[Payment, ...] = ()
    serial: str = ""  # the bank's own identity of the deposit
    record: str = ""
    bank_account: str = ""  # where a giro or Swish number passes the money on to

    def head(self) -> dict[str, object]:
        """Everything but the payments."""
        return {
            "account": self.account,
            "currency": self.currency,
            "date": self.date.isoformat() if self.date else None,
            "amount_minor": self.amount_minor,
        }

    def as_dict(self) -> dict[str, object]:
        return {**self.head(), "payments": [payment.as_dict() for payment in self.payments]}


@dataclass(frozen=True, slots=True)
class BankFile:
    """The whole answer. The file is refused when there is a problem; then `deposits` holds what could be read."""

    format: str | None  # "bgmax", "camt.053", "camt.054", "swish"; None: none of them
    version: str | None
    deposits: tuple[Deposit, ...]
    control_totals_agree: bool
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    sha256: str = ""

    @property
    def refused(self) -> bool:
        return bool(self.problems)

    def as_dict(self) -> dict[str, object]:
        """The answer of `fordran payments read --json`."""
        return {
            "format": self.format,
            "version": self.version,
            "deposits": [deposit.as_dict() for deposit in self.deposits],
            "control_totals_agree": self.control_totals_agree,
            "problems": [problem.as_dict() for problem in self.problems],
            "notes": list(self.notes),
        }


Event = Payment | Deposit
