"""What must be known before anybody is written to."""

from __future__ import annotations

from datetime import date

from fordran.cases.office import Office
from fordran.core.reasons import Reason
from fordran.day import world
from fordran.day.fetch import Fetched, fetch
from fordran.day.warnings import bank_file_missing, erp_not_read
from fordran.letters.models import Letter


def look_before_sending(office: Office, today: date) -> Fetched | None:
    """Read once more what changed in the ERP, where letters are about to leave: who has paid or is to be left alone since the
    morning gets none. Not inside a transaction. None: there is no ERP, or nothing to send."""
    if not Letter.objects.filter(creditor=office.creditor, dated_on__lte=today, state__in=["composed", "approved"]).exists():
        return None
    erp = world.erp_of(office.creditor)
    return fetch(office, erp, today, sweep=False) if erp is not None else None


def not_learnt(office: Office, today: date) -> Reason | None:
    """What must be read before anybody is written to, and was not."""
    if bank_file_missing(office, today):
        return Reason.BANK_FILE_MISSING
    return Reason.ERP_NOT_READ if erp_not_read(office, today) else None
