"""Payments and credits: each finds its claim, the law's order decides what it pays, and the case is decided again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction

from fordran.audit.record import record_event
from fordran.cases.load import Loaded, load_cases
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.cases.reopen import refresh, reopen, reversals
from fordran.cases.review import review_cases
from fordran.cases.void import void_unsent
from fordran.cases.write import CaseChange, write_changes
from fordran.core.problems import Refused
from fordran.core.reasons import Reason
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.ledger.post import Posting, post
from fordran.process.bookings import Account, Booking
from fordran.process.facts import Stage
from fordran.process.settle import Settled, settle_credit, settle_payment
from fordran.settlement.models import Allocation, Payment


@dataclass(frozen=True, slots=True)
class Money:
    """A payment as it is told: `via` bank, creditor or credit; `on` the day it was booked; amount in öre."""

    key: str
    via: str
    on: date
    amount_minor: int
    currency: str
    reference: str = ""


def register_direct(
    case: Case, *, amount_minor: int, on: date, by: str, today: date, office: Office | None = None, key: str = ""
) -> Payment:
    """A payment that went straight to the creditor. Raises Refused."""
    return _register(case, "creditor", amount_minor, on, by, today, office, key)


def register_credit(
    case: Case, *, amount_minor: int, on: date, by: str, today: date, office: Office | None = None, key: str = ""
) -> Payment:
    """A credit note on the invoice; one that takes the whole capital takes interest and costs with it. Raises Refused."""
    return _register(case, "credit", amount_minor, on, by, today, office, key)


@transaction.atomic
def _register(
    case: Case, via: str, amount_minor: int, on: date, by: str, today: date, office: Office | None, key: str
) -> Payment:
    if amount_minor <= 0:
        raise Refused("the amount must be more than nothing", field="--amount")
    if on > today:
        raise Refused(f"{on} has not come yet; today is {today}", field="--on")
    if case.stage == Stage.CLOSED:
        raise Refused(f"case {case.number} is closed ({case.closed_cause}); nothing is owed in it", field="case")
    office = office or open_office(case.creditor)
    number = Payment.objects.filter(creditor_id=case.creditor_id).count() + 1
    money = Money(key or f"{via} {case.number} {on} {number}", via, on, amount_minor, case.currency)
    payment = receive(office, money, today, cases=[case.pk], matched_by="person")
    assert payment is not None
    record_event(case.creditor_id, today, by, f"{via} payment" if via != "credit" else "credit", case.number, amount=amount_minor)
    return payment


@transaction.atomic
def receive(
    office: Office, money: Money, today: date, cases: Sequence[int] | None = None, matched_by: str = ""
) -> Payment | None:
    """Book one payment and let it find its claims by reference unless `cases` are given. None: it was known already."""
    creditor = office.creditor
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                creditor=creditor, key=money.key, via=money.via, on=money.on, learnt_on=today, amount_minor=money.amount_minor,
                currency=money.currency, reference=money.reference,
            )  # fmt: skip
    except IntegrityError:
        return None
    if cases is None:
        cases, matched_by = match(creditor, money.reference, money.currency)
    if money.via == "bank":
        bank = Account.CLIENT_BANK if creditor.mode == "agency" else Account.OWN_BANK
        _post(office, payment, [Booking(bank, Account.SUSPENSE, money.amount_minor, money.currency, money.on,
                                        Reason.PAYMENT_RECEIVED)], today, "received")  # fmt: skip
    if cases:
        void_unsent(office, cases, today)
        left = _allocate(office, payment, cases, matched_by, today)
        _leave_over(office, payment, left, today)
        review_cases(office, cases, today)
    return payment


def _post(office: Office, payment: Payment, bookings: Sequence[Booking], today: date, what: str) -> None:
    with connection.cursor() as cursor:
        post(cursor, office.creditor.pk, [
            Posting(f"payment {payment.pk} {what} {n}", b, payment_number=payment.pk) for n, b in enumerate(bookings)
        ], booked_on=today)  # fmt: skip


def match(creditor: Creditor, reference: str, currency: str) -> tuple[list[int], str]:
    """Running cases that a reference names, oldest first, and how it named them: our OCR, the joint letter's, the
    invoice's own, or its number. None found: an empty list."""
    text = reference.strip()
    if not text:
        return [], ""
    attempts = (
        ("case_ocr", "SELECT c.id FROM cases_case c WHERE c.creditor_id = %s AND c.ocr = %s AND c.currency = %s"),
        (
            "letter_ocr",
            """SELECT c.id FROM letters_letter l JOIN letters_lettercase k ON k.letter_id = l.id JOIN cases_case c
               ON c.id = k.case_number WHERE l.creditor_id = %s AND l.ocr = %s AND c.currency = %s""",
        ),
        (
            "invoice_reference",
            """SELECT c.id FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
               WHERE c.creditor_id = %s AND i.reference = %s AND c.currency = %s""",
        ),
        (
            "invoice_number",
            """SELECT c.id FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
               WHERE c.creditor_id = %s AND i.number = %s AND c.currency = %s""",
        ),
    )
    for name, sql in attempts:
        rows = run(f"{sql} AND c.stage <> 'closed' ORDER BY c.due_on, c.id", [creditor.pk, text, currency])
        if rows:
            return [row[0] for row in rows], name
    return [], ""


def _allocate(office: Office, payment: Payment, cases: Sequence[int], matched_by: str, today: date) -> int:
    """Oldest case first; a letter's whole total paid in time gives each case what the letter asked for it."""
    loaded = load_cases(office.creditor.pk, cases, office.profile, lock=True)
    loaded.sort(key=lambda c: (c.facts.claim.due_on, c.id))
    shares = _letter_shares(office, payment, loaded)
    left = payment.amount_minor
    changes, allocations = [], []
    for number, case in enumerate(loaded):
        part = min(left, shares.get(case.id, left) if number < len(loaded) - 1 else left)
        if part <= 0:
            continue
        settled = _settle(office, payment, case, part, today)
        taken = part - settled.left_over_minor
        left -= taken
        change = CaseChange(case, settled.facts, key=f"payment {payment.pk} case {case.id}")
        change.book(settled.bookings, payment.pk)
        changes.append(change)
        allocations.append(_allocation(office, payment, case, settled, matched_by))
    with connection.cursor() as cursor:
        write_changes(cursor, office.creditor.pk, changes, today)
    Allocation.objects.bulk_create(allocations)
    moved = payment.amount_minor - left
    if payment.via == "bank" and moved:
        to = Account.PAYABLE if office.creditor.mode == "agency" else Account.RECEIVED
        _post(office, payment, [Booking(Account.SUSPENSE, to, moved, payment.currency, payment.on,
                                        Reason.PAYMENT_ALLOCATED)], today, "allocated")  # fmt: skip
    return left


def _letter_shares(office: Office, payment: Payment, loaded: Sequence[Loaded]) -> dict[int, int]:
    """What the latest joint letter asked for each case, if this payment covers all of it by its last day."""
    steps = {c.id: next((s for s in reversed(c.facts.steps) if s.asked_minor), None) for c in loaded}
    if len(loaded) < 2 or any(s is None or s.last_day is None or payment.on > s.last_day for s in steps.values()):
        return {}
    asked = {case: s.asked_minor for case, s in steps.items() if s is not None}
    return asked if payment.amount_minor >= office.country.enough_for(sum(asked.values()), payment.currency) else {}


def _settle(office: Office, payment: Payment, case: Loaded, part: int, today: date) -> Settled:
    if payment.via == "credit":
        return settle_credit(case.facts, part, payment.on, office.country, today=today)
    at_creditor = payment.via == "creditor"
    return settle_payment(case.facts, part, payment.on, office.country, today=today, at_creditor=at_creditor)


def _allocation(office: Office, payment: Payment, case: Loaded, settled: Settled, matched_by: str) -> Allocation:
    waived = sum(b.amount_minor for b in settled.bookings if b.reason == Reason.INTEREST_WAIVED_PAID_IN_TIME)
    return Allocation(
        creditor=office.creditor, payment=payment, case_id=case.id, on=payment.on, costs_minor=settled.allocated.costs_minor,
        interest_minor=settled.allocated.interest_minor, capital_minor=settled.allocated.capital_minor, waived_minor=waived,
        matched_by=matched_by, act=str(settled.allocated.source),
    )  # fmt: skip


def _leave_over(office: Office, payment: Payment, left: int, today: date) -> None:
    """More paid than owed goes back to the payer; a direct payment too large is the creditor's own matter."""
    if left > 0 and payment.via == "bank":
        _post(office, payment, [Booking(Account.SUSPENSE, Account.REFUNDS, left, payment.currency, payment.on,
                                        Reason.OVERPAID)], today, "overpaid")  # fmt: skip


@transaction.atomic
def reverse_payment(payment: Payment, *, by: str, today: date, office: Office | None = None) -> None:
    """The payment never was: every transfer of it is turned round, closed cases come back and wait anew. Raises Refused."""
    if payment.reversed_on:
        raise Refused(f"payment {payment.key} was reversed on {payment.reversed_on} already", field="payment")
    office = office or open_office(payment.creditor)
    creditor = payment.creditor_id
    cases = sorted({a.case_id for a in payment.allocations.all()})
    void_unsent(office, cases, today)
    for case in cases:
        reopen(office, case, today, Reason.PAYMENT_REVERSED)
    rows = run(
        """SELECT t.id, t.debit, t.credit, t.amount_minor, t.currency, t."on", t.case_number, t.reason FROM ledger_transfer t
           WHERE t.creditor_id = %s AND t.payment_number = %s AND t.reason <> ALL (%s) ORDER BY t.id""",
        [creditor, payment.pk, [Reason.INTEREST_BOOKED, Reason.INTEREST_TOO_HIGH_BEFORE]],
    )
    reason = Reason.CREDIT_REVERSED if payment.via == "credit" else Reason.PAYMENT_REVERSED
    # A cost that fell because of the payment was waived by it, not paid: taking that back undoes a waiver.
    turned = [
        booking
        for row in rows
        for booking in reversals([row[:6]], Reason.COST_WAIVED if row[7] == Reason.COST_WAIVED else reason)
    ]
    with connection.cursor() as cursor:
        post(cursor, creditor, [
            Posting(f"payment {payment.pk} reversed, transfer {transfer}", booking, row[6], payment.pk, transfer)
            for (booking, transfer), row in zip(turned, rows, strict=True)
        ], booked_on=today)  # fmt: skip
    Allocation.objects.bulk_create(
        Allocation(creditor_id=creditor, payment=payment, case_id=a.case_id, on=a.on, costs_minor=-a.costs_minor,
                   interest_minor=-a.interest_minor, capital_minor=-a.capital_minor, waived_minor=-a.waived_minor,
                   matched_by=a.matched_by, act=a.act, reverses=a)
        for a in payment.allocations.filter(reverses__isnull=True)
    )  # fmt: skip
    Payment.objects.filter(pk=payment.pk).update(reversed_on=today)
    refresh(office, cases, today)
    record_event(creditor, today, by, "payment reversed", payment.key)
    review_cases(office, cases, today)
