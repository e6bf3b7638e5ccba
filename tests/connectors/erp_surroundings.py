"""What a connector of an ERP needs around it, for tests: a clock that can be set, a token and a gate kept in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from fordran.ports.erp import Page, Renew, Token

T = TypeVar("T")
BEGINNING = datetime(1970, 1, 1)  # noqa: DTZ001  the ERP's times have no zone


@dataclass
class TestTime:
    """`ports.clock.Clock` in which nobody waits. `local` is the same moment as an ERP in this zone writes it."""

    __test__ = False
    seconds: float = 1_795_000_000.0  # 2026-11-18
    zone_hours: int = 1
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.seconds

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.seconds += seconds

    def local(self) -> datetime:
        return BEGINNING + timedelta(seconds=self.seconds, hours=self.zone_hours)

    def days_pass(self, days: float) -> None:
        self.seconds += days * 86_400


@dataclass
class TokenInMemory:
    token: Token | None = None
    renewed: int = 0

    def read(self) -> Token | None:
        return self.token

    def renew(self, used: Token | None, renew: Renew) -> Token:
        if self.token is not None and self.token != used:
            return self.token
        self.renewed += 1
        self.token = renew(self.token)
        return self.token


@dataclass
class GateInMemory:
    """Waits as long as the ERP asked for, on the test's clock."""

    clock: TestTime
    until: float = 0.0
    heard: list[tuple[int | None, float | None, float | None]] = field(default_factory=list)

    def wait(self) -> None:
        if self.until > self.clock.now():
            self.clock.sleep(self.until - self.clock.now())

    def told(self, *, remaining: int | None, reset_seconds: float | None, retry_after: float | None) -> None:
        self.heard.append((remaining, reset_seconds, retry_after))
        if retry_after is not None:
            self.until = self.clock.now() + retry_after


def pages(read: Callable[[str], Page[T]], *, most: int = 500) -> Iterator[Page[T]]:
    """All pages of a reading, each from the place that the one before named."""
    place = ""
    for _ in range(most):
        page = read(place)
        yield page
        place = page.place
        if not place:
            return
    raise AssertionError("the reading does not end")
