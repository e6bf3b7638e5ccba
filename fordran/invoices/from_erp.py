"""What an ERP tells of a customer or an invoice -> the person who owes and the item owed. Pure."""

from __future__ import annotations

from datetime import date

from fordran.ports.erp import ErpAddress, ErpCustomer, ErpItem, ItemState
from fordran.process.country import Country
from fordran.process.facts import DebtorKind
from fordran.process.items import Item, Person, SentTo


def person_of(told: ErpCustomer, country: Country, today: date) -> Person:
    """The debtor's kind is stated by the ERP, else by the number (decision 24); a personal number is a consumer."""
    read = country.read_identity(told.identity, today) if told.identity else None
    kind = DebtorKind(told.debtor) if told.debtor else (read.debtor if read else DebtorKind.UNKNOWN)
    home = told.address.country or country.code
    return Person(
        key=told.key, name=told.name, class_key=told.class_key, kind=kind, identity=read.digits if read else "",
        identity_known=bool(read and read.known), born_on=read.born_on if read else None, street=told.address.street,
        street2=told.address.street2, postcode=told.address.postcode, town=told.address.town, country=home, email=told.email,
        identity_stated=bool(told.identity), language=told.language or ("sv" if home == country.code else "en"),
        left_alone=told.left_alone,
    )  # fmt: skip


def item_of(told: ErpItem) -> Item:
    """The tax agency's share (ROT, RUT) is no debt of the customer's: it is taken off both sums, in the order in which the
    agency pays, last."""
    share = min(told.tax_share_minor, told.amount_minor)
    amount = told.amount_minor - share
    return Item(
        number=told.number, kind=told.kind, currency=told.currency, amount_minor=amount,
        open_minor=0 if told.state == ItemState.CLOSED else min(amount, max(0, told.open_minor - share)),
        due_on=told.due_on, issued_on=told.issued_on, text=told.text, reference=told.reference, credits=told.credits,
        reminded_on=told.reminded_on, reminded_fee_minor=told.reminded_fee_minor, sent_to=sent_to_of(told),
    )  # fmt: skip


def sent_to_of(told: ErpItem) -> SentTo | None:
    """Where the ERP sends this invoice itself; None = where it sends the customer's others."""
    to = told.address or ErpAddress()
    if not told.recipient and told.address is None:
        return None
    return SentTo(told.recipient, to.street, to.street2, to.postcode, to.town, to.country)
