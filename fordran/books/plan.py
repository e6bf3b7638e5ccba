"""Which account of the creditor's book-keeping each kind of money goes to. Pure.

Defaults follow the BAS chart of 2026; each says why. A creditor changes what its own chart does otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from fordran.core.problems import Problem, Refused


class Role(StrEnum):
    """What an account is for."""

    CUSTOMER_CLAIMS = "customer_claims"
    DIRECT_PAYMENTS = "direct_payments"
    BANK = "bank"
    AGENCY = "agency"
    UNIDENTIFIED = "unidentified"
    REFUNDS = "refunds"
    PASSED_ON = "passed_on"
    INTEREST_INCOME = "interest_income"
    REMINDER_INCOME = "reminder_income"
    DEMAND_INCOME = "demand_income"
    PLAN_INCOME = "plan_income"
    COMPENSATION_INCOME = "compensation_income"
    COURT_COSTS = "court_costs"
    ROUNDING = "rounding"
    LOSSES = "losses"
    COMMISSION = "commission"
    VAT_IN = "vat_in"


@dataclass(frozen=True, slots=True)
class Default:
    account: str
    name: str  # as the SIE file says it
    why: str


DEFAULTS: dict[Role, Default] = {
    Role.CUSTOMER_CLAIMS: Default("1510", "Kundfordringar", "where the ERP booked the invoice"),
    Role.DIRECT_PAYMENTS: Default(
        "1510", "Kundfordringar",
        "the ERP has set the whole of a direct payment against the invoice; what of it was interest and costs goes back here",
    ),
    Role.BANK: Default("1930", "Företagskonto", "the account on the letters, or the one that payouts come to"),
    Role.AGENCY: Default(
        "1684", "Fordran på inkassoombud", "what the agency has collected and not paid out: a claim on a supplier (BAS 1684)"
    ),
    Role.UNIDENTIFIED: Default("2999", "OBS-konto", "money nobody has explained yet (BAS 2999); it must go down to nothing"),
    Role.REFUNDS: Default("2420", "Förskott från kunder", "paid too much: owed back to the customer"),
    Role.PASSED_ON: Default(
        "2899", "Övriga kortfristiga skulder", "paid for something else: the creditor moves it to what it was for"
    ),
    Role.INTEREST_INCOME: Default("8313", "Ränteintäkter från kundfordringar", "interest on late payment is a financial income"),
    Role.REMINDER_INCOME: Default("3591", "Påminnelseavgifter", "costs charged on; outside VAT, so apart from sales"),
    Role.DEMAND_INCOME: Default("3592", "Inkassokostnader, ersatta", "as reminder costs"),
    Role.PLAN_INCOME: Default("3593", "Avgifter för avbetalningsplan", "as reminder costs"),
    Role.COMPENSATION_INCOME: Default("3594", "Förseningsersättning", "as reminder costs"),
    Role.COURT_COSTS: Default("3595", "Ersatta rättegångskostnader", "as reminder costs"),
    Role.ROUNDING: Default("3740", "Öres- och kronutjämning", "öre that nobody owed, or that rounding took"),
    Role.LOSSES: Default(
        "6351", "Konstaterade förluster på kundfordringar", "capital written off, with VAT in it: the creditor takes the VAT out"
    ),
    Role.COMMISSION: Default("6062", "Inkasso och KFM-avgifter", "the agency's pay, kept interest and costs included"),
    Role.VAT_IN: Default("2641", "Debiterad ingående moms", "VAT on the agency's pay"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """`accounts` by role, or by role and currency ("bank EUR"). Vouchers are never dated up to and including `closed_until`;
    money booked before `starts_on` was booked by others. `payment_account`: what the ERP calls the account that payments
    posted there go to; "" = the bank's, or the agency's."""

    accounts: Mapping[str, str] = field(default_factory=dict)
    series: str = "F"
    closed_until: date | None = None
    starts_on: date | None = None
    payment_account: str = ""
    year_starts: int = 1  # month, 1-12

    def account(self, role: Role, currency: str = "SEK") -> str:
        return self.accounts.get(f"{role} {currency}") or self.accounts.get(str(role)) or DEFAULTS[role].account

    def name(self, account: str) -> str:
        """For a list of accounts; the creditor's own chart has the last word."""
        own = {self.account(role): default.name for role, default in DEFAULTS.items()}
        standard = {default.account: default.name for default in DEFAULTS.values()}
        return standard.get(account) or own.get(account) or next(
            (DEFAULTS[Role(key.partition(" ")[0])].name for key, value in self.accounts.items() if value == account), account
        )  # fmt: skip


def read_accounts(told: Mapping[str, object]) -> dict[str, str]:
    """role or "role CUR" -> account number. Raises Refused with every problem: an unknown role, a number that is none."""
    problems, accounts = [], {}
    for key, value in told.items():
        role, _, currency = key.strip().partition(" ")
        number = str(value).strip()
        if role not in set(Role):
            problems.append(Problem("", key, f"there is no role {role}; the roles are {', '.join(Role)}"))
        elif currency and not (len(currency) == 3 and currency.isalpha() and currency.isupper()):
            problems.append(Problem("", key, f"{currency} is no currency; write three capital letters, such as EUR"))
        elif not (number.isdigit() and 3 <= len(number) <= 10):
            problems.append(
                Problem("", key, f"{number!r} is no account; write its number, such as {DEFAULTS[Role(role)].account}")
            )
        else:
            accounts[key.strip()] = number
    if problems:
        raise Refused(problems)
    return accounts
