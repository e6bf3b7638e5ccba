"""Clocks for connectors: this machine's, and that of a simulated world."""

from __future__ import annotations

import time
from collections.abc import Callable

import httpx

from fordran.ports.errors import Unavailable


class SystemClock:
    """The machine's own time. The only place outside the pages that may ask it: tokens, limits and time-outs are of today."""

    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(seconds, 0))


class WorldClock:
    """The time of a simulated world, asked of it over HTTP: nobody waits for real, and all processes share it.

    `GET <url>/_world/clock` answers {"now": seconds}; `POST` of {"sleep": seconds} lets them pass.
    """

    def __init__(self, url: str, *, timeout_seconds: float = 30) -> None:
        self.address = f"{url.rstrip('/')}/_world/clock"
        self.http = httpx.Client(timeout=timeout_seconds, trust_env=False)

    def now(self) -> float:
        return self._answer(lambda: self.http.get(self.address))

    def sleep(self, seconds: float) -> None:
        self._answer(lambda: self.http.post(self.address, json={"sleep": max(seconds, 0)}))

    def _answer(self, ask: Callable[[], httpx.Response]) -> float:
        try:
            reply = ask()
            reply.raise_for_status()
            return float(reply.json()["now"])
        except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
            raise Unavailable("the clock of the simulated world does not answer; is the sandbox running?") from error
