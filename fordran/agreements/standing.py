"""How a creditor stands with its agreement."""

from __future__ import annotations

from fordran.creditors.models import Creditor


def is_locked(creditor: Creditor) -> bool:
    """True while a creditor that was registered on the pages has not accepted any version: then nothing else opens."""
    return creditor.signs_here
