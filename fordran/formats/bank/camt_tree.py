"""Elements by their names, whatever namespace they are in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Element = Any
"""An lxml element; lxml has no types of its own."""


_NAMES: dict[str, str] = {}  # tag with its namespace -> name; the names of a few formats, so it stays small
_MOST_NAMES = 4_096


def local(element: Element) -> str:
    """`{urn:…}Ntry` -> `Ntry`; "" for what is no element."""
    tag = element.tag
    name = _NAMES.get(tag)
    if name is None:
        name = tag.rpartition("}")[2] if isinstance(tag, str) else ""
        if len(_NAMES) < _MOST_NAMES:
            _NAMES[tag] = name
    return name


def below(element: Element, *names: str) -> bool:
    """True when the element's parent has one of these names."""
    parent = element.getparent()
    return parent is not None and local(parent) in names


def by_name(element: Element) -> dict[str, Element]:
    """The children by their names, the first of each: for an element of which many children are wanted."""
    found: dict[str, Element] = {}
    for one in element:
        found.setdefault(local(one), one)
    return found


def child(element: Element, name: str) -> Element | None:
    return next(element.iterchildren("{*}" + name), None)


def children(element: Element, name: str) -> Iterator[Element]:
    found: Iterator[Element] = element.iterchildren("{*}" + name)
    return found


def find(element: Element, *path: str) -> Element | None:
    """The first element at the end of a path of names."""
    found = element
    for name in path:
        found = next(found.iterchildren("{*}" + name), None)
        if found is None:
            break
    return found


def text_of(element: Element, *path: str) -> str:
    """The text at the end of a path of names, without blanks around; "" when there is none."""
    return written(find(element, *path))


def written(element: Element | None) -> str:
    """The text of an element, without blanks around; "" when there is no such element."""
    return (element.text or "").strip() if element is not None else ""


def texts_of(element: Element, name: str) -> list[str]:
    return [text for one in children(element, name) if (text := (one.text or "").strip())]
