"""Golden files: what something looked like when a person last read it. `make golden` rewrites them."""

from __future__ import annotations

import os
from pathlib import Path


def assert_golden(path: Path, text: str) -> None:
    """`text` is what `path` holds; with FORDRAN_GOLDEN=write the file is written instead, and the difference is the review."""
    if os.environ.get("FORDRAN_GOLDEN") == "write":
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert path.exists(), f"{path.name} is missing; `make golden` writes it, then read it through"
    assert text == path.read_text(encoding="utf-8"), f"{path.name} has changed; `make golden`, then read the difference"
