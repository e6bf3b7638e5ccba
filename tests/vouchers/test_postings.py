"""Which payments the ERP should hold, whatever is set against claims and taken off again: pure."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from fordran.books.postings import Book, Change, Item, every, lay_out

ITEMS = {1: Item(10, 1000), 2: Item(10, 500), 3: Item(11, 0)}
moves = st.lists(
    st.dictionaries(st.sampled_from([(7, 1), (7, 2), (7, 3), (8, 1), (8, 3)]), st.integers(-600, 600), max_size=4), max_size=8
)


def _changes(told: dict[tuple[int, int], int], voucher: int) -> dict[int, Change]:
    changes: dict[int, Change] = {}
    for (payment, case), minor in told.items():
        changes.setdefault(payment, Change(voucher)).by_case[case] += minor
    return changes


@given(moves, st.booleans())
def test_items_are_never_paid_beyond_what_is_open_and_nothing_is_lost(told: list[dict[tuple[int, int], int]], ask: bool) -> None:
    book = Book(ITEMS, {}, {})
    net: dict[tuple[int, int], int] = {}
    past = 0
    for voucher, one in enumerate(told, 1):
        for place, minor in one.items():
            net[place] = net.get(place, 0) + minor
        past += sum(lay_out(book, _changes(one, voucher)).values())
        standing: dict[tuple[int, int], int] = {}
        for posting in every(book):
            assert posting.items and min(posting.items.values()) > 0
            assert {ITEMS[case].customer for case in posting.items} == {posting.customer}
            if not posting.voided:
                for case, minor in posting.items.items():
                    standing[posting.payment, case] = standing.get((posting.payment, case), 0) + minor
        for place, share in book.shares.items():
            assert share.net_minor == net[place]
            assert standing.get(place, 0) == share.posted_minor <= max(0, share.net_minor)
        for case, item in ITEMS.items():
            assert sum(minor for (_, c), minor in standing.items() if c == case) <= item.postable_minor
        assert sum(net.values()) == sum(standing.values()) + past
        if ask:
            for posting in every(book):
                posting.asked = True
    keys = [posting.key for posting in every(book)]
    assert len(keys) == len(set(keys))


def test_a_new_posting_waits_for_the_one_that_was_really_asked_for() -> None:
    """Lowered twice before the ERP was told of the second posting: the third waits for the first, which is there."""
    book = Book(ITEMS, {}, {})
    lay_out(book, _changes({(7, 1): 900}, 1))
    book.postings[7][0].asked = True
    lay_out(book, _changes({(7, 1): -100}, 2))
    lay_out(book, _changes({(7, 1): -100}, 3))
    first, second, third = book.postings[7]
    assert (first.voided, second.voided, third.voided) == (True, True, False)
    assert second.after is first and third.after is first and third.items == {1: 700}
