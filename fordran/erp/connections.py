"""Connecting a creditor to its ERP and to its bank's files: settings in the open, secrets sealed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from fordran.audit.record import record_event
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.db.seals import seal, unseal
from fordran.erp.models import BankConnection, Connection

SWITCHES = ("posts_payments", "posts_vouchers", "attaches_letters", "marks_cases")
"""What may be written in the ERP, each from the day it is switched on."""


def connection_of(creditor: Creditor | int) -> Connection | None:
    """The live connection; None when the creditor has no ERP connected."""
    pk = creditor if isinstance(creditor, int) else creditor.pk
    return Connection.objects.filter(creditor_id=pk, active=True).first()


def bank_of(creditor: Creditor) -> BankConnection | None:
    return BankConnection.objects.filter(creditor=creditor, active=True).first()


def all_settings(known: Connection | BankConnection) -> dict[str, Any]:
    """Settings with the secrets opened, for the connector alone."""
    secrets = json.loads(unseal(known.secrets_sealed, known.creditor_id) or "{}")
    return {**known.settings, **secrets}


@transaction.atomic
def connect(
    creditor: Creditor, connector: str, settings: Mapping[str, object], secrets: Mapping[str, str], *, by: str, today: date,
    switches: Mapping[str, bool] | None = None, case_url: str | None = None,
) -> Connection:  # fmt: skip
    """Connect, or change the connection. A secret that is not given is kept. Another connector begins from the beginning. Where
    only switches change, the token is kept: some ERPs give another only to a person who consents anew."""
    before = Connection.objects.select_for_update().filter(creditor=creditor).first()
    same = before is not None and before.connector == connector
    known = before or Connection(creditor=creditor)
    old = json.loads(unseal(known.secrets_sealed, creditor.pk) or "{}") if same else {}
    known.connector, known.active = connector, True
    known.settings = {**(known.settings if same else {}), **settings}
    all_secrets = {**old, **secrets}
    known.secrets_sealed = seal(json.dumps(all_secrets), creditor.pk) if all_secrets else None
    known.connected_on = known.connected_on or today
    if case_url is not None:
        known.case_url = case_url
    if not same:
        known.since_customers = known.since_items = ""
    for name, on in (switches or {}).items():
        field = f"{name}_since"
        setattr(known, field, (getattr(known, field) or today) if on else None)
    known.last_error = ""
    known.save()
    if not same or settings or secrets:
        run("DELETE FROM erp_accesstoken WHERE creditor_id = %s", [creditor.pk])
    record_event(creditor.pk, today, by, "ERP connected", creditor.organisation_number, connector=connector)
    return known


@transaction.atomic
def disconnect(creditor: Creditor, *, by: str, today: date) -> None:
    """Nothing is fetched or told any more; what was learnt stays, secrets and token go. Raises Refused."""
    known = connection_of(creditor)
    if known is None:
        raise Refused(f"{creditor.name} has no ERP connected", field="--creditor")
    known.active, known.secrets_sealed = False, None
    known.save()
    run("DELETE FROM erp_accesstoken WHERE creditor_id = %s", [creditor.pk])
    run("UPDATE erp_fetchrun SET state = 'overtaken' WHERE creditor_id = %s AND state IN ('running', 'failed')", [creditor.pk])
    record_event(creditor.pk, today, by, "ERP disconnected", creditor.organisation_number)


@transaction.atomic
def connect_bank(
    creditor: Creditor, connector: str, settings: Mapping[str, object], secrets: Mapping[str, str], *, by: str, today: date
) -> BankConnection:
    """The bank's files are taken by each day from now on."""
    known, _ = BankConnection.objects.update_or_create(
        creditor=creditor,
        defaults={
            "connector": connector, "settings": dict(settings), "active": True, "last_error": "",
            "secrets_sealed": seal(json.dumps(dict(secrets)), creditor.pk) if secrets else None,
        },
    )  # fmt: skip
    record_event(creditor.pk, today, by, "bank connected", creditor.organisation_number, connector=connector)
    return known


@transaction.atomic
def disconnect_bank(creditor: Creditor, *, by: str, today: date) -> None:
    """Raises Refused."""
    if not BankConnection.objects.filter(creditor=creditor, active=True).update(active=False, secrets_sealed=None):
        raise Refused(f"no bank folder of {creditor.name} is connected", field="--creditor")
    record_event(creditor.pk, today, by, "bank disconnected", creditor.organisation_number)
