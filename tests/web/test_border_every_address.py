"""Nobody reads or writes across the border: every address x method x kind of visitor, made from the address lists themselves.

An address that is new is swept by itself; one with a word that `Sample` or `House` does not know fails here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import override_settings
from django.urls import URLPattern, reverse

from fordran.access.models import SignedIn
from tests.conftest import WHOLE, own_database
from tests.web.addresses import OF_A_SIGNATURE, POSTED
from tests.web.border import (
    METHODS,
    Border,
    as_the_pages,
    build,
    is_of_a_creditor,
    is_of_an_organisation,
    leaves,
    look_at,
    plant,
    rolled_back,
    send,
    state_of,
    visitor,
)

EVERY = list(leaves())
OF_A_CREDITOR = [one for text, one in EVERY if is_of_a_creditor(text)]
OF_AN_ORGANISATION = [one for text, one in EVERY if is_of_an_organisation(text)]
OF_A_PERSON = [one for text, one in EVERY if text.startswith(("account", "home", "companies", "help")) and one.name != "home"]
OPEN = {
    "home": "leads to the sign-in page, or home", "tile": "says that nobody is signed in", "invitation": "the secret opens it",
    "sign-in": "the door", "account_login": "the door", "mfa_authenticate": "the door", "passkey-sign-in": "the door",
    "connect-begin": "the door", "connect-callback": "the door", "bankid-sign-in": "the door", "bankid-sign-in-done": "the door",
    "sign-out": "", "csp": "browsers report here", "demo": "the demonstration's door", "choose-language": "", "choose-theme": "",
    "bankid": "belongs to the browser that began it", "bankid-cancel": "as bankid", "bankid-back": "as bankid",
    "style": "the parts of the pages, for those who build; there in debug only",
    "live": "for the machine that watches", "ready": "as live", "metrics": "numbers only, by token",
}  # fmt: skip
"""Names of pages that nobody need be signed in for, and why."""
ROLE_IN_THE_VIEW = {"creditor": "read"}
"""Pages that are put together of several guarded parts: who may open them."""
RANK = {"read": 0, "work": 1, "sign": 2}


@pytest.fixture(scope="module")
def border(django_db_setup: None, server: Any, django_db_blocker: Any) -> Iterator[Border]:
    with own_database(server, django_db_blocker) as scratch, override_settings(DEMO=True):
        made = build()
        made.forms_of_other, made.links_of_other = look_at(visitor(made.people["bo"]), [at for _, _, at in made.addresses])
        made.planted = plant(scratch, made)
        yield made


@pytest.fixture(autouse=True)
def the_demonstrations_day() -> Iterator[None]:
    with override_settings(DEMO=True):
        yield


def test_every_address_has_its_place_in_this_sweep() -> None:
    placed = {id(one) for one in (*OF_A_CREDITOR, *OF_AN_ORGANISATION, *OF_A_PERSON)}
    assert {one.name for _, one in EVERY if id(one) not in placed} == set(OPEN)
    assert len(OF_A_CREDITOR) > 80 and len(OF_AN_ORGANISATION) >= 8 and len(OF_A_PERSON) >= 20


def test_the_mark_stands_in_all_that_is_told_of_the_other(border: Border) -> None:
    """Else nothing here could fail."""
    planted = border.planted
    assert {"name", "street"} <= planted["invoices_customer"] and {"name", "debt_description"} <= planted["creditors_creditor"]
    assert {
        "cases_decision", "audit_event", "letters_letter", "settlement_payment", "agreements_acceptance", "books_voucher",
        "creditors_payoutaccount", "creditors_exclusion", "onboarding_previewletter", "payouts_paymentorder",
    } <= set(planted)  # fmt: skip
    assert len(planted) >= 30 and sum(map(len, planted.values())) >= 100
    with as_the_pages():
        answer = send(visitor(border.people["bo"]), "get", f"/{border.other_org}/cases")
        assert answer.is_marked


STRANGERS = ("nobody", "nils", "rita", "vera", "siri", "ada", "ursula", "eva")
WITH_EVERY_METHOD = STRANGERS if WHOLE else ("nobody", "siri")


@pytest.mark.parametrize("name", STRANGERS)
def test_across_the_border_there_is_no_page_whatever_one_sends(border: Border, name: str) -> None:
    """A secret: that the company is here at all. So 404, except for a method that the address has for nobody."""
    wrong: list[tuple[str | None, str, int]] = []
    with as_the_pages():
        client, before = visitor(border.people.get(name)), state_of(border.other.creditor, border.other_house)
        to_the_door = name == "nobody"
        for pattern, _, address in border.addresses:
            for method in METHODS if name in WITH_EVERY_METHOD else ("get", "post"):
                with rolled_back():
                    answer = send(client, method, address)
                fine = (
                    answer.status == 302 and answer.location.startswith("/sign-in?next=") if to_the_door else answer.status == 404
                )
                if not (fine or answer.status == 405) or answer.is_marked:
                    wrong.append((pattern.name, method, answer.status))
        assert state_of(border.other.creditor, border.other_house) == before
    assert wrong == []


def needs(pattern: URLPattern) -> str:
    """The role that the address asks for."""
    found = getattr(pattern.callback, "needs_role", None) or ROLE_IN_THE_VIEW.get(pattern.name or "")
    assert found, f"{pattern.name} is guarded by nobody"
    return str(found)


@pytest.mark.parametrize(("name", "reach"), [("rita", "read"), ("vera", "work")])
def test_a_role_that_does_not_reach_is_told_so_and_changes_nothing(border: Border, name: str, reach: str) -> None:
    wrong, closed = [], 0
    with as_the_pages():
        client, before = visitor(border.people[name]), state_of(border.own.creditor, border.house)
        for pattern, address, _ in border.addresses:
            far = needs(pattern) not in RANK or RANK[needs(pattern)] > RANK[reach]
            for method in METHODS if far else ():
                answer = send(client, method, address)
                closed += answer.status == 403
                if answer.status not in (403, 404 if pattern in OF_AN_ORGANISATION else 405, 405):
                    wrong.append((pattern.name, method, answer.status))
        assert state_of(border.own.creditor, border.house) == before
    assert wrong == [] and closed >= (150 if reach == "read" else 12)


def test_one_who_may_do_everything_changes_nothing_but_by_a_form_and_reads_nothing_of_the_other(border: Border) -> None:
    wrong: list[tuple[str | None, str, int]] = []
    with as_the_pages():
        client, before = visitor(border.people["siri"]), state_of(border.own.creditor, border.house)
        for pattern, address, _ in border.addresses:
            if pattern in OF_AN_ORGANISATION:
                continue
            for method in ("get", "put", "delete"):
                answer = send(client, method, address)
                if answer.is_marked or answer.status in (403, 500) or (method == "get" and answer.status == 404 and
                                                                       pattern.name not in OF_A_SIGNATURE | POSTED):  # fmt: skip
                    wrong.append((pattern.name, method, answer.status))
        after = state_of(border.own.creditor, border.house)
        assert {table for table in before if before[table] != after[table]} == set()
    assert wrong == []


def test_while_the_agreement_waits_every_address_leads_to_it(border: Border) -> None:
    to_it = f"/{border.locked.organisation_number}/agreement"
    with as_the_pages():
        client = visitor(border.people["ursula"])
        for pattern, address, _ in border.addresses:
            if pattern in OF_AN_ORGANISATION or getattr(pattern.callback, "before_agreement", False):
                continue
            for method in ("get", "post"):
                answer = send(client, method, address.replace(border.org, border.locked.organisation_number, 1))
                assert (answer.status, answer.location) == (302, to_it) or answer.status == 405, (
                    pattern.name,
                    method,
                    answer.status,
                )


def as_ones_own(border: Border, address: str) -> str:
    """An address of the other's, with the other's numbers, under one's own name."""
    there = f"/organisation/{border.other_house.organisation.pk}/"
    return address.replace(f"/{border.other_org}/", f"/{border.org}/", 1).replace(
        there, f"/organisation/{border.house.organisation.pk}/", 1
    )


def test_the_others_numbers_under_ones_own_name_find_nothing(border: Border) -> None:
    """Every link that stands on the other's pages, followed by somebody who may do everything here."""
    links = [one for one in border.links_of_other if border.other_org in one or one.startswith("/organisation/")]
    assert len(links) > 60
    with as_the_pages():
        clients = [visitor(border.people["siri"]), visitor(border.people["ada"])]
        for link in links:
            answer = send(clients[link.startswith("/organisation/")], "get", as_ones_own(border, link))
            assert not answer.is_marked and answer.status != 500, (link, answer.status)


def test_the_others_forms_sent_under_ones_own_name_change_nothing_there(border: Border) -> None:
    forms = [one for one in border.forms_of_other if border.other_org in one.action or one.action.startswith("/organisation/")]
    assert len({one.action for one in forms}) > 30
    taken: Counter[int] = Counter()
    with as_the_pages():
        clients = [visitor(border.people["siri"]), visitor(border.people["ada"])]
        before = state_of(border.other.creditor, border.other_house)
        for form in forms:
            for name, value in form.buttons or (("", ""),):
                values = form.values | ({name: value} if name else {})
                with rolled_back():
                    answer = send(
                        clients[form.action.startswith("/organisation/")], "post", as_ones_own(border, form.action), values
                    )
                    taken[answer.status] += 1
                    assert not answer.is_marked and answer.status != 500, (form.action, values, answer.status)
                    assert state_of(border.other.creditor, border.other_house) == before, (form.action, values)
    assert taken[302] >= 5, "many forms are those of any creditor and do their work here"


def test_ones_own_pages_do_nothing_to_anothers_means_sessions_and_orders(border: Border) -> None:
    with as_the_pages():
        client = visitor(border.people["siri"])
        before = state_of(border.other.creditor, border.other_house)
        session = SignedIn.objects.filter(user=border.people["bo"]).values_list("pk", flat=True)[0]
        words = border.other_house.words | {"session_id": session}
        found = 0
        for text, pattern in EVERY:
            if not pattern.pattern.converters or text.startswith(("<slug", "organisation", "invitation", "help")):
                continue
            address = reverse(pattern.name, kwargs={name: words[name] for name in pattern.pattern.converters})
            for method in METHODS:
                answer = send(client, method, address)
                assert answer.status in (404, 405) and not answer.is_marked, (pattern.name, method, answer.status)
                found += answer.status == 404
        assert found >= 6
        assert state_of(border.other.creditor, border.other_house) == before


def test_two_creditors_of_one_person_are_two_and_one_address_shows_one(border: Border) -> None:
    with as_the_pages():
        client = visitor(border.people["siri"])
        name = border.own.case.customer.name.encode()
        assert name in send(client, "get", f"/{border.org}/cases").content
        there = send(client, "get", f"/{border.second.organisation_number}/cases")
        assert there.status == 200 and name not in there.content
        for pattern, address, _ in border.addresses:
            if pattern.pattern.converters and pattern in OF_A_CREDITOR:
                wanders = send(client, "get", address.replace(border.org, border.second.organisation_number, 1))
                assert border.own.case.number.encode() not in wanders.content or wanders.status == 404, pattern.name


def test_the_others_invitation_says_what_it_is_for_and_no_more(border: Border) -> None:
    """Its secret is what one needs to know; the name of who asks stands there."""
    with as_the_pages():
        address = f"/invitation/{border.other_house.words['secret']}"
        before = state_of(border.other.creditor, border.other_house)
        for who in (None, border.people["siri"]):
            for method in ("get", "put", "delete"):
                assert send(visitor(who), method, address).status in (200, 403, 405)
        assert send(visitor(border.people["siri"]), "post", address).status != 302, "it was sent to another address than hers"
        assert state_of(border.other.creditor, border.other_house) == before
        assert send(visitor(), "get", address + "x").status == 404
