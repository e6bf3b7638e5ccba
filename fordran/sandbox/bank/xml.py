"""XML of ISO 20022 from nested pairs: (name, text), (name, children) or (name, text, attributes)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any
from xml.etree.ElementTree import Element, SubElement, indent, register_namespace, tostring

Branch = tuple[Any, ...]

URN = "urn:iso:std:iso:20022:tech:xsd:"


def document(message: str, branch: Branch) -> bytes:
    """`message` is for example camt.053.001.02."""
    namespace = f"{URN}{message}"
    register_namespace("", namespace)
    root = Element(f"{{{namespace}}}Document")
    _grow(root, namespace, branch)
    indent(root)
    return tostring(root, encoding="UTF-8", xml_declaration=True) + b"\n"


def _grow(parent: Element, namespace: str, branch: Branch) -> None:
    name, content, *attributes = branch
    element = SubElement(parent, f"{{{namespace}}}{name}", attributes[0] if attributes else {})
    if isinstance(content, str):
        element.text = _clean(content)
        return
    for one in content:
        if one:
            _grow(element, namespace, one)


def _clean(text: str) -> str:
    """Without the signs that XML cannot hold."""
    return "".join(sign for sign in text if sign.isprintable())


def some(name: str, value: str | Sequence[Branch | None]) -> Branch | None:
    """Nothing for an empty value."""
    return (name, value) if value else None


def amount(name: str, minor: int, currency: str) -> Branch:
    return (name, plain(minor), {"Ccy": currency})


def plain(minor: int) -> str:
    return f"{abs(minor) // 100}.{abs(minor) % 100:02d}"


def direction(minor: int) -> Branch:
    return ("CdtDbtInd", "CRDT" if minor >= 0 else "DBIT")


def day(name: str, on: date) -> Branch:
    return (name, [("Dt", on.isoformat())])
