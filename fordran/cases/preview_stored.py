"""Preview of a creditor's stored ledger: its open invoices, and the cases already running."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fordran.cases.load import ITEM_COLUMNS, ITEM_WIDTH, PERSON_COLUMNS, item_from, load_cases, person_from
from fordran.cases.office import open_office
from fordran.cases.preview import Preview, preview_items
from fordran.core.findings import finding
from fordran.core.reasons import Reason
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.process.forecast import Running
from fordran.process.select import Candidate, PassedOver


def preview_creditor(creditor: Creditor, today: date) -> Preview:
    """Every open invoice is listed: judged, or passed over where its case is running already. Nothing is written."""
    office = open_office(creditor)
    rows = run(
        f"""SELECT {ITEM_COLUMNS}, {PERSON_COLUMNS} FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id
            WHERE i.creditor_id = %s AND i.open_minor > 0
              AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id) ORDER BY i.due_on, i.id""",
        [creditor.pk],
    )
    items = [(item_from(row[:ITEM_WIDTH]), person_from(row[ITEM_WIDTH:])) for row in rows]
    pairs = [(item, person.written_to(item)) for item, person in items]
    preview = preview_items(pairs, office.profile, office.country, today)
    running = run("SELECT id FROM cases_case WHERE creditor_id = %s AND stage <> 'closed' ORDER BY id", [creditor.pk])
    offset = len(preview.running)
    for number, case in enumerate(load_cases(creditor.pk, [row[0] for row in running], office.profile), 1):
        policy = office.book.policy(case.person.key, case.person.class_key)
        running_already = PassedOver(finding(Reason.ALREADY_TAKEN, case=case.number))
        candidate = Candidate(case.facts.claim, case.facts.debtor, case.item.open_minor)
        preview.rows.append((case.item, case.person, candidate, running_already))
        facts = replace(case.facts, steps=tuple(replace(s, sent=True) for s in case.facts.steps))
        preview.running.append(
            Running(offset + number, case.number, case.ocr, case.item, case.person, policy, None, facts, today)
        )
    return preview
