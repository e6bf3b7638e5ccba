"""A closed case comes back where it was, without new costs: what closed it is reversed, booking by booking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from django.db import connection

from fordran.cases.load import load_cases
from fordran.cases.models import Case, Hold
from fordran.cases.office import Office
from fordran.cases.write import CaseChange, write_changes
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.ledger.post import Posting, post
from fordran.process.apply import CHARGES, INTEREST_BOOKED, is_payment
from fordran.process.bookings import COST_OF_ACCOUNT, Account, Booking
from fordran.process.facts import CaseFacts, HoldKind, Stage

WAIT_ANEW = 3
"""Banking days from the reopening before anything is sent: the debtor had every reason to think it was over."""


def reversals(rows: Sequence[tuple[int, str, str, int, str, date]], reason: Reason) -> list[tuple[Booking, int]]:
    """`rows` are (id, debit, credit, öre, currency, on) of transfers; each turned round, dated as the original, so that
    the capital's history is as if it had never been."""
    return [
        (Booking(Account(credit), Account(debit), minor, currency, on, reason), transfer)
        for transfer, debit, credit, minor, currency, on in rows
    ]


def reopen(office: Office, case_id: int, today: date, reason: Reason, *, wait_anew: bool = True) -> None:
    """Put a closed case back to its stage before. Does nothing to a running case. Inside a transaction."""
    case = Case.objects.select_for_update().get(pk=case_id)
    if case.stage != Stage.CLOSED:
        return
    rows = run(
        """SELECT t.id, t.debit, t.credit, t.amount_minor, t.currency, t."on" FROM ledger_transfer t
           WHERE t.creditor_id = %s AND t.case_number = %s AND t.reason = %s AND t.payment_number = 0 AND t.booked_on = %s
             AND NOT EXISTS (SELECT 1 FROM ledger_transfer r WHERE r.reverses_id = t.id) ORDER BY t.id""",
        [case.creditor_id, case_id, case.closed_cause, case.closed_on],
    )
    postings = [
        Posting(f"case {case_id} reopened, transfer {transfer} turned round", booking, case_id, reverses=transfer)
        for booking, transfer in reversals(rows, Reason.CASE_REOPENED)
    ]
    stage = Stage(case.stage_before or Stage.OPEN)
    last = run("SELECT coalesce(max(id), 0) FROM cases_instruction WHERE case_id = %s", [case_id])[0][0]
    Case.objects.filter(pk=case_id).update(heeds_after=last)
    with connection.cursor() as cursor:
        post(cursor, case.creditor_id, postings, booked_on=today)
        refresh(office, [case_id], today, stage={case_id: stage})
    Case.objects.filter(pk=case_id).update(review_on=today)
    if wait_anew:
        until = office.country.add_banking_days(today, WAIT_ANEW)
        respite, new = Hold.objects.get_or_create(
            creditor_id=case.creditor_id, case=case, kind=HoldKind.RESPITE, lifted_on=None,
            defaults={"reason": reason, "since": today, "until": until, "placed_by": "fordran"},
        )  # fmt: skip
        if not new and respite.until is not None and respite.until < until:  # a respite that was given is never cut short
            Hold.objects.filter(pk=respite.pk).update(until=until)


def refresh(office: Office, ids: Sequence[int], today: date, stage: dict[int, Stage] | None = None) -> None:
    """Bring the sums kept beside the books in line with the books, after transfers were posted on their own."""
    changes = []
    for loaded in load_cases(office.creditor.pk, ids, office.profile, lock=True):
        facts = from_books(office, loaded.facts, loaded.id)
        if stage and loaded.id in stage:
            facts = replace(facts, stage=stage[loaded.id])
        changes.append(CaseChange(loaded, facts))
    with connection.cursor() as cursor:
        write_changes(cursor, office.creditor.pk, changes, today)


def from_books(office: Office, facts: CaseFacts, case_id: int) -> CaseFacts:
    """The facts with interest and costs summed up from the transfers themselves."""
    open_interest = booked_interest = 0
    waived: dict[str, int] = {}
    paid: dict[str, int] = {}
    rows = run(
        """SELECT debit, credit, amount_minor, reason FROM ledger_transfer WHERE creditor_id = %s AND case_number = %s
           ORDER BY id""",
        [office.creditor.pk, case_id],
    )
    for debit, credit, minor, reason in rows:
        for account, amount in ((debit, minor), (credit, -minor)):
            if account == Account.INTEREST:
                open_interest += amount
                booked_interest += amount if reason in INTEREST_BOOKED else 0
            kind = COST_OF_ACCOUNT.get(account)
            if kind is None or reason in CHARGES or reason == Reason.LETTER_VOIDED:
                continue
            side = paid if is_payment(reason) else waived
            side[kind] = side.get(kind, 0) - amount
    costs = tuple(replace(c, waived_minor=waived.get(c.kind, 0), paid_minor=paid.get(c.kind, 0)) for c in facts.costs)
    return replace(facts, interest_booked_minor=booked_interest, interest_open_minor=open_interest, costs=costs)
