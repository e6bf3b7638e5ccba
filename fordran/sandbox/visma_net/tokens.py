"""What Visma Connect remembers: access tokens, codes, refresh tokens; and how it signs (integrations paper 1.2, 4)."""

from __future__ import annotations

import json
import secrets
import threading
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from fordran.sandbox.visma_net.settings import Person


@dataclass(frozen=True, slots=True)
class Grant:
    """What a token stands for. `sub` is "" where a service signed in."""

    client: str
    tenant: str
    scopes: frozenset[str]
    expires: float
    sub: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    grant: Grant
    redirect: str
    nonce: str
    challenge: str


class Tokens:
    """Everything is forgotten when the server stops. Safe to use from several threads."""

    def __init__(self) -> None:
        self._access: dict[str, Grant] = {}
        self._refresh: dict[str, Grant] = {}
        self._codes: dict[str, Code] = {}
        self._used: dict[str, Grant] = {}  # codes and refresh tokens that were used: used again, all is revoked
        self._lock = threading.Lock()

    def issue(self, grant: Grant, now: float) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            for old in [old for old, one in self._access.items() if one.expires <= now]:
                del self._access[old]
            self._access[token] = grant
        return token

    def access(self, token: str, now: float) -> Grant | None:
        grant = self._access.get(token)
        return grant if grant and now < grant.expires else None

    def issue_refresh(self, grant: Grant) -> str:
        token = secrets.token_urlsafe(32)
        with self._lock:
            self._refresh[token] = grant
        return token

    def use_refresh(self, token: str, client: str, now: float) -> Grant | None:
        """A refresh token works once; used again, everything this client holds for this person is revoked."""
        with self._lock:
            grant = self._refresh.pop(token, None)
            if grant is None:
                self._replayed(token, client)
                return None
            if grant.client != client:
                self._refresh[token] = grant
                return None
            self._used[token] = grant
            return grant if now < grant.expires else None

    def issue_code(self, code: Code) -> str:
        text = secrets.token_urlsafe(24)
        with self._lock:
            self._codes[text] = code
        return text

    def use_code(self, text: str, client: str, now: float) -> Code | None:
        with self._lock:
            code = self._codes.pop(text, None)
            if code is None:
                self._replayed(text, client)
                return None
            self._used[text] = code.grant
            return code if now < code.grant.expires and code.grant.client == client else None

    def _replayed(self, text: str, client: str) -> None:
        grant = self._used.get(text)
        if grant is not None and grant.client == client:
            for kept in (self._access, self._refresh):
                for token in [t for t, g in kept.items() if (g.client, g.sub) == (grant.client, grant.sub)]:
                    del kept[token]

    def forget(self, token: str) -> None:
        """The token, access or refresh, is no longer taken."""
        with self._lock:
            self._access.pop(token, None)
            self._refresh.pop(token, None)

    def forget_all(self) -> None:
        """Every access token has run out early; refresh tokens still work."""
        with self._lock:
            self._access.clear()


class Signer:
    """Signs id_tokens with RS256 (RFC 7515, 7518 section 3.3). The key is made when it is first needed."""

    @cached_property
    def _key(self) -> rsa.RSAPrivateKey:
        return rsa.generate_private_key(public_exponent=65537, key_size=2048)

    @cached_property
    def jwk(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        e, n = (encode(number.to_bytes((number.bit_length() + 7) // 8)) for number in (numbers.e, numbers.n))
        thumb = sha256(json.dumps({"e": e, "kty": "RSA", "n": n}, separators=(",", ":")).encode()).digest()  # RFC 7638
        return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": encode(thumb), "n": n, "e": e}

    def sign(self, claims: dict[str, Any]) -> str:
        head = {"alg": "RS256", "kid": self.jwk["kid"], "typ": "JWT"}
        signed = ".".join(encode(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
        return f"{signed}.{encode(self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256()))}"


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def half_hash(token: str) -> str:
    """`at_hash` and `c_hash` of OpenID Connect Core 3.3.2.11."""
    return encode(sha256(token.encode()).digest()[:16])


def claims_of(person: Person, scopes: frozenset[str]) -> dict[str, Any]:
    claims: dict[str, Any] = {"sub": person.sub}
    if "profile" in scopes:
        claims |= {"name": person.name, "given_name": person.given_name, "family_name": person.family_name}
    if "email" in scopes:
        claims |= {"email": person.email, "email_verified": True}
    return claims
