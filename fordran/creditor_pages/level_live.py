"""How much one customer or class would have taken today with the values in the form, and what somebody searches for by typing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fordran.cases.level_count import count_level
from fordran.creditor_pages.filter_rule import say_sums
from fordran.creditor_pages.level_form import LevelForm
from fordran.creditors.models import Creditor


@dataclass(frozen=True, slots=True)
class Live:
    taken: int
    taken_sum: str
    left: int
    left_sum: str


def live_count(creditor: Creditor, level: str, key: str, form: LevelForm, today: date) -> Live | None:
    """None while a field cannot be read."""
    if form.errors:
        return None
    taken, left = count_level(creditor, level, key, form.layer(), today)
    return Live(taken.n, say_sums(taken.minor), left.n, say_sums(left.minor))
