"""By what means a person signs in: password, passkeys, an app's codes, recovery codes, BankID, an OpenID provider."""

from __future__ import annotations

from dataclasses import dataclass

from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User

from fordran.access.models import BankIdPerson

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
