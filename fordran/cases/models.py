"""One case per invoice. What happened to it is rows that are never changed; how it stands is the case itself.

Where a field says `db_constraint=False`, the migration has a foreign key of creditor and case (or letter) together: a row cannot
belong to another creditor than its case, and the server checks one key instead of two (ADR 0120).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fordran.creditors.models import Creditor, Exclusion
from fordran.invoices.models import Customer, Invoice
from fordran.letters.models import Letter


class Case(models.Model):
    """How the claim stands. The sums are kept beside the books and proved by `fordran verify`."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, db_index=False)  # begins other indexes
    customer = models.ForeignKey(Customer, models.PROTECT)
    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="case")
    number = models.CharField(max_length=20)  # as people see it: 2026-000123
    ocr = models.CharField(max_length=25)
    currency = models.CharField(max_length=3)
    due_on = models.DateField()
    stage = models.CharField(max_length=20, default="open")
    stage_on = models.DateField()
    opened_on = models.DateField()
    procedure_version = models.DateField()
    opening_minor = models.BigIntegerField()
    capital_minor = models.BigIntegerField()
    interest_booked_minor = models.BigIntegerField(default=0)
    interest_minor = models.BigIntegerField(default=0)  # open
    costs_minor = models.BigIntegerField(default=0)  # open, in SEK
    closed_on = models.DateField(null=True)
    closed_cause = models.CharField(max_length=40, default="", blank=True)
    review_on = models.DateField(null=True)  # next day on which it is decided; null = when something is learnt
    next_kind = models.CharField(max_length=20, default="", blank=True)  # what is next, as last decided
    next_on = models.DateField(null=True)
    outcome = models.CharField(max_length=8, default="", blank=True)  # act, wait, ask, close
    reason = models.CharField(max_length=40, default="", blank=True)
    decisions = models.IntegerField(default=0)
    decided = models.CharField(max_length=32, default="", blank=True)  # digest of the last stored decision
    barred_on = models.DateField(null=True)  # first day on which limitation bars the claim, as it stands
    held = models.CharField(max_length=20, default="", blank=True)  # kind of a live hold, for lists
    stage_before = models.CharField(max_length=20, default="", blank=True)  # of a closed case: where it comes back to
    heeds_after = models.BigIntegerField(default=0)  # instructions up to this id were given before the case was reopened

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "number"], name="case_number_once"),
            models.UniqueConstraint(fields=["ocr"], name="case_ocr_once"),
            models.UniqueConstraint(fields=["creditor", "id"], name="case_of_creditor"),  # what belongs to a case points here
            models.CheckConstraint(
                name="case_closed",
                condition=Q(stage="closed", closed_on__isnull=False) | (~Q(stage="closed") & Q(closed_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="case_closed_is_settled",
                condition=~Q(stage="closed") | Q(capital_minor=0, interest_minor=0, costs_minor=0),
            ),
        ]
        indexes = [
            models.Index(fields=["creditor", "customer"], condition=Q(review_on__isnull=False), name="case_due"),
            models.Index(fields=["creditor", "stage", "next_on", "id"], name="case_by_stage"),
            models.Index(fields=["creditor", "customer", "id"], name="case_by_customer"),
        ]


class Decision(models.Model):
    """A decision that differs from the one before. Append-only; facts without names."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, db_constraint=False, db_index=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="verdicts", db_constraint=False, db_index=False)
    number = models.IntegerField()
    on = models.DateField()
    outcome = models.CharField(max_length=8)
    step = models.CharField(max_length=20, default="", blank=True)
    until = models.DateField(null=True)
    because = models.TextField()  # JSON: findings as rows (cases/write.py: finding_as_row)
    facts = models.TextField()  # JSON: process.facts.CaseFacts without what is empty

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="decision_once")]


class Step(models.Model):
    """A step that was taken. `on` is the day its letter was really sent; until then the day it is dated."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, db_constraint=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="steps", db_constraint=False)
    kind = models.CharField(max_length=20)
    decided_on = models.DateField()
    on = models.DateField()
    last_day = models.DateField(null=True)
    sent = models.BooleanField(default=False)
    asked_minor = models.BigIntegerField(default=0)
    interest_until = models.DateField(null=True)
    letter = models.ForeignKey(Letter, models.PROTECT, null=True, db_constraint=False, db_index=False)
    voided_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["case", "kind"],
                condition=Q(voided_on__isnull=True, kind__in=["notice", "reminder", "demand"]),
                name="step_once",
            )
        ]
        indexes = [models.Index(fields=["letter"], name="step_by_letter")]


class Charge(models.Model):
    """A cost put on a debt, with the paragraph behind it. One fee-bearing reminder an invoice, for ever: the database
    refuses the second."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, db_constraint=False)
    case = models.ForeignKey(Case, models.PROTECT, related_name="charges", db_constraint=False)
    invoice = models.ForeignKey(Invoice, models.PROTECT, db_index=False)
    step = models.ForeignKey(Step, models.PROTECT, null=True)
    kind = models.CharField(max_length=20)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    on = models.DateField()
    reason = models.CharField(max_length=40)
    act = models.TextField()
    section = models.TextField()
    in_force = models.DateField()
    waived_minor = models.BigIntegerField(default=0)
    paid_minor = models.BigIntegerField(default=0)
    voided_on = models.DateField(null=True)  # the letter never left: as if the cost had never been

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "kind"], condition=Q(voided_on__isnull=True), name="charge_once_per_invoice"
            ),
            models.CheckConstraint(name="charge_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="charge_has_paragraph", condition=~Q(act="") & ~Q(section="")),
            models.CheckConstraint(
                name="charge_not_overspent",
                condition=Q(waived_minor__gte=0, paid_minor__gte=0)
                & Q(amount_minor__gte=models.F("waived_minor") + models.F("paid_minor")),
            ),
        ]


class Hold(models.Model):
    """Everything that pauses a case: what, why, who, until when. A hold stops everything."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    case = models.ForeignKey(Case, models.PROTECT, related_name="holds")
    kind = models.CharField(max_length=20)
    reason = models.TextField(default="", blank=True)
    since = models.DateField()
    until = models.DateField(null=True)
    placed_by = models.TextField(default="", blank=True)
    lifted_on = models.DateField(null=True)
    lifted_by = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["case", "kind"], condition=Q(lifted_on__isnull=True), name="hold_once"),
            models.CheckConstraint(name="hold_order", condition=Q(until__isnull=True) | Q(until__gte=models.F("since"))),
        ]


class Exemption(models.Model):
    """A running case that goes on although its customer or class was excluded: the exclusion was to stop new ones only."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    case = models.ForeignKey(Case, models.PROTECT, related_name="exemptions")
    exclusion = models.ForeignKey(Exclusion, models.CASCADE, related_name="exemptions")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "exclusion"], name="exemption_once")]


class Instruction(models.Model):
    """What a person wants. Append-only."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    case = models.ForeignKey(Case, models.PROTECT, related_name="instructions")
    kind = models.CharField(max_length=20)
    on = models.DateField()
    by = models.TextField(default="", blank=True)
    reason = models.TextField(default="", blank=True)


class Interruption(models.Model):
    """Proof that the limitation period was broken. Append-only."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    case = models.ForeignKey(Case, models.PROTECT, related_name="interruptions")
    kind = models.CharField(max_length=20)
    on = models.DateField()
    proof = models.TextField(default="", blank=True)
