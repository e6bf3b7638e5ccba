"""An invented ledger of any size, the same whenever it is made, put straight into the tables by COPY."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

DAY = date(2026, 2, 4)
"""The day that is measured: a Wednesday, a banking day."""

PAID = DAY + timedelta(days=7)
"""The day of the bank's file, within the time the letters give."""

CLASSES, CLASS_LAYERS = 200, 50
STREETS = ("Storgatan", "Kungsgatan", "Lindvägen", "Åkerstigen", "Brunnsbacken")
TOWNS = (("111 22", "Stockholm"), ("411 05", "Göteborg"), ("211 20", "Malmö"), ("753 10", "Uppsala"), ("903 26", "Umeå"))
NAMES = ("Anna Lindgren", "Erik Östlund", "Maja Åberg", "Sara Nyström", "Bygg & Rör i Väst AB", "Nils Sjögren")

BANKGIRO = "50501055"

SETTINGS = """
[creditor]
name = "Granholms Bygg & Rör AB"
organisation_number = "556016-0680"
debt_description = "Byggarbeten"
terms_agreed_from = 2020-01-01
due_agreed = true
active = true
[account]
bankgiro = "5050-1055"
swish = "1231111111"
[address.sender]
street = "Storgatan 1"
postcode = "111 22"
town = "Stockholm"
[contact]
email = "kontakt@granholms.example"
[filter]
days = 5
import_from = 2025-01-01
[filter.limits.SEK]
min = 100
max = 50000
[filter.limits.EUR]
"""


@dataclass(frozen=True, slots=True)
class Size:
    """`all_due`: every invoice fell due 10 to 330 days ago and passes the filter, for the step after the choosing."""

    invoices: int
    customers: int
    all_due: bool = False

    @property
    def customer_layers(self) -> int:
        return self.customers // 50


def settings_text(size: Size) -> str:
    """Three levels: one generic, 50 of 200 classes, every fiftieth customer."""
    if size.all_due:
        return SETTINGS
    parts = [SETTINGS]
    for n in range(CLASS_LAYERS):
        parts.append(f'[[class]]\nkey = "K{n * 4}"\ndays = {(7, 14, 30)[n % 3]}\n')
        if n % 5 == 0:
            parts.append("[class.limits.SEK]\nmin = 200\n")
    for n in range(size.customer_layers):
        parts.append(f'[[customer]]\nkey = "{n * 50}"\ndays = {(3, 10, 45)[n % 3]}\nimport_from = 2025-06-01\n')
    return "\n".join(parts)


def customers(size: Size, creditor: int) -> Iterator[tuple[Any, ...]]:
    chance = random.Random(1)
    for n in range(size.customers):
        postcode, town = TOWNS[n % len(TOWNS)]
        kind = "business" if chance.random() < 0.25 else "consumer"
        yield (
            n + 1, creditor, str(n), f"{NAMES[n % len(NAMES)]} {n}", f"{n:08d}", f"{n}", f"K{chance.randrange(CLASSES)}", kind,
            True, None if kind == "business" else date(1950 + n % 50, 1 + n % 12, 1 + n % 28), f"{STREETS[n % 5]} {n % 90 + 1}",
            "", postcode, town, "SE", "", "", "sv", False,
        )  # fmt: skip


CUSTOMER = (
    "id", "creditor_id", "key", "name", "sort_name", "search_text", "class_key", "kind", "identity_known", "born_on", "street",
    "street2", "postcode", "town", "country", "email", "phone", "language", "protected",
)  # fmt: skip


def invoices(size: Size, creditor: int) -> Iterator[tuple[Any, ...]]:
    """One a customer and the rest by chance, so that some letters carry several claims."""
    chance = random.Random(2)
    for n in range(size.invoices):
        customer = n if n < size.customers else chance.randrange(size.customers)
        due = DAY - timedelta(days=chance.randrange(10, 330) if size.all_due else chance.randrange(-30, 330))
        amount = chance.randrange(10_000, 4_000_000) if size.all_due else chance.randrange(5_000, 5_500_000)
        currency = "SEK" if chance.random() < 0.95 else ("EUR" if size.all_due or n % 2 else "NOK")
        yield (
            n + 1, creditor, customer + 1, str(100_000 + n), "invoice", currency, amount, amount, 0, due,
            due - timedelta(days=30), "Arbete enligt offert", "", "", "goods_services", 0,
        )  # fmt: skip


INVOICE = (
    "id", "creditor_id", "customer_id", "number", "kind", "currency", "amount_minor", "open_minor", "credited_minor", "due_on",
    "issued_on", "text", "reference", "credits", "claim_kind", "missing_times",
)  # fmt: skip
