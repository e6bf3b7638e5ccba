"""Files from the bank as they were taken in, and the deposits they told of. Append-only; no payer is named here."""

from __future__ import annotations

from django.db import models

from fordran.creditors.models import Creditor


class BankFile(models.Model):
    """A file, and what of it is this creditor's: a file with several creditors' accounts has a row for each."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    on = models.DateField()  # the day it was learnt
    sha256 = models.CharField(max_length=64)
    name = models.TextField(default="", blank=True)
    format = models.CharField(max_length=10)  # bgmax, camt.053, camt.054, swish
    version = models.CharField(max_length=20, default="", blank=True)
    deposits = models.IntegerField()
    payments = models.IntegerField()  # all that the file told
    known = models.IntegerField()  # of these, told by another file before
    totals = models.JSONField(default=dict)  # currency -> öre, net, as the file says
    notes = models.JSONField(default=list)
    by = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "sha256"], name="bank_file_once")]
        indexes = [models.Index(fields=["creditor", "on"], name="bank_file_by_day")]


class Deposit(models.Model):
    """A sum that the bank booked on one day: one line of the bank statement."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="booked")
    number = models.IntegerField()  # its place in the file
    account = models.TextField()
    currency = models.CharField(max_length=3)
    on = models.DateField()
    amount_minor = models.BigIntegerField()  # net, öre; below nothing for money out
    known_minor = models.BigIntegerField(default=0)  # of this, told by another file before
    shown_minor = models.BigIntegerField(default=0)  # of this, money out that is shown and not booked
    serial = models.TextField(default="", blank=True)  # the bank's own
    record = models.TextField(default="", blank=True)  # where in the file

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "number"], name="deposit_once")]
        indexes = [models.Index(fields=["creditor", "on"], name="deposit_by_day")]


class NoFileToday(models.Model):
    """A person has said that the bank sends no file this day, so nobody waits for it."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    on = models.DateField()
    by = models.TextField(default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "on"], name="no_file_once")]
