"""Who did what: one line a deed, never changed."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

from django.db import connection

from fordran.audit.models import Event

_OF_NO_CREDITOR = 'INSERT INTO audit_event ("on", actor, verb, subject, data) VALUES (%s, %s, %s, %s, %s)'


def record_event(creditor_id: int | None, on: date, actor: str, verb: str, subject: str = "", **data: Any) -> None:
    """`data` must hold no names, addresses or identity numbers. What is done at no creditor is written and no page reads it."""
    plain = {k: v.isoformat() if isinstance(v, date) else v for k, v in data.items() if v not in (None, "")}
    if creditor_id is None:
        with connection.cursor() as cursor:  # not by the model, which would read the row back
            cursor.execute(_OF_NO_CREDITOR, [on, actor, verb, subject, json.dumps(plain)])
        return
    Event.objects.create(creditor_id=creditor_id, on=on, actor=actor, verb=verb, subject=subject, data=plain)
