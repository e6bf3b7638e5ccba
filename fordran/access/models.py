"""Tables of the reception. They are read before it is known what a person may see, so no wall stands around them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

from fordran.creditors.models import Creditor, Organisation

REACH = ("read", "work", "sign")
"""What an AutoCollect User may do, each including those before it."""


class Seat(models.Model):
    """A person at an organisation. `administrator`: Customer Administrator, gives and takes roles. `reach` is the role
    AutoCollect User at *every* company of the organisation, those to come included; "" = none. A role at one company
    alone is a `creditors.Membership`."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="seats")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="seats")
    administrator = models.BooleanField(default=False)
    reach = models.CharField(max_length=4, default="", blank=True)  # "", read, work, sign
    until_on = models.DateField(null=True)  # last day of `reach`; an administrator's own seat has none
    given_by = models.TextField(default="", blank=True)
    given_on = models.DateField(null=True)
    origin = models.CharField(max_length=8, default="given")  # given by a person, token: told by who signs people in

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organisation", "user"], name="seat_once"),
            models.CheckConstraint(name="seat_reach", condition=Q(reach__in=["", *REACH])),
        ]


class Invitation(models.Model):
    """A role that waits for somebody who has got a letter by e-mail. The link's secret is kept as a hash only."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    creditor = models.ForeignKey(Creditor, models.CASCADE, null=True)  # null = every company
    email = models.EmailField()
    administrator = models.BooleanField(default=False)
    reach = models.CharField(max_length=4, default="", blank=True)
    until_on = models.DateField(null=True)  # of the role
    token_hash = models.CharField(max_length=64, unique=True)  # SHA-256, hex
    invited_by = models.TextField()
    invited_on = models.DateField()
    expires_on = models.DateField()  # last day the link works
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True)
    taken_on = models.DateField(null=True)
    withdrawn_on = models.DateField(null=True)
    made_at = models.DateTimeField(db_default=Now())


class BankIdPerson(models.Model):
    """A user that may sign in with BankID. The personal number is kept as a keyed hash, and sealed."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bankid")
    number_index = models.BinaryField(unique=True)
    number_sealed = models.BinaryField()
    name_sealed = models.BinaryField()
    added_on = models.DateField()


class FormUse(models.Model):
    """A form that was sent: sent once more it does nothing and is answered with the same address (`access.once`)."""

    key = models.UUIDField(primary_key=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    path = models.TextField()
    answer = models.TextField(default="", blank=True)  # address; "" = still under way
    at = models.DateTimeField(db_default=Now())


class Tried(models.Model):
    """How often something was tried, for limits against guessing: one row a key and window, counted up by one statement."""

    key = models.CharField(max_length=120)  # what is limited and for whom, hashed where it is personal
    window = models.BigIntegerField()  # seconds since 1970 over the window's length
    times = models.IntegerField(default=0)
    at = models.DateTimeField(db_default=Now())  # the first of them

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "window"], name="tried_once")]


class SignedIn(models.Model):
    """A session of a person, beside Django's own row: since when, by which door, when they last proved who they are."""

    key = models.CharField(max_length=64, unique=True)  # SHA-256 of the session's key, hex
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="signed_in")
    door = models.CharField(max_length=10, default="", blank=True)  # password, passkey, openid, bankid, demo
    browser = models.CharField(max_length=60, default="", blank=True)
    began_at = models.DateTimeField(db_default=Now())
    seen_at = models.DateTimeField(db_default=Now())
    proved_at = models.DateTimeField(null=True)  # by passkey, code, OpenID or BankID: what acts of role sign ask for
    ended_at = models.DateTimeField(null=True)
    renew = models.BooleanField(default=False)  # a role has changed: the session gets a new key at its next request

    class Meta:
        indexes = [models.Index(fields=["user"], name="signed_in_of")]


class RoleProposal(models.Model):
    """A role that one administrator wants to give and another has to say yes to: Customer Administrator, or the right to sign.
    `creditor` null: at every company."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="role_proposals")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="role_proposals")
    creditor = models.ForeignKey(Creditor, models.CASCADE, null=True)
    administrator = models.BooleanField(default=False)
    reach = models.CharField(max_length=4, default="", blank=True)  # "" for an administrator's
    until_on = models.DateField(null=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    proposed_on = models.DateField()
    verdict = models.CharField(max_length=9, default="", blank=True)  # "" = waits; approved, rejected, withdrawn, replaced
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_on = models.DateField(null=True)
    alone = models.BooleanField(default=False)  # approved by its proposer, when there was nobody else any more

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "user", "creditor", "administrator"],
                condition=Q(verdict=""),
                nulls_distinct=False,
                name="role_proposal_once",
            ),
            models.CheckConstraint(
                name="role_proposal_is_one", condition=Q(administrator=True, reach="") | Q(administrator=False, reach="sign")
            ),
            models.CheckConstraint(
                name="role_proposal_two_people",
                condition=~Q(verdict="approved")
                | Q(alone=True)
                | Q(decided_by__isnull=True)
                | ~Q(decided_by=models.F("proposed_by")),
            ),
        ]


class Departure(models.Model):
    """An administrator was removed by another. Who is left is not alone for a day yet: the other has been told, and can speak."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="departures")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    at = models.DateTimeField(db_default=Now())
