"""Everything that happens says why: a stable reason, the facts it speaks of, and the law or setting behind it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from fordran.core.law import Source
from fordran.core.made_often import made_often
from fordran.core.reasons import Reason

Fact = str | int | date | Decimal | None


class Level(StrEnum):
    """Who set the value that decided."""

    CUSTOMER = "customer"
    CLASS = "class"
    GENERIC = "generic"
    LAW = "law"
    NONE = "none"


@made_often
@dataclass(frozen=True, slots=True)
class Finding:
    """One step of reasoning. `facts` are the named values that the reason's words mention; no personal data."""

    reason: Reason
    facts: tuple[tuple[str, Fact], ...] = ()
    source: Source | None = None
    level: Level = Level.NONE

    def fact(self, name: str) -> Fact:
        return dict(self.facts).get(name)


def finding(reason: Reason, source: Source | None = None, level: Level = Level.NONE, **facts: Fact) -> Finding:
    """A finding with its facts as keywords: `finding(Reason.TOO_EARLY, until=day)`.

    Facts whose name ends in `_minor` are öre and are written as money in `currency` (a fact too, else SEK).
    """
    return Finding(reason, tuple(facts.items()), source, level)
