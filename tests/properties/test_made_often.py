"""Types of which a day makes millions are made in a quicker way and are in all else what they say."""

from __future__ import annotations

import copy
import pickle
from dataclasses import FrozenInstanceError, dataclass, field, replace
from datetime import date
from inspect import signature

import pytest

from fordran.core.made_often import made_often, quick_replace
from fordran.core.reasons import Reason
from fordran.process.bookings import Account, Booking
from fordran.process.facts import StepKind, StepTaken


def test_what_is_made_is_frozen() -> None:
    step = StepTaken(StepKind.REMINDER, date(2026, 2, 4))
    assert type(step) is StepTaken
    with pytest.raises(FrozenInstanceError):
        step.sent = False  # type: ignore[misc]


def test_defaults_names_equality_hash_and_copies_are_those_of_a_dataclass() -> None:
    @dataclass(frozen=True, slots=True)
    class Plain:
        a: int
        b: str = "b"
        c: tuple[int, ...] = ()

    slow, quick = Plain(1, c=(2,)), StepTaken(StepKind.REMINDER, on=date(2026, 2, 4))
    assert str(signature(made_often(Plain))) == str(signature(Plain))
    assert Plain(1, c=(2,)) == slow
    assert hash(Plain(1, c=(2,))) == hash(slow)
    assert repr(slow) == repr(Plain(c=(2,), a=1))
    assert replace(quick, sent=False) == StepTaken(StepKind.REMINDER, date(2026, 2, 4), None, sent=False)
    assert copy.copy(quick) == quick
    assert pickle.loads(pickle.dumps(quick)) == quick  # noqa: S301


def test_what_a_type_checks_of_itself_is_still_checked() -> None:
    with pytest.raises(ValueError, match="positive amount"):
        Booking(Account.CLAIMS, Account.CLAIMS, 1, "SEK", date(2026, 2, 4), Reason.CASE_OPENED)


def test_the_quick_replacement_changes_what_is_named_and_nothing_else() -> None:
    step = StepTaken(StepKind.REMINDER, date(2026, 2, 4), asked_minor=5)
    changed = quick_replace(step, sent=False, asked_minor=7)
    assert changed == replace(step, sent=False, asked_minor=7)
    assert step.asked_minor == 5
    with pytest.raises(FrozenInstanceError):
        changed.sent = True  # type: ignore[misc]
    with pytest.raises(AttributeError):
        quick_replace(step, dispatched=True)


def test_a_default_that_must_be_made_anew_is_refused() -> None:
    @dataclass(frozen=True, slots=True)
    class Listed:
        a: list[int] = field(default_factory=list)

    with pytest.raises(TypeError, match="plain"):
        made_often(Listed)
