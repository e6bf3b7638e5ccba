"""Lists in pages that overlap. Where a reading stands is a short text: it can be stopped at any page and gone on with elsewhere.

The API cuts a list into pages anew at each call, in an order it does not promise. A record that changes or leaves while the list
is read moves those after it, and one of them slips over the edge between two pages unseen. So each page is asked for in a size
that makes it begin a few records before the last one ended, and those must be there again; if they are not, the reading goes a
page back. See docs/adr/0211.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from fordran.connectors.exact_json import Record
from fordran.connectors.visma_net.values import earlier
from fordran.connectors.visma_net.wire import Wire
from fordran.ports.errors import Malformed

Query = Mapping[str, str | int | bool]

OVERLAP = 8
"""Records. Of a page of 500 that is one call more in sixty; more than so many changes between two calls cost a page back."""
MOST_STEPS_BACK = 25
"""In one list. Then it is read on without looking for the overlap: better than never to end."""
MOST_RECORDS = 20_000_000
"""A list that goes on for longer goes round in a circle."""


@dataclass(frozen=True, slots=True)
class Place:
    """`read`: records before this were read. `most`: the greatest page known to be allowed. `started`: whole seconds of our clock
    at the first page, only ever used to tell how long the reading took. `highest`: the latest lastModifiedDateTime seen.
    `marks`: of the last records read, to know them again. `back`: steps back taken."""

    of: str
    most: int
    started: int
    read: int = 0
    highest: str = ""
    back: int = 0
    marks: tuple[str, ...] = ()

    def written(self) -> str:
        numbers = f"{self.read}|{self.most}|{self.started}|{self.back}"
        return f"{self.of}|{numbers}|{self.highest}|{','.join(self.marks)}"

    @staticmethod
    def of_text(place: str) -> Place:
        try:
            of, read, most, started, back, highest, marks = place.split("|")
            if highest:
                earlier(highest, 0)
            known = tuple(mark for mark in marks.split(",") if mark)
            found = Place(of, int(most), int(started), int(read), highest, int(back), known)
        except ValueError as error:
            raise Malformed("this is not a place in a list of Visma.net; begin from the start") from error
        if found.most < 1 or found.read < 0:
            raise Malformed("this is not a place in a list of Visma.net; begin from the start")
        return found

    def saw(self, moment: str) -> Place:
        return replace(self, highest=moment) if moment > self.highest else self

    def since(self, before: str, *, now: float, overlap_seconds: int) -> str:
        """What to ask for next time. The latest change seen, less the time that the reading took (what was read first may
        have changed until it ended), less the overlap; never earlier than before."""
        if not self.highest:
            return before
        return max(before, earlier(self.highest, overlap_seconds + max(now - self.started, 0)))


@dataclass(frozen=True, slots=True)
class Slice:
    """Records of one page; `next` is None at the end."""

    records: tuple[Record, ...]
    next: Place | None
    total: int | None


@dataclass(frozen=True, slots=True)
class Window:
    """Page `number` of pages of `size`."""

    number: int
    size: int

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size


def window(read: int, most: int) -> tuple[Window, bool]:
    """The page to ask for: of all sizes the one that begins at or before the overlap and brings the most that is new. The second
    answer is whether it does overlap; false at the very beginning, and for pages too small for it."""
    start = read - overlap_of(most)
    best = max(
        (Window(start // size + 1, size) for size in range(most, most // 2, -1)) if read else (),
        key=lambda one: one.first + one.size,
        default=Window(1, most),
    )
    if best.first + best.size > read:
        return best, read > 0 and best.first < read
    if 0 < start <= most < start + start:
        return Window(2, start), True
    return Window(read // most + 1, most), False


def overlap_of(most: int) -> int:
    return min(OVERLAP, most * 2 // 5)


def read_slice(wire: Wire, path: str, query: Query, place: Place) -> Slice:
    """One page. Raises as `Wire.read`; Malformed when the answer is no list."""
    asked, overlaps = window(place.read, place.most)
    answer = wire.read(path, {**query, "pageNumber": asked.number, "pageSize": asked.size})
    records, said, total = _open(answer.body if answer else [])
    most = min(place.most, said) if said else place.most
    cut = Window(asked.number, min(asked.size, most))  # as the server cut it
    marks = [mark_of(record) for record in records]
    if overlaps and place.marks and place.back < MOST_STEPS_BACK and not set(marks) & set(place.marks):
        behind = replace(place, read=max(0, cut.first - most), most=most, back=place.back + 1, marks=())
        return Slice(records, behind, total)
    count = len(records)
    ended = cut.first + count >= total if total is not None else count < cut.size
    if said is None and total is None and place.read == 0 and 0 < count < cut.size:
        # A server that does not say its greatest page: this was it, or the end. The next page tells.
        cut, most, ended = Window(1, count), count, False
    if count == 0 or ended:
        return Slice(records, None, total)
    if cut.first > MOST_RECORDS:
        raise Malformed("Visma.net's list does not end")
    kept = tuple(marks[count - overlap_of(most) :])
    return Slice(records, replace(place, read=cut.first + cut.size, most=most, marks=kept), total)


def mark_of(record: Record) -> str:
    """A short sum of which record it is, in which version."""
    names = ("documentType", "refNbr", "referenceNumber", "number", "timeStamp", "lastModifiedDateTime")
    return f"{zlib.crc32('|'.join(str(record.get(name)) for name in names).encode()):x}"


def all_pages(wire: Wire, path: str, query: Query, *, most_pages: int, trust_total: bool = True) -> Iterator[tuple[Record, ...]]:
    """Every page of a short list. Raises Malformed past `most_pages`: never half a list.

    Without `trust_total` it ends at an empty page only: the list of journal transactions counts lines, and may tear one apart.
    """
    size = wire.settings.page_size
    seen = 0
    for page in range(1, most_pages + 1):
        answer = wire.read(path, {**query, "pageNumber": page, "pageSize": size})
        records, most, total = _open(answer.body if answer else [])
        if not records:
            return
        yield records
        seen += len(records)
        if trust_total and total is not None and seen >= total:
            return
        if most and most < size:
            if page > 1:
                raise Malformed("Visma.net lowered its page size while a list was read; it will be tried again")
            size = most
        elif most is None and page == 1:
            size = min(size, len(records))
    raise Malformed(f"Visma.net's list has more than {most_pages} pages, too many to look through")


def _open(body: Any) -> tuple[tuple[Record, ...], int | None, int | None]:
    """Records, the server's greatest page size and the total of either kind of list."""
    if not isinstance(body, list) or not all(isinstance(one, Mapping) for one in body):
        raise Malformed("Visma.net answered something else than a list")
    if body and isinstance(body[0].get("records"), list):
        records = tuple(record for envelope in body for record in envelope.get("records") or ())
        return records, _number(body[0].get("pageSize")), _number(body[0].get("totalCount"))
    metadata = body[0].get("metadata") if body else None
    if not isinstance(metadata, Mapping):
        return tuple(body), None, None
    return tuple(body), _number(metadata.get("maxPageSize")), _number(metadata.get("totalCount"))


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
