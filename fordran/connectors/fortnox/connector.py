"""Fortnox as `ports.erp.Erp`: reads one company's customer ledger in pages, and writes payments and vouchers to it.

It can be told of money. Of our case and our letters it cannot: a booked invoice has no field that may be written (docs/adr/0262),
and a booked payment is taken back there by a person.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import TypeVar

import httpx

from fordran.connectors.exact_json import BadValue, Record
from fordran.connectors.fortnox.customers import read_company, read_customer
from fordran.connectors.fortnox.items import ItemReader
from fordran.connectors.fortnox.lists import Place, Slice, read_slice
from fordran.connectors.fortnox.payments import Payments
from fordran.connectors.fortnox.settings import MOST_ON_A_PAGE, FortnoxSettings
from fordran.connectors.fortnox.values import minor, number
from fordran.connectors.fortnox.vouchers import Vouchers
from fordran.connectors.fortnox.wire import Wire
from fordran.connectors.http import segment
from fordran.ports.clock import Clock
from fordran.ports.erp import (
    Done,
    ErpClass,
    ErpCompany,
    ErpCustomer,
    ErpItem,
    Errand,
    Page,
    PaymentPosting,
    RecordProblem,
    TokenStore,
    Turnstile,
    VoucherPosting,
)
from fordran.ports.errors import Declined, Malformed, NotAllowed, Unusable

T = TypeVar("T")

_ERRANDS = (PaymentPosting, VoucherPosting)
_BY_NUMBER = {"sortby": "documentnumber", "sortorder": "ascending"}


class Fortnox:
    """One company. Safe for several threads and processes that share `tokens` and `turnstile`."""

    name = "fortnox"

    def __init__(
        self,
        settings: FortnoxSettings,
        *,
        clock: Clock,
        tokens: TokenStore,
        turnstile: Turnstile,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.wire = Wire(settings, clock=clock, tokens=tokens, turnstile=turnstile, transport=transport)
        self.payments = Payments(self.wire)
        self.vouchers = Vouchers(self.wire)
        self.reader = ItemReader(settings, self.payments.on_invoice, self._invoice)

    # ---- what is learnt ----------------------------------------------------------------------------------------------

    def company(self) -> ErpCompany:
        """Its giro numbers only where the consent covers the company's settings."""
        information = self._record("/3/companyinformation", "CompanyInformation")
        if information is None:
            raise Malformed("Fortnox does not say which company this is")
        try:
            more = self._record("/3/settings/company", "CompanySettings") or {}
        except (Declined, NotAllowed):
            more = {}
        return _usable(lambda: read_company(information, more))

    def classes(self) -> Sequence[ErpClass]:
        """Fortnox has none."""
        return []

    def customer(self, key: str) -> ErpCustomer | None:
        found = self._record(f"/3/customers/{segment(key)}", "Customer")
        return None if found is None else _usable(lambda: read_customer(found))

    def customers(self, since: str = "", place: str = "") -> Page[ErpCustomer]:
        """Each read by itself: the list does not say whether a customer is a private person."""
        here = self._place(place, ("customers",))
        size = self.settings.page_size
        part = read_slice(self.wire, "/3/customers", "Customers", "CustomerNumber", _changed(since), here, size)
        keys = [str(row.get("CustomerNumber") or "") for row in part.records]
        records, refused = _each(keys, lambda key: self._record(f"/3/customers/{segment(key)}", "Customer"), read_customer)
        return self._page(records, refused, part, None)

    def since_day(self, day: date) -> str:
        return f"{day.isoformat()} 00:00"

    def items(self, since: str = "", place: str = "") -> Page[ErpItem]:
        """Invoices, each read by itself; then, of a reading of changes, those that a payment changed."""
        here = self._place(place, ("invoices", "payments"))
        if here.of == "payments":
            name, path, key, query = "InvoicePayments", "/3/invoicepayments", "Number", _changed(since)
        else:
            name, path, key = "Invoices", "/3/invoices", "DocumentNumber"
            query = {**_BY_NUMBER, **(_changed(since) if since else {"filter": "unpaid"})}
        part = read_slice(self.wire, path, name, key, query, here, self.settings.page_size)
        field = "InvoiceNumber" if here.of == "payments" else "DocumentNumber"
        numbers = dict.fromkeys(str(row.get(field) or "") for row in part.records)
        records, refused = _each(list(numbers), self._invoice, self.reader.read)
        return self._page(records, refused, part, "payments" if since and here.of == "invoices" else None)

    def item(self, number: str, document: str = "") -> ErpItem | None:
        """Raises Unusable when it is there and cannot be used."""
        found = self._invoice(number)
        return None if found is None else _usable(lambda: self.reader.read(found))

    def open_numbers(self, place: str = "") -> Page[str]:
        """From the list alone: what has a total below zero is a credit invoice."""
        part = self._unpaid(place)
        records, refused = _read(part.records, "DocumentNumber", _open_number)
        return self._page(records, refused, part, None)

    def open_items(self, place: str = "") -> Page[ErpItem]:
        """From the list alone: sums, days and whose they are, without texts, reminders and what is set against them."""
        part = self._unpaid(place)
        records, refused = _read(part.records, "DocumentNumber", self.reader.brief)
        return self._page(records, refused, part, None)

    # ---- what is written ---------------------------------------------------------------------------------------------

    def can(self, kind: type[Errand]) -> bool:
        return kind in _ERRANDS

    def do(self, errand: Errand) -> Done:
        match errand:
            case PaymentPosting():
                return _usable(lambda: self.payments.post(errand))
            case VoucherPosting():
                return _usable(lambda: self.vouchers.post(errand))
        raise Declined("Fortnox has no place for this; switch it off for this connection")

    def find(self, errand: Errand) -> Done | None:
        match errand:
            case PaymentPosting():
                return _usable(lambda: self.payments.find(errand))
            case VoucherPosting():
                return _usable(lambda: self.vouchers.find(errand))
        raise Declined("Fortnox has no place for this; switch it off for this connection")

    # ---- below -------------------------------------------------------------------------------------------------------

    def _invoice(self, own: str) -> Record | None:
        """Numbers in Fortnox are digits: nothing else is asked for."""
        return self._record(f"/3/invoices/{own}", "Invoice") if own.isascii() and own.isdigit() else None

    def _record(self, path: str, name: str) -> Record | None:
        answer = self.wire.read(path)
        if answer is None:
            return None
        found = answer.body.get(name) if isinstance(answer.body, Mapping) else None
        if not isinstance(found, Mapping):
            raise Malformed(f"Fortnox answered something else than {name}")
        return found

    def _unpaid(self, place: str) -> Slice:
        query = {**_BY_NUMBER, "filter": "unpaid"}
        here = self._place(place, ("unpaid",))
        return read_slice(self.wire, "/3/invoices", "Invoices", "DocumentNumber", query, here, self._most())

    def _most(self) -> int:
        """A list alone costs one call: as long as may be, unless short pages were asked for on purpose."""
        return self.settings.page_size if self.settings.page_size < 50 else MOST_ON_A_PAGE

    def _place(self, place: str, lists: tuple[str, ...]) -> Place:
        if not place:
            return Place(lists[0])
        here = Place.of_text(place)
        if here.of not in lists:
            raise Malformed("this is a place in another list; begin from the start")
        return here

    def _page(self, records: tuple[T, ...], refused: tuple[RecordProblem, ...], part: Slice, following: str | None) -> Page[T]:
        if part.next is not None:
            return Page(records, refused, part.next.written(), total=part.total)
        if following is not None:
            return Page(records, refused, Place(following, began=part.here.began).written(), total=part.total)
        return Page(records, refused, since=part.here.since(self.settings.overlap_seconds), total=part.total)


def _changed(since: str) -> dict[str, str]:
    return {"lastmodified": since} if since else {}


def _open_number(row: Record) -> str | None:
    total = minor(row, "Total")
    return number(row, "DocumentNumber") or None if total is None or total >= 0 else None


def _each(
    keys: Sequence[str], ask: Callable[[str], Record | None], read: Callable[[Record], T | None]
) -> tuple[tuple[T, ...], tuple[RecordProblem, ...]]:
    """Each record by itself; one that went away since the list was made is not there."""
    records: list[T] = []
    refused: list[RecordProblem] = []
    for key in keys:
        try:
            record = ask(key)
            one = None if record is None else read(record)
        except BadValue as error:
            refused.append(RecordProblem(key, error.field, error.message))
            continue
        if one is not None:
            records.append(one)
    return tuple(records), tuple(refused)


def _read(
    rows: Sequence[Record], key: str, read: Callable[[Record], T | None]
) -> tuple[tuple[T, ...], tuple[RecordProblem, ...]]:
    by_key = {str(row.get(key) or ""): row for row in rows}
    return _each(list(by_key), by_key.get, read)


def _usable(read: Callable[[], T]) -> T:
    """One record by itself: Unusable when it cannot be used."""
    try:
        return read()
    except BadValue as error:
        raise Unusable(f"Fortnox's record cannot be used: {error.message}") from error
