"""Every form that changes something, found by reading the pages: it carries its mark and its key, and sent twice at the same
moment, reloaded, or sent again from the back button it does its work once."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.urls import resolve

from tests.conftest import own_database
from tests.web.border import Border, Form, as_the_pages, build, look_at, send, visitor

ASKS_FIRST = "says what it will do and changes nothing; the answer is a page of its own"
AGAIN_THE_SAME = "said twice it says the same"
KNOWN_BY_CONTENT = "the same file is known again by its content"
GONE = "what it acts upon is not there the second time"
WITHOUT_KEY = {
    "choose-language": AGAIN_THE_SAME, "choose-theme": AGAIN_THE_SAME, "sign-out": AGAIN_THE_SAME, "app-add": AGAIN_THE_SAME,
    "stop-sending": AGAIN_THE_SAME, "resume-sending": AGAIN_THE_SAME, "books-agree": AGAIN_THE_SAME,
    "act": ASKS_FIRST, "payment-entry": ASKS_FIRST, "payment-pass-on": ASKS_FIRST, "payment-refund": ASKS_FIRST,
    "payment-unmatch": ASKS_FIRST, "payment-set-off": ASKS_FIRST, "payment-match": ASKS_FIRST, "exclusion-upload": ASKS_FIRST,
    "reminded-upload": ASKS_FIRST, "bank-file-add": KNOWN_BY_CONTENT, "ledger-file": KNOWN_BY_CONTENT,
    "order-withdraw": GONE, "payout-again": GONE, "payouts-release": GONE, "letters-approve": GONE, "next-day": GONE,
    "refund-account": ASKS_FIRST, "bank-file-none": AGAIN_THE_SAME, "erp-retry": AGAIN_THE_SAME,
}  # fmt: skip
"""Forms without a key of their own, and why none is needed."""

CHANGES: dict[str, dict[str, Any]] = {
    "account": {"first_name": "Siri", "last_name": "Ny"},
    "creditor": {"creditor.debt_description": "Annat arbete"},
    "import-filter-card": {"days": "6"},
    "customer-setting-add": {"days": "9"},
    "customer-setting": {"days": "8"},
    "customer-setting-remove": {},
    "class-setting": {"days": "8"},
    "exclusion-lift": {},
    "people-invite": {"email": "ny.kollega@firma.example", "administrator": None},
    "people-person": {"reach": "work"},
    "people-take": {},
    "people-withdraw": {},
    "register-typed": {"name": "Nytt AB", "number": "556074-7569", "street": "Gatan 1", "postcode": "111 22",
                       "town": "Stockholm", "email": "hej@nytt.example", "phone": ""},
    "last-year-again": {},
}  # fmt: skip
"""Forms of the set-up by the name of their address, and what is filled in beside what stands there; None is left out."""
GONE_BY_NOW = {
    "customer-setting-add",
    "customer-setting",
    "customer-setting-remove",
    "exclusion-lift",
    "people-take",
    "people-withdraw",
}
VERSIONED = ("creditor", "import-filter-card", "class-setting", "people-person")


@dataclass
class Desk:
    border: Border
    siri: Client
    ada: Client

    def page(self, name: str) -> tuple[Client, str]:
        """Who finds the form, and on which page."""
        org, house = f"/{self.border.org}/", f"/organisation/{self.border.house.organisation.pk}/"
        rita = self.border.people["rita"].pk
        there = {
            "account": "/account", "import-filter-card": f"{org}settings/import-filter?edit=generic",
            "customer-setting-add": f"{org}settings/customers/add?key=2",
            "last-year-again": f"{org}start/last-year", "people-person": f"{house}people/{rita}",
            "people-take": f"{house}people/{rita}/take?company={self.border.own.creditor.pk}",
        }  # fmt: skip
        address = there.get(name) or next(at for one, at, _ in self.border.addresses if one.name == name)
        return (self.ada if address.startswith("/organisation") else self.siri), address

    def form(self, name: str) -> tuple[Client, Form]:
        client, address = self.page(name)
        return client, next(one for one in look_at(client, [address])[0] if name_of(one) == name)


def filled(form: Form, name: str) -> dict[str, Any]:
    return {key: value for key, value in (form.values | CHANGES[name]).items() if value is not None}


def name_of(form: Form) -> str:
    return str(resolve(form.action.partition("?")[0]).url_name)


def rows() -> dict[str, int]:
    """Table -> number of rows; sessions and keys of forms aside."""
    with connection.cursor() as cursor:
        cursor.execute(
            """select relname from pg_class where relkind = 'r' and relnamespace = 'public'::regnamespace
               and has_table_privilege(oid, 'select')"""
        )
        tables = [name for (name,) in cursor.fetchall() if name not in ("django_session", "access_signedin", "access_formuse")]
        found = {}
        for table in tables:
            cursor.execute(f"select count(*) from {table}")  # noqa: S608
            found[table] = cursor.fetchone()[0]
    return found


def more(before: dict[str, int]) -> dict[str, int]:
    return {table: number - before[table] for table, number in rows().items() if number != before[table]}


@pytest.fixture(scope="module")
def desk(django_db_setup: None, server: Any, django_db_blocker: Any) -> Iterator[Desk]:
    with own_database(server, django_db_blocker), override_settings(DEMO=True):
        made = build()
        yield Desk(made, visitor(made.people["siri"]), visitor(made.people["ada"]))


@pytest.fixture(autouse=True)
def the_demonstrations_day() -> Iterator[None]:
    with override_settings(DEMO=True):
        yield


def test_every_form_has_its_mark_and_its_key_or_a_reason(desk: Desk) -> None:
    pages = [address for _, address, _ in desk.border.addresses]
    own = ["/account", "/account/password", "/account/app", *(desk.page(name)[1] for name in CHANGES)]
    own = [address for address in own if not address.startswith("/organisation")]
    forms = look_at(desk.siri, [*(at for at in pages if not at.startswith("/organisation")), *own])[0]
    forms += look_at(desk.ada, [at for at in pages if at.startswith("/organisation")])[0]
    assert {one.page for one in forms if not one.has_mark} == set()
    bare = {name_of(one) for one in forms if not one.has_key}
    assert bare - set(WITHOUT_KEY) == set()
    assert len({name_of(one) for one in forms if one.has_key}) >= 18


@pytest.mark.parametrize("name", list(CHANGES))
def test_two_at_the_same_moment_a_reload_and_the_back_button_do_the_work_of_one(desk: Desk, name: str) -> None:
    client, form = desk.form(name)
    values = filled(form, name)
    before = rows()
    with as_the_pages("fordran_batch"):  # once, and taken back; seen with every row
        answer = send(client, "post", form.action, values)
        once = more(before)
    assert (answer.status == 302 or name == "people-invite") and once, (answer.status, once)

    def press(_: int) -> int:
        try:
            return int(send(_again(client), "post", form.action, values).status)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as both:
        statuses = list(both.map(press, range(2)))
    assert more(before) == once and max(statuses) < 400
    assert send(client, "post", form.action, values).status == 302, "a reload of the answer, or back and once more"
    assert more(before) == once


def _again(client: Client) -> Client:
    """The same browser, in a connection of its own."""
    twin = Client(headers={"accept-language": "sv"}, raise_request_exception=False)
    twin.cookies = client.cookies
    return twin


@pytest.mark.parametrize("name", VERSIONED)
def test_in_a_second_tab_the_later_one_is_told_and_nothing_is_lost(desk: Desk, name: str) -> None:
    client, first = desk.form(name)
    _, second = desk.form(name)
    values = {"creditor": ("creditor.debt_description", "Ett", "Två"), "people-person": ("until", "2027-01-01", "2027-02-02")}
    field, one, two = values.get(name, ("days", "11", "12"))
    fill = {key: value for key, value in CHANGES[name].items() if key != field}
    assert send(client, "post", first.action, first.values | fill | {field: one}).status == 302
    before = rows()
    told = send(client, "post", second.action, second.values | fill | {field: two})
    assert told.status == 409 and two in told.content.decode(), "what was written stands there still"
    assert more(before) == {}
    assert one in client.get(desk.page(name)[1]).content.decode(), "and what the first one saved holds"


@pytest.mark.parametrize("name", list(CHANGES))
def test_a_form_whose_session_has_ended_leads_to_the_door_and_back_to_its_page(desk: Desk, name: str) -> None:
    _, form = desk.form(name) if name not in GONE_BY_NOW else (None, None)
    if form is None:
        pytest.skip("done above, so that its page is gone")
    before = rows()
    gone = Client(headers={"accept-language": "sv", "referer": f"http://testserver{form.page}"})
    answer = gone.post(form.action, filled(form, name))
    place = urlsplit(answer.headers["Location"])
    told = parse_qs(place.query)
    assert (answer.status_code, place.path, told["next"], told["unsent"]) == (302, "/sign-in", [form.page], ["1"])
    assert more(before) == {}
    assert (
        "inte skickat" in gone.get(answer.headers["Location"]).content.decode()
        or "skickades inte" in gone.get(answer.headers["Location"]).content.decode()
    )
