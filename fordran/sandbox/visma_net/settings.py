"""What one can choose about the simulated Visma.net."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970, of whatever world this is. Only `Behaviours.lost_seconds` are slept."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


@dataclass(frozen=True, slots=True)
class Limits:
    """Calls in a fixed window, for each company and client. The real number is not published; 15 000 an hour was for 2021."""

    calls: int = 15_000
    window_seconds: int = 3600
    policy: str = "4-fixed-window"


@dataclass(frozen=True, slots=True)
class Person:
    """A user who can sign in. `tenants` empty = every company. `roles`: names that a provider with roles tells of them."""

    sub: str
    given_name: str
    family_name: str
    email: str
    tenants: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}"


KARIN = Person("5d3c1f0e-5a0d-4f6e-9a53-3f1f6ad0c001", "Karin", "Lindqvist", "karin.lindqvist@example.com")

#: Kronor for one of another currency: invented, and the same for ever.
RATES = {"EUR": Decimal("11.2345"), "NOK": Decimal("0.9876"), "DKK": Decimal("1.5062")}


@dataclass(frozen=True, slots=True)
class Behaviours:
    """Answers to what nobody outside Visma knows, and the state a test wants the server in."""

    refuses_case_fields: bool = False  # PUT of the debt collection fields on a released invoice
    in_currency_is_document: bool = False  # False: `amount` is the document's currency and `amountInCurrency` the base's
    needs_if_match: bool = True  # a PUT or action without If-Match is refused, where the specification names the header
    customers_tell_pages: bool = False  # metadata on customers; one client has it, the newer does not
    rates: Mapping[str, Decimal] = field(default_factory=lambda: dict(RATES))
    token_seconds: int = 3600
    code_seconds: int = 300
    refresh_seconds: int = 30 * 86_400  # sliding: a refresh token unused for so long is dead
    lost_seconds: float = 0  # how long a caller waits in vain for an answer that never comes; slept on the clock given
    release_seconds: float = 0  # more: a release is queued, and done when so much time has passed
    background_seconds: float = 2  # so long a background call shows as started
    tells_roles: bool = False  # the real one tells who a person is and not their roles; True: as another provider would
    keeps_files: bool = True  # False: of an attachment only its name is kept


LIMITS, BEHAVIOURS = Limits(), Behaviours()
