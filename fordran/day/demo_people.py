"""The invented people and invoices of the demonstration. The same seed gives the same world; nobody in it exists.

Personal numbers use the birth numbers 980 to 999, which are kept for tests; organisation numbers a series not in use.
Tempers decide how people pay: most in time, some late, a few not at all.
"""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fordran.core.checkdigits import luhn_digit

SEED = "granholms-2026"
CUSTOMERS, BILLS = 350, 2000
FIRST_ISSUED, FIRST_DAY, LAST_DAY, HORIZON = date(2026, 4, 8), date(2026, 6, 1), date(2026, 10, 27), date(2026, 12, 15)
"""Bills are issued from the first, the company lives from the second to the third; bills of later days wait for their day."""

AUTUMN_DUE = date(2026, 10, 20)
AUTUMN_BILLS = 46
"""The autumn's service round: many bills due the same day, so that the last day has more letters than usual."""


@dataclass(frozen=True, slots=True)
class Customer:
    key: str
    name: str
    class_key: str
    debtor: str
    identity: str
    street: str
    postcode: str
    town: str
    country: str
    language: str
    email: str
    temper: str  # punctual, slow, bad
    terms_agreed: date | None


@dataclass(frozen=True, slots=True)
class Bill:
    """`pays_on`: settled at the creditor that day, letters or not; None = only letters make the debtor move."""

    number: str
    customer: Customer
    issued: date
    due: date
    amount_minor: int
    currency: str
    text: str
    pays_on: date | None
    arose: date | None = None
    reminded: date | None = None
    reminded_fee_minor: int | None = None
    credit_on: date | None = None  # a credit note that names the bill
    credit_minor: int = 0
    gone_from: date | None = None  # not in the ledger's list from this day
    gone_to: date | None = None
    due_later: date | None = None  # the due date was changed
    due_changed_on: date | None = None


@dataclass(frozen=True, slots=True)
class LooseCredit:
    """A credit that names no bill, open between two days."""

    number: str
    customer: Customer
    since: date
    until: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class World:
    customers: tuple[Customer, ...]
    bills: tuple[Bill, ...]
    credits: tuple[LooseCredit, ...]


def dice(*what: object) -> random.Random:
    """Chance that is the same each time it is asked about the same thing."""
    return random.Random("/".join(str(part) for part in (SEED, *what)))


_FIRST = (
    "Anna Erik Maria Karl Elisabeth Lars Kristina Anders Birgitta Johan Margareta Per Eva Nils Ingrid Olof Linnea Mikael "
    "Karin Jan Sofia Peter Emma Daniel Elin Fredrik Ida Gustav Hanna Henrik Julia Jonas Klara Magnus Maja Mattias Moa "
    "Oskar Sara Simon Tove Viktor Wilma Åke Åsa Östen Amira Leila Yusuf Aleksandra Łukasz Šimon Mehmet Nadia"
).split()
_LAST = (
    "Åkerström Hägg Öhrn Öberg Ängquist Lindmark Sjödin Forsell Nyberg Wallin Hallman Bergvall Storås Granlund Ekdahl "
    "Tornberg Sandelin Kvist Ljunggren Norrby Palmér Rosvall Sundin Törnell Ulfsson Viklund Widmark Zetterlund Åström "
    "Dahlbom Enmark Flodin Gyllenram Hedin Isaksson Jernberg Kronlund Lövgren Malmsten Nordanå Oskarsson Pärlstam"
).split()
_STREETS = (
    "Lönnstigen Kvarnvägen Björkgatan Skolgatan Åsvägen Ängsvägen Hantverkargatan Storgatan Strandvägen Tallbacken "
    "Kyrkogatan Bruksgatan Stationsvägen Myrstigen Älvvägen Östergatan Rönnvägen Sågvägen"
).split()
_TOWNS = (("923 45", "Storås"), ("923 51", "Granåker"), ("923 60", "Lillhamn"), ("924 31", "Östanå"), ("924 92", "Nordanås"))
_TRADES = (
    "Måleri Bageri Åkeri Camping Livs Fönster Elteknik Redovisning Trä Plåt Trädgård Bilservice Fastigheter Konsult "
    "Städ Glas Transport Restaurang Skog Mekaniska"
).split()
_WORK = (
    ("Byte av varmvattenberedare", 9_800_00, 24_000_00),
    ("Rörarbeten, servicebesök", 950_00, 4_200_00),
    ("Avloppsspolning", 1_450_00, 5_900_00),
    ("Badrumsrenovering, delfaktura", 18_000_00, 98_000_00),
    ("Byte av blandare och avstängningsventiler", 1_200_00, 3_900_00),
    ("Värmepump, årlig service", 1_690_00, 2_890_00),
    ("Takarbete, etapp 2", 22_000_00, 140_000_00),
    ("Snickeriarbete, dörrar och lister", 2_400_00, 14_500_00),
    ("Material enligt följesedel", 180_00, 6_700_00),
    ("Jour, akut läcka", 2_950_00, 8_400_00),
    ("Montering av vattenmätare", 620_00, 1_350_00),
    ("Golvvärme, injustering", 1_100_00, 4_600_00),
    ("", 450_00, 7_500_00),
)


def invent() -> World:
    """All of it. A second or so."""
    customers = tuple(_customer(n) for n in range(CUSTOMERS))
    bills = [_bill(n, customers) for n in range(BILLS - AUTUMN_BILLS)]
    bills += [_autumn_bill(n, customers) for n in range(AUTUMN_BILLS)]
    later = (HORIZON - LAST_DAY).days * 9
    bills += [_bill(n, customers, late=True) for n in range(BILLS, BILLS + later)]
    return World(customers, tuple(bills), tuple(_loose_credits(customers)))


def _person_number(chance: random.Random, years: tuple[int, int]) -> str:
    born = date(chance.randint(*years), chance.randint(1, 12), chance.randint(1, 28))
    body = f"{born:%y%m%d}{chance.randint(980, 999)}"
    return f"{born:%Y}"[:2] + body + luhn_digit(body)


def _company_number(n: int, start: str) -> str:
    body = f"{start}{n:0{9 - len(start)}d}"
    return body + luhn_digit(body)


def organisation_number() -> str:
    """The company's own."""
    return _company_number(10, "5599971")


def _customer(n: int) -> Customer:
    chance = dice("customer", n)
    key = str(10001 + n)
    postcode, town = chance.choice(_TOWNS)
    street, country, language, email = f"{chance.choice(_STREETS)} {chance.randint(1, 64)}", "SE", "sv", ""
    temper = chance.choices(("punctual", "slow", "bad"), (54, 31, 15))[0]
    terms = date(2025, 3, 1) if chance.random() < 0.78 else None
    roll = chance.random()
    if n == 7:
        name, class_key, debtor, identity, temper = "Storås kommun", "OFFENTLIG", "public", _company_number(1, "2129"), "slow"
    elif roll < 0.56:
        name, class_key, debtor = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}", "PRIVAT", "consumer"
        if chance.random() < 0.12:
            name += f"-{chance.choice(_LAST)}"
        identity = _person_number(chance, (1944, 2005))
    elif roll < 0.82:
        name, class_key, debtor = _company(chance), "FORETAG", "business"
        identity = _company_number(n + 100, "5599")
        terms = terms or date(2025, 9, 1)
    elif roll < 0.90:
        name = f"Brf {chance.choice(('Kastanjen', 'Almen', 'Hästskon', 'Ekorren', 'Lyktan', 'Ängen'))} {n % 40 + 1}"
        class_key, debtor, identity = "BRF", "business", _company_number(n + 100, "7699")
    elif roll < 0.95:
        name, class_key, debtor, identity = _company(chance), "NYCKELKUND", "business", _company_number(n + 100, "5599")
    else:
        name, class_key, debtor = f"{chance.choice(_FIRST)} {chance.choice(_LAST)}", "PERSONAL", "consumer"
        identity = _person_number(chance, (1960, 2003))
    odd = chance.random()
    if odd < 0.02 and class_key == "FORETAG":
        street, postcode, town, country, language = "Storgata 9", "7500", "Stjørdal", "NO", "en"
    elif odd < 0.035 and class_key == "PRIVAT":
        street, postcode, town, country, language = "Rantakatu 4 B", "65100", "Vaasa", "FI", "en"
    elif odd < 0.06:
        street, postcode = "", ""
    elif odd < 0.10:
        identity = ""
    elif odd < 0.108 and class_key == "PRIVAT":
        identity = _person_number(chance, (2009, 2012))
    elif odd < 0.13 and class_key in ("FORETAG", "BRF"):
        debtor, identity = "", identity if class_key == "BRF" else ""
    if chance.random() < 0.5:
        email = f"kund{key}@post.example"
    return Customer(key, name, class_key, debtor, identity, street, postcode, town, country, language, email, temper, terms)


def _company(chance: random.Random) -> str:
    owner, trade = chance.choice(_LAST), chance.choice(_TRADES)
    return chance.choice(
        (f"{owner}s {trade} AB", f"{trade} i Storås HB", f"{owner} & {chance.choice(_LAST)} {trade} AB", f"{owner}s {trade} KB")
    )


def _bill(n: int, customers: tuple[Customer, ...], late: bool = False) -> Bill:
    chance = dice("bill", n)
    customer = chance.choice(customers)
    if late:
        issued = LAST_DAY + timedelta(days=1 + chance.randrange((HORIZON - LAST_DAY).days))
    else:
        issued = FIRST_ISSUED + timedelta(days=chance.randrange((LAST_DAY - FIRST_ISSUED).days))
    if issued.weekday() > 4:
        issued -= timedelta(days=issued.weekday() - 4)
    due = issued + timedelta(days=chance.choices((30, 20, 15, 10), (78, 10, 8, 4))[0])
    text, least, most = chance.choice(_WORK)
    amount = (
        round(least + (most - least) * chance.random() ** 2.2, -2)
        if chance.random() < 0.5
        else round(least + (most - least) * chance.random() ** 2.2)
    )
    amount, currency = int(amount), "SEK"
    if customer.country in ("FI",):
        amount, currency = max(amount // 11, 12_00), "EUR"
    elif customer.country == "NO":
        currency = chance.choice(("NOK", "SEK"))
    reminded = due + timedelta(days=6) if chance.random() < 0.012 else None
    oddity = chance.random()
    return Bill(
        f"26-{10001 + n}", customer, issued, due, amount, currency, text, _pays_on(chance, customer, due),
        arose=issued - timedelta(days=chance.randint(1, 20)) if chance.random() < 0.7 else None,
        reminded=reminded, reminded_fee_minor=None if reminded is None or chance.random() < 0.5 else 60_00,
        **_oddity(chance, oddity, due, amount),
    )  # fmt: skip


def _oddity(chance: random.Random, oddity: float, due: date, amount: int) -> dict[str, Any]:
    """A few bills are credited, vanish from the list, or get another due date."""
    if oddity < 0.018:
        whole = chance.random() < 0.4
        return {"credit_on": due + timedelta(days=chance.randint(12, 40)), "credit_minor": amount if whole else amount // 4}
    if oddity < 0.026:
        start = due + timedelta(days=chance.randint(10, 35))
        return {"gone_from": start, "gone_to": start + timedelta(days=3) if chance.random() < 0.5 else None}
    if oddity < 0.030:
        return {"due_later": due + timedelta(days=30), "due_changed_on": due + timedelta(days=chance.randint(9, 30))}
    return {}


def _autumn_bill(n: int, customers: tuple[Customer, ...]) -> Bill:
    chance = dice("autumn", n)
    home = [c for c in customers if c.class_key in ("PRIVAT", "FORETAG") and c.country == "SE"]
    customer = home[(n * 37) % len(home)]
    amount = chance.randint(1_690, 3_890) * 100
    return Bill(f"26-{20001 + n}", customer, AUTUMN_DUE - timedelta(days=30), AUTUMN_DUE, amount, "SEK",
                "Höstservice av värmesystem", None, arose=AUTUMN_DUE - timedelta(days=41))  # fmt: skip


def _pays_on(chance: random.Random, customer: Customer, due: date) -> date | None:
    if customer.temper == "punctual":
        lateness = chance.randint(-6, 2) if chance.random() < 0.93 else chance.randint(3, 15)
        return due + timedelta(days=lateness)
    if customer.temper == "slow":
        if chance.random() < 0.55:
            return due + timedelta(days=chance.randint(-2, 9))
        return due + timedelta(days=chance.randint(9, 24)) if chance.random() < 0.25 else None
    return due + timedelta(days=chance.randint(-3, 4)) if chance.random() < 0.38 else None


def _loose_credits(customers: tuple[Customer, ...]) -> list[LooseCredit]:
    found = []
    for n in range(9):
        chance = dice("credit", n)
        since = FIRST_DAY + timedelta(days=chance.randrange(30, 140))
        customer = chance.choice([c for c in customers if c.temper != "punctual" and c.country == "SE"])
        until = since + timedelta(days=chance.randint(10, 60))
        found.append(LooseCredit(f"26-K{300 + n}", customer, since, until, chance.randint(300, 4000) * 100))
    return found
