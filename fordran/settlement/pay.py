"""Payments and credits as they are told one by one: each finds its claim, the law's order decides what it pays."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import IntegrityError, connection, transaction

from fordran.audit.record import record_event
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.findings import finding
from fordran.core.problems import Refused
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.formats.bank import plain_reference
from fordran.ledger.post import Posting, post
from fordran.process.bookings import Account, Booking
from fordran.process.facts import Stage
from fordran.process.hints import references_of, words_of
from fordran.process.matching import WHY
from fordran.settlement.again import set_again, take_off
from fordran.settlement.allocate import allocate, bank_of, deed_key
from fordran.settlement.find import because_of, find_cases, match
from fordran.settlement.models import Payment
from fordran.settlement.settle_new import receipts_of, settle_by_payer
from fordran.settlement.undo import reverse_payment

__all__ = ["Money", "match", "receive", "register_credit", "register_direct", "reverse_payment"]


@dataclass(frozen=True, slots=True)
class Money:
    """A payment as it is told: `via` bank, creditor or credit; `on` the day it was booked; amount in öre."""

    key: str
    via: str
    on: date
    amount_minor: int
    currency: str
    reference: str = ""
    payer: str = ""
    texts: tuple[str, ...] = ()


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
    """Book one payment and let it find its claims unless `cases` are given. None: it was known already."""
    creditor = office.creditor
    try:
        with transaction.atomic():
            payment = Payment.objects.create(
                creditor=creditor, key=money.key, via=money.via, on=money.on, learnt_on=today, amount_minor=money.amount_minor,
                currency=money.currency, reference=money.reference, payer=money.payer, texts=list(money.texts),
                plain=plain_reference(money.reference), named=list(references_of(money.reference, ())),
                words=list(words_of((money.reference, *money.texts))), state="new",
                held_minor=money.amount_minor if money.via == "bank" else 0,
            )  # fmt: skip
    except IntegrityError:
        return None
    if money.via == "bank":
        booking = Booking(
            bank_of(creditor), Account.SUSPENSE, money.amount_minor, money.currency, money.on, Reason.PAYMENT_RECEIVED
        )
        with connection.cursor() as cursor:
            key = deed_key(payment.pk, 0, "received 0")
            post(cursor, creditor.pk, [Posting(key, booking, payment_number=payment.pk)], booked_on=today)
    if cases is not None:
        because = because_of(finding(WHY[matched_by]))
        run(
            """UPDATE settlement_payment SET state = 'found', cases = %s, matched_by = %s, because = %s, confidence = 100
               WHERE id = %s""",
            [list(cases), matched_by, because, payment.pk],
        )
    else:
        find_cases(office, today, [payment.pk])
    paid_before = take_off(office, cases[0], today) if money.via == "credit" and cases else []
    allocate_found(office, today, [payment.pk], decides=not paid_before)
    if paid_before:
        set_again(office, paid_before, today)
    settle_by_payer(office, today, [payment.pk])
    payment.refresh_from_db()
    return payment


def allocate_found(office: Office, today: date, ids: Sequence[int], *, decides: bool = True) -> None:
    """Those of these payments whose cases are known are set against them."""
    receipts = receipts_of(office, ids)
    if receipts:
        allocate(office, receipts, today, decides=decides)
