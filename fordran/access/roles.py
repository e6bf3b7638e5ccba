"""What a person may do, and where: seats at an organisation and roles at single companies, as they hold on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from fordran.access.models import REACH, Seat
from fordran.creditors.models import Creditor, Membership, Organisation

RANK = {"": -1, **{name: rank for rank, name in enumerate(REACH)}}
"""Role -> how far it reaches."""


@dataclass(frozen=True, slots=True)
class Role:
    """A company, and how far a person reaches there: read, work or sign."""

    creditor: Creditor
    reach: str


def reach_at(user_id: int, creditor: Creditor, today: date) -> str:
    """The farthest role of the person at the creditor today; "" = none. One statement: every page asks."""
    here = _valid(Membership.objects.filter(user_id=user_id, creditor=creditor), today).values_list("role", flat=True)
    seats = _valid(Seat.objects.filter(user_id=user_id, organisation_id=creditor.organisation_id or 0), today)
    found = here.union(seats.values_list("reach", flat=True))
    return max(found, key=RANK.__getitem__, default="")


def roles_of(user_id: int, today: date) -> list[Role]:
    """Every company the person reaches, by name. Three statements, however many companies."""
    reach: dict[int, str] = {}
    found: dict[int, Creditor] = {}
    for one in _valid(Membership.objects.filter(user_id=user_id).select_related("creditor"), today):
        found[one.creditor_id], reach[one.creditor_id] = one.creditor, one.role
    seats = {s.organisation_id: s.reach for s in _valid(Seat.objects.filter(user_id=user_id).exclude(reach=""), today)}
    for creditor in Creditor.objects.filter(organisation_id__in=list(seats)):
        found[creditor.pk] = creditor
        assert creditor.organisation_id is not None
        reach[creditor.pk] = max(reach.get(creditor.pk, ""), seats[creditor.organisation_id], key=RANK.__getitem__)
    return sorted((Role(found[pk], reach[pk]) for pk in found), key=lambda role: (role.creditor.name, role.creditor.pk))


def organisations_of(user_id: int, *, administrator: bool = True) -> list[Organisation]:
    """Where the person is Customer Administrator; with `administrator=False` wherever they have a seat."""
    seats = Seat.objects.filter(user_id=user_id).select_related("organisation")
    if administrator:
        seats = seats.filter(administrator=True)
    return [seat.organisation for seat in seats.order_by("organisation__name", "pk")]


def has_role_at(user_id: int, organisation: Organisation, today: date) -> bool:
    """True when the person is AutoCollect User at the organisation, though it may have no company registered yet."""
    return _valid(Seat.objects.filter(user_id=user_id, organisation=organisation).exclude(reach=""), today).exists()


def who_can_give(creditor: Creditor, today: date) -> list[str]:
    """Names of those who can give a role at the creditor: its administrators, and who may sign there."""
    people = [
        *(seat.user for seat in Seat.objects.filter(organisation_id=creditor.organisation_id or 0, administrator=True)
          .select_related("user").order_by("pk")),
        *(one.user for one in _valid(Membership.objects.filter(creditor=creditor, role="sign"), today)
          .select_related("user").order_by("pk")),
    ]  # fmt: skip
    return list(dict.fromkeys(user.get_full_name() or user.get_username() for user in people))


def _valid(rows: QuerySet, today: date) -> QuerySet:  # type: ignore[type-arg]
    return rows.filter(Q(until_on=None) | Q(until_on__gte=today))
