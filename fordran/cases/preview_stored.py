"""Preview of a creditor's stored ledger: its open invoices, and the cases already running."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fordran.cases.choose import credits_of
from fordran.cases.load import ITEM_COLUMNS, ITEM_WIDTH, PERSON_COLUMNS, Loaded, item_from, load_cases, person_from
from fordran.cases.office import open_office
from fordran.cases.preview import Preview, preview_items
from fordran.core.findings import finding
from fordran.core.reasons import Reason
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.process.forecast import Running
from fordran.process.profile import PolicyBook
from fordran.process.select import Candidate, PassedOver


def preview_creditor(creditor: Creditor, today: date) -> Preview:
    """Every open invoice is listed: judged, or passed over where its case is running already. Nothing is written.

    Running cases have the lower numbers, as in the run, where they were opened before: of claims that fell due on one day the
    lowest bears a letter's cost.
    """
    office = open_office(creditor)
    ids = run("SELECT id FROM cases_case WHERE creditor_id = %s AND stage <> 'closed' ORDER BY id", [creditor.pk])
    running = load_cases(creditor.pk, [row[0] for row in ids], office.profile)
    rows = run(
        f"""SELECT {ITEM_COLUMNS}, {PERSON_COLUMNS} FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id
            WHERE i.creditor_id = %s AND i.open_minor > 0
              AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id) ORDER BY i.due_on, i.id""",
        [creditor.pk],
    )
    items = [(item_from(row[:ITEM_WIDTH]), person_from(row[ITEM_WIDTH:])) for row in rows]
    pairs = [(item, person.written_to(item)) for item, person in items]
    credits = credits_of(creditor.pk)
    preview = preview_items(pairs, office.profile, office.country, today, credits=credits, first=len(running) + 1)
    preview.running += [_running(preview, office.book, number, case) for number, case in enumerate(running, 1)]
    return preview


def _running(preview: Preview, book: PolicyBook, number: int, case: Loaded) -> Running:
    passed = PassedOver(finding(Reason.ALREADY_TAKEN, case=case.number))
    candidate = Candidate(case.facts.claim, case.facts.debtor, case.item.open_minor)
    preview.rows.append((case.item, case.person, candidate, passed))
    facts = replace(case.facts, steps=tuple(replace(s, sent=True) for s in case.facts.steps))
    policy = book.policy(case.person.key, case.person.class_key)
    return Running(number, case.number, case.ocr, case.item, case.person, policy, None, facts, preview.today)
