"""What a connected ERP tells of running cases: payments and credits with their own days, corrections, what is taken back.

Unlike a file, an ERP names what it did. So a payment is told on its own day, a credit as a credit, a payment that was voided
is taken back, and a deleted invoice is gone at once. What was learnt stands in `InvoiceChange`, `CustomerChange` and
`Application`; the connection remembers how far the cases know of it, so that a stop between a page and this loses nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from fordran.cases.models import Case, Hold, Instruction
from fordran.cases.office import Office
from fordran.cases.on_account import ask_of_money_on_account
from fordran.cases.reopen import refresh, reopen
from fordran.cases.review import review_cases
from fordran.cases.void import void_unsent
from fordran.core.reasons import Reason
from fordran.day.erp_money import Unknown, money_unknown, take_back, tell_money
from fordran.day.react import HELD_BY, Reacted
from fordran.db.bulk import numbers, run
from fordran.erp.models import Connection
from fordran.ledger.post import Posting, post
from fordran.process.bookings import Account, change_of_claim
from fordran.process.facts import HoldKind, InstructionKind

LEFT = """EXISTS (SELECT 1 FROM letters_lettercase k JOIN letters_letter l ON l.id = k.letter_id
    WHERE k.creditor_id = c.creditor_id AND k.case_number = c.id AND (l.sent_on IS NOT NULL OR EXISTS (
        SELECT 1 FROM letters_dispatch d WHERE d.letter_id = l.id AND d.state IN ('sending', 'sent', 'ambiguous'))))"""
"""Whether the debtor has had, or may have had, a letter about the case."""


@dataclass(slots=True)
class _Change:
    """What changed of one invoice with a case, since the cases were last told."""

    case: int
    invoice: int
    stage: str
    cause: str
    left: bool
    missing: bool
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)  # first value, last value

    def grew(self, name: str) -> int:
        """By how many öre the sum rose; below nothing when it fell."""
        before, after = self.fields.get(name, ("0", "0"))
        return int(after or 0) - int(before or 0)

    @property
    def running(self) -> bool:
        return self.stage != "closed"


def react_to_erp(office: Office, known: Connection, on: date, credited: Sequence[int] = ()) -> Reacted:
    """Running cases learn what was taken in. `credited` are invoices whose open credit notes changed. Inside a transaction
    that holds the mirror's lock."""
    done, creditor = Reacted(), office.creditor.pk
    upto, upto_customers = run(
        """SELECT (SELECT coalesce(max(id), 0) FROM invoices_invoicechange WHERE creditor_id = %s),
                  (SELECT coalesce(max(id), 0) FROM invoices_customerchange WHERE creditor_id = %s)""",
        [creditor, creditor],
    )[0]
    changes = _changes(creditor, known.reacted_to)
    touched = _of_customers(creditor, known.reacted_to_customers)
    touched |= {c.case for c in changes if c.running}
    void_unsent(office, sorted(touched), on)
    touched |= _came_back(office, changes, on, done)
    _correct(office, [c for c in changes if c.running], on, done)
    back = take_back(office, on)
    touched |= set(back.cases)
    unknown = money_unknown(office, known, [*{c.invoice for c in changes}, *credited])
    lower = {c.case: max(0, -c.grew("amount_minor")) for c in changes if c.left}
    told = tell_money(office, unknown, on, f"{upto}", lower)
    done.paid, done.credited = told.payments, told.credits
    touched |= told.cases
    touched |= _rose(office, changes, unknown, back.minor, on, done)
    touched |= _gone(office, changes, on, done)
    asked = ask_of_money_on_account(office, on, HELD_BY)
    done.questions += len(asked.new)
    touched |= {*asked.new, *asked.over}
    touched |= {
        row[0]
        for row in run(
            """SELECT id FROM cases_case
               WHERE creditor_id = %s AND outcome = 'ask' AND stage NOT IN ('closed', 'awaiting_creditor')""",
            [creditor],
        )
    }
    void_unsent(office, sorted(touched), on)
    review_cases(office, sorted(touched), on)
    Connection.objects.filter(pk=known.pk).update(reacted_to=upto, reacted_to_customers=upto_customers)
    return done


def _changes(creditor: int, after: int) -> list[_Change]:
    found: dict[int, _Change] = {}
    rows = run(
        f"""SELECT c.id, c.invoice_id, c.stage, c.closed_cause, {LEFT}, i.missing_since IS NOT NULL, x.field, x.before, x.after
            FROM invoices_invoicechange x JOIN cases_case c ON c.invoice_id = x.invoice_id
            JOIN invoices_invoice i ON i.id = x.invoice_id
            WHERE x.creditor_id = %s AND x.id > %s ORDER BY c.id, x.id""",
        [creditor, after],
    )
    for case, invoice, stage, cause, left, missing, name, before, now in rows:
        change = found.setdefault(case, _Change(case, invoice, stage, cause, left, missing))
        change.fields[name] = (change.fields[name][0] if name in change.fields else before, now)
    return list(found.values())


def _of_customers(creditor: int, after: int) -> set[int]:
    """Cases whose customer's name, address, class or number changed: letters not yet sent are composed anew."""
    rows = run(
        """SELECT DISTINCT c.id FROM invoices_customerchange x JOIN cases_case c ON c.customer_id = x.customer_id
           WHERE x.creditor_id = %s AND x.id > %s AND c.stage <> 'closed'""",
        [creditor, after],
    )
    return {row[0] for row in rows}


# ---- corrections ------------------------------------------------------------------------------------------------------


def _correct(office: Office, changes: Sequence[_Change], on: date, done: Reacted) -> None:
    """Before any letter has left the facts just change; after one, what changes the claim itself asks a person."""
    ask: list[int] = []
    for change in changes:
        raised = change.grew("amount_minor")
        if "currency" in change.fields or (change.left and (raised > 0 or {"due_on", "customer"} & change.fields.keys())):
            ask.append(change.case)
    before_any = [c for c in changes if not c.left and "currency" not in c.fields]
    run(
        """UPDATE cases_case c SET due_on = i.due_on, customer_id = i.customer_id FROM invoices_invoice i
           WHERE i.id = c.invoice_id AND c.id = ANY(%s::bigint[])""",
        [numbers(c.case for c in before_any if {"due_on", "customer"} & c.fields.keys())],
    )
    _change_openings(office, {c.case: c.grew("amount_minor") for c in before_any if "amount_minor" in c.fields}, on)
    question(office, ask, on, done, Reason.FACT_CHANGED)


def _change_openings(office: Office, by_case: dict[int, int], on: date) -> None:
    """The claim as it came to us was another: booked as if the case had been opened so. What would leave nothing is a
    credit instead."""
    rows = run(
        "SELECT id, currency, capital_minor, opened_on FROM cases_case WHERE id = ANY(%s::bigint[]) ORDER BY id",
        [numbers(case for case, minor in by_case.items() if minor)],
    )
    postings, changed = [], {}
    for case, currency, capital, opened_on in rows:
        minor = by_case[case]
        if capital + minor <= 0:
            continue
        changed[case] = minor
        count = run(
            "SELECT count(*) FROM ledger_transfer WHERE creditor_id = %s AND case_number = %s AND reason = %s",
            [office.creditor.pk, case, Reason.CASE_OPENED],
        )[0][0]
        for booking in change_of_claim(Account.CAPITAL, minor, currency, opened_on, Reason.CASE_OPENED):
            postings.append(Posting(f"case {case} opened, corrected {count}", booking, case))
    if not postings:
        return
    run(
        """UPDATE cases_case c SET opening_minor = c.opening_minor + v.minor
           FROM unnest(%s::bigint[], %s::bigint[]) AS v (id, minor) WHERE c.id = v.id""",
        [list(changed), list(changed.values())],
    )
    with connection.cursor() as cursor:
        post(cursor, office.creditor.pk, postings, booked_on=on)
    refresh(office, sorted(changed), on)


def _rose(
    office: Office, changes: Sequence[_Change], unknown: dict[int, Unknown], taken_back: dict[int, int], on: date, done: Reacted
) -> set[int]:
    """More is open than the ERP's own words explain. Before any letter the claim is larger; after one a person is asked.

    Explained is what the invoice's own amount rose by, and what payments that were taken back come to.
    """
    openings: dict[int, int] = {}
    ask: list[int] = []
    for change in changes:
        about = unknown.get(change.case)
        if not change.running or about is None or "currency" in change.fields:
            continue
        risen = change.grew("open_minor") - change.grew("amount_minor") - taken_back.get(change.case, 0) - about.ours_gone
        missing = min(risen, -about.minor)
        if missing <= 0:
            continue
        if change.left:
            ask.append(change.case)
        else:
            openings[change.case] = missing
    _change_openings(office, openings, on)
    question(office, ask, on, done, Reason.FACT_CHANGED)
    return {*openings, *ask}


# ---- gone and back ----------------------------------------------------------------------------------------------------


def _gone(office: Office, changes: Sequence[_Change], on: date, done: Reacted) -> set[int]:
    """Deleted or voided in the ERP. Before any letter the case closes; after one a person is asked how to end it."""
    gone = [c for c in changes if c.missing and c.running and "missing" in c.fields]
    for change in gone:
        if not change.left:
            Instruction.objects.create(
                creditor=office.creditor, case_id=change.case, kind=InstructionKind.SETTLED_AT_CREDITOR, on=on, by=HELD_BY
            )
            done.closed += 1
    question(office, [c.case for c in gone if c.left], on, done, Reason.MISSING_IN_LEDGER)
    return {c.case for c in gone}


def _came_back(office: Office, changes: Sequence[_Change], on: date, done: Reacted) -> set[int]:
    back = [c for c in changes if "back" in c.fields and not c.missing]
    for change in back:
        done.back += 1
        if not change.running and change.cause == Reason.SETTLED_AT_CREDITOR:
            reopen(office, change.case, on, Reason.CASE_REOPENED, wait_anew=False)
            change.stage = "open"
    ids = [c.case for c in back if c.running]
    held = Hold.objects.filter(case_id__in=ids, lifted_on__isnull=True, placed_by=HELD_BY)
    held.filter(kind=HoldKind.GONE).update(lifted_on=on, lifted_by=HELD_BY)
    held.filter(kind=HoldKind.QUESTION, reason=Reason.MISSING_IN_LEDGER).update(lifted_on=on, lifted_by=HELD_BY)
    _show_holds(ids)
    return set(ids)


def question(office: Office, cases: Sequence[int], on: date, done: Reacted, reason: Reason) -> None:
    """The case rests until a person has looked."""
    for case in cases:
        _, new = Hold.objects.get_or_create(
            creditor=office.creditor, case_id=case, kind=HoldKind.QUESTION, lifted_on=None,
            defaults={"reason": reason, "since": on, "placed_by": HELD_BY},
        )  # fmt: skip
        done.questions += new
    Case.objects.filter(pk__in=cases).update(held=HoldKind.QUESTION)


def _show_holds(cases: Sequence[int]) -> None:
    run(
        """UPDATE cases_case c SET held = coalesce((SELECT h.kind FROM cases_hold h WHERE h.case_id = c.id
               AND h.lifted_on IS NULL ORDER BY h.id DESC LIMIT 1), '') WHERE c.id = ANY(%s::bigint[])""",
        [numbers(cases)],
    )
