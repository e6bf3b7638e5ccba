"""Letters and how they travelled. What a letter said is frozen once composed; who got it may be erased."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fordran.creditors.models import Creditor


class Letter(models.Model):
    creditor = models.ForeignKey(Creditor, models.PROTECT, db_index=False)  # begins other indexes
    number = models.CharField(max_length=20)
    kind = models.CharField(max_length=12)  # notice, reminder, demand, residual, confirmation
    language = models.CharField(max_length=2, default="sv")
    customer_id = models.BigIntegerField()
    dated_on = models.DateField()
    last_day = models.DateField(null=True)
    currency = models.CharField(max_length=3)
    total_minor = models.BigIntegerField()  # what it asks for, in the claim's currency
    ocr = models.CharField(max_length=25)
    content = models.TextField()  # process.letter.LetterContent as JSON, to the letter as it was sealed; erased with retention
    sha256 = models.CharField(max_length=64)  # of the content, stays as proof
    state = models.CharField(max_length=10, default="composed")  # composed, approved, sent, voided
    approved_on = models.DateField(null=True)
    approved_by = models.TextField(default="", blank=True)
    sent_on = models.DateField(null=True)
    voided_on = models.DateField(null=True)
    void_reason = models.CharField(max_length=40, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "number"], name="letter_once"),
            models.UniqueConstraint(fields=["creditor", "id"], name="letter_of_creditor"),  # what belongs to a letter points here
            models.CheckConstraint(name="letter_state", condition=Q(state__in=["composed", "approved", "sent", "voided"])),
        ]
        indexes = [
            models.Index(fields=["creditor", "dated_on"], name="letter_by_day"),
            models.Index(fields=["ocr"], name="letter_by_ocr"),
            models.Index(fields=["creditor"], condition=Q(state__in=["composed", "approved"]), name="letter_waiting"),
        ]


class LetterCase(models.Model):
    """Which claims a letter carried, and what it asked for each. To this room a case is only a number."""

    # One foreign key of both together, made by the migration (ADR 0120).
    creditor = models.ForeignKey(Creditor, models.PROTECT, db_constraint=False, db_index=False)
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="cases", db_constraint=False, db_index=False)
    case_number = models.BigIntegerField()
    asked_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["letter", "case_number"], name="letter_case_once")]
        indexes = [models.Index(fields=["creditor", "case_number"], name="letter_by_case")]


class Dispatch(models.Model):
    """One attempt to let a letter leave by one channel. Ambiguous = we do not know whether it left: nothing is sent again
    without a look-up or a person."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    letter = models.ForeignKey(Letter, models.PROTECT, related_name="dispatches")
    channel = models.CharField(max_length=20)
    key = models.CharField(max_length=60, unique=True)
    attempt = models.IntegerField(default=1)
    state = models.CharField(max_length=10, default="reserved")  # reserved, sending, sent, failed, ambiguous
    external_id = models.TextField(default="", blank=True)
    on = models.DateField(null=True)
    error = models.TextField(default="", blank=True)
    pdf_sha256 = models.CharField(max_length=64, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["letter", "channel", "attempt"], name="dispatch_attempt_once"),
            models.UniqueConstraint(
                fields=["letter", "channel"],
                condition=Q(state__in=["reserved", "sending", "sent", "ambiguous"]),
                name="dispatch_one_live",
            ),
            models.CheckConstraint(
                name="dispatch_state", condition=Q(state__in=["reserved", "sending", "sent", "failed", "ambiguous"])
            ),
        ]


class Batch(models.Model):
    """A creditor's letters of one day. The first one, and one of more than twice the usual number, wait for a person."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    on = models.DateField()
    letters = models.IntegerField()
    waits_because = models.CharField(max_length=20, default="", blank=True)  # first_batch, unusual_number
    usual = models.IntegerField(null=True)
    approved_on = models.DateField(null=True)
    approved_by = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "on"], name="batch_once")]
