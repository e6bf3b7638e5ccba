"""One call of the API as a handler sees it, and what handlers have in common."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from werkzeug.wrappers import Request

from fordran.sandbox.fortnox import query, wire
from fordran.sandbox.fortnox.company import Company
from fordran.sandbox.fortnox.wire import Answer, Refusal


@dataclass(slots=True)
class Call:
    """The company's book is locked while a handler has this."""

    request: Request
    company: Company
    asked: dict[str, str]
    root: str  # of the addresses in answers, without a slash at its end
    shifted: int = 0  # records that have left the list before this page

    def page(self, name: str, rows: Sequence[Any], view: Callable[[Any], dict[str, Any]]) -> Answer:
        return query.page(self.asked, name, rows, view, most=self.company.behaviours.most_rows, shifted=self.shifted)

    def number(self, ore: int) -> Decimal | str:
        exact = wire.kronor(ore)
        return f"{exact:f}" if self.company.behaviours.numbers_as_text else exact

    def body(self, name: str, fields: Mapping[str, object]) -> dict[str, Any]:
        """What stands under `name`, with no field but these. Raises Refusal."""
        if self.request.mimetype != "application/json":
            raise Refusal(400, "Invalid content type", "1000031")
        found = wire.read(self.request.get_data())
        inner = found.get(name) if isinstance(found, dict) and set(found) == {name} else None
        if not isinstance(inner, dict):
            raise Refusal(400, "Ingen eller felaktig typ av data.", "2001392")
        if any(field not in fields for field in inner):
            raise Refusal(400, "Felaktigt fältnamn", "2001399")
        return inner


Handler = Callable[..., Answer]


@dataclass(frozen=True, slots=True, eq=False)
class Route:
    method: str
    path: str  # <name> stands for a part of it
    handler: Handler
    scope: str
    lists: str = ""  # whose parameters it takes
