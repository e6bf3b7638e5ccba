"""Elements by their names, whatever namespace they are in."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

Element = Any
"""An lxml element; lxml has no types of its own."""


@lru_cache(maxsize=4_096)
def _name(tag: str) -> str:
    return tag.rpartition("}")[2]


def local(element: Element) -> str:
    """`{urn:…}Ntry` -> `Ntry`; "" for what is no element."""
    tag = element.tag
    return _name(tag) if isinstance(tag, str) else ""


def below(element: Element, *names: str) -> bool:
    """True when the element's parent has one of these names."""
    parent = element.getparent()
    return parent is not None and local(parent) in names


def child(element: Element, name: str) -> Element | None:
    for one in element:
        if local(one) == name:
            return one
    return None


def children(element: Element, name: str) -> Iterator[Element]:
    return (one for one in element if local(one) == name)


def find(element: Element, *path: str) -> Element | None:
    """The first element at the end of a path of names."""
    found: Element | None = element
    for name in path:
        if found is None:
            return None
        found = child(found, name)
    return found


def text_of(element: Element, *path: str) -> str:
    """The text at the end of a path of names, without blanks around; "" when there is none."""
    found = find(element, *path)
    return (found.text or "").strip() if found is not None else ""


def texts_of(element: Element, name: str) -> list[str]:
    return [text for one in children(element, name) if (text := (one.text or "").strip())]
