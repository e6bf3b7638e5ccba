"""Money out on the pages: one person enters, another releases; everything as the pages' own role behind the walls."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fordran.cases.office import Office
from fordran.creditor_pages.tenancy import see_only
from fordran.payouts.models import PaymentOrder
from fordran.payouts.prepare import prepare_payouts
from fordran.settlement.models import Payment
from tests.books import assert_books_hold
from tests.build import the_case
from tests.payouts.world import FRIDAY, an_agency, some_cases, take
from tests.settlement.bank_day import bgmax
from tests.web.conftest import a_user, set_today


@pytest.fixture
def owed(db: None, settings: Any) -> Office:
    """A payout of 892.62 that waits for release, and 438.63 to be paid back."""
    settings.DEMO = True
    office = an_agency()
    some_cases(office)
    rows = [(106_137, the_case("1001").ocr, "Kund 0"), (150_000, the_case("1002").ocr, "Åsa Berg")]
    take(bgmax(rows, "2026-02-10"), "2026-02-10", office)
    prepare_payouts(office, FRIDAY)
    set_today(FRIDAY)
    return office


def person(office: Office, name: str, role: str) -> Client:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user(name, office, role))
    return client


def url(office: Office, rest: str) -> str:
    return f"/{office.creditor.organisation_number}/payouts{rest}"


def said(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_the_page_says_what_waits_and_what_comes_next(owed: Office) -> None:
    text = said(person(owed, "rune", "read").get(url(owed, "")))
    assert "1 785,24 kr" in text and "Väntar på att släppas" in text and "2026-02-20" in text
    assert "Granska och släpp" not in text, "a reader is offered nothing to do"


def test_one_enters_the_account_and_only_another_who_may_sign_releases(owed: Office, app_role: None) -> None:
    clara, vera = person(owed, "clara", "sign"), person(owed, "vera", "sign")
    kim = person(owed, "kim", "work")
    see_only([owed.creditor.pk])
    payment = Payment.objects.get(amount_minor=150_000)
    wrong = clara.post(url(owed, f"/refunds/{payment.pk}"), {"kind": "bankgiro", "number": "5536-7743"})
    assert wrong.status_code == 422 and "kontrollsiffra" in said(wrong)
    assert clara.post(url(owed, f"/refunds/{payment.pk}"), {"kind": "bankgiro", "number": "5536-7742"}).status_code == 302
    see_only([owed.creditor.pk])
    orders = list(PaymentOrder.objects.order_by("number"))
    assert [(o.kind, o.amount_minor, o.account_by) for o in orders] == [
        ("payout", 178_524, "approved account"), ("refund", 43_863, "clara"),
    ]  # fmt: skip
    chosen = {"order": [o.number for o in orders]}
    assert "någon annan måste släppa" in said(clara.get(url(owed, "/release"), chosen))
    clara.post(url(owed, "/released"), chosen)
    assert kim.post(url(owed, "/released"), chosen).status_code == 403
    see_only([owed.creditor.pk])
    assert {o.state for o in PaymentOrder.objects.all()} == {"proposed"}, "all or none"
    assert "2 223,87 kr" in said(vera.get(url(owed, "/release"), chosen))
    vera.post(url(owed, "/released"), chosen)
    see_only([owed.creditor.pk])
    assert {(o.state, o.released_by) for o in PaymentOrder.objects.all()} == {("released", "vera")}


def test_an_order_is_withdrawn_and_the_payout_ordered_again(owed: Office, app_role: None) -> None:
    kim = person(owed, "kim", "work")
    assert kim.post(url(owed, "/orders/1/withdraw"), {"reason": ""}).status_code == 422
    assert kim.post(url(owed, "/orders/1/withdraw"), {"reason": "fel konto"}).status_code == 302
    assert "drogs tillbaka" in said(kim.get(url(owed, ""))) and "Beställ igen" in said(kim.get(url(owed, "/U2026-000001")))
    kim.post(url(owed, "/U2026-000001/again"))
    see_only([owed.creditor.pk])
    assert list(PaymentOrder.objects.order_by("number").values_list("state", flat=True)) == ["rejected", "proposed"]


def test_the_statement_is_there_in_three_forms(owed: Office) -> None:
    rune = person(owed, "rune", "read")
    assert rune.get(url(owed, "/U2026-000001/statement.pdf")).content.startswith(b"%PDF")
    assert rune.get(url(owed, "/U2026-000001/statement.xlsx")).content.startswith(b"PK")
    data = rune.get(url(owed, "/U2026-000001/statement.json")).json()
    assert sum(line["amount_minor"] for line in data["lines"]) == data["amount_minor"] == 178_524
    assert rune.get(url(owed, "/U2026-000001/statement.exe")).status_code == 404
    assert_books_hold()
