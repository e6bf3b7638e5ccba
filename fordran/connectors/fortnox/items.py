"""Invoices and credit invoices, from Fortnox's records to the port's.

A list in Fortnox holds half of an invoice: not its text, its reminders, whether it is a credit, or the tax agency's part. So each
is read by itself (docs/adr/0260). The name and address on an invoice are copies of the customer's on the day it was made; they
are not taken for an address of its own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from fordran.connectors.exact_json import BadValue, Record, encode
from fordran.connectors.fortnox.settings import FortnoxSettings
from fordran.connectors.fortnox.values import day, flag, minor, number, text
from fordran.ports.erp import OURS, Applied, ErpItem, ItemState

BOOKS = "SEK"
"""Fortnox keeps books in kronor."""
FINANCE = "Fortnox Finans"
"""Whose an invoice is that was sold or handed over to Fortnox's own collection."""

_CLAIMS = ("", "INVOICE", "AGREEMENTINVOICE", "SUMMARYINVOICE")
_NOT_CLAIMS = ("INTRESTINVOICE", "INTERESTINVOICE", "CASHINVOICE")  # the first is how Fortnox spells it


@dataclass(frozen=True, slots=True)
class Paid:
    """A payment that Fortnox has booked on an invoice and nobody has taken back, with what was written off beside it. `ours`: it
    was booked by the mode of payment that is ours alone."""

    number: str
    amount_minor: int
    on: str
    written_off_minor: int = 0
    ours: bool = False


@dataclass(frozen=True, slots=True)
class ItemReader:
    """`payments` gives what is booked on an invoice, asked only where something is; `credit` a credit invoice by its number."""

    settings: FortnoxSettings
    payments: Callable[[str, int], Sequence[Paid]]
    credit: Callable[[str], Record | None]

    def read(self, record: Record) -> ErpItem | None:
        """The item; None for a document that is nobody's to chase. Raises BadValue."""
        kind = self._kind(record)
        if kind is None:
            return None
        own, customer = number(record, "DocumentNumber"), text(record, "CustomerNumber")
        if not own or not customer:
            name = "CustomerNumber" if own else "DocumentNumber"
            raise BadValue(name, "the invoice has no number or no customer")
        currency = text(record, "Currency") or BOOKS
        amount, balance = self._amounts(record, kind, currency)
        issued_on = day(record, "InvoiceDate")
        due_on = day(record, "DueDate") or (issued_on if kind == "credit" else None)
        if due_on is None:
            raise BadValue("DueDate", "the invoice has no due date")
        applied = self._applied(record, own, amount - balance) if kind == "invoice" else ()
        return ErpItem(
            number=own,
            kind=kind,
            state=state_of(record, balance),
            customer=customer,
            currency=currency,
            amount_minor=amount,
            open_minor=balance,
            due_on=due_on,
            issued_on=issued_on,
            text=text(record, "Remarks"),
            reference=text(record, "OCR"),
            credits=number(record, "CreditInvoiceReference") if kind == "credit" else "",
            reminded_on=day(record, "LastRemindDate"),
            reminder_level=int(number(record, "Reminders") or 0),
            left_alone=self._labelled(record),
            taken_by_other=FINANCE if flag(record, "NoxFinans") else "",
            tax_share_minor=_tax_share(record, amount) if kind == "invoice" else 0,
            applied=applied,
            version=version_of(record, applied),
            direct_debit=text(record, "PaymentWay").upper() == "AG",
        )

    def brief(self, record: Record) -> ErpItem:
        """As a list has it: enough to be set beside our own books. It does not say the accounting method: what was sent counts.
        Raises BadValue."""
        total = minor(record, "Total") or 0
        kind = "credit" if total < 0 else "invoice"
        currency = text(record, "Currency") or BOOKS
        amount, balance = self._amounts(record, kind, currency)
        due_on = day(record, "DueDate") or day(record, "InvoiceDate")
        if due_on is None:
            raise BadValue("DueDate", "the invoice has no due date")
        return ErpItem(
            number=number(record, "DocumentNumber"), kind=kind, state=state_of({**record, "AccountingMethod": "CASH"}, balance),
            customer=text(record, "CustomerNumber"), currency=currency, amount_minor=amount, open_minor=balance, due_on=due_on,
            issued_on=day(record, "InvoiceDate"), reference=text(record, "OCR"),
            taken_by_other=FINANCE if flag(record, "NoxFinans") else "",
        )  # fmt: skip

    def _kind(self, record: Record) -> str | None:
        told = text(record, "InvoiceType").upper()
        if told in _NOT_CLAIMS:
            return None
        if told not in _CLAIMS:
            raise BadValue("InvoiceType", f"{told} is a kind of invoice that Fordran does not know")
        return "credit" if flag(record, "Credit") else "invoice"

    def _amounts(self, record: Record, kind: str, currency: str) -> tuple[int, int]:
        if currency != BOOKS and not self.settings.amounts:
            raise BadValue(
                "Currency",
                f"the invoice is in {currency}: it is not known whether Fortnox's Total and Balance are in that currency until "
                "somebody has looked at one; then set amounts",
            )
        amount, balance = minor(record, "Total"), minor(record, "Balance")
        if amount is None or balance is None:
            raise BadValue("Total" if amount is None else "Balance", "the invoice has no total or no balance")
        if kind == "credit":
            return abs(amount), abs(balance)
        if amount < 0 or balance < 0:
            raise BadValue("Balance", "the invoice has a negative amount, which only a credit invoice may have")
        return amount, balance

    def _applied(self, record: Record, own: str, gone: int) -> tuple[Applied, ...]:
        """Payments and write-offs; what they do not explain of a credited invoice is the credit invoice's."""
        if gone <= 0:
            return ()
        found: list[Applied] = []
        for paid in self.payments(own, gone):
            on = day({"on": paid.on}, "on")
            if paid.amount_minor:
                found.append(Applied("payment", paid.number, paid.amount_minor, on, OURS if paid.ours else ""))
            if paid.written_off_minor:
                found.append(Applied("write_off", paid.number, paid.written_off_minor, on))
        rest = gone - sum(part.amount_minor for part in found)
        note = number(record, "CreditInvoiceReference")
        if rest > 0 and note:
            there = self.credit(note)
            found.append(Applied("credit", note, rest, day(there, "InvoiceDate") if there is not None else None))
        return tuple(found)

    def _labelled(self, record: Record) -> bool:
        label = self.settings.left_alone_label
        rows = record.get("Labels") if label else None
        return any(isinstance(row, Mapping) and number(row, "Id") == label.lstrip("0") for row in rows or ())


def state_of(record: Record, balance: int) -> ItemState:
    """Only what is booked and open may be collected. By the cash method nothing is booked before it is paid: there, what was
    sent."""
    if flag(record, "Cancelled"):
        return ItemState.VOID
    by_cash = text(record, "AccountingMethod").upper() == "CASH"
    if flag(record, "NotCompleted") or not (flag(record, "Booked") or (by_cash and flag(record, "Sent"))):
        return ItemState.HELD
    return ItemState.OPEN if balance else ItemState.CLOSED


def _tax_share(record: Record, amount: int) -> int:
    """The tax agency's part of a ROT, RUT or green-technology invoice; the larger where the two figures differ, for the debtor's
    sake."""
    reduction, to_pay = minor(record, "TaxReduction") or 0, minor(record, "TotalToPay")
    by_total = amount - to_pay if to_pay is not None else 0
    kind = text(record, "TaxReductionType").lower()
    if not flag(record, "HouseWork") and kind in ("", "none") and not reduction:
        return 0
    share = max(reduction, by_total, 0)
    if not share:
        raise BadValue("TaxReduction", "Fortnox does not say which part of this ROT or RUT invoice the tax agency pays")
    return min(share, amount)


def version_of(record: Record, applied: Sequence[Applied]) -> str:
    """Fortnox's records carry neither a version nor a time of change: a sum of all that the record says."""
    said = encode({"record": record, "applied": [f"{a.kind} {a.number} {a.amount_minor} {a.on}" for a in applied]})
    return hashlib.sha256(said).hexdigest()[:24]
