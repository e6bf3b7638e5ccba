"""The words of the letters: read from `texts/`, chosen by mode, filled with values. No word stands in code."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

from fordran.core.money import MINUS, NO_BREAK_SPACE

TEXTS = Path(__file__).parent / "texts"
LANGUAGES = ("sv", "en")

Run = tuple[str, bool]
"""A piece of a sentence; True = it is one of the values, printed strong."""


@cache
def _table(language: str) -> dict[str, Any]:
    if language not in LANGUAGES:
        raise ValueError(f"no letter words in {language!r}; there are {', '.join(LANGUAGES)}")
    return tomllib.loads((TEXTS / f"{language}.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Words:
    """The words of one language and mode (own or agency)."""

    language: str
    mode: str

    def pattern(self, key: str) -> str:
        """The sentence behind a dotted key; `[own]` and `[agency]` go before the common one. Raises KeyError."""
        table = _table(self.language)
        for start in (table[self.mode], table):
            found: Any = start
            for part in key.split("."):
                found = found.get(part) if isinstance(found, dict) else None
            if isinstance(found, str):
                return found
        raise KeyError(f"{key} is missing in the letter words of {self.language}, {self.mode}")

    def say(self, key: str, **values: str) -> str:
        return self.pattern(key).format(**values)

    def runs(self, key: str, **values: str) -> tuple[Run, ...]:
        """The sentence in pieces, its values strong."""
        runs: list[Run] = []
        for text, field, _, _ in Formatter().parse(self.pattern(key)):
            if text:
                runs.append((text, False))
            if field is not None:
                runs.append((values[field], True))
        return tuple(runs)

    def number(self, amount_minor: int) -> str:
        """Öre as a figure with two decimals in the language's style: `1 234,50` or `1,234.50`."""
        whole, part = divmod(abs(amount_minor), 100)
        grouped = f"{whole:,}".replace(",", self.pattern("number.group"))
        return f"{MINUS if amount_minor < 0 else ''}{grouped}{self.pattern('number.decimal')}{part:02d}"

    def money(self, amount_minor: int, currency: str) -> str:
        unit = self.pattern("number.kronor") if currency == "SEK" else currency
        return f"{self.number(amount_minor)}{NO_BREAK_SPACE}{unit}"

    def percent(self, value: Decimal) -> str:
        """Two decimals, without the sign: `10,00`."""
        return self.number(int((value * 100).quantize(Decimal(1), ROUND_HALF_UP)))

    def listed(self, parts: list[str], joint: str) -> str:
        """`a, b och c`; `joint` is the key of the word before the last."""
        if len(parts) < 2:
            return "".join(parts)
        return ", ".join(parts[:-1]) + self.pattern(joint) + parts[-1]

    def days(self, number: int) -> str:
        return self.say("interest.day") if number == 1 else self.say("interest.days", number=str(number))

    def country(self, code: str) -> str:
        """The country's name for the last line of an address; the code itself where it has no name here."""
        name = _table(self.language)["countries"].get(code.upper(), code.upper())
        return str(name)


def day(on: date) -> str:
    return on.isoformat()
