"""Who else may say yes to a payout account, and who is told of it by e-mail."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.contrib.auth.models import User
from django.db.models import Q

from fordran.access.models import Seat
from fordran.creditors.models import Creditor, Membership, PayoutAccount


def signers(creditor: Creditor, today: date) -> list[User]:
    """The active people who may sign at the creditor today, by name of account."""
    holds = Q(until_on=None) | Q(until_on__gte=today)
    ids = {
        *Membership.objects.filter(holds, creditor=creditor, role="sign").values_list("user_id", flat=True),
        *Seat.objects.filter(holds, organisation_id=creditor.organisation_id or 0, reach="sign").values_list(
            "user_id", flat=True
        ),
    }
    return list(User.objects.filter(pk__in=ids, is_active=True).order_by("username"))


def is_alone(creditor: Creditor, username: str, today: date) -> bool:
    """True when nobody but this person may sign at the creditor today."""
    return all(user.username == username for user in signers(creditor, today))


def told_of(creditor: Creditor, row: PayoutAccount, today: date, *, also: Iterable[str] = ()) -> list[str]:
    """Addresses that hear of the account: who proposed it, everyone who may sign, `also` (names of accounts), the contact."""
    names = {row.proposed_by, row.approved_by, *also, *(user.username for user in signers(creditor, today))}
    found = list(User.objects.filter(username__in=names - {""}, is_active=True).values_list("email", flat=True))
    return sorted({address for address in (*found, creditor.contact_email) if address})
