"""What the judgement may know. Frozen, without names or addresses, built by `cases/facts.py` and by preview.

Amounts ending in `_minor` are öre. Capital and interest are in the claim's currency, costs always in the
country's own (`Country.currency`). Days ending in `_on` are calendar days of the country.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fordran.core.law import Source
from fordran.core.made_often import made_often


class DebtorKind(StrEnum):
    """Stated by the file or a setting, never guessed from a personal number alone; UNKNOWN is protected as a consumer."""

    CONSUMER = "consumer"
    BUSINESS = "business"
    PUBLIC = "public"
    UNKNOWN = "unknown"


class ClaimKind(StrEnum):
    GOODS_SERVICES = "goods_services"
    RENT = "rent"
    ELECTRICITY = "electricity"
    CREDIT = "credit"
    OTHER = "other"


class Stage(StrEnum):
    OPEN = "open"
    NOTICED = "noticed"
    REMINDED = "reminded"
    DEMANDED = "demanded"
    AWAITING_CREDITOR = "awaiting_creditor"
    PAYMENT_ORDER = "payment_order"
    ENFORCEMENT = "enforcement"
    SURVEILLANCE = "surveillance"
    CLOSED = "closed"


class StepKind(StrEnum):
    """What a step does; the first four send a letter of that kind."""

    NOTICE = "notice"
    REMINDER = "reminder"
    DEMAND = "demand"
    RESIDUAL = "residual"
    AWAIT_CREDITOR = "await-creditor"
    PAYMENT_ORDER = "payment-order"
    SURVEILLANCE = "surveillance"


class CostKind(StrEnum):
    """Same words as `fordran law fee`."""

    REMINDER = "reminder"
    DEMAND = "demand"
    INSTALMENT_PLAN = "instalment-plan"
    LATE_PAYMENT = "late-payment"


class HoldKind(StrEnum):
    DISPUTE = "dispute"
    RESPITE = "respite"
    PLAN = "plan"
    DECEASED = "deceased"
    BANKRUPT = "bankrupt"
    UNKNOWN_ADDRESS = "unknown-address"
    GONE = "gone"  # missing in the latest picture of the ledger, not yet known why
    QUESTION = "question"  # a fact changed under a running case; a person must look
    EXCLUDED = "excluded"  # the customer or its class is left out; never a row of its own
    LEFT_ALONE = "left-alone"  # this and the next three are the ERP's own marks; never rows of their own
    OTHER_AGENCY = "other-agency"
    HELD_IN_ERP = "held-in-erp"
    DIRECT_DEBIT = "direct-debit"
    STOPPED = "stopped"  # the creditor stopped everything for this customer
    MANUAL = "manual"


class InstructionKind(StrEnum):
    WITHDRAW = "withdraw"
    WRITE_OFF = "write-off"
    PAYMENT_ORDER = "payment-order"
    SURVEILLANCE = "surveillance"
    SETTLED_AT_CREDITOR = "settled-at-creditor"  # the creditor's ledger no longer holds the invoice
    GO_ON = "go-on"  # a person has looked at what the last Ask asked, and says go


class InterruptionKind(StrEnum):
    """What breaks the limitation period (preskriptionslagen 5 §). Sent is not received: only proof counts."""

    RECEIPT = "receipt"  # recorded proof that a written demand or reminder reached the debtor
    ACKNOWLEDGED = "acknowledged"  # promise, interest or part payment by the debtor, other acknowledgement
    PROCEEDING_ENDED = "proceeding-ended"


@made_often
@dataclass(frozen=True, slots=True)
class Claim:
    """What is owed and by what right; our own steps do not change it."""

    invoice: str
    currency: str
    amount_minor: int  # the invoice's total, VAT inside, after ROT/RUT
    due_on: date  # as it stands on the invoice
    issued_on: date | None = None  # None = not stated: a finding, and the reading best for the debtor
    sent_on: date | None = None  # when the invoice was sent; None = issued_on
    arose_on: date | None = None  # contract or delivery day
    debtor: DebtorKind = DebtorKind.UNKNOWN
    kind: ClaimKind = ClaimKind.GOODS_SERVICES
    due_agreed: bool = False  # the due day was agreed in advance (räntelagen 3 §)
    interest_text: bool = False  # the invoice said that interest is charged (räntelagen 4 § 1)
    interest_rate: Decimal | None = None  # agreed rate, percent a year; None = reference rate + 8
    terms_agreed_on: date | None = None  # the reminder cost is agreed from this day; None = not agreed
    reminded_on: date | None = None  # reminded before it came to us
    reminded_fee_minor: int | None = None  # cost of that reminder; None = not known
    creditor_is_business: bool = True
    credit_minor: int = 0  # open credits that name no invoice and cover this one in whole or part

    @property
    def invoice_sent_on(self) -> date | None:
        return self.sent_on or self.issued_on


@made_often
@dataclass(frozen=True, slots=True)
class Debtor:
    """What the rules need to know of the person; no name, no address, no number."""

    identity_known: bool = False  # a personal or organisation number whose check digit holds is on file
    identity_stated: bool = False  # some number is on file, right or wrong
    born_on: date | None = None  # from a personal number; None for others
    address_complete: bool = False
    country: str = "SE"
    protected: bool = False
    language: str = "sv"
    email_known: bool = False


@made_often
@dataclass(frozen=True, slots=True)
class Movement:
    """A change of the capital: payments and credits negative, reversals positive. The change counts from the day after."""

    on: date
    amount_minor: int


@made_often
@dataclass(frozen=True, slots=True)
class StepTaken:
    """A step that was taken and not voided."""

    kind: StepKind
    on: date  # the day the letter was really sent (or the step made); every wait counts from here
    last_day: date | None = None  # last day to pay that the letter gave
    sent: bool = True  # False while the letter is composed but has not left
    asked_minor: int = 0  # what the letter asked for this claim, in the claim's currency
    interest_until: date | None = None  # the day to which the letter counted interest


@made_often
@dataclass(frozen=True, slots=True)
class Cost:
    """A cost put on the debt, or found to be within the law. `amount_minor` is 0 < öre <= the statutory maximum."""

    kind: CostKind
    amount_minor: int
    on: date
    waived_minor: int = 0  # taken back or fallen with another case
    paid_minor: int = 0
    source: Source | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    kind: HoldKind
    since: date
    until: date | None = None  # last day of the hold; None = until lifted


@dataclass(frozen=True, slots=True)
class Instruction:
    kind: InstructionKind
    on: date


@made_often
@dataclass(frozen=True, slots=True)
class PaymentSeen:
    """A payment or credit that reached the claim. `by_debtor` is what interrupts the limitation period."""

    on: date
    amount_minor: int
    by_debtor: bool = True
    credit: bool = False
    split: tuple[tuple[str, int], ...] = ()  # component -> öre, in the order they were paid
    at_creditor: bool = False  # it went straight to the creditor
    learnt_on: date | None = None  # the day we were told; None = the day it was booked


@dataclass(frozen=True, slots=True)
class Interruption:
    kind: InterruptionKind
    on: date


@made_often
@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Everything `decide` is told of one case."""

    claim: Claim
    debtor: Debtor
    stage: Stage = Stage.OPEN
    opened_on: date | None = None
    opening_minor: int = 0  # capital when the case was opened
    movements: tuple[Movement, ...] = ()  # of the capital since then, oldest first
    interest_booked_minor: int = 0  # all interest ever booked, less what was reversed as too high
    interest_open_minor: int = 0  # booked interest not yet paid or waived
    costs: tuple[Cost, ...] = ()
    steps: tuple[StepTaken, ...] = ()  # oldest first
    holds: tuple[Hold, ...] = ()
    instructions: tuple[Instruction, ...] = ()
    payments: tuple[PaymentSeen, ...] = ()
    interruptions: tuple[Interruption, ...] = ()
    procedure_version: date | None = None  # None = the one in force when the case was opened

    @property
    def capital_minor(self) -> int:
        if not self.movements:
            return self.opening_minor
        return self.opening_minor + sum([m.amount_minor for m in self.movements])

    @property
    def costs_open_minor(self) -> int:
        return sum([c.amount_minor - c.waived_minor - c.paid_minor for c in self.costs]) if self.costs else 0

    @property
    def interruptions_known(self) -> tuple[Interruption, ...]:
        """Those that were recorded, and the debtor's own payments, which acknowledge the claim."""
        if not self.payments:
            return self.interruptions
        paid = (Interruption(InterruptionKind.ACKNOWLEDGED, p.on) for p in self.payments if p.by_debtor and not p.credit)
        return (*self.interruptions, *paid)

    def last_step(self, *kinds: StepKind) -> StepTaken | None:
        """The latest step of one of these kinds (of any kind, if none is named)."""
        for step in reversed(self.steps):
            if not kinds or step.kind in kinds:
                return step
        return None

    def cost_taken_minor(self, kind: CostKind) -> int:
        """What has been charged of this kind, less what was waived or fell."""
        return sum(c.amount_minor - c.waived_minor for c in self.costs if c.kind == kind)

    def was_charged(self, kind: CostKind) -> bool:
        """True if a cost of this kind was ever charged, waived or not."""
        return any(c.kind == kind for c in self.costs)
