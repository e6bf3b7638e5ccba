"""A database of one's own for a while: stories are played in one, and tests that need real commits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fordran.db import connect, embedded, migrated


@contextmanager
def scratch_database(home: Path | None = None) -> Iterator[str]:
    """An empty, migrated database; this process and those it starts use it until the block ends. Yields its name."""
    info = embedded.ensure_running(home) if home is not None else connect.ensure_server()
    before = os.environ.get("FORDRAN_DATABASE")
    with migrated.scratch_database(info) as name:
        connect.use_database(name)
        try:
            yield name
        finally:
            connect.use_database(before)
