"""A query's records in the order of their last change, kept up with the book: a page is a slice.

The real server reads each page anew, so that a record changed while a list is read moves to its end and the rest moves up.
Here the first page of a query looks through the book once; later pages only take in what has changed since
(`Book.recent`), whatever the number of records.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from itertools import chain, takewhile
from operator import attrgetter
from typing import Any

from fordran.sandbox.book import Book, Document, Journal, Party, Receipt

KEPT = 24  # queries whose listing is kept
Match = Callable[[Any], bool]


def _of_kind(book: Book, kind: str) -> Iterable[Any]:
    if kind == "party":
        return book.parties.values()
    if kind == "receipt":
        return book.receipts.values()
    if kind == "journal":
        return book.journals.values()
    if kind == "any":
        return chain(book.documents.values(), book.receipts.values())
    return (document for document in book.documents.values() if document.kind == kind)


def _is_kind(record: object, kind: str) -> bool:
    if isinstance(record, Document):
        return kind in ("any", record.kind)
    if isinstance(record, Receipt):
        return kind in ("any", "receipt")
    return kind == {Party: "party", Journal: "journal"}.get(type(record))


class Listing:
    """The records of one kind for which `match` holds. The caller holds the book's lock."""

    def __init__(self, book: Book, kind: str, match: Match) -> None:
        self.book, self.kind, self.match = book, kind, match
        self.rows: list[Any] = []
        self.versions = array("q")
        self.counter = -1

    def current(self) -> list[Any]:
        if self.counter != self.book.counter:
            if not self._catch_up():
                self.rows = sorted(filter(self.match, _of_kind(self.book, self.kind)), key=attrgetter("version"))
                self.versions = array("q", [row.version for row in self.rows])
            self.counter = self.book.counter
        return self.rows

    def _catch_up(self) -> bool:
        """Take in what has changed; False when the book does not remember back so far."""
        recent = self.book.recent
        if self.counter < 0 or not recent or recent[0].version > self.counter + 1:
            return False
        changes = list(takewhile(lambda change: change.version > self.counter, reversed(recent)))
        for change in reversed(changes):
            if not _is_kind(change.record, self.kind):
                continue
            at = bisect_left(self.versions, change.was)
            if at < len(self.versions) and self.versions[at] == change.was:
                del self.versions[at], self.rows[at]
            if not change.deleted and self.match(change.record):
                self.versions.append(change.version)
                self.rows.append(change.record)
        return True


class Listings:
    """The latest queries of a company."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self._kept: OrderedDict[Hashable, Listing] = OrderedDict()

    def rows(self, kind: str, query: Hashable, match: Match) -> list[Any]:
        """All records of the query, oldest change first. Do not change the list."""
        key = (kind, query)
        listing = self._kept.pop(key, None) or Listing(self.book, kind, match)
        self._kept[key] = listing
        if len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return listing.current()
