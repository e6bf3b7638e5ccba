"""The mirror of the creditor's customer ledger, and what changed in it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fordran.creditors.models import Creditor


class Customer(models.Model):
    """Who owes an invoice. Personal data; may be erased when its time is up."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    key = models.TextField()  # the creditor's own customer number
    name = models.TextField()
    sort_name = models.TextField(db_collation="C", default="")
    search_text = models.TextField(default="")  # folded, for search
    class_key = models.TextField(default="", blank=True)
    kind = models.CharField(max_length=10, default="unknown")  # consumer, business, public, unknown
    identity_sealed = models.BinaryField(null=True)  # encrypted personal or organisation number
    identity_index = models.BinaryField(null=True)  # keyed hash, for equality
    identity_known = models.BooleanField(default=False)  # its check digit holds
    born_on = models.DateField(null=True)
    street = models.TextField(default="", blank=True)
    street2 = models.TextField(default="", blank=True)
    postcode = models.TextField(default="", blank=True)
    town = models.TextField(default="", blank=True)
    country = models.CharField(max_length=2, default="SE")
    email = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    language = models.CharField(max_length=2, default="sv")
    protected = models.BooleanField(default=False)
    # as a connected ERP tells it
    left_alone = models.BooleanField(default=False, db_default=False)  # its own "no debt collection"
    terms_agreed_on = models.DateField(null=True)  # reminder cost agreed with this customer from this day

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "key"], name="customer_once")]
        indexes = [
            models.Index(fields=["creditor", "sort_name", "id"], name="customer_by_name"),
            models.Index(fields=["creditor", "class_key"], name="customer_by_class"),
            models.Index(
                fields=["creditor", "identity_index"], condition=Q(identity_index__isnull=False), name="customer_by_identity"
            ),
        ]

    @property
    def address_complete(self) -> bool:
        return bool(self.street and self.postcode and self.town)


class Invoice(models.Model):
    """An open item: an invoice, or a credit note. Amounts are positive; `kind` carries the sign."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    customer = models.ForeignKey(Customer, models.PROTECT)
    number = models.TextField()
    kind = models.CharField(max_length=8, default="invoice")  # invoice, credit
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField()
    credited_minor = models.BigIntegerField(default=0)  # by credit notes that name this invoice
    due_on = models.DateField()
    issued_on = models.DateField(null=True)
    arose_on = models.DateField(null=True)
    text = models.TextField(default="", blank=True)
    reference = models.TextField(default="", blank=True)  # the invoice's own OCR
    credits = models.TextField(default="", blank=True)  # of a credit note: the invoice it belongs to
    claim_kind = models.CharField(max_length=20, default="goods_services")
    due_agreed = models.BooleanField(null=True)  # null = as the creditor says
    interest_text = models.BooleanField(null=True)
    interest_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    terms_agreed_on = models.DateField(null=True)
    reminded_on = models.DateField(null=True)
    reminded_fee_minor = models.BigIntegerField(null=True)
    # as the creditor's people say (`reminded.mark`), beside what the ledger says, so that reading it again takes nothing back
    marked_on = models.DateField(null=True)  # somebody said that it has been reminded; null = nobody
    marked_by = models.TextField(default="", db_default="", blank=True)
    marked_reminded_on = models.DateField(null=True)  # null = the day is not known, no later than `marked_on`
    marked_fee_minor = models.BigIntegerField(null=True)  # null = not known whether it bore a fee
    missing_since = models.DateField(null=True)  # not in the latest whole picture of the ledger
    missing_times = models.IntegerField(default=0)
    seen_on = models.DateField(null=True)
    changed_on = models.DateField(null=True)
    # as a connected ERP tells it
    left_alone = models.BooleanField(default=False, db_default=False)  # its own "no debt collection"
    held_in_erp = models.BooleanField(default=False, db_default=False)  # on hold, or taken back for a change
    taken_by_other = models.TextField(default="", db_default="", blank=True)  # another agency's case number
    direct_debit = models.BooleanField(default=False, db_default=False)
    sent_to = models.JSONField(null=True)  # process.items.SentTo: personal data, where this invoice itself was sent
    tax_share_minor = models.BigIntegerField(default=0, db_default=0)  # ROT/RUT: not in amount and open above
    erp_document = models.TextField(default="", db_default="", blank=True)  # the ERP's own kind, to find it again
    erp_version = models.TextField(default="", db_default="", blank=True)  # changes with every change there

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "kind", "number"], name="invoice_once"),
            models.CheckConstraint(name="invoice_open_within_amount", condition=Q(open_minor__gte=0, amount_minor__gte=0)),
            models.CheckConstraint(name="invoice_kind", condition=Q(kind__in=["invoice", "credit"])),
        ]
        indexes = [
            models.Index(
                fields=["creditor", "due_on", "id"], condition=Q(open_minor__gt=0, kind="invoice"), name="invoice_open_by_due"
            ),
            models.Index(fields=["creditor", "customer"], name="invoice_by_customer"),
            models.Index(fields=["creditor", "due_on", "id"], condition=Q(marked_on__isnull=False), name="invoice_marked_by_due"),
        ]


class LedgerFile(models.Model):
    """One open-items file that was taken in."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    on = models.DateField()
    sha256 = models.CharField(max_length=64)
    name = models.TextField(default="")
    partial = models.BooleanField(default=False)
    rows = models.IntegerField(default=0)
    accepted = models.IntegerField(default=0)
    refused = models.JSONField(default=list)
    totals = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "on", "sha256", "partial"], name="ledger_file_once")]


class InvoiceChange(models.Model):
    """A difference between two pictures of the ledger. Append-only; no personal data."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="changes")
    on = models.DateField()
    field = models.CharField(max_length=20)
    before = models.TextField(default="")
    after = models.TextField(default="")
    file = models.ForeignKey(LedgerFile, models.PROTECT, null=True)


class CustomerChange(models.Model):
    """Which field of a customer changed, and when; never what it was: that is personal data. Append-only."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    customer = models.ForeignKey(Customer, models.PROTECT, related_name="changes")
    on = models.DateField()
    field = models.CharField(max_length=20)


class Application(models.Model):
    """A payment or credit that the ERP has set against an invoice, as last seen there."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    invoice = models.ForeignKey(Invoice, models.PROTECT, related_name="applications")
    kind = models.CharField(max_length=10)  # payment, credit, write_off
    number = models.TextField()  # the ERP's own
    amount_minor = models.BigIntegerField()
    on = models.DateField(null=True)
    reference = models.TextField(default="", blank=True)
    seen_on = models.DateField()
    told = models.BooleanField(default=False)  # the case knows, or there was none when it came
    payment = models.BigIntegerField(default=0)  # the payment that the case was told; 0 = none
    gone_on = models.DateField(null=True)  # taken back in the ERP

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "kind", "number"], name="application_once")]


class Selection(models.Model):
    """The last word on an invoice: taken, or passed over and why."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    invoice = models.OneToOneField(Invoice, models.PROTECT, related_name="selection")
    on = models.DateField()
    taken = models.BooleanField()
    reason = models.CharField(max_length=40)
    level = models.CharField(max_length=10)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [models.Index(fields=["creditor", "reason"], name="selection_by_reason")]
