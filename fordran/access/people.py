"""Who may do what at an organisation: roles are given, changed and taken here, and nowhere else but at the command line.

A *Customer Administrator* gives and takes roles, and sees nothing of the companies by that alone. An *AutoCollect User* reads,
works or signs, at every company of the organisation or at one, up to a last day or until the role is taken. Whose role has
changed goes on under a new session key (`doors.py`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models.functions import Now

from fordran.access.models import Departure, Seat
from fordran.access.roles import RANK
from fordran.audit.record import record_event
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, Membership, Organisation

Giver = User | str
"""Who gives or takes: an administrator, or by its name the command line, which no rule here holds for."""

NOT_YOURS = "only a Customer Administrator of the organisation gives and takes roles there"
ELSEWHERE = "that company is not one of the organisation's"
TOLD_ELSEWHERE = "the role is told by whoever signs the person in, and is changed there"
OVER_ALREADY = "the last day has been; a role is taken, not given up to yesterday"
OWN = "nobody raises their own role while there is another administrator, who can"
LAST = "the organisation would be without a Customer Administrator"
NO_ROLE = "there is no such role"
SECOND = "another Customer Administrator has to say yes to it"
ALONE_AFTER = timedelta(hours=24)
"""Who has removed the other administrators is alone from then on, by the database's clock."""


class NeedsSecond(Refused):
    """All is right, but one person's yes is not enough: `proposals.py` keeps it for another's."""

    def __init__(self) -> None:
        super().__init__(SECOND, field="reach")


@dataclass(frozen=True, slots=True)
class Given:
    """AutoCollect User, as it was given. `creditor` None: at every company, those to come included. `by`: a person's name, or
    what gave it (the command line, the sign-in)."""

    creditor: Creditor | None
    reach: str
    until_on: date | None
    by: str
    on: date | None
    told: bool  # by whoever signs the person in
    over: bool


@dataclass(frozen=True, slots=True)
class Person:
    """`by`, `on`: of the seat's last change."""

    user: User
    administrator: bool
    by: str
    on: date | None
    roles: tuple[Given, ...]

    @property
    def told(self) -> bool:
        """True when something of it is told by whoever signs the person in."""
        return any(role.told for role in self.roles)


def people_of(organisation: Organisation, today: date) -> list[Person]:
    """Everybody with a seat or a role at one of its companies, by name. Three statements."""
    seats = {seat.user_id: seat for seat in Seat.objects.filter(organisation=organisation).select_related("user")}
    single: dict[int, list[Membership]] = {}
    for one in Membership.objects.filter(creditor__organisation=organisation).select_related("user", "creditor"):
        single.setdefault(one.user_id, []).append(one)
    rows: list[Seat | Membership] = [*seats.values()]
    rows += [one for some in single.values() for one in some]
    names = names_of(rows)
    found = [_person(seats.get(pk), single.get(pk, []), names, today) for pk in {*seats, *single}]
    return sorted(found, key=lambda person: (name_of(person.user).casefold(), person.user.pk))


def person_of(organisation: Organisation, user_id: int, today: date) -> Person | None:
    seat = Seat.objects.filter(organisation=organisation, user_id=user_id).select_related("user").first()
    single = Membership.objects.filter(creditor__organisation=organisation, user_id=user_id).select_related("user", "creditor")
    rows: list[Seat | Membership] = [*single]
    rows += [seat] if seat else []
    return _person(seat, list(single), names_of(rows), today) if rows else None


def name_of(user: User) -> str:
    return user.get_full_name() or user.get_username()


def names_of(rows: Iterable[Seat | Membership]) -> dict[str, str]:
    """Account name -> name, of those who gave the roles: an account that another door made has no name to be known by."""
    givers = User.objects.filter(username__in={row.given_by for row in rows})
    return {user.get_username(): name_of(user) for user in givers}


def administrators(organisation: Organisation) -> list[User]:
    """Who can sign in and is Customer Administrator, oldest seat first."""
    seats = Seat.objects.filter(organisation=organisation, administrator=True, user__is_active=True).select_related("user")
    return [seat.user for seat in seats.order_by("pk")]


def _person(seat: Seat | None, single: Iterable[Membership], names: dict[str, str], today: date) -> Person:
    def given(row: Seat | Membership, creditor: Creditor | None, reach: str) -> Given:
        over = row.until_on is not None and row.until_on < today
        return Given(
            creditor, reach, row.until_on, names.get(row.given_by, row.given_by), row.given_on, row.origin == "token", over
        )

    roles = [given(seat, None, seat.reach)] if seat and seat.reach else []
    ordered = sorted(single, key=lambda one: (one.creditor.name.casefold(), one.creditor_id))
    roles += [given(one, one.creditor, one.role) for one in ordered]
    user = seat.user if seat else ordered[0].user
    if seat is None:
        return Person(user, False, "", None, tuple(roles))
    return Person(user, seat.administrator, names.get(seat.given_by, seat.given_by), seat.given_on, tuple(roles))


@transaction.atomic
def give_role(
    organisation: Organisation, user: User, reach: str, *, creditor: Creditor | None, until: date | None, by: Giver, today: date,
    second: User | None = None,
) -> bool:  # fmt: skip
    """AutoCollect User: `reach` at the creditor, or with None at every company, up to and with the day `until`. An earlier role
    at the same place is replaced. False when it stood so before. Raises Refused; NeedsSecond for the right to sign, or more
    time of it, without a `second` person's yes.

    Nobody raises their own role or puts off its end while another administrator could do it. One who is alone may: the
    set-up begins so.
    """
    check_giver(organisation, by, creditor)
    if until is not None and until < today:
        raise Refused(OVER_ALREADY, field="until")
    before = _role_at(organisation, user, creditor)
    if before and before.origin == "token":
        raise Refused(TOLD_ELSEWHERE, field="reach")
    old = _reach_in(before)
    if before and (old, before.until_on) == (reach, until):
        return False
    more = _is_more(old, before.until_on if before else None, reach, until, today)
    if by == user and more and _others(organisation, user):
        raise Refused(OWN, field="reach")
    if more and (reach == "sign" or by == user) and second is None and needs_second(organisation, by):
        raise NeedsSecond
    values = {"until_on": until, "given_by": _name(by), "given_on": today, "origin": "given"}
    if creditor is None:
        Seat.objects.update_or_create(organisation=organisation, user=user, defaults={**values, "reach": reach})
    else:
        Membership.objects.update_or_create(creditor=creditor, user=user, defaults={**values, "role": reach})
    _record(organisation, creditor, today, by, "role given", user, reach=reach, before=old, until=until, second=_second(second))
    return True


@transaction.atomic
def take_role(organisation: Organisation, user: User, *, creditor: Creditor | None, by: Giver, today: date) -> None:
    """The role at the creditor, or at every company, is over at once. Raises Refused."""
    check_giver(organisation, by, creditor)
    before = _role_at(organisation, user, creditor)
    if before is None or not _reach_in(before):
        raise Refused(NO_ROLE)
    if before.origin == "token":
        raise Refused(TOLD_ELSEWHERE)
    reach = _reach_in(before)
    if isinstance(before, Seat) and before.administrator:
        before.reach, before.until_on = "", None
        before.save(update_fields=["reach", "until_on"])
    else:
        before.delete()
    _record(organisation, creditor, today, by, "role taken", user, before=reach)


@transaction.atomic
def make_administrator(organisation: Organisation, user: User, *, by: Giver, today: date, second: User | None = None) -> bool:
    """Customer Administrator: gives and takes roles. False when the person was one already. Raises Refused; NeedsSecond as
    `give_role` does."""
    check_giver(organisation, by, None)
    seat = Seat.objects.filter(organisation=organisation, user=user).first()
    if seat and seat.administrator:
        return False
    if second is None and needs_second(organisation, by):
        raise NeedsSecond
    values = {"administrator": True, "given_by": _name(by), "given_on": today}
    Seat.objects.update_or_create(organisation=organisation, user=user, defaults=values)
    _record(organisation, None, today, by, "administrator made", user, second=_second(second))
    return True


@transaction.atomic
def remove_administrator(organisation: Organisation, user: User, *, by: Giver, today: date) -> None:
    """No longer Customer Administrator; a role as AutoCollect User stays. Raises Refused for the last one."""
    check_giver(organisation, by, None)
    seat = Seat.objects.filter(organisation=organisation, user=user, administrator=True).first()
    if seat is None:
        raise Refused(NO_ROLE)
    if not _others(organisation, user):
        raise Refused(LAST)
    if seat.reach:
        seat.administrator = False
        seat.save(update_fields=["administrator"])
    else:
        seat.delete()
    if isinstance(by, User) and by != user:
        Departure.objects.create(organisation=organisation, user=user)
    _record(organisation, None, today, by, "administrator removed", user)


def needs_second(organisation: Organisation, by: Giver) -> bool:
    """True when the giver's yes is not enough for what reaches far: there is another administrator, or one was removed by
    another less than a day ago."""
    return isinstance(by, User) and (_others(organisation, by) or just_left(organisation))


def just_left(organisation: Organisation) -> bool:
    return Departure.objects.filter(organisation=organisation, at__gt=Now() - ALONE_AFTER).exists()


def check_giver(organisation: Organisation, by: Giver, creditor: Creditor | None) -> None:
    """Two changes at an organisation wait for each other, so that two administrators cannot remove each other at once."""
    Organisation.objects.select_for_update().get(pk=organisation.pk)
    if isinstance(by, User) and not Seat.objects.filter(organisation=organisation, user=by, administrator=True).exists():
        raise Refused(NOT_YOURS)
    if creditor is not None and creditor.organisation_id != organisation.pk:
        raise Refused(ELSEWHERE, field="company")


def _role_at(organisation: Organisation, user: User, creditor: Creditor | None) -> Seat | Membership | None:
    if creditor is None:
        return Seat.objects.filter(organisation=organisation, user=user).first()
    return Membership.objects.filter(creditor=creditor, user=user).first()


def _reach_in(row: Seat | Membership | None) -> str:
    if row is None:
        return ""
    return str(row.reach if isinstance(row, Seat) else row.role)


def _is_more(old: str, old_until: date | None, new: str, until: date | None, today: date) -> bool:
    """True when the new role reaches farther than the old one, or longer."""
    if not old or (old_until is not None and old_until < today) or RANK[new] > RANK[old]:
        return True
    return old_until is not None and (until is None or until > old_until)


def _others(organisation: Organisation, user: User) -> bool:
    return any(one.pk != user.pk for one in administrators(organisation))


def _second(second: User | None) -> str | None:
    return second.get_username() if second else None


def _name(by: Giver) -> str:
    return by.get_username() if isinstance(by, User) else by


def _record(
    organisation: Organisation, creditor: Creditor | None, today: date, by: Giver, verb: str, user: User, **data: object
) -> None:
    """At the creditor where it is about one, which the caller's transaction must see; else at none."""
    said = {name: value for name, value in data.items() if value is not None}
    record_event(
        creditor.pk if creditor else None, today, _name(by), verb, f"user {user.pk}", organisation=organisation.pk, **said
    )
