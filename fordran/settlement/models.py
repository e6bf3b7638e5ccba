"""Money that came in, and what it paid."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from fordran.bank.models import Deposit
from fordran.cases.models import Case
from fordran.creditors.models import Creditor

KINDS = ("payment", "deduction", "reversal", "other_debit")
STATES = ("new", "found", "matched", "suspense", "waiting", "refunded", "undone", "own", "shown")
"""new: not looked at · found: its cases are known, not yet set against them · matched: set against cases · suspense: a person
must look · waiting: for an invoice that has no case yet · refunded: to be paid back · undone: taken back, or the entry that
took another back · own: the creditor's, for an invoice that never became a case · shown: money out, not booked here."""


class Payment(models.Model):
    """A payment or a credit. `via`: bank (to the account on the slip), creditor (straight to it), credit (a credit note).

    Names and texts are personal data and may be erased when their time is up; sums and days are frozen.
    """

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    key = models.TextField()  # of the source: the same payment gives the same key
    via = models.CharField(max_length=10)
    on = models.DateField()  # booked at the bank
    learnt_on = models.DateField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.TextField(default="", blank=True)
    reversed_on = models.DateField(null=True)
    # as a bank's file told it
    kind = models.CharField(max_length=12, default="payment")
    direction = models.SmallIntegerField(default=1)  # 1 into the account, -1 out of it
    deposit = models.ForeignKey(Deposit, models.PROTECT, null=True, db_index=False)
    record = models.TextField(default="", blank=True)
    source = models.CharField(max_length=10, default="", blank=True)  # the format of its file
    serial = models.TextField(default="", blank=True)  # the bank's own identity of it
    account = models.TextField(default="", blank=True)  # it was paid to
    references = ArrayField(models.TextField(), default=list)
    parts = models.JSONField(default=list)  # [reference, öre], a split that the payer stated
    texts = ArrayField(models.TextField(), default=list)
    payer = models.TextField(default="", blank=True)
    payer_account = models.TextField(default="", blank=True)
    payer_index = models.BinaryField(null=True)  # keyed hash of the payer's number
    plain = models.TextField(default="", blank=True)  # the reference, for comparing
    named = ArrayField(models.TextField(), default=list)  # all references, for comparing, in the file's order
    words = ArrayField(models.TextField(), default=list)  # of the texts, those that could be a reference
    # what became of it
    state = models.CharField(max_length=10, default="matched")
    matched_by = models.CharField(max_length=20, default="", blank=True)
    confidence = models.SmallIntegerField(default=0)  # 0-100
    because = models.JSONField(default=list)  # a finding: reason, facts, level, act, section
    cases = ArrayField(models.BigIntegerField(), default=list)  # found, oldest first
    shares = models.JSONField(default=list)  # [case id, öre], the payer's split; [0, 0] = the rest is another claim's
    about_case = models.BigIntegerField(default=0)  # the case it seems to concern; 0 = none
    about_invoice = models.BigIntegerField(default=0)
    taken_minor = models.BigIntegerField(default=0)  # by deductions and by the bank, out of the amount
    takes_from = models.ForeignKey("self", models.PROTECT, null=True, db_index=False)  # of a deduction or reversal: the payment
    rounds = models.SmallIntegerField(default=0)  # how many times it was set against cases
    held_minor = models.BigIntegerField(default=0)  # of it in suspense; below nothing for money out that is not explained
    refund_minor = models.BigIntegerField(default=0)  # of it to be paid back
    paid_back_minor = models.BigIntegerField(default=0, db_default=0)  # of it on its way to the payer, or there

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "key"], name="payment_once"),
            models.CheckConstraint(name="payment_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payment_kind", condition=Q(kind__in=KINDS)),
            models.CheckConstraint(name="payment_state", condition=Q(state__in=STATES)),
            models.CheckConstraint(name="payment_confidence", condition=Q(confidence__range=(0, 100))),
            models.CheckConstraint(
                name="payment_taken", condition=Q(taken_minor__gte=0, taken_minor__lte=models.F("amount_minor"))
            ),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "state", "id"], condition=Q(state__in=["new", "found", "suspense", "waiting"]),
                name="payment_open",
            ),
            models.Index(fields=["creditor", "on", "amount_minor"], name="payment_alike"),
            models.Index(fields=["deposit"], name="payment_by_deposit"),
            models.Index(fields=["creditor", "payer_account"], condition=~Q(payer_account=""), name="payment_by_payer_account"),
        ]  # fmt: skip


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
    matched_by = models.CharField(max_length=20)  # as the payment's own
    act = models.TextField(default="", blank=True)
    reverses = models.ForeignKey("self", models.PROTECT, null=True)

    class Meta:
        indexes = [models.Index(fields=["creditor", "case"], name="allocation_by_case")]
