"""What one can choose about the simulated Fortnox."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

SCOPES = frozenset({"companyinformation", "settings", "customer", "invoice", "payment", "bookkeeping", "article", "order"})


class Clock(Protocol):
    """Seconds since 1970, of whatever world this is."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """So many calls in any window of so many seconds, for each client and company (fortnox.se/developer, "Rate limits")."""

    calls: int = 25
    window_seconds: float = 5.0


@dataclass(frozen=True, slots=True)
class Behaviours:
    """Answers to what is not known outside Fortnox, and the state a test wants the server in."""

    voided_payments_stay: bool = False  # a payment taken back stands beside its opposite; False: it is gone from the list
    most_rows: int = 500  # 100 have been reported, whatever was asked
    numbers_as_text: bool = False  # amounts come as texts, against the documentation
    says_retry_after: bool = False  # no document names the header
    hidden: frozenset[str] = frozenset()  # fields of an invoice that hold API_NORIGHT
    cash_method: bool = False  # invoices are not booked before they are paid
    token_seconds: int = 3600
    code_seconds: int = 600
    refresh_seconds: int = 31 * 86_400  # 31 in the FAQ, 45 by others; used once


LIMITS, BEHAVIOURS = Limits(), Behaviours()
