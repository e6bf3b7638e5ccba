"""Somebody who stands outside is helped on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from fordran.audit.models import Event
from fordran.cli.door import command
from tests.access.doors import PASSWORD, a_browser, a_person, an_app, is_in, password, sign_in

ON = ("--on", "2026-03-02")


@pytest.fixture(autouse=True)
def ready(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fordran.cli.door.ready", lambda *_a, **_k: None)


@pytest.fixture
def agnes() -> Any:
    return a_person()


def run(*words: str) -> Result:
    return CliRunner().invoke(command, [*words, *ON])


def test_who_has_lost_the_telephone_makes_a_new_second_step(agnes: Any) -> None:
    browser = a_browser()
    sign_in(browser, agnes, an_app(agnes))
    assert is_in(browser)
    assert run("forget", "agnes").exit_code == 0
    assert not is_in(browser)
    assert password(a_browser())["Location"] == "/"
    again = a_browser()
    password(again)
    assert again.get("/account")["Location"] == "/account/second-step"
    assert Event.objects.filter(verb="second steps forgotten", creditor_id=None).count() == 1


def test_a_new_password_is_given_and_the_second_step_stays(agnes: Any, tmp_path: Path) -> None:
    an_app(agnes)
    (tmp_path / "new").write_text("en helt annan lång mening\n")
    assert run("password", "agnes", "--password", str(tmp_path / "new")).exit_code == 0
    assert password(a_browser(), text=PASSWORD).status_code == 422
    assert password(a_browser(), text="en helt annan lång mening")["Location"] == "/sign-in/second-step"
    (tmp_path / "short").write_text("kort\n")
    assert run("password", "agnes", "--password", str(tmp_path / "short")).exit_code != 0


def test_nobody_by_that_name_is_refused() -> None:
    assert run("forget", "ingen").exit_code != 0
