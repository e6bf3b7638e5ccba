"""What the provider that signs a person in tells of them: who they are, and which companies they see there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.models import User

from fordran.access.adapters import PROVIDER_ID


@dataclass(frozen=True, slots=True)
class Tenant:
    """A company in the provider's eyes. `name` "" = it tells none."""

    id: str
    name: str


def claims_of(user: User) -> dict[str, Any]:
    """What the provider told at the latest sign-in, userinfo over token; empty for who signs in otherwise."""
    account = SocialAccount.objects.filter(user=user, provider=PROVIDER_ID).first()
    if account is None:
        return {}
    told = account.extra_data
    return {**told.get("id_token", {}), **told.get("userinfo", {})}


def tenants_of(user: User) -> list[Tenant]:
    """The companies that the provider says the person may see, in its order; none where it does not tell."""
    return tenants_in(claims_of(user))


def tenants_in(claims: Mapping[str, Any]) -> list[Tenant]:
    """Of a claim `tenants`: a list of {"id", "name"} or of ids, or such a list as JSON in a string; else none."""
    told = claims.get("tenants")
    if isinstance(told, str):
        try:
            told = json.loads(told)
        except ValueError:
            return []
    if not isinstance(told, list):
        return []
    found: dict[str, Tenant] = {}
    for one in told:
        key, name = (one.get("id"), one.get("name", "")) if isinstance(one, dict) else (one, "")
        if isinstance(key, str) and key:
            found.setdefault(key, Tenant(key, name if isinstance(name, str) else ""))
    return list(found.values())
