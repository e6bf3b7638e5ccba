"""Customers, their classes and the company itself, from the API's records to the port's.

The API has no field for a private person and none for a language; neither is guessed. A customer attribute may hold the language.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from fordran.connectors.exact_json import BadValue, Record
from fordran.connectors.visma_net.settings import VismaNetSettings
from fordran.connectors.visma_net.values import flag, inner, text
from fordran.ports.erp import ErpAddress, ErpClass, ErpCompany, ErpCustomer

_BANKGIRO = re.compile(r"\d{3,4}-\d{4}")
_PLUSGIRO = re.compile(r"\d{1,7}-\d")


def read_customer(record: Record, settings: VismaNetSettings) -> ErpCustomer:
    """Raises BadValue."""
    unusable = text(record, "errorInfo")
    if unusable:
        raise BadValue("errorInfo", "Visma.net itself could not give this customer whole; open and save it there")
    key = text(record, "number")
    if not key:
        raise BadValue("number", "the customer has no number")
    written_to = read_address(record, "invoiceAddress")
    if not written_to.street and not written_to.postcode:
        written_to = read_address(record, "mainAddress")
    return ErpCustomer(
        key=key,
        name=text(record, "name"),
        class_key=text(record, "customerClass", "id"),
        identity=text(record, "corporateId"),
        address=written_to,
        email=text(record, "invoiceContact", "email") or text(record, "mainContact", "email"),
        phone=text(record, "invoiceContact", "phone1") or text(record, "mainContact", "phone1"),
        language=_language(record, settings.language_attribute),
        left_alone=flag(record, "excludeDebtCollection"),
        active=text(record, "status") != "Inactive",
    )


def _language(record: Record, attribute: str) -> str:
    for one in inner(record, "attributes") or () if attribute else ():
        if isinstance(one, Mapping) and one.get("id") == attribute:
            found = str(one.get("value") or "").strip().lower()[:2]
            return found if found in ("sv", "en") else ""
    return ""


def read_address(record: Record, name: str) -> ErpAddress:
    lines = [text(record, name, f"addressLine{n}") for n in (1, 2, 3)]
    return ErpAddress(
        street=lines[0],
        street2=", ".join(line for line in lines[1:] if line),
        postcode=text(record, name, "postalCode"),
        town=text(record, name, "city"),
        country=text(record, name, "country", "id"),
    )


def read_class(record: Record) -> ErpClass:
    return ErpClass(text(record, "id"), text(record, "description"))


def read_company(record: Record, tenant: str) -> ErpCompany:
    """Which of `bban`, `bbaN2` and `bbaN3` holds a bankgiro number is not documented: it is known by its shape, and a person
    confirms it."""
    numbers = [text(record, "bankSettings", name) for name in ("bban", "bbaN2", "bbaN3")]
    return ErpCompany(
        key=text(record, "organizationCd") or tenant,
        name=text(record, "name"),
        organisation_number=text(record, "corporateId"),
        vat_number=text(record, "vatRegistrationId"),
        currency=text(record, "baseCurrency") or text(record, "currency", "id") or "SEK",
        address=read_address(record, "mainAddress"),
        email=text(record, "mainContact", "email"),
        phone=text(record, "mainContact", "phone1"),
        bankgiro=next((number for number in numbers if _BANKGIRO.fullmatch(number)), ""),
        plusgiro=next((number for number in numbers if _PLUSGIRO.fullmatch(number)), ""),
        iban=text(record, "bankSettings", "iban").replace(" ", ""),
    )
