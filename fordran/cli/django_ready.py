"""What a command calls before it touches a table."""

from __future__ import annotations

from fordran.config.start import ready as ready

__all__ = ["ready"]
