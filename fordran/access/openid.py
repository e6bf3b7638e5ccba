"""Signing in by an OpenID provider: code with PKCE, state, nonce, and an id_token that is checked whole.

allauth leads the dance. What it leaves to trust in the line is checked here all the same (OpenID Connect Core 1.0, 3.1.3.7):
the signature, by RS256 and a key that the provider publishes; issuer, audience, expiry; that userinfo speaks of the same `sub`.
The nonce is compared in `adapters`, where the question that was asked is at hand.
"""

from __future__ import annotations

import json
import secrets
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.helpers import render_authentication_error
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.base.constants import AuthProcess
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.oauth2.views import OAuth2CallbackView
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from requests import RequestException

from fordran.access.adapters import PROVIDER_ID

ALGORITHM = "RS256"
LEEWAY_SECONDS = 30
"""How far the provider's clock may be from ours."""


class StrictAdapter(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """As allauth's, but trusting nothing that it can check."""

    @property
    def openid_config(self) -> dict[str, Any]:
        config: dict[str, Any] = super().openid_config
        wanted = self.get_provider().app.settings["server_url"]
        if str(config.get("issuer", "")).rstrip("/") != wanted:
            raise OAuth2Error("another issuer than the configured one")
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return request.build_absolute_uri(reverse("connect-callback"))

    def complete_login(self, request: HttpRequest, app: SocialApp, token: Any, **kwargs: Any) -> Any:
        raw = kwargs["response"].get("id_token")
        if not raw:
            raise OAuth2Error("no id_token")
        claims = self._decode_id_token(app, raw)
        info = self._fetch_user_info(token.token)
        if info.get("sub") != claims["sub"]:
            raise OAuth2Error("userinfo speaks of somebody else")
        return self.get_provider().sociallogin_from_response(request, {"userinfo": info, "id_token": claims})

    def _decode_id_token(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """The claims. Raises OAuth2Error when anything about the token is wrong."""
        config = self.openid_config
        try:
            head = jwt.get_unverified_header(id_token)
            if head.get("alg") != ALGORITHM:
                raise OAuth2Error("another algorithm than RS256")
            claims: dict[str, Any] = jwt.decode(
                id_token, key=_published_key(config["jwks_uri"], str(head.get("kid", ""))), algorithms=[ALGORITHM],
                issuer=config["issuer"], audience=app.client_id, leeway=LEEWAY_SECONDS,
                options={"require": ["iss", "aud", "exp", "iat", "sub"]},
            )  # fmt: skip
        except jwt.PyJWTError as error:
            raise OAuth2Error("invalid id_token") from error
        if claims.get("azp", app.client_id) != app.client_id:
            raise OAuth2Error("the token was made for another party")
        return claims


def _published_key(address: str, kid: str) -> Any:
    """The provider's key of that name, asked for each time: people sign in seldom, and a key that was taken away is gone."""
    with get_adapter().get_requests_session() as session:
        response = session.get(address)
        response.raise_for_status()
        keys = response.json().get("keys", [])
    for key in keys:
        if key.get("kid") == kid and key.get("kty") == "RSA" and key.get("use", "sig") == "sig":
            return jwt.algorithms.RSAAlgorithm.from_jwk(json.dumps(key))
    raise OAuth2Error("no such key")


def begin(request: HttpRequest, *, next_url: str, connect: bool = False, fresh: bool = False) -> HttpResponse:
    """Send the visitor to the provider. `connect`: what it answers is added to the signed-in person's means. `fresh`: it
    shall ask the person again, though it may know them already."""
    provider = get_adapter().get_provider(request, provider=PROVIDER_ID)
    provider.oauth2_adapter_class = StrictAdapter
    nonce = secrets.token_urlsafe(24)
    try:
        answer: HttpResponse = provider.redirect(
            request, AuthProcess.CONNECT if connect else AuthProcess.LOGIN, next_url=next_url, nonce=nonce, fresh=fresh,
            auth_params={"nonce": nonce, "response_mode": "query"} | ({"prompt": "login"} if fresh else {}),
        )  # fmt: skip
    except RequestException as error:  # it does not answer
        answer = render_authentication_error(request, provider, exception=error)
    return answer


def finish(request: HttpRequest) -> HttpResponse:
    """The provider has sent the visitor back. A state works once; whatever is wrong leads to the sign-in page."""
    try:
        answer: HttpResponse = OAuth2CallbackView.adapter_view(StrictAdapter(request, PROVIDER_ID))(request)
    except (RequestException, OAuth2Error) as error:  # already of its discovery, which allauth does not expect
        provider = get_adapter().get_provider(request, provider=PROVIDER_ID)
        answer = render_authentication_error(request, provider, exception=error)
    return answer
