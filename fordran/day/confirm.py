"""A letter that says thank you: the claim is paid, nothing is owed. Only where the creditor has switched it on."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection

from fordran.cases.compose import CONFIRMATION, InLetter, compose
from fordran.cases.load import load_cases
from fordran.cases.office import Office
from fordran.cases.review import insert_letters, letter_number
from fordran.core.reasons import Reason
from fordran.db.bulk import next_ids, run

DAYS_BACK = 7
"""A confirmation that could not go on its day (no banking day) goes within a week, or not at all."""


def confirm_payments(office: Office, today: date) -> int:
    """Compose a confirmation for each case that a payment to us closed. How many. Inside a transaction."""
    if not office.profile.confirms_payments or not office.country.is_banking_day(today) or office.profile.sending_stopped:
        return 0
    rows = run(
        """SELECT c.id FROM cases_case c WHERE c.creditor_id = %s AND c.closed_cause IN (%s, %s) AND c.closed_on > %s
             AND EXISTS (SELECT 1 FROM letters_lettercase k JOIN letters_letter l ON l.id = k.letter_id
                         WHERE k.creditor_id = c.creditor_id AND k.case_number = c.id AND l.state = 'sent')
             AND NOT EXISTS (SELECT 1 FROM letters_lettercase k JOIN letters_letter l ON l.id = k.letter_id
                             WHERE k.creditor_id = c.creditor_id AND k.case_number = c.id AND l.kind = 'confirmation'
                             AND l.state <> 'voided')
           ORDER BY c.id""",
        [office.creditor.pk, Reason.PAID, Reason.PAID_IN_TIME, today - timedelta(days=DAYS_BACK)],
    )
    cases = load_cases(office.creditor.pk, [row[0] for row in rows], office.profile)
    with connection.cursor() as cursor:
        letters = []
        for letter_id, case in zip(next_ids(cursor, "letters_letter", len(cases)), cases, strict=True):
            content = compose(
                profile=office.profile, country=office.country, kind=CONFIRMATION, person=case.person,
                cases=[InLetter(case.number, case.ocr, case.item, case.facts)], dated_on=today, last_day=None,
                number=letter_number(today, letter_id), ocr=case.ocr,
            )  # fmt: skip
            letters.append((letter_id, content, case.customer_id, [(case.id, 0)]))
        insert_letters(cursor, office.creditor.pk, letters)
    return len(cases)
