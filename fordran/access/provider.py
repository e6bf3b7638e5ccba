"""Who signs people in for us by OpenID Connect, as the environment tells. No Django here: the settings file reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from fordran.core.problems import Refused

LEVELS = ("administrator", "read", "work", "sign")
"""What a role of the provider's can be mapped to: Customer Administrator, or how far an AutoCollect User reaches."""

SCOPES = "openid profile email"


@dataclass(frozen=True, slots=True)
class Provider:
    """`url`: the issuer, below which /.well-known/openid-configuration lies. `name`: as people call it. `scopes`: what is asked
    for; a provider that tells a person's companies for a scope of its own has that here too. `roles`: the provider's name of a
    role -> one of LEVELS; empty = it sends none, and our own tables are the truth. `roles_claim`: where in the token they stand.
    """

    url: str
    client: str
    secret: str
    name: str
    scopes: tuple[str, ...]
    roles: Mapping[str, str]
    roles_claim: str

    @property
    def origin(self) -> str:
        """For the policy that says where a form may lead: scheme, host and port."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}"


def provider_from(environ: Mapping[str, str]) -> Provider | None:
    """FORDRAN_CONNECT_URL, _CLIENT, _SECRET (or _SECRET_FILE), _NAME, _SCOPES, _ROLES, _ROLES_CLAIM; None without an address.

    Raises Refused when something is missing, or the address is neither https nor this machine.
    """
    url = environ.get("FORDRAN_CONNECT_URL", "").rstrip("/").removesuffix("/.well-known/openid-configuration")
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme != "https" and (parts.scheme, parts.hostname) not in (("http", "127.0.0.1"), ("http", "localhost")):
        raise Refused("tokens must not cross a network in the clear: give an address with https", field="FORDRAN_CONNECT_URL")
    client, secret = environ.get("FORDRAN_CONNECT_CLIENT", ""), _secret(environ)
    if not client or not secret:
        raise Refused("give the client's id and its secret too", field="FORDRAN_CONNECT_CLIENT, FORDRAN_CONNECT_SECRET")
    return Provider(
        url, client, secret, environ.get("FORDRAN_CONNECT_NAME") or str(parts.hostname),
        tuple((environ.get("FORDRAN_CONNECT_SCOPES") or SCOPES).split()), _roles(environ.get("FORDRAN_CONNECT_ROLES", "")),
        environ.get("FORDRAN_CONNECT_ROLES_CLAIM") or "roles",
    )  # fmt: skip


def _secret(environ: Mapping[str, str]) -> str:
    place = environ.get("FORDRAN_CONNECT_SECRET_FILE")
    if not place:
        return environ.get("FORDRAN_CONNECT_SECRET", "")
    try:
        return Path(place).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise Refused(f"cannot read the file: {error.strerror}", field="FORDRAN_CONNECT_SECRET_FILE") from None


def _roles(text: str) -> dict[str, str]:
    """`Customer Administrator=administrator,AutoCollect User=work` -> a table. Raises Refused."""
    table = {}
    for pair in filter(None, (part.strip() for part in text.split(","))):
        name, _, level = (part.strip() for part in pair.rpartition("="))
        if not name or level not in LEVELS:
            raise Refused(f"write the provider's role, = and one of {', '.join(LEVELS)}: {pair}", field="FORDRAN_CONNECT_ROLES")
        table[name] = level
    return table
