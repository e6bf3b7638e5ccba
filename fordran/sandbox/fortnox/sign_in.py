"""Fortnox's sign-in (its developer pages, "Authorization"): consent on a page, codes of ten minutes, refresh tokens used once."""

from __future__ import annotations

import secrets
import threading
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import dataclass, replace
from hmac import compare_digest
from html import escape
from urllib.parse import urlencode, urlsplit

from werkzeug.wrappers import Request

from fordran.sandbox.fortnox.settings import SCOPES, Behaviours
from fordran.sandbox.fortnox.wire import Answer, html

AUTH, TOKEN = "/oauth-v1/auth", "/oauth-v1/token"  # noqa: S105  addresses
PATHS = (AUTH, TOKEN)


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token or a code stands for. `lasting`: access_type=offline was asked for, so a refresh token comes with it."""

    client: str
    tenant: str
    scopes: frozenset[str]
    expires: float
    redirect: str = ""
    lasting: bool = True


class SignIn:
    """`clients`: id -> secret. `tenants`: companies that can consent. Everything is forgotten when the server stops."""

    def __init__(self, clients: Mapping[str, str], tenants: set[str], behaviours: Behaviours) -> None:
        self.clients, self.tenants, self.behaviours = dict(clients), tenants, behaviours
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._codes: dict[str, Grant] = {}
        self._used: dict[str, Grant] = {}  # codes and refresh tokens that were used: used again, all access is gone
        self._lock = threading.Lock()

    def answer(self, request: Request, now: float) -> Answer:
        if request.path == TOKEN:
            if request.method != "POST":
                return html(405, "Method Not Allowed")
            with self._lock:
                return self._token(request, now)
        return self._consent(request, now) if request.method == "GET" else html(405, "Method Not Allowed")

    def access(self, token: str, now: float) -> Grant | None:
        grant = self._access.get(token)
        return grant if grant is not None and now < grant.expires else None

    def forget(self, token: str) -> None:
        self._access.pop(token, None)

    def consent(self, client: str, tenant: str, now: float, *, scopes: frozenset[str] = SCOPES, redirect: str = "") -> str:
        """A code, as if a person had said yes."""
        code = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[code] = Grant(client, tenant, scopes, now + self.behaviours.code_seconds, redirect)
        return code

    # ---- the page ----------------------------------------------------------------------------------------------------

    def _consent(self, request: Request, now: float) -> Answer:
        asked = request.args
        client, redirect = asked.get("client_id", ""), asked.get("redirect_uri", "")
        if client not in self.clients or urlsplit(redirect).hostname not in ("127.0.0.1", "localhost"):
            return html(400, "Något gick fel", "<p>Okänd klient, eller en adress som den inte har anmält.</p>")
        scopes = frozenset(asked.get("scope", "").split())
        wrong = ""
        if asked.get("response_type") != "code":
            wrong = "unsupported_response_type"
        elif not scopes or not scopes <= SCOPES:
            wrong = "invalid_scope"
        elif not asked.get("state") or asked.get("account_type", "service") != "service":
            wrong = "invalid_request"
        if wrong:
            return _back(redirect, {"error": wrong, "state": asked.get("state", "")})
        tenant = asked.get("company", "")  # ours: the real page asks the person to log in
        if tenant not in self.tenants:
            links = "".join(
                f'<li><a href="?{escape(urlencode({**asked, "company": one}))}">{escape(one)}</a></li>'
                for one in sorted(self.tenants)
            )
            return html(200, "Fortnox (simulator)", f"<p>Godkänn för</p><ul>{links}</ul>")
        code = self.consent(client, tenant, now, scopes=scopes, redirect=redirect)
        if asked.get("access_type") != "offline":
            self._codes[code] = replace(self._codes[code], lasting=False)
        return _back(redirect, {"code": code, "state": asked["state"]})

    # ---- tokens ------------------------------------------------------------------------------------------------------

    def _token(self, request: Request, now: float) -> Answer:
        if request.mimetype != "application/x-www-form-urlencoded":
            return _no("invalid_request")
        client = self._client(request)
        if client is None:
            return _no("invalid_client", 401)
        kind, form = request.form.get("grant_type", ""), request.form
        if kind == "authorization_code":
            grant = self._use(self._codes, form.get("code", ""), client, now)
            if grant is None or (grant.redirect and form.get("redirect_uri", "") != grant.redirect):
                return _no("invalid_grant")
        elif kind == "refresh_token":
            grant = self._use(self._refresh, form.get("refresh_token", ""), client, now)
            if grant is None:
                return _no("invalid_grant")
        else:
            return _no("unsupported_grant_type")
        return self._issued(grant, now)

    def _client(self, request: Request) -> str | None:
        scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
        try:
            client, _, secret = b64decode(basic, validate=True).decode().partition(":")
        except ValueError:
            return None
        known = scheme.lower() == "basic" and client in self.clients
        return client if known and compare_digest(self.clients[client].encode(), secret.encode()) else None

    def _use(self, kept: dict[str, Grant], text: str, client: str, now: float) -> Grant | None:
        grant = kept.pop(text, None)
        if grant is None:
            used = self._used.get(text)
            if used is not None and used.client == client:
                self._revoke(used)
            return None
        self._used[text] = grant
        return grant if grant.client == client and now < grant.expires else None

    def _revoke(self, used: Grant) -> None:
        """Whether the real one takes all access away is not known; a client must not find out."""
        for kept in (self._access, self._refresh):
            for token in [t for t, g in kept.items() if (g.client, g.tenant) == (used.client, used.tenant)]:
                del kept[token]

    def _issued(self, grant: Grant, now: float) -> Answer:
        access, lives = secrets.token_urlsafe(32), self.behaviours.token_seconds
        self._access[access] = replace(grant, expires=now + lives)
        told: dict[str, object] = {
            "access_token": access, "scope": " ".join(sorted(grant.scopes)), "expires_in": lives, "token_type": "bearer",
        }  # fmt: skip
        if grant.lasting:
            refresh = secrets.token_urlsafe(32)
            self._refresh[refresh] = replace(grant, expires=now + self.behaviours.refresh_seconds)
            told["refresh_token"] = refresh
        return Answer.of(told, Cache_Control="no-store")


def _no(error: str, status: int = 400) -> Answer:
    return Answer.of({"error": error, "error_description": ""}, status)


def _back(redirect: str, told: Mapping[str, str]) -> Answer:
    return Answer(302, b"", {"Location": f"{redirect}{'&' if urlsplit(redirect).query else '?'}{urlencode(told)}"})
