"""Money that a customer has on account: which of its claims may be paid already, though nobody has said so. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class OnAccount:
    """A payment or credit note that is open and set against nothing. `row` orders them as they became known. `minor` is öre
    above nothing."""

    row: int
    customer: int
    currency: str
    minor: int


@dataclass(frozen=True, slots=True)
class RunningClaim:
    """`case` is any number, another for each. `owed_minor` is all that is asked for in öre. `let_go_to`: a person has said of
    every credit up to that row that the claim goes on in spite of it; 0 = of none."""

    case: int
    customer: int
    currency: str
    due_on: date
    invoice: str
    owed_minor: int
    let_go_to: int = 0


def may_be_paid(credits: Iterable[OnAccount], claims: Iterable[RunningClaim]) -> dict[int, int]:
    """By case, how many öre of it the customer's money on account would pay: the oldest claim first, and only as far as the
    money reaches. What a person has said is no payment of one claim may be one of the next."""
    owed: dict[tuple[int, str], list[RunningClaim]] = defaultdict(list)
    for claim in sorted(claims, key=lambda c: (c.due_on, c.invoice, c.case)):
        owed[(claim.customer, claim.currency)].append(claim)
    covered: dict[int, int] = {}
    for credit in sorted(credits, key=lambda c: c.row):
        left = credit.minor
        for claim in owed[(credit.customer, credit.currency)]:
            share = min(left, claim.owed_minor - covered.get(claim.case, 0))
            if share > 0 and credit.row > claim.let_go_to:
                covered[claim.case] = covered.get(claim.case, 0) + share
                left -= share
    return covered
