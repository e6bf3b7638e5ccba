"""Frozen types of which a day makes millions.

A frozen dataclass sets each field by a call of its own, which was a seventh of the day's work. Here a new object is, while it
is being made, of an equal class that is not frozen, and turns frozen before anybody else has it. Nothing else differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields
from typing import Any, TypeVar

T = TypeVar("T")

_BUT: dict[type, Callable[[Any, Mapping[str, Any]], Any]] = {}


def made_often(kind: type[T]) -> type[T]:
    """To be put above `@dataclass(frozen=True, slots=True)`; defaults must be plain values."""
    whole = fields(kind)  # type: ignore[arg-type]
    if any(f.default_factory is not MISSING or not f.init or f.kw_only for f in whole):
        raise TypeError(f"{kind.__name__}: only plain fields with plain defaults")
    names = [f.name for f in whole]
    unfrozen = type(f"_{kind.__name__}", (), {"__slots__": tuple(names)})
    lines = [
        f"def __init__(self, {', '.join(names)}):",
        "    become(self, '__class__', unfrozen)",
        *(f"    self.{name} = {name}" for name in names),
        "    self.__class__ = frozen",
        *(["    self.__post_init__()"] if hasattr(kind, "__post_init__") else []),
    ]
    lines += [
        "def but(self, changes):",
        "    new = make(unfrozen)",
        *(f"    new.{name} = self.{name}" for name in names),
        "    for name, value in changes.items():",
        "        setattr(new, name, value)",
        "    new.__class__ = frozen",
        *(["    new.__post_init__()"] if hasattr(kind, "__post_init__") else []),
        "    return new",
    ]
    made: dict[str, Any] = {}
    known = {"become": object.__setattr__, "make": object.__new__, "unfrozen": unfrozen, "frozen": kind}
    exec("\n".join(lines), known, made)  # noqa: S102  our own field names
    _BUT[kind] = made["but"]
    init, slow = made["__init__"], kind.__init__
    init.__defaults__, init.__annotations__ = slow.__defaults__, slow.__annotations__
    init.__qualname__, init.__module__ = f"{kind.__qualname__}.__init__", kind.__module__
    kind.__init__ = init  # type: ignore[method-assign]
    return kind


def quick_replace(made: T, **changes: Any) -> T:
    """As `dataclasses.replace`, for what is made often. Raises AttributeError for a name that is no field."""
    new: T = _BUT[type(made)](made, changes)
    return new
