"""A seal over each approved payout account, so that a row that was changed or approved in the database itself gets no money.

The seal is a hash under a key that lies outside the database (`db/seals.py`). Who can write to the tables, but does not hold
the key, can neither move money to another account nor say yes to one.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction

from fordran.creditors import accounts
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.db.seals import blind
from fordran.payouts.models import AccountSeal

BROKEN = (
    "a payout account ({kind} …{end}) is approved in the database without the seal of an approval: no money goes there; take it "
    "away and propose it anew, and find out who changed the row"
)


@transaction.atomic
def approve(creditor: Creditor, account_id: int, *, by: str, today: date, alone: bool = False) -> PayoutAccount:
    """`creditors.accounts.approve`, and its seal. Raises Refused."""
    row = accounts.approve(creditor, account_id, by=by, today=today, alone=alone)
    AccountSeal.objects.update_or_create(account=row, defaults={"creditor": creditor, "digest": digest(row)})
    return row


def digest(row: PayoutAccount) -> bytes:
    said = (row.pk, row.creditor_id, row.kind, row.number, row.approved_by, row.approved_on)
    return blind(f"payout account {said!r}")


def approved(creditor: Creditor) -> list[PayoutAccount]:
    """Those whose seal holds, the preferred one first, then the latest."""
    return [row for row, holds in _looked_at(creditor) if holds]


def broken(creditor: Creditor) -> list[str]:
    """A sentence for each that says it is approved and has no seal, or another's."""
    return [BROKEN.format(kind=row.kind, end=row.number[-4:]) for row, holds in _looked_at(creditor) if not holds]


def _looked_at(creditor: Creditor) -> list[tuple[PayoutAccount, bool]]:
    rows = PayoutAccount.objects.filter(creditor=creditor, approved_on__isnull=False).order_by(
        "-preferred", "-approved_on", "-id"
    )
    seals = dict(AccountSeal.objects.filter(creditor=creditor).values_list("account_id", "digest"))
    return [(row, bytes(seals.get(row.pk, b"")) == digest(row)) for row in rows]
