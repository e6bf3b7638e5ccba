"""The stored account plan of a creditor."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from fordran.audit.record import record_event
from fordran.books import models
from fordran.books.plan import AccountPlan, Role, read_accounts
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor


def plan_of(creditor: Creditor) -> AccountPlan:
    row = models.Plan.objects.filter(creditor=creditor).first()
    if row is None:
        return AccountPlan()
    return AccountPlan(dict(row.accounts), row.series, row.closed_until, row.starts_on, row.payment_account, row.year_starts)


@transaction.atomic
def change_accounts(
    creditor: Creditor, accounts: Mapping[str, object], *, by: str, today: date, settings: Mapping[str, object] | None = None
) -> AccountPlan:
    """Set accounts by role; a role set to "" goes back to its default. `settings`: series, closed_until, starts_on,
    payment_account, year_starts. Vouchers already made stay as they are. Raises Refused."""
    row = models.Plan.objects.select_for_update().filter(creditor=creditor).first() or models.Plan(creditor=creditor)
    back = {key for key, value in accounts.items() if value == "" and key.partition(" ")[0] in set(Role)}
    new = read_accounts({key: value for key, value in accounts.items() if key not in back})
    row.accounts = {key: value for key, value in {**row.accounts, **new}.items() if key not in back}
    for name, value in _checked(settings or {}).items():
        setattr(row, name, value)
    row.save()
    record_event(creditor.pk, today, by, "account plan changed", creditor.name, accounts=", ".join(sorted({*new, *back})))
    return plan_of(creditor)


def _checked(settings: Mapping[str, object]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in settings.items():
        if name == "series" and isinstance(value, str) and value.isascii() and value.isalnum() and len(value) <= 5:
            found[name] = value
        elif name in ("closed_until", "starts_on") and (value is None or type(value) is date):
            found[name] = value
        elif name == "payment_account" and isinstance(value, str | int):
            found[name] = str(value).strip()
        elif name == "year_starts" and type(value) is int and 1 <= value <= 12:
            found[name] = value
        else:
            known = "series (letters and digits), closed_until and starts_on (days), payment_account, year_starts (month 1-12)"
            raise Refused(f"{value!r} is not possible here; there is {known}", field=name)
    return found
