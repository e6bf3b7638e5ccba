"""Connecting is tried at once: an ERP that does not answer, or answers as another company, is not kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from django.db import transaction

from fordran.books.errands import payment_account
from fordran.books.plans import plan_of
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day import world
from fordran.erp.connections import connect, connect_bank, connection_of, disconnect, disconnect_bank
from fordran.erp.models import AccessToken, BankConnection, Connection
from fordran.ports.erp import Choosy, Erp, ErpCompany, PaymentPosting
from fordran.ports.errors import PortError


def connect_and_try(
    creditor: Creditor, connector: str, settings: Mapping[str, object], secrets: Mapping[str, str], *, by: str, today: date,
    switches: Mapping[str, bool] | None = None, case_url: str | None = None,
) -> ErpCompany:  # fmt: skip
    """Connect and ask the company's name. Raises Refused, and then everything is as it was before."""
    before = Connection.objects.filter(creditor=creditor).first()
    tokens = AccessToken.objects.filter(creditor=creditor).values_list("sealed", flat=True)
    token = tokens.first()
    known = connect(creditor, connector, settings, secrets, by=by, today=today, switches=switches, case_url=case_url)
    try:
        erp = world.plugged_in(known)
        company = erp.company()
        _must_be(creditor, company)
        _can_be_told(creditor, erp, known, company)
    except (PortError, Refused) as error:
        _put_back(creditor, before, token, by, today)
        if isinstance(error, Refused):
            raise
        raise Refused(f"{connector} was tried and did not let us in: {error}", field="--connector") from None
    Connection.objects.filter(pk=known.pk).update(company=company.name, base_currency=company.currency or "SEK")
    return company


def _must_be(creditor: Creditor, company: ErpCompany) -> None:
    digits = "".join(filter(str.isdigit, company.organisation_number))[-10:]
    if digits and digits != creditor.organisation_number[-10:]:
        raise Refused(
            f"the ERP answers as {company.name} ({company.organisation_number}), not as {creditor.name} "
            f"({creditor.organisation_number}): see that the settings are of the right company",
            field="--creditor",
        )


def _can_be_told(creditor: Creditor, erp: Erp, known: Connection, company: ErpCompany) -> None:
    """Better now than when the first payment has come: an ERP that wants to know more of how payments are written says so."""
    if known.posts_payments_since is None or not isinstance(erp, Choosy):
        return
    account = payment_account(creditor, plan_of(creditor), company.currency or "SEK")
    words = erp.lacks(PaymentPosting, account=account)
    if words:
        raise Refused(words, field="--posts-payments")


@transaction.atomic
def _put_back(creditor: Creditor, before: Connection | None, token: object, by: str, today: date) -> None:
    if before is not None:
        before.save()
        AccessToken.objects.update_or_create(creditor=creditor, defaults={"sealed": token})
    elif connection_of(creditor) is not None:
        disconnect(creditor, by=by, today=today)
        Connection.objects.filter(creditor=creditor).delete()


def connect_bank_and_try(
    creditor: Creditor, connector: str, settings: Mapping[str, object], secrets: Mapping[str, str], *, by: str, today: date
) -> int:
    """Connect the place where the bank's files are exchanged. How many wait there now. Raises Refused."""
    before = BankConnection.objects.filter(creditor=creditor).first()
    connect_bank(creditor, connector, settings, secrets, by=by, today=today)
    try:
        exchange = world.exchange_of(creditor)
        return len(exchange.waiting()) if exchange is not None else 0
    except (PortError, Refused) as error:
        if before is not None:
            before.save()
        else:
            disconnect_bank(creditor, by=by, today=today)
        raise Refused(f"{connector} was tried and cannot be used: {error}", field="--set") from None
