"""Tables of the client files. Every tenant's row carries `creditor`, first in every key."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Organisation(models.Model):
    """A customer of ours: the companies that one administrator looks after, mostly those of one ERP subscription."""

    name = models.TextField()
    created_on = models.DateField()
    erp = models.CharField(max_length=20, default="", blank=True)  # connector its companies are fetched by; "" = none

    def __str__(self) -> str:
        return self.name


class Office(models.Model):
    """Who collects for others here: an agency with a permit. A creditor registered in agency mode gets its name and permit."""

    name = models.TextField()
    organisation_number = models.CharField(max_length=12, unique=True)  # digits
    permit = models.TextField()
    permit_until = models.DateField()
    street = models.TextField(default="", blank=True)
    postcode = models.TextField(default="", blank=True)
    town = models.TextField(default="", blank=True)
    contact_email = models.TextField(default="", blank=True)
    contact_phone = models.TextField(default="", blank=True)
    price_list = models.TextField(default="", blank=True)  # the [[price]] tables that a new creditor begins with


class Creditor(models.Model):
    """Who is owed. In own collection the creditor writes itself; in agency mode the office writes for it."""

    name = models.TextField()
    organisation_number = models.CharField(max_length=12, unique=True)  # digits
    country = models.CharField(max_length=2, default="SE")
    mode = models.CharField(max_length=6, default="own")  # own, agency
    permit = models.TextField(default="", blank=True)
    permit_until = models.DateField(null=True)
    office_name = models.TextField(default="", blank=True)  # agency: who writes
    office_number = models.CharField(max_length=12, default="", blank=True)
    debt_description = models.TextField(default="", blank=True)
    claim_kinds = ArrayField(models.CharField(max_length=20), default=list)
    is_business = models.BooleanField(default=True)
    # what invoices say unless they or the customer say otherwise
    terms_agreed_from = models.DateField(null=True)  # reminder cost agreed for debts that arise from this day
    due_agreed = models.BooleanField(default=False)
    interest_text = models.BooleanField(default=False)
    interest_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    # account printed on the slip
    bankgiro = models.CharField(max_length=10, default="", blank=True)
    plusgiro = models.CharField(max_length=10, default="", blank=True)
    iban = models.CharField(max_length=34, default="", blank=True)
    swish = models.CharField(max_length=12, default="", blank=True)
    more_accounts = ArrayField(models.TextField(), default=list)  # printed nowhere, but their bank files are read
    expects_bank_file = models.BooleanField(default=False)  # letters wait on a banking day until the bank's file is read
    contact_email = models.TextField(default="", blank=True)
    contact_phone = models.TextField(default="", blank=True)
    email_letters = models.BooleanField(default=False)
    confirms_payments = models.BooleanField(default=False)
    active = models.BooleanField(default=False)
    activated_on = models.DateField(null=True)
    sending_stopped_on = models.DateField(null=True)  # "stop all sending" was pressed
    first_batch_approved_on = models.DateField(null=True)
    next_case_number = models.IntegerField(default=1)
    last_ledger_on = models.DateField(null=True)
    # set up on the pages
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="creditors")
    registered_on = models.DateField(null=True)  # on the pages; null = by a settings file
    signs_here = models.BooleanField(default=False)  # the agreement is accepted on the pages, and nothing opens before
    contact_name = models.TextField(default="", blank=True)
    logo = models.BinaryField(null=True)  # PNG, made anew from what was uploaded
    version = models.IntegerField(default=0)  # counts changes made on the pages, so that two people see each other

    class Meta:
        constraints = [
            models.CheckConstraint(name="creditor_mode", condition=Q(mode__in=["own", "agency"])),
        ]

    def __str__(self) -> str:
        return self.name


class OfficeAccount(models.Model):
    """An account of the office's for collected money. Each creditor has its own, so that its money is never another's."""

    office = models.ForeignKey(Office, models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=10)  # bankgiro, iban
    number = models.TextField(unique=True)
    taken_by = models.OneToOneField(Creditor, models.PROTECT, null=True, related_name="office_account")


class Address(models.Model):
    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="addresses")
    kind = models.CharField(max_length=10)  # sender, invoice, agreement
    name = models.TextField(default="", blank=True)
    street = models.TextField(default="", blank=True)
    postcode = models.TextField(default="", blank=True)
    town = models.TextField(default="", blank=True)
    country = models.CharField(max_length=2, default="SE")
    origin = models.CharField(max_length=10, default="typed")  # erp, typed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "kind"], name="address_once")]


class FieldOrigin(models.Model):
    """Where a value of a creditor comes from, field by field. `fetched`: what the ERP said last, to be had again."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="field_origins")
    field = models.CharField(max_length=40)  # as in a settings file: address.sender.street, contact.email
    origin = models.CharField(max_length=6)  # erp, typed
    fetched = models.TextField(default="", blank=True)
    by = models.TextField(default="", blank=True)
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "field"], name="field_origin_once"),
            models.CheckConstraint(name="field_origin_kind", condition=Q(origin__in=["erp", "typed"])),
        ]


class PayoutAccount(models.Model):
    """Where the creditor wants its money. A proposal until a second person has approved it; no money goes there before."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="payout_accounts")
    kind = models.CharField(max_length=10)  # bankgiro, plusgiro, account, iban
    number = models.TextField()
    preferred = models.BooleanField(default=False)
    proposed_by = models.TextField(default="", blank=True)
    proposed_at = models.DateTimeField(null=True)  # on the pages; what waits a day waits from here
    becomes_preferred = models.BooleanField(default=False)  # when it is approved
    approved_on = models.DateField(null=True)
    approved_by = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "kind", "number"], name="payout_account_once"),
            models.UniqueConstraint(fields=["creditor"], condition=Q(preferred=True), name="payout_one_preferred"),
        ]


class SettingsLayer(models.Model):
    """One level's own values; null = inherit. Level generic has key ''."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="layers")
    level = models.CharField(max_length=8)  # generic, class, customer
    key = models.TextField(default="", blank=True)
    version = models.IntegerField(default=0)  # as Creditor.version
    changed_by = models.TextField(default="", blank=True)
    changed_on = models.DateField(null=True)
    days = models.IntegerField(null=True)
    import_from = models.DateField(null=True)
    friendly_notice = models.BooleanField(null=True)
    notice_days = models.IntegerField(null=True)
    pay_days = models.IntegerField(null=True)
    demand_wait = models.IntegerField(null=True)
    demand_days = models.IntegerField(null=True)
    choice_wait = models.IntegerField(null=True)
    late_payment_compensation = models.BooleanField(null=True)
    after_own_reminder = models.CharField(max_length=10, null=True)
    terms_agreed_from = models.DateField(null=True)
    due_agreed = models.BooleanField(null=True)
    interest_text = models.BooleanField(null=True)
    interest_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "level", "key"], name="settings_layer_once"),
            models.CheckConstraint(
                name="settings_layer_key",
                condition=Q(level="generic", key="") | (Q(level__in=["class", "customer"]) & ~Q(key="")),
            ),
        ]


class AmountLimit(models.Model):
    """The card of one currency at one level. Both ends inclusive, öre."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    layer = models.ForeignKey(SettingsLayer, models.CASCADE, related_name="limits")
    currency = models.CharField(max_length=3)
    min_minor = models.BigIntegerField(null=True)
    max_minor = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["layer", "currency"], name="amount_limit_once"),
            models.CheckConstraint(
                name="amount_limit_order",
                condition=Q(min_minor__isnull=True) | Q(max_minor__isnull=True) | Q(min_minor__lte=models.F("max_minor")),
            ),
        ]


class RestLimit(models.Model):
    """Small remainders in one currency, öre."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="rest_limits")
    currency = models.CharField(max_length=3)
    tiny_minor = models.BigIntegerField(default=100)
    costs_minor = models.BigIntegerField(default=10_000)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "currency"], name="rest_limit_once")]


class Exclusion(models.Model):
    """A customer or a class that is left out, why, and until when."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="exclusions")
    level = models.CharField(max_length=8)  # class, customer
    key = models.TextField()
    reason = models.TextField(default="", blank=True)
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)  # last day; null = until lifted
    placed_by = models.TextField(default="", blank=True)
    lifted_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["creditor", "level", "key"], condition=Q(lifted_on__isnull=True), name="exclusion_once"
            )
        ]


class AddedRate(models.Model):
    """A reference rate published by the Riksbank that the book does not hold yet; the only legal value one may enter."""

    starts_on = models.DateField(unique=True)
    percent = models.DecimalField(max_digits=5, decimal_places=2)
    source_url = models.TextField()
    added_at = models.DateTimeField(db_default=Now())


class Membership(models.Model):
    """What a person may do at a creditor."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="memberships")
    creditor = models.ForeignKey(Creditor, models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=10, default="work")  # read, work, sign
    until_on = models.DateField(null=True)  # last day; null = until taken away
    given_by = models.TextField(default="", blank=True)
    given_on = models.DateField(null=True)
    origin = models.CharField(max_length=8, default="given")  # given by a person, token: told by whoever signs people in

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "creditor"], name="membership_once")]
