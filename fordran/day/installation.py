"""The installation's own way into an ERP, before a company of it is anybody's creditor: whose companies there are is asked here.

A page waits for the answer, so nothing is waited for: an ERP that is away is away.
"""

from __future__ import annotations

import os

from fordran.connectors import registry
from fordran.core.problems import Refused
from fordran.day.world import clock
from fordran.ports.clock import Clock
from fordran.ports.erp import ErpCompany, Renew, Token
from fordran.ports.errors import Unavailable

TIMEOUT_SECONDS = 10
LONGEST_PAUSE_SECONDS = 2.5


def installed() -> list[str]:
    """ERPs that this installation has a client of its own at."""
    return [name for name in registry.INSTALLED if registry.installed(name, os.environ, "-") is not None]


def access_to(connector: str, tenant: str) -> tuple[dict[str, object], dict[str, str]]:
    """Settings and secrets of a connection to the company. Raises Refused without a client of the installation's."""
    found = registry.installed(connector, os.environ, tenant)
    if found is None:
        raise Refused("this installation has no client at the ERP", field="erp")
    return found


def company_of(connector: str, tenant: str) -> ErpCompany:
    """Who the company is. Raises Refused, and the errors of `ports.errors`."""
    settings, secrets = access_to(connector, tenant)
    time = _Hurried(clock())
    erp = registry.erp(
        connector, {**settings, **secrets, "timeout_seconds": TIMEOUT_SECONDS}, clock=time, tokens=_OneToken(), turnstile=_Open()
    )
    return erp.company()


class _Hurried:
    """`ports.clock.Clock` for somebody who waits at a page."""

    def __init__(self, real: Clock) -> None:
        self.real, self.left = real, LONGEST_PAUSE_SECONDS

    def now(self) -> float:
        return self.real.now()

    def sleep(self, seconds: float) -> None:
        if seconds > self.left:
            raise Unavailable("the ERP does not answer; it will be tried again")
        self.left -= seconds
        self.real.sleep(seconds)


class _OneToken:
    """`ports.erp.TokenStore` of one asking."""

    def __init__(self) -> None:
        self.token: Token | None = None

    def read(self) -> Token | None:
        return self.token

    def renew(self, used: Token | None, renew: Renew) -> Token:
        self.token = renew(used)
        return self.token


class _Open:
    """`ports.erp.Turnstile`: there is no creditor yet whose calls are counted."""

    def wait(self) -> None:
        return None

    def told(self, *, remaining: int | None, reset_seconds: float | None, retry_after: float | None) -> None:
        return None
