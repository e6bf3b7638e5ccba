"""Guessing: ten tries of an account and thirty of an address in a quarter of an hour, whatever was wrong."""

from __future__ import annotations

from typing import Any

import pytest

from fordran.access.limits import address_of, take_back, too_many
from tests.access.doors import PASSWORD, a_browser, a_person, an_app, code_of, is_in, password, sign_in

pytestmark = pytest.mark.django_db


def test_after_ten_wrong_passwords_the_right_one_is_not_looked_at_either() -> None:
    a_person()
    answers = [password(a_browser(REMOTE_ADDR=f"203.0.113.{n}"), text="fel") for n in range(11)]
    assert [answer.status_code for answer in answers] == [422] * 10 + [429]
    right = password(a_browser(REMOTE_ADDR="203.0.113.99"))
    assert right.status_code == 429 and right["Retry-After"] == "900"
    assert "Vänta en stund" in right.content.decode()
    a_person("bo")
    assert password(a_browser(), "bo").status_code == 302, "another account is nobody's business"


def test_an_unknown_name_is_limited_like_a_known_one() -> None:
    statuses = [password(a_browser(REMOTE_ADDR=f"203.0.113.{n}"), "ingen").status_code for n in range(11)]
    assert statuses == [422] * 10 + [429]


def test_after_thirty_wrong_passwords_an_address_waits_whatever_the_name() -> None:
    statuses = [password(a_browser(REMOTE_ADDR="203.0.113.7"), f"namn{n}").status_code for n in range(31)]
    assert statuses == [422] * 30 + [429]
    a_person()
    assert password(a_browser(REMOTE_ADDR="203.0.113.7")).status_code == 429
    assert password(a_browser(REMOTE_ADDR="203.0.113.8")).status_code == 302


def test_right_passwords_are_not_counted() -> None:
    a_person()
    assert [password(a_browser()).status_code for _ in range(12)] == [302] * 12


def test_the_second_step_is_limited_for_each_person() -> None:
    user = a_person()
    secret = an_app(user)
    browser = a_browser()
    sign_in(browser, user, secret)
    other = a_browser()
    password(other)
    statuses = [other.post("/sign-in/second-step", {"code": "000000"}).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    assert other.post("/sign-in/second-step", {"code": code_of(secret, steps=1)}).status_code == 429
    assert not is_in(other)


@pytest.mark.parametrize("address", ["/sign-in/connect", "/sign-in/bankid"])
def test_a_door_that_is_not_set_up_is_not_there(address: str, settings: Any) -> None:
    assert a_browser().post(address).status_code == 404


def test_a_try_that_is_taken_back_was_none() -> None:
    assert [too_many("x", "who", most=1) for _ in range(3)] == [False, True, True]
    for _ in range(2):
        take_back("x", "who")
    assert too_many("x", "who", most=1)
    assert not too_many("x", "somebody else", most=1)
    for _ in range(9):
        take_back("y", "who")
    assert not too_many("y", "who", most=1) and too_many("y", "who", most=1), "never below nothing"


def test_names_and_addresses_are_not_kept(rf: Any) -> None:
    from fordran.access.models import Tried

    password(a_browser(REMOTE_ADDR="203.0.113.7"), "agnes@firma.example", PASSWORD)
    kept = " ".join(Tried.objects.values_list("key", flat=True))
    assert kept and "agnes" not in kept and "203" not in kept


def test_behind_a_proxy_the_address_is_what_the_proxy_saw(rf: Any, settings: Any) -> None:
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="10.9.9.9, 203.0.113.7")
    assert address_of(request) == "127.0.0.1", "without https there is no proxy, and anybody may write the header"
    settings.HTTPS = True
    assert address_of(request) == "203.0.113.7"
    request = rf.get("/", REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR="2001:db8:1:2:3::4")
    assert address_of(request) == "2001:db8:1:2::/64"
