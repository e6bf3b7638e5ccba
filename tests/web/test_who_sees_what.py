"""Nobody sees another creditor's rows: not by address, not by search, and not even when a view forgets to ask."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.creditor_pages.tenancy import see_only
from fordran.creditors.models import Exclusion
from tests.web.addresses import every_address
from tests.web.conftest import World, a_user

NOT_SHOWN = {"payout-account": 403, "ledger-columns": 302}
"""To somebody who may work: an account waits for one who may sign, and no file has been uploaded whose columns could be shown."""


def test_every_page_answers_the_one_who_may_read_it(world: World, clerk: Client) -> None:
    answers = {name: clerk.get(address).status_code for name, address in every_address(world.office.creditor)}
    assert {name: status for name, status in answers.items() if status != 200} == NOT_SHOWN


def test_signed_out_every_page_leads_to_the_door(world: World) -> None:
    for name, address in every_address(world.office.creditor):
        answer = Client().get(address)
        assert answer.status_code == 302 and answer["Location"].startswith("/sign-in?next="), name


def test_a_stranger_and_somebody_elses_clerk_see_no_such_page(world: World, other: Office) -> None:
    stranger, neighbour = Client(), Client()
    stranger.force_login(a_user("sten"))
    neighbour.force_login(a_user("nora", other))
    for name, address in every_address(world.office.creditor):
        assert stranger.get(address).status_code == 404, name
        assert neighbour.get(address).status_code == 404, name
        assert neighbour.post(address).status_code == 404, name


def test_anothers_case_and_letter_are_not_found_under_ones_own_name(world: World, other: Office, clerk: Client) -> None:
    for name, address in every_address(other.creditor):
        if any(part in name for part in ("case", "act", "letter-", "exclusion-lift")) or name == "letter":
            own = address.replace(other.creditor.organisation_number, world.org)
            found_there = clerk.get(own)
            if name.startswith("letter"):  # numbers of letters are counted for all creditors together
                assert found_there.status_code == 404, name
            assert b"Fr\xc3\xa4mmande" not in found_there.content, name


def test_search_never_crosses_to_another_creditor(world: World, other: Office, clerk: Client) -> None:
    for words in ("främmande", "5001"):
        assert "Främmande" not in clerk.get(world.url("cases"), {"q": words}).content.decode()
        assert "Främmande" not in clerk.get(world.url("invoices"), {"q": words}).content.decode()


def test_as_the_pages_role_every_page_works_and_only_its_own_rows_exist(
    world: World, other: Office, clerk: Client, app_role: None
) -> None:
    see_only([world.office.creditor.pk])
    addresses = list(every_address(world.office.creditor))
    see_only([])
    answers = {name: clerk.get(address).status_code for name, address in addresses}
    assert {name: status for name, status in answers.items() if status != 200} == NOT_SHOWN


def test_without_the_setting_there_are_no_rows_at_all(world: World, other: Office, app_role: None) -> None:
    assert Case.objects.count() == 0
    see_only([other.creditor.pk])
    assert {case.creditor_id for case in Case.objects.all()} == {other.creditor.pk}
    see_only([])
    assert Case.objects.count() == 0


def test_a_reader_reads_and_changes_nothing(world: World, reader: Client) -> None:
    case = Case.objects.filter(creditor=world.office.creditor).first()
    assert case is not None
    assert reader.get(world.url(f"cases/{case.number}")).status_code == 200
    before = Exclusion.objects.count()
    for address in (f"cases/{case.number}/hold", "letters/approve", "letters/stop", "settings/exclusions/add", "next-day"):
        answer = reader.post(world.url(address), {"level": "customer", "key": "1", "reason": "x"})
        assert answer.status_code == 403, address
    assert Exclusion.objects.count() == before
    assert "Fler åtgärder" not in reader.get(world.url(f"cases/{case.number}")).content.decode()


def test_forbidden_says_who_can_give_the_right(world: World, reader: Client) -> None:
    a_user("siri", world.office, "sign")
    assert "Siri Ek" in reader.get(world.url("letters/stop")).content.decode()


def test_a_change_needs_the_forms_own_mark(world: World) -> None:
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(a_user("clas", world.office))
    answer = careful.post(world.url("letters/stop"))
    assert answer.status_code == 403 and "Inget har ändrats" in answer.content.decode() or "Nothing" in answer.content.decode()


@pytest.mark.parametrize("extra", [{}, {"HTTP_X_FORWARDED_FOR": "203.0.113.7"}])
def test_the_demonstrations_door_exists_only_there_and_on_this_machine(
    world: World, settings: Any, extra: dict[str, str]
) -> None:
    from fordran.creditor_pages.views.session import DEMO_USER

    a_user(DEMO_USER, world.office, "sign")
    open_door = not extra
    assert Client(REMOTE_ADDR="127.0.0.1", **extra).get("/demo").status_code == (302 if open_door else 404)
    assert Client(REMOTE_ADDR="203.0.113.7").get("/demo").status_code == 404
    settings.DEMO = False
    assert Client(REMOTE_ADDR="127.0.0.1").get("/demo").status_code == 404
    assert "Maria" not in Client(REMOTE_ADDR="127.0.0.1").get("/sign-in").content.decode()
    assert Client(REMOTE_ADDR="127.0.0.1").get("/").status_code == 302


def test_in_the_demonstration_the_first_address_answers_with_the_site_even_without_cookies(world: World) -> None:
    from fordran.creditor_pages.views.session import DEMO_USER

    a_user(DEMO_USER, world.office, "sign")
    for _ in range(2):
        answer = Client(REMOTE_ADDR="127.0.0.1").get("/")
        assert answer.status_code == 200 and world.org in answer.content.decode()
    assert Client(REMOTE_ADDR="203.0.113.7").get("/").status_code == 302


def test_letting_a_day_pass_is_not_there_outside_the_demonstration(world: World, clerk: Client, settings: Any) -> None:
    settings.DEMO = False
    assert clerk.get(world.url("next-day")).status_code == 404
    assert clerk.post(world.url("next-day")).status_code == 404


def test_a_wrong_password_and_an_unknown_name_get_the_same_answer(world: World) -> None:
    a_user("agnes", world.office)
    wrong = Client().post("/sign-in", {"name": "agnes", "password": "fel"})
    unknown = Client().post("/sign-in", {"name": "ingen", "password": "fel"})
    assert (wrong.status_code, unknown.status_code) == (422, 422)
    assert wrong.content.decode().replace("agnes", "ingen")[-200:] == unknown.content.decode()[-200:]
    right = Client().post("/sign-in", {"name": "agnes", "password": "en lång mening att minnas", "next": "//evil.example/"})
    assert right["Location"] == "/"


def test_nothing_signed_in_stays_in_a_cache(world: World, clerk: Client) -> None:
    answer = clerk.get(world.url())
    assert answer["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    assert connection.in_atomic_block
