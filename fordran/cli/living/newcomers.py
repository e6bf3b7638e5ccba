"""What the demonstration has ready for a visitor who sets a company up: an organisation whose people may do so, two companies
that its ERP knows and Fordran does not, an office that can take them, and the way of their letters and money once they run."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from allauth.socialaccount.models import SocialAccount
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.db import transaction

from fordran.access.adapters import PROVIDER_ID
from fordran.access.people import give_role, make_administrator
from fordran.cli.living.settling_in import CLERK, SECOND
from fordran.creditors.models import Creditor, Office, Organisation
from fordran.creditors.organisations import open_organisation
from fordran.day.connecting import connect_bank_and_try
from fordran.erp.connections import bank_of
from fordran.erp.models import Connection
from fordran.onboarding.offers import note_tenants
from fordran.onboarding.office_file import apply_office
from fordran.sandbox.visma_net.settings import Person
from fordran.sandbox.world import NEWCOMERS
from fordran.sandbox.world.companies import Company, Numbers, numbers_of, people_of
from fordran.sandbox.world.serve import CLIENT, SECRET

ERP = "visma_net"
ORGANISATION = "Ekbacken"
BY = "demonstration"
LANGUAGE_ATTRIBUTE = "LANGUAGE"

_OFFICE = """
[office]
name = "{name}"
number = "{number}"
permit = "2025-0417"
until = 2035-12-31
street = "Storgatan 1"
postcode = "824 18"
town = "Sundhamn"
email = "fraga@kravbyran.example"
phone = "08-465 00 50"
accounts = [{accounts}]

[[price]]
from = {first_day}
commission = 8
office_keeps = ["reminder", "demand"]
vat = 25
"""


@dataclass(frozen=True, slots=True)
class Newcomer:
    key: str
    company: Company
    numbers: Numbers


def newcomers(seed: int, size: int) -> list[Newcomer]:
    return [Newcomer(key, one.of_size(size), numbers_of(one, seed)) for key, one in NEWCOMERS.items()]


def erp_settings(url: str, page_size: int) -> dict[str, str]:
    """The environment by which every process of the demonstration reaches the ERP of the world at `url`."""
    return {
        "FORDRAN_VISMA_CLIENT": CLIENT, "FORDRAN_VISMA_SECRET": SECRET, "FORDRAN_VISMA_URL": url,
        "FORDRAN_VISMA_TOKEN_URL": f"{url}/connect/token", "FORDRAN_VISMA_AMOUNTS": "plain_is_document",
        "FORDRAN_VISMA_PAGE_SIZE": str(page_size), "FORDRAN_VISMA_PAYMENT_METHOD": "1",
        "FORDRAN_VISMA_LANGUAGE_ATTRIBUTE": LANGUAGE_ATTRIBUTE,
    }  # fmt: skip


def reach_again(url: str) -> None:
    """Every connection leads to where the world is served now, those that a visitor made too."""
    for known in Connection.objects.filter(connector=ERP):
        known.settings |= {"base_url": url, "token_url": f"{url}/connect/token"}
        known.save(update_fields=["settings"])


def office_text(ready: list[Newcomer], today: date) -> str:
    """The file of the office that can take them, its prices from `today` on."""
    one = _with_office(ready)
    accounts = ", ".join(f'"{each.numbers.bankgiro}"' for each in ready)
    return _OFFICE.format(name=one.company.office, number=one.numbers.office_number, first_day=today, accounts=accounts)


def _with_office(ready: list[Newcomer]) -> Newcomer:
    return next(one for one in ready if one.company.office)


@transaction.atomic
def make_ready(ready: list[Newcomer], today: date) -> Organisation:
    """The organisation with its people, the office, and the companies that wait. Done twice it is done once."""
    if not Office.objects.filter(organisation_number=_with_office(ready).numbers.office_number).exists():
        apply_office(office_text(ready, today), by=BY, today=today)
    organisation, new = open_organisation(ORGANISATION, today, BY, erp=ERP)
    if new:
        _let_in(organisation, people_of((one.key, one.numbers.tenant) for one in ready), today)
    note_tenants(organisation, ERP, [one.numbers.tenant for one in ready])
    return organisation


def _let_in(organisation: Organisation, people: tuple[Person, ...], today: date) -> None:
    """The visitor and the one beside them by the demonstration's door; the company's own people by the ERP's sign-in."""
    maria, johan = (User.objects.get(username=name) for name in (CLERK, SECOND))
    anna, olle = (_known_to_the_erp(person) for person in people[:2])
    for user in (maria, anna):
        make_administrator(organisation, user, by=BY, today=today)
    for user, reach in ((maria, "sign"), (johan, "sign"), (anna, "sign"), (olle, "work")):
        give_role(organisation, user, reach, creditor=None, until=None, by=BY, today=today)


def _known_to_the_erp(person: Person) -> User:
    user, _ = get_user_model().objects.get_or_create(
        username=person.email.partition("@")[0],
        defaults={"first_name": person.given_name, "last_name": person.family_name, "email": person.email},
    )
    user.set_unusable_password()
    user.save()
    SocialAccount.objects.get_or_create(provider=PROVIDER_ID, uid=person.sub, defaults={"user": user})
    found: User = user
    return found


def running(ready: list[Newcomer]) -> list[tuple[Newcomer, Creditor]]:
    """Those that have been switched on at some time."""
    numbers = {one.numbers.organisation_number: one for one in ready}
    found = Creditor.objects.filter(organisation_number__in=list(numbers), activated_on__isnull=False).order_by("pk")
    return [(numbers[one.organisation_number], one) for one in found]


def exchange_with_the_bank(ready: list[Newcomer], creditor: Creditor, folder: Path, today: date) -> None:
    """The bank's files of the account on its letters are taken by each day. What the bank told of before the company was
    switched on is laid aside: it is of invoices that were paid to nobody but the company."""
    if bank_of(creditor) is not None:
        return
    for one in ready:
        for account, name in ((one.numbers.bankgiro, "bank"), (one.numbers.sales_bankgiro, "sales-bank")):
            if creditor.bankgiro == account:
                exchange = folder / one.key / name
                _lay_aside(exchange, creditor.activated_on or today)
                connect_bank_and_try(creditor, "folder", {"directory": str(exchange)}, {}, by=BY, today=today)


def _lay_aside(exchange: Path, before: date) -> None:
    aside = exchange / "before-fordran"
    for file in sorted((exchange / "from-bank").iterdir()):
        days = [part for part in file.stem.split("_") if len(part) == 8 and part.startswith("20")]
        if days and days[0] < f"{before:%Y%m%d}":
            aside.mkdir(mode=0o700, exist_ok=True)
            os.replace(file, aside / file.name)
