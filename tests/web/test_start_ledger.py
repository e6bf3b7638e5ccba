"""Check the ledger: each check finds its rows and no others; a person's look holds while the check finds the same."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from fordran.invoices.models import Customer
from fordran.onboarding.ledger_check import CHECKS, Checked, check_ledger, rows_of
from fordran.onboarding.looks_paid import looks_paid
from fordran.settlement.models import Payment
from tests.build import an_item, an_office, bring_in, day
from tests.web.conftest import OWN, World, a_user, set_today

TODAY = day("2026-02-04")


@pytest.fixture
def new(db: None, settings: Any) -> World:
    settings.DEMO = True
    office = an_office(number=OWN, approved=False)
    items = [
        an_item("1001", "1", reference="10017"), an_item("1002", "1"), an_item("1003", "2", identity=""),
        an_item("1004", "3", town=""), an_item("1005", "4", reminded=day("2026-02-01")),
        an_item("1006", "5", due=day("2024-12-01")), an_item("1007", "6", country="NO"),
        replace(an_item("K1", "7", open=50_000, amount=50_000), kind="credit"),
        replace(an_item("K2", "1", open=20_000, amount=20_000), kind="credit"),
        an_item("1008", "8", due=day("2026-03-30")),
    ]  # fmt: skip
    bring_in(office, items, TODAY, partial=False)
    Customer.objects.filter(creditor=office.creditor, key="4").update(protected=True)
    set_today(TODAY)
    return World(office, TODAY)


@pytest.fixture
def clerk(new: World) -> Client:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user("clara", new.office))
    return client


def numbers(new: World, name: str) -> list[str]:
    return sorted(row.number for row in rows_of(new.office.creditor, name, TODAY))


def checked(new: World, name: str) -> Checked:
    return next(one for one in check_ledger(new.office.creditor, TODAY) if one.name == name)


def a_payment(new: World, key: str, **more: Any) -> Payment:
    fields = {"via": "bank", "on": day("2026-02-02"), "learnt_on": TODAY, "amount_minor": 100_000, "currency": "SEK",
              "state": "suspense", "held_minor": 100_000} | more  # fmt: skip
    return Payment.objects.create(creditor=new.office.creditor, key=key, **fields)


def test_each_check_finds_its_rows_and_no_others(new: World) -> None:
    assert {name: numbers(new, name) for name in CHECKS if name != "kind"} == {
        "looks-paid": [], "negative": ["K1"], "loose-credits": ["K2"], "reminded": ["1005"], "identity": ["1003"],
        "address": ["1004"], "protected": ["1005"], "abroad": ["1007"], "old": ["1006"],
    }  # fmt: skip


def test_a_payment_with_the_reference_the_number_or_the_payers_own_number_makes_an_invoice_look_paid(new: World) -> None:
    a_payment(new, "a", named=["10017"])
    a_payment(new, "b", words=["1002"])
    owner = Customer.objects.get(creditor=new.office.creditor, key="5")
    a_payment(new, "c", payer_index=bytes(owner.identity_index))
    a_payment(new, "d", named=["99999"], amount_minor=100_000)  # names nothing
    a_payment(new, "e", words=["1003"], currency="EUR")  # another currency
    found = {rows_of(new.office.creditor, "looks-paid", TODAY).get(pk=pk).number: one.how
             for pk, one in looks_paid(new.office.creditor).items()}  # fmt: skip
    assert found["1001"] == "reference" and found["1002"] == "number" and found["1006"] == "amount_and_payer"
    assert "1003" not in found


def test_without_a_bank_file_nobody_can_say_what_is_paid(new: World) -> None:
    assert checked(new, "looks-paid").state == "not_done"


def test_a_look_holds_until_the_check_finds_something_else(new: World, clerk: Client) -> None:
    before = checked(new, "identity")
    assert before.state == "look"
    answer = clerk.post(new.url("start/ledger/identity/looked"), {"found": before.found})
    assert answer.headers["Location"] == new.url("start/ledger")
    after = checked(new, "identity")
    assert (after.state, after.by, after.on) == ("looked", "clara", TODAY)
    bring_in(new.office, [an_item("1010", "9", identity="")], TODAY, name="more")
    assert checked(new, "identity").state == "look"


def test_what_was_not_shown_is_not_marked_as_seen(new: World, clerk: Client) -> None:
    clerk.post(new.url("start/ledger/identity/looked"), {"found": "0" * 64})
    assert checked(new, "identity").state == "look"


def test_the_pages_show_the_checks_their_rows_and_excel(new: World, clerk: Client) -> None:
    html = clerk.get(new.url("start/ledger")).content.decode()
    assert "Adress utomlands" in html and "<svg" in html
    listed = clerk.get(new.url("start/ledger/old"))
    assert [row.number for row in listed.context["found"].rows] == ["1006"]
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(clerk.get(new.url("start/ledger/old?as=xlsx")).content))
    assert sheet.get_sheet_by_name("Lista").to_python()[1][0] == "1006"
    ages = CalamineWorkbook.from_filelike(io.BytesIO(clerk.get(new.url("start/ledger?as=xlsx")).content))
    assert sum(row[1] for row in ages.get_sheet_by_name("Lista").to_python()[1:]) == 8
    assert clerk.get(new.url("start/ledger/no-such-check")).status_code == 404
