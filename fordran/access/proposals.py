"""What reaches far waits for a second yes: the right to sign, and being Customer Administrator.

Where an organisation has two administrators or more, one of them proposes and another approves: neither the proposer nor, if
there is a third, the person it is for. Where the two are the only ones, the one it is for is the second. A proposal is
checked by the same rules as a role when it is made and again when it is approved; it stands while its proposer is an
administrator, for thirty days at most. A new one for the same place takes the place of the old.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from fordran.access.models import RoleProposal, Seat
from fordran.access.people import NeedsSecond, administrators, check_giver, give_role, make_administrator, needs_second
from fordran.audit.record import record_event
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, Organisation

DAYS = 30
"""How long a proposal waits, its own day not counted."""

NOT_WAITING = "the proposal waits no more"
OWN_PROPOSAL = "who proposed it does not approve it"
FOR_YOU = "another administrator approves it, not the person it is for"


@transaction.atomic
def give_or_propose(
    organisation: Organisation, user: User, reach: str, *, creditor: Creditor | None, until: date | None, by: User, today: date
) -> bool | RoleProposal:
    """As `give_role`, and the proposal where a second yes is wanted. Raises Refused."""
    try:
        return give_role(organisation, user, reach, creditor=creditor, until=until, by=by, today=today)
    except NeedsSecond:
        if reach != "sign":  # one's own, the day after the other administrator was removed
            raise
    return _propose(organisation, user, creditor=creditor, reach=reach, until=until, by=by, today=today)


@transaction.atomic
def make_or_propose(organisation: Organisation, user: User, *, by: User, today: date) -> bool | RoleProposal:
    """As `make_administrator`, and the proposal where a second yes is wanted. Raises Refused."""
    try:
        return make_administrator(organisation, user, by=by, today=today)
    except NeedsSecond:
        return _propose(organisation, user, creditor=None, reach="", until=None, by=by, today=today)


def waiting(organisation: Organisation, today: date) -> QuerySet[RoleProposal]:
    """Those that can be approved, the oldest first."""
    seats = Seat.objects.filter(organisation=organisation, administrator=True, user=OuterRef("proposed_by"))
    rows = RoleProposal.objects.filter(
        Exists(seats), organisation=organisation, verdict="", proposed_by__is_active=True,
        proposed_on__gte=today - timedelta(days=DAYS),
    )  # fmt: skip
    return rows.select_related("user", "creditor", "proposed_by").order_by("pk")


def why_not(proposal: RoleProposal, by: User) -> str:
    """Why the administrator cannot approve it; "" when they can."""
    if by == proposal.proposed_by:
        return OWN_PROPOSAL if needs_second(proposal.organisation, by) else ""
    if by == proposal.user and any(one not in (by, proposal.proposed_by) for one in administrators(proposal.organisation)):
        return FOR_YOU
    return ""


@transaction.atomic
def approve(organisation: Organisation, proposal_id: int, *, by: User, today: date) -> RoleProposal:
    """The second yes: the role is there. Its proposer says it only when they have become alone. Raises Refused."""
    row = _take(organisation, proposal_id, by, today)
    why = why_not(row, by)
    if why:
        raise Refused(why)
    if row.administrator:
        make_administrator(organisation, row.user, by=row.proposed_by, second=by, today=today)
    else:
        give_role(
            organisation, row.user, row.reach, creditor=row.creditor, until=row.until_on, by=row.proposed_by, second=by,
            today=today,
        )  # fmt: skip
    return _decide(row, "approved", by, today)


@transaction.atomic
def turn_down(organisation: Organisation, proposal_id: int, *, by: User, today: date) -> RoleProposal:
    """Nothing comes of it: withdrawn by its proposer, rejected by anybody else. Raises Refused."""
    row = _take(organisation, proposal_id, by, today)
    return _decide(row, "withdrawn" if by == row.proposed_by else "rejected", by, today)


def _take(organisation: Organisation, proposal_id: int, by: User, today: date) -> RoleProposal:
    check_giver(organisation, by, None)
    row = waiting(organisation, today).select_for_update(of=("self",)).filter(pk=proposal_id).first()
    if row is None:
        raise Refused(NOT_WAITING)
    return row


def _decide(row: RoleProposal, verdict: str, by: User, today: date) -> RoleProposal:
    row.verdict, row.decided_by, row.decided_on = verdict, by, today
    row.alone = verdict == "approved" and by == row.proposed_by
    row.save(update_fields=["verdict", "decided_by", "decided_on", "alone"])
    _record(row, f"role proposal {verdict}", by, today)
    return row


def _propose(
    organisation: Organisation, user: User, *, creditor: Creditor | None, reach: str, until: date | None, by: User, today: date
) -> RoleProposal:
    old = RoleProposal.objects.select_for_update().filter(
        organisation=organisation, user=user, creditor=creditor, administrator=not reach, verdict=""
    )
    for row in old:
        if (row.proposed_by, row.until_on) == (by, until) and row.proposed_on >= today - timedelta(days=DAYS):
            return row
        _decide(row, "replaced", by, today)
    made = RoleProposal.objects.create(
        organisation=organisation, user=user, creditor=creditor, administrator=not reach, reach=reach, until_on=until,
        proposed_by=by, proposed_on=today,
    )  # fmt: skip
    _record(made, "role proposed", by, today)
    return made


def _record(row: RoleProposal, verb: str, by: User, today: date) -> None:
    said = {"creditor": row.creditor_id, "reach": row.reach or None, "until": row.until_on}
    record_event(
        None, today, by.get_username(), verb, f"user {row.user_id}", organisation=row.organisation_id, proposal=row.pk,
        administrator=row.administrator, **{name: value for name, value in said.items() if value is not None},
    )  # fmt: skip
