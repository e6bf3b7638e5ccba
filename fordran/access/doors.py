"""What follows when somebody has come in by a door, proved who they are, got a second step, or another role."""

from __future__ import annotations

from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.contrib.auth.models import User
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from fordran.access import signed_in
from fordran.access.adapters import PROVED
from fordran.access.models import Seat
from fordran.creditors.models import Membership

DEMO_DOOR = "fordran_demo_door"
"""Set on a request that comes in by the demonstration's own door."""
_PROOFS = (Authenticator.Type.WEBAUTHN, Authenticator.Type.TOTP)


def _is_proof(request: HttpRequest, method: str, kind: str) -> bool:
    """Recovery codes let in, and prove nothing: they lie on paper."""
    if method == "mfa":
        return kind in _PROOFS
    return method == "bankid" or (method == "socialaccount" and bool(getattr(request, PROVED, False)))


@receiver(user_logged_in)
def _came_in(sender: Any, request: HttpRequest, user: User, **more: Any) -> None:
    records = get_authentication_records(request, user)
    methods = [(str(one["method"]), str(one.get("type", ""))) for one in records]
    door, demo = "", bool(getattr(request, DEMO_DOOR, False))
    if demo:
        door = "demo"
    elif records:
        passkey = any(one.get("passwordless") for one in records)
        door = "passkey" if passkey else {"socialaccount": "openid", "mfa": "password"}.get(methods[0][0], methods[0][0])
    proved = demo or any(_is_proof(request, method, kind) for method, kind in methods)
    signed_in.begin(request, user.pk, door=door, proved=proved)


@receiver(user_logged_out)
def _went_out(sender: Any, request: HttpRequest, **more: Any) -> None:
    signed_in.end_own(request)


@receiver(authentication_step_completed)
def _proved(sender: Any, request: HttpRequest, user: User, method: str, **more: Any) -> None:
    if request.user.is_authenticated and request.user.pk == user.pk and _is_proof(request, method, str(more.get("type", ""))):
        signed_in.prove(request)


@receiver(authenticator_added)
def _second_step_made(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **more: Any) -> None:
    if authenticator.type in _PROOFS:
        signed_in.note_second_step(request, missing=False)
        signed_in.prove(request)


@receiver([post_save, post_delete], sender=Seat)
@receiver([post_save, post_delete], sender=Membership)
def _role_changed(sender: Any, instance: Seat | Membership, **more: Any) -> None:
    signed_in.renew_of(instance.user_id)
