"""A customer's key as it is stored. Many small firms use the personal number as customer number; such a key is a personal
number at rest, so it becomes a keyed hash, the same for the same number."""

from __future__ import annotations

from fordran.db.seals import blind
from fordran.process.country import Country

HIDDEN = "#"


def stored_key(key: str, country: Country) -> str:
    """The key itself, or `#` and 16 hex digits where it is a personal number whose check digit holds."""
    digits = country.personal_digits(key)
    return HIDDEN + blind(digits).hex()[:16] if digits else key
