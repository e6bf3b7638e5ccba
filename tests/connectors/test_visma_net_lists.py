"""Pages that overlap: nothing is overlooked though the list changes while it is read, in whatever order the server keeps it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fordran.connectors.visma_net.lists import MOST_STEPS_BACK, Place, all_pages, overlap_of, read_slice, window
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.connectors.visma_net.wire import Answer
from fordran.ports.errors import Malformed


@dataclass
class Server:
    """A list on a server: `change` of its records happen at each call, in one of the ways a list can change."""

    count: int
    most: int = 100
    tells: bool = True  # metadata on each record
    change: int = 0
    how: str = "move"
    chance: Random = field(default_factory=lambda: Random(1))
    settings: VismaNetSettings = field(default_factory=lambda: VismaNetSettings(tenant_id="t", client_id="c"))
    calls: list[tuple[int, int]] = field(default_factory=list)
    gone: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.rows = [[n, 0] for n in range(self.count)]

    def read(self, path: str, query: Mapping[str, Any]) -> Answer:
        for _ in range(self.change):
            self._change()
        number, size = query["pageNumber"], min(query["pageSize"], self.most)
        self.calls.append((number, size))
        told = {"metadata": {"totalCount": len(self.rows), "maxPageSize": self.most}} if self.tells else {}
        page = self.rows[(number - 1) * size : number * size]
        return Answer([{"number": str(n), "timeStamp": str(version)} | told for n, version in page])

    def _change(self) -> None:
        if not self.rows:
            return
        at = self.chance.randrange(len(self.rows))
        if self.how == "insert":
            if len(self.rows) > self.count + 60:
                return  # else a short list would grow faster than it is read
            self.rows.insert(at, [10_000_000 + self.chance.randrange(1_000_000), 0])
            return
        row = self.rows.pop(at)
        if self.how == "move":
            self.rows.append([row[0], row[1] + 1])
        else:
            self.gone.add(row[0])


def read_all(server: Server, *, asked: int = 500) -> tuple[set[int], int]:
    """Every record seen, and how many were brought; each page from its place as a text."""
    place: Place | None = Place("x", asked, 0)
    seen: set[int] = set()
    brought = 0
    while place is not None:
        part = read_slice(server, "/v1/x", {}, Place.of_text(place.written()))  # type: ignore[arg-type]
        seen |= {int(record["number"]) for record in part.records}
        brought += len(part.records)
        place = part.next
        assert len(server.calls) < 10 * (server.count // server.most + 20)
    return seen, brought


@given(
    count=st.integers(0, 900),
    most=st.integers(20, 120),
    tells=st.booleans(),
    change=st.integers(0, 4),
    how=st.sampled_from(["move", "leave", "insert"]),
    seed=st.integers(0, 2**32),
)
@settings(max_examples=150)
def test_nothing_is_overlooked_while_records_move_leave_or_come(
    count: int, most: int, tells: bool, change: int, how: str, seed: int
) -> None:
    server = Server(count, most, tells, change, how, Random(seed))
    seen, _ = read_all(server)
    assert set(range(count)) - server.gone <= seen


def test_without_the_overlap_records_would_be_lost() -> None:
    """The test above could fail: plain pages lose some of these."""
    server = Server(2_000, 100, change=3)
    seen: set[int] = set()
    for number in range(1, 30):
        seen |= {int(record["number"]) for record in server.read("/", {"pageNumber": number, "pageSize": 100}).body}
    assert len(set(range(2_000)) - seen) > 10


@pytest.mark.parametrize("tells", [True, False])
@pytest.mark.parametrize("count", [0, 1, 7, 99, 100, 101, 1_000, 20_000])
def test_a_list_at_rest_costs_little_more_than_its_pages(count: int, tells: bool) -> None:
    server = Server(count, 100, tells)
    seen, brought = read_all(server)
    assert seen == set(range(count))
    assert len(server.calls) <= count // 100 * 1.3 + 3
    assert brought <= count * 1.3 + 20


def test_two_hundred_thousand_records_in_pages_of_five_hundred_cost_seven_calls_more_in_a_hundred() -> None:
    server = Server(200_000, 500)
    seen, _ = read_all(server)
    assert len(seen) == 200_000
    assert len(server.calls) <= 430


def test_the_servers_greatest_page_is_obeyed() -> None:
    server = Server(250, 100)
    read_all(server)
    assert server.calls[0] == (1, 100)
    assert max(size for _, size in server.calls) == 100


def test_a_server_that_lowers_its_greatest_page_on_the_way_loses_nothing() -> None:
    server = Server(2_000, 100)
    place: Place | None = Place("x", 500, 0)
    seen: set[int] = set()
    while place is not None:
        part = read_slice(server, "/v1/x", {}, place)  # type: ignore[arg-type]
        seen |= {int(record["number"]) for record in part.records}
        place = part.next
        if len(server.calls) == 7:
            server.most = 30
    assert seen == set(range(2_000))


def test_a_list_that_never_shows_the_same_record_twice_is_read_to_its_end_all_the_same() -> None:
    """Time stamps that change at every call would send the reading back for ever."""

    class Restless(Server):
        def read(self, path: str, query: Mapping[str, Any]) -> Answer:
            for row in self.rows:
                row[1] += 1
            return super().read(path, query)

    server = Restless(1_000, 100)
    seen, _ = read_all(server)
    assert seen == set(range(1_000))
    assert len(server.calls) <= 12 + 3 * MOST_STEPS_BACK


@given(read=st.integers(0, 5_000_000), most=st.integers(1, 1_000))
def test_every_page_brings_something_new_and_leaves_no_gap(read: int, most: int) -> None:
    asked, overlaps = window(read, most)
    assert asked.size <= most
    assert asked.first <= read < asked.first + asked.size
    assert not overlaps or asked.first < read
    if overlaps:
        assert asked.first <= read - min(overlap_of(most), read)


@pytest.mark.parametrize("place", ["", "x", "a|b|c|d|e|f|g", "i|-1|10|0|0||", "i|0|0|0|0||", "i|0|10|0|0|noon|", "i|0|10|0||"])
def test_a_place_that_was_not_ours_is_refused(place: str) -> None:
    with pytest.raises(Malformed):
        Place.of_text(place)


# ---- what to ask from next time --------------------------------------------------------------------------------------


def test_the_next_reading_begins_an_hour_and_the_readings_own_length_before_the_latest_change() -> None:
    place = Place("x", 10, 1_000, highest="2026-11-18T12:00:00")
    assert place.since("", now=1_000, overlap_seconds=3600) == "2026-11-18T11:00:00"
    assert place.since("", now=1_000 + 7_200, overlap_seconds=3600) == "2026-11-18T09:00:00"
    assert place.since("", now=0, overlap_seconds=3600) == "2026-11-18T11:00:00"  # our clock set back counts for nothing


def test_it_never_goes_back_and_stays_where_it_was_when_nothing_changed() -> None:
    assert Place("x", 10, 0).since("2026-11-18T11:00:00", now=0, overlap_seconds=3600) == "2026-11-18T11:00:00"
    earlier = Place("x", 10, 0, highest="2026-11-18T11:30:00")
    assert earlier.since("2026-11-18T11:00:00", now=0, overlap_seconds=3600) == "2026-11-18T11:00:00"


# ---- short lists -----------------------------------------------------------------------------------------------------


class Envelope(Server):
    """The newer form: one envelope in an array."""

    def read(self, path: str, query: Mapping[str, Any]) -> Answer:
        inner = super().read(path, query).body
        number, size = self.calls[-1]
        return Answer([{"pageNumber": number, "pageSize": size, "totalCount": len(self.rows), "records": inner}])


@pytest.mark.parametrize("kind", [Server, Envelope])
@pytest.mark.parametrize("trust", [True, False])
@pytest.mark.parametrize("tells", [True, False])
def test_a_short_list_is_read_whole(kind: type[Server], trust: bool, tells: bool) -> None:
    for count in (0, 1, 10, 11, 57):
        server = kind(count, 10, tells)
        found = [record for page in all_pages(server, "/", {}, most_pages=20, trust_total=trust) for record in page]  # type: ignore[arg-type]
        assert [int(record["number"]) for record in found] == list(range(count))


def test_a_list_too_long_to_look_through_is_never_half_read() -> None:
    server = Server(1_000, 10)
    with pytest.raises(Malformed, match="more than 5 pages"):
        list(all_pages(server, "/", {}, most_pages=5))  # type: ignore[arg-type]


@pytest.mark.parametrize("body", [{}, "x", [1, 2], {"value": []}])
def test_what_is_no_list_is_refused(body: Any) -> None:
    class Odd(Server):
        def read(self, path: str, query: Mapping[str, Any]) -> Answer:
            return Answer(body)

    with pytest.raises(Malformed):
        read_slice(Odd(1), "/", {}, Place("x", 10, 0))  # type: ignore[arg-type]
