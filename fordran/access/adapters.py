"""What allauth asks of us: no open sign-up, no messages or letters of its own, secrets sealed, our pages for every step."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp, SocialLogin
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.crypto import constant_time_compare

from fordran.access import signed_in
from fordran.access.means import has_second_step
from fordran.db.seals import seal, unseal

PROVIDER_ID = "connect"
REFUSED = "fordran_refused"
"""Set on a request of which allauth wanted to say that something was refused."""
PROVED = "fordran_proved"
"""Set on a request in which an OpenID provider has just asked the person themselves, not only known them from before."""
OF_NOBODY = 0
"""What is sealed for a person belongs to no creditor."""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Our pages say what happened in their own words; they ask here whether it was something that went wrong."""
        if level >= messages.ERROR:
            setattr(request, REFUSED, True)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        pass

    def get_login_stages(self) -> list[str]:
        return ["fordran.access.stages.SecondStep"]

    def post_login(self, request: HttpRequest, user: User, **more: Any) -> HttpResponse:
        """A password alone lets in only as far as the page where a second step is made."""
        methods = {record["method"] for record in get_authentication_records(request, user)}
        signed_in.note_second_step(request, missing=methods == {"password"} and not has_second_step(user))
        answer: HttpResponse = super().post_login(request, user, **more)
        return answer

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        return HttpResponseRedirect(reverse("sign-in") + "?failed=closed")

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, str]]:
        return [{"id": "prove", "description": "", "url": reverse("prove")}]

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Means to sign in are added and taken away by a fresh proof; who has no second step yet has none to prove it by."""
        return not (signed_in.is_fresh(self.request) or signed_in.second_step_is_missing(self.request))


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return seal(text, OF_NOBODY).hex()

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(bytes.fromhex(encrypted_text), OF_NOBODY)

    def get_totp_issuer(self) -> str:
        return "Fordran"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": "Fordran"}


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """One provider at the most, and it stands in the environment: rows in the database name none."""

    def list_apps(self, request: HttpRequest, provider: str | None = None, client_id: str | None = None) -> list[SocialApp]:
        known = settings.CONNECT
        if known is None or provider not in (None, PROVIDER_ID, "openid_connect") or client_id not in (None, known.client):
            return []
        return [
            SocialApp(
                provider="openid_connect",
                provider_id=PROVIDER_ID,
                name=known.name,
                client_id=known.client,
                secret=known.secret,
                settings={"server_url": known.url, "oauth_pkce_enabled": True, "scope": list(known.scopes)},
            )  # fmt: skip
        ]

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True  # whoever the provider knows gets a user, who may do nothing until somebody gives a role

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """The token answers the very question that this browser asked; who it names is a `sub`, never an e-mail address."""
        told = sociallogin.account.extra_data.get("id_token", {})
        asked = sociallogin.state.get("nonce", "")
        if not asked or not constant_time_compare(str(told.get("nonce", "")), asked):
            raise PermissionDenied("nonce")
        just_now = int(told["iat"]) - int(told.get("auth_time", told["iat"])) <= signed_in.FRESH_SECONDS
        if sociallogin.state.get("fresh") and not just_now:
            raise PermissionDenied("auth_time")
        setattr(request, PROVED, just_now)
        sociallogin.email_addresses = []

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: dict[str, Any]) -> User:
        user: User = super().populate_user(request, sociallogin, data)
        user.username = f"{PROVIDER_ID}-{sociallogin.account.uid}"[:150]
        return user

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("account")

    def on_authentication_error(self, request: HttpRequest, provider: Any, error: Any = None, **more: Any) -> None:
        """One answer to every failure but a person's own no; which it was is told to the log only."""
        why = "cancelled" if str(error) == "cancelled" else "failed"
        raise ImmediateHttpResponse(HttpResponseRedirect(f"{reverse('sign-in')}?failed={why}"))

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        pass
