"""What the ledger tells of running cases: payments and credits seen there, facts that changed, invoices that are gone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.db import transaction

from fordran.cases.models import Case, Hold, Instruction
from fordran.cases.office import Office
from fordran.cases.reopen import reopen
from fordran.cases.review import review_cases
from fordran.cases.void import void_unsent
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.process.facts import HoldKind, InstructionKind
from fordran.settlement.pay import Money, receive

HELD_BY = "ledger"


@dataclass(slots=True)
class Reacted:
    paid: int = 0
    credited: int = 0
    questions: int = 0
    gone: int = 0
    closed: int = 0
    back: int = 0


@transaction.atomic
def react_to_ledger(office: Office, on: date) -> Reacted:
    """After a picture of the ledger was taken in on `on`: what it says of running cases becomes facts of those cases."""
    done = Reacted()
    touched: set[int] = set()
    touched |= _back(office, on, done)
    touched |= _credits(office, on, done)
    touched |= _payments(office, on, done)
    touched |= _changed(office, on, done)
    touched |= _gone(office, on, done)
    touched |= {row[0] for row in run(
        """SELECT id FROM cases_case
           WHERE creditor_id = %s AND outcome = 'ask' AND stage NOT IN ('closed', 'awaiting_creditor')""",
        [office.creditor.pk],
    )}  # fmt: skip
    void_unsent(office, sorted(touched), on)
    review_cases(office, sorted(touched), on)
    return done


def _back(office: Office, on: date, done: Reacted) -> set[int]:
    """An invoice that had gone is there again: the hold is lifted, or the closed case comes back at the same step."""
    rows = run(
        """SELECT c.id, c.stage, c.closed_cause FROM invoices_invoicechange x JOIN cases_case c ON c.invoice_id = x.invoice_id
           JOIN invoices_invoice i ON i.id = x.invoice_id
           WHERE x.creditor_id = %s AND x."on" = %s AND x.field = 'back' AND i.missing_since IS NULL ORDER BY c.id""",
        [office.creditor.pk, on],
    )
    for case, stage, cause in rows:
        done.back += 1
        if stage == "closed" and cause == Reason.SETTLED_AT_CREDITOR:
            reopen(office, case, on, Reason.CASE_REOPENED, wait_anew=False)
    ids = [row[0] for row in rows]
    Hold.objects.filter(case_id__in=ids, kind=HoldKind.GONE, lifted_on__isnull=True).update(lifted_on=on, lifted_by=HELD_BY)
    Case.objects.filter(pk__in=ids, held=HoldKind.GONE).update(held="")
    return set(ids)


def _credits(office: Office, on: date, done: Reacted) -> set[int]:
    """Credit notes that name the invoice and have grown since the case was opened."""
    rows = run(
        """SELECT c.id, i.credited_minor, c.currency, coalesce(p.seen, 0), c.opening_minor, i.open_minor
           FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           LEFT JOIN LATERAL (SELECT sum(a.capital_minor)::bigint AS seen FROM settlement_allocation a JOIN settlement_payment p
                              ON p.id = a.payment_id WHERE a.case_id = c.id AND p.via = 'credit') p ON true
           WHERE c.creditor_id = %s AND c.stage <> 'closed' AND i.credited_minor > 0 ORDER BY c.id""",
        [office.creditor.pk],
    )
    touched = set()
    for case, credited, currency, seen, opening, open_minor in rows:
        at_opening = max(0, open_minor - opening) if seen == 0 else 0  # taken off when the case was opened
        new = min(credited - seen - at_opening, opening - seen)
        if new > 0:
            receive(office, Money(f"credit of case {case} to {credited}", "credit", on, new, currency), on, [case], "ledger")
            done.credited += 1
            touched.add(case)
    return touched


def _payments(office: Office, on: date, done: Reacted) -> set[int]:
    """The ledger's open sum fell by more than we know to be paid or credited: the rest went straight to the creditor."""
    rows = run(
        """SELECT c.id, c.currency, c.opening_minor - greatest(i.open_minor - i.credited_minor, 0) - coalesce(p.known, 0),
                  i.open_minor
           FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           LEFT JOIN LATERAL (SELECT sum(a.capital_minor + a.interest_minor + a.costs_minor)::bigint AS known
                              FROM settlement_allocation a WHERE a.case_id = c.id) p ON true
           WHERE c.creditor_id = %s AND c.stage <> 'closed' AND i.missing_since IS NULL AND i.changed_on = %s ORDER BY c.id""",
        [office.creditor.pk, on],
    )
    touched = set()
    for case, currency, unknown, open_minor in rows:
        if unknown > 0:
            money = Money(f"ledger {on} case {case} open {open_minor}", "creditor", on, unknown, currency)
            receive(office, money, on, [case], "ledger")
            done.paid += 1
            touched.add(case)
    return touched


QUESTIONS = ("due_on", "customer", "currency", "amount_minor")
"""Fields whose change under a running case a person must look at; an amount only when it rose."""


def _changed(office: Office, on: date, done: Reacted) -> set[int]:
    rows = run(
        """SELECT c.id, x.field, x.before, x.after FROM invoices_invoicechange x JOIN cases_case c ON c.invoice_id = x.invoice_id
           WHERE x.creditor_id = %s AND x."on" = %s AND c.stage <> 'closed'
             AND (x.field IN ('due_on', 'customer', 'currency')
                  OR (x.field IN ('amount_minor', 'open_minor') AND x.before <> '' AND x.after <> ''
                      AND x.after::bigint > x.before::bigint))
           ORDER BY c.id, x.id""",
        [office.creditor.pk, on],
    )
    touched = set()
    for case, *_ in rows:
        _, new = Hold.objects.get_or_create(
            creditor=office.creditor, case_id=case, kind=HoldKind.QUESTION, lifted_on=None,
            defaults={"reason": Reason.FACT_CHANGED, "since": on, "placed_by": HELD_BY},
        )  # fmt: skip
        if new:
            done.questions += 1
            touched.add(case)
    Case.objects.filter(pk__in=touched).update(held=HoldKind.QUESTION)
    return touched


def _gone(office: Office, on: date, done: Reacted) -> set[int]:
    """Missing for the first time: held. Missing in the next picture too: settled at the creditor."""
    rows = run(
        """SELECT c.id, i.missing_times FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           WHERE c.creditor_id = %s AND c.stage <> 'closed' AND i.missing_since IS NOT NULL AND i.changed_on = %s
           ORDER BY c.id""",
        [office.creditor.pk, on],
    )
    touched = set()
    for case, times in rows:
        touched.add(case)
        if times >= 2:
            Hold.objects.filter(case_id=case, kind=HoldKind.GONE, lifted_on__isnull=True).update(lifted_on=on, lifted_by=HELD_BY)
            Instruction.objects.create(
                creditor=office.creditor, case_id=case, kind=InstructionKind.SETTLED_AT_CREDITOR, on=on, by=HELD_BY
            )
            done.closed += 1
            continue
        _, new = Hold.objects.get_or_create(
            creditor=office.creditor, case_id=case, kind=HoldKind.GONE, lifted_on=None,
            defaults={"reason": Reason.MISSING_IN_LEDGER, "since": on, "placed_by": HELD_BY},
        )  # fmt: skip
        done.gone += new
    Case.objects.filter(pk__in=touched).update(held=HoldKind.GONE)
    return touched
