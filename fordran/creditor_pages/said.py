"""Findings as they are stored -> sentences, by the country's own words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fordran.core.findings import Finding, Level
from fordran.core.law import Source
from fordran.core.reasons import Reason
from fordran.countries.registry import country
from fordran.creditor_pages import words


def say(found: Finding, country_code: str = "SE") -> str:
    """The finding as one sentence in the visitor's language."""
    return country(country_code).say(found, words.language())


def stored(row: Mapping[str, Any]) -> Finding:
    """A finding out of its JSON. A reason that the book no longer knows raises ValueError."""
    source = row.get("source")
    facts = row.get("facts") or {}
    pairs = facts.items() if isinstance(facts, Mapping) else [tuple(pair) for pair in facts]
    return Finding(Reason(row["reason"]), tuple(pairs), Source(**source) if source else None, Level(row.get("level") or "none"))


def say_selection(selection: Any) -> str:
    """Why an invoice was taken or passed over."""
    if selection is None:
        return str(words.t("Inte prövad än"))
    try:
        return say(stored({"reason": selection.reason, "level": selection.level, "facts": selection.facts}))
    except ValueError:
        return words.word(words.WHY_PASSED_OVER, selection.reason)
