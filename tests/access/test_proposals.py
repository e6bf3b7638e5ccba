"""What reaches far is two administrators' yes where there are two."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.models.functions import Now

from fordran.access import people, proposals
from fordran.access.invitations import accept, invite
from fordran.access.models import Departure, RoleProposal, Seat
from fordran.access.people import give_role, make_administrator, remove_administrator
from fordran.access.proposals import approve, give_or_propose, make_or_propose, turn_down, waiting
from fordran.core.problems import Refused
from tests.access.conftest import TODAY, House, a_person


@pytest.fixture
def johan(house: House) -> Any:
    """The second administrator."""
    user = a_person("johan", "johan@granholms.example")
    make_administrator(house.organisation, user, by="command line", today=TODAY)
    return user


def ask(house: House, user: Any, reach: str = "sign", *, by: Any = None, until: Any = None) -> Any:
    return give_or_propose(
        house.organisation, user, reach, creditor=None, until=until, by=by or house.maria, today=TODAY
    )  # fmt: skip


def reach_of(user: Any) -> str:
    seat = Seat.objects.filter(user=user).first()
    return str(seat.reach) if seat else ""


def a_day_passes() -> None:
    Departure.objects.update(at=Now() - timedelta(hours=24, minutes=1))


def test_one_who_is_alone_gives_it_as_before(house: House) -> None:
    eva = a_person("eva")
    assert ask(house, eva) is True and reach_of(eva) == "sign"
    assert make_or_propose(house.organisation, eva, by=house.maria, today=TODAY) is True


def test_where_there_are_two_the_right_to_sign_waits_for_the_other(house: House, johan: Any) -> None:
    eva = a_person("eva")
    assert ask(house, eva, "work") is True
    row = ask(house, eva, until=TODAY + timedelta(days=90))
    assert reach_of(eva) == "work" and list(waiting(house.organisation, TODAY)) == [row]
    with pytest.raises(Refused, match=proposals.OWN_PROPOSAL):
        approve(house.organisation, row.pk, by=house.maria, today=TODAY)
    approve(house.organisation, row.pk, by=johan, today=TODAY)
    seat = Seat.objects.get(user=eva)
    assert (seat.reach, seat.until_on, seat.given_by) == ("sign", TODAY + timedelta(days=90), "maria")
    with pytest.raises(Refused, match=proposals.NOT_WAITING):
        approve(house.organisation, row.pk, by=johan, today=TODAY)


def test_neither_more_time_nor_another_way_in_goes_round_it(house: House, johan: Any) -> None:
    eva = a_person("eva")
    give_role(house.organisation, eva, "sign", creditor=None, until=TODAY, by="command line", today=TODAY)
    with pytest.raises(people.NeedsSecond):
        give_role(house.organisation, eva, "sign", creditor=None, until=None, by=house.maria, today=TODAY)
    with pytest.raises(people.NeedsSecond):
        make_administrator(house.organisation, eva, by=house.maria, today=TODAY)
    nina = a_person("nina", "nina@granholms.example")
    _, secret = invite(
        house.organisation, nina.email, administrator=True, reach="sign", creditor=house.companies[0], until=None,
        by=house.maria, today=TODAY,
    )  # fmt: skip
    accept(secret, nina, TODAY)
    assert not Seat.objects.filter(user=nina).exists() and nina.memberships.count() == 0
    rows = list(waiting(house.organisation, TODAY).filter(user=nina))
    assert [(row.administrator, row.reach, row.proposed_by) for row in rows] == [
        (False, "sign", house.maria), (True, "", house.maria),
    ]  # fmt: skip
    for row in rows:
        approve(house.organisation, row.pk, by=johan, today=TODAY)
    assert Seat.objects.get(user=nina).administrator and nina.memberships.get().role == "sign"


def test_the_person_it_is_for_says_the_second_yes_only_where_there_is_no_third(house: House, johan: Any) -> None:
    row = ask(house, johan)
    ylva = a_person("ylva")
    make_administrator(house.organisation, ylva, by="command line", today=TODAY)
    with pytest.raises(Refused, match=proposals.FOR_YOU):
        approve(house.organisation, row.pk, by=johan, today=TODAY)
    remove_administrator(house.organisation, ylva, by="command line", today=TODAY)
    approve(house.organisation, row.pk, by=johan, today=TODAY)
    assert reach_of(johan) == "sign"


def test_a_no_and_a_withdrawal_give_nothing(house: House, johan: Any) -> None:
    eva = a_person("eva")
    assert turn_down(house.organisation, ask(house, eva).pk, by=johan, today=TODAY).verdict == "rejected"
    assert turn_down(house.organisation, ask(house, eva).pk, by=house.maria, today=TODAY).verdict == "withdrawn"
    assert reach_of(eva) == "" and not waiting(house.organisation, TODAY).exists()
    with pytest.raises(Refused, match=people.NOT_YOURS):
        turn_down(house.organisation, ask(house, eva).pk, by=eva, today=TODAY)


def test_what_is_changed_is_a_new_proposal_and_the_same_again_is_the_old_one(house: House, johan: Any) -> None:
    eva = a_person("eva")
    first = ask(house, eva)
    assert ask(house, eva) == first
    second = ask(house, eva, until=TODAY + timedelta(days=9))
    with pytest.raises(Refused, match=proposals.NOT_WAITING):
        approve(house.organisation, first.pk, by=johan, today=TODAY)
    assert list(waiting(house.organisation, TODAY)) == [second]


def test_a_proposal_falls_with_its_proposer_and_with_time(house: House, johan: Any) -> None:
    row = ask(house, a_person("eva"))
    assert waiting(house.organisation, TODAY + timedelta(days=30)).exists()
    assert not waiting(house.organisation, TODAY + timedelta(days=31)).exists()
    remove_administrator(house.organisation, house.maria, by=johan, today=TODAY)
    with pytest.raises(Refused, match=proposals.NOT_WAITING):
        approve(house.organisation, row.pk, by=johan, today=TODAY)


def test_who_removes_the_other_administrator_is_not_alone_for_a_day(house: House, johan: Any) -> None:
    row = ask(house, a_person("eva"))
    remove_administrator(house.organisation, johan, by=house.maria, today=TODAY)
    for reach in ("read", "work", "sign"):
        with pytest.raises(people.NeedsSecond):
            give_role(house.organisation, house.maria, reach, creditor=None, until=None, by=house.maria, today=TODAY)
    with pytest.raises(people.NeedsSecond):
        make_administrator(house.organisation, a_person("kim"), by=house.maria, today=TODAY)
    with pytest.raises(Refused, match=proposals.OWN_PROPOSAL):
        approve(house.organisation, row.pk, by=house.maria, today=TODAY)
    assert ask(house, a_person("nils"), "work") is True  # what does not reach far waits for nobody
    a_day_passes()
    assert approve(house.organisation, row.pk, by=house.maria, today=TODAY).alone
    assert give_role(house.organisation, house.maria, "sign", creditor=None, until=None, by=house.maria, today=TODAY)


def test_one_whose_colleague_left_by_themselves_is_alone_at_once(house: House, johan: Any) -> None:
    remove_administrator(house.organisation, johan, by=johan, today=TODAY)
    assert ask(house, house.maria) is True


def test_the_database_refuses_an_approval_by_the_proposer(house: House, johan: Any) -> None:
    row = ask(house, a_person("eva"))
    with pytest.raises(IntegrityError, match="role_proposal_two_people"), transaction.atomic():
        RoleProposal.objects.filter(pk=row.pk).update(verdict="approved", decided_by=house.maria)
