"""An invoice that the creditor sends to an address of its own is chased there; what is sent elsewhere is another letter."""

from __future__ import annotations

import json

from fordran.creditors.models import Creditor
from fordran.invoices.models import InvoiceChange
from fordran.letters.models import Letter
from fordran.sandbox.book import Place
from tests.erp.conftest import LATER, REMINDS, House
from tests.erp.test_fetch import assert_books, read

SITE = Place("Bygget 7", "Port B", "543 21", "Byn")


def recipients(house: House, state: str = "sent") -> list[tuple[str, ...]]:
    said = (json.loads(text) for text in Letter.objects.filter(state=state).order_by("id").values_list("content", flat=True))
    return [(one["recipient"]["name"], *one["recipient"]["address"]) for one in said]


def test_the_letter_goes_where_the_invoice_went_and_only_claims_sent_to_one_address_share_it(house: House) -> None:
    house.invoice("1001", recipient="Bygglaget Öst", place=SITE)
    house.invoice("1002")
    house.invoice("1003", recipient="Bygglaget Öst", place=SITE)
    house.invoice("1004", recipient="Kund 1")
    report = house.run(REMINDS)
    assert not report.problems
    assert recipients(house) == [
        ("Kund 1", "Bygglaget Öst", "Bygget 7", "Port B", "543 21 Byn"),
        ("Kund 1", "Gatan 1", "123 45 Staden"),
    ]
    costs = [house.case(number).costs_minor for number in ("1001", "1002", "1003", "1004")]
    assert sorted(costs) == [0, 0, 0, 6_000]  # the debtor pays for one letter
    assert_books(house)


def test_half_an_address_is_none_but_its_name_stands_beside(house: House) -> None:
    house.invoice("1001", recipient="Bygglaget Öst", place=Place("Bygget 7"))
    house.run(REMINDS)
    assert recipients(house) == [("Kund 1", "Bygglaget Öst", "Gatan 1", "123 45 Staden")]


def test_an_address_given_or_taken_back_before_the_letter_leaves_is_that_of_the_letter(house: House) -> None:
    house.invoice("1001")
    read(house, REMINDS)
    house.change("1001", place=SITE)
    read(house, REMINDS)
    changed = InvoiceChange.objects.get(field="sent_to")
    assert (changed.before, changed.after) == ("", "")  # personal data stays out of what cannot be changed
    house.change("1001", place=None)
    read(house, REMINDS)
    house.change("1001", place=SITE)
    house.run(REMINDS)
    assert recipients(house) == [("Kund 1", "Bygget 7", "Port B", "543 21 Byn")]
    assert InvoiceChange.objects.filter(field="sent_to").count() == 3
    assert not house.run(LATER).problems


def test_a_letter_that_waits_for_a_person_is_made_anew_when_the_address_of_its_invoice_changes(house: House) -> None:
    Creditor.objects.filter(pk=house.office.creditor.pk).update(first_batch_approved_on=None)
    house.invoice("1001")
    house.run(REMINDS)
    assert recipients(house, "composed") == [("Kund 1", "Gatan 1", "123 45 Staden")]
    house.change("1001", place=SITE)
    house.run(REMINDS)
    assert recipients(house, "composed") == [("Kund 1", "Bygget 7", "Port B", "543 21 Byn")]
    assert house.case().costs_minor == 6_000
