"""The next thirty days as the run itself would live them: nothing is written."""

from __future__ import annotations

from datetime import date
from typing import Any

from fordran.cases.preview import coming
from fordran.cases.preview_stored import preview_creditor
from fordran.creditor_pages.words import tn

DAYS, SHOWN = 30, 100
KINDS = (
    ("notice", "{n} avisering", "{n} aviseringar"),
    ("reminder", "{n} påminnelse", "{n} påminnelser"),
    ("demand", "{n} inkassokrav", "{n} inkassokrav"),
    ("residual", "{n} restkrav", "{n} restkrav"),
)


def coming_letters(creditor: Any, today: date) -> dict[str, Any]:
    """Letters by day, and what they would put on the debts. At most SHOWN rows; the sums are of all."""
    ahead = coming(preview_creditor(creditor, today), DAYS)
    rows = []
    for letter in ahead.letters:
        person = letter.claims[0].running.person
        rows.append({
            "on": letter.on, "kind": str(letter.kind), "customer": person.name,
            "invoice": ", ".join(c.running.item.number for c in letter.claims),
            "cost_minor": sum(cost.amount_minor for c in letter.claims for cost in c.costs),
        })  # fmt: skip
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind, _, _ in KINDS}
    return {
        "letters": rows[:SHOWN],
        "all": rows,
        "more": max(0, len(rows) - SHOWN),
        "n": len(rows),
        "kinds": ", ".join(str(tn(one, many, counts[kind])) for kind, one, many in KINDS if counts[kind]),
        "costs": sum(row["cost_minor"] for row in rows),
        "asks": len(ahead.asks),
    }
