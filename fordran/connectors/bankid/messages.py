"""What to tell a person: one text for each hint and error, Swedish and English, from messages.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

STATES = ("pending", "failed", "error")


@cache
def table() -> Mapping[str, Any]:
    return tomllib.loads(Path(__file__).with_name("messages.toml").read_text(encoding="utf-8"))


def name_of(code: str, *, state: str, by_qr: bool, mobile: bool) -> str:
    """RFA9 and the like. An unknown code has the text for unknown ones."""
    if state not in STATES:
        raise ValueError(f"state is {', '.join(STATES)}, not {state!r}")
    found = table()[state].get(code, table()[state]["other"])
    if isinstance(found, str):
        return found
    way = "qr" if by_qr else "here"
    name: str = found.get(way) or found[f"{way}_{'mobile' if mobile else 'computer'}"]
    return name


def words(code: str, *, language: str, state: str, by_qr: bool, mobile: bool) -> str:
    """`language` is sv; all else is answered in English."""
    text: str = table()["texts"][name_of(code, state=state, by_qr=by_qr, mobile=mobile)]["sv" if language == "sv" else "en"]
    return text
