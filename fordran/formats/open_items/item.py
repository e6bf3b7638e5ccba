"""What the reader answers: one `OpenItem` a good row, one `CellProblem` a bad cell, and how the file was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from types import MappingProxyType

FIELDS = (
    "invoice",
    "due",
    "open",
    "amount",
    "customer",
    "customer_id",
    "class",
    "issued",
    "arose",
    "currency",
    "text",
    "reference",
    "credits",
    "kind",
    "identity",
    "debtor",
    "claim",
    "street",
    "street2",
    "postcode",
    "town",
    "country",
    "email",
    "phone",
    "language",
    "due_agreed",
    "interest_text",
    "interest_rate",
    "terms_agreed",
    "reminded",
    "reminded_fee",
)
COMPULSORY = ("invoice", "due", "open", "customer")

MEGABYTE = 1_000_000


@dataclass(frozen=True, slots=True)
class ReadOptions:
    """How the person says the file should be read, where a guess would not do.

    `mapping` is (FIELD, HEADER) pairs over the guesses; an empty HEADER says that no column holds the field.
    `dates` is "ymd", "dmy", "mdy" or None (decided column by column). `lang` ("sv" or "en") is the language of the
    messages. `max_bytes` is for uploads; the command line, where the file is the user's own, allows more.
    """

    currency: str = "SEK"
    mapping: tuple[tuple[str, str], ...] = ()
    dates: str | None = None
    lang: str = "en"
    max_bytes: int = 25 * MEGABYTE


@dataclass(frozen=True, slots=True)
class OpenItem:
    """One open invoice or credit. The fields are the FIELD names; `class_` stands for `class`.

    `open`, `amount` and `reminded_fee` are öre and never negative: a credit is told by `kind` alone. Text that the
    file does not state is "", a date, sum or yes/no that it does not state is None. `identity` is the number as given
    without spaces and hyphens; whether it can be right is the country's business. `debtor` is consumer, business,
    public or ""; `claim` goods_services, rent, electricity, credit, other or ""; `country` ISO 3166 (two letters) or "";
    `language` two small letters or "". `interest_rate` is percent a year, 0 to 100.
    """

    row: int  # as the spreadsheet numbers it: the first row of the file is 1
    invoice: str
    due: date
    open: int
    amount: int  # the file's own total, else the open sum
    customer: str
    customer_id: str  # the file's own, else the identity, else name|address
    class_: str = ""
    issued: date | None = None
    arose: date | None = None
    currency: str = "SEK"
    text: str = ""
    reference: str = ""
    credits: str = ""
    kind: str = "invoice"
    identity: str = ""
    debtor: str = ""
    claim: str = ""
    street: str = ""
    street2: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""
    email: str = ""
    phone: str = ""
    language: str = ""
    due_agreed: bool | None = None
    interest_text: bool | None = None
    interest_rate: Decimal | None = None
    terms_agreed: date | None = None
    reminded: date | None = None
    reminded_fee: int | None = None


@dataclass(frozen=True, slots=True)
class CellProblem:
    """Why a row was refused. `invoice` is the row's invoice number where it could be read: such an invoice is in the
    ledger although we cannot use the row, so nothing may be concluded from its absence among the items."""

    row: int
    field: str
    message: str
    invoice: str = ""

    def as_dict(self) -> dict[str, int | str]:
        return {"row": self.row, "field": self.field, "message": self.message}


@dataclass(slots=True)
class Total:
    """Counts and sums of one currency, in öre."""

    invoices: int = 0
    open_minor: int = 0
    credits: int = 0
    credit_minor: int = 0


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How the file was read, to be shown to the person who sent it."""

    kind: str  # "csv" or "xlsx"
    encoding: str = ""
    delimiter: str = ""
    sheet: str = ""
    header_row: int = 1
    dates: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))  # field -> ymd|dmy|mdy
    decimals: MappingProxyType[str, str] = field(default_factory=lambda: MappingProxyType({}))  # field -> "," or "."


@dataclass(frozen=True, slots=True)
class LedgerFile:
    """The whole answer. `rows` = `accepted` + rows with a problem; empty rows and sum rows are not counted."""

    name: str
    sha256: str
    format: FileFormat
    items: tuple[OpenItem, ...]
    refused: tuple[CellProblem, ...]
    mapping: dict[str, str]  # FIELD -> header, in the order of FIELDS
    unknown_columns: tuple[str, ...]
    totals: dict[str, Total]  # by currency
    notes: tuple[str, ...]
    rows: int

    @property
    def accepted(self) -> int:
        return len(self.items)

    def as_dict(self) -> dict[str, object]:
        """The answer of `fordran ledger read --json`."""
        return {
            "rows": self.rows,
            "accepted": self.accepted,
            "refused": [problem.as_dict() for problem in self.refused],
            "mapping": self.mapping,
            "unknown_columns": list(self.unknown_columns),
            "totals": {
                currency: {"invoices": total.invoices, "open_minor": total.open_minor}
                for currency, total in sorted(self.totals.items())
            },
        }
