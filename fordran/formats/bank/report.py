"""What is found while a file is read: problems that refuse it, and notes on what was tolerated."""

from __future__ import annotations

from dataclasses import dataclass

from fordran.core.money import kronor
from fordran.core.problems import Problem
from fordran.formats.bank.words import say

MOST_PROBLEMS = 1_000
LONGEST_SHOWN = 60


@dataclass(slots=True)
class _Seen:
    first: str
    facts: dict[str, object]
    count: int = 1


class Report:
    """Grows while the file is read, and stays small whatever the file holds: a kind of note is one note with a count."""

    def __init__(self, lang: str = "en") -> None:
        self.lang = lang
        self.format: str | None = None
        self.version: str | None = None
        self.totals_agree = True
        self._problems: list[Problem] = []
        self._more_problems = 0
        self._notes: dict[str, _Seen] = {}

    def problem(self, code: str, record: object = "", field: str = "", /, **facts: object) -> None:
        """Refuses the file. `code` names a sentence of `words`, `facts` its values."""
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(Problem(str(record), field, say(code, self.lang, **facts)))
        else:
            self._more_problems += 1

    def refuse(self, problem: Problem) -> None:
        """A problem that somebody else found: whoever knows whose the accounts are."""
        self._problems.append(problem)

    def disagreement(self, code: str, record: object = "", field: str = "", /, **facts: object) -> None:
        """A problem with a control total."""
        self.totals_agree = False
        self.problem(code, record, field, **facts)

    def note(self, code: str, record: object, /, **facts: object) -> None:
        seen = self._notes.get(code)
        if seen is None:
            self._notes[code] = _Seen(str(record), facts)
        else:
            seen.count += 1

    @property
    def problems(self) -> tuple[Problem, ...]:
        if not self._more_problems:
            return tuple(self._problems)
        return (*self._problems, Problem("", "", say("more_problems", self.lang, count=self._more_problems)))

    @property
    def notes(self) -> tuple[str, ...]:
        return tuple(say(code, self.lang, first=seen.first, count=seen.count, **seen.facts) for code, seen in self._notes.items())

    def money(self, amount_minor: int) -> str:
        text = kronor(amount_minor)
        return text if self.lang == "sv" else text.replace(",", ".")


def shown(text: str) -> str:
    """A value of the file inside a message: short, on one line."""
    text = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return f"'{text[:LONGEST_SHOWN]}{'…' if len(text) > LONGEST_SHOWN else ''}'"
