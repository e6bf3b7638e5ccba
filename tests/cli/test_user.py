"""Who may sign in to the pages is said on the command line, and a password stands on none."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from django.test import Client

from fordran.access.models import Seat
from fordran.audit.models import Event
from fordran.cli.user import command
from fordran.creditors.models import Membership, Organisation
from tests.build import an_office

PASSWORD = "en lång mening att minnas"


@pytest.fixture(autouse=True)
def office(db: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("fordran.cli.user.ready", lambda *_a, **_k: None)
    return an_office()


def run(*words: str) -> Result:
    return CliRunner().invoke(command, list(words))


def add(tmp_path: Path, name: str = "anna@firma.example", password: str = PASSWORD, *more: str) -> Result:
    place = tmp_path / "password"
    place.write_text(f"{password}\n", encoding="utf-8")
    return run("add", name, "--password", str(place), "--on", "2026-03-02", "--json", *more)


def test_a_person_is_let_in_and_signs_in(tmp_path: Path, client: Client) -> None:
    done = add(tmp_path, "anna@firma.example", PASSWORD, "--role", "sign")
    told = json.loads(done.output)
    assert (told["user"], told["role"], told["new"]) == ("anna@firma.example", "sign", True)
    assert client.login(username="anna@firma.example", password=PASSWORD)
    assert Membership.objects.get().role == "sign"
    assert PASSWORD not in str(list(Event.objects.values()))


def test_a_role_is_changed_and_the_password_stays(tmp_path: Path, client: Client) -> None:
    add(tmp_path)
    assert json.loads(add(tmp_path, "anna@firma.example", "något helt annat nu", "--role", "read").output)["new"] is False
    assert Membership.objects.get().role == "read"
    assert client.login(username="anna@firma.example", password=PASSWORD)


def test_a_short_password_is_refused_and_nobody_is_made(tmp_path: Path) -> None:
    done = add(tmp_path, "anna", "kort")
    assert done.exception is not None and "12" in str(done.exception)
    assert not Membership.objects.exists()


def test_who_is_shut_out_can_no_longer_sign_in(tmp_path: Path, client: Client) -> None:
    add(tmp_path)
    assert json.loads(run("remove", "anna@firma.example", "--on", "2026-03-03", "--json").output)["can_sign_in"] is False
    assert not client.login(username="anna@firma.example", password=PASSWORD)
    assert json.loads(run("list", "--json").output) == {"users": []}
    add(tmp_path)
    assert client.login(username="anna@firma.example", password=PASSWORD)


def test_a_role_has_a_last_day_if_one_is_named(tmp_path: Path) -> None:
    told = json.loads(add(tmp_path, "anna@firma.example", PASSWORD, "--until", "2026-12-31").output)
    assert told["until"] == "2026-12-31" and Membership.objects.get().until_on.isoformat() == "2026-12-31"
    assert json.loads(run("list", "--json").output)["users"][0]["until"] == "2026-12-31"
    assert "up to 2026-12-31" in run("list").output
    late = add(tmp_path, "anna@firma.example", PASSWORD, "--until", "2026-03-01")
    assert late.exception is not None and "has been" in str(late.exception)


def test_who_has_a_seat_left_can_still_sign_in(tmp_path: Path, client: Client) -> None:
    from django.contrib.auth.models import User

    add(tmp_path)
    organisation = Organisation.objects.create(name="Granholms", created_on="2026-01-01")
    Seat.objects.create(organisation=organisation, user=User.objects.get(), administrator=True)
    assert json.loads(run("remove", "anna@firma.example", "--on", "2026-03-03", "--json").output)["can_sign_in"] is True
    assert client.login(username="anna@firma.example", password=PASSWORD)
