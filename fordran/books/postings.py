"""Which payments the ERP should hold on its open items, after new vouchers. Pure.

A payment's capital may grow (more of it was set against claims), shrink (some was taken off) or move. What grows is posted
beside what stands. What shrinks voids every posting that holds the case, whole, and what still stands of it is posted anew, after
the void.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Posted:
    """A posting, stored or new. `id` 0 = new. `items`: öre by case."""

    id: int
    payment: int
    customer: int
    number: int  # of the payment's postings, from 1
    items: dict[int, int]
    asked: bool = False
    voided: bool = False
    voucher: int = 0
    after: Posted | None = None  # it waits until this one is undone in the ERP

    @property
    def key(self) -> str:
        return f"FP{self.payment}-{self.number}"


@dataclass(slots=True)
class Shared:
    """Of one payment and one case: capital that vouchers say it paid, and what of that is posted on the item, öre."""

    net_minor: int = 0
    posted_minor: int = 0
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """An open item: whose it is, and how much of it payments of ours may close in all, öre."""

    customer: int
    postable_minor: int


@dataclass(slots=True)
class Change:
    """What new vouchers did to a payment's capital, by case, and the last of these vouchers."""

    voucher: int
    by_case: dict[int, int] = field(default_factory=lambda: defaultdict(int))


@dataclass(slots=True)
class Book:
    """What stands before, and after `lay_out` what should: `shares` by (payment, case), `postings` by payment."""

    items: Mapping[int, Item]
    shares: dict[tuple[int, int], Shared]
    postings: dict[int, list[Posted]]

    def taken(self) -> dict[int, int]:
        """Öre of each item that is posted on, over all payments."""
        sums: dict[int, int] = defaultdict(int)
        for (_, case), share in self.shares.items():
            sums[case] += share.posted_minor
        return sums


def lay_out(book: Book, changes: Mapping[int, Change]) -> dict[int, int]:
    """Change the book as the changes say. By payment: öre more that could not be posted on its items (or fewer)."""
    taken = book.taken()
    return {payment: _lay_out(book, payment, change, taken) for payment, change in sorted(changes.items())}


def _lay_out(book: Book, payment: int, change: Change, taken: dict[int, int]) -> int:
    left_out = 0
    lowered: set[int] = set()
    more: dict[int, int] = {}
    for case, minor in sorted(change.by_case.items()):
        share = book.shares.setdefault((payment, case), Shared())
        share.net_minor += minor
        share.changed = True
        room = book.items[case].postable_minor - (taken[case] - share.posted_minor)
        room = max(share.posted_minor, room)  # what is posted stays, whatever came to the ERP since
        posted = max(0, min(share.net_minor, room))
        left_out += minor - (posted - share.posted_minor)
        if posted < share.posted_minor:
            lowered.add(case)
        elif posted > share.posted_minor:
            more[case] = posted - share.posted_minor
        taken[case] += posted - share.posted_minor
        share.posted_minor = posted
    after = None
    if lowered:
        after = _void(book, payment, lowered)
        standing = _standing(book, payment)
        more = {case: s.posted_minor - standing[case] for (p, case), s in book.shares.items() if p == payment}
    _post(book, payment, {case: minor for case, minor in more.items() if minor > 0}, change.voucher, after)
    return left_out


def _void(book: Book, payment: int, cases: set[int]) -> Posted | None:
    """Every live posting that holds one of the cases. The last one that must be gone there before its items are paid anew."""
    after = None
    for posting in book.postings.get(payment, ()):
        if not posting.voided and cases & set(posting.items):
            posting.voided = True
            after = posting if posting.asked else posting.after or after
    return after


def _standing(book: Book, payment: int) -> dict[int, int]:
    sums: dict[int, int] = defaultdict(int)
    for posting in book.postings.get(payment, ()):
        if not posting.voided:
            for case, minor in posting.items.items():
                sums[case] += minor
    return sums


def _post(book: Book, payment: int, items: Mapping[int, int], voucher: int, after: Posted | None) -> None:
    """One posting for each customer."""
    known = book.postings.setdefault(payment, [])
    for customer in sorted({book.items[case].customer for case in items}):
        of_customer = {case: minor for case, minor in sorted(items.items()) if book.items[case].customer == customer}
        known.append(Posted(0, payment, customer, len(known) + 1, of_customer, voucher=voucher, after=after))


def every(book: Book) -> Iterable[Posted]:
    return (posting for payment in sorted(book.postings) for posting in book.postings[payment])
