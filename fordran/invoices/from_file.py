"""A row of an open-items file -> the person who owes and the item owed. Pure: preview and import use the same."""

from __future__ import annotations

from datetime import date

from fordran.formats.open_items.item import OpenItem
from fordran.process.country import Country
from fordran.process.facts import ClaimKind, DebtorKind
from fordran.process.items import Item, Person


def item_of(row: OpenItem) -> Item:
    return Item(
        number=row.invoice, kind=row.kind, currency=row.currency, amount_minor=row.amount, open_minor=row.open,
        due_on=row.due, issued_on=row.issued, arose_on=row.arose, text=row.text, reference=row.reference, credits=row.credits,
        claim_kind=ClaimKind(row.claim) if row.claim else ClaimKind.GOODS_SERVICES,
        due_agreed=row.due_agreed, interest_text=row.interest_text, interest_rate=row.interest_rate,
        terms_agreed_on=row.terms_agreed, reminded_on=row.reminded, reminded_fee_minor=row.reminded_fee,
    )  # fmt: skip


def person_of(row: OpenItem, country: Country, today: date) -> Person:
    """The debtor's kind is stated by the file, else by the number (decision 24); a personal number is a consumer."""
    read = country.read_identity(row.identity, today) if row.identity else None
    kind = DebtorKind(row.debtor) if row.debtor else (read.debtor if read else DebtorKind.UNKNOWN)
    home = row.country or country.code
    return Person(
        key=row.customer_id, name=row.customer, class_key=row.class_, kind=kind,
        identity=read.digits if read else "", identity_known=bool(read and read.known), born_on=read.born_on if read else None,
        street=row.street, street2=row.street2, postcode=row.postcode, town=row.town, country=home, email=row.email,
        identity_stated=bool(row.identity), language=row.language or ("sv" if home == country.code else "en"),
    )  # fmt: skip
