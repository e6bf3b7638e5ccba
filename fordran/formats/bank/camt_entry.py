"""One entry of a camt file (`Ntry`) and its transactions (`TxDtls`) as a deposit and its payments.

The direction stands in `CdtDbtInd`, also for a reversal: a reversed credit is a debit with `RvslInd` true.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date

from fordran.formats.bank.camt_transaction import SIGNS, Transaction
from fordran.formats.bank.camt_tree import Element, by_name, child, text_of, written
from fordran.formats.bank.fields import (
    decimal_minor,
    is_currency,
    is_digits,
    iso_day,
    note_day,
)
from fordran.formats.bank.report import Report, shown
from fordran.formats.bank.result import Deposit, Event, Kind, Payment

MOST_PARTS_KEPT = 100
_BOOKED = frozenset({"BOOK", "BOOKED", "PAID"})
_NOT_BOOKED = frozenset({"PDNG", "INFO", "FUTR", "PENDING"})
_TRUE = frozenset({"true", "1"})


@dataclass(slots=True)
class Entry:
    """An `Ntry` being read. `amount` is None when the entry cannot be used; its problem is then told."""

    report: Report
    place: str
    number: int
    account: str
    amount: int | None = None
    sign: int = 1
    currency: str = ""
    booked: bool = False
    reversal: bool = False
    day: date | None = None
    serial: str = ""
    text: str = ""  # the entry's own, for a payment that has none
    transactions: int = 0
    total: int = 0  # of the transactions, signed
    batch: tuple[int, int] = (0, 0)  # transactions and their sum when the last batch was checked
    batches: int = 0
    split: bool = False  # payments are being told one by one
    held: list[Transaction] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        """Booked, and readable."""
        return self.booked and self.amount is not None

    @property
    def signed(self) -> int:
        return self.sign * (self.amount or 0)

    @property
    def running(self) -> int:
        """The transactions so far, also while the first one waits."""
        waiting = self.held[0].amount if self.transactions == 1 and self.held else None
        return self.total + (waiting or 0)

    def take(self, transaction: Transaction) -> tuple[Event, ...]:
        """The first transaction waits, since a lone one may leave its amount to the entry."""
        if self.split:
            return self._tell(transaction)
        if self.held and self.transactions == 2 and self.held[0].amount is not None:
            self.split = True
            first = self.held.pop()
            return (*self._tell(first), *self._tell(transaction))
        if len(self.held) < MOST_PARTS_KEPT:
            self.held.append(transaction)
        return ()

    def _tell(self, transaction: Transaction) -> tuple[Event, ...]:
        if transaction.amount is None:
            self.report.disagreement("part_without_amount", transaction.record, "Amt")
            return ()
        self.total += transaction.amount
        return (self._payment(transaction, transaction.amount),)

    def _payment(self, transaction: Transaction, amount: int) -> Payment:
        kind: Kind = "payment"
        if self.reversal or transaction.returned:
            kind = "reversal"
        elif amount < 0:
            kind = "deduction" if self.sign > 0 else "other_debit"
        parts = transaction.parts
        if parts and sum(part.amount_minor for part in parts) != abs(amount):
            self.report.note("n_split_differs", transaction.record)
            parts = ()
        references = transaction.references
        ours = transaction.order_ids if kind == "other_debit" or (kind == "reversal" and amount > 0) else ()
        return Payment(
            kind=kind,
            amount_minor=amount,
            currency=self.currency,
            reference=references[0] if references else "",
            references=(*references[1:], *ours),
            payer=transaction.payer,
            texts=tuple(transaction.texts),
            deposit=self.number,
            record=transaction.record,
            serial=transaction.serial,
            parts=parts,
            account=transaction.account,
            payer_account=transaction.payer_account,
            payer_number=transaction.payer_number,
        )

    def check_batch(self, batch: Element) -> None:
        """The batch's own number and sum, against the transactions of the same details."""
        self.batches += 1
        before, before_sum = self.batch
        number = self.transactions - before
        self.batch = (self.transactions, self.running)
        stated_sum = child(batch, "TtlAmt")
        stated_number = text_of(batch, "NbOfTxs")
        if number == 0:
            return
        if stated_sum is not None and (stated_sum.get("Ccy") or self.currency) != self.currency:
            self.report.note("n_batch_not_compared", self.place)
            return
        if is_digits(stated_number) and int(stated_number[:15]) != number:
            self.report.disagreement("batch_count", self.place, "Btch NbOfTxs", stated=stated_number, counted=number)
        minor = decimal_minor(written(stated_sum)) if stated_sum is not None else None
        counted = abs(self.running - before_sum)
        if self.split and minor is not None and minor != counted:
            self.report.disagreement(
                "batch_sum", self.place, "Btch TtlAmt", stated=self.report.money(minor), counted=self.report.money(counted)
            )

    def finish(self) -> tuple[Event, ...]:
        """At the end of the entry: the payment that waited, and the deposit. Nothing for an entry that does not count."""
        if not self.counts:
            return ()
        events: tuple[Event, ...] = ()
        if self.split:
            self._compare(self.total)
        elif self.transactions <= 1:
            events = (self._alone(),)
        else:
            self.report.note("n_whole_batch", self.place)
            events = (self._whole(),)
        return (*events, self._deposit(self.signed))

    def _compare(self, counted: int) -> None:
        if counted != self.signed:
            money = self.report.money
            self.report.disagreement("parts_sum", self.place, "Amt", stated=money(self.signed), counted=money(counted))

    def _alone(self) -> Payment:
        if not self.held:
            if self.batches:
                self.report.note("n_batch_without_parts", self.place)
            texts = [self.text] if self.text else []
            return self._payment(Transaction(self.place, texts=texts, serial=self.serial), self.signed)
        only = self.held[0]
        if only.firm and only.amount is not None:
            self._compare(only.amount)
        only.serial = only.serial or self.serial
        if self.text and not only.references and not only.texts:
            only.texts = [self.text]
        return self._payment(only, self.signed)

    def _whole(self) -> Payment:
        """Parts that cannot be told apart: one payment, with their references and texts as hints."""
        payers = {one.payer for one in self.held}
        references = dict.fromkeys(reference for one in self.held for reference in one.references)
        whole = Transaction(
            self.place,
            returned=all(one.returned for one in self.held),
            references=["", *list(references)[:MOST_PARTS_KEPT]],
            texts=list(dict.fromkeys(text for one in self.held for text in one.texts))[:MOST_PARTS_KEPT],
            payer=payers.pop() if len(payers) == 1 else "",
            serial=self.serial,
        )
        return self._payment(whole, self.signed)

    def _deposit(self, amount: int) -> Deposit:
        return Deposit(self.number, self.account, self.currency, self.day, amount, serial=self.serial, record=self.place)

    def broken_off(self) -> tuple[Event, ...]:
        """The file stopped inside this entry."""
        if not self.counts:
            return ()
        events: tuple[Event, ...] = ()
        if self.held and self.held[0].amount is not None and self.held[0].firm:
            events = self._tell(self.held.pop(0))
        return (*events, self._deposit(self.total)) if self.split or events else ()


def read_head(element: Element, place: str, account: str, number: int, report: Report) -> Entry:
    """What stands in the entry before its details."""
    held = by_name(element)
    entry = Entry(report, place, number, account)
    entry.booked = _is_booked(held.get("Sts"), place, report)
    entry.reversal = written(held.get("RvslInd")) in _TRUE
    entry.serial = written(held.get("AcctSvcrRef")) or written(held.get("NtryRef"))
    direction = written(held.get("CdtDbtInd"))
    amount = held.get("Amt")
    if amount is None:
        report.problem("missing", place, "Amt", name="Amt")
        return entry
    minor = decimal_minor(written(amount))
    entry.currency = amount.get("Ccy") or ""
    if minor is None:
        report.problem("not_an_amount", place, "Amt", value=shown(written(amount)))
        return entry
    if not is_currency(entry.currency):
        report.problem("not_a_currency", place, "Amt Ccy", value=shown(entry.currency))
        return entry
    if direction not in SIGNS:
        report.problem("not_a_code", place, "CdtDbtInd", value=shown(direction), codes="CRDT DBIT")
        return entry
    entry.amount, entry.sign = minor, SIGNS[direction]
    if entry.booked:
        entry.day = _booking_day(held, place, report)
        if entry.currency != "SEK":
            report.note("n_currency", place, currency=entry.currency)
    return entry


def _is_booked(status: Element | None, place: str, report: Report) -> bool:
    """`Sts` is a code until version 07, and holds a code or the bank's own word from version 08 on."""
    own = text_of(status, "Prtry") if status is not None else ""
    code = (text_of(status, "Cd") or written(status) or own) if status is not None else ""
    if not code:
        report.problem("missing", place, "Sts", name="Sts")
        return False
    if code.upper() in _NOT_BOOKED:
        report.note("n_not_booked", place, status=shown(code))
        return False
    if code.upper() not in _BOOKED:  # to leave it out would be to dun somebody who may have paid
        report.problem("not_a_code", place, "Sts", value=shown(code), codes="BOOK PDNG INFO FUTR")
        return False
    if code != "BOOK":
        report.note("n_own_status", place, status=shown(code))
    return True


def _booking_day(held: dict[str, Element], place: str, report: Report) -> date | None:
    for name in ("BookgDt", "ValDt"):
        one = held.get(name)
        text = (text_of(one, "Dt") or text_of(one, "DtTm")) if one is not None else ""
        if not text:
            continue
        day = iso_day(text)
        if day is None:
            report.problem("not_a_date", place, name, value=shown(text), pattern="YYYY-MM-DD")
            return None
        note_day(day, place, report)
        if name == "ValDt":
            report.note("n_value_date", place)
        return day
    report.problem("missing", place, "BookgDt", name="BookgDt")
    return None
