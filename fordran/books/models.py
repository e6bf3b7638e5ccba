"""The creditor's books as we hand them over: vouchers, what each covers, what the ERP is to be told, and proofs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fordran.creditors.models import Creditor
from fordran.invoices.models import Customer
from fordran.ledger.models import Transfer


class Plan(models.Model):
    """The creditor's own accounts and habits, where they differ from the defaults of `books.plan`."""

    creditor = models.OneToOneField(Creditor, models.PROTECT)
    accounts = models.JSONField(default=dict)
    series = models.CharField(max_length=5, default="F")
    closed_until = models.DateField(null=True)
    starts_on = models.DateField(null=True)
    payment_account = models.TextField(default="", blank=True)
    year_starts = models.SmallIntegerField(default=1)

    class Meta:
        constraints = [models.CheckConstraint(name="books_year_starts", condition=Q(year_starts__range=(1, 12)))]


class Voucher(models.Model):
    """One kind of event of one day in one currency. Append-only; numbers have no gaps."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    series = models.CharField(max_length=5)
    number = models.IntegerField()
    on = models.DateField()
    made_on = models.DateField()
    currency = models.CharField(max_length=3)
    kind = models.CharField(max_length=12)
    text = models.TextField()
    sum_minor = models.BigIntegerField()  # of its debits
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "series", "number"], name="voucher_number_once"),
            models.CheckConstraint(name="voucher_numbered", condition=Q(number__gt=0, sum_minor__gt=0)),
        ]
        indexes = [models.Index(fields=["creditor", "on", "id"], name="voucher_by_day")]


class VoucherLine(models.Model):
    """One account's sum for one payment and, for parts of claims, one case; 0 = none. Append-only."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    voucher = models.ForeignKey(Voucher, models.PROTECT, related_name="lines")
    place = models.IntegerField()
    role = models.CharField(max_length=24)
    account = models.CharField(max_length=10)
    debit_minor = models.BigIntegerField(default=0)
    credit_minor = models.BigIntegerField(default=0)
    payment_number = models.BigIntegerField(default=0)
    case_number = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["voucher", "place"], name="voucher_line_once"),
            models.CheckConstraint(
                name="voucher_line_one_side",
                condition=Q(debit_minor__gt=0, credit_minor=0) | Q(debit_minor=0, credit_minor__gt=0),
            ),
        ]
        indexes = [models.Index(fields=["creditor", "payment_number"], name="voucher_line_by_payment")]


class Covered(models.Model):
    """A transfer has been looked at: it is in this voucher, or in none and why. Once each. Append-only."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    transfer = models.ForeignKey(Transfer, models.PROTECT, db_index=False)
    voucher = models.ForeignKey(Voucher, models.PROTECT, null=True, related_name="covers")
    without = models.CharField(max_length=16, default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["transfer"], name="transfer_covered_once"),
            models.CheckConstraint(
                name="covered_or_without",
                condition=Q(voucher__isnull=False, without="") | (Q(voucher__isnull=True) & ~Q(without="")),
            ),
        ]


class Share(models.Model):
    """Of one payment and one case: the capital that our vouchers say it paid, and what of that is posted on the open item in
    the ERP. The rest could not be: the ERP holds less open than we do."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    payment_number = models.BigIntegerField()
    case_number = models.BigIntegerField()
    net_minor = models.BigIntegerField(default=0)
    posted_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "payment_number", "case_number"], name="share_once"),
            models.CheckConstraint(name="share_within", condition=Q(posted_minor__gte=0)),
        ]
        indexes = [models.Index(fields=["creditor", "case_number"], name="share_by_case")]


class Posting(models.Model):
    """A payment that the ERP is to hold, on the open items of one customer. `items` are [case, öre]. Taken back whole."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    key = models.TextField()
    payment_number = models.BigIntegerField()
    customer = models.ForeignKey(Customer, models.PROTECT)
    voucher = models.ForeignKey(Voucher, models.PROTECT)
    on = models.DateField()
    currency = models.CharField(max_length=3)
    items = models.JSONField()
    asked_on = models.DateField(null=True)
    void_on = models.DateField(null=True)  # it is to be taken back, from this day
    void_asked_on = models.DateField(null=True)  # of one that was never asked: the day it was dropped
    after = models.ForeignKey("self", models.PROTECT, null=True)  # not before this one has been taken back

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "key"], name="posting_once")]
        indexes = [
            models.Index(
                fields=["creditor", "id"], name="posting_to_ask",
                condition=Q(asked_on__isnull=True) | Q(void_on__isnull=False, void_asked_on__isnull=True),
            ),
            models.Index(fields=["creditor", "payment_number"], name="posting_by_payment"),
        ]  # fmt: skip


class Told(models.Model):
    """What of a voucher goes to the ERP as a journal entry: all that its postings do not say. `lines` are [account, debit,
    credit]; none where the postings say it all, or where the ERP is not told of that kind."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    voucher = models.OneToOneField(Voucher, models.PROTECT)
    key = models.TextField()
    lines = models.JSONField()
    asked_on = models.DateField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "key"], name="told_once")]


class Reconciliation(models.Model):
    """A proof that was made: sums, and each difference with its cause. Append-only; numbers of records, no names."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    on = models.DateField()
    by = models.TextField(default="", blank=True)
    source = models.CharField(max_length=10)  # erp, picture
    compared = models.IntegerField()
    differences = models.IntegerField()
    unexplained = models.IntegerField()
    report = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["creditor", "id"], name="reconciliation_latest")]
