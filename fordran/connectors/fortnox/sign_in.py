"""Signing in to Fortnox (OAuth 2): a person who administers the company consents once, then refresh tokens, each used once.

`account_type=service` makes the consent the company's and not the person's: it stays when they leave. A refresh token that is
used a second time takes the access away, so the new one is kept before anything is done with it (`ports.erp.TokenStore.renew`).
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

import httpx

from fordran.connectors.exact_json import decode
from fordran.connectors.fortnox.settings import SCOPE, FortnoxSettings
from fordran.connectors.http import client
from fordran.ports.clock import Clock
from fordran.ports.erp import Token
from fordran.ports.errors import Malformed, NotAllowed, Unavailable

_ADVICE = {
    "invalid_grant": "the consent has ended, or its code was used or is older than ten minutes; sign in to Fortnox again",
    "invalid_client": "see that client_id and client_secret are those of the developer portal",
    "invalid_scope": f"the application must be granted {SCOPE} in the developer portal",
}


class FortnoxSignIn:
    """Called with the token known so far it gives a new one (`ports.erp.Renew`); `ports.erp.SignIn` for people."""

    def __init__(self, settings: FortnoxSettings, *, clock: Clock, http: httpx.Client | None = None) -> None:
        self.settings = settings
        self.clock = clock
        self.http = http or client(settings.token_url, settings.timeout_seconds)

    def new_verifier(self) -> str:
        """Fortnox knows no PKCE; the secret is kept by the caller and sent nowhere."""
        return secrets.token_urlsafe(48)

    def address(self, *, state: str, verifier: str, language: str = "sv-SE") -> str:
        """Where the person's browser goes. `state` comes back with the code and must be the same."""
        query = {
            "client_id": self.settings.client_id,
            "redirect_uri": self.settings.redirect_uri,
            "scope": SCOPE,
            "state": state,
            "access_type": "offline",
            "response_type": "code",
            "account_type": "service",
        }
        return f"{self.settings.authorize_url}?{urlencode(query)}"

    def exchange(self, code: str, verifier: str) -> Token:
        """The code that came back, for a token. Keep it at once: `tokens.renew(None, lambda _: exchange(...))`."""
        form = {"grant_type": "authorization_code", "code": code}
        if self.settings.redirect_uri:
            form["redirect_uri"] = self.settings.redirect_uri
        return self._ask(form)

    def __call__(self, known: Token | None) -> Token:
        if known is not None and known.refresh:
            return self._ask({"grant_type": "refresh_token", "refresh_token": known.refresh})
        if self.settings.code:
            return self.exchange(self.settings.code, "")
        raise NotAllowed("nobody has signed in to Fortnox for this company yet; sign in and connect it with the code")

    def _ask(self, form: Mapping[str, str]) -> Token:
        """Once: a code or a refresh token whose answer was lost may be used up, and a second use takes all access away."""
        try:
            reply = self.http.post(
                self.settings.token_url,
                data=dict(form),
                auth=(self.settings.client_id, self.settings.client_secret),
                headers={"Accept": "application/json"},
            )
        except httpx.HTTPError as error:
            raise Unavailable("Fortnox's sign-in does not answer; it will be tried again") from error
        if reply.status_code >= 500 or reply.status_code == 429:
            raise Unavailable("Fortnox's sign-in does not answer; it will be tried again")
        if reply.status_code != 200:
            raise NotAllowed(f"Fortnox gives no token ({_why(reply)})")
        try:
            return self._token(decode(reply.content, "Fortnox"))
        except Malformed as error:
            raise Unavailable(f"{error}; signing in will be tried again") from error

    def _token(self, body: object) -> Token:
        found = body if isinstance(body, dict) else {}
        access, lives, refresh = (found.get(name) for name in ("access_token", "expires_in", "refresh_token"))
        if not isinstance(access, str) or not access or not isinstance(lives, int) or lives <= 0:
            raise Malformed("Fortnox's answer holds no token with an end")
        return Token(access, self.clock.now() + lives, str(refresh or ""), str(found.get("scope") or ""))


def _why(reply: httpx.Response) -> str:
    """The error's name and what to do about it; never anything of what we sent."""
    try:
        body = decode(reply.content, "Fortnox")
    except Malformed:
        body = None
    name = str(body.get("error") or "") if isinstance(body, dict) else ""
    return f"{name}: {_ADVICE[name]}" if name in _ADVICE else name or f"answer {reply.status_code}"
