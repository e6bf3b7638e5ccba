"""The companies of the sandbox, ready to be chosen from: who they are, how their market is, which ERP and accounts they have."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime

from fordran.sandbox.bank.accounts import BGMAX, NOTICE, STATEMENT, Account
from fordran.sandbox.book import Book, Place
from fordran.sandbox.chance import chance
from fordran.sandbox.market.character import Character
from fordran.sandbox.numbers import bankgiro, iban, organisation_number


@dataclass(frozen=True, slots=True)
class Company:
    """`mode`: own = it collects itself, on an account of its own; agency = an office collects for it, on a client account.
    `files`: what the bank sends of the account for collected money, which is never the one that is printed on invoices."""

    key: str
    name: str
    mode: str
    place: Place
    character: Character = field(default_factory=Character)
    office: str = ""  # agency: who collects
    erp: str = "visma_net"
    files: tuple[str, ...] = (BGMAX, STATEMENT)
    euro_files: tuple[str, ...] = ()  # not empty: it bills in euro too, and has accounts in it
    version: str = "02"  # of camt

    def of_size(self, invoices_a_day: int) -> Company:
        """The same, with so many invoices on the average banking day, and customers to match."""
        character = replace(self.character, invoices_a_day=invoices_a_day, customers=10 * invoices_a_day)
        return replace(self, character=character)


COMPANIES: dict[str, Company] = {
    "own": Company("own", "Granlunds Värmeservice AB", "own", Place("Hamngatan 3", "", "923 45", "Storbäck"), ),
    "agency": Company(
        "agency", "Lövhults Elnät AB", "agency", Place("Verkstadsgatan 14", "", "241 19", "Lövhult"),
        Character(kinds={"consumer": 80, "business": 18, "public": 2}, amounts=(180_00, 9_000_00),
                  things=("elnät", "anslutning")),
        office="Kravbyrån Sundhamn AB", files=(NOTICE, STATEMENT), version="08",
    ),
    "agency-two": Company(
        "agency-two", "Norrsele Maskin AB", "agency", Place("Fabriksgatan 40", "", "863 55", "Norrsele"),
        Character(kinds={"consumer": 15, "business": 80, "public": 5}, amounts=(900_00, 90_000_00), euro=25,
                  things=("reservdelar", "hyra av maskin", "service", "frakt")),
        office="Kravbyrån Sundhamn AB", files=(BGMAX, STATEMENT), euro_files=(NOTICE, STATEMENT),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Numbers:
    """Of one company in one world. The sales accounts are printed on invoices, the collecting ones on letters."""

    tenant: str
    organisation_number: str
    office_number: str
    sales_bankgiro: str
    sales_iban: str
    sales_euro_iban: str
    bankgiro: str
    iban: str
    euro_iban: str


def numbers_of(company: Company, seed: int) -> Numbers:
    draw = chance(seed, company.key, "numbers")
    tenant = str(uuid.UUID(int=draw.getrandbits(128), version=4))
    office = organisation_number(chance(seed, company.office)) if company.office else ""
    euro = bool(company.euro_files)
    return Numbers(
        tenant, organisation_number(draw), office, bankgiro(draw), iban(draw), iban(draw) if euro else "", bankgiro(draw),
        iban(draw), iban(draw) if euro else "",
    )  # fmt: skip


def empty_book(company: Company, numbers: Numbers, now: Callable[[], datetime]) -> Book:
    return Book(
        numbers.tenant, company.name, numbers.organisation_number, now, vat_number=f"SE{numbers.organisation_number}01",
        place=company.place, email=f"faktura@{company.key}.example", phone="08-4650043", bankgiro=numbers.sales_bankgiro,
        iban=numbers.sales_euro_iban or numbers.sales_iban,
    )  # fmt: skip


def accounts_of(company: Company, numbers: Numbers) -> list[Account]:
    holder, number = company.name, numbers.organisation_number
    collector = (company.office or holder, numbers.office_number or number)
    accounts = [
        Account(company.key, holder, number, "SEK", numbers.sales_iban, numbers.sales_bankgiro),
        Account(company.key, *collector, "SEK", numbers.iban, numbers.bankgiro, company.files, company.version),
    ]
    if company.euro_files:
        accounts += [
            Account(company.key, holder, number, "EUR", numbers.sales_euro_iban),
            Account(company.key, *collector, "EUR", numbers.euro_iban, "", company.euro_files, company.version),
        ]
    return accounts
