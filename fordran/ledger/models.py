"""The books. A transfer is never changed; a mistake is corrected by another transfer."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from fordran.creditors.models import Creditor


class LookedAt(models.Model):
    """How far a reader of the ledger has come (`ledger/looked_at.py`)."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="+")
    reader = models.CharField(max_length=20)  # vouchers, payouts
    upto = models.BigIntegerField(default=0)  # transfers up to this id need not be read again
    noted = models.BigIntegerField(default=0)  # believed when every transaction older than `seen_xid` has ended
    seen_xid = models.BigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "reader"], name="looked_at_once")]


class Transfer(models.Model):
    """One debit, one credit, a positive amount. An account is (creditor, currency, kind, case or 0)."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, db_index=False)  # begins other indexes
    key = models.TextField()  # made by the caller: the same deed gives the same key
    input_hash = models.CharField(max_length=32)
    on = models.DateField()  # the day it happened
    booked_on = models.DateField()  # the day it was booked
    debit = models.CharField(max_length=20)
    credit = models.CharField(max_length=20)
    case_number = models.BigIntegerField(default=0)  # binds the parts of a claim; 0 = none
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=40)
    act = models.TextField(default="", blank=True)
    section = models.TextField(default="", blank=True)
    facts = models.JSONField(default=dict)
    payment_number = models.BigIntegerField(default=0)  # binds an allocation to its payment; 0 = none
    reverses = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "key"], name="transfer_once"),
            models.UniqueConstraint(fields=["reverses"], condition=Q(reverses__isnull=False), name="transfer_reversed_once"),
            models.CheckConstraint(name="transfer_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="transfer_two_accounts", condition=~Q(debit=F("credit"))),
        ]
        indexes = [
            models.Index(fields=["creditor", "case_number"], name="transfer_by_case"),
            models.Index(fields=["payment_number"], condition=~Q(payment_number=0), name="transfer_by_payment"),
        ]
