"""The key that signs sessions: from FORDRAN_SECRET_KEY, else made once under FORDRAN_HOME."""

from __future__ import annotations

import os
import secrets
from pathlib import Path


def secret_key(home: Path) -> str:
    """The stored key; before `make_secret_key` a passing one, good for commands that serve no page."""
    given = os.environ.get("FORDRAN_SECRET_KEY")
    if given:
        return given
    path = home / "secret-key"
    return path.read_text() if path.exists() else secrets.token_urlsafe(48)


def make_secret_key(home: Path) -> None:
    """Store a new key (mode 0600) unless there is one; safe when several processes start at once."""
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = home / "secret-key"
    if path.exists():
        return
    made = home / f".secret-key-{os.getpid()}"
    with open(os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as handle:
        handle.write(secrets.token_urlsafe(48))
    try:
        os.link(made, path)
    except FileExistsError:
        pass
    made.unlink()
