"""The four answers to "what is due today", each with its reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from fordran.core.findings import Finding
from fordran.core.made_often import made_often
from fordran.core.reasons import Reason
from fordran.process.country import CostAllowed, Step


@made_often
@dataclass(frozen=True, slots=True)
class Act:
    """Take this step today. `costs` passed the gate; a joint letter may still move one to another case."""

    step: Step
    last_day: date | None
    costs: tuple[CostAllowed, ...]
    because: tuple[Finding, ...]


@made_often
@dataclass(frozen=True, slots=True)
class Wait:
    """Nothing to do before `until`; None = not before something new is learnt."""

    until: date | None
    because: tuple[Finding, ...]
    next_step: Step | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """A person must answer. The first finding is the question."""

    because: tuple[Finding, ...]
    next_step: Step | None = None
    look_again_on: date | None = None  # when the answer may have come by itself


@dataclass(frozen=True, slots=True)
class Close:
    """The case is over. What is left open is written off with `cause` as its reason."""

    cause: Reason
    because: tuple[Finding, ...]


Outcome = Act | Wait | Ask | Close
