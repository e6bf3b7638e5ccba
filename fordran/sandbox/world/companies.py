"""The companies of the sandbox, ready to be chosen from: who they are, how their market is, which ERP and accounts they have."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from fordran.sandbox.bank.accounts import BGMAX, NOTICE, STATEMENT, Account
from fordran.sandbox.book import Book, Place
from fordran.sandbox.chance import chance
from fordran.sandbox.market.character import MISHAPS, Character
from fordran.sandbox.numbers import bankgiro, iban, organisation_number
from fordran.sandbox.visma_net.settings import Person


@dataclass(frozen=True, slots=True)
class Company:
    """`mode`: own = it collects itself, on an account of its own; agency = an office collects for it, on a client account.
    `files`: what the bank sends of the account for collected money, which is never the one that is printed on invoices.
    `sales_files`: of that one, into a folder of its own."""

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
    sales_files: tuple[str, ...] = ()

    def of_size(self, invoices_a_day: int) -> Company:
        """The same, with so many invoices on the average banking day, and customers to match; companies that are larger or
        smaller than the usual six a day stay so."""
        own = self.character
        invoices = max(1, invoices_a_day * own.invoices_a_day // 6)
        return replace(
            self, character=replace(own, invoices_a_day=invoices, customers=own.customers * invoices // own.invoices_a_day)
        )


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

NEWCOMERS: dict[str, Company] = {
    "new": Company(
        "new", "Ekbackens Trädgård AB", "agency", Place("Ekbacksvägen 7", "", "513 94", "Ekeboda"),
        Character(
            invoices_a_day=8, customers=640, kinds={"consumer": 66, "business": 30, "public": 4},
            when={"on_time": 52, "late": 12, "after_reminder": 16, "after_demand": 12, "never": 8},
            turns={"move": 3, "change_class": 12, "change_name": 1, "change_identity": 3, "leave_alone": 6},
            mishaps={**MISHAPS, "credit_loose": 60, "credit_part": 30}, amounts=(190_00, 16_000_00), no_identity=12,
            no_address=4, direct_debit=2,
            things=("trädgårdsskötsel", "gräsklippning", "häckklippning", "plantering", "anläggning", "snöröjning"),
            past_days=230, reminds_itself=55, reminders=2, keeps_reminding=True, left_lying=7,
        ),
        office="Kravbyrån Sundhamn AB", sales_files=(BGMAX,),
    ),
    "new-sister": Company(
        "new-sister", "Ekbackens Plantskola AB", "agency", Place("Ekbacksvägen 9", "", "513 94", "Ekeboda"),
        Character(
            invoices_a_day=2, customers=60, kinds={"consumer": 80, "business": 20}, amounts=(95_00, 4_500_00), no_address=5,
            things=("träd", "buskar", "perenner", "jord"), past_days=180, keeps_reminding=True, left_lying=15,
        ),
        office="Kravbyrån Sundhamn AB", sales_files=(BGMAX,),
    ),
}  # fmt: skip
"""Two companies of one ERP subscription that no office knows yet. They go on reminding by themselves until one writes for them.
How their claims will be collected is decided by whoever registers them: `mode` says what account their bank has ready."""

EVERY_COMPANY = {**COMPANIES, **NEWCOMERS}


def people_of(members: Iterable[tuple[str, str]]) -> tuple[Person, ...]:
    """Who of the newcomers' staff can sign in, given (company, tenant) of those that are here."""
    tenants = tuple(tenant for key, tenant in members if key in NEWCOMERS)
    if not tenants:
        return ()
    return (
        Person("0b0c8f5e-6f3c-4a8e-9d53-1f6ad0c0a001", "Anna", "Lind", "anna.lind@ekbacken.example", tenants),
        Person("0b0c8f5e-6f3c-4a8e-9d53-1f6ad0c0a002", "Olle", "Sandin", "olle.sandin@ekbacken.example", tenants[:1]),
    )


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


def sales_folder(company: Company) -> str:
    """Whose folder the files of the sales account come into."""
    return f"{company.key}-sales" if company.sales_files else company.key


def accounts_of(company: Company, numbers: Numbers) -> list[Account]:
    holder, number = company.name, numbers.organisation_number
    collector = (company.office or holder, numbers.office_number or number)
    accounts = [
        Account(sales_folder(company), holder, number, "SEK", numbers.sales_iban, numbers.sales_bankgiro, company.sales_files),
        Account(company.key, *collector, "SEK", numbers.iban, numbers.bankgiro, company.files, company.version),
    ]
    if company.euro_files:
        accounts += [
            Account(company.key, holder, number, "EUR", numbers.sales_euro_iban),
            Account(company.key, *collector, "EUR", numbers.euro_iban, "", company.euro_files, company.version),
        ]
    return accounts
