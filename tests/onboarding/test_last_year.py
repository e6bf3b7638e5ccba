"""The year that has been, lived once more: payments come on their own days, and nothing of it touches the books."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.creditors.models import SettingsLayer
from fordran.invoices.models import Application, Invoice
from fordran.letters.models import Letter
from fordran.onboarding.last_year import ask, reckon
from fordran.onboarding.models import Reckoning
from tests.build import an_item, an_office, bring_in, day, switched_off

TODAY = day("2026-02-04")
DUE = day("2025-05-05")
"""A Monday; with five days the reminder leaves on Monday the 12th, and its last day is the 22nd or later."""


@pytest.fixture
def office(db: None) -> Office:
    return switched_off(an_office(approved=False))


def an_invoice(office: Office, number: str, *paid: tuple[date, int], customer: str = "1") -> None:
    """An invoice of last May, with what was set against it since."""
    left = max(0, 100_000 - sum(minor for _, minor in paid))
    issued = DUE - timedelta(days=30)
    bring_in(office, [an_item(number, customer, due=DUE, issued=issued)], TODAY, name=number)
    row = Invoice.objects.get(creditor=office.creditor, number=number)
    Invoice.objects.filter(pk=row.pk).update(open_minor=left)
    for place, (on, minor) in enumerate(paid):
        Application.objects.create(creditor=office.creditor, invoice=row, kind="payment", number=f"P{number}{place}",
                                   amount_minor=minor, on=on, seen_on=TODAY)  # fmt: skip


def lived(office: Office) -> dict[str, object]:
    row: Reckoning = reckon(ask(office.creditor, TODAY, "clara"))
    assert row.state == "done"
    return row.sums


def test_who_paid_in_time_gets_no_letter_and_who_paid_late_gets_as_many_as_the_days_allow(office: Office) -> None:
    an_invoice(office, "1001", (DUE, 100_000), customer="1")  # in time
    an_invoice(office, "1002", (day("2025-05-15"), 100_000), customer="2")  # three days after the reminder
    an_invoice(office, "1003", (day("2025-09-01"), 100_000), customer="3")  # after the demand
    an_invoice(office, "1004", customer="4")  # never
    sums = lived(office)
    assert sums["taken"] == 3
    assert sums["letters"]["kinds"]["reminder"] == 3  # type: ignore[index]
    assert sums["letters"]["kinds"]["demand"] == 2  # type: ignore[index]
    assert (sums["written_to"], sums["soon"], sums["paid"]) == (3, 1, 2)
    months = dict(sums["months"])  # type: ignore[call-overload]
    assert months["2025-05"]["taken"] == 3
    assert sum(month["received_minor"] for month in months.values()) > 200_000  # with our costs and interest


def test_nothing_of_it_touches_the_books(office: Office) -> None:
    an_invoice(office, "1001")
    lived(office)
    assert not Case.objects.exists() and not Letter.objects.exists()


def test_import_from_is_a_date_so_it_moves_with_the_year(office: Office) -> None:
    SettingsLayer.objects.filter(creditor=office.creditor).update(import_from=day("2026-01-01"))
    an_invoice(office, "1001")
    assert lived(office)["taken"] == 1
    SettingsLayer.objects.filter(creditor=office.creditor).update(import_from=day("2026-06-01"))
    assert lived(office)["taken"] == 0


def test_the_companys_own_reminders_of_that_time_do_not_count(office: Office) -> None:
    an_invoice(office, "1001")
    Invoice.objects.update(reminded_on=day("2025-05-20"), reminded_fee_minor=6_000)
    sums = lived(office)
    assert sums["costs_minor"] == 6_000 + 18_000  # our reminder and our demand
