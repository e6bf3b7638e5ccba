"""What ties a creditor to its ERP: how it is reached, what was fetched, what it is to be told, and what its bank exchanges."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from fordran.creditors.models import Creditor


class Connection(models.Model):
    """How a creditor's ERP is reached, how far it has been read, and what we may write there."""

    creditor = models.OneToOneField(Creditor, models.PROTECT, related_name="erp")
    connector = models.CharField(max_length=20)  # its name in the connectors' registry
    settings = models.JSONField(default=dict)  # without secrets
    secrets_sealed = models.BinaryField(null=True)  # JSON of the secret settings
    active = models.BooleanField(default=True)
    base_currency = models.CharField(max_length=3, default="SEK")
    company = models.TextField(default="", blank=True)  # the ERP's own name of the company
    case_url = models.TextField(default="", blank=True)  # what a case's page begins with, for the link in the ERP
    posts_payments_since = models.DateField(null=True)  # null = payments are not posted there
    posts_vouchers_since = models.DateField(null=True)
    attaches_letters_since = models.DateField(null=True)
    marks_cases_since = models.DateField(null=True)
    since_customers = models.TextField(default="", blank=True)  # what to give to learn only of what changed later
    since_items = models.TextField(default="", blank=True)
    reacted_to = models.BigIntegerField(default=0)  # running cases know of invoice changes up to this id
    reacted_to_customers = models.BigIntegerField(default=0)
    last_fetched_on = models.DateField(null=True)  # last day on which everything was fetched
    last_swept_on = models.DateField(null=True)
    last_error = models.TextField(default="", blank=True)  # of the latest attempt; empty = it went well
    connected_on = models.DateField(null=True)

    @property
    def posts_payments(self) -> bool:
        return self.active and self.posts_payments_since is not None

    @property
    def posts_vouchers(self) -> bool:
        return self.active and self.posts_vouchers_since is not None

    @property
    def attaches_letters(self) -> bool:
        return self.active and self.attaches_letters_since is not None

    @property
    def marks_cases(self) -> bool:
        return self.active and self.marks_cases_since is not None


class BankConnection(models.Model):
    """Where a creditor's bank files are exchanged."""

    creditor = models.OneToOneField(Creditor, models.PROTECT, related_name="bank_connection")
    connector = models.CharField(max_length=20)
    settings = models.JSONField(default=dict)
    secrets_sealed = models.BinaryField(null=True)
    active = models.BooleanField(default=True)
    last_error = models.TextField(default="", blank=True)
    refused = models.JSONField(default=list)  # the latest files that were not taken in: [{name, on, why}]


class FetchRun(models.Model):
    """One reading of the ERP: how far it has come, page by page."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="fetch_runs")
    day = models.DateField()
    kind = models.CharField(max_length=6)  # first, delta, sweep
    state = models.CharField(max_length=10, default="running")  # running, done, failed, overtaken
    stage = models.CharField(max_length=10, default="customers")  # customers, items, numbers, singles
    place = models.TextField(default="", blank=True)  # where the next page begins
    since = models.TextField(default="", blank=True)  # what customers were asked with
    since_items = models.TextField(default="", blank=True)
    next_customers = models.TextField(default="", blank=True)  # what to ask with the next time, once all is taken in
    next_items = models.TextField(default="", blank=True)
    pages = models.IntegerField(default=0)
    records = models.IntegerField(default=0)
    total = models.IntegerField(null=True)  # records of this stage, when the ERP says
    changed = models.IntegerField(default=0)
    refused = models.JSONField(default=list)  # [{number, field, message}], the first of them
    refused_count = models.IntegerField(default=0)
    error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor"], condition=Q(state="running"), name="fetch_one_running"),
            models.CheckConstraint(name="fetch_state", condition=Q(state__in=["running", "done", "failed", "overtaken"])),
        ]
        indexes = [models.Index(fields=["creditor", "-id"], name="fetch_latest")]


class SeenNumber(models.Model):
    """A number that the ERP has open, while a sweep is being read; gone when it is done."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    run = models.ForeignKey(FetchRun, models.CASCADE)
    number = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "number"], name="seen_once")]


class AccessToken(models.Model):
    """The token that all workers of a creditor share. The row's lock lets one of them renew it at a time."""

    creditor = models.OneToOneField(Creditor, models.PROTECT)
    sealed = models.BinaryField(null=True)


class CallLimit(models.Model):
    """How many calls the ERP still allows all workers of a creditor, and from when. Times are seconds of the world's clock."""

    creditor = models.OneToOneField(Creditor, models.PROTECT)
    remaining = models.IntegerField(null=True)  # null = it has not said
    resets_at = models.FloatField(default=0)
    not_before = models.FloatField(default=0)


class Errand(models.Model):
    """Something the ERP is to be told, once. `key` and `payload` are what was asked for and never change."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="errands")
    key = models.CharField(max_length=60)
    kind = models.CharField(max_length=10)  # mark, letter, payment, void, voucher
    payload = models.JSONField()
    asked_on = models.DateField()
    state = models.CharField(max_length=10, default="waiting")
    attempts = models.IntegerField(default=0)
    next_on = models.DateField(null=True)  # not before this day
    done_on = models.DateField(null=True)
    error = models.TextField(default="", blank=True)
    external_id = models.TextField(default="", blank=True)
    about_case = models.BigIntegerField(default=0)
    about_letter = models.BigIntegerField(default=0)
    about_payment = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "key"], name="errand_once"),
            models.CheckConstraint(
                name="errand_state",
                condition=Q(state__in=["waiting", "sending", "done", "refused", "ambiguous", "overtaken"]),
            ),
        ]
        indexes = [
            models.Index(fields=["creditor", "state", "id"], condition=~Q(state__in=["done", "overtaken"]), name="errand_open"),
            models.Index(fields=["creditor", "kind", "about_case", "-id"], name="errand_by_case"),
        ]
