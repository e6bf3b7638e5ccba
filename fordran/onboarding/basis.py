"""What a preview was reckoned on, as one digest: the settings, and every value of the ledger and its cases that is judged."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from fordran.cases.load import ITEM_COLUMNS, PERSON_COLUMNS
from fordran.cases.office import open_office
from fordran.core.json_text import json_text
from fordran.creditors.models import Creditor
from fordran.db.bulk import run


def basis_of(creditor: Creditor) -> str:
    """SHA-256, hex. Two statements beside those of the settings. A preview is judged as if the creditor ran, so whether it
    does is no part of it."""
    profile = replace(open_office(creditor).profile, active=False, sending_stopped=False)
    ledger = run(
        f"""SELECT count(*), sum(hashtextextended(concat_ws('|', i.id, {ITEM_COLUMNS}, {PERSON_COLUMNS}), 0)::numeric)
            FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id
            WHERE i.creditor_id = %s AND i.open_minor > 0""",
        [creditor.pk],
    )
    cases = run(
        "SELECT count(*), coalesce(sum(decisions), 0), max(id) FROM cases_case WHERE creditor_id = %s AND stage <> 'closed'",
        [creditor.pk],
    )
    return hashlib.sha256(f"{json_text(profile)}|{ledger}|{cases}".encode()).hexdigest()
