"""Law as data: a value, the day it took effect, and where it stands written.

A value whose validity is not known is an error, never a guess: a day before the first known value raises
`NotInForce`, a day after the last day for which the value has been decided raises `NotYetKnown`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Source:
    """Where a rule stands: the act with its number, the section, and a page where it can be read."""

    act: str
    section: str = ""
    url: str = ""
    note: str = ""

    def __str__(self) -> str:
        return f"{self.act} {self.section}".strip()


class LawError(Exception):
    """The law gives no answer for the day asked about."""


class NotInForce(LawError):
    """The day lies before the first value that the book knows."""


class NotYetKnown(LawError):
    """The day lies after the last day for which the value has been decided."""

    def __init__(self, name: str, day: date, known_until: date) -> None:
        super().__init__(f"{name} is known to {known_until} only; {day} lies after that")
        self.name, self.day, self.known_until = name, day, known_until


@dataclass(frozen=True, slots=True)
class Since(Generic[T]):
    """One value and the first day it holds."""

    in_force: date
    value: T
    source: Source


class Dated(Generic[T]):
    """A named value that changes over time, oldest first. `known_until` None: holds until somebody changes it."""

    __slots__ = ("known_until", "name", "values")

    def __init__(self, name: str, *values: Since[T], known_until: date | None = None) -> None:
        if not values or any(a.in_force >= b.in_force for a, b in zip(values, values[1:], strict=False)):
            raise ValueError(f"{name}: at least one value, oldest first, each day once")
        self.name, self.values, self.known_until = name, values, known_until

    def since(self, day: date) -> Since[T]:
        """The entry in force on `day`. Raises NotInForce or NotYetKnown."""
        if self.known_until is not None and day > self.known_until:
            raise NotYetKnown(self.name, day, self.known_until)
        for entry in reversed(self.values):
            if entry.in_force <= day:
                return entry
        raise NotInForce(f"{self.name} is not known before {self.values[0].in_force}; {day} lies before that")

    def on(self, day: date) -> T:
        """The value in force on `day`. Raises NotInForce or NotYetKnown."""
        return self.since(day).value

    def __iter__(self) -> Iterator[Since[T]]:
        return iter(self.values)
