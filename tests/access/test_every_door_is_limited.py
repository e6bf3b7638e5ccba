"""What anybody may guess at is limited for an address, and others are not hurt. Passwords and codes: test_limits; orders of
BankID: tests/agreements/test_orders; reports of the policy: test_addresses. A tile tells one who is not signed in nothing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.access.doors import a_browser, a_person

pytestmark = pytest.mark.django_db

HERE, THERE = "203.0.113.7", "203.0.113.8"


def first_refusal(send: Callable[[], Any], most: int = 130) -> int:
    """The how-manieth try is answered with 429; 0 = none of so many."""
    return next((n for n in range(1, most + 1) if send().status_code == 429), 0)


@pytest.mark.parametrize(("method", "address", "after"), [
    ("post", "/sign-in/passkey", 30),
    ("get", "/invitation/en-gissning", 30),
])  # fmt: skip
def test_an_address_that_guesses_waits_and_another_does_not(method: str, address: str, after: int) -> None:
    browser = a_browser(REMOTE_ADDR=HERE)
    assert first_refusal(lambda: getattr(browser, method)(address)) == after + 1
    assert getattr(a_browser(REMOTE_ADDR=THERE), method)(address).status_code != 429


def test_a_link_that_holds_is_not_counted_as_a_guess() -> None:
    from fordran.access.invitations import invite
    from fordran.access.people import make_administrator
    from fordran.creditor_pages.tenancy import legal_day
    from tests.access.conftest import NUMBERS, an_organisation

    organisation, _ = an_organisation("Granholms", NUMBERS[0])
    maria = a_person("maria")
    make_administrator(organisation, maria, by="command line", today=legal_day())
    _, secret = invite(organisation, "ny@firma.example", administrator=False, reach="read", creditor=None, until=None, by=maria,
                       today=legal_day())  # fmt: skip
    browser = a_browser(REMOTE_ADDR=HERE)
    assert {browser.get(f"/invitation/{secret}").status_code for _ in range(35)} == {200}
