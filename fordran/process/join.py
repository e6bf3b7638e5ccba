"""Several claims in one letter: which cases share it, and which of them bears the one cost of its kind."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TypeVar

from fordran.core.findings import finding
from fordran.core.made_often import made_often
from fordran.core.reasons import Reason
from fordran.process.country import CostAllowed
from fordran.process.facts import CaseFacts, CostKind
from fordran.process.outcomes import Act

ONE_PER_LETTER = (CostKind.REMINDER, CostKind.DEMAND)
"""Costs of the letter itself. Compensation is for the invoice, so every invoice in a letter may bear its own."""

MOST_IN_A_LETTER = 40
"""A letter carries at most so many claims; more make a second letter, without a cost of its kind."""

Key = TypeVar("Key", bound=Hashable)


@made_often
@dataclass(frozen=True, slots=True)
class Ready:
    """A case whose letter is due today. `debtor` is any value that is the same for one person's cases; `address` the lines that
    the letter goes to."""

    case: int
    debtor: Hashable
    facts: CaseFacts
    act: Act
    address: tuple[str, ...] = ()

    def envelope(self) -> tuple[str, ...]:
        """Cases with equal envelopes share a letter's cost: same debtor, currency, kind of claim and of letter. What goes to
        different addresses is more than one letter all the same, and the debtor pays for one."""
        claim = self.facts.claim
        return (str(self.debtor), claim.currency, str(claim.kind), str(self.act.step.kind), str(self.act.last_day))


def join_letters(ready: Iterable[Ready]) -> list[tuple[Ready, ...]]:
    """One tuple a letter, oldest claim first, with the costs moved to the case that bears them."""
    ordered = sorted(ready, key=lambda r: (r.envelope(), r.facts.claim.due_on, r.case))
    joined = [_share_costs(tuple(group)) for _, group in groupby(ordered, key=Ready.envelope)]
    return [
        letter[start : start + MOST_IN_A_LETTER]
        for group in joined
        for letter in _by_address(group)
        for start in range(0, len(letter), MOST_IN_A_LETTER)
    ]


def _by_address(group: tuple[Ready, ...]) -> Iterable[tuple[Ready, ...]]:
    if len(group) == 1:
        return (group,)
    letters: dict[tuple[str, ...], list[Ready]] = {}
    for ready in group:
        letters.setdefault(ready.address, []).append(ready)
    return map(tuple, letters.values())


def _share_costs(letter: Sequence[Ready]) -> tuple[Ready, ...]:
    if len(letter) == 1:
        return tuple(letter)
    borne: dict[CostKind, str] = {}
    shared = []
    for ready in letter:
        kept: list[CostAllowed] = []
        because = ready.act.because
        for cost in ready.act.costs:
            if cost.kind in ONE_PER_LETTER and cost.kind in borne:
                moved = finding(Reason.BORNE_BY_ANOTHER_CASE, cost.finding.source, kind=cost.kind, invoice=borne[cost.kind])
                because = tuple(moved if found is cost.finding else found for found in because)
            else:
                kept.append(cost)
                if cost.kind in ONE_PER_LETTER:
                    borne[cost.kind] = ready.facts.claim.invoice
        if len(kept) < len(ready.act.costs):
            ready = replace(ready, act=replace(ready.act, costs=tuple(kept), because=because))
        shared.append(ready)
    return tuple(shared)
