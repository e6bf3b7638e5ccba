"""Who did what. Append-only; no personal data but the actor's account name."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Now


class Event(models.Model):
    creditor_id = models.BigIntegerField(null=True)  # a number to this room, as a case is to the ledger
    at = models.DateTimeField(db_default=Now())
    on = models.DateField()
    actor = models.TextField()
    verb = models.CharField(max_length=40)
    subject = models.TextField(default="", blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["creditor_id", "id"], name="event_by_creditor")]
