"""Visma.net ERP as `ports.erp.Erp`: reads one company's customer ledger in pages, and writes our errands to it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Any, TypeVar

import httpx

from fordran.connectors.exact_json import BadValue, Record
from fordran.connectors.http import segment
from fordran.connectors.visma_net.customers import read_class, read_company, read_customer
from fordran.connectors.visma_net.items import LISTS, ON_ACCOUNT, PAYMENTS_ON_ACCOUNT, ItemReader, ListOf, on_account_number
from fordran.connectors.visma_net.lists import Place, Query, Slice, read_slice
from fordran.connectors.visma_net.marks import Marks, path_of
from fordran.connectors.visma_net.payments import Payments
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.connectors.visma_net.values import inner, minor, moment, text
from fordran.connectors.visma_net.vouchers import Vouchers
from fordran.connectors.visma_net.wire import Wire
from fordran.ports.clock import Clock
from fordran.ports.erp import (
    CaseMark,
    Done,
    ErpClass,
    ErpCompany,
    ErpCustomer,
    ErpItem,
    Errand,
    LetterCopy,
    Page,
    PaymentPosting,
    PaymentVoid,
    RecordProblem,
    TokenStore,
    Turnstile,
    VoucherPosting,
)
from fordran.ports.errors import Malformed, NotAllowed, Unusable

T = TypeVar("T")

_ERRANDS = (CaseMark, LetterCopy, PaymentPosting, PaymentVoid, VoucherPosting)
_EXPAND: Query = {"expandApplications": True, "expandDunningInformation": True, "expandInvoiceAddress": True}


class VismaNet:
    """One company. Safe for several threads and processes that share `tokens` and `turnstile`."""

    name = "visma_net"

    def __init__(
        self,
        settings: VismaNetSettings,
        *,
        clock: Clock,
        tokens: TokenStore,
        turnstile: Turnstile,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self.settings = settings
        self.wire = Wire(settings, clock=clock, tokens=tokens, turnstile=turnstile, transport=transport)
        self.marks = Marks(self.wire)
        self.payments = Payments(self.wire)
        self.vouchers = Vouchers(self.wire)
        self._base_currency = ""

    # ---- what is learnt ----------------------------------------------------------------------------------------------

    def company(self) -> ErpCompany:
        """Raises NotAllowed when the token shows no company, or several and the settings do not say which."""
        answer = self.wire.read("/v1/organization", {"expandBankSettings": True})
        records = answer.body if answer is not None else []
        if not isinstance(records, list) or not all(isinstance(one, Mapping) for one in records):
            raise Malformed("Visma.net answered something else than a list of companies")
        wanted = self.settings.organization
        found = [one for one in records if not wanted or one.get("organizationCd") == wanted]
        if len(found) != 1:
            raise NotAllowed(
                f"Visma.net shows {len(found)} companies for this connection; "
                + ("set organization to one of them" if found else "see that tenant_id and organization are right")
            )
        return _usable(lambda: read_company(found[0], self.settings.tenant_id))

    def classes(self) -> Sequence[ErpClass]:
        answer = self.wire.read("/v1/customer/customerClass")
        rows = answer.body if answer is not None else []
        if not isinstance(rows, list):
            raise Malformed("Visma.net answered something else than a list of classes")
        return [_usable(partial(read_class, row)) for row in rows]

    def customer(self, key: str) -> ErpCustomer | None:
        answer = self.wire.read(f"/v1/customer/{segment(key)}")
        return None if answer is None else _usable(lambda: read_customer(answer.body, self.settings))

    def customers(self, since: str = "", place: str = "") -> Page[ErpCustomer]:
        here = self._place(place, ("customer",))
        part = read_slice(self.wire, "/v1/customer", _changed(since), here)
        records, refused = _read_each(part, "number", lambda record: read_customer(record, self.settings))
        return self._page(records, refused, part, here, since, None)

    def since_day(self, day: date) -> str:
        return f"{day.isoformat()}T00:00:00"

    def items(self, since: str = "", place: str = "") -> Page[ErpItem]:
        """Invoices, then debit notes, then credit notes, then payments on account: each its own list of the API."""
        return self._items({**LISTS, "payment": ON_ACCOUNT}, since, place)

    def _items(self, lists: Mapping[str, ListOf], since: str, place: str) -> Page[ErpItem]:
        names = list(lists)
        here = self._place(place, tuple(names))
        source = lists[here.of]
        reader = self._reader()
        query: Query = _changed(since) if since else {"status": "Open"}
        if source is ON_ACCOUNT:
            part = read_slice(self.wire, source.path, query, here)
            records, refused = _read_each(part, source.number, reader.read_payment)
        else:
            part = read_slice(self.wire, source.path, {**_EXPAND, **query}, here)
            records, refused = _read_each(part, source.number, lambda record: reader.read(record, source.document))
        following = names[names.index(here.of) + 1 :]
        return self._page(records, refused, part, here, since, following[0] if following else None)

    def item(self, number: str, document: str = "") -> ErpItem | None:
        """Raises Unusable when it is there and cannot be used."""
        if document in PAYMENTS_ON_ACCOUNT:
            return self._on_account(number, document)
        for source in LISTS.values():
            if document and document != source.document:
                continue
            answer = self.wire.read(path_of(source.document, number))
            if answer is not None:
                return _usable(partial(self._reader().read, answer.body, source.document))
        return None

    def open_numbers(self, place: str = "") -> Page[str]:
        """From the list of all documents, which is light: no lines, addresses or applications."""
        here = self._place(place, ("document",))
        part = read_slice(self.wire, "/v1/customerdocument", {"status": "Open"}, here)
        kinds = ("Invoice", "DebitNote")
        records, refused = _read_each(
            part,
            "referenceNumber",
            lambda record: text(record, "referenceNumber") or None if text(record, "documentType") in kinds else None,
        )
        return self._page(records, refused, part, here, "", None)

    def open_items(self, place: str = "") -> Page[ErpItem]:
        return self._items(LISTS, "", place)

    # ---- what is written ---------------------------------------------------------------------------------------------

    def can(self, kind: type[Errand]) -> bool:
        return kind in _ERRANDS

    def lacks(self, kind: type[Errand], *, account: str = "") -> str:
        return self.payments.lacks(account or self.settings.cash_account) if kind is PaymentPosting else ""

    def do(self, errand: Errand) -> Done:
        match errand:
            case CaseMark():
                return _usable(lambda: self.marks.mark(errand))
            case LetterCopy():
                return _usable(lambda: self.marks.attach(errand))
            case PaymentPosting():
                return _usable(lambda: self.payments.post(errand))
            case PaymentVoid():
                return _usable(lambda: self.payments.void(errand))
            case VoucherPosting():
                return _usable(lambda: self.vouchers.post(errand))

    def find(self, errand: Errand) -> Done | None:
        match errand:
            case CaseMark():
                return _usable(lambda: self.marks.find_mark(errand))
            case LetterCopy():
                return _usable(lambda: self.marks.find_copy(errand))
            case PaymentPosting():
                return _usable(lambda: self.payments.find(errand))
            case PaymentVoid():
                return _usable(lambda: self.payments.find_void(errand))
            case VoucherPosting():
                return _usable(lambda: self.vouchers.find(errand))

    # ---- below -------------------------------------------------------------------------------------------------------

    def _reader(self) -> ItemReader:
        if not self._base_currency:
            self._base_currency = self.company().currency
        return ItemReader(self.settings, self._base_currency, self._tax_share)

    def _on_account(self, number: str, kind: str) -> ErpItem | None:
        record = self.payments.one(number.removeprefix(on_account_number(kind, "")), kind)
        return None if record is None else _usable(partial(self._reader().read_payment, record))

    def _tax_share(self, number: str) -> int:
        """The tax agency's part of a ROT or RUT invoice; the larger where the ERP's two figures differ, for the debtor's sake."""
        answer = self.wire.read(f"{path_of('Invoice', number)}/rotrut")
        if answer is None:
            raise BadValue(
                "isRotRutDeductible", "Visma.net does not say which part of this ROT or RUT invoice the tax agency pays"
            )
        found = (minor(answer.body, name) or 0 for name in ("totalDeductableAmount", "distributedAmount"))
        return max(found)

    def _place(self, place: str, lists: tuple[str, ...]) -> Place:
        if not place:
            return Place(lists[0], self.settings.page_size, int(self.wire.clock.now()))
        here = Place.of_text(place)
        if here.of not in lists:
            raise Malformed("this is a place in another list; begin from the start")
        return here

    def _page(
        self,
        records: tuple[T, ...],
        refused: tuple[RecordProblem, ...],
        part: Slice,
        here: Place,
        since: str,
        following: str | None,
    ) -> Page[T]:
        last = part.next or here
        for record in part.records:
            last = last.saw(_changed_at(record))
        if part.next is None and following is not None:
            following_place = Place(following, self.settings.page_size, last.started, highest=last.highest)
            return Page(records, refused, following_place.written(), total=part.total)
        if part.next is not None:
            return Page(records, refused, last.written(), total=part.total)
        now = self.wire.clock.now()
        return Page(
            records, refused, since=last.since(since, now=now, overlap_seconds=self.settings.overlap_seconds), total=part.total
        )


def _changed(since: str) -> dict[str, Any]:
    """The pair that must be given together: local time, never with a zone."""
    return {"lastModifiedDateTime": since, "lastModifiedDateTimeCondition": ">="} if since else {}


def _changed_at(record: Record) -> str:
    try:
        return moment(record, "lastModifiedDateTime")
    except BadValue:
        return ""


def _read_each(part: Slice, number: str, read: Callable[[Record], T | None]) -> tuple[tuple[T, ...], tuple[RecordProblem, ...]]:
    """Every record by itself: one that cannot be used does not stop the others."""
    records: list[T] = []
    refused: list[RecordProblem] = []
    for record in part.records:
        try:
            one = read(record)
        except BadValue as error:
            refused.append(RecordProblem(str(inner(record, number) or ""), error.field, error.message))
            continue
        if one is not None:
            records.append(one)
    return tuple(records), tuple(refused)


def _usable(read: Callable[[], T]) -> T:
    """One record by itself: Unusable when it cannot be used."""
    try:
        return read()
    except BadValue as error:
        raise Unusable(f"Visma.net's record cannot be used: {error.message}") from error
