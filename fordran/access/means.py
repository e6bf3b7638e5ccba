"""By what means a person signs in: password, passkeys, an app's codes, recovery codes, BankID, an OpenID provider."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now

from fordran.access.models import BankIdPerson, SignedIn
from fordran.core.problems import Problem, Refused

_SECOND_STEPS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Means:
    password: bool
    passkeys: tuple[Authenticator, ...]
    app: Authenticator | None
    codes_left: int
    bankid: BankIdPerson | None
    connect: SocialAccount | None

    @property
    def ways_in(self) -> int:
        """How many ways there are to sign in without the others. Codes of an app come after a password only."""
        return sum((self.password, bool(self.passkeys), self.bankid is not None, self.connect is not None))

    @property
    def proofs(self) -> bool:
        """True when the person can prove who they are by more than a password."""
        return bool(self.passkeys or self.app or self.bankid or self.connect)


def means_of(user: User) -> Means:
    """Three statements."""
    steps = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    codes = next((one for one in steps if one.type == Authenticator.Type.RECOVERY_CODES), None)
    return Means(
        password=user.has_usable_password(),
        passkeys=tuple(one for one in steps if one.type == Authenticator.Type.WEBAUTHN),
        app=next((one for one in steps if one.type == Authenticator.Type.TOTP), None),
        codes_left=len(codes.wrap().get_unused_codes()) if codes else 0,
        bankid=BankIdPerson.objects.filter(user=user).first(),
        connect=SocialAccount.objects.filter(user=user).first(),
    )


def has_second_step(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=_SECOND_STEPS).exists()


def forget_second_steps(user: User) -> int:
    """Take away passkeys, app and recovery codes of somebody who has lost them, and end their sessions. How many there were.
    The next sign-in by password makes a new second step."""
    with transaction.atomic():
        gone, _ = Authenticator.objects.filter(user=user).delete()
        SignedIn.objects.filter(user=user, ended_at=None).update(ended_at=Now())
    return gone


def give_password(user: User, password: str) -> None:
    """A password of an operator's making; every session of the person ends. Raises Refused when it is too easy."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refused([Problem(user.get_username(), "--password", message) for message in error.messages]) from None
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=["password"])
        SignedIn.objects.filter(user=user, ended_at=None).update(ended_at=Now())
