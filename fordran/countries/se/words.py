"""Reasons in words: one plain sentence from `texts/<language>.toml` for every finding.

`{name}` stands for a fact; text in [brackets] is left out when a fact in it is missing; a key `reason.variant` is used
when the finding's fact `lack` has that value. A missing fact outside brackets is shown as "…": words never stop the work.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from fordran.core.findings import Fact, Finding
from fordran.core.money import money_in_words

LANGUAGES = ("sv", "en")

_OPTIONAL = re.compile(r"\[([^\[\]]*)\]")
_FACT = re.compile(r"\{([a-z_]+)\}")


@cache
def texts(language: str) -> dict[str, dict[str, str]]:
    """The tables of one language: reasons, kind, days. An unknown language is Swedish."""
    name = language if language in LANGUAGES else LANGUAGES[0]
    read: dict[str, dict[str, str]] = tomllib.loads(files(__package__).joinpath("texts", f"{name}.toml").read_text("utf-8"))
    return read


def template(found: Finding, language: str) -> str:
    """The sentence with its places still empty."""
    reasons = texts(language)["reasons"]
    variant = f"{found.reason.value}.{found.fact('lack')}"
    return reasons.get(variant) or reasons[found.reason.value]


def say(found: Finding, language: str) -> str:
    """The finding as one plain sentence in `sv` or `en`. Never raises for a missing fact."""
    facts = dict(found.facts)
    currency = str(facts.get("currency") or "SEK")

    def write(match: re.Match[str]) -> str:
        return _written(match[1], facts.get(match[1]), currency, language)

    def segment(text: str, optional: bool) -> str:
        known = not optional or all(facts.get(name) not in (None, "") for name in _FACT.findall(text))
        return _FACT.sub(write, text) if known else ""

    # Each piece is filled in once, so that a fact which itself holds braces or brackets stays as it is.
    return "".join(segment(text, n % 2 == 1) for n, text in enumerate(_OPTIONAL.split(template(found, language))))


def _written(name: str, value: Fact, currency: str, language: str) -> str:
    if value is None or value == "":
        return "…"
    if name.endswith("_minor") and isinstance(value, int):
        return money_in_words(value, currency)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return str(value).replace(".", ",") if language == "sv" else str(value)
    return texts(language)["kind"].get(str(value), str(value)) if name in ("kind", "step", "after") else str(value)


def day_names(because: str, language: str) -> str:
    """`midsummer_eve, saturday` -> the same in words."""
    names = texts(language)["days"]
    return ", ".join(names.get(day, day) for day in because.split(", ") if day)
