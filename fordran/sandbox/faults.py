"""Trouble on request: what goes wrong with the next call, by a seed or because a test asked for it.

A simulator asks `Faults.choose` once a request. The same seed and the same sequence of requests give the same trouble; nothing
here reads a clock. Which kinds there are:

| Kind | What the caller sees | Was it done? |
|---|---|---|
| `429` | too many requests, with Retry-After | no |
| `500` | an error of the server | no |
| `502` | HTML of a gateway | no |
| `gateway_error` | a gateway's own error body | no |
| `timeout_before` | the connection closes without an answer | no |
| `timeout_after` | the connection closes without an answer | yes |
| `504_after` | HTML of a gateway | yes |
| `truncated` | half of the answer, then the connection closes | yes |
| `wrong_content` | a page that has nothing to do with the question, with status 200 | yes |
| `expired_token` | the token used is no longer taken | no |
| `page_shift` | the list, after records have moved between its pages | yes |
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from random import Random

KINDS = (
    "429", "500", "502", "gateway_error", "timeout_before", "timeout_after", "504_after", "truncated", "wrong_content",
    "expired_token", "page_shift",
)  # fmt: skip


@dataclass(slots=True)
class _Ordered:
    pattern: str
    kind: str
    skip: int
    times: int


class Faults:
    """`rates`: kind -> share of requests, 0 to 1, together at most 1. `skew_seconds`: how far the server's own clock is off,
    in its Date header and in the times it stamps. A rate is asked only of lines that `only` matches (default: all)."""

    def __init__(
        self, seed: int = 0, rates: Mapping[str, float] | None = None, *, skew_seconds: float = 0, only: str = "*"
    ) -> None:
        self.seed, self.rates, self.skew_seconds, self.only = seed, dict(rates or {}), skew_seconds, only
        for kind, rate in self.rates.items():
            _known(kind)
            if not 0 <= rate <= 1:
                raise ValueError(f"{kind}: a rate is a share from 0 to 1")
        if sum(self.rates.values()) > 1:
            raise ValueError("the rates come to more than 1")
        self.met: Counter[str] = Counter()  # how often each kind was chosen
        self._ordered: list[_Ordered] = []
        self._number = 0
        self._lock = threading.Lock()

    def next(self, pattern: str, kind: str, *, times: int = 1, skip: int = 0) -> None:
        """The next `times` requests whose line ("PUT /v1/customerinvoice/1001") matches the pattern meet this, after `skip`
        that are left alone. `*` in the pattern stands for anything."""
        _known(kind)
        with self._lock:
            self._ordered.append(_Ordered(pattern, kind, skip, times))

    def calm(self) -> None:
        """No more trouble: ordered or by rates."""
        with self._lock:
            self._ordered.clear()
            self.rates.clear()

    def choose(self, line: str) -> str:
        """What happens to this request; "" = nothing."""
        with self._lock:
            self._number += 1
            kind = self._from_orders(line) or self._by_chance(line)
            if kind:
                self.met[kind] += 1
            return kind

    def _from_orders(self, line: str) -> str:
        for order in self._ordered:
            if fnmatchcase(line, order.pattern):
                if order.skip:
                    order.skip -= 1
                    return ""
                order.times -= 1
                if order.times == 0:
                    self._ordered.remove(order)
                return order.kind
        return ""

    def _by_chance(self, line: str) -> str:
        if not self.rates or not fnmatchcase(line, self.only):
            return ""
        drawn = Random(f"{self.seed}:{self._number}").random()  # noqa: S311  chance, not a secret
        for kind, rate in self.rates.items():
            drawn -= rate
            if drawn < 0:
                return kind
        return ""


def _known(kind: str) -> None:
    if kind not in KINDS:
        raise ValueError(f"{kind}: no such trouble; one of {', '.join(KINDS)}")
