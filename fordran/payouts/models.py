"""Money out. What was paid for whom never changes; the name and account of one who gets money back may be erased."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from fordran.cases.models import Case
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.settlement.models import Payment

SCHEDULES = ("daily", "weekly", "monthly")
LINE_KINDS = ("collected", "kept", "commission", "case_fee", "vat")
ORDER_STATES = ("proposed", "released", "sent", "accepted", "rejected", "paid", "returned")
"""proposed: waits for a person · released: a person has let it go · sent: in a file for the bank · accepted: the bank has taken
it, which is no payment yet · rejected: not paid, the money is owed again · paid: the debit was seen on the account · returned:
paid and come back."""
LIVE = ("proposed", "released", "sent", "accepted")
"""States in which an order's money is in transit."""
FILE_STATES = ("sending", "handed", "ambiguous", "declined")


class PriceList(models.Model):
    """What the office takes for its work, from a day on. Agency only."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="price_lists")
    from_on = models.DateField()
    commission_permille = models.IntegerField(default=0)  # of collected capital
    keeps = ArrayField(models.CharField(max_length=20), default=list)  # interest and kinds of cost that stay with the office
    case_fee_minor = models.BigIntegerField(default=0)  # a closed case that was paid, öre in the country's currency
    vat_percent = models.DecimalField(max_digits=5, decimal_places=2, default=25)
    taxes_kept = models.BooleanField(default=True)  # what is kept is pay for a service to the creditor, and VAT comes on top

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "from_on"], name="price_list_once"),
            models.CheckConstraint(
                name="price_list_range",
                condition=Q(commission_permille__range=(0, 1000), case_fee_minor__gte=0, vat_percent__range=(0, 100)),
            ),
        ]


class PayoutPlan(models.Model):
    """When the creditor gets its money, and how the bank that pays wants it written."""

    creditor = models.OneToOneField(Creditor, models.PROTECT, related_name="payout_plan")
    schedule = models.CharField(max_length=8, default="weekly")
    weekday = models.SmallIntegerField(default=5)  # 1 Monday … 7 Sunday
    month_day = models.SmallIntegerField(default=25)
    minimums = models.JSONField(default=dict)  # currency -> öre; less waits for the next time
    ocr = models.CharField(max_length=25, default="", blank=True)  # what the creditor wants on its payouts instead of a text
    dialect = models.CharField(max_length=20, default="common")
    version = models.CharField(max_length=2, default="03")
    payer_id = models.CharField(max_length=35, default="", blank=True)  # the bank's number of its customer; "" = our own number

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="payout_plan_range",
                condition=Q(schedule__in=SCHEDULES, weekday__range=(1, 7), month_day__range=(1, 31)),
            )
        ]


class PayingAccount(models.Model):
    """Where the money is drawn. Without a row: the account printed on the letters."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="paying_accounts")
    currency = models.CharField(max_length=3, default="SEK")
    kind = models.CharField(max_length=10)
    number = models.TextField()
    bic = models.CharField(max_length=11, default="", blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "currency", "kind", "number"], name="paying_account_once")]


class AccountSeal(models.Model):
    """That an account was approved by the house, not in the database: a keyed hash over what was approved, by whom and when."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    account = models.OneToOneField(PayoutAccount, models.CASCADE, related_name="seal")
    digest = models.BinaryField()


class Payout(models.Model):
    """What a creditor gets in one currency for all that was booked up to a day. Append-only: what became of the money stands on
    its orders."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="payouts")
    number = models.CharField(max_length=20)  # as people see it: U2026-000001
    currency = models.CharField(max_length=3)
    day = models.DateField()  # everything booked up to and including it, and not paid out before
    prepared_on = models.DateField()
    amount_minor = models.BigIntegerField()
    collected_minor = models.BigIntegerField()
    earned_minor = models.BigIntegerField()  # commission, fees, what is kept; below nothing where corrections outweigh
    vat_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "currency", "day"], name="payout_once"),
            models.UniqueConstraint(fields=["creditor", "number"], name="payout_number_once"),
            models.CheckConstraint(name="payout_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="payout_sums", condition=Q(collected_minor=F("amount_minor") + F("earned_minor") + F("vat_minor"))
            ),
        ]


class PayoutLine(models.Model):
    """One movement of a payout: what a payment gave of one part of one claim, or what the office takes of it. Append-only.

    `amount_minor` is signed: above nothing in the creditor's favour. A correction turns round the lines of what it corrects.
    """

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    payout = models.ForeignKey(Payout, models.PROTECT, related_name="lines")
    kind = models.CharField(max_length=10)
    component = models.CharField(max_length=20)  # an account of a claim; own = paid for no claim; case_fee
    amount_minor = models.BigIntegerField()
    case = models.ForeignKey(Case, models.PROTECT, null=True)
    payment = models.ForeignKey(Payment, models.PROTECT, null=True)
    transfer_id = models.BigIntegerField(default=0)  # the transfer in the books that it comes from; 0 = a fee's
    corrects_id = models.BigIntegerField(default=0)  # the transfer whose lines it turns round; 0 = none
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "transfer_id"], condition=Q(kind="collected"), name="payout_line_once"),
            models.CheckConstraint(name="payout_line_kind", condition=Q(kind__in=LINE_KINDS) & ~Q(amount_minor=0)),
        ]
        indexes = [models.Index(fields=["creditor", "case"], condition=Q(kind="case_fee"), name="payout_line_fee")]


class PaymentFile(models.Model):
    """Orders that went to the bank together. Its bytes are made from the orders, and come out the same again."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    number = models.IntegerField()
    message_id = models.CharField(max_length=35, unique=True)  # the bank's key against doubles, and the file's name
    made_on = models.DateField()
    dialect = models.CharField(max_length=20)
    version = models.CharField(max_length=2)
    payer = models.JSONField()  # as it stood that day
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()  # names payees: erased with retention, the digest stays
    state = models.CharField(max_length=10, default="sending")
    external_name = models.TextField(default="", blank=True)
    error = models.TextField(default="", blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "number"], name="payment_file_once"),
            models.CheckConstraint(name="payment_file_state", condition=Q(state__in=FILE_STATES)),
        ]


class PaymentOrder(models.Model):
    """Money to be sent to one account: a creditor's payout or a debtor's refund."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    number = models.IntegerField()
    key = models.TextField()  # the same money gives the same key, so there are never two orders for it
    kind = models.CharField(max_length=6)
    payout = models.ForeignKey(Payout, models.PROTECT, null=True, related_name="orders")
    payment = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="orders")  # of a refund: what was paid
    to_kind = models.CharField(max_length=10)
    to_number = models.TextField()
    to_name = models.TextField()
    to_town = models.TextField(default="", blank=True)
    to_country = models.CharField(max_length=2, default="SE")
    account_by = models.TextField()  # who entered the account, or that the bank's file did
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    reference = models.CharField(max_length=25, default="", blank=True)
    message = models.TextField(default="", blank=True)
    proposed_on = models.DateField()
    execute_on = models.DateField(null=True)  # once it is in a file
    state = models.CharField(max_length=10, default="proposed")
    released_on = models.DateField(null=True)
    released_by = models.TextField(default="", blank=True)
    file = models.ForeignKey(PaymentFile, models.PROTECT, null=True, related_name="orders")
    end_to_end_id = models.CharField(max_length=35)
    payment_info_id = models.CharField(max_length=35, default="", blank=True)
    told = models.CharField(max_length=10, default="", blank=True)  # the bank's last status
    told_on = models.DateField(null=True)
    reason_code = models.CharField(max_length=40, default="", blank=True)
    reason_text = models.TextField(default="", blank=True)
    paid_on = models.DateField(null=True)
    debit = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="paid_orders")  # seen on the account
    came_back = models.ForeignKey(Payment, models.PROTECT, null=True, related_name="returned_orders")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["creditor", "number"], name="payment_order_number_once"),
            models.UniqueConstraint(fields=["creditor", "key"], name="payment_order_once"),
            models.UniqueConstraint(fields=["creditor", "end_to_end_id"], name="payment_order_id_once"),
            models.UniqueConstraint(
                fields=["payout"], condition=Q(state__in=[*LIVE, "paid"]), name="payment_order_one_live_payout"
            ),
            models.UniqueConstraint(fields=["payment"], condition=Q(state__in=LIVE), name="payment_order_one_live_refund"),
            models.CheckConstraint(name="payment_order_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(name="payment_order_state", condition=Q(state__in=ORDER_STATES)),
            models.CheckConstraint(
                name="payment_order_kind",
                condition=Q(kind="payout", payout__isnull=False, payment__isnull=True)
                | Q(kind="refund", payment__isnull=False, payout__isnull=True),
            ),
            models.CheckConstraint(
                name="payment_order_released", condition=Q(state__in=["proposed", "rejected"]) | ~Q(released_by="")
            ),
        ]
        indexes = [models.Index(fields=["creditor", "state"], name="payment_order_by_state")]
