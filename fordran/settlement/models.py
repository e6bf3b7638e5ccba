"""Money that came in, and what it paid."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fordran.cases.models import Case
from fordran.creditors.models import Creditor


class Payment(models.Model):
    """A payment or a credit. `via`: bank (to the account on the slip), creditor (straight to it), credit (a credit note)."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    key = models.TextField()  # of the source: the same payment gives the same key
    via = models.CharField(max_length=10)
    on = models.DateField()  # booked at the bank
    learnt_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.TextField(default="", blank=True)
    reversed_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "key"], name="payment_once"),
            models.CheckConstraint(name="payment_positive", condition=Q(amount_minor__gt=0)),
        ]


class Allocation(models.Model):
    """What of a payment one case took, by component. Append-only."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    payment = models.ForeignKey(Payment, models.PROTECT, related_name="allocations")
    case = models.ForeignKey(Case, models.PROTECT, related_name="allocations")
    on = models.DateField()
    costs_minor = models.BigIntegerField()
    interest_minor = models.BigIntegerField()
    capital_minor = models.BigIntegerField()
    waived_minor = models.BigIntegerField(default=0)  # interest after the letter, of a letter paid in time
    matched_by = models.CharField(max_length=20)  # case, case_ocr, letter_ocr, invoice_reference, invoice_number, person
    act = models.TextField(default="", blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "case"], name="allocation_by_case")]
