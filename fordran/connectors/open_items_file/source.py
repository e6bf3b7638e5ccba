"""A file of open items as `ports.erp.Source`: what any accounting system can export, told in pages like a connected one.

A file says what is open, and nothing of what is not: there is no reading of changes, only whether it is another file than last
time. `since` is the digest of its content; the same file tells nothing anew, another one tells everything. Columns that no ERP
has (what was agreed, the kind of claim) are read by `fordran ledger import`, which stays the way in for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fordran.core.problems import Refused
from fordran.formats.open_items.item import LedgerFile, OpenItem, ReadOptions
from fordran.formats.open_items.read import read_open_items
from fordran.ports.erp import ErpAddress, ErpCustomer, ErpItem, ItemState, Page, RecordProblem
from fordran.ports.errors import Malformed, Unavailable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class OpenItemsFileSettings:
    """`currency` is that of rows which say none."""

    path: str
    currency: str = "SEK"
    page_size: int = 1000


class OpenItemsFile:
    """Reads the file at its path when a reading begins, and again only when it has changed."""

    name = "open_items_file"

    def __init__(self, settings: OpenItemsFileSettings) -> None:
        self.settings = settings
        self._stamp: tuple[int, int] | None = None
        self._ledger: LedgerFile | None = None

    def customers(self, since: str = "", place: str = "") -> Page[ErpCustomer]:
        """Each customer once, as its first row has it. Raises Unavailable without a file, Malformed when it cannot be read."""
        ledger = self._read()
        first: dict[str, OpenItem] = {}
        for row in ledger.items:
            first.setdefault(row.customer_id, row)
        return self._page([_customer(row) for row in first.values()], ledger, since, place)

    def items(self, since: str = "", place: str = "") -> Page[ErpItem]:
        """Raises as `customers`. A row that could not be read is among the refused of the first page."""
        ledger = self._read()
        return self._page([_item(row) for row in ledger.items], ledger, since, place, refused=True)

    def _read(self) -> LedgerFile:
        path = Path(self.settings.path)
        try:
            told = path.stat()
            stamp = (told.st_mtime_ns, told.st_size)
            if self._ledger is None or stamp != self._stamp:
                self._ledger = read_open_items(path.read_bytes(), path.name, ReadOptions(currency=self.settings.currency))
                self._stamp = stamp
        except OSError as error:
            raise Unavailable(f"the file of open items cannot be read: {error.strerror}") from error
        except Refused as error:
            raise Malformed(f"the file of open items is not understood: {error.problems[0].message}") from error
        return self._ledger

    def _page(self, rows: Sequence[T], ledger: LedgerFile, since: str, place: str, *, refused: bool = False) -> Page[T]:
        if since == ledger.sha256:
            return Page((), since=since, total=0)
        begin = _begin(place, ledger.sha256) if place else 0
        end = begin + self.settings.page_size
        problems = tuple(RecordProblem(one.invoice, one.field, one.message) for one in ledger.refused if refused and not place)
        if end >= len(rows):
            return Page(tuple(rows[begin:]), problems, since=ledger.sha256, total=len(rows))
        return Page(tuple(rows[begin:end]), problems, place=f"{ledger.sha256}:{end}", total=len(rows))


def _begin(place: str, sha256: str) -> int:
    digest, _, number = place.partition(":")
    if digest != sha256 or not number.isdigit():
        raise Malformed("this is not a place in the file as it is now; begin from the start")
    return int(number)


def _customer(row: OpenItem) -> ErpCustomer:
    return ErpCustomer(
        key=row.customer_id,
        name=row.customer,
        class_key=row.class_,
        identity=row.identity,
        debtor=row.debtor,
        address=ErpAddress(row.street, row.street2, row.postcode, row.town, row.country),
        email=row.email,
        phone=row.phone,
        language=row.language,
        terms_agreed=row.terms_agreed,
    )


def _item(row: OpenItem) -> ErpItem:
    return ErpItem(
        number=row.invoice,
        kind=row.kind,
        state=ItemState.OPEN,
        customer=row.customer_id,
        currency=row.currency,
        amount_minor=row.amount,
        open_minor=row.open,
        due_on=row.due,
        issued_on=row.issued,
        text=row.text,
        reference=row.reference,
        credits=row.credits,
        reminded_on=row.reminded,
        reminder_level=1 if row.reminded else 0,
        reminded_fee_minor=row.reminded_fee,
    )
