"""Who did what: one line a deed, never changed."""

from __future__ import annotations

from datetime import date
from typing import Any

from fordran.audit.models import Event


def record_event(creditor_id: int | None, on: date, actor: str, verb: str, subject: str = "", **data: Any) -> None:
    """`data` must hold no names, addresses or identity numbers."""
    plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in data.items() if v not in (None, "")}
    Event.objects.create(creditor_id=creditor_id, on=on, actor=actor, verb=verb, subject=subject, data=plain)
