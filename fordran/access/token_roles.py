"""Roles that come with the sign-in, where a provider sends them: given, refreshed and taken away each time the person comes.

A list in the configuration says which of the provider's roles is which of ours; what does not stand there gives nothing. What a
person has given is never touched, and a role that the token brought goes away as the token stops naming it. Where a
provider sends no roles nothing changes.

An element of the claim is a role's name, or {"role": name, "company": organisation number or tenant id}. Without a company a
role holds at the only organisation there is, else at those where the person has a seat already.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from fordran.access.models import Seat
from fordran.access.roles import RANK
from fordran.audit.record import record_event
from fordran.creditors.models import Creditor, Membership, Organisation

TOKEN = "token"  # noqa: S105  (an origin)
BY = "sign-in"
"""The actor of changes that a token makes."""


@dataclass
class _Told:
    """What the token gives."""

    administers: set[int] = field(default_factory=set)  # organisations
    reach: dict[int, str] = field(default_factory=dict)  # organisation -> read, work, sign
    at: dict[int, str] = field(default_factory=dict)  # creditor -> read, work, sign


def company_by_number(key: str) -> Creditor | None:
    digits = key.replace("-", "")
    return Creditor.objects.filter(organisation_number=digits).first() if digits.isdigit() else None


def take_roles(
    user: User, claims: Mapping[str, Any], today: date, *, company_of: Callable[[str], Creditor | None] = company_by_number
) -> int:
    """Make the person's roles of origin `token` what the claims say. How many were given, changed or taken away.

    Nothing happens where no provider with roles is configured, or where the claim is not there at all. `company_of`: finds a
    company by what the token calls it.
    """
    known = settings.CONNECT
    if known is None or not known.roles or known.roles_claim not in claims:
        return 0
    told = _read(user, claims[known.roles_claim], known.roles, company_of)
    with transaction.atomic():
        return _seats(user, told, today) + _memberships(user, told, today)


def _read(user: User, claim: Any, levels: Mapping[str, str], company_of: Callable[[str], Creditor | None]) -> _Told:
    told = _Told()
    for one in claim if isinstance(claim, list) else [claim]:
        name, company = (one.get("role"), one.get("company")) if isinstance(one, dict) else (one, None)
        level = levels.get(name) if isinstance(name, str) else None
        if level is None:
            continue
        if company is None:
            _everywhere(user, level, told)
            continue
        creditor = company_of(str(company))
        if creditor is not None and level != "administrator":
            told.at[creditor.pk] = max(told.at.get(creditor.pk, ""), level, key=RANK.__getitem__)
        elif creditor is not None and creditor.organisation_id is not None:
            told.administers.add(creditor.organisation_id)
    return told


def _everywhere(user: User, level: str, told: _Told) -> None:
    places = list(Organisation.objects.values_list("pk", flat=True)[:2])
    if len(places) > 1:
        places = list(Seat.objects.filter(user=user).values_list("organisation_id", flat=True))
    for place in places:
        if level == "administrator":
            told.administers.add(place)
        else:
            told.reach[place] = max(told.reach.get(place, ""), level, key=RANK.__getitem__)


def _seats(user: User, told: _Told, today: date) -> int:
    changed = 0
    kept = {seat.organisation_id: seat for seat in Seat.objects.select_for_update().filter(user=user)}
    wanted = {place: (place in told.administers, told.reach.get(place, "")) for place in {*told.administers, *told.reach}}
    for place, (administrator, reach) in wanted.items():
        seat = kept.get(place)
        if seat is not None and (seat.origin != TOKEN or (seat.administrator, seat.reach) == (administrator, reach)):
            continue
        values = {"administrator": administrator, "reach": reach, "origin": TOKEN, "given_by": BY, "given_on": today}
        Seat.objects.update_or_create(organisation_id=place, user=user, defaults=values)
        record_event(None, today, BY, "role told", str(user.pk), organisation=place, administrator=administrator, reach=reach)
        changed += 1
    for place, seat in kept.items():
        if seat.origin == TOKEN and place not in wanted:
            seat.delete()
            record_event(None, today, BY, "role no longer told", str(user.pk), organisation=place)
            changed += 1
    return changed


def _memberships(user: User, told: _Told, today: date) -> int:
    changed = 0
    kept = {one.creditor_id: one for one in Membership.objects.select_for_update().filter(user=user)}
    for place, role in told.at.items():
        one = kept.get(place)
        if one is not None and (one.origin != TOKEN or one.role == role):
            continue
        values = {"role": role, "origin": TOKEN, "given_by": BY, "given_on": today, "until_on": None}
        Membership.objects.update_or_create(creditor_id=place, user=user, defaults=values)
        record_event(None, today, BY, "role told", str(user.pk), creditor=place, role=role)
        changed += 1
    for place, one in kept.items():
        if one.origin == TOKEN and place not in told.at:
            one.delete()
            record_event(None, today, BY, "role no longer told", str(user.pk), creditor=place)
            changed += 1
    return changed
