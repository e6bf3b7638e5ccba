"""Open items and the people who owe them, as the filter, preview and the letters see them: from a file or from the tables."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from fordran.core.made_often import made_often
from fordran.process.facts import Claim, ClaimKind, Debtor, DebtorKind, HoldKind
from fordran.process.profile import CreditorProfile, PolicyBook
from fordran.process.select import Candidate


@dataclass(frozen=True, slots=True)
class SentTo:
    """Where the creditor sends one invoice, when it is not where it sends the customer's others. Personal data."""

    name: str = ""  # beside the debtor's own name: a person or place at the customer's
    street: str = ""
    street2: str = ""
    postcode: str = ""
    town: str = ""
    country: str = ""

    @property
    def complete(self) -> bool:
        return bool(self.street and self.postcode and self.town)


@made_often
@dataclass(frozen=True, slots=True)
class Person:
    """Who owes. Holds a name and an address, so it is never stored with a decision."""

    key: str
    name: str
    class_key: str = ""
    kind: DebtorKind = DebtorKind.UNKNOWN
    identity: str = ""  # digits; empty where it may not be read
    identity_known: bool = False
    born_on: date | None = None
    street: str = ""
    street2: str = ""
    postcode: str = ""
    town: str = ""
    country: str = "SE"
    email: str = ""
    language: str = "sv"
    protected: bool = False
    identity_stated: bool = False  # some number is on file, right or wrong
    left_alone: bool = False  # the ERP says so of the customer
    beside: str = ""  # a second name, below the debtor's own on the letter

    def debtor(self) -> Debtor:
        return Debtor(
            identity_known=self.identity_known, identity_stated=self.identity_stated, born_on=self.born_on,
            address_complete=bool(self.street and self.postcode and self.town), country=self.country,
            protected=self.protected, language=self.language, email_known=bool(self.email),
        )  # fmt: skip

    def address(self) -> tuple[str, ...]:
        town = f"{self.postcode} {self.town}" if self.postcode and self.town else self.postcode or self.town
        return tuple([line for line in (self.beside, self.street, self.street2, town) if line])

    def written_to(self, item: Item) -> Person:
        """The debtor as a letter about this invoice is addressed: where the creditor sends the invoice itself, when that is a
        whole address. Where a protected person lives nobody's ledger knows, so nothing is changed there."""
        to = item.sent_to
        if to is None or self.protected:
            return self
        beside = "" if to.name.casefold() == self.name.casefold() else to.name
        if not to.complete:
            return replace(self, beside=beside)
        return replace(
            self, beside=beside, street=to.street, street2=to.street2, postcode=to.postcode, town=to.town,
            country=to.country or self.country,
        )  # fmt: skip


@made_often
@dataclass(frozen=True, slots=True)
class Item:
    """One row of the open ledger. None = the row does not say, the creditor's setting decides."""

    number: str
    kind: str  # invoice, credit
    currency: str
    amount_minor: int
    open_minor: int
    due_on: date
    issued_on: date | None = None
    arose_on: date | None = None
    text: str = ""
    reference: str = ""
    credits: str = ""
    claim_kind: ClaimKind = ClaimKind.GOODS_SERVICES
    due_agreed: bool | None = None
    interest_text: bool | None = None
    interest_rate: Decimal | None = None
    terms_agreed_on: date | None = None
    reminded_on: date | None = None
    reminded_fee_minor: int | None = None
    missing: bool = False
    rests: str = ""  # a kind of hold that the ERP itself puts on the invoice; "" = none
    sent_to: SentTo | None = None  # None = where the customer's others are sent

    def rests_with(self, person: Person) -> HoldKind | None:
        """Why the ERP wants the invoice, or everything of its customer, left in peace; None = it does not."""
        if self.rests:
            return HoldKind(self.rests)
        return HoldKind.LEFT_ALONE if person.left_alone else None


def _agreed(own: Any, name: str, places: tuple[object, ...]) -> Any:
    """What was agreed, by the most specific place that says anything."""
    if own is not None:
        return own
    for place in places:
        if (found := getattr(place, name)) is not None:
            return found
    return None


def claim_of(item: Item, person: Person, profile: CreditorProfile, covered_minor: int = 0) -> Claim:
    """Invoice field over customer over class over creditor setting; nothing stated = not agreed and no text."""
    places: tuple[object, ...] = (profile.generic, profile)
    if (of_class := profile.classes.get(person.class_key)) is not None:
        places = (of_class, *places)
    if (of_customer := profile.customers.get(person.key)) is not None:
        places = (of_customer, *places)
    return Claim(
        invoice=item.number, currency=item.currency, amount_minor=item.amount_minor, due_on=item.due_on,
        issued_on=item.issued_on, arose_on=item.arose_on, debtor=person.kind, kind=item.claim_kind,
        due_agreed=bool(_agreed(item.due_agreed, "due_agreed", places)),
        interest_text=bool(_agreed(item.interest_text, "interest_text", places)),
        interest_rate=_agreed(item.interest_rate, "interest_rate", places),
        terms_agreed_on=_agreed(item.terms_agreed_on, "terms_agreed_from", places),
        reminded_on=item.reminded_on, reminded_fee_minor=item.reminded_fee_minor,
        creditor_is_business=profile.is_business, credit_minor=covered_minor,
    )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Credits:
    """What credit notes do to the invoices of one ledger, öre by invoice number."""

    named: dict[str, int]  # the credit names the invoice: reduces it
    covering: dict[str, int]  # names none: set against the customer's oldest invoices, for the test only


def spread_credits(rows: Iterable[tuple[str, Item]]) -> Credits:
    """`rows` are (customer key, item) of the whole open ledger."""
    named: dict[str, int] = defaultdict(int)
    loose: dict[tuple[str, str], int] = defaultdict(int)
    invoices: dict[tuple[str, str], list[Item]] = defaultdict(list)
    numbers: set[tuple[str, str]] = set()
    rows = list(rows)
    for customer, item in rows:
        if item.kind == "invoice" and item.open_minor > 0:
            invoices[(customer, item.currency)].append(item)
            numbers.add((item.number, item.currency))
    for customer, item in rows:
        if item.kind == "credit" and item.open_minor > 0:
            if (item.credits, item.currency) in numbers:
                named[item.credits] += item.open_minor
            else:
                loose[(customer, item.currency)] += item.open_minor
    covering: dict[str, int] = {}
    for owner, left in loose.items():
        for item in sorted(invoices[owner], key=lambda i: (i.due_on, i.number)):
            if left <= 0:
                break
            share = min(left, max(0, item.open_minor - named.get(item.number, 0)))
            if share > 0:
                covering[item.number] = share
                left -= share
    return Credits(dict(named), covering)


def candidate_of(item: Item, person: Person, profile: CreditorProfile, book: PolicyBook, credits: Credits) -> Candidate:
    """The item as the filter sees it, credits counted."""
    reduced = max(0, item.open_minor - credits.named.get(item.number, 0)) if item.kind == "invoice" else item.open_minor
    return Candidate(
        claim=claim_of(item, person, profile, credits.covering.get(item.number, 0)),
        debtor=person.debtor(), open_minor=reduced, is_credit=item.kind == "credit",
        exclusions=book.exclusions(person.key, person.class_key), missing_in_ledger=item.missing,
        rests=item.rests_with(person),
    )  # fmt: skip
