"""Where the outside world is plugged in: which channels letters leave by. Settings come from the environment."""

from __future__ import annotations

import os

from fordran.connectors.registry import letter_channel
from fordran.db.connect import home
from fordran.ports.post import LetterChannel


def letter_channels(directory: str | None = None) -> dict[str, LetterChannel]:
    """The folder `HOME/letters` (or FORDRAN_LETTERS, or `directory`), and e-mail where FORDRAN_SMTP_HOST is set."""
    folder = directory or os.environ.get("FORDRAN_LETTERS") or str(home() / "letters")
    channels = {"folder": letter_channel("folder", {"directory": folder})}
    host = os.environ.get("FORDRAN_SMTP_HOST")
    if host:
        settings: dict[str, object] = {"host": host, "from_address": os.environ.get("FORDRAN_SMTP_FROM", "")}
        for name, key in (("port", "PORT"), ("security", "SECURITY"), ("username", "USER"), ("password", "PASSWORD")):
            value = os.environ.get(f"FORDRAN_SMTP_{key}")
            if value:
                settings[name] = int(value) if name == "port" else value
        channels["smtp"] = letter_channel("smtp", settings)
    return channels
