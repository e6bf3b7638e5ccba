"""Which connectors there are, by port. A new one is a folder and a line here; a module is loaded when first used."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from dataclasses import MISSING, dataclass, fields
from typing import cast

from fordran.core.problems import Problem, Refused
from fordran.ports.post import LetterChannel


@dataclass(frozen=True, slots=True)
class Entry:
    label: str
    module: str
    connector: str
    settings: str


LETTER_CHANNELS: Mapping[str, Entry] = {
    "folder": Entry("PDF files in a folder", "fordran.connectors.folder.channel", "FolderChannel", "FolderSettings"),
    "smtp": Entry("e-mail", "fordran.connectors.smtp.channel", "SmtpChannel", "SmtpSettings"),
}


def letter_channel(name: str, settings: Mapping[str, object]) -> LetterChannel:
    """The channel `name` with its settings. Raises Refused for an unknown channel, an unknown or a missing setting."""
    entry = LETTER_CHANNELS.get(name)
    if entry is None:
        raise Refused(f"there is no letter channel {name!r}; there are {', '.join(LETTER_CHANNELS)}", field="channel")
    module = importlib.import_module(entry.module)
    shape = getattr(module, entry.settings)
    known = {f.name: f for f in fields(shape)}
    problems = [Problem(name, key, f"unknown setting; known are {', '.join(known)}") for key in settings if key not in known]
    problems += [
        Problem(name, key, "this setting is missing")
        for key, f in known.items()
        if f.default is MISSING and f.default_factory is MISSING and key not in settings
    ]
    if problems:
        raise Refused(problems)
    return cast(LetterChannel, getattr(module, entry.connector)(shape(**settings)))
