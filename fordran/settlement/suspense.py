"""What a person does about money that waits: match it, say what an entry belongs to, pay it back, set it off.

Every act says who, why and when, moves the money in the books and decides the cases again at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from django.db import connection, transaction

from fordran.audit.record import record_event
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.findings import finding
from fordran.core.problems import Refused
from fordran.core.reasons import Reason
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.ledger.post import Posting, post
from fordran.process.bookings import Account, Booking
from fordran.process.facts import Stage
from fordran.process.matching import BY_PERSON
from fordran.settlement.allocate import Outcome, Receipt, allocate, deed_key, owned_by
from fordran.settlement.entries import take_from, undo_by_bank
from fordran.settlement.find import COMING, OLDEST, because_of
from fordran.settlement.models import Payment
from fordran.settlement.settle_new import settle_new


def find_payment(text: str, creditor: Creditor | None = None) -> Payment:
    """By its number, as lists show it, or by its key. Raises Refused."""
    payments = Payment.objects.select_related("creditor")
    if creditor is not None:
        payments = payments.filter(creditor=creditor)
    found = payments.filter(pk=int(text)).first() if text.isdigit() and len(text) < 19 else None
    found = found or payments.filter(key=text).first()
    if found is None:
        raise Refused(f"there is no payment {text}; `fordran payments suspense` lists those that wait", field="PAYMENT")
    return found


def _locked(payment: Payment) -> Payment:
    return Payment.objects.select_for_update().get(pk=payment.pk)


@transaction.atomic
def match_by_hand(
    payment: Payment, case: Case, *, by: str, today: date, amount_minor: int | None = None, reason: str = "",
    office: Office | None = None,
) -> Outcome:  # fmt: skip
    """Set the payment, or `amount_minor` öre of it, against the case. What is more than owed is to be paid back; what was not
    meant for this case stays in suspense. Raises Refused."""
    payment = _locked(payment)
    if payment.creditor_id != case.creditor_id:
        raise Refused(f"payment {payment.pk} came to another creditor's account", field="CASE")
    if payment.kind != "payment" or payment.held_minor <= 0:
        raise Refused(f"nothing of payment {payment.pk} waits; it is {payment.state}", field="PAYMENT")
    if case.stage == Stage.CLOSED:
        raise Refused(f"case {case.number} is closed ({case.closed_cause}): pay the money back, or choose another", field="CASE")
    if payment.currency != case.currency:
        raise Refused(f"the payment is in {payment.currency}, the claim in {case.currency}", field="CASE")
    minor = payment.held_minor if amount_minor is None else amount_minor
    if not 0 < minor <= payment.held_minor:
        raise Refused(f"{payment.held_minor} öre wait; give more than nothing and at most that", field="--amount")
    office = office or open_office(case.creditor)
    on = payment.on if payment.learnt_on - OLDEST <= payment.on <= payment.learnt_on + COMING else payment.learnt_on
    receipt = Receipt(payment.pk, "bank", on, minor, payment.currency, (case.pk,), BY_PERSON, rounds=payment.rounds)
    because = because_of(finding(Reason.MATCHED_BY_PERSON))
    run("UPDATE settlement_payment SET because = %s, confidence = 100 WHERE id = %s", [because, payment.pk])
    outcome = allocate(office, [receipt], today)[0]
    rest = payment.held_minor - minor
    run(
        "UPDATE settlement_payment SET held_minor = held_minor + %s, refund_minor = refund_minor + %s WHERE id = %s",
        [rest, payment.refund_minor, payment.pk],
    )
    if rest:
        left = finding(Reason.PART_LEFT, amount_minor=rest, currency=payment.currency)
        run("UPDATE settlement_payment SET state = 'suspense', because = %s WHERE id = %s", [because_of(left), payment.pk])
    record_event(
        payment.creditor_id, today, by, "payment matched", str(payment.pk), case=case.number, amount=minor, reason=reason
    )
    return outcome


@transaction.atomic
def match_entry(entry: Payment, payment: Payment, *, by: str, today: date, office: Office | None = None) -> None:
    """A person says which payment a deduction lowers or a reversal takes back. Raises Refused."""
    entry, payment = _locked(entry), _locked(payment)
    if entry.direction > 0 or entry.state != "suspense":
        raise Refused(f"{entry.pk} is no deduction or reversal that waits", field="PAYMENT")
    if (payment.kind, payment.creditor_id, payment.currency) != ("payment", entry.creditor_id, entry.currency):
        raise Refused(f"{payment.pk} is no payment to the same creditor in {entry.currency}", field="PAYMENT")
    office = office or open_office(entry.creditor)
    if entry.kind == "reversal":
        undo_by_bank(office, payment, entry, today, by=by)
        return
    if payment.held_minor < entry.amount_minor or payment.state == "matched":
        raise Refused(
            f"{payment.pk} does not wait with {entry.amount_minor} öre or more; take it off its case first", field="PAYMENT"
        )
    take_from(payment, entry, today)
    record_event(entry.creditor_id, today, by, "deduction matched", str(entry.pk), payment=payment.pk)


@transaction.atomic
def look_again(creditor: Creditor, payments: Sequence[int], today: date) -> None:
    """Payments in suspense are looked up anew, as if they had just come."""
    run(
        """UPDATE settlement_payment SET state = 'new' WHERE creditor_id = %s AND id = ANY (%s) AND state = 'suspense'
           AND kind = 'payment' AND rounds = 0""",
        [creditor.pk, list(payments)],
    )
    settle_new(open_office(creditor), today)


@transaction.atomic
def refund(payment: Payment, *, by: str, today: date, reason: str = "") -> int:
    """What of the payment waits in suspense is to be paid back. How much, öre. Raises Refused when nothing waits."""
    payment = _locked(payment)
    if payment.kind != "payment" and payment.direction < 0 or payment.held_minor <= 0:
        raise Refused(f"nothing of payment {payment.pk} waits; it is {payment.state}", field="PAYMENT")
    minor = payment.held_minor
    _move(payment, Account.SUSPENSE, Account.REFUNDS, minor, "refunded 0", Reason.REFUND_DECIDED, today)
    state = "matched" if payment.matched_by else "refunded"
    run(
        """UPDATE settlement_payment SET state = %s, held_minor = 0, refund_minor = refund_minor + %s, because = %s
           WHERE id = %s""",
        [state, minor, because_of(finding(Reason.REFUND_DECIDED)), payment.pk],
    )
    record_event(payment.creditor_id, today, by, "refund decided", str(payment.pk), amount=minor, reason=reason)
    return minor


@transaction.atomic
def pass_on(payment: Payment, *, reason: str, by: str, today: date) -> int:
    """What of the payment waits is the creditor's own money and no claim's: paid on an invoice that was settled in another
    way, or for something else. How much, öre. Raises Refused."""
    payment = _locked(payment)
    if not reason.strip():
        raise Refused("say why it is the creditor's, in a few words", field="--reason")
    if payment.kind != "payment" or payment.held_minor <= 0:
        raise Refused(f"nothing of payment {payment.pk} waits; it is {payment.state}", field="PAYMENT")
    minor = payment.held_minor
    _move(payment, Account.SUSPENSE, owned_by(payment.creditor), minor, "own 0", Reason.PAID_ON_INVOICE, today)
    state = "matched" if payment.matched_by else "own"
    because = because_of(finding(Reason.PAID_ON_INVOICE))
    run("UPDATE settlement_payment SET state = %s, held_minor = 0, because = %s WHERE id = %s", [state, because, payment.pk])
    record_event(payment.creditor_id, today, by, "payment is the creditor's own", str(payment.pk), amount=minor, reason=reason)
    return minor


@transaction.atomic
def set_off(payment: Payment, case: Case, *, told: str, by: str, today: date, office: Office | None = None) -> Outcome:
    """What was paid too much goes to another due case of the same debtor instead of back. `told` says how the payer was told.
    Raises Refused."""
    if not told.strip():
        raise Refused("say how the payer was told: money is set against another debt only with a letter", field="--told")
    payment = _locked(payment)
    if payment.refund_minor <= 0:
        raise Refused(f"nothing of payment {payment.pk} is to be paid back", field="PAYMENT")
    paid_for = run(
        """SELECT DISTINCT c.customer_id FROM settlement_allocation a JOIN cases_case c ON c.id = a.case_id
           WHERE a.payment_id = %s""",
        [payment.pk],
    )
    if [case.customer_id] != [row[0] for row in paid_for]:
        raise Refused(f"case {case.number} is not the same debtor's", field="CASE")
    minor = payment.refund_minor
    _move(payment, Account.REFUNDS, Account.SUSPENSE, minor, "set off 0", Reason.SET_OFF, today)
    run("UPDATE settlement_payment SET held_minor = held_minor + %s, refund_minor = 0 WHERE id = %s", [minor, payment.pk])
    payment.refresh_from_db()
    outcome = match_by_hand(payment, case, by=by, today=today, amount_minor=minor, reason=told, office=office)
    record_event(payment.creditor_id, today, by, "overpayment set off", str(payment.pk), case=case.number, told=told)
    return outcome


def _move(payment: Payment, debit: Account, credit: Account, minor: int, what: str, reason: Reason, today: date) -> None:
    booking = Booking(debit, credit, minor, payment.currency, today, reason)
    with connection.cursor() as cursor:
        key = deed_key(payment.pk, payment.rounds, what)
        post(cursor, payment.creditor_id, [Posting(key, booking, payment_number=payment.pk)], booked_on=today)
