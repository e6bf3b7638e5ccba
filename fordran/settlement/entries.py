"""What the bank writes beside payments: deductions inside a deposit, and payments it took back.

A deduction lowers the payment with its own reference by the same payer in the same deposit. A reversal undoes the payment it
reverses: the claim comes back, and the lawful wait begins anew. What does not point to one single payment waits for a person,
and so do the payments that a deduction may be out of: their money is not all there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

from django.db import connection

from fordran.audit.record import record_event
from fordran.cases.office import Office
from fordran.cases.review import review_cases
from fordran.core.findings import Finding, finding
from fordran.core.problems import Refused
from fordran.core.reasons import Reason
from fordran.db.bulk import as_json, run, update_many
from fordran.process.hints import payer_key
from fordran.settlement.find import because_of
from fordran.settlement.models import Payment
from fordran.settlement.undo import to_suspense


def work_off_entries(office: Office, today: date) -> int:
    """Deductions and reversals that are new. How many were worked off. Inside a transaction, before payments are matched.

    Deductions, of which a file may hold many, take the same number of statements however many they are; each reversal, which
    undoes what a payment did, is a deed of its own.
    """
    new = Payment.objects.filter(creditor=office.creditor, state="new").exclude(kind="payment").order_by("on", "id")
    entries = list(new)
    for deduction, some in groupby(entries, lambda entry: entry.kind == "deduction"):
        if deduction:
            _deduct(list(some), today)
            continue
        for entry in some:
            if entry.direction < 0:
                _take_back(office, entry, today)
            else:
                _to_person(entry, finding(Reason.REVERSAL_UNCLEAR, amount_minor=entry.amount_minor, currency=entry.currency))
    return len(entries)


def _to_person(entry: Payment, because: Finding) -> None:
    run("UPDATE settlement_payment SET state = 'suspense', because = %s WHERE id = %s", [because_of(because), entry.pk])


# ---- deductions -------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Beside:
    """A payment in the deposit of a deduction: no more of it than is asked, since a deposit may hold very many."""

    id: int
    state: str
    amount_minor: int
    taken_minor: int
    held_minor: int
    about_case: int
    named: list[str]
    payer: str
    payer_account: str
    reversed_on: date | None

    @property
    def left_minor(self) -> int:
        return self.amount_minor - self.taken_minor


def _beside(deductions: Sequence[Payment]) -> dict[int, list[_Beside]]:
    """The payments of each deduction's payer in its deposit, in one statement for all of them."""
    rows = run(
        """SELECT d.id, p.id, p.state, p.amount_minor, p.taken_minor, p.held_minor, p.about_case, p.named, p.payer,
                  p.payer_account, p.reversed_on
           FROM settlement_payment d JOIN settlement_payment p ON p.deposit_id = d.deposit_id
               AND p.kind = 'payment' AND (d.payer_account = p.payer_account OR d.payer_account = '' OR p.payer_account = '')
           WHERE d.id = ANY (%s) ORDER BY d.id, p.id""",
        [[d.pk for d in deductions]],
    )
    payments: dict[int, _Beside] = {}
    found: dict[int, list[_Beside]] = {d.pk: [] for d in deductions}
    of = {d.pk: d for d in deductions}
    for deduction, *row in rows:
        payment = payments.setdefault(row[0], _Beside(*row))  # one for all the deductions beside it
        if _same_payer(of[deduction], payment):
            found[deduction].append(payment)
    return found


def _deduct(deductions: Sequence[Payment], today: date) -> None:
    """Each comes out of the one payment it names; a person looks at the others, and at what they may be out of."""
    beside = _beside(deductions)
    lowered: dict[int, _Beside] = {}
    taken: list[tuple[Any, ...]] = []
    waiting: dict[int, str] = {}
    for entry in deductions:
        of_payer = beside[entry.pk]
        named = [p for p in of_payer if entry.plain and entry.plain in p.named and p.left_minor >= entry.amount_minor]
        if len(named) == 1 and named[0].state in ("new", "found", "waiting", "suspense"):
            payment = named[0]
            payment.taken_minor += entry.amount_minor
            payment.held_minor -= entry.amount_minor
            if payment.held_minor == 0 and payment.state != "new":
                payment.state, payment.reversed_on = "undone", today
            lowered[payment.id] = payment
            taken.append((entry.pk, payment.about_case, payment.id, as_json(_taken_because(entry))))
            continue
        because = because_of(finding(Reason.DEDUCTION_UNCLEAR, amount_minor=entry.amount_minor, currency=entry.currency))
        waiting[entry.pk] = because
        for payment in of_payer:
            if payment.state in ("new", "found") or payment.id in waiting:
                payment.state, waiting[payment.id] = "suspense", because
    with connection.cursor() as cursor:
        update_many(cursor, "settlement_payment", _WAITING, [(n, "suspense", because) for n, because in waiting.items()])
        update_many(
            cursor, "settlement_payment", _LOWERED,
            [(p.id, p.state, p.taken_minor, p.held_minor, p.reversed_on) for p in lowered.values()],
        )  # fmt: skip
        update_many(
            cursor, "settlement_payment", _TAKEN, [(n, "undone", 0, about, payment, why) for n, about, payment, why in taken]
        )


_WAITING = (("id", "bigint"), ("state", "text"), ("because", "jsonb"))
_LOWERED = (
    ("id", "bigint"), ("state", "text"), ("taken_minor", "bigint"), ("held_minor", "bigint"), ("reversed_on", "date"),
)  # fmt: skip
_TAKEN = (
    ("id", "bigint"), ("state", "text"), ("held_minor", "bigint"), ("about_case", "bigint"), ("takes_from_id", "bigint"),
    ("because", "jsonb"),
)  # fmt: skip


def _taken_because(entry: Payment) -> list[Any]:
    reason = Reason.DEDUCTED if entry.kind == "deduction" else Reason.REVERSED_BY_BANK
    return [reason, {"amount_minor": entry.amount_minor, "currency": entry.currency}, "none", "", ""]


def _same_payer(one: Payment, other: _Beside) -> bool:
    """By account or name where both have it; where the file names no payer the whole deposit is meant."""
    if one.payer_account and other.payer_account:
        return one.payer_account == other.payer_account
    if one.payer and other.payer:
        return payer_key(one.payer) == payer_key(other.payer)
    return True


def take_from(payment: Payment, entry: Payment, today: date) -> None:
    """The entry's money comes out of the payment, which lies whole in suspense."""
    Payment.objects.filter(pk=payment.pk).update(
        taken_minor=payment.taken_minor + entry.amount_minor, held_minor=payment.held_minor - entry.amount_minor
    )
    Payment.objects.filter(pk=entry.pk).update(
        state="undone", takes_from=payment, held_minor=0, about_case=payment.about_case,
        because=_taken_because(entry),
    )  # fmt: skip
    payment.refresh_from_db()
    if payment.held_minor == 0 and payment.state != "new":
        Payment.objects.filter(pk=payment.pk).update(state="undone", reversed_on=today)


# ---- what the bank took back ------------------------------------------------------------------------------------


def _take_back(office: Office, entry: Payment, today: date) -> None:
    payment = _reversed_by(entry)
    if payment is None:
        _to_person(entry, finding(Reason.REVERSAL_UNCLEAR, amount_minor=entry.amount_minor, currency=entry.currency))
        return
    undo_by_bank(office, payment, entry, today, by="bank")


def undo_by_bank(office: Office, payment: Payment, entry: Payment, today: date, *, by: str) -> None:
    """The bank's entry takes back this payment. Raises Refused when the payment is not whole any more."""
    if payment.amount_minor - payment.taken_minor != entry.amount_minor or payment.currency != entry.currency:
        raise Refused("the amounts differ: such an entry must be settled with the bank first", field="PAYMENT")
    cases = to_suspense(office, payment, today)
    payment.refresh_from_db()
    take_from(payment, entry, today)
    record_event(office.creditor.pk, today, by, "payment taken back by the bank", str(payment.pk))
    review_cases(office, cases, today)


def _reversed_by(entry: Payment) -> Payment | None:
    """The one payment that the entry undoes: by the bank's own number, else by reference or payer, and the amount. Of several
    equal ones with the same reference the one that pays nothing goes first, then the latest."""
    alike: Sequence[Payment] = list(
        Payment.objects.filter(
            creditor=entry.creditor_id, kind="payment", direction=1, amount_minor=entry.amount_minor, taken_minor=0,
            paid_back_minor=0,
            currency=entry.currency, reversed_on__isnull=True, on__lte=entry.on, via="bank",
        ).exclude(state="own").order_by("-on", "-id")[:1000]
    )  # fmt: skip
    by_serial = [p for p in alike if entry.serial and p.serial == entry.serial]
    if len(by_serial) == 1:
        return by_serial[0]
    named = [p for p in alike if entry.plain and entry.plain in p.named]
    if named:
        return min(named, key=lambda p: p.state == "matched") if len({p.plain for p in named}) == 1 else None
    paid = [p for p in alike if _known_payer(entry, p)]
    return paid[0] if len(paid) == 1 else None


def _known_payer(entry: Payment, payment: Payment) -> bool:
    if entry.payer_account and payment.payer_account:
        return entry.payer_account == payment.payer_account
    return bool(entry.payer and payment.payer) and payer_key(entry.payer) == payer_key(payment.payer)
