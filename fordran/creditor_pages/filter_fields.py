"""The import filter's fields as a person types them: at the generic level, at a class or at a customer.

What is refused, and what passes with a note beside it: a far day, many days or a high lowest amount may be just what is meant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fordran.core.money import money_in_words
from fordran.creditor_pages.fields import Wrong, read_day, read_limit, read_whole, say_day
from fordran.creditor_pages.words import day, number, t
from fordran.creditors.filter_form import MOST_DAYS
from fordran.process.policy import Limits

MANY_DAYS = 365
"""From here on hardly any invoice is left to take: it has been paid, or belongs to somebody else by then."""

CURRENCIES = ("EUR", "NOK", "DKK", "USD", "GBP", "CHF", "PLN")
"""Offered when a card is added; any other may be typed."""


@dataclass(slots=True)
class Typed:
    """`values`: what was understood, by field, of those that could be. `errors`: (field, sentence) in the form's order."""

    text: dict[str, str]
    values: dict[str, Any] = field(default_factory=dict)
    errors: list[tuple[str, str]] = field(default_factory=list)
    echoes: dict[str, str] = field(default_factory=dict)  # field -> how it was understood

    def read(self, name: str, reader: Any) -> None:
        try:
            self.values[name] = reader(self.text[name])
        except Wrong as wrong:
            self.errors.append((name, str(wrong)))


def read_filter(posted: Mapping[str, str], *, empty: bool = False) -> Typed:
    """Antal dagar and Importera efter. `empty`: nothing typed in days = inherit; of the day it always means none."""
    typed = Typed({name: posted.get(name, "").strip() for name in ("days", "import_from")})

    def days(text: str) -> int | None:
        if empty and not text:
            return None
        return read_whole(text, least=0, most=MOST_DAYS, wrong=str(t("Antal dagar ska vara ett helt tal från 0.")))

    typed.read("days", days)
    typed.read("import_from", lambda text: read_day(text) if text else None)
    if (on := typed.values.get("import_from")) is not None:
        typed.echoes["import_from"] = say_day(on)
    return typed


def read_card(posted: Mapping[str, str], currency: str) -> Typed:
    """Lägsta and Högsta tillåtna belopp of one card. Nothing typed = no limit at that end."""
    typed = Typed({name: posted.get(name, "").strip() for name in ("min", "max")})
    for name in ("min", "max"):
        typed.read(name, read_limit)
    low, high = typed.values.get("min"), typed.values.get("max")
    if low is not None and high is not None and low > high:
        a, b = money_in_words(low, currency), money_in_words(high, currency)
        typed.errors.append(("min", str(t("Lägsta belopp ({a}) är högre än högsta ({b}).", a=a, b=b))))
    for name in ("min", "max"):
        if (amount := typed.values.get(name)) is not None and typed.text[name]:
            typed.echoes[name] = money_in_words(amount, currency)
    return typed


def read_currency(text: str) -> str:
    """`eur` -> EUR. Raises Wrong."""
    code = text.strip().upper()
    if len(code) != 3 or not code.isascii() or not code.isalpha():
        raise Wrong(str(t("Skriv valutans tre bokstäver, till exempel EUR.")))
    return code


# ---- notes: never errors ------------------------------------------------------------------------------------------


def days_note(days: int | None, *, of_class: bool = False) -> str:
    if days is None or days < MANY_DAYS:
        return ""
    if of_class:
        return str(
            t("Med {n} dagar hämtas i praktiken inga fakturor från den här kundklassen. Vill du i stället undanta klassen?",
              n=number(days))
        )  # fmt: skip
    return str(t("Med {n} dagar hämtas i praktiken inga fakturor.", n=number(days)))


def import_note(on: date | None, today: date) -> str:
    """A day ahead of us is no mistake: nothing is taken until invoices fall due from then on."""
    if on is None or on <= today:
        return ""
    ahead = (on - today).days
    return str(t("Datumet ligger {n} dagar framåt. Inget hämtas före {datum}.", n=number(ahead), datum=day(on)))


def lowest_note(low: int | None, currency: str, largest: int | None) -> str:
    """`largest`: the largest open invoice of the ledger in the currency, öre; None = there is none."""
    if low is None or largest is None or low <= largest:
        return ""
    return str(
        t("Med lägsta belopp {a} hämtas i praktiken inga fakturor. Den största öppna är på {b}.",
          a=money_in_words(low, currency), b=money_in_words(largest, currency))
    )  # fmt: skip


def crossed_note(resolved: Limits, currency: str) -> str:
    """When a level's own end and one that it inherits cross, nothing lies between them."""
    low, high = resolved.min_minor, resolved.max_minor
    if low is None or high is None or low <= high:
        return ""
    return str(
        t("Lägsta belopp ({a}) ligger över det högsta som gäller ({b}). Med de här värdena tas inga fakturor.",
          a=money_in_words(low, currency), b=money_in_words(high, currency))
    )  # fmt: skip


def day_that_counts(days: int | None, today: date) -> date | None:
    """The due day of an invoice whose day comes today with so many days to wait; None when there is none."""
    if days is None:
        return None
    try:
        return today - timedelta(days=days)
    except OverflowError:
        return None
