"""What a decision or a payment does to the books, before it is written: one debit, one credit, a positive amount.

An account is named, not stored: creditor, currency and kind, and for a part of a claim also the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fordran.core.findings import Finding
from fordran.core.law import Source
from fordran.core.made_often import made_often
from fordran.core.reasons import Reason
from fordran.process.facts import CostKind


class Account(StrEnum):
    """The first seven belong to a case, the others to the creditor."""

    CAPITAL = "capital"
    INTEREST = "interest"
    REMINDER_COST = "reminder_cost"
    DEMAND_COST = "demand_cost"
    PLAN_COST = "plan_cost"
    COMPENSATION = "compensation"
    COURT_COST = "court_cost"
    CLAIMS = "claims"  # mirror of what debtors owe this creditor
    PAYABLE = "payable"  # money we hold for the creditor (agency)
    RECEIVED = "received"  # money that is already the creditor's (own collection, or paid straight to it)
    CLIENT_BANK = "client_bank"
    OWN_BANK = "own_bank"
    SUSPENSE = "suspense"
    REFUNDS = "refunds"
    ROUNDING = "rounding"  # öre that a rounded payment brought and nobody owed
    IN_TRANSIT = "in_transit"
    EARNED = "earned"
    VAT = "vat"


CASE_ACCOUNTS = (
    Account.CAPITAL, Account.INTEREST, Account.REMINDER_COST, Account.DEMAND_COST, Account.PLAN_COST,
    Account.COMPENSATION, Account.COURT_COST,
)  # fmt: skip

COST_ACCOUNT = {
    CostKind.REMINDER: Account.REMINDER_COST,
    CostKind.DEMAND: Account.DEMAND_COST,
    CostKind.INSTALMENT_PLAN: Account.PLAN_COST,
    CostKind.LATE_PAYMENT: Account.COMPENSATION,
}
COST_OF_ACCOUNT = {account: kind for kind, account in COST_ACCOUNT.items()}


@made_often
@dataclass(frozen=True, slots=True)
class Booking:
    """One transfer to be posted. `amount_minor` > 0 öre; `on` is the day it happened."""

    debit: Account
    credit: Account
    amount_minor: int
    currency: str
    on: date
    reason: Reason
    source: Source | None = None
    because: Finding | None = None

    def __post_init__(self) -> None:
        if self.amount_minor <= 0 or self.debit == self.credit:
            raise ValueError(f"a transfer moves a positive amount between two accounts, not {self}")


def change_of_claim(
    account: Account, amount_minor: int, currency: str, on: date, reason: Reason,
    source: Source | None = None, because: Finding | None = None,
) -> tuple[Booking, ...]:  # fmt: skip
    """Raise (positive) or lower (negative) one part of the claim against the mirror; nothing for zero."""
    if amount_minor == 0:
        return ()
    debit, credit = (account, Account.CLAIMS) if amount_minor > 0 else (Account.CLAIMS, account)
    return (Booking(debit, credit, abs(amount_minor), currency, on, reason, source, because),)
