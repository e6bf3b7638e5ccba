"""A role for somebody who is asked by e-mail. The link's secret is in the letter only; here it is kept as a hash.

A link works once, for fourteen days, until it is withdrawn, and for whom it was sent to: somebody who signs in under another
e-mail address, or who sent it, cannot take it. A link that does not work is answered the same whatever the cause.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q, QuerySet

from fordran.access.models import REACH, Invitation, Seat
from fordran.access.people import ELSEWHERE, NOT_YOURS, OVER_ALREADY
from fordran.access.proposals import give_or_propose, make_or_propose
from fordran.audit.record import record_event
from fordran.core.problems import Problem, Refused
from fordran.creditors.models import Creditor, Membership, Organisation

DAYS = 14
"""How long a link works, the day of the letter not counted."""

NO_EMAIL = "that is no e-mail address"
NO_ROLE = "choose what the person may do"
ALREADY_ASKED = "the person has been invited already and has not answered; withdraw that invitation first"
ALREADY_THERE = "the person can sign in and has a role here already; change it there"
NOT_OPEN = "the invitation has been used or withdrawn already"
DEAD = "the link does not work any more"
NOT_FOR_YOU = "the invitation was sent to another address than the one of the account"
NAME_TAKEN = "somebody else has that name"
NAME_IS_ADDRESS = "a name with an @ in it is an e-mail address, and only one's own"
NO_NAME = "write your name"


@transaction.atomic
def invite(
    organisation: Organisation, email: str, *, administrator: bool, reach: str, creditor: Creditor | None, until: date | None,
    by: User, today: date,
) -> tuple[Invitation, str]:  # fmt: skip
    """Make an invitation. The row, and the secret for its link, which can be had here only. Raises Refused."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    email = email.strip()
    if not Seat.objects.filter(organisation=organisation, user=by, administrator=True).exists():
        raise Refused(NOT_YOURS)
    problems = []
    try:
        validate_email(email)
    except ValidationError:
        problems.append(Problem("", "email", NO_EMAIL))
    if not administrator and reach not in REACH:
        problems.append(Problem("", "reach", NO_ROLE))
    if creditor is not None and creditor.organisation_id != organisation.pk:
        problems.append(Problem("", "company", ELSEWHERE))
    if until is not None and until < today:
        problems.append(Problem("", "until", OVER_ALREADY))
    if open_invitations(organisation, today).filter(email__iexact=email).exists():
        problems.append(Problem("", "email", ALREADY_ASKED))
    elif _has_place(organisation, email):
        problems.append(Problem("", "email", ALREADY_THERE))
    if problems:
        raise Refused(problems)
    secret = secrets.token_urlsafe(24)
    row = Invitation.objects.create(
        organisation=organisation, creditor=creditor if reach else None, email=email, administrator=administrator, reach=reach,
        until_on=until if reach else None, token_hash=_hash(secret), invited_by=by.get_username(), invited_on=today,
        expires_on=today + timedelta(days=DAYS),
    )  # fmt: skip
    record_event(
        None, today, by.get_username(), "invited", f"invitation {row.pk}", organisation=organisation.pk, reach=reach,
        administrator=administrator, creditor=row.creditor_id, until=row.until_on,
    )  # fmt: skip
    return row, secret


def open_invitations(organisation: Organisation, today: date) -> QuerySet[Invitation]:
    """Those that can still be taken, newest first."""
    rows = Invitation.objects.filter(organisation=organisation, taken_on=None, withdrawn_on=None, expires_on__gte=today)
    return rows.select_related("creditor").order_by("-pk")


def find(secret: str, today: date) -> Invitation | None:
    """The invitation that the link leads to, while the link works."""
    rows = Invitation.objects.filter(token_hash=_hash(secret), taken_on=None, withdrawn_on=None, expires_on__gte=today)
    return rows.select_related("organisation", "creditor").first()


def account_of(invitation: Invitation) -> User | None:
    """The account of whom it was sent to, if there is one that can sign in."""
    return _accounts(invitation.email).filter(is_active=True).order_by("pk").first()


def is_for(invitation: Invitation, user: User) -> bool:
    """True when the account is the invited one's: by its e-mail address, or, where it has none, not the sender's."""
    if invitation.invited_by == user.get_username():
        return False
    own = [text.casefold() for text in (user.email, user.get_username()) if "@" in text]
    return invitation.email.casefold() in own or not own


@transaction.atomic
def withdraw(organisation: Organisation, invitation_id: int, *, by: User, today: date) -> Invitation:
    """The link is dead from now on. Raises Refused when it is so already."""
    if not Seat.objects.filter(organisation=organisation, user=by, administrator=True).exists():
        raise Refused(NOT_YOURS)
    row = Invitation.objects.select_for_update(of=("self",)).filter(organisation=organisation, pk=invitation_id).first()
    if row is None or row.taken_on or row.withdrawn_on:
        raise Refused(NOT_OPEN)
    row.withdrawn_on = today
    row.save(update_fields=["withdrawn_on"])
    record_event(None, today, by.get_username(), "invitation withdrawn", f"invitation {row.pk}", organisation=organisation.pk)
    return row


@transaction.atomic
def accept(secret: str, user: User, today: date) -> Invitation:
    """Give the invited role to the one who is signed in. The link is used up. Raises Refused.

    The role is given by who invited, who must still be Customer Administrator; what wants a second yes is proposed by them
    (`proposals.waiting`). What the person has already, and what reaches
    farther, stays.
    """
    row = _living(secret, today)
    if not is_for(row, user):
        raise Refused(NOT_FOR_YOU)
    inviter = User.objects.filter(username=row.invited_by, is_active=True).first()
    if inviter is None or not Seat.objects.filter(organisation=row.organisation, user=inviter, administrator=True).exists():
        raise Refused(DEAD)
    if row.reach:
        until = row.until_on
        if until is None or until >= today:
            give_or_propose(row.organisation, user, row.reach, creditor=row.creditor, until=until, by=inviter, today=today)
    if row.administrator:  # last: from then on there are two, and one's yes to the right to sign would not be enough
        make_or_propose(row.organisation, user, by=inviter, today=today)
    row.taken_by, row.taken_on = user, today
    row.save(update_fields=["taken_by", "taken_on"])
    record_event(
        None, today, user.get_username(), "invitation taken", f"invitation {row.pk}", organisation=row.organisation_id,
        user=user.pk,
    )  # fmt: skip
    return row


@transaction.atomic
def make_account(secret: str, *, first_name: str, last_name: str, username: str, password: str, today: date) -> User:
    """An account for whom the letter was sent to, which the link proves. It has no role before `accept`. Raises Refused.

    Who was shut out once is let in again under the name of then, with the new password.
    """
    row = _living(secret, today)
    if account_of(row) is not None:
        raise Refused(DEAD)  # who has an account signs in with it
    user = _accounts(row.email).filter(is_active=False).order_by("pk").first() or User(username=username.strip())
    user.first_name, user.last_name, user.email, user.is_active = first_name.strip(), last_name.strip(), row.email, True
    problems = [] if user.first_name or user.last_name else [Problem("", "first_name", NO_NAME)]
    if user._state.adding and User.objects.filter(username__iexact=user.username).exists():
        problems.append(Problem("", "username", NAME_TAKEN))
    elif user._state.adding and "@" in user.username and user.username.casefold() != row.email.casefold():
        problems.append(Problem("", "username", NAME_IS_ADDRESS))  # who signs in by an address is known by it elsewhere here
    try:
        user.full_clean(exclude=["password", "username"] if problems else ["password"])
    except ValidationError as error:
        problems += [Problem("", name, said) for name, all_said in error.message_dict.items() for said in all_said]
    try:
        validate_password(password, user)
    except ValidationError as error:
        problems += [Problem("", "password", said) for said in error.messages]
    if problems:
        raise Refused(problems)
    user.set_password(password)
    user.save()
    record_event(None, today, user.get_username(), "account made", f"user {user.pk}", invitation=row.pk)
    return user


def _living(secret: str, today: date) -> Invitation:
    row = (
        Invitation.objects.select_for_update(of=("self",)).filter(token_hash=_hash(secret)).select_related("organisation").first()
    )
    if row is None or row.taken_on or row.withdrawn_on or row.expires_on < today:
        raise Refused(DEAD)
    return row


def _accounts(email: str) -> QuerySet[User]:
    return User.objects.filter(Q(email__iexact=email) | Q(username__iexact=email))


def _has_place(organisation: Organisation, email: str) -> bool:
    users = list(_accounts(email).filter(is_active=True).values_list("pk", flat=True))
    return (
        Seat.objects.filter(organisation=organisation, user__in=users).exists()
        or Membership.objects.filter(creditor__organisation=organisation, user__in=users).exists()
    )


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
