"""A new payout account is one person's proposal and another's yes; alone, the yes waits a day. Behind the walls."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models.functions import Now
from django.test import Client

from fordran.cases.office import Office
from fordran.creditor_pages.tenancy import see_only
from fordran.creditors import accounts
from fordran.creditors.models import Creditor, PayoutAccount
from fordran.payouts.terms import approved_account
from tests.build import an_office, day
from tests.payouts.world import an_agency
from tests.web.conftest import a_user, set_today
from tests.web.test_creditor_page import filled, said

TODAY = day("2026-02-04")
OLD, NEW = "9912346", "50501055"


@pytest.fixture
def agency(db: None, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Money goes to bankgiro 991-2346, which vera has approved. Who comes here has just proved who they are."""
    settings.DEMO = True
    set_today(TODAY)
    monkeypatch.setattr("fordran.creditor_pages.proof.is_fresh", lambda request: True)
    return an_agency()


def person(office: Office, name: str, role: str) -> Client:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user(name, office, role))
    return client


def url(office: Office, rest: str = "creditor") -> str:
    return f"/{office.creditor.organisation_number}/settings/{rest}"


def proposed(office: Office, client: Client, **changes: str) -> PayoutAccount:
    """The proposal that the client makes on the page Borgenär."""
    changes = changes or {"account__bankgiro": "5050-1055"}
    assert client.post(url(office), filled(client, office, **changes)).status_code == 302
    see_only([office.creditor.pk])
    return PayoutAccount.objects.get(approved_on=None)


def goes_to(office: Office) -> str:
    see_only([office.creditor.pk])
    found = approved_account(office.creditor, "SEK", "SEK")
    return found.number if found else ""


def test_money_goes_to_the_old_account_until_another_person_says_yes(agency: Office, app_role: None) -> None:
    clara, vera = person(agency, "clara", "work"), person(agency, "vera", "sign")
    row = proposed(agency, clara)
    page = f"payout-accounts/{row.pk}"
    assert goes_to(agency) == OLD and (row.proposed_by, row.becomes_preferred) == ("clara", True)
    text = said(clara.get(url(agency, "payout-accounts")))
    assert "Till dess går pengarna till 991-2346." in text and "Föreslaget av Clara Ek" in text
    assert "Till dess går pengarna till 991-2346." in said(clara.get(url(agency)))
    assert clara.post(url(agency, page), {"act": "approve"}).status_code == 403
    answer = vera.post(url(agency, page), {"act": "approve"}, follow=True)
    assert "5050-1055 är godkänt. Från och med nu går pengarna dit." in said(answer)
    assert goes_to(agency) == NEW
    assert [(a.number, a.preferred) for a in PayoutAccount.objects.all()] == [(NEW, True)], "the old one is out of the way"


def test_who_proposed_it_cannot_say_yes_where_there_is_another(agency: Office) -> None:
    vera, kim = person(agency, "vera", "sign"), person(agency, "kim", "sign")
    row = proposed(agency, kim)
    answer = kim.post(url(agency, f"payout-accounts/{row.pk}"), {"act": "approve"})
    assert answer.status_code == 422 and "Du har själv föreslagit kontot." in said(answer) and goes_to(agency) == OLD
    vera.post(url(agency, f"payout-accounts/{row.pk}"), {"act": "reject"})
    assert list(PayoutAccount.objects.values_list("number", flat=True)) == [OLD]
    assert vera.get(url(agency, f"payout-accounts/{row.pk}")).status_code == 404


def test_one_who_is_alone_may_say_yes_a_day_later(agency: Office) -> None:
    kim = person(agency, "kim", "sign")
    row = proposed(agency, kim)
    page = url(agency, f"payout-accounts/{row.pk}")
    assert "Du är den enda som får signera." in said(kim.get(page))
    assert kim.post(page, {"act": "approve"}).status_code == 422 and goes_to(agency) == OLD
    row.delete()
    row = PayoutAccount.objects.create(
        creditor=agency.creditor,
        kind="bankgiro",
        number=NEW,
        proposed_by="kim",
        proposed_at=Now() - timedelta(hours=25),
        becomes_preferred=True,
    )
    kim.post(url(agency, f"payout-accounts/{row.pk}"), {"act": "approve"})
    assert goes_to(agency) == NEW


def test_the_database_itself_refuses_one_hand_and_another_number(agency: Office) -> None:
    row = proposed(agency, person(agency, "kim", "sign"))
    for values in ({"approved_on": TODAY, "approved_by": "kim"}, {"number": "7654321"}, {"proposed_by": "someone"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            PayoutAccount.objects.filter(pk=row.pk).update(**values)


def test_a_yes_asks_for_a_fresh_proof(agency: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    vera = person(agency, "vera", "sign")
    row = proposed(agency, person(agency, "clara", "work"))
    monkeypatch.setattr("fordran.creditor_pages.proof.is_fresh", lambda request: False)
    answer = vera.post(url(agency, f"payout-accounts/{row.pk}"), {"act": "approve"})
    assert answer.status_code == 302 and "next=" in answer["Location"] and goes_to(agency) == OLD


def test_a_double_click_on_yes_is_one_yes(agency: Office) -> None:
    vera = person(agency, "vera", "sign")
    row = proposed(agency, person(agency, "clara", "work"))
    form = {"act": "approve", "once": "7f3f5b0e-6f0e-4b57-9c39-2f4d2f2b8a11"}
    answers = [vera.post(url(agency, f"payout-accounts/{row.pk}"), form) for _ in range(2)]
    assert [a.status_code for a in answers] == [302, 302] and goes_to(agency) == NEW


def test_each_kind_of_account_is_kept_in_one_form_and_one_is_preferred(agency: Office) -> None:
    clara, vera = person(agency, "clara", "work"), person(agency, "vera", "sign")
    form = {"account__account": "6112, 123 456 789", "account__iban": "SE35 5000 0000 0549 1000 0003", "preferred": "iban"}
    clara.post(url(agency), filled(clara, agency, **form))
    rows = {row.kind: row for row in PayoutAccount.objects.filter(approved_on=None)}
    assert rows["account"].number == "6112-123456789" and rows["iban"].becomes_preferred
    for row in rows.values():
        vera.post(url(agency, f"payout-accounts/{row.pk}"), {"act": "approve"})
    assert goes_to(agency) == "SE3550000000054910000003"
    clara.post(url(agency), filled(clara, agency, preferred="bankgiro"))
    assert goes_to(agency) == OLD, "both were approved before: no second person is needed"


def test_the_last_account_that_money_goes_to_is_not_taken_away_before_another_is_approved(agency: Office) -> None:
    clara, vera = person(agency, "clara", "work"), person(agency, "vera", "sign")
    gone = filled(clara, agency, account__bankgiro="", account__plusgiro="1234567-4", preferred="plusgiro")
    answer = clara.post(url(agency), gone, follow=True)
    assert "991-2346 står kvar tills ett annat konto är godkänt." in said(answer) and goes_to(agency) == OLD
    row = PayoutAccount.objects.get(approved_on=None)
    vera.post(url(agency, f"payout-accounts/{row.pk}"), {"act": "approve"})
    clara.post(url(agency), filled(clara, agency, account__bankgiro=""))
    assert list(PayoutAccount.objects.values_list("kind", flat=True)) == ["plusgiro"]


def test_a_proposal_is_withdrawn_by_writing_the_old_account_again(agency: Office) -> None:
    clara = person(agency, "clara", "work")
    proposed(agency, clara)
    clara.post(url(agency), filled(clara, agency, account__bankgiro="991-2346"))
    assert list(PayoutAccount.objects.values_list("number", "approved_on")) == [(OLD, day("2026-02-01"))]


def test_the_sender_is_the_office_and_stands_fast(agency: Office) -> None:
    clara = person(agency, "clara", "work")
    answer = clara.get(url(agency))
    assert "Breven skickas av byrån" in said(answer) and "address.sender.street" not in answer.content.decode()
    clara.post(url(agency), filled(clara, agency, address__invoice__town="Storås") | {"address.sender.street": "Annan gata 1"})
    assert agency.creditor.addresses.get(kind="sender").street == "Storgatan 1"


def test_in_own_collection_the_printed_account_waits_for_a_second_person_once_letters_leave(
    agency: Office, settings: Any
) -> None:
    office = an_office(number="559999-0123")
    clara, vera = person(office, "carl", "work"), person(office, "viktor", "sign")
    clara.post(url(office), filled(clara, office, account__bankgiro="5555-5551"))
    assert Creditor.objects.get(pk=office.creditor.pk).bankgiro == "55555551", "no letter has left: it holds at once"
    Creditor.objects.filter(pk=office.creditor.pk).update(activated_on=TODAY)
    row = proposed(office, clara, account__bankgiro="5402-9681")
    assert Creditor.objects.get(pk=office.creditor.pk).bankgiro == "55555551"
    vera.post(url(office, f"payout-accounts/{row.pk}"), {"act": "approve"})
    creditor = Creditor.objects.get(pk=office.creditor.pk)
    assert (creditor.bankgiro, creditor.more_accounts) == ("54029681", ["55555551"]), "who pays by an older letter is still seen"
    assert accounts.standings(creditor)["bankgiro"].proposed is None


def test_everybody_concerned_is_told_without_the_whole_number(
    agency: Office, settings: Any, mailoutbox: list[Any], django_capture_on_commit_callbacks: Any
) -> None:
    settings.EMAIL_HOST = "mail.example"
    vera = person(agency, "vera", "sign")
    vera_user = agency.creditor.memberships.get(user__username="vera").user
    vera_user.email = "vera@granholms.example"
    vera_user.save()
    clara = person(agency, "clara", "work")
    with django_capture_on_commit_callbacks(execute=True):
        row = proposed(agency, clara)
    assert {letter.to[0] for letter in mailoutbox} == {"vera@granholms.example", "kontakt@granholms.example"}
    assert "…1055" in mailoutbox[0].body and NEW not in mailoutbox[0].body
    with django_capture_on_commit_callbacks(execute=True):
        vera.post(url(agency, f"payout-accounts/{row.pk}"), {"act": "approve"})
    assert len(mailoutbox) == 4 and "godkänt" in mailoutbox[-1].subject


def test_strangers_see_nothing_of_it(agency: Office) -> None:
    row = proposed(agency, person(agency, "clara", "work"))
    office = an_office(number="559999-0123")
    other = person(office, "olle", "sign")
    assert other.get(url(agency, "payout-accounts")).status_code == 404
    assert other.post(url(agency, f"payout-accounts/{row.pk}"), {"act": "approve"}).status_code == 404
    assert other.post(url(office, f"payout-accounts/{row.pk}"), {"act": "approve"}).status_code == 404
    with connection.cursor() as cursor:
        cursor.execute("select approved_by from creditors_payoutaccount where id = %s", [row.pk])
        assert cursor.fetchone() == ("",)
