"""The time of day, for those few who must wait: tokens, limits of calls, time-outs. Days come as arguments, never from here."""

from __future__ import annotations

from typing import Protocol


class Clock(Protocol):
    def now(self) -> float:
        """Seconds since 1970, of whatever world this is."""
        ...

    def sleep(self, seconds: float) -> None: ...
