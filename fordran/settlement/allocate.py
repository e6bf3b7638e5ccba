"""Payments are set against their cases by the law's order: many at once or one, with the same number of statements.

Each payment meets the claim as the payments before it left it. What was decided, allocated and booked is written together,
and the cases are decided again, in the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection
from django.db.backends.utils import CursorWrapper

from fordran.cases.load import Loaded, load_cases
from fordran.cases.office import Office
from fordran.cases.review import review_changes
from fordran.cases.void import void_unsent
from fordran.cases.write import CaseChange, write_changes
from fordran.core.findings import Finding, finding
from fordran.core.many import FEW, many_objects
from fordran.core.reasons import Reason
from fordran.creditors.models import Creditor
from fordran.db.bulk import insert_many, update_many
from fordran.ledger.post import Posting, post
from fordran.process.bookings import Account, Booking
from fordran.process.facts import CaseFacts, Stage, StepTaken
from fordran.process.settle import Settled, settle_credit, settle_payment
from fordran.settlement.find import because_of
from fordran.settlement.named import with_named


@dataclass(frozen=True, slots=True)
class Receipt:
    """A payment to be set against `cases`, oldest first. `amount_minor` is what may be given out of it, öre.

    `shares` is the payer's own split, by case; with `keeps_rest` what they leave belongs to another claim.
    """

    payment: int
    via: str
    on: date
    amount_minor: int
    currency: str
    cases: tuple[int, ...]
    matched_by: str
    shares: Mapping[int, int] = field(default_factory=dict)
    keeps_rest: bool = False
    rounds: int = 0
    names_more: bool = False  # the payer's text names more than the reference found
    elsewhere: int = 0  # an invoice without a case that the payer names too: what is left is for it
    elsewhere_minor: int = 0  # öre that is open of all such invoices


@dataclass(slots=True)
class Outcome:
    """What became of a receipt: öre given to cases, to be paid back, and still in suspense."""

    receipt: Receipt
    given_minor: int = 0
    refund_minor: int = 0
    held_minor: int = 0
    because: Finding | None = None  # why something of it, or all, waits
    waits_for: int = 0  # the invoice that it waits for, until that has a case


def bank_of(creditor: Creditor) -> Account:
    return Account.CLIENT_BANK if creditor.mode == "agency" else Account.OWN_BANK


def owned_by(creditor: Creditor) -> Account:
    """Where money goes that is the creditor's: held for it, or its own at once."""
    return Account.PAYABLE if creditor.mode == "agency" else Account.RECEIVED


def deed_key(payment: int, rounds: int, what: str) -> str:
    """The ledger key of a deed with a payment; each time it is set against cases anew has keys of its own."""
    return f"payment {payment}{f'.{rounds}' if rounds else ''} {what}"


def allocate(office: Office, receipts: Sequence[Receipt], today: date, *, decides: bool = True) -> list[Outcome]:
    """Set the receipts against their cases, in order of day and number. Inside a transaction.

    Without `decides` the cases are not judged yet: more is to come.
    """
    if len(receipts) < FEW:
        return _allocate(office, receipts, today, decides)
    with many_objects():
        return _allocate(office, receipts, today, decides)


def _allocate(office: Office, receipts: Sequence[Receipt], today: date, decides: bool) -> list[Outcome]:
    receipts = with_named(office, receipts)
    ids = sorted({case for receipt in receipts for case in receipt.cases})
    void_unsent(office, ids, today)
    desk = _Desk(office, today, load_cases(office.creditor.pk, ids, office.profile, lock=True))
    outcomes = [desk.take(receipt) for receipt in sorted(receipts, key=lambda r: (r.on, r.payment))]
    with connection.cursor() as cursor:
        if decides:
            review_changes(office, desk.all_changes(), today)
        else:
            write_changes(cursor, office.creditor.pk, list(desk.changes.values()), today)
        insert_many(cursor, "settlement_allocation", _ALLOCATION, desk.allocations)
        post(cursor, office.creditor.pk, desk.postings, booked_on=today)
        _write_payments(cursor, outcomes)
    return outcomes


_ALLOCATION = (
    "creditor_id", "payment_id", "case_id", "on", "costs_minor", "interest_minor", "capital_minor", "waived_minor",
    "matched_by", "act",
)  # fmt: skip


class _Desk:
    """What one round gathers before it is written."""

    def __init__(self, office: Office, today: date, loaded: Iterable[Loaded]) -> None:
        self.office, self.today = office, today
        self.loaded = {case.id: case for case in loaded}
        self.changes: dict[int, CaseChange] = {}
        self.allocations: list[tuple[object, ...]] = []
        self.postings: list[Posting] = []

    def take(self, receipt: Receipt) -> Outcome:
        cases = sorted((self.loaded[c] for c in receipt.cases if c in self.loaded), key=lambda c: (c.facts.claim.due_on, c.id))
        if receipt.via == "bank":
            owing = [c for c in cases if self._owes(c)]
            if not owing:
                return Outcome(receipt, held_minor=receipt.amount_minor, because=_owes_nothing(cases))
            cases = owing
        shares = receipt.shares or self._letter_shares(receipt, cases)
        named = self._named_shares(receipt, cases) if not shares else {}
        left = self._by_name(receipt, cases, named) if named else self._by_age(receipt, cases, shares)
        return self._leave_over(receipt, left)

    def _by_age(self, receipt: Receipt, cases: Sequence[Loaded], shares: Mapping[int, int]) -> int:
        """Each its share where there are shares, else all it can take; what is left."""
        left = receipt.amount_minor
        for number, case in enumerate(cases):
            last = number == len(cases) - 1 and not receipt.shares
            part = left if last else min(left, shares.get(case.id, 0 if receipt.shares else left))
            if part > 0:
                left -= self._settle(receipt, case, part)
        return left

    def _by_name(self, receipt: Receipt, cases: Sequence[Loaded], named: Mapping[int, int]) -> int:
        """Each what the payer meant for it, and of what is more the oldest first; what is left, that elsewhere included."""
        more = receipt.amount_minor - sum(named.values()) - receipt.elsewhere_minor
        for case in cases:
            part = named[case.id] + more
            more = part - self._settle(receipt, case, part) if part > 0 else part
        return more + receipt.elsewhere_minor

    def all_changes(self) -> Iterator[CaseChange]:
        """Of every case, whether a receipt changed it or not."""
        return (self.changes.get(case.id) or CaseChange(case, case.facts) for case in self.loaded.values())

    def _facts(self, case: Loaded) -> CaseFacts:
        change = self.changes.get(case.id)
        return change.facts if change else case.facts

    def _latest_letter(self, case: Loaded) -> StepTaken | None:
        """The latest one that asked for something."""
        return next((s for s in reversed(self._facts(case).steps) if s.asked_minor), None)

    def _owes(self, case: Loaded) -> bool:
        facts = self._facts(case)
        costs = facts.costs_open_minor if facts.claim.currency == self.office.country.currency else 0
        return facts.stage != Stage.CLOSED and facts.capital_minor + facts.interest_open_minor + costs > 0

    def _letter_shares(self, receipt: Receipt, cases: Sequence[Loaded]) -> dict[int, int]:
        """What the latest joint letter asked for each case, if this payment covers all of it by its last day."""
        steps = {c.id: self._latest_letter(c) for c in cases}
        if len(cases) < 2 or any(s is None or s.last_day is None or receipt.on > s.last_day for s in steps.values()):
            return {}
        asked = {case: s.asked_minor for case, s in steps.items() if s is not None}
        enough = self.office.country.enough_for(sum(asked.values()), receipt.currency)
        return asked if receipt.amount_minor >= enough else {}

    def _named_shares(self, receipt: Receipt, cases: Sequence[Loaded]) -> dict[int, int]:
        """Who adds up what letters and invoices say means that split, whatever interest has run since: what its latest letter
        asked of a case, the capital of one without; if the payment covers it all, with the invoices named that have no case.
        Else the interest of one would be taken from the capital of another, and its debtor reminded of what they have paid."""
        if not receipt.names_more:
            return {}
        asked = {}
        for case in cases:
            facts, letter = self._facts(case), self._latest_letter(case)
            paid = sum(p.amount_minor for p in facts.payments if letter and p.on >= letter.on)
            asked[case.id] = max(letter.asked_minor - paid, 0) if letter else facts.capital_minor
        return asked if receipt.amount_minor >= sum(asked.values()) + receipt.elsewhere_minor else {}

    def _settle(self, receipt: Receipt, case: Loaded, part: int) -> int:
        """Set `part` öre against the case; how much it took."""
        facts, country = self._facts(case), self.office.country
        if receipt.via == "credit":
            settled = settle_credit(facts, part, receipt.on, country, today=self.today)
        else:
            at_creditor = receipt.via == "creditor"
            settled = settle_payment(facts, part, receipt.on, country, today=self.today, at_creditor=at_creditor)
        key = deed_key(receipt.payment, receipt.rounds, f"case {case.id}")
        change = self.changes.setdefault(case.id, CaseChange(case, facts, key=key))
        change.facts = settled.facts
        change.book(settled.bookings, receipt.payment)
        self.allocations.append(self._allocation(receipt, case, settled))
        return part - settled.left_over_minor

    def _allocation(self, receipt: Receipt, case: Loaded, settled: Settled) -> tuple[object, ...]:
        waived = sum(b.amount_minor for b in settled.bookings if b.reason == Reason.INTEREST_WAIVED_PAID_IN_TIME)
        paid = settled.allocated
        return (
            self.office.creditor.pk, receipt.payment, case.id, receipt.on, paid.costs_minor, paid.interest_minor,
            paid.capital_minor, waived, receipt.matched_by, str(paid.source),
        )  # fmt: skip

    def _leave_over(self, receipt: Receipt, left: int) -> Outcome:
        """More paid than owed goes back to the payer; a direct payment too large is the creditor's own matter."""
        outcome = Outcome(receipt, given_minor=receipt.amount_minor - left)
        if receipt.via != "bank":
            return outcome
        self._book(receipt, "allocated", owned_by(self.office.creditor), outcome.given_minor, Reason.PAYMENT_ALLOCATED)
        if left and receipt.keeps_rest:
            outcome.held_minor = left
            outcome.because = finding(Reason.PART_LEFT, amount_minor=left, currency=receipt.currency)
        elif left and receipt.elsewhere:
            outcome.held_minor, outcome.waits_for = left, receipt.elsewhere
            outcome.because = finding(Reason.INVOICE_WITHOUT_CASE, amount_minor=left, currency=receipt.currency)
        elif left and self.office.country.rounded(outcome.given_minor, receipt.currency) == receipt.amount_minor:
            self._book(receipt, "rounded", Account.ROUNDING, left, Reason.ROUNDED)
        elif left:
            outcome.refund_minor = left
            self._book(receipt, "overpaid", Account.REFUNDS, left, Reason.OVERPAID)
        return outcome

    def _book(self, receipt: Receipt, what: str, to: Account, minor: int, reason: Reason) -> None:
        if minor:
            booking = Booking(Account.SUSPENSE, to, minor, receipt.currency, receipt.on, reason)
            key = deed_key(receipt.payment, receipt.rounds, f"{what} 0")
            self.postings.append(Posting(key, booking, payment_number=receipt.payment))


def _owes_nothing(cases: Sequence[Loaded]) -> Finding:
    case = cases[0] if cases else None
    return finding(Reason.PAID_ON_CLOSED_CASE, case=case.number if case else None, lack="owes_nothing")


_OUTCOME = (
    ("id", "bigint"), ("state", "text"), ("matched_by", "text"), ("held_minor", "bigint"), ("refund_minor", "bigint"),
    ("rounds", "smallint"), ("about_case", "bigint"), ("about_invoice", "bigint"),
)  # fmt: skip


def _write_payments(cursor: CursorWrapper, outcomes: Sequence[Outcome]) -> None:
    """`because` is rewritten only where something waits: else it says how the payment found its case."""
    rows = [
        (o.receipt.payment, ("waiting" if o.waits_for else "suspense") if o.held_minor else "matched",
         o.receipt.matched_by if o.given_minor else "", o.held_minor, o.refund_minor, o.receipt.rounds + 1,
         o.receipt.cases[0] if o.because and not o.waits_for else 0, o.waits_for)
        for o in outcomes
    ]  # fmt: skip
    update_many(cursor, "settlement_payment", _OUTCOME, rows)
    waits = [(o.receipt.payment, because_of(o.because)) for o in outcomes if o.because]
    update_many(cursor, "settlement_payment", (("id", "bigint"), ("because", "jsonb")), waits)
