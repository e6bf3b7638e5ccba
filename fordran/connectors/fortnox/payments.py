"""Money that came for capital, booked as payments on the invoices so that they close in Fortnox.

A payment in Fortnox is of one invoice and carries no text: our key has no place on it. What makes it ours is the mode of payment
that nobody else books by, with invoice, day and amount (docs/adr/0261). Booking is two calls, registering and bookkeeping; what
was registered and not booked is booked by whoever finds it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from fordran.connectors.exact_json import BadValue, Record, decimal_of
from fordran.connectors.fortnox.items import BOOKS, Paid
from fordran.connectors.fortnox.lists import all_of
from fordran.connectors.fortnox.settings import MOST_ON_A_PAGE
from fordran.connectors.fortnox.values import flag, minor, number, text
from fordran.connectors.fortnox.wire import Wire
from fordran.ports.erp import Done, PaidItem, PaymentPosting
from fordran.ports.errors import Ambiguous, Declined, Malformed

PATH = "/3/invoicepayments"
MOST_FOUND = 200_000
"""Payments that a search may find: those of a short invoice number are also those of every number that holds it."""


class Payments:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.settings = wire.settings

    # ---- reading -----------------------------------------------------------------------------------------------------

    def on_invoice(self, invoice: str, gone: int) -> tuple[Paid, ...]:
        """What is booked on the invoice and stands. Each is read whole where some may be ours, or where they do not come to
        `gone` öre: then something was written off."""
        rows = [row for row in self._rows(invoice) if flag(row, "Booked")]
        mode = self.settings.mode_of_payment
        if not mode and sum(one.amount_minor for one in standing([_paid(row) for row in rows])) == gone:
            return standing([_paid(row) for row in rows])
        wholes = [self._whole(number(row, "Number")) for row in rows]
        return standing([replace(_paid(one), ours=bool(mode) and text(one, "ModeOfPayment") == mode) for one in wholes])

    def _rows(self, invoice: str) -> list[Record]:
        """The search is for any number that holds this one: only those that are it are kept. Oldest first. A list of several
        pages is read twice: while it is read, a payment may slip over the edge between two pages."""
        kept: dict[int, Record] = {}
        for _ in range(2):
            read = 0
            for row in all_of(self.wire, PATH, "InvoicePayments", {"invoicenumber": invoice}, most=MOST_FOUND):
                read += 1
                if number(row, "InvoiceNumber") == invoice:
                    kept[int(number(row, "Number") or 0)] = row
            if read <= MOST_ON_A_PAGE // 5:  # 100 rows have come whatever was asked
                break
        return [kept[own] for own in sorted(kept)]

    def _whole(self, own: str) -> Record:
        answer = self.wire.read(f"{PATH}/{own}")
        return _inside(answer.body if answer is not None else None)

    # ---- writing -----------------------------------------------------------------------------------------------------

    def post(self, errand: PaymentPosting) -> Done:
        """Raises Malformed for an errand that can never be booked so, Declined when an invoice has less open than is to be paid:
        then nothing was registered on any of them."""
        mode = self._see(errand)
        found = [(item, self._ours(errand, item, mode)) for item in errand.items]
        for item, there in found:
            if there is None:
                self._see_open(item)
        numbers = []
        for item, there in found:
            row = there or self._register(errand, item, mode)
            numbers.append(number(row, "Number"))
            if not flag(row, "Booked"):
                self._book(numbers[-1])
        return Done(" ".join(numbers))

    def find(self, errand: PaymentPosting) -> Done | None:
        """The payments on all its invoices; None while one of them is missing: doing it again adds that one alone."""
        mode = self._see(errand)
        numbers = []
        for item in errand.items:
            there = self._ours(errand, item, mode)
            if there is None:
                return None
            numbers.append(number(there, "Number"))
            if not flag(there, "Booked"):
                self._book(numbers[-1])
        return Done(" ".join(numbers))

    def _see(self, errand: PaymentPosting) -> str:
        mode = errand.method or self.settings.mode_of_payment
        if not mode:
            raise Declined("set mode_of_payment to a mode of payment in Fortnox that nobody else books by")
        if errand.currency != BOOKS:
            raise Declined(f"payments in {errand.currency} are not posted to Fortnox; book it there by hand")
        if not errand.items or any(item.amount_minor <= 0 or not item.invoice.isdigit() for item in errand.items):
            raise Malformed("a payment needs an invoice number and an amount above zero on each of its lines")
        if len({item.invoice for item in errand.items}) != len(errand.items):
            raise Malformed("a payment names each invoice once; Fortnox could not tell the parts apart")
        return mode

    def _ours(self, errand: PaymentPosting, item: PaidItem, mode: str) -> Record | None:
        """Raises Declined when there are two: a person must look which is which."""
        rows = self._rows(item.invoice)
        live = {paid.number for paid in standing([_paid(row) for row in rows])}
        alike = [
            self._whole(number(row, "Number"))
            for row in rows
            if number(row, "Number") in live
            and minor(row, "Amount") == item.amount_minor
            and text(row, "PaymentDate")[:10] == errand.on.isoformat()
        ]
        ours = [row for row in alike if text(row, "ModeOfPayment") == mode]
        if len(ours) > 1:
            said = ", ".join(number(row, "Number") for row in ours)
            raise Declined(f"invoice {item.invoice} has several payments of the same day and amount by {mode}; look at {said}")
        return ours[0] if ours else None

    def _see_open(self, item: PaidItem) -> None:
        answer = self.wire.read(f"/3/invoices/{item.invoice}")
        if answer is None:
            raise Declined(f"invoice {item.invoice} is not in Fortnox any more")
        invoice = answer.body.get("Invoice") if isinstance(answer.body, Mapping) else None
        balance = minor(invoice, "Balance") if isinstance(invoice, Mapping) else None
        if balance is None or balance < item.amount_minor:
            raise Declined(
                f"invoice {item.invoice} has {decimal_of(balance or 0)} open in Fortnox, and {decimal_of(item.amount_minor)} was "
                "to be paid; look what was booked there"
            )

    def _register(self, errand: PaymentPosting, item: PaidItem, mode: str) -> Record:
        said: dict[str, Any] = {
            "InvoiceNumber": int(item.invoice),
            "Amount": decimal_of(item.amount_minor),
            "AmountCurrency": decimal_of(item.amount_minor),
            "PaymentDate": errand.on.isoformat(),
            "ModeOfPayment": mode,
        }
        if errand.account.isdigit():
            said["ModeOfPaymentAccount"] = int(errand.account)
        try:
            made = _inside(self.wire.write("POST", PATH, {"InvoicePayment": said}))
            if number(made, "Number"):
                return made
        except (BadValue, Malformed) as error:
            raise Ambiguous(f"Fortnox took the payment and its answer cannot be read: {error}") from error
        raise Ambiguous("Fortnox took the payment and does not say under which number")

    def _book(self, own: str) -> None:
        try:
            self.wire.write("PUT", f"{PATH}/{own}/bookkeep", {"InvoicePayment": {}})
        except Declined:
            if not flag(self._whole(own), "Booked"):  # else somebody was there before us
                raise


def standing(paid: Sequence[Paid]) -> tuple[Paid, ...]:
    """Without those that were taken back by another of the opposite amount. What is left of a minus lowers the latest."""
    left: list[Paid] = []
    for one in paid:
        if one.amount_minor >= 0:
            left.append(one)
            continue
        same = next((there for there in left if there.amount_minor == -one.amount_minor), None)
        if same is not None:
            left.remove(same)
            continue
        minus = -one.amount_minor
        while minus and left:
            taken = min(minus, left[-1].amount_minor)
            minus -= taken
            rest = left.pop()
            if taken < rest.amount_minor or rest.written_off_minor:
                left.append(replace(rest, amount_minor=rest.amount_minor - taken))
                break
    return tuple(left)


def _paid(row: Record) -> Paid:
    offs = row.get("WriteOffs")
    written_off = sum(minor(off, "Amount") or 0 for off in offs if isinstance(off, Mapping)) if isinstance(offs, list) else 0
    foreign = text(row, "Currency") not in ("", BOOKS)
    amount = minor(row, "AmountCurrency") if foreign and row.get("AmountCurrency") is not None else minor(row, "Amount")
    if amount is None:
        raise BadValue("Amount", "a payment on the invoice has no amount")
    return Paid(number(row, "Number"), amount, _day(text(row, "PaymentDate")), written_off)


def _day(written: str) -> str:
    try:
        return date.fromisoformat(written[:10]).isoformat() if written else ""
    except ValueError:
        raise BadValue("PaymentDate", "PaymentDate should be a date") from None


def _inside(body: Any) -> Record:
    found = body.get("InvoicePayment") if isinstance(body, Mapping) else None
    if not isinstance(found, Mapping):
        raise Malformed("Fortnox answered something else than a payment")
    return found
