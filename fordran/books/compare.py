"""Sets what the ERP holds open beside what we do, item by item, and says why they differ. Pure.

For each item there are causes that we know of: an errand the ERP has not done yet, a loss that it has not booked, a payment that
it has set against the invoice in full. Some are certain, some may be or not, since only the ERP knows. A difference is explained
when some choice among them comes to it to the öre; of several the one that supposes least. The rest is unexplained.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Why(StrEnum):
    """Causes of a difference; the ERP has more open (above nothing) or less."""

    ERRAND_WAITING = "errand_waiting"
    ERRAND_REFUSED = "errand_refused"
    ERRAND_AMBIGUOUS = "errand_ambiguous"
    READ_BEFORE = "read_before"  # posted there, after it was last read
    NOT_ASKED = "not_asked"  # paid here, and not told to the ERP yet
    NOT_POSTED = "not_posted"  # paid here; payments are not posted, and its picture does not have it
    POSTED_IN_FULL = "posted_in_full"  # the ERP has set interest and costs of a payment against the invoice as well
    PAST_THE_ITEM = "past_the_item"  # paid here for more than the item held: on the account, not on the item
    DIRECT_IN_FULL = "direct_in_full"  # paid to the creditor: it closed the item by all, we paid costs and interest first
    DIRECT_NOT_SEEN = "direct_not_seen"
    CREDIT_NOT_APPLIED = "credit_not_applied"
    LOSS_NOT_BOOKED = "loss_not_booked"
    GIVEN_UP = "given_up"
    ROUNDED_HERE = "rounded_here"
    CHANGED_THERE = "changed_there"  # since it was last read
    NOT_READ = "not_read"  # in the ERP, issued since it was last read
    NOT_THERE = "not_there"  # open here, gone there since it was last read


@dataclass(frozen=True, slots=True)
class Cause:
    """One of `choices` is the case: öre that the ERP has more open than we do, and why; why None = no difference from this."""

    about: str
    choices: tuple[tuple[int, Why | None], ...]


def certain(about: str, minor: int, why: Why) -> Cause:
    return Cause(about, ((minor, why),))


def perhaps(about: str, minor: int, why: Why) -> Cause:
    return Cause(about, ((0, None), (minor, why)))


@dataclass(frozen=True, slots=True)
class There:
    """An open item of the ERP."""

    number: str
    currency: str
    open_minor: int
    new: bool = False  # issued on or after the day it was last read


@dataclass(frozen=True, slots=True)
class Here:
    """An invoice as we have it. `open_minor`: capital of its case, or, without one, what the mirror says; `read_minor`: what
    the ERP had open when it was last read."""

    number: str
    currency: str
    open_minor: int
    read_minor: int
    case: str = ""
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """`because`: (why, öre, about). Their sum and `unexplained_minor` is the difference, theirs less ours."""

    number: str
    case: str
    currency: str
    theirs_minor: int
    ours_minor: int
    because: tuple[tuple[Why, int, str], ...]
    unexplained_minor: int


@dataclass(slots=True)
class Compared:
    items: int = 0
    theirs_minor: dict[str, int] | None = None
    ours_minor: dict[str, int] | None = None
    differences: list[Difference] | None = None


def compare(theirs: Iterable[There], ours: Iterable[Here]) -> Compared:
    """Every item that either side has open, or that either ever knew and they differ about."""
    there = {item.number: item for item in theirs}
    result = Compared(0, {}, {}, [])
    for here in ours:
        found = there.pop(here.number, None)
        _add(result, here.currency, found.open_minor if found else 0, here.open_minor)
        difference = explain(here, found.open_minor if found else 0)
        if difference:
            result.differences.append(difference)  # type: ignore[union-attr]
    for item in there.values():
        _add(result, item.currency, item.open_minor, 0)
        why = ((Why.NOT_READ, item.open_minor, item.number),) if item.new else ()
        result.differences.append(  # type: ignore[union-attr]
            Difference(item.number, "", item.currency, item.open_minor, 0, why, 0 if item.new else item.open_minor)
        )
    return result


def _add(result: Compared, currency: str, theirs: int, ours: int) -> None:
    if theirs or ours:
        result.items += 1
    for sums, minor in ((result.theirs_minor, theirs), (result.ours_minor, ours)):
        assert sums is not None
        sums[currency] = sums.get(currency, 0) + minor


def explain(here: Here, theirs_minor: int) -> Difference | None:
    """None where both sides have the same and nothing that must differ."""
    wanted = theirs_minor - here.open_minor
    because = choose(here.causes, wanted)
    rest = wanted - sum(minor for _, minor, _ in because)
    if rest and theirs_minor != here.read_minor:  # what we know of ends where we last read
        why = Why.NOT_THERE if theirs_minor == 0 and not here.case else Why.CHANGED_THERE
        because, rest = (*because, (why, rest, here.number)), 0
    if not wanted and not because:
        return None
    return Difference(here.number, here.case, here.currency, theirs_minor, here.open_minor, because, rest)


MOST_SUMS = 4_000
"""Of choices tried for one item; more causes than that can give are not told apart."""


def choose(causes: Sequence[Cause], wanted: int) -> tuple[tuple[Why, int, str], ...]:
    """The choice whose sum is `wanted`, supposing least; where none is, the certain causes alone."""
    reached: dict[int, tuple[tuple[Why, int, str], ...]] = {0: ()}
    for cause in causes:
        grown: dict[int, tuple[tuple[Why, int, str], ...]] = {}
        for total, picks in reached.items():
            for minor, why in cause.choices:
                new = picks if why is None or minor == 0 else (*picks, (why, minor, cause.about))
                known = grown.get(total + minor)
                if known is None or len(new) < len(known):
                    grown[total + minor] = new
        reached = dict(sorted(grown.items(), key=lambda x: len(x[1]))[:MOST_SUMS])
    if wanted in reached:
        return reached[wanted]
    only = (cause for cause in causes if len(cause.choices) == 1)
    return tuple((why, minor, cause.about) for cause in only for minor, why in cause.choices if why and minor)


def totals(sums: Mapping[str, int] | None) -> dict[str, int]:
    return {currency: minor for currency, minor in sorted((sums or {}).items()) if minor}
