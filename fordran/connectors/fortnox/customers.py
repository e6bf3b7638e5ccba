"""Customers and the company itself, from Fortnox's records to the port's.

Fortnox has no customer classes, no language on a customer and nothing that says "no debt collection". `Type` tells a private
person from a company; a public body is not told apart, and is not guessed.
"""

from __future__ import annotations

from fordran.connectors.exact_json import BadValue, Record
from fordran.connectors.fortnox.values import text
from fordran.ports.erp import ErpAddress, ErpCompany, ErpCustomer

_DEBTOR = {"PRIVATE": "consumer", "COMPANY": "business"}


def read_customer(record: Record) -> ErpCustomer:
    """Raises BadValue."""
    key = text(record, "CustomerNumber")
    if not key:
        raise BadValue("CustomerNumber", "the customer has no number")
    return ErpCustomer(
        key=key,
        name=text(record, "Name"),
        identity=text(record, "OrganisationNumber"),
        debtor=_DEBTOR.get(text(record, "Type").upper(), ""),
        address=ErpAddress(
            street=text(record, "Address1"),
            street2=text(record, "Address2"),
            postcode=text(record, "ZipCode"),
            town=text(record, "City"),
            country=text(record, "CountryCode").upper(),
        ),
        email=text(record, "EmailInvoice") or text(record, "Email"),
        phone=text(record, "Phone1"),
        active=record.get("Active") is not False,
    )


def read_company(information: Record, more: Record) -> ErpCompany:
    """`more` is the company's settings, where the consent covers them: only there stand its giro numbers."""
    return ErpCompany(
        key=text(information, "DatabaseNumber"),
        name=text(information, "CompanyName"),
        organisation_number=text(information, "OrganizationNumber"),
        vat_number=text(more, "VATNumber"),
        currency="SEK",
        address=ErpAddress(
            street=text(information, "Address"),
            postcode=text(information, "ZipCode"),
            town=text(information, "City"),
            country=text(information, "CountryCode").upper(),
        ),
        email=text(more, "Email"),
        phone=text(more, "Phone1"),
        bankgiro=text(more, "BG"),
        plusgiro=text(more, "PG"),
        iban=text(more, "IBAN").replace(" ", ""),
    )
