"""Lists in slices that overlap. Where a reading stands is a short text: it can be stopped at any slice and gone on with.

Fortnox cuts a list anew at each call; a record that is paid leaves it, and all after it move up. So each slice begins a few
records before the last one ended (`offset`), and one of those must be there again; if none is, the reading goes back by more.
Records keep their order among themselves (it is asked for by number), so what stands after one that is known is new.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote, unquote

from fordran.connectors.exact_json import Record
from fordran.connectors.fortnox.settings import MOST_ON_A_PAGE
from fordran.connectors.fortnox.wire import Wire
from fordran.ports.errors import Malformed

Query = Mapping[str, str | int]

OVERLAP = 8
MOST_STEPS_BACK = 25
"""In one list. Then it is read on without looking for the overlap: better than never to end."""


@dataclass(frozen=True, slots=True)
class Place:
    """`read`: records before this were read. `began`: the server's time at the first slice. `most`: rows it gives at most, once
    it gave fewer than asked; 0 = not met. `known`: keys of the last read."""

    of: str
    read: int = 0
    began: str = ""
    most: int = 0
    back: int = 0
    known: tuple[str, ...] = ()

    def written(self) -> str:
        known = ",".join(quote(key, safe="") for key in self.known)
        return f"{self.of}|{self.read}|{self.began}|{self.most}|{self.back}|{known}"

    @staticmethod
    def of_text(place: str) -> Place:
        try:
            of, read, began, most, back, known = place.split("|")
            keys = tuple(unquote(key) for key in known.split(",") if key)
            found = Place(of, int(read), began, int(most), int(back), keys)
            datetime.fromisoformat(began)
        except ValueError as error:
            raise Malformed("this is not a place in a list of Fortnox; begin from the start") from error
        if found.read < 0 or found.most < 0:
            raise Malformed("this is not a place in a list of Fortnox; begin from the start")
        return found

    def since(self, overlap_seconds: int) -> str:
        """What to ask for next time: the server's own time when this reading began, less the overlap. Its time is UTC and
        `lastmodified` presumably Swedish, which is later: so a little too much is read, never too little."""
        began = datetime.fromisoformat(self.began) - timedelta(seconds=overlap_seconds)
        return began.strftime("%Y-%m-%d %H:%M")


@dataclass(frozen=True, slots=True)
class Slice:
    """Records that are new to this reading; `next` is None at the end. `here`: the place, with the server's time."""

    records: tuple[Record, ...]
    here: Place
    next: Place | None
    total: int | None


def read_slice(wire: Wire, path: str, name: str, key: str, query: Query, place: Place, size: int) -> Slice:
    """`name`: what the list stands under (Invoices). `key`: the field that tells its records apart. Raises as `Wire.read`."""
    overlap = min(OVERLAP, (place.most or size) * 2 // 5) if place.known else 0
    start = max(place.read - overlap, 0)
    asked = min(size + place.read - start, MOST_ON_A_PAGE)
    records, total, at = _ask(wire, path, name, {**query, "limit": asked, "offset": start})
    here = place if place.began else replace(place, began=at)
    if not here.began:
        raise Malformed("Fortnox's answer does not say when it was given")
    keys = [str(record.get(key)) for record in records]
    found = [n for n, one in enumerate(keys) if one in place.known]
    if overlap and not found and start > 0 and place.back < MOST_STEPS_BACK:
        return Slice((), here, replace(here, read=max(start - size, 0), back=place.back + 1), total)
    new = records[found[-1] + 1 if found else 0 :]
    end = start + len(records)
    if not records or (total is not None and end >= total):
        return Slice(new, here, None, total)
    most = len(records) if len(records) < asked else here.most
    return Slice(new, here, replace(here, read=end, most=most, known=tuple(keys[-OVERLAP:])), total)


def all_of(wire: Wire, path: str, name: str, query: Query, *, most: int) -> Iterator[Record]:
    """A short list to its end. Raises Malformed past `most` records: never half a list."""
    read = 0
    while True:
        records, total, _ = _ask(wire, path, name, {**query, "limit": MOST_ON_A_PAGE, "offset": read})
        yield from records
        read += len(records)
        if not records or (total is not None and read >= total):
            return
        if read > most:
            raise Malformed(f"Fortnox's list {name} has more than {most} records, too many to look through")


def _ask(wire: Wire, path: str, name: str, query: Query) -> tuple[tuple[Record, ...], int | None, str]:
    """Records, how many there are in all, and the server's time. 100 rows have come whatever was asked: they are counted."""
    answer = wire.read(path, query)
    body: Any = answer.body if answer is not None else None
    records = body.get(name) if isinstance(body, Mapping) else None
    if answer is None or not isinstance(records, list) or not all(isinstance(one, Mapping) for one in records):
        raise Malformed("Fortnox answered something else than a list")
    meta = body.get("MetaInformation")
    total = meta.get("@TotalResources") if isinstance(meta, Mapping) else None
    return tuple(records), total if isinstance(total, int) else None, answer.at
