"""One call of the API as a handler sees it, and what handlers have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any
from urllib.parse import quote

from werkzeug.wrappers import Request

from fordran.sandbox.visma_net import wire
from fordran.sandbox.visma_net.answers import Answer
from fordran.sandbox.visma_net.bodies import unwrapped
from fordran.sandbox.visma_net.company import Company, etag
from fordran.sandbox.visma_net.listings import Match
from fordran.sandbox.visma_net.query import Query, Spec
from fordran.sandbox.visma_net.wire import Refusal

View = Callable[[Any], dict[str, Any]]


@dataclass(slots=True)
class Call:
    """The company's book is locked while a handler has this."""

    request: Request
    company: Company
    query: Query
    root: str  # of the addresses in answers, without a slash at its end
    max_page_size: int
    now: float
    shift: bool = False  # records move between the pages of this list

    def body(self, schema: str) -> dict[str, Any]:
        if self.request.mimetype != "application/json":
            raise Refusal(415, "The request's content type must be application/json.")
        return unwrapped(wire.read(self.request.get_data()), schema)

    def check_version(self, version: int) -> None:
        """Raises Refusal (412) when the caller's picture of the record is not the latest."""
        given = self.request.headers.get("If-Match", "").strip()
        if given and given not in ("*", f'"{etag(version)}"'):
            raise Refusal(412, "The record has been changed since it was read. Read it again.")

    @property
    def page(self) -> tuple[int, int]:
        """(number from 1, size as the server allows)."""
        return self.query.get("pageNumber", 1), min(self.query.get("pageSize", self.max_page_size), self.max_page_size)

    def listed(
        self,
        kind: str,
        match: Match,
        view: View,
        *,
        metadata: bool = True,
        key: Hashable = (),
        among: Iterable[Any] | None = None,
    ) -> Answer:
        """One page of the records for which `match` holds, in the order of their last change. `among`: the few that can match,
        when the question itself names them; then no listing is kept."""
        if among is not None:
            return self._page(sorted(filter(match, among), key=attrgetter("version")), view, metadata)
        paging = {"pageNumber", "pageSize"}
        asked = (key, self.company.skew, *sorted((k, v) for k, v in self.query.items() if k not in paging))
        rows = self.company.listings.rows(kind, asked, match)
        if self.shift and self.page[0] > 1:
            for row in rows[:3]:
                self.company.book.touch(row)
            rows = self.company.listings.rows(kind, asked, match)
        return self._page(rows, view, metadata)

    def _page(self, rows: list[Any], view: View, metadata: bool) -> Answer:
        number, size = self.page
        told = {"metadata": {"totalCount": len(rows), "maxPageSize": self.max_page_size}} if metadata else {}
        return Answer.of([view(row) | told for row in rows[(number - 1) * size : number * size]])

    def created(self, path: str, version: int) -> Answer:
        return Answer(201, b"", {"Location": f"{self.root}{quote(path)}", "ETag": f'"{etag(version)}"'})

    def changed(self, version: int) -> Answer:
        return Answer(204, b"", {"ETag": f'"{etag(version)}"'})

    def found(self, view: dict[str, Any], version: int) -> Answer:
        return Answer.of(view, ETag=f'"{etag(version)}"')


Handler = Callable[..., Answer]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    """`if_match`: the specification names the header for this call."""

    method: str
    path: str  # <name> stands for a part of it
    handler: Handler
    query: Spec = field(default_factory=dict)
    if_match: bool = False


def plain_list(views: Iterable[dict[str, Any]]) -> Answer:
    return Answer.of(list(views))
