"""An office that collects for others here, from a TOML file; docs/how-to/be-an-agency.md has an example.

The file says how the office is from now on. Accounts are added; one that a company has is never taken from it. What companies
were registered with stays theirs: a new permit is handed on to them, new prices and addresses are not.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from fordran.audit.record import record_event
from fordran.core.problems import Problem, Refused
from fordran.creditors.accounts import read_account
from fordran.creditors.models import Creditor, Office, OfficeAccount
from fordran.creditors.settings_file import load_toml
from fordran.onboarding.offers import number_holds, plain_number
from fordran.payouts.terms import read_terms

_TEXTS = {
    "name": "name", "permit": "permit", "street": "street", "postcode": "postcode", "town": "town", "email": "contact_email",
    "phone": "contact_phone",
}  # fmt: skip
_NEEDED = ("name", "number", "permit", "until")
_KNOWN = (*_TEXTS, "number", "until", "accounts")
_PRICES = re.compile(r"^\[\[\s*price\s*\]\]", re.MULTILINE)


@dataclass(slots=True)
class OfficeFile:
    """What a file says. `accounts`: (kind, number); `prices`: the text of its [[price]] tables."""

    values: dict[str, Any] = field(default_factory=dict)
    accounts: list[tuple[str, str]] = field(default_factory=list)
    prices: str = ""


def read_office(text: str) -> OfficeFile:
    """Raises Refused naming every key that is wrong or missing."""
    data = load_toml(text)
    office = data.get("office")
    problems = [Problem("", name, "there is no such table here; known are [office] and [[price]]")
                for name in data if name not in ("office", "price")]  # fmt: skip
    if not isinstance(office, dict):
        raise Refused([*problems, Problem("[office]", "", "write the table [office]")])
    found = OfficeFile(prices=_price_tables(text))
    problems += [Problem("[office]", key, "this setting is missing") for key in _NEEDED if not office.get(key)]
    for key, value in office.items():
        wrong = _take(found, key, value)
        if wrong:
            problems.append(Problem("[office]", key, wrong))
    try:
        read_terms({"price": data.get("price", [])})
    except Refused as refused:
        problems += refused.problems
    if problems:
        raise Refused(problems)
    return found


def _price_tables(text: str) -> str:
    """As they stand, so that each new company begins with them. They come last in the file."""
    at = _PRICES.search(text)
    tables = text[at.start() :] if at else ""
    try:
        if tables and set(tomllib.loads(tables)) != {"price"}:
            raise Refused("the [[price]] tables come last in the file", field="price")
    except tomllib.TOMLDecodeError as error:
        raise Refused(f"the [[price]] tables cannot be read by themselves: {error}", field="price") from None
    return tables


def _take(found: OfficeFile, key: str, value: Any) -> str:
    """What is wrong with it, or ""."""
    if key in _TEXTS:
        if not isinstance(value, str):
            return "write text in quotes"
        found.values[_TEXTS[key]] = value.strip()
    elif key == "number":
        number = plain_number(str(value))
        found.values["organisation_number"] = number
        return "" if number_holds(number) else "the organisation number is not valid"
    elif key == "until":
        found.values["permit_until"] = value
        return "" if type(value) is date else "write a day, YYYY-MM-DD"
    elif key == "accounts":
        return _accounts(found, value)
    else:
        return f"there is no setting {key!r} here; known are {', '.join(_KNOWN)}"
    return ""


def _accounts(found: OfficeFile, value: Any) -> str:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        return 'write a list of bankgiro numbers or IBANs in quotes, for example ["5050-1055"]'
    for one in value:
        kind = "iban" if one.strip()[:2].isalpha() else "bankgiro"
        try:
            found.accounts.append((kind, read_account(kind, one)))
        except Refused as refused:
            return f"{one}: {refused.problems[0].message}"
    return ""


@transaction.atomic
def apply_office(text: str, *, by: str, today: date) -> Office:
    """Create or change the office with that organisation number. Raises Refused."""
    file = read_office(text)
    values = {**file.values, "price_list": file.prices}
    number = values.pop("organisation_number")
    office, created = Office.objects.update_or_create(organisation_number=number, defaults=values)
    _refuse_foreign(office, file)
    known = set(OfficeAccount.objects.filter(office=office).values_list("number", flat=True))
    for kind, account in file.accounts:
        if account not in known:
            OfficeAccount.objects.create(office=office, kind=kind, number=account)
    office.accounts.filter(taken_by=None).exclude(number__in=[account for _, account in file.accounts]).delete()
    for creditor in Creditor.objects.filter(office_account__office=office):
        changed = _hand_on(creditor, office)
        if changed:
            record_event(creditor.pk, today, by, "permit renewed", office.organisation_number, until=office.permit_until)
    record_event(None, today, by, "office registered" if created else "office changed", number, accounts=len(file.accounts))
    return office


def _refuse_foreign(office: Office, file: OfficeFile) -> None:
    numbers = [account for _, account in file.accounts]
    foreign = OfficeAccount.objects.filter(number__in=numbers).exclude(office=office).values_list("number", flat=True)
    if foreign:
        raise Refused([Problem("[office]", "accounts", f"{one} is another office's") for one in foreign])


def _hand_on(creditor: Creditor, office: Office) -> bool:
    fresh: Mapping[str, object] = {"permit": office.permit, "permit_until": office.permit_until}
    if all(getattr(creditor, name) == value for name, value in fresh.items()):
        return False
    Creditor.objects.filter(pk=creditor.pk).update(**fresh)
    return True
