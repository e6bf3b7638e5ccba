"""A question to a creditor's ERP while somebody waits for the page: asked at once, or not at all."""

from __future__ import annotations

from django.db import connection

from fordran.creditors.models import Creditor
from fordran.day import world
from fordran.erp.connections import connection_of
from fordran.ports.clock import Clock
from fordran.ports.erp import ErpCompany
from fordran.ports.errors import Unavailable

PATIENCE_SECONDS = 5.0
"""How long pauses between tries, and waits for the ERP's limit of calls, may be in all before a person is told to come back."""


class Impatient:
    """A clock by which nobody waits longer than `seconds` in all."""

    def __init__(self, inner: Clock, seconds: float = PATIENCE_SECONDS) -> None:
        self.inner, self.left = inner, seconds

    def now(self) -> float:
        return self.inner.now()

    def sleep(self, seconds: float) -> None:
        """Raises Unavailable when that is more than is left."""
        self.left -= seconds
        if self.left < 0:
            raise Unavailable("the ERP does not answer soon enough for somebody who waits")
        self.inner.sleep(seconds)


def ask_company(creditor: Creditor) -> ErpCompany | None:
    """Who the creditor is, as its ERP says now; None where no ERP is connected. Raises PortError and Refused.

    Not within a transaction: a new token is stored for everybody before it is used. Row-level security shows this creditor's
    rows meanwhile.
    """
    _see(str(creditor.pk))
    try:
        known = connection_of(creditor)
        return world.plugged_in(known, Impatient(world.clock())).company() if known is not None else None
    finally:
        _see("")


def _see(creditors: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("select set_config('fordran.creditors', %s, false)", [creditors])
