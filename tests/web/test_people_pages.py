"""Nya Admin on the pages: giving, changing and taking roles, inviting, and the link's own page."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core import mail
from django.db import connection
from django.db.models.functions import Now
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fordran.access.models import Invitation, RoleProposal, Seat, SignedIn
from fordran.access.once import new_key
from fordran.access.people import give_role, make_administrator, remove_administrator
from fordran.access.signed_in import key_of
from fordran.creditors.models import Membership, Organisation
from tests.access.conftest import NUMBERS, TODAY, House, a_person, an_organisation
from tests.web.conftest import set_today

LONG = "en lång mening att minnas"


@pytest.fixture
def house(db: None, settings: Any) -> House:
    settings.DEMO = True  # its day is a row of the database
    set_today(TODAY)
    organisation, companies = an_organisation("Granholms & Co", *NUMBERS)
    maria = a_person("maria", "maria@granholms.example")
    make_administrator(organisation, maria, by="command line", today=TODAY)
    return House(organisation, companies, maria)


def signed_in(user: Any) -> Client:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(user)
    return client


def proved(client: Client) -> Client:
    """Who she is was shown just now, by more than a password."""
    SignedIn.objects.filter(key=key_of(client.session.session_key)).update(proved_at=Now())
    return client


@pytest.fixture
def admin(house: House) -> Client:
    client = signed_in(house.maria)
    client.get("/home")
    return proved(client)


@pytest.mark.parametrize("rest", ["people/invite", "people/{johan}/administrator"])
def test_what_reaches_far_asks_who_one_is_before_the_page_is_shown(house: House, rest: str) -> None:
    client, johan = signed_in(house.maria), a_person("johan")
    give_role(house.organisation, johan, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    address = at(house, rest.format(johan=johan.pk))
    assert client.get(address)["Location"].startswith("/account/prove?next=")
    assert client.post(address, {"act": "make"})["Location"].startswith("/account/prove?next=")
    assert proved(client).get(address).status_code == 200 and not Seat.objects.get(user=johan).administrator


def test_the_right_to_sign_is_given_after_a_proof_and_the_form_is_as_it_was(house: House) -> None:
    client, johan = signed_in(house.maria), a_person("johan")
    give_role(house.organisation, johan, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    assert give(client, house, johan, reach="work").status_code == 302 and Seat.objects.get(user=johan).reach == "work"
    asked = give(client, house, johan, reach="sign", until="2026-12-31")
    assert asked["Location"].startswith("/account/prove?next=") and Seat.objects.get(user=johan).reach == "work"
    back = parse_qs(urlsplit(asked["Location"]).query)["next"][0]
    page = proved(client).get(back).content.decode()
    assert 'value="2026-12-31"' in page and re.search(r'value="sign" id="r-sign" checked', page) and "Inget är sparat än" in page
    assert give(client, house, johan, reach="sign").status_code == 302 and Seat.objects.get(user=johan).reach == "sign"


def at(house: House, rest: str = "people") -> str:
    return f"/organisation/{house.organisation.pk}/{rest}"


def version_on(client: Client, address: str) -> str:
    found = re.search(r'name="version" value="(\w+)"', client.get(address).content.decode())
    assert found is not None
    return found[1]


def give(client: Client, house: House, user: Any, **fields: str) -> Any:
    address = at(house, f"people/{user.pk}")
    values = {"company": "all", "reach": "work", "until": "", "version": version_on(client, address), "once": new_key()}
    return client.post(address, values | fields)


def test_everybody_and_what_they_may_do_stands_on_one_page(house: House, admin: Client) -> None:
    johan, eva = a_person("johan", "johan@granholms.example"), a_person("eva")
    give_role(house.organisation, johan, "sign", creditor=None, until=TODAY, by=house.maria, today=TODAY)
    give_role(house.organisation, eva, "read", creditor=house.companies[0], until=None, by="command line", today=TODAY)
    Seat.objects.create(organisation=house.organisation, user=a_person("tor"), reach="work", origin="token")
    page = admin.get(at(house)).content.decode()
    company = house.companies[0].name.replace("&", "&amp;")
    for words in (
        "AutoCollect User, signera", "alla företag", "till och med", company, "given av Maria Ek", "aldrig", "Kundadministratör",
        "given vid serverns kommandorad", "kommer med inloggningen",
    ):  # fmt: skip
        assert words in page, words
    set_today(TODAY + timedelta(days=1))
    assert "gick ut" in admin.get(at(house)).content.decode()


def test_a_role_is_given_changed_and_taken_after_a_question(house: House, admin: Client) -> None:
    johan = a_person("johan")
    give_role(house.organisation, johan, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    company = house.companies[1]
    assert give(admin, house, johan, company=str(company.pk), reach="sign", until="31/12 2026").status_code == 302
    one = Membership.objects.get(user=johan)
    assert (one.role, one.until_on.isoformat(), one.given_by) == ("sign", "2026-12-31", "maria")
    take = at(house, f"people/{johan.pk}/take")
    asked = admin.get(take, {"company": company.pk})
    assert "Ta bort rollen" in asked.content.decode() and Membership.objects.exists()
    assert admin.post(take, {"company": company.pk, "once": new_key()}).status_code == 302
    assert not Membership.objects.exists() and Seat.objects.get(user=johan).reach == "read"


def test_what_is_wrong_comes_back_whole_and_nothing_is_given(house: House, admin: Client) -> None:
    johan = a_person("johan")
    give_role(house.organisation, johan, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    for fields, words in (
        ({"until": "2020-01-01"}, "Dagen har redan varit"), ({"until": "strax"}, "ÅÅÅÅ-MM-DD"),
        ({"reach": "all"}, "Välj vad personen"),
        ({"company": "99999"}, "Välj ett företag"),
    ):  # fmt: skip
        answer = give(admin, house, johan, **fields)
        page = answer.content.decode()
        assert answer.status_code == 422 and words in page and 'role="alert"' in page and "<title>Fel:" in page, fields
        assert all(value in page for value in fields.values() if value not in ("all", "99999"))
    assert Seat.objects.get(user=johan).reach == "read" and not Membership.objects.exists()


def test_the_form_sent_twice_works_once_and_leads_to_the_same_place(house: House, admin: Client) -> None:
    johan = a_person("johan")
    give_role(house.organisation, johan, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    address = at(house, f"people/{johan.pk}")
    values = {"company": "all", "reach": "work", "until": "", "version": version_on(admin, address), "once": new_key()}
    first, version = admin.post(address, values), version_on(admin, address)
    again = admin.post(address, values | {"version": version})
    assert first.status_code == again.status_code == 302 and first["Location"] == again["Location"]


def test_two_administrators_at_one_person_the_later_is_told(house: House, admin: Client) -> None:
    johan = a_person("johan")
    give_role(house.organisation, johan, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    address = at(house, f"people/{johan.pk}")
    seen = version_on(admin, address)
    ylva = a_person("ylva")
    make_administrator(house.organisation, ylva, by=house.maria, today=TODAY)
    give_role(house.organisation, johan, "read", creditor=None, until=TODAY, by=ylva, today=TODAY)
    values = {"company": "all", "reach": "work", "until": "2026-12-31", "once": new_key()}
    told = admin.post(address, values | {"version": seen})
    page = told.content.decode()
    assert told.status_code == 409 and "given av Ylva Ek" in page and "2026-12-31" in page
    assert Seat.objects.get(user=johan).reach == "read"
    assert admin.post(address, values | {"version": version_on(admin, address)}).status_code == 302
    assert Seat.objects.get(user=johan).reach == "work"


def test_the_first_administrator_begins_alone_and_is_told_no_when_there_are_two(house: House, admin: Client) -> None:
    assert give(admin, house, house.maria, reach="work").status_code == 302
    make_administrator(house.organisation, a_person("johan"), by=house.maria, today=TODAY)
    answer = give(admin, house, house.maria, reach="sign")
    assert answer.status_code == 422 and "Du kan inte höja din egen roll" in answer.content.decode()


def test_the_last_administrator_is_asked_and_kept(house: House, admin: Client) -> None:
    address = at(house, f"people/{house.maria.pk}/administrator")
    assert "inte ångra det själv" in admin.get(address).content.decode()
    answer = admin.post(address, {"act": "remove", "once": new_key()})
    assert answer.status_code == 422 and "Någon måste vara kundadministratör" in answer.content.decode()
    johan = a_person("johan", "johan@granholms.example")
    give_role(house.organisation, johan, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    assert admin.post(at(house, f"people/{johan.pk}/administrator"), {"act": "make", "once": new_key()}).status_code == 302
    assert admin.post(address, {"act": "remove", "once": new_key()})["Location"] == "/home"
    assert admin.get(at(house)).status_code == 404  # nothing at all is left


def test_the_other_administrators_and_the_person_hear_of_what_reaches_far(house: House, admin: Client, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    johan, eva = a_person("johan", "johan@granholms.example"), a_person("eva", "eva@granholms.example")
    give_role(house.organisation, eva, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    give(admin, house, eva, reach="work")
    assert mail.outbox == []
    give(admin, house, eva, reach="sign")
    assert "Maria Ek har gett Eva Ek rollen AutoCollect User, signera (alla företag)." in mail.outbox[0].body
    assert mail.outbox[0].subject == "Roll ändrad: Granholms & Co"
    make_administrator(house.organisation, johan, by=house.maria, today=TODAY)
    mail.outbox.clear()
    admin.post(at(house, f"people/{eva.pk}/take"), {"company": "all", "once": new_key()})
    assert [letter.to[0] for letter in mail.outbox] == ["johan@granholms.example", "eva@granholms.example"]


def test_a_stranger_finds_nothing_and_a_user_is_told_who_can(house: House) -> None:
    johan = a_person("johan")
    give_role(house.organisation, johan, "sign", creditor=house.companies[0], until=None, by=house.maria, today=TODAY)
    other, _ = an_organisation("Fjärran")
    stig = a_person("stig")
    make_administrator(other, stig, by="command line", today=TODAY)
    row = Invitation.objects.create(organisation=house.organisation, email="a@b.example", reach="read", token_hash="x",
                                    invited_by="maria", invited_on=TODAY, expires_on=TODAY)  # fmt: skip
    for rest in ("people", "people/invite", f"people/{johan.pk}", f"people/{johan.pk}/take?company=all",
                 f"people/{johan.pk}/administrator", f"invitations/{row.pk}/withdraw"):  # fmt: skip
        assert Client().get(at(house, rest))["Location"].startswith("/sign-in?next="), rest
        for method in ("get", "post"):
            assert getattr(signed_in(stig), method)(at(house, rest)).status_code == 404, rest
            told = getattr(signed_in(johan), method)(at(house, rest))
            assert told.status_code == 403 and "Maria Ek" in told.content.decode(), rest
    assert signed_in(stig).get(f"/organisation/{other.pk}/people/{johan.pk}").status_code == 404  # by number neither
    assert Membership.objects.get().role == "sign" and Invitation.objects.get().withdrawn_on is None


def invited(client: Client, house: House, **fields: str) -> Any:
    values = {"email": "eva@granholms.example", "company": "all", "reach": "work", "until": "", "once": new_key()}
    return client.post(at(house, "people/invite"), values | fields)


def link_on(page: Any) -> str:
    found = re.search(r"http://testserver(/invitation/[\w-]+)", page.content.decode())
    assert found is not None
    return found[1]


def test_without_a_mail_server_the_link_is_shown_once_and_it_is_said(house: House, admin: Client) -> None:
    key = new_key()
    page = invited(admin, house, once=key)
    assert "Inget mejl är skickat" in page.content.decode() and mail.outbox == []
    link = link_on(page)
    again = invited(admin, house, once=key)
    assert again.status_code == 302 and Invitation.objects.count() == 1
    listed = admin.get(at(house)).content.decode()
    assert "eva@granholms.example" in listed and link not in listed
    assert Client().get(link).status_code == 200


def test_the_letter_holds_the_link_and_nothing_stands_escaped_in_it(house: House, admin: Client, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    answer = invited(admin, house, administrator="1")
    assert answer.status_code == 302
    (letter,) = mail.outbox
    assert letter.to == ["eva@granholms.example"] and "Granholms & Co" in letter.body and "&amp;" not in letter.body
    assert re.search(r"http://testserver/invitation/[\w-]{32}\n", letter.body) and "– Kundadministratör" in letter.body
    assert "skickad till eva@granholms.example" in admin.get(at(house)).content.decode()


def test_a_mail_server_that_does_not_answer_leaves_the_administrator_with_the_link(
    house: House, admin: Client, settings: Any
) -> None:
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 9, 1
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    page = invited(admin, house)
    assert "Mejlet kom inte iväg" in page.content.decode() and Client().get(link_on(page)).status_code == 200


def test_several_things_wrong_are_told_together_and_no_invitation_is_left(house: House, admin: Client) -> None:
    answer = invited(admin, house, email="eva", until="strax", company="777")
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "Skriv e-postadressen" in page and "ÅÅÅÅ-MM-DD, till exempel" in page and "Välj ett företag, eller alla" in page
    assert invited(admin, house, until="strax").status_code == 422
    assert not Invitation.objects.exists()


def test_a_newcomer_makes_an_account_and_is_in_with_the_role(house: House, admin: Client) -> None:
    link, client = link_on(invited(admin, house, reach="sign")), Client(headers={"accept-language": "sv"})
    page = client.get(link).content.decode()
    assert "Granholms &amp; Co" in page and "AutoCollect User, signera" in page and 'value="eva@granholms.example"' in page
    values = {"first_name": "Eva", "last_name": "Lind", "username": "eva", "password": LONG, "again": LONG}
    wrong = client.post(link, values | {"again": "något annat"})
    assert wrong.status_code == 422 and "inte lika" in wrong.content.decode() and 'value="Lind"' in wrong.content.decode()
    assert client.post(link, values | {"password": "kort", "again": "kort"}).status_code == 422
    done = client.post(link, values)
    assert done.status_code == 302
    seat = Seat.objects.get(user__username="eva")
    assert (seat.reach, seat.given_by, seat.user.email) == ("sign", "maria", "eva@granholms.example")
    assert client.session["_auth_user_id"] == str(seat.user_id)
    assert client.get("/home")["Location"] == "/account/second-step"  # a password alone opens nothing yet
    assert Client().get(link).status_code == 404


def test_who_has_an_account_comes_back_after_signing_in_and_says_yes(house: House, admin: Client) -> None:
    link, eva = link_on(invited(admin, house)), a_person("eva", "eva@granholms.example")
    shown = Client().get(link).content.decode()
    assert "Du har redan ett konto" in shown and f"/sign-in?next={link}" in shown and 'name="password"' not in shown
    client = signed_in(eva)
    assert "Tacka ja" in client.get(link).content.decode() and not Seat.objects.filter(user=eva).exists()
    key = new_key()
    assert client.post(link, {"once": key}).status_code == 302 and Seat.objects.get(user=eva).reach == "work"
    assert client.post(link, {"once": key}).status_code in (302, 404)
    assert "Välkommen till Granholms &amp; Co" in client.get("/home").content.decode()


def test_somebody_else_who_is_signed_in_is_told_kindly_and_gets_nothing(house: House, admin: Client) -> None:
    link = link_on(invited(admin, house, administrator="1"))
    for user in (a_person("stig", "stig@fjarran.example"), house.maria):
        client = signed_in(user)
        assert "gäller en annan adress" in client.get(link).content.decode()
        assert "gäller en annan adress" in client.post(link, {"once": new_key()}).content.decode()
    assert Invitation.objects.get().taken_on is None and not Seat.objects.exclude(user=house.maria).exists()


def test_every_dead_link_gets_the_same_answer(house: House, admin: Client) -> None:
    wrong = Client(headers={"accept-language": "sv"}).get("/invitation/finns-inte")
    answers = [wrong]
    link = link_on(invited(admin, house))
    row = Invitation.objects.get()
    assert "slutar fungera genast" in admin.get(at(house, f"invitations/{row.pk}/withdraw")).content.decode()
    admin.post(at(house, f"invitations/{row.pk}/withdraw"), {"once": new_key()})
    answers.append(Client(headers={"accept-language": "sv"}).get(link))
    old = link_on(invited(admin, house))
    set_today(TODAY + timedelta(days=15))
    answers.append(Client(headers={"accept-language": "sv"}).get(old))
    used = link_on(invited(admin, house))
    eva = a_person("eva", "eva@granholms.example")
    signed_in(eva).post(used, {"once": new_key()})
    answers.append(Client(headers={"accept-language": "sv"}).get(used))
    told = {re.sub(r'value="[^"]*"', "", one.content.decode()) for one in answers}
    assert {one.status_code for one in answers} == {404} and len(told) == 1 and "Länken fungerar inte" in told.pop()


def test_the_invitation_of_one_who_is_no_longer_administrator_opens_nothing(house: House, admin: Client) -> None:
    link, johan = link_on(invited(admin, house)), a_person("johan")
    make_administrator(house.organisation, johan, by=house.maria, today=TODAY)
    remove_administrator(house.organisation, house.maria, by=johan, today=TODAY)
    client = Client()
    values = {"first_name": "Eva", "last_name": "L", "username": "eva", "password": LONG, "again": LONG}
    client.post(link, values)
    assert not Seat.objects.filter(user__username="eva").exists()


def test_it_all_works_as_the_pages_own_role(house: House, admin: Client, app_role: None) -> None:
    johan = a_person("johan")
    give_role(house.organisation, johan, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    company = house.companies[0]
    assert give(admin, house, johan, company=str(company.pk), reach="sign").status_code == 302
    assert admin.post(at(house, f"people/{johan.pk}/take"), {"company": company.pk, "once": new_key()}).status_code == 302
    link = link_on(invited(admin, house, company=str(company.pk)))
    assert admin.get(at(house)).status_code == 200
    eva = a_person("eva", "eva@granholms.example")
    assert signed_in(eva).post(link, {"once": new_key()}).status_code == 302
    assert Membership.objects.get(user=eva).creditor_id == company.pk


def test_the_list_of_people_takes_as_many_statements_for_ten_as_for_one(house: House, admin: Client) -> None:
    counts = []
    for more in (0, 9):
        for number in range(more):
            give_role(house.organisation, a_person(f"p{number}"), "read", creditor=house.companies[0], until=None, by=house.maria,
                      today=TODAY)  # fmt: skip
        admin.get(at(house))
        with CaptureQueriesContext(connection) as caught:
            assert admin.get(at(house)).status_code == 200
        counts.append(len(caught))
    assert counts[0] == counts[1] and Organisation.objects.count() == 1


def test_where_there_are_two_the_right_to_sign_is_proposed_and_the_other_says_yes_after_a_proof(
    house: House, admin: Client, app_role: None, settings: Any
) -> None:
    settings.EMAIL_HOST = "mail.example"
    johan, eva = a_person("johan", "johan@granholms.example"), a_person("eva", "eva@granholms.example")
    make_administrator(house.organisation, johan, by="command line", today=TODAY)
    give_role(house.organisation, eva, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    company = house.companies[0]
    told = give(admin, house, eva, company=str(company.pk), reach="sign")
    assert told.status_code == 302 and not Membership.objects.exists()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["eva@granholms.example", "johan@granholms.example"]
    row = RoleProposal.objects.get()
    address = at(house, f"people/proposals/{row.pk}")
    assert address in mail.outbox[0].body and address in admin.get(at(house)).content.decode()
    assert "Väntar" in admin.get(told["Location"]).content.decode()
    own = admin.get(address).content.decode()
    assert "Dra tillbaka förslaget" in own and "Godkänn rollen" not in own
    assert admin.post(address, {"act": "approve", "once": new_key()}).status_code == 422 and not Membership.objects.exists()
    other = signed_in(johan)
    assert other.get(address)["Location"].startswith("/account/prove?next=")
    assert other.post(address, {"act": "approve"})["Location"].startswith("/account/prove?next=")
    assert "Godkänn rollen" in proved(other).get(address).content.decode() and not Membership.objects.exists()
    mail.outbox.clear()
    assert other.post(address, {"act": "approve", "once": new_key()}).status_code == 302
    one = Membership.objects.get()
    assert (one.role, one.creditor, one.user) == ("sign", company, eva)
    assert sorted(letter.to[0] for letter in mail.outbox) == ["eva@granholms.example", "maria@granholms.example"]
    assert other.get(address).status_code == 302 and "väntar inte längre" in other.get(at(house)).content.decode()


def test_a_no_needs_no_proof_and_the_proposer_hears_of_it(house: House, admin: Client, settings: Any) -> None:
    settings.EMAIL_HOST = "mail.example"
    johan, eva = a_person("johan"), a_person("eva")
    make_administrator(house.organisation, johan, by="command line", today=TODAY)
    give_role(house.organisation, eva, "read", creditor=None, until=None, by=house.maria, today=TODAY)
    page = at(house, f"people/{eva.pk}/administrator")
    assert "Det blir ett förslag" in admin.get(page).content.decode()
    admin.post(page, {"act": "make", "once": new_key()})
    row = RoleProposal.objects.get()
    assert row.administrator and not Seat.objects.get(user=eva).administrator
    mail.outbox.clear()
    answer = signed_in(johan).post(at(house, f"people/proposals/{row.pk}"), {"act": "no", "once": new_key()})
    assert answer.status_code == 302 and RoleProposal.objects.get().verdict == "rejected"
    assert [(letter.to, "Johan Ek har avslagit" in letter.body) for letter in mail.outbox] == [
        (["maria@granholms.example"], True)
    ]


def test_who_has_removed_the_other_is_told_that_they_are_not_alone_yet(house: House, admin: Client) -> None:
    johan = a_person("johan")
    make_administrator(house.organisation, johan, by="command line", today=TODAY)
    admin.post(at(house, f"people/{johan.pk}/administrator"), {"act": "remove", "once": new_key()})
    assert "sedan mindre än ett dygn" in admin.get(at(house)).content.decode()
    answer = give(admin, house, house.maria, reach="work")
    assert answer.status_code == 422 and "när dygnet har gått" in answer.content.decode()
