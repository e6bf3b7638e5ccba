"""Roles in the token: given, refreshed, taken away, never above the list, never those that a person has given."""

from __future__ import annotations

from typing import Any

import pytest

from fordran.access.models import Seat
from fordran.access.provider import Provider, provider_from
from fordran.access.token_roles import take_roles
from fordran.core.problems import Refused
from tests.access.doors import a_person
from tests.build import an_office, day

LEVELS = {"Customer Administrator": "administrator", "AutoCollect User": "work", "AutoCollect Reader": "read"}
TODAY = day("2026-03-02")


@pytest.fixture
def provider(db: None, settings: Any) -> None:
    settings.CONNECT = Provider("https://connect.example", "c", "s", "Visma", ("openid",), LEVELS, "roles")


def an_organisation(name: str, *numbers: str) -> tuple[Any, list[Any]]:
    from fordran.creditors.models import Organisation

    organisation = Organisation.objects.create(name=name, created_on=TODAY)
    companies = [an_office(number=number).creditor for number in numbers]
    for creditor in companies:
        creditor.organisation = organisation
        creditor.save(update_fields=["organisation"])
    return organisation, companies


def seats(user: Any) -> set[tuple[str, bool, str, str]]:
    return {(s.organisation.name, s.administrator, s.reach, s.origin) for s in Seat.objects.filter(user=user)}


def test_the_farthest_of_several_roles_holds_and_unknown_ones_give_nothing(provider: None) -> None:
    user, _ = a_person(), an_organisation("Ett")
    told = ["AutoCollect Reader", "AutoCollect User", "Root", 7, None, {"role": "Nothing"}]
    assert take_roles(user, {"roles": told}, TODAY) == 1
    assert seats(user) == {("Ett", False, "work", "token")}
    assert take_roles(user, {"roles": told}, TODAY) == 0, "twice is once"
    assert take_roles(user, {"roles": "Customer Administrator"}, TODAY) == 1
    assert seats(user) == {("Ett", True, "", "token")}


def test_without_the_claim_nothing_changes_and_an_empty_one_takes_away(provider: None) -> None:
    user, _ = a_person(), an_organisation("Ett")
    take_roles(user, {"roles": ["AutoCollect User"]}, TODAY)
    assert take_roles(user, {}, TODAY) == 0 and seats(user)
    assert take_roles(user, {"roles": []}, TODAY) == 1 and not seats(user)


def test_a_provider_without_roles_changes_nothing(provider: None, settings: Any) -> None:
    user, _ = a_person(), an_organisation("Ett")
    take_roles(user, {"roles": ["AutoCollect User"]}, TODAY)
    settings.CONNECT = Provider("https://connect.example", "c", "s", "Visma", ("openid",), {}, "roles")
    assert take_roles(user, {"roles": []}, TODAY) == 0 and seats(user)
    settings.CONNECT = None
    assert take_roles(user, {"roles": []}, TODAY) == 0 and seats(user)


def test_what_a_person_has_given_is_never_touched(provider: None) -> None:
    user, (house, [own]) = a_person(), an_organisation("Ett", "556016-0680")
    Seat.objects.create(user=user, organisation=house, reach="sign", given_by="maria")
    user.memberships.create(creditor=own, role="read", given_by="maria")
    told = ["AutoCollect User", {"role": "AutoCollect User", "company": "556016-0680"}]
    assert take_roles(user, {"roles": told}, TODAY) == 0
    assert take_roles(user, {"roles": []}, TODAY) == 0
    assert seats(user) == {("Ett", False, "sign", "given")} and user.memberships.get().role == "read"


def test_a_role_at_one_company_holds_there_alone(provider: None) -> None:
    user, (_, [own, other]) = a_person(), an_organisation("Ett", "556016-0680", "559999-0123")
    named = [{"role": "AutoCollect User", "company": "556016-0680"}, {"role": "AutoCollect User", "company": "550000-0000"}]
    assert take_roles(user, {"roles": named}, TODAY) == 1
    assert [(one.creditor_id, one.role, one.origin) for one in user.memberships.all()] == [(own.pk, "work", "token")]
    assert not seats(user)
    moved = [{"role": "AutoCollect Reader", "company": "t2"}, {"role": "Customer Administrator", "company": "t2"}]
    assert take_roles(user, {"roles": moved}, TODAY, company_of={"t2": other}.get) == 3
    assert [(one.creditor_id, one.role) for one in user.memberships.all()] == [(other.pk, "read")]
    assert seats(user) == {("Ett", True, "", "token")}


def test_where_there_are_several_organisations_a_role_without_a_company_holds_where_one_has_a_seat(provider: None) -> None:
    user, (one, _), _ = a_person(), an_organisation("Ett"), an_organisation("Två")
    assert take_roles(user, {"roles": ["AutoCollect User"]}, TODAY) == 0
    Seat.objects.create(user=user, organisation=one, reach="", origin="token")
    assert take_roles(user, {"roles": ["AutoCollect User"]}, TODAY) == 1
    assert seats(user) == {("Ett", False, "work", "token")}


def test_what_a_token_changes_is_written_down_without_a_name(provider: None) -> None:
    from fordran.audit.models import Event

    user, _ = a_person("agnes", email="agnes@firma.example"), an_organisation("Ett")
    take_roles(user, {"roles": ["AutoCollect User"]}, TODAY)
    event = Event.objects.get(verb="role told")
    assert (event.actor, event.subject) == ("sign-in", str(user.pk))
    assert "agnes" not in str(event.data)


SET = {"FORDRAN_CONNECT_URL": "https://connect.example/", "FORDRAN_CONNECT_CLIENT": "c", "FORDRAN_CONNECT_SECRET": "s"}


def test_the_provider_is_read_from_the_environment(tmp_path: Any) -> None:
    assert provider_from({}) is None
    found = provider_from(SET)
    assert found and (found.url, found.origin) == ("https://connect.example",) * 2 and found.name == "connect.example"
    assert found.scopes == ("openid", "profile", "email") and not found.roles
    (tmp_path / "secret").write_text("hemligt\n")
    roles = "Customer Administrator=administrator, AutoCollect User=work"
    more = {"FORDRAN_CONNECT_SECRET_FILE": str(tmp_path / "secret"), "FORDRAN_CONNECT_ROLES": roles}
    found = provider_from(SET | more)
    assert found and found.secret == "hemligt"
    assert found.roles == {"Customer Administrator": "administrator", "AutoCollect User": "work"}
    assert provider_from(SET | {"FORDRAN_CONNECT_URL": "http://127.0.0.1:9001"})


@pytest.mark.parametrize(
    "wrong",
    [
        {"FORDRAN_CONNECT_URL": "http://connect.example"},
        {"FORDRAN_CONNECT_CLIENT": ""},
        {"FORDRAN_CONNECT_SECRET": ""},
        {"FORDRAN_CONNECT_SECRET_FILE": "/nowhere/secret"},
        {"FORDRAN_CONNECT_ROLES": "AutoCollect User=owner"},
        {"FORDRAN_CONNECT_ROLES": "work"},
    ],
)
def test_a_provider_that_is_set_up_wrong_is_refused_at_the_start(wrong: dict[str, str]) -> None:
    with pytest.raises(Refused):
        provider_from(SET | wrong)
