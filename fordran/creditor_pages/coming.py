"""The next thirty days as the run itself would live them: nothing is written."""

from __future__ import annotations

from datetime import date
from typing import Any


def coming_letters(creditor: Any, today: date) -> dict[str, Any] | None:
    """Filled in when the preview of coming days is there."""
    return None
