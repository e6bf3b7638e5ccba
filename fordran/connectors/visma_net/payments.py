"""Money that came for capital, booked as a customer payment so that the invoices close in the ERP; and taken back.

The API knows no idempotency key. Ours is the payment's `paymentRef`: it is looked for before every posting, among the payments
of that customer on that invoice. Booking is two calls, posting and release; what was posted and not released is released.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from decimal import Decimal
from itertools import chain
from typing import Any

from fordran.connectors.exact_json import BadValue, Record, decimal_of
from fordran.connectors.http import segment
from fordran.connectors.visma_net.lists import Query, all_pages
from fordran.connectors.visma_net.refusals import Stale
from fordran.connectors.visma_net.values import minor, text, wrapped
from fordran.connectors.visma_net.wire import Answer, Wire
from fordran.ports.erp import Done, PaymentPosting, PaymentVoid
from fordran.ports.errors import Ambiguous, Declined, Malformed, NotAllowed

PATH = "/v1/customerPayment"
LONGEST_KEY = 40
"""Characters that a payment reference holds (ExtRefNbr of the system underneath)."""
MOST_PAGES = 20
RELEASE_LOOKS = 6
_WAITING = ("Hold", "Balanced", "PendingPrint", "PendingEmail", "Scheduled", "Reserved", "CcHold", "CreditHold")


class Payments:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.settings = wire.settings

    def post(self, errand: PaymentPosting) -> Done:
        """Raises Malformed for an errand that can never be booked so."""
        self._see(errand)
        done = self.find(errand)
        if done is not None:
            return done
        answer = self.wire.write("POST", PATH, self._body(errand))
        number, etag = answer.number, answer.etag
        if not number:
            found = self._lookup(errand)
            if found is None:
                raise Ambiguous("Visma.net took the payment and does not show it yet")
            number, etag = text(found, "refNbr"), ""
        self._release(number, "Payment", etag)
        return Done(number)

    def lacks(self, account: str) -> str:
        """Payment method and cash account must be among the company's own; a list that may not be read hinders nothing."""
        methods = self._choices("/v1/paymentmethod", "paymentMethodID")
        accounts = self._choices("/v1/cashaccount", "number")
        if not self.settings.payment_method or (methods and self.settings.payment_method not in methods):
            return f"payments need --set payment_method=ID, one of the company's own: {_listed(methods)}"
        if accounts and account not in accounts:
            return (
                f"payments would go to account {account or '(none)'}, which is no cash account of the company; choose one with "
                f"`fordran books accounts --set payment_account=NUMBER`: {_listed(accounts)}"
            )
        return ""

    def _choices(self, path: str, name: str) -> dict[str, str]:
        try:
            answer = self.wire.read(path)
        except (Declined, NotAllowed):
            return {}
        rows = answer.body if answer is not None else []
        found = [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []
        return {
            text(row, name): text(row, "description") for row in found if row.get("active") is not False
        }  # cash accounts have no such field

    def find(self, errand: PaymentPosting) -> Done | None:
        """The payment with our reference; one that waits for its release is released."""
        found = self._lookup(errand)
        if found is None:
            return None
        number = text(found, "refNbr")
        if text(found, "status") in _WAITING:
            self._release(number, "Payment", _etag(found))
        return Done(number)

    def void(self, errand: PaymentVoid) -> Done:
        done = self.find_void(errand)
        if done is not None:
            return done
        payment = self.one(errand.external_id, "Payment")
        if payment is None:
            raise Declined(f"payment {errand.external_id} is not in Visma.net")
        if text(payment, "paymentRef") != errand.voids:
            raise Declined(f"payment {errand.external_id} in Visma.net is not the one that we posted; it was left as it is")
        body = {"type": "Payment", "returnVoidPayment": True}
        try:
            answer = self.wire.write("POST", f"{PATH}/{segment(errand.external_id)}/action/void", body, etag=_etag(payment))
        except Stale:
            payment = self.one(errand.external_id, "Payment") or payment
            answer = self.wire.write("POST", f"{PATH}/{segment(errand.external_id)}/action/void", body, etag=_etag(payment))
        _see_result(answer)
        made = answer.body.get("voidPayment") if isinstance(answer.body, Mapping) else None
        if isinstance(made, Mapping) and text(made, "refNbr"):
            return self._finish_void(made)
        done = self.find_void(errand)
        if done is None:
            raise Ambiguous("Visma.net took the voiding and does not show it yet")
        return done

    def find_void(self, errand: PaymentVoid) -> Done | None:
        if not errand.external_id:
            raise Malformed("a payment is taken back by its number in Visma.net, and none was given")
        back = self.one(errand.external_id, "VoidPayment")
        if back is not None:
            return self._finish_void(back)
        payment = self.one(errand.external_id, "Payment")
        return Done(errand.external_id) if payment is not None and text(payment, "status") == "Voided" else None

    def _finish_void(self, back: Record) -> Done:
        number = text(back, "refNbr")
        if text(back, "status") in _WAITING:
            self._release(number, "VoidPayment", _etag(back))
        return Done(number)

    def _see(self, errand: PaymentPosting) -> None:
        if not errand.items or not errand.customer or any(item.amount_minor <= 0 for item in errand.items):
            raise Malformed("a payment needs a customer, and an invoice and an amount above zero on each of its lines")
        if not errand.key or len(errand.key) > LONGEST_KEY:
            raise Malformed(f"the key of a payment is its reference in Visma.net: 1 to {LONGEST_KEY} characters")

    def _body(self, errand: PaymentPosting) -> dict[str, Any]:
        scalars: dict[str, str | bool | Decimal | date] = {
            "type": "Payment",
            "hold": False,
            "applicationDate": errand.on,
            "paymentRef": errand.key,
            "customer": errand.customer,
            "paymentMethod": errand.method or self.settings.payment_method,
            "cashAccount": errand.account or self.settings.cash_account,
            "currency": errand.currency,
            "paymentAmount": decimal_of(errand.amount_minor),
            "invoiceText": errand.text,
        }
        body: dict[str, Any] = {name: wrapped(value) for name, value in scalars.items() if value != ""}
        body["paymentLines"] = [
            {
                "operation": "Insert",
                "documentType": wrapped(item.document or "Invoice"),
                "refNbr": wrapped(item.invoice),
                "amountPaid": wrapped(decimal_of(item.amount_minor)),
            }
            for item in errand.items
        ]
        return body

    def _lookup(self, errand: PaymentPosting) -> Record | None:
        """Raises Declined when the reference stands on two payments, or on one of another amount."""
        query: Query = {"paymentType": "Payment", "customer": errand.customer, "invoiceRefNbr": errand.items[0].invoice}
        found = {
            text(record, "refNbr"): record
            for record in self._list(query)
            if text(record, "paymentRef") == errand.key and text(record, "type") in ("", "Payment")
        }
        if len(found) > 1:
            raise Declined(f"{len(found)} payments in Visma.net carry our reference {errand.key}; look at {', '.join(found)}")
        for number, record in found.items():
            if _amount(record) != errand.amount_minor:
                raise Declined(f"payment {number} in Visma.net carries our reference {errand.key} and another amount; look at it")
            return record
        return None

    def one(self, number: str, kind: str) -> Record | None:
        """The payment of that number and type as it stands now; None = there is none."""
        query: Query = {"paymentNbr": number, "paymentType": kind}
        for record in self._list(query):
            if text(record, "refNbr") == number and text(record, "type") == kind:
                return record
        return None

    def _list(self, query: Query) -> Iterator[Record]:
        return chain.from_iterable(all_pages(self.wire, PATH, query, most_pages=MOST_PAGES))

    def _release(self, number: str, kind: str, etag: str) -> None:
        """Raises Declined with the ERP's words, Ambiguous when it has not come about yet."""
        path, body = f"{PATH}/{segment(number)}/action/release", {"type": wrapped(kind)}
        try:
            answer = self.wire.write("POST", path, body, etag=etag)
        except Declined as error:  # among them Stale: somebody was there before us
            now = self.one(number, kind)
            if now is not None and text(now, "status") not in _WAITING:
                return
            if not isinstance(error, Stale) or now is None:
                raise
            answer = self.wire.write("POST", path, body, etag=_etag(now))
        if _see_result(answer) in ("Queued", "InProcess"):
            self._await(number, kind)

    def _await(self, number: str, kind: str) -> None:
        for attempt in range(RELEASE_LOOKS):
            self.wire.clock.sleep(2.0**attempt)
            now = self.one(number, kind)
            if now is not None and text(now, "status") not in _WAITING:
                return
        raise Ambiguous(f"payment {number} was posted in Visma.net and its release has not ended")


def _amount(record: Record) -> int | None:
    try:
        return minor(record, "paymentAmount")
    except BadValue:
        return None


def _etag(record: Record) -> str:
    stamp = text(record, "timeStamp")
    return f'"{stamp}"' if stamp else ""


def _see_result(answer: Answer) -> str:
    """The outcome of an action: "", Queued, InProcess or Done. Raises Declined for Failed."""
    if not isinstance(answer.body, Mapping):
        return ""
    outcome = str(answer.body.get("actionResult") or "")
    if outcome == "Failed":
        raise Declined(f"Visma.net said no: {str(answer.body.get('errorInfo') or 'the action failed')[:300]}")
    return outcome


def _listed(choices: Mapping[str, str]) -> str:
    return ", ".join(f"{key} ({words})" if words else key for key, words in choices.items() if key) or "it has none"
