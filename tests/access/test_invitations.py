"""An invitation is taken once, in time, by whom it was sent to."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from fordran.access import invitations
from fordran.access.invitations import DAYS, accept, account_of, find, invite, make_account, open_invitations, withdraw
from fordran.access.models import Invitation, Seat
from fordran.access.people import give_role, make_administrator, remove_administrator
from fordran.access.roles import reach_at
from fordran.audit.models import Event
from fordran.core.problems import Refused
from tests.access.conftest import TODAY, House, a_person, an_organisation

LONG = "en lång mening att minnas"


def asked(house: House, email: str = "eva@granholms.example", **more: Any) -> str:
    values: dict[str, Any] = {"administrator": False, "reach": "work", "creditor": None, "until": None, "by": house.maria}
    return invite(house.organisation, email, **{**values, **more}, today=TODAY)[1]


def test_whom_it_was_sent_to_takes_the_role_once(house: House) -> None:
    secret, eva = (
        asked(house, creditor=house.companies[0], until=TODAY + timedelta(days=30)),
        a_person("eva", "Eva@Granholms.example"),
    )
    accept(secret, eva, TODAY)
    assert (reach_at(eva.pk, house.companies[0], TODAY), reach_at(eva.pk, house.companies[1], TODAY)) == ("work", "")
    assert reach_at(eva.pk, house.companies[0], TODAY + timedelta(days=31)) == ""
    assert find(secret, TODAY) is None
    with pytest.raises(Refused, match=invitations.DEAD):
        accept(secret, eva, TODAY)


def test_the_secret_is_kept_nowhere_and_the_address_in_no_event(house: House) -> None:
    secret = asked(house)
    assert secret not in str(list(Invitation.objects.values())) and len(secret) >= 32
    assert "granholms.example" not in str(list(Event.objects.values("data", "subject"))) and secret not in str(
        list(Event.objects.values())
    )


def test_a_link_works_through_its_last_day(house: House) -> None:
    secret, eva = asked(house), a_person("eva", "eva@granholms.example")
    last = TODAY + timedelta(days=DAYS)
    assert find(secret, last) is not None and find(secret, last + timedelta(days=1)) is None
    with pytest.raises(Refused, match=invitations.DEAD):
        accept(secret, eva, last + timedelta(days=1))
    accept(secret, eva, last)


def test_a_withdrawn_link_is_dead_and_not_withdrawn_twice(house: House) -> None:
    secret = asked(house)
    row = Invitation.objects.get()
    with pytest.raises(Refused, match=invitations.NOT_YOURS):
        withdraw(house.organisation, row.pk, by=a_person("stig"), today=TODAY)
    withdraw(house.organisation, row.pk, by=house.maria, today=TODAY)
    assert find(secret, TODAY) is None and not open_invitations(house.organisation, TODAY)
    with pytest.raises(Refused, match=invitations.NOT_OPEN):
        withdraw(house.organisation, row.pk, by=house.maria, today=TODAY)
    with pytest.raises(Refused, match=invitations.DEAD):
        accept(secret, a_person("eva", "eva@granholms.example"), TODAY)


def test_anothers_invitation_is_not_withdrawn_by_its_number(house: House) -> None:
    asked(house)
    other, _ = an_organisation("Fjärran")
    stig = a_person("stig")
    make_administrator(other, stig, by="command line", today=TODAY)
    with pytest.raises(Refused, match=invitations.NOT_OPEN):
        withdraw(other, Invitation.objects.get().pk, by=stig, today=TODAY)


@pytest.mark.parametrize("name", ["stig", "stig@fjärran.example"])
def test_somebody_else_who_is_signed_in_takes_nothing(house: House, name: str) -> None:
    secret = asked(house)
    foreign = a_person(name, "stig@fjarran.example")
    with pytest.raises(Refused, match=invitations.NOT_FOR_YOU):
        accept(secret, foreign, TODAY)
    assert find(secret, TODAY) is not None and not Seat.objects.filter(user=foreign).exists()


def test_an_account_without_an_address_takes_it_but_never_the_sender(house: House) -> None:
    secret = asked(house, administrator=True, reach="sign")
    house.maria.email = ""
    house.maria.save()
    with pytest.raises(Refused, match=invitations.NOT_FOR_YOU):
        accept(secret, house.maria, TODAY)
    bankid = a_person("bankid-1")
    accept(secret, bankid, TODAY)
    seat = Seat.objects.get(user=bankid)
    assert (seat.administrator, seat.reach, seat.given_by) == (True, "sign", "maria")


def test_an_invitation_falls_with_the_one_who_sent_it(house: House) -> None:
    secret, johan = asked(house), a_person("johan")
    make_administrator(house.organisation, johan, by=house.maria, today=TODAY)
    remove_administrator(house.organisation, house.maria, by=johan, today=TODAY)
    with pytest.raises(Refused, match=invitations.DEAD):
        accept(secret, a_person("eva", "eva@granholms.example"), TODAY)


def test_a_role_that_ended_while_the_letter_lay_unread_is_not_given(house: House) -> None:
    secret = asked(house, administrator=True, until=TODAY + timedelta(days=2))
    eva = a_person("eva", "eva@granholms.example")
    accept(secret, eva, TODAY + timedelta(days=5))
    assert (Seat.objects.get(user=eva).administrator, Seat.objects.get(user=eva).reach) == (True, "")


def test_nobody_is_asked_twice_or_asked_who_is_there(house: House) -> None:
    asked(house)
    with pytest.raises(Refused, match=invitations.ALREADY_ASKED):
        asked(house, "EVA@granholms.example")
    johan = a_person("johan", "johan@granholms.example")
    give_role(house.organisation, johan, "read", creditor=house.companies[0], until=None, by=house.maria, today=TODAY)
    with pytest.raises(Refused, match=invitations.ALREADY_THERE):
        asked(house, "johan@granholms.example")


def test_what_is_wrong_is_told_field_by_field(house: House) -> None:
    _, (foreign,) = an_organisation("Fjärran", "556000-4615")
    with pytest.raises(Refused) as told:
        asked(house, "ingen adress", reach="", creditor=foreign, until=TODAY - timedelta(days=1))
    assert [problem.field for problem in told.value.problems] == ["email", "reach", "company", "until"]
    with pytest.raises(Refused, match=invitations.NOT_YOURS):
        asked(house, by=a_person("stig"))


def an_account(secret: str, **changes: Any) -> Any:
    values = {"first_name": "Eva", "last_name": "Lind", "username": "eva", "password": LONG}
    return make_account(secret, **{**values, **changes}, today=TODAY)


def test_who_has_no_account_makes_one_with_the_invited_address(house: House) -> None:
    secret = asked(house)
    eva = an_account(secret)
    assert (eva.email, eva.check_password(LONG)) == ("eva@granholms.example", True)
    assert account_of(Invitation.objects.get()) == eva
    with pytest.raises(Refused, match=invitations.DEAD):  # once there is an account, one signs in with it
        an_account(secret, username="eva2")
    accept(secret, eva, TODAY)


def test_a_weak_password_a_taken_name_and_no_name_are_told(house: House) -> None:
    secret = asked(house)
    with pytest.raises(Refused) as told:
        an_account(secret, username="Maria", password="kort", first_name=" ", last_name="")
    assert {problem.field for problem in told.value.problems} >= {"first_name", "username", "password"}
    assert account_of(Invitation.objects.get()) is None


@pytest.mark.parametrize("name", ["maria@granholms.example", "ingen@annan.example"])
def test_nobody_takes_anothers_address_for_a_name(house: House, name: str) -> None:
    with pytest.raises(Refused) as told:
        an_account(asked(house), username=name)
    assert [problem.message for problem in told.value.problems] == [invitations.NAME_IS_ADDRESS]
    assert an_account(asked(house, "ulf@granholms.example"), username="Ulf@Granholms.example").email == "ulf@granholms.example"


def test_who_was_shut_out_comes_back_under_the_old_name(house: House) -> None:
    gone = a_person("eva.l", "eva@granholms.example", is_active=False)
    back = an_account(asked(house), username="något annat")
    assert (back.pk, back.username, back.is_active) == (gone.pk, "eva.l", True)
