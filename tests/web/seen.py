"""What a page says to whoever reads it."""

from __future__ import annotations

import re
from typing import Any


def said(answer: Any) -> str:
    """The words of a page, without marks and with one space between them."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\u00a0", " ").split())
