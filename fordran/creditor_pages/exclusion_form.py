"""What somebody has picked, pasted or uploaded to be left out, on its way through the form and its summary."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from urllib.parse import quote

from django.http import QueryDict

from fordran.cases.exclusions import Running, Wanted, as_stored, excluded_before, not_in_ledger, running_of
from fordran.creditor_pages.fields import Wrong, read_day
from fordran.creditor_pages.words import t
from fordran.creditors.models import Creditor
from fordran.formats.customer_list import MOST_ROWS, ListedCustomer, numbers_in
from fordran.invoices.models import Customer

SHOWN = 50
TYPE_FROM, TYPE_FROM_MINOR = 50, 10_000_000
"""From so many cases, or so much capital in öre, the number is typed before they are withdrawn (ux: dangerous acts)."""
LONGEST = 300
LONGEST_FIELD = 1_800_000
"""Bytes, of the two million that a form may hold."""


@dataclass(slots=True)
class Typed:
    """The first form. `picked`: level:key of those that were chosen in the search."""

    picked: list[str] = field(default_factory=list)
    numbers: str = ""
    reason: str = ""
    until: str = ""
    words: str = ""

    @classmethod
    def read(cls, posted: QueryDict) -> Typed:
        picked = [
            one for one in posted.getlist("picked") if one.partition(":")[0] in ("customer", "class") and one.partition(":")[2]
        ]
        if posted.get("key", "").strip() and posted.get("level", "customer") in ("customer", "class"):
            picked.append(f"{posted.get('level', 'customer')}:{posted.get('key', '').strip()}")
        return cls(
            list(dict.fromkeys(picked)), posted.get("numbers", ""), posted.get("reason", "").strip()[:LONGEST],
            posted.get("until", "").strip(), posted.get("q", "").strip()[:100],
        )  # fmt: skip

    def until_day(self, today: date) -> date | None:
        """Raises Wrong."""
        if not self.until:
            return None
        until = read_day(self.until)
        if until < today:
            raise Wrong(t("Dagen har redan varit. Skriv en dag som ligger framåt, eller lämna fältet tomt."))
        return until

    def wanted(self, until: date | None) -> list[Wanted]:
        picked = [one.partition(":") for one in self.picked]
        return [
            *(Wanted(level, key, self.reason, until) for level, _, key in picked),
            *(Wanted("customer", key, self.reason, until) for key in numbers_in(self.numbers)),
        ]


@dataclass(frozen=True, slots=True)
class Summary:
    """What would happen, before it does."""

    fresh: list[Wanted]
    already: int
    missing: list[str]  # numbers that the ledger does not know
    problems: list[ListedCustomer]  # lines of a file that cannot be used
    running: Running
    names: dict[str, str]

    @property
    def as_text(self) -> str:
        """For the hidden field between the summary and the press that stores it: numbers by level, reason and last day."""
        groups: dict[tuple[str, str, str], list[str]] = {}
        for w in self.fresh:
            groups.setdefault((w.level, w.reason, w.until.isoformat() if w.until else ""), []).append(w.key)
        return json.dumps([[*group, keys] for group, keys in groups.items()], ensure_ascii=False, separators=(",", ":"))

    @property
    def too_long(self) -> bool:
        """True when a browser could not send it back within what a form may hold."""
        return len(quote(self.as_text)) > LONGEST_FIELD

    @property
    def shown(self) -> list[dict[str, Any]]:
        return [
            {"level": w.level, "key": w.key, "name": self.names.get(w.key, ""), "reason": w.reason, "until": w.until}
            for w in self.fresh[:SHOWN]
        ]

    @property
    def more(self) -> int:
        return max(0, len(self.fresh) - SHOWN)

    @property
    def must_type(self) -> bool:
        return len(self.running) >= TYPE_FROM or self.running.capital_minor >= TYPE_FROM_MINOR


def summary_of(creditor: Creditor, wanted: Sequence[Wanted], today: date, problems: Sequence[ListedCustomer] = ()) -> Summary:
    wanted = as_stored(creditor, wanted)
    missing, before = not_in_ledger(creditor, wanted), excluded_before(creditor, wanted, today)
    fresh = [one for one in wanted if (one.level, one.key) not in missing and (one.level, one.key) not in before]
    shown = [one.key for one in fresh[:SHOWN] if one.level == "customer"]
    names = dict(Customer.objects.filter(creditor=creditor, key__in=shown).values_list("key", "name"))
    return Summary(fresh, len(before), sorted(key for _, key in missing), list(problems), running_of(creditor, fresh), names)


def from_list(
    rows: Iterable[ListedCustomer], reason: str, until: date | None, today: date
) -> tuple[list[Wanted], list[ListedCustomer]]:
    """Lines of a file -> who is wanted, and the lines that cannot be. A line's own reason and day go before those of the form."""
    wanted, wrong = [], []
    for row in rows:
        if row.problem:
            wrong.append(row)
        elif row.until is not None and row.until < today:
            said = str(t("Dagen {day} har redan varit.", day=row.until.isoformat()))
            wrong.append(ListedCustomer(row.row, row.number, row.reason, row.until, said))
        else:
            wanted.append(Wanted("customer", row.number, row.reason or reason, row.until or until))
    return wanted, wrong


def from_text(text: str) -> list[Wanted]:
    """The hidden field back again. It has been in a browser, so it is read as anything somebody may have written: what is no
    list of groups is nothing. What it names is judged once more when it is stored."""
    try:
        found = [
            Wanted(str(level), str(key), str(reason)[:LONGEST], date.fromisoformat(until) if until else None)
            for level, reason, until, keys in json.loads(text)
            for key in keys
        ]
    except (ValueError, TypeError, KeyError):
        return []
    return [one for one in found[:MOST_ROWS] if one.level in ("customer", "class") and one.key]


def typed_number(text: str) -> str:
    return "".join(c for c in text if c.isdigit())
