"""Signing in at Visma Connect (OAuth 2): as a service, or from a person's consent with PKCE.

One token is for one company. Service tokens are asked for with the client's secret and the company's tenant id, and never come
with a refresh token. A person's come with one, which may be used once: the new one is kept before anything is done with it
(`ports.erp.TokenStore.renew`), for using the old one again takes all access away.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from fordran.connectors.http import is_here
from fordran.connectors.visma_net.refusals import words_of
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.connectors.visma_net.values import decode
from fordran.ports.clock import Clock
from fordran.ports.erp import Token
from fordran.ports.errors import Malformed, NotAllowed, Unavailable

_RIGHTS = ("read", "create", "update")
SERVICE_SCOPE = " ".join(f"vismanet_erp_service_api:{right}" for right in _RIGHTS)
PERSON_SCOPE = " ".join(
    ["openid", "email", "profile", "offline_access", *(f"vismanet_erp_interactive_api:{right}" for right in _RIGHTS)]
)
TRIES = 3

_ADVICE = {
    "invalid_tenant": "the company's administrator must grant the application, or give the user the role API User; that takes up "
    "to 15 minutes to be known",
    "invalid_client": "see that client_id and client_secret are those of the Developer Portal",
    "unauthorized_client": "see that client_id and client_secret are those of the Developer Portal",
    "invalid_scope": "the application must be granted reading, creating and updating in the Developer Portal",
    "invalid_grant": "the consent has ended; sign in to Visma.net again",
}


def challenge_of(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


class VismaConnect:
    """Gets tokens. Called with the token known so far it gives a new one (`ports.erp.Renew`); `ports.erp.SignIn` for people."""

    def __init__(self, settings: VismaNetSettings, *, clock: Clock, http: httpx.Client | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self.http = http or httpx.Client(timeout=settings.timeout_seconds, trust_env=not is_here(settings.token_url))

    def new_verifier(self) -> str:
        """PKCE, RFC 7636: 64 letters that only we know."""
        return secrets.token_urlsafe(48)

    def address(self, *, state: str, verifier: str, language: str = "sv-SE") -> str:
        """Where the person's browser goes. `state` comes back with the code and must be the same."""
        query = {
            "response_type": "code",
            "response_mode": "query",
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": PERSON_SCOPE,
            "state": state,
            "code_challenge": challenge_of(verifier),
            "code_challenge_method": "S256",
            "ui_locales": language,
        }
        return f"{self.settings.authorize_url}?{urlencode(query)}"

    def exchange(self, code: str, verifier: str) -> Token:
        """The code that came back, for a token. Keep it at once: `tokens.renew(None, lambda _: exchange(...))`."""
        return self._ask(
            {
                "grant_type": "authorization_code",
                "code": code,
                "redirect_uri": self.settings.redirect_uri,
                "code_verifier": verifier,
            },
            tries=1,
        )

    def __call__(self, known: Token | None) -> Token:
        if self.settings.sign_in == "service":
            form = {"grant_type": "client_credentials", "scope": SERVICE_SCOPE, "tenant_id": self.settings.tenant_id}
            return self._ask(form, tries=TRIES)
        if known is None or not known.refresh:
            raise NotAllowed("nobody has signed in to Visma.net for this company yet; connect it on the creditor's page")
        # One try: a refresh token whose answer was lost may be used up, and a second use takes all access away.
        return self._ask({"grant_type": "refresh_token", "refresh_token": known.refresh}, tries=1, before=known)

    def _ask(self, form: Mapping[str, str], *, tries: int, before: Token | None = None) -> Token:
        trouble = "Visma Connect does not answer; signing in will be tried again"
        for attempt in range(tries):
            if attempt:
                self.clock.sleep(2.0**attempt)
            try:
                reply = self.http.post(
                    self.settings.token_url,
                    data={**form, "client_id": self.settings.client_id, "client_secret": self.settings.client_secret},
                    headers={"Accept": "application/json"},
                )
                if reply.status_code < 429:
                    return self._token(reply, before)
            except httpx.HTTPError:
                continue
            except Malformed as error:
                trouble = f"{error}; signing in will be tried again"
        raise Unavailable(trouble)

    def _token(self, reply: httpx.Response, before: Token | None) -> Token:
        if reply.status_code != 200:
            raise NotAllowed(f"Visma Connect gives no token ({_why(reply)})")
        body = decode(reply.content)
        access, lives = (body.get("access_token"), body.get("expires_in")) if isinstance(body, dict) else (None, None)
        if not isinstance(access, str) or not access or not isinstance(lives, int) or lives <= 0:
            raise Malformed("Visma Connect's answer holds no token with an end")
        refresh = body.get("refresh_token") or (before.refresh if before else "")
        return Token(access=access, expires_at=self.clock.now() + lives, refresh=str(refresh), scope=str(body.get("scope") or ""))


def _why(reply: httpx.Response) -> str:
    """The error's name and what to do about it; never anything of what we sent."""
    try:
        body = decode(reply.content)
    except Malformed:
        body = None
    name = str(body.get("error") or "") if isinstance(body, dict) else ""
    return f"{name}: {_ADVICE[name]}" if name in _ADVICE else words_of(reply.content).said or f"answer {reply.status_code}"
