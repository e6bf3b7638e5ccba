"""What stands in a letter, before it has a shape. `countries` checks it, `letters` renders it, `cases` builds it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from fordran.core.law import Source
from fordran.core.made_often import made_often


@dataclass(frozen=True, slots=True)
class Party:
    """Creditor, or the office that writes. `number` is an organisation number, printed with hyphen."""

    name: str
    number: str
    address: tuple[str, ...] = ()  # lines
    email: str = ""
    phone: str = ""


@made_often
@dataclass(frozen=True, slots=True)
class Recipient:
    """The debtor as on the envelope: at most five lines in all. The identity number never leaves on e-mail."""

    name: str
    address: tuple[str, ...] = ()
    country: str = "SE"
    identity: str = ""  # printed on paper demands only


@made_often
@dataclass(frozen=True, slots=True)
class InterestRow:
    """One period of the interest as the reader sees it: both days included."""

    first: date
    last: date
    days: int
    rate_percent: Decimal
    capital_minor: int
    amount_minor: int  # öre; the rows add up to the line's amount


@made_often
@dataclass(frozen=True, slots=True)
class LetterLine:
    """One line of the claim. `kind`: capital, interest, reminder, demand, instalment-plan, late-payment, paid,
    credited, waived. Amounts that reduce the debt are negative."""

    kind: str
    amount_minor: int
    currency: str
    on: date | None = None
    source: Source | None = None
    interest: tuple[InterestRow, ...] = ()
    reference_percent: Decimal | None = None  # with 8 points on top; None = agreed rate
    this_letter: bool = False  # the cost of the very letter it stands in
    split: tuple[tuple[str, int], ...] = ()  # of a payment: component -> öre
    agreed_on: date | None = None  # of a reminder cost: since when it is agreed


@made_often
@dataclass(frozen=True, slots=True)
class LetterClaim:
    """One case in the letter."""

    case: str  # its number, as shown
    invoice: str
    issued_on: date | None
    due_on: date
    concerns: str  # what the debt is for: the invoice's own text, else the creditor's debt description
    lines: tuple[LetterLine, ...]
    capital_minor: int  # what interest runs on from now
    currency: str
    interest_per_day: Decimal | None = None  # kronor a day after the letter's date; None = no interest runs

    def total_minor(self, currency: str) -> int:
        return sum(line.amount_minor for line in self.lines if line.currency == currency)


@made_often
@dataclass(frozen=True, slots=True)
class PaySlip:
    """Where and how to pay. Numbers as digits; `ocr` has a Luhn check digit."""

    ocr: str
    bankgiro: str = ""
    plusgiro: str = ""
    iban: str = ""
    swish: str = ""
    payee: str = ""


@dataclass(frozen=True, slots=True)
class NextCost:
    """What the next step would add to the debt. `kind`: demand, application, legal-work."""

    kind: str
    amount_minor: int
    currency: str


@made_often
@dataclass(frozen=True, slots=True)
class LetterContent:
    """A whole letter. `kind`: notice, reminder, demand, residual, confirmation. `mode`: own or agency."""

    kind: str
    language: str  # sv or en
    mode: str
    dated_on: date
    last_day: date | None
    sender: Party  # the creditor itself in own collection, the office in agency mode
    creditor: Party
    recipient: Recipient
    claims: tuple[LetterClaim, ...]
    pay: PaySlip
    number: str = ""  # the letter's own number
    reminded_on: date | None = None  # a reminder went before
    contact_email: str = ""
    contact_phone: str = ""
    permit: str = ""  # agency mode
    template: str = "1"
    draft: bool = False  # printed across: UTKAST
    next_costs: tuple[NextCost, ...] = ()  # named in the consequence; a reminder names a demand's at most
    complaints: str = ""  # e-mail or phone for complaints of how the case was handled; empty = the contact above

    def totals(self) -> tuple[tuple[str, int], ...]:
        """What the letter asks for, currency by currency, the claim's own first. Öre."""
        sums: dict[str, int] = {}
        for claim in self.claims:
            for line in claim.lines:
                sums[line.currency] = sums.get(line.currency, 0) + line.amount_minor
        return tuple(sums.items())
