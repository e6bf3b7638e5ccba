"""Tables of the first days. What belongs to an organisation before it is a creditor's stands behind no wall: pages reach it
through the Customer Administrator's seat."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from fordran.creditors.models import Creditor, Organisation


class CompanyOffer(models.Model):
    """A company that could be registered, as its ERP told it last: kept, so that nothing is lost when the ERP is away.

    `became` is the creditor that it was registered as. The name is not `creditor`: the row is the organisation's own.
    """

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="offers")
    connector = models.CharField(max_length=20)
    tenant = models.CharField(max_length=100)  # the company's own key in the ERP
    name = models.TextField(default="", blank=True)
    organisation_number = models.CharField(max_length=20, default="", blank=True)  # digits; as written where they are wrong
    street = models.TextField(default="", blank=True)
    postcode = models.TextField(default="", blank=True)
    town = models.TextField(default="", blank=True)
    country = models.CharField(max_length=2, default="SE")
    currency = models.CharField(max_length=3, default="SEK")
    email = models.TextField(default="", blank=True)
    phone = models.TextField(default="", blank=True)
    bankgiro = models.TextField(default="", blank=True)
    plusgiro = models.TextField(default="", blank=True)
    iban = models.TextField(default="", blank=True)
    fetched_on = models.DateField(null=True)  # null = the ERP has never told
    problem = models.CharField(max_length=12, default="", blank=True)  # of the latest asking: away, not_granted, unusable
    problem_words = models.TextField(default="", blank=True)
    chosen = models.BooleanField(default=True)  # the box is ticked
    became = models.ForeignKey(Creditor, models.SET_NULL, null=True, related_name="offers")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "connector", "tenant"], name="company_offer_once")]


class LedgerLook(models.Model):
    """A person has looked at what one check of the ledger found. It counts as long as the check finds the same."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    check_name = models.CharField(max_length=20)
    found = models.CharField(max_length=64)  # digest of what was found then
    number = models.IntegerField()  # how many it found
    by = models.TextField()
    on = models.DateField()
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["creditor", "check_name", "-id"], name="ledger_look_latest")]


class Reckoning(models.Model):
    """A preview, or a trial on the year that has been, as it was reckoned once: its sums here, its rows in tables beside.

    `basis` is a digest of the settings and the ledger it was reckoned on; `digest` of what came out, and that is what a person
    reads and approves.
    """

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    kind = models.CharField(max_length=8)  # preview, year
    on = models.DateField()
    basis = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, default="", blank=True)
    state = models.CharField(max_length=8, default="waiting")  # waiting, done, failed
    share = models.IntegerField(default=0)  # per cent reckoned
    sums = models.JSONField(default=dict)
    asked_by = models.TextField()
    made_at = models.DateTimeField(db_default=Now())
    read_by = models.TextField(default="", blank=True)
    read_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="reckoning_kind", condition=Q(kind__in=["preview", "year"])),
            models.CheckConstraint(name="reckoning_state", condition=Q(state__in=["waiting", "done", "failed"])),
        ]
        indexes = [models.Index(fields=["creditor", "kind", "-id"], name="reckoning_latest")]


class PreviewInvoice(models.Model):
    """One open invoice in a preview: taken or passed over, by which rule, set at which level. Names stay in the ledger."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    reckoning = models.ForeignKey(Reckoning, models.CASCADE, related_name="invoices")
    place = models.IntegerField()  # in the order of the list
    number = models.TextField()
    customer_key = models.TextField()
    due_on = models.DateField()
    amount_minor = models.BigIntegerField()
    open_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    taken = models.BooleanField()  # on the first day
    reason = models.CharField(max_length=40)
    level = models.CharField(max_length=10)
    facts = models.JSONField(default=dict)
    first_kind = models.CharField(max_length=12, default="", blank=True)
    first_on = models.DateField(null=True)  # its first letter in the days looked at

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reckoning", "place"], name="preview_invoice_place")]
        indexes = [models.Index(fields=["creditor", "reckoning", "taken", "place"], name="preview_invoice_list")]


class PreviewLetter(models.Model):
    """One letter in a preview, or a claim in it: what would be sent on which day, and what it would cost."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    reckoning = models.ForeignKey(Reckoning, models.CASCADE, related_name="letters")
    place = models.IntegerField()
    on = models.DateField()
    kind = models.CharField(max_length=12)
    last_day = models.DateField(null=True)
    customer_key = models.TextField()
    invoices = models.JSONField(default=list)
    costs = models.JSONField(default=list)  # [invoice, kind, öre]
    asked_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    content = models.JSONField(null=True)  # of a few: the letter itself, marked as a draft. Personal data; goes with the row

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reckoning", "place"], name="preview_letter_place")]
        indexes = [models.Index(fields=["creditor", "reckoning", "on", "place"], name="preview_letter_list")]


class LedgerUpload(models.Model):
    """A file of open items that a person has sent and not taken in yet: one for each creditor, gone when it is taken in."""

    creditor = models.OneToOneField(Creditor, models.PROTECT, related_name="ledger_upload")
    name = models.TextField()
    sha256 = models.CharField(max_length=64)
    content_sealed = models.BinaryField()  # base64 of the file
    by = models.TextField(default="", blank=True)
    on = models.DateField()
