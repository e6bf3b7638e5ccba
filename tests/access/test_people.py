"""Who may do what, and who may say so."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from fordran.access import people
from fordran.access.models import Seat
from fordran.access.people import give_role, make_administrator, people_of, person_of, remove_administrator, take_role
from fordran.access.roles import reach_at, roles_of
from fordran.audit.models import Event
from fordran.audit.record import record_event
from fordran.core.problems import Refused
from fordran.creditors.models import Membership
from tests.access.conftest import TODAY, House, a_person, an_organisation
from tests.build import day


def give(house: House, user: Any, reach: str, *, by: Any = None, at: Any = None, until: Any = None) -> bool:
    return give_role(
        house.organisation, user, reach, creditor=at, until=until, by=by if by is not None else house.maria, today=house.today
    )


def test_the_pages_write_what_is_done_at_no_creditor_and_never_read_it(app_role: None) -> None:
    record_event(None, day("2026-03-02"), "maria", "role given", "user 2", reach="sign")
    assert not Event.objects.exists()


def test_a_role_reaches_every_company_or_one_and_the_farther_one_holds(house: House) -> None:
    johan, (one, two) = a_person("johan"), house.companies
    give(house, johan, "read")
    give(house, johan, "sign", at=two)
    assert [(role.creditor.pk, role.reach) for role in roles_of(johan.pk, TODAY)] == [(one.pk, "read"), (two.pk, "sign")]


def test_a_role_holds_on_its_last_day_and_not_the_day_after(house: House) -> None:
    johan, (one, two) = a_person("johan"), house.companies
    last = TODAY + timedelta(days=3)
    give(house, johan, "work", until=last)
    give(house, johan, "sign", at=two, until=last - timedelta(days=1))
    assert [reach_at(johan.pk, two, on) for on in (last - timedelta(days=1), last, last + timedelta(days=1))] == [
        "sign",
        "work",
        "",
    ]
    assert reach_at(johan.pk, one, last) == "work" and roles_of(johan.pk, last + timedelta(days=1)) == []
    person = person_of(house.organisation, johan.pk, last + timedelta(days=1))
    assert person is not None and [role.over for role in person.roles] == [True, True]


def test_a_role_that_is_over_before_it_begins_is_refused(house: House) -> None:
    with pytest.raises(Refused, match=people.OVER_ALREADY):
        give(house, a_person("johan"), "read", until=TODAY - timedelta(days=1))


def test_the_last_administrator_stays_whoever_wants_otherwise(house: House) -> None:
    johan = a_person("johan")
    for by in (house.maria, "command line"):
        with pytest.raises(Refused, match=people.LAST):
            remove_administrator(house.organisation, house.maria, by=by, today=TODAY)
    make_administrator(house.organisation, johan, by=house.maria, today=TODAY)
    johan.is_active = False  # one who cannot sign in is nobody to rely on
    johan.save()
    with pytest.raises(Refused, match=people.LAST):
        remove_administrator(house.organisation, house.maria, by=house.maria, today=TODAY)
    johan.is_active = True
    johan.save()
    remove_administrator(house.organisation, house.maria, by=johan, today=TODAY)
    assert [user.username for user in people.administrators(house.organisation)] == ["johan"]
    assert not Seat.objects.filter(user=house.maria).exists()


def test_one_who_is_alone_gives_themselves_a_role_and_nobody_else_does(house: House) -> None:
    assert give(house, house.maria, "work")
    johan = a_person("johan")
    make_administrator(house.organisation, johan, by=house.maria, today=TODAY)
    for reach, at in (("sign", None), ("sign", house.companies[0])):
        with pytest.raises(Refused, match=people.OWN):
            give(house, house.maria, reach, at=at)
    assert give(house, house.maria, "read")  # less is always allowed
    with pytest.raises(Refused, match=people.OWN):
        give(house, house.maria, "work")  # and then the way back is the other's
    assert give(house, house.maria, "work", by=johan)


def test_the_end_of_an_own_role_is_not_put_off_either(house: House) -> None:
    last = TODAY + timedelta(days=10)
    give(house, house.maria, "sign", until=last)
    make_administrator(house.organisation, a_person("johan"), by=house.maria, today=TODAY)
    for until in (None, last + timedelta(days=1)):
        with pytest.raises(Refused, match=people.OWN):
            give(house, house.maria, "sign", until=until)
    assert give(house, house.maria, "sign", until=last - timedelta(days=1))


def test_who_is_no_administrator_there_gives_and_takes_nothing(house: House) -> None:
    other, _ = an_organisation("Fjärran")
    stranger, johan = a_person("stig"), a_person("johan")
    make_administrator(other, stranger, by="command line", today=TODAY)
    give(house, johan, "sign")
    for by in (stranger, johan):
        for act in (
            lambda: give(house, by, "sign", by=by),  # noqa: B023
            lambda: take_role(house.organisation, johan, creditor=None, by=by, today=TODAY),  # noqa: B023
            lambda: make_administrator(house.organisation, by, by=by, today=TODAY),  # noqa: B023
            lambda: remove_administrator(house.organisation, house.maria, by=by, today=TODAY),  # noqa: B023
        ):
            with pytest.raises(Refused, match=people.NOT_YOURS):
                act()


def test_a_company_of_another_organisation_is_nobodys_to_give(house: House) -> None:
    _, (foreign,) = an_organisation("Fjärran", "556000-4615")
    with pytest.raises(Refused, match=people.ELSEWHERE):
        give(house, a_person("johan"), "read", at=foreign)
    assert not Membership.objects.exists()


def test_a_role_told_by_who_signs_people_in_is_shown_and_not_changed(house: House) -> None:
    johan = a_person("johan")
    Seat.objects.create(organisation=house.organisation, user=johan, reach="work", origin="token")
    with pytest.raises(Refused, match=people.TOLD_ELSEWHERE):
        give(house, johan, "sign")
    with pytest.raises(Refused, match=people.TOLD_ELSEWHERE):
        take_role(house.organisation, johan, creditor=None, by=house.maria, today=TODAY)
    found = {person.user.pk: person for person in people_of(house.organisation, TODAY)}
    assert found[johan.pk].told and not found[house.maria.pk].told


def test_whose_role_changed_goes_on_under_a_new_session_key_and_nobody_else(house: House) -> None:
    johan, client = a_person("johan"), Client()

    def key_after(act: Any) -> tuple[str, str]:
        before = client.session.session_key
        act()
        client.get("/home")
        return before, client.session.session_key

    give(house, johan, "sign")
    client.force_login(johan)
    client.get("/home")
    for act in (
        lambda: give(house, johan, "read"),
        lambda: take_role(house.organisation, johan, creditor=None, by=house.maria, today=TODAY),
    ):
        before, after = key_after(act)
        assert before != after
    before, after = key_after(lambda: give(house, a_person("eva"), "read"))
    assert before == after and person_of(house.organisation, johan.pk, TODAY) is None


def test_every_change_is_told_without_a_persons_name(house: House) -> None:
    johan, at = a_person("johan", "johan@granholms.example"), house.companies[0]
    before = Event.objects.count()
    give(house, johan, "sign", at=at, until=TODAY)
    assert not give(house, johan, "sign", at=at, until=TODAY)  # nothing changed, nothing to tell
    take_role(house.organisation, johan, creditor=at, by=house.maria, today=TODAY)
    give(house, johan, "read")
    make_administrator(house.organisation, johan, by=house.maria, today=TODAY)
    remove_administrator(house.organisation, johan, by=house.maria, today=TODAY)
    told = list(Event.objects.order_by("id")[before:].values("creditor_id", "actor", "verb", "subject", "data"))
    assert [(one["creditor_id"], one["verb"]) for one in told] == [
        (at.pk, "role given"), (at.pk, "role taken"), (None, "role given"), (None, "administrator made"),
        (None, "administrator removed"),
    ]  # fmt: skip
    assert {one["actor"] for one in told} == {"maria"} and "johan" not in str(told).lower()
    assert told[0]["data"] == {"organisation": house.organisation.pk, "reach": "sign", "before": "", "until": "2026-03-02"} or (
        "before" not in told[0]["data"]
    )


def test_three_statements_however_many_people(house: House, django_assert_num_queries: Any) -> None:
    for number in range(5):
        give(house, a_person(f"p{number}"), "read", at=house.companies[number % 2])
    with django_assert_num_queries(3):
        assert len(people_of(house.organisation, TODAY)) == 6
