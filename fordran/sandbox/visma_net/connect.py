"""Visma Connect: token endpoint, sign-in page, discovery (integrations paper 1.2, 4).

A service signs in with client_credentials and the tenant id of a company. A person signs in with a code, with PKCE where the
client used it; the page says yes at once when the address names a test user (`login_hint`). How the real one lets a person
choose a company, and under which claim it then stands, is not known: here `tenant_id` in the address of the page, and a claim
of that name. Which companies a person sees stands in a claim `tenants` for the scope of that name, which is a guess too.

Tokens of the API live by the world's clock. What a person's sign-in is stamped with is the `wall`'s: whoever checks it lives in
this year, whatever year the world has.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from hashlib import sha256
from hmac import compare_digest
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from werkzeug.wrappers import Request

from fordran.sandbox.visma_net.answers import Answer, html
from fordran.sandbox.visma_net.settings import Behaviours, Clock, Person
from fordran.sandbox.visma_net.sign_in_page import page
from fordran.sandbox.visma_net.tokens import Code, Grant, Signer, Tokens, claims_of, encode, half_hash

SERVICE = frozenset(f"vismanet_erp_service_api:{right}" for right in ("read", "create", "update", "delete"))
INTERACTIVE = frozenset(
    f"vismanet_erp_interactive_api:{right}" for right in ("read", "create", "update", "delete", "ui-extension")
)
PERSONAL = frozenset({"openid", "email", "profile", "offline_access", "tenants"})
PATHS = {"/connect/token", "/connect/authorize", "/connect/userinfo", "/connect/endsession", "/connect/revocation",
         "/.well-known/openid-configuration", "/.well-known/jwks.json"}  # fmt: skip


class _No(Exception):
    """`error` is the name OAuth gives it (RFC 6749 section 5.2), or Visma's own invalid_tenant."""

    def __init__(self, error: str, description: str = "") -> None:
        self.answer = Answer.of({"error": error} | ({"error_description": description} if description else {}), 400)


class Connect:
    """`clients`: id -> secret. `tenants`: company tenant ids that clients were granted. `customer_tenants` get a token too,
    but no API call works with it (the paper, conclusion 5). `redirects`: client -> addresses it registered; without an entry
    any address on this machine is taken."""

    def __init__(
        self, clients: Mapping[str, str], tenants: set[str], people: tuple[Person, ...], behaviours: Behaviours,
        customer_tenants: frozenset[str] = frozenset(), redirects: Mapping[str, frozenset[str]] | None = None,
        name_of: Callable[[str], str] = str, wall: Clock | None = None,
    ) -> None:  # fmt: skip
        self.clients, self.tenants, self.people, self.behaviours = dict(clients), tenants, people, behaviours
        self.customer_tenants, self.redirects = customer_tenants, dict(redirects or {})
        self.name_of, self.wall = name_of, wall
        self.tokens, self.signer = Tokens(), Signer()

    def answer(self, request: Request, root: str, now: float) -> Answer:
        path, method = request.path, request.method
        try:
            if path == "/connect/token":
                return self._token(request, root, now) if method == "POST" else html(405, "Method Not Allowed")
            if path == "/connect/revocation":
                return self._revoke(request) if method == "POST" else html(405, "Method Not Allowed")
            if method not in ("GET", "POST"):
                return html(405, "Method Not Allowed")
            if path == "/connect/authorize":
                return self._authorize(request, root, now)
            if path == "/connect/userinfo":
                return self._userinfo(request, now)
            if path == "/connect/endsession":
                return self._end(request)
            return Answer.of({"keys": [self.signer.jwk]}) if path.endswith("jwks.json") else self._discovery(root)
        except _No as no:
            return no.answer

    def _discovery(self, root: str) -> Answer:
        return Answer.of(
            {
                "issuer": root,
                "authorization_endpoint": f"{root}/connect/authorize",
                "token_endpoint": f"{root}/connect/token",
                "userinfo_endpoint": f"{root}/connect/userinfo",
                "end_session_endpoint": f"{root}/connect/endsession",
                "revocation_endpoint": f"{root}/connect/revocation",
                "jwks_uri": f"{root}/.well-known/jwks.json",
                "scopes_supported": sorted(PERSONAL | SERVICE | INTERACTIVE),
                "response_types_supported": ["code", "code id_token"],
                "response_modes_supported": ["form_post", "query"],
                "grant_types_supported": ["authorization_code", "client_credentials", "refresh_token"],
                "subject_types_supported": ["public"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
                "code_challenge_methods_supported": ["S256"],
            }
        )

    # ---- tokens ------------------------------------------------------------------------------------------------------

    def _client(self, request: Request) -> str:
        client, secret = request.form.get("client_id", ""), request.form.get("client_secret", "")
        scheme, _, basic = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() == "basic":
            try:
                client, _, secret = b64decode(basic, validate=True).decode().partition(":")
            except ValueError as error:
                raise _No("invalid_client") from error
        if client not in self.clients or not compare_digest(self.clients[client].encode(), secret.encode()):
            raise _No("invalid_client")
        return client

    def _token(self, request: Request, root: str, now: float) -> Answer:
        if request.mimetype != "application/x-www-form-urlencoded":
            raise _No("invalid_request", "The content type must be application/x-www-form-urlencoded.")
        client, kind = self._client(request), request.form.get("grant_type", "")
        if kind == "client_credentials":
            return self._service(request, client, now)
        if kind == "authorization_code":
            return self._by_code(request, client, root, now)
        if kind == "refresh_token":
            return self._by_refresh(request, client, now)
        raise _No("unsupported_grant_type")

    def _service(self, request: Request, client: str, now: float) -> Answer:
        scopes = frozenset(request.form.get("scope", "").split())
        if not scopes or not scopes <= SERVICE:
            raise _No("invalid_scope")
        tenant = request.form.get("tenant_id", "")
        if tenant not in self.tenants and tenant not in self.customer_tenants:
            raise _No("invalid_tenant")
        return self._issued(Grant(client, tenant, scopes, now + self.behaviours.token_seconds), now)

    def _issued(self, grant: Grant, now: float, **more: str) -> Answer:
        told = {"access_token": self.tokens.issue(grant, now), "expires_in": int(grant.expires - now), "token_type": "Bearer",
                "scope": " ".join(sorted(grant.scopes))}  # fmt: skip
        return Answer.of(told | more, Cache_Control="no-store")

    def _by_code(self, request: Request, client: str, root: str, now: float) -> Answer:
        code = self.tokens.use_code(request.form.get("code", ""), client, now)
        if code is None or code.redirect != request.form.get("redirect_uri", ""):
            raise _No("invalid_grant")
        verifier = request.form.get("code_verifier", "")
        if code.challenge:
            if not 43 <= len(verifier) <= 128 or encode(sha256(verifier.encode()).digest()) != code.challenge:
                raise _No("invalid_grant", "code_verifier does not fit the challenge.")
        elif verifier:
            raise _No("invalid_grant", "code_verifier was not announced by a challenge.")
        return self._for_person(code.grant, root, now, nonce=code.nonce)

    def _by_refresh(self, request: Request, client: str, now: float) -> Answer:
        grant = self.tokens.use_refresh(request.form.get("refresh_token", ""), client, now)
        if grant is None:
            raise _No("invalid_grant")
        return self._for_person(grant, "", now)

    def _for_person(self, old: Grant, root: str, now: float, nonce: str = "") -> Answer:
        grant = Grant(old.client, old.tenant, old.scopes, now + self.behaviours.token_seconds, old.sub)
        more = {}
        if "offline_access" in grant.scopes:
            until = now + self.behaviours.refresh_seconds
            more["refresh_token"] = self.tokens.issue_refresh(Grant(old.client, old.tenant, old.scopes, until, old.sub))
        if "openid" in grant.scopes and root:
            more["id_token"] = self.id_token(grant, root, now, nonce)
        return self._issued(grant, now, **more)

    def id_token(self, grant: Grant, root: str, now: float, nonce: str = "", code: str = "") -> str:
        if self.wall:
            now = self.wall.now()
        claims = self._claims(grant) | {
            "iss": root, "aud": grant.client, "iat": int(now), "nbf": int(now), "exp": int(now) + 300, "auth_time": int(now),
            "idp": "local", "sid": sha256(f"{grant.sub}:{grant.client}".encode()).hexdigest()[:32], "tenant_id": grant.tenant,
        }  # fmt: skip
        claims |= {"nonce": nonce} if nonce else {}
        return self.signer.sign(claims | ({"c_hash": half_hash(code)} if code else {}))

    def _claims(self, grant: Grant) -> dict[str, Any]:
        """Of a person, for the scopes that were asked for."""
        person = self._person(grant.sub)
        claims = claims_of(person, grant.scopes)
        if "tenants" in grant.scopes:
            claims["tenants"] = [{"id": tenant, "name": self.name_of(tenant)} for tenant in self._tenants(person)]
        if self.behaviours.tells_roles:
            claims["roles"] = list(person.roles)
        return claims

    def _tenants(self, person: Person) -> list[str]:
        """Those that a person sees, whether or not they have granted a client anything."""
        return list(person.tenants) or sorted(self.tenants)

    def _person(self, sub: str) -> Person:
        return next(person for person in self.people if person.sub == sub)

    def _revoke(self, request: Request) -> Answer:
        self._client(request)
        self.tokens.forget(request.form.get("token", ""))
        return Answer(200)

    def _userinfo(self, request: Request, now: float) -> Answer:
        grant = self.tokens.access(request.headers.get("Authorization", "").removeprefix("Bearer "), now)
        if grant is None or not grant.sub:
            return Answer(401, b"", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        return Answer.of(self._claims(grant))

    # ---- the page a person sees --------------------------------------------------------------------------------------

    def _authorize(self, request: Request, root: str, now: float) -> Answer:
        asked = request.values
        client, redirect = asked.get("client_id", ""), asked.get("redirect_uri", "")
        if client not in self.clients or not self._may_return_to(client, redirect):
            return html(400, "Sorry, there was an error", "<p>Unknown client, or an address it did not register.</p>")
        wrong = self._wrong_request(asked)
        if wrong:
            return _back(redirect, asked, {"error": wrong})
        person = next((p for p in self.people if asked.get("login_hint") in (p.email, p.sub)), None)
        if person is None:
            return page(asked, self.people, self._tenants, self.name_of, redirect=redirect)
        tenant = asked.get("tenant_id") or (person.tenants or tuple(sorted(self.tenants)))[0]
        if tenant not in self.tenants or (person.tenants and tenant not in person.tenants):
            return _back(redirect, asked, {"error": "access_denied"})
        scopes = frozenset(asked.get("scope", "").split())
        grant = Grant(client, tenant, scopes, now + self.behaviours.code_seconds, person.sub)
        code = self.tokens.issue_code(Code(grant, redirect, asked.get("nonce", ""), asked.get("code_challenge", "")))
        told = {"code": code, "scope": " ".join(sorted(scopes))}
        if "id_token" in asked["response_type"].split():
            told["id_token"] = self.id_token(grant, root, now, asked["nonce"], code)
        return _back(redirect, asked, told)

    def _may_return_to(self, client: str, redirect: str) -> bool:
        if client in self.redirects:
            return redirect in self.redirects[client]
        parts = urlsplit(redirect)
        return parts.scheme in ("http", "https") and parts.hostname in ("127.0.0.1", "localhost")

    def _wrong_request(self, asked: Mapping[str, str]) -> str:
        kind, scopes = asked.get("response_type", ""), frozenset(asked.get("scope", "").split())
        if kind not in ("code", "code id_token"):
            return "unsupported_response_type"
        if not scopes or not scopes <= PERSONAL | INTERACTIVE:
            return "invalid_scope"
        if kind == "code id_token" and not asked.get("nonce"):
            return "invalid_request"
        if asked.get("response_mode", "form_post") not in ("form_post", "query"):
            return "invalid_request"
        if asked.get("code_challenge") and asked.get("code_challenge_method") != "S256":
            return "invalid_request"
        return ""

    def _end(self, request: Request) -> Answer:
        target = request.values.get("post_logout_redirect_uri", "")
        if urlsplit(target).hostname in ("127.0.0.1", "localhost"):
            return Answer(302, b"", {"Location": target})
        return html(200, "Signed out")


def _back(redirect: str, asked: Mapping[str, str], told: Mapping[str, str]) -> Answer:
    """Back to the client: form_post, the default, or in the address."""
    fields = {**told, "state": asked["state"]} if asked.get("state") else dict(told)
    if asked.get("response_mode", "form_post") == "query":
        return Answer(302, b"", {"Location": f"{redirect}{'&' if urlsplit(redirect).query else '?'}{urlencode(fields)}"})
    inputs = "".join(f'<input type="hidden" name="{escape(k)}" value="{escape(v)}">' for k, v in fields.items())
    form = f'<form method="post" action="{escape(redirect)}">{inputs}<button>Continue</button></form>'
    return html(200, "Signed in", f"{form}<script>document.forms[0].submit()</script>")
