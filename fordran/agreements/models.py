"""Tables of agreements: what was accepted by whom and how, the evidence of it, and orders to sign that are under way."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from fordran.creditors.models import Creditor


class SigningOrder(models.Model):
    """A person is asked to sign or to identify themselves. It belongs to one browser session, and to its user when there is
    one. No wall stands around it: it is read before it is known who the person is. What is personal in it is sealed, and
    emptied once its end is taken."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    kind = models.CharField(max_length=4)  # sign, auth
    purpose = models.CharField(max_length=20)  # agreement, sign-in …: who takes its end
    about = models.BigIntegerField(null=True)  # what the purpose is about: the creditor's id
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, null=True)
    browser = models.CharField(max_length=64)  # SHA-256 of a secret of the session
    done_url = models.TextField()  # where the page goes when it is complete
    again_url = models.TextField()  # where one starts anew
    return_hash = models.CharField(max_length=64)  # SHA-256 of the nonce that comes back from the app on the same device
    state = models.CharField(max_length=8, default="pending")  # pending, failed, error, answered, complete, refused
    hint = models.CharField(max_length=60, default="", blank=True)  # BankID's, or an error's code
    ref = models.CharField(max_length=60)  # BankID's own name of it
    started_sealed = models.BinaryField(null=True)  # JSON of `ports.signing.Started`
    request_sealed = models.BinaryField(null=True)  # JSON of `ports.signing.Order`
    answer_sealed = models.BinaryField(null=True)  # the answer that ended it, base64 of its bytes
    first_at = models.FloatField()  # seconds since 1970, of the clock that connectors wait by
    started_at = models.FloatField()  # as `first_at`, of the latest renewal
    asked_at = models.FloatField(default=0)  # when BankID was last asked
    ended_at = models.FloatField(null=True)
    renewed = models.IntegerField(default=0)
    verdict = models.JSONField(null=True)  # [{name, holds, why}] and what else was found
    fingerprint = models.CharField(max_length=64, null=True, unique=True)  # SHA-256 of the signature: no other order may have it
    taken = models.BooleanField(default=False)  # its end has done its work, once
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="signing_order_state",
                condition=Q(state__in=["pending", "failed", "error", "answered", "complete", "refused"]),
            )
        ]


class Document(models.Model):
    """An agreement exactly as it was shown: its PDF. Kept when somebody begins to accept it."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="agreement_documents")
    kind = models.CharField(max_length=6)  # agency, own
    version = models.IntegerField()
    sha256 = models.CharField(max_length=64)
    pdf = models.BinaryField()
    kept_on = models.DateField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "sha256"], name="document_once")]


class Acceptance(models.Model):
    """A version of the agreement that the creditor has accepted. Who did it stands sealed in `Signer`."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="acceptances")
    kind = models.CharField(max_length=6)
    version = models.IntegerField()
    document = models.ForeignKey(Document, models.PROTECT)
    way = models.CharField(max_length=10)  # plain: a press on the page; else the way to sign (bankid)
    statement = models.TextField()  # what the person stated about themselves, word by word
    by = models.TextField()  # user name
    on = models.DateField()
    at = models.DateTimeField(db_default=Now())
    reference = models.CharField(max_length=12)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["creditor", "kind", "version"], name="accepted_once")]


class Signer(models.Model):
    """Who accepted: name and identity number, sealed. The number is empty for a plain acceptance."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    acceptance = models.OneToOneField(Acceptance, models.PROTECT, related_name="signer")
    name_sealed = models.BinaryField()
    number_sealed = models.BinaryField(null=True)


class Evidence(models.Model):
    """What was found when a signature was looked at, whether it held or not."""

    creditor = models.ForeignKey(Creditor, models.PROTECT, related_name="evidence")
    order = models.UUIDField(unique=True)
    acceptance = models.OneToOneField(Acceptance, models.PROTECT, null=True, related_name="evidence")  # null = it did not hold
    document = models.ForeignKey(Document, models.PROTECT, null=True)
    reference = models.CharField(max_length=12)
    way = models.CharField(max_length=10)
    ref = models.CharField(max_length=60)
    holds = models.BooleanField()
    verdict = models.JSONField()
    fingerprint = models.CharField(max_length=64)
    started_at = models.FloatField()
    collected_at = models.FloatField()
    on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["fingerprint"], condition=Q(holds=True), name="evidence_serves_once"),
            models.CheckConstraint(name="evidence_accepts", condition=Q(holds=True) | Q(acceptance=None)),
        ]


class SealedEvidence(models.Model):
    """The evidence itself: what was asked, and the answer byte by byte. Personal, so beside what cannot be changed."""

    creditor = models.ForeignKey(Creditor, models.PROTECT)
    evidence = models.OneToOneField(Evidence, models.PROTECT, related_name="sealed")
    request_sealed = models.BinaryField()
    answer_sealed = models.BinaryField()
