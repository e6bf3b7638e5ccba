"""One row of cells -> one open item, or every problem it has."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from fordran.core.money import plain_kronor
from fordran.formats.open_items import codes
from fordran.formats.open_items.amounts import KRONA_CODES, read_amount, read_rate
from fordran.formats.open_items.dates import read_day
from fordran.formats.open_items.headers import Mapping
from fordran.formats.open_items.item import COMPULSORY, CellProblem, OpenItem
from fordran.formats.open_items.table import Cell
from fordran.formats.open_items.words import CellRefused, Figure, shown

Reader = Callable[[Cell], Any]

DATES = ("due", "issued", "arose", "terms_agreed", "reminded")
AMOUNTS = ("open", "amount", "reminded_fee")
YES_NO = ("due_agreed", "interest_text")
_NUMBERS = frozenset({"invoice", "customer_id", "reference", "credits", "identity"})
_LENGTHS = {"invoice": 64, "customer_id": 64, "reference": 64, "credits": 64, "identity": 32, "class": 64, "postcode": 16}
_LONGEST = {"text": 2000}
_LENGTH = 250
_REMEMBERED = 20_000  # values a reader remembers; columns repeat dates, towns and codes

_EMPTY_WORDS = frozenset({"", "-", "–", "—", "null", "n/a", "#n/a", "#saknas!", "0000-00-00", "00-00-0000"})
_SHORTENED = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE | re.ASCII)
_UNPRINTABLE = frozenset({"Cc", "Cf", "Cs", "Co", "Cn"})
_EMAIL = re.compile(r"[^\s@,;<>()\"]+@[^\s@,;<>()\".]+(?:\.[^\s@,;<>()\".]+)+")
_LARGEST_EXACT = 10**15  # a spreadsheet's number keeps fifteen digits


def clean(text: str) -> str:
    """One line, single spaces, no control, formatting or private characters."""
    if text.isprintable():
        return " ".join(text.split())
    spaced = re.sub(r"[\n\r\t\v\f]", " ", text)
    return " ".join("".join(c for c in spaced if unicodedata.category(c) not in _UNPRINTABLE).split())


def is_blank(cell: Cell) -> bool:
    """Nothing there, or a sign for nothing."""
    if isinstance(cell, str):
        if cell and cell[0] not in "nN0" and cell[0].isalnum():  # most cells are settled by their first sign
            return False
        return (len(cell) < 12 and cell.strip().lower() in _EMPTY_WORDS) or cell.isspace()
    return cell is None


def read_text(cell: Cell, name: str) -> str:
    """Text of the field `name`; a number cell 1001.0 is `1001`. Raises CellRefused."""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise CellRefused("not_text", value=shown(cell))
    if isinstance(cell, float | int):
        if name in _NUMBERS and abs(cell) >= _LARGEST_EXACT:
            raise CellRefused("rounded_number")
        text = str(int(cell)) if cell == cell and abs(cell) < _LARGEST_EXACT and cell == int(cell) else repr(cell)
    else:
        text = clean(cell)
        if name in _NUMBERS and _SHORTENED.fullmatch(text):
            raise CellRefused("rounded_number")
    limit = _LENGTHS.get(name, _LONGEST.get(name, _LENGTH))
    if len(text) > limit:
        raise CellRefused("too_long", limit=limit)
    return text


def read_identity(cell: Cell) -> str:
    """The number as given, without spaces and hyphens; a plus (born over a hundred years ago) is kept."""
    return re.sub(r"[\s\-–.]", "", read_text(cell, "identity")).upper()


def read_postcode(cell: Cell) -> str:
    """`12345`, `SE-123 45` -> `123 45`; others as given."""
    text = read_text(cell, "postcode")
    swedish = re.fullmatch(r"(?:SE?[- ]?)?(\d{3}) ?(\d{2})", text, re.ASCII | re.IGNORECASE)
    return f"{swedish[1]} {swedish[2]}" if swedish else text


def read_email(cell: Cell) -> str:
    """The first address, if several stand there. A light check only; the mail server knows better."""
    text = read_text(cell, "email").removeprefix("mailto:")
    for part in re.split(r"[;, ]+", text):
        if _EMAIL.fullmatch(part):
            return part
    raise CellRefused("not_an_email")


def reader_of(name: str, *, order: str = "", decimal: str = "") -> Reader:
    """The function that reads a cell of the field; `order` and `decimal` are the column's styles."""
    if name in DATES:
        return lambda cell: read_day(cell, order)
    if name in AMOUNTS:
        return lambda cell: read_amount(cell, decimal)
    simple: dict[str, Reader] = {
        "interest_rate": read_rate,
        "kind": codes.read_kind,
        "debtor": codes.read_debtor,
        "claim": codes.read_claim,
        "currency": codes.read_currency,
        "country": codes.read_country,
        "language": codes.read_language,
        "due_agreed": codes.read_yes_no,
        "interest_text": codes.read_yes_no,
        "identity": read_identity,
        "postcode": read_postcode,
        "email": read_email,
    }
    return simple.get(name) or (lambda cell: read_text(cell, name))


def _skipping_blanks(read: Reader) -> Reader:
    """`read`, or None where nothing stands."""

    def read_filled(cell: Cell) -> Any:
        if is_blank(cell):
            return None
        value = read(cell)
        return None if value == "" else value

    return read_filled


def _remembering(read: Reader) -> Reader:
    """`read`, but each text only once: columns of dates, towns and codes repeat themselves."""
    known: dict[str, Any] = {}

    def remembered(cell: Cell) -> Any:
        if not isinstance(cell, str):
            return read(cell)
        try:
            return known[cell]
        except KeyError:
            value = read(cell)
            if len(known) < _REMEMBERED:
                known[cell] = value
            return value

    return remembered


@dataclass(slots=True)
class RowReader:
    """Reads the rows of one table. `empty_means_no` are yes/no columns that only ever say x (nothing there = no)."""

    mapping: Mapping
    orders: dict[str, str]
    decimals: dict[str, str]
    empty_means_no: frozenset[str]
    currency: str
    lang: str
    plan: list[tuple[str, int, Reader]] = field(init=False)
    width: int = field(init=False)

    def __post_init__(self) -> None:
        self.width = len(self.mapping.headers)
        self.plan = []
        for name, column in self.mapping.columns.items():
            read = _skipping_blanks(reader_of(name, order=self.orders.get(name, ""), decimal=self.decimals.get(name, "")))
            keep = name not in ("invoice", "open", "amount", "reference")  # these hardly repeat
            self.plan.append((name, column, _remembering(read) if keep else read))

    def read(self, row: int, cells: Sequence[Cell], *, strict_width: bool) -> tuple[OpenItem | None, list[CellProblem]]:
        """The item, or its problems. `strict_width`: cells beyond the headers mean that the row is torn (text files)."""
        values: dict[str, Any] = {}
        problems: list[tuple[str, CellRefused]] = []
        if strict_width and len(cells) > self.width and any(str(cell).strip() for cell in cells[self.width :]):
            problems.append(("", CellRefused("too_many_cells", cells=len(cells), columns=self.width)))
            return None, self._problems(row, problems, "")
        count = len(cells)
        for name, column, read in self.plan:
            if column >= count or cells[column] == "":
                continue
            try:
                value = read(cells[column])
                if value is not None:
                    values[name] = value
            except CellRefused as refused:
                problems.append((name, refused))
        bad = {name for name, _ in problems}
        item = self._judge(row, values, problems, bad)
        invoice = str(values.get("invoice", ""))
        return (item, []) if item is not None else (None, self._problems(row, problems, invoice))

    def _problems(self, row: int, problems: list[tuple[str, CellRefused]], invoice: str) -> list[CellProblem]:
        return [CellProblem(row, name, refused.message(self.lang), invoice) for name, refused in problems]

    def _judge(self, row: int, values: dict[str, Any], problems: list[tuple[str, CellRefused]], bad: set[str]) -> OpenItem | None:
        """What the cells say together. Adds to `problems`; None when there are any."""
        sums = self._sums(values, problems)
        is_credit = self._is_credit(values, sums, problems)
        if is_credit and "due" not in values and "issued" in values:
            values["due"] = values["issued"]  # a credit note has often no due date, and needs none
        for name in COMPULSORY:
            if name not in values and name not in bad:
                problems.append((name, CellRefused("missing")))
        if "fee" in sums and sums["fee"] < 0:
            problems.append(("reminded_fee", CellRefused("amount_negative", value=Figure(plain_kronor(sums["fee"])))))
        if "open" in sums and "amount" in sums and not is_credit:
            self._compare(sums["open"], sums["amount"], problems)
        if problems:
            return None
        opened = abs(sums["open"])
        rest = {name: value for name, value in values.items() if name not in _PLACED}
        for name in self.empty_means_no:
            rest.setdefault(name, False)
        return OpenItem(
            row=row,
            invoice=values["invoice"],
            due=values["due"],
            open=opened,
            amount=abs(sums["amount"]) if "amount" in sums else opened,
            customer=values["customer"],
            customer_id=values.get("customer_id") or values.get("identity") or name_and_address(values),
            class_=values.get("class", ""),
            currency=values.get("currency") or self.currency,
            kind="credit" if is_credit else "invoice",
            reminded_fee=sums.get("fee"),
            **rest,
        )

    def _sums(self, values: dict[str, Any], problems: list[tuple[str, CellRefused]]) -> dict[str, int]:
        """The row's sums in öre. A currency written in a sum must be the row's; without a column it is the row's."""
        sums: dict[str, int] = {}
        for name, short in (("open", "open"), ("amount", "amount"), ("reminded_fee", "fee")):
            if name not in values:
                continue
            sums[short], written = values[name]
            if not written or short == "fee":
                continue
            if written != "kr" and "currency" not in self.mapping.columns:
                values.setdefault("currency", written)
            currency = values.get("currency") or self.currency
            if currency not in KRONA_CODES if written == "kr" else currency != written:
                problems.append((name, CellRefused("amount_currency", value=written, currency=currency)))
        return sums

    def _is_credit(self, values: dict[str, Any], sums: dict[str, int], problems: list[tuple[str, CellRefused]]) -> bool:
        kind, credited = values.get("kind"), values.get("credits", "")
        if credited.strip("0") == "":
            values.pop("credits", None)
            credited = ""
        if kind == "credit" or sums.get("open", 0) < 0:
            return True
        if kind == "invoice" and credited:
            problems.append(("credits", CellRefused("credits_on_invoice", value=shown(credited))))
        return bool(credited) or (sums.get("open") == 0 and sums.get("amount", 0) < 0)

    def _compare(self, opened: int, amount: int, problems: list[tuple[str, CellRefused]]) -> None:
        if amount < 0 or opened > amount:
            code = "signs_differ" if amount < 0 else "open_above_amount"
            problems.append(("open", CellRefused(code, value=Figure(plain_kronor(opened)), amount=Figure(plain_kronor(amount)))))


# Fields that the item gets by another way than a plain copy.
_PLACED = frozenset({"invoice", "due", "open", "amount", "customer", "customer_id", "class", "currency", "kind", "reminded_fee"})


def name_and_address(values: dict[str, Any]) -> str:
    """Who the customer is when the file gives no number: the name and the row's address, spelt alike."""
    parts = (str(values.get(part, "")) for part in ("street", "street2", "postcode", "town", "country"))
    return f"{values['customer']}|{' '.join(part for part in parts if part)}".casefold()
