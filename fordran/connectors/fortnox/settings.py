"""What one company's connection needs to know."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from fordran.connectors.http import is_safe
from fordran.core.problems import Problem, Refused

API_URL = "https://api.fortnox.se"
SIGN_IN_URL = "https://apps.fortnox.se/oauth-v1"
SCOPE = "companyinformation settings customer invoice payment bookkeeping"

LEAST_OVERLAP = 3600
"""Seconds. `lastmodified` is a local time in whole minutes whose zone is not published; clocks go back one hour in October."""
MOST_ON_A_PAGE = 500


@dataclass(frozen=True, slots=True)
class FortnoxSettings:
    """One company. Raises Refused, naming each setting that cannot be so.

    `code` is what the first sign-in came back with; it is used once. `mode_of_payment` is one of the company's modes of payment
    that nobody else books by: a payment in Fortnox carries no text, and by it we know our own again (docs/adr/0261).
    `amounts` is "invoice_currency" when somebody has seen that Total and Balance of a foreign invoice are in its own currency.
    """

    client_id: str
    client_secret: str = field(default="", repr=False)
    redirect_uri: str = ""
    code: str = field(default="", repr=False)
    base_url: str = API_URL
    token_url: str = f"{SIGN_IN_URL}/token"
    authorize_url: str = f"{SIGN_IN_URL}/auth"
    page_size: int = 100
    overlap_seconds: int = LEAST_OVERLAP
    mode_of_payment: str = ""
    voucher_series: str = "A"
    left_alone_label: str = ""  # id of the label by which a clerk says: not for collection
    amounts: str = ""
    timeout_seconds: int = 60

    def __post_init__(self) -> None:
        mistyped = [
            Problem("fortnox", one.name, f"write {'a whole number' if one.type == 'int' else 'a text'}")
            for one in fields(self)
            if type(getattr(self, one.name)).__name__ != one.type
        ]
        if mistyped:
            raise Refused(mistyped)
        problems = [] if self.client_id else [Problem("fortnox", "client_id", "write the client id of the developer portal")]
        problems += [
            Problem("fortnox", name, "write an address that begins with https://")
            for name in ("base_url", "token_url", "authorize_url")
            if not is_safe(getattr(self, name))
        ]
        if self.amounts not in ("", "invoice_currency"):
            problems.append(Problem("fortnox", "amounts", "write invoice_currency, or nothing"))
        if self.overlap_seconds < LEAST_OVERLAP:
            problems.append(Problem("fortnox", "overlap_seconds", f"write at least {LEAST_OVERLAP}"))
        if not 1 <= self.page_size <= MOST_ON_A_PAGE:
            problems.append(Problem("fortnox", "page_size", f"write a number from 1 to {MOST_ON_A_PAGE}"))
        if self.timeout_seconds < 1:
            problems.append(Problem("fortnox", "timeout_seconds", "write at least 1"))
        if not self.voucher_series:
            problems.append(Problem("fortnox", "voucher_series", "write the series that our vouchers go into, for example A"))
        if not (self.left_alone_label.isascii() and (self.left_alone_label or "0").isdigit()):
            problems.append(Problem("fortnox", "left_alone_label", "write the label's id, which is a number, or nothing"))
        if problems:
            raise Refused(problems)
