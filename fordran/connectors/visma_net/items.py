"""Invoices, debit notes, credit notes and payments on account, from the API's records to the port's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from fordran.connectors.exact_json import BadValue, Record
from fordran.connectors.visma_net.customers import read_address
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.connectors.visma_net.values import day, flag, inner, minor, text, whole
from fordran.ports.erp import Applied, ErpItem, ItemState


@dataclass(frozen=True, slots=True)
class ListOf:
    """One list of the API, and what its records are unless they say otherwise."""

    path: str
    document: str
    number: str = "referenceNumber"  # the field it stands in


LISTS = {
    "invoice": ListOf("/v1/customerinvoice", "Invoice"),
    "debit": ListOf("/v1/customerDebitNote", "DebitNote"),
    "credit": ListOf("/v1/customerCreditNote", "CreditNote"),
}
"""In the order in which they are read."""

ON_ACCOUNT = ListOf("/v1/customerPayment", "Payment", "refNbr")
"""Read after them, for the payments that are not set against anything, or not all of them."""

COLLECTABLE = {"Invoice": "invoice", "DebitNote": "invoice", "CreditNote": "credit"}
"""documentType -> the port's kind. Overdue charges, cash sales, payments and write-offs are not claims to be chased."""

PAYMENTS_ON_ACCOUNT = ("Payment", "Prepayment")
"""Types in the list of payments that are money of the customer's. Credit notes come in it too, and are read where they belong."""

_PAYMENTS = {"Payment": "payment", "Prepayment": "payment", "CreditNote": "credit", "SmallBalanceWo": "write_off"}


@dataclass(frozen=True, slots=True)
class ItemReader:
    """Reads one company's documents. `tax_share` asks for the tax agency's part of a ROT or RUT invoice, in öre."""

    settings: VismaNetSettings
    base_currency: str
    tax_share: Callable[[str], int]

    def read(self, record: Record, document: str) -> ErpItem | None:
        """The item; None for a document that is nobody's to chase. Raises BadValue."""
        document = text(record, "documentType") or document
        kind = COLLECTABLE.get(document)
        if kind is None:
            return None
        if text(record, "errorInfo"):
            raise BadValue("errorInfo", "Visma.net itself could not give this document whole; open and save it there")
        number, customer = text(record, "referenceNumber"), text(record, "customer", "number")
        if not number or not customer:
            raise BadValue("customer.number" if number else "referenceNumber", "the document has no number or no customer")
        currency = text(record, "currencyId")
        amount, balance = self._amounts(record, currency)
        if kind == "credit":
            amount, balance = abs(amount), abs(balance)
        if amount < 0 or balance < 0:
            raise BadValue("balance", f"the {document} has a negative amount, which only a credit note may have")
        state = state_of(record, balance)
        issued_on = day(record, "documentDate")
        return ErpItem(
            number=number,
            kind=kind,
            state=state,
            customer=customer,
            currency=currency,
            amount_minor=amount,
            open_minor=balance,
            due_on=_due(record, kind, issued_on),
            issued_on=issued_on,
            text=text(record, "invoiceText"),
            reference=text(record, "paymentReference"),
            credits=_credited(record) if kind == "credit" else "",
            reminded_on=day(record, "dunningLetterDate"),
            reminder_level=whole(record, "dunningLetterLevel"),
            left_alone=flag(record, "excludeDebtCollection"),
            taken_by_other=self._taken(record),
            tax_share_minor=self.tax_share(number) if kind == "invoice" and flag(record, "isRotRutDeductible") else 0,
            recipient=_recipient(record),
            address=read_address(record, "invoiceAddress") if flag(record, "invoiceAddress", "overrideAddress") else None,
            applied=read_applied(record),
            document=document,
            version=text(record, "timeStamp") or text(record, "lastModifiedDateTime"),
            direct_debit=bool(text(record, "directDebitMandate", "id") or text(record, "directDebitMandate", "mandateId")),
        )

    def read_payment(self, record: Record) -> ErpItem | None:
        """The payment as a credit of what it has left; None for what is no payment of the customer's. Raises BadValue."""
        kind = text(record, "type")
        if kind not in PAYMENTS_ON_ACCOUNT:
            return None
        if text(record, "errorInfo"):
            raise BadValue("errorInfo", "Visma.net itself could not give this payment whole; open and save it there")
        number, customer = text(record, "refNbr"), text(record, "customer", "number")
        if not number or not customer:
            raise BadValue("customer.number" if number else "refNbr", "the payment has no number or no customer")
        currency = text(record, "currency")
        amount, left = self._amounts(record, currency, "paymentAmount", "availableBalance", "currency")
        if amount < 0 or left < 0:
            raise BadValue("availableBalance", "the payment has a negative amount")
        on = day(record, "applicationDate")
        if on is None:
            raise BadValue("applicationDate", "the payment has no date")
        state = payment_state(record, left)
        return ErpItem(
            number=on_account_number(kind, number), kind="credit", state=state, customer=customer, currency=currency,
            amount_minor=amount, open_minor=left if state == ItemState.OPEN else 0, due_on=on, issued_on=on,
            reference=text(record, "paymentRef"), document=kind,
            version=text(record, "timeStamp") or text(record, "lastModifiedDateTime"),
        )  # fmt: skip

    def _amounts(
        self, record: Record, currency: str, whole: str = "amount", rest: str = "balance", currency_in: str = "currencyId"
    ) -> tuple[int, int]:
        """Total and balance in the document's currency. The specification contradicts itself on which of the two is which."""
        plain = minor(record, whole), minor(record, rest)
        other = minor(record, f"{whole}InCurrency"), minor(record, f"{rest}InCurrency")
        if not currency:
            raise BadValue(currency_in, "the document says no currency")
        if self.settings.amounts == "in_currency_is_document":
            plain, other = other, plain
        elif not self.settings.amounts:
            differ = any(a is not None and b is not None and a != b for a, b in zip(plain, other, strict=True))
            if differ or currency != self.base_currency:
                raise BadValue(
                    currency_in,
                    f"the document is in {currency} and the company keeps its books in {self.base_currency}: it is not known "
                    "which of Visma.net's two amounts is which until somebody has looked at one; then set amounts",
                )
        amount = plain[0] if plain[0] is not None else self._twin(other[0], currency)
        balance = plain[1] if plain[1] is not None else self._twin(other[1], currency)
        if amount is None or balance is None:
            raise BadValue(whole, "the document has no amount or no balance")
        return amount, balance

    def _twin(self, amount: int | None, currency: str) -> int | None:
        """The other amount will do where both are in the same currency."""
        return amount if currency == self.base_currency else None

    def _taken(self, record: Record) -> str:
        number = text(record, "debtCollection", "caseNumber")
        return "" if number.startswith(self.settings.case_prefix) else number


def state_of(record: Record, balance: int) -> ItemState:
    """Only what is released and open may be collected. A status we do not know holds the document back."""
    status = text(record, "status")
    if flag(record, "revoked") or status == "Voided":
        return ItemState.VOID
    if status == "Closed":
        return ItemState.CLOSED
    if status != "Open" or flag(record, "hold"):
        return ItemState.HELD
    return ItemState.OPEN if balance else ItemState.CLOSED


def payment_state(record: Record, left: int) -> ItemState:
    """Only what is released is money. One that waits for its release, ours among them, is none yet; Reserved is released and
    put by."""
    status = text(record, "status")
    if status == "Voided":
        return ItemState.VOID
    return ItemState.OPEN if left and status in ("Open", "Reserved") else ItemState.CLOSED


def on_account_number(kind: str, number: str) -> str:
    """A payment may have the number of a credit note, for they are counted each by themselves."""
    return f"{kind} {number}"


def _due(record: Record, kind: str, issued_on: date | None) -> date:
    due_on = day(record, "documentDueDate") or (issued_on if kind == "credit" else None)
    if due_on is None:
        raise BadValue("documentDueDate", "the invoice has no due date")
    return due_on


def _recipient(record: Record) -> str:
    name = text(record, "invoiceContact", "businessName")
    own = inner(record, "invoiceContact", "overrideContact")
    return name if own is not False and name != text(record, "customer", "name") else ""


def _applications(record: Record) -> list[Mapping[str, Any]]:
    """Those that count: released, and not taken back."""
    rows = inner(record, "applications") or []
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise BadValue("applications", "applications should be a list")
    back = {text(row, "refNbr") for row in rows if text(row, "docType") == "VoidPayment"}
    return [
        row
        for row in rows
        if flag(row, "released")
        and not flag(row, "voided")
        and not (text(row, "docType") == "Payment" and text(row, "refNbr") in back)
    ]


def read_applied(record: Record) -> tuple[Applied, ...]:
    """What has been set against the document; on a credit note, nothing (see `credits`)."""
    found: list[Applied] = []
    for row in _applications(record):
        kind = _PAYMENTS.get(text(row, "docType"))
        if kind is None:
            continue
        number, on = text(row, "refNbr"), day(row, "applicationDate")
        for one, name in ((kind, "amountPaid"), ("write_off", "cashDiscountTaken")):
            amount = minor(row, name)
            if amount:
                found.append(Applied(one, number, amount, on, text(row, "paymentRef")))
    return tuple(found)


def _credited(record: Record) -> str:
    """The invoice that a credit note is set against, when it is one only."""
    numbers = {text(row, "refNbr") for row in _applications(record) if COLLECTABLE.get(text(row, "docType")) == "invoice"}
    return numbers.pop() if len(numbers) == 1 else ""
