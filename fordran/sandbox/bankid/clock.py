"""The time of a simulator that is served by itself: the machine's, or that of a world it is asked to follow."""

from __future__ import annotations

import json
import time
from urllib.request import ProxyHandler, build_opener


class MachineClock:
    def now(self) -> float:
        return time.time()

    def sleep(self, seconds: float) -> None:
        time.sleep(max(seconds, 0))


class FollowedClock:
    """`GET <url>/_world/clock` answers {"now": seconds}; `POST` of {"sleep": seconds} lets them pass."""

    def __init__(self, url: str) -> None:
        self.address = f"{url.rstrip('/')}/_world/clock"
        self._open = build_opener(ProxyHandler({})).open

    def now(self) -> float:
        with self._open(self.address, timeout=30) as answer:
            return float(json.load(answer)["now"])

    def sleep(self, seconds: float) -> None:
        with self._open(self.address, data=json.dumps({"sleep": max(seconds, 0)}).encode(), timeout=30):
            pass
