"""Importfilter: the sentence and its count, the cards, what is refused and what passes with a note, two people at once."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.test import Client

from fordran.audit.models import Event
from fordran.cases.filter_count import count_filter, with_generic
from fordran.cases.office import Office, open_office
from fordran.creditors.filter_form import cards_of, the_layer
from fordran.process.policy import Limits
from tests.build import an_item, an_office, bring_in, day
from tests.web.conftest import OWN, World, a_user, set_today

TODAY = day("2026-02-04")


@pytest.fixture
def setting_up(db: None, settings: Any) -> World:
    """A creditor whose ledger is read and who has not switched on: eight invoices of five customers, one in euros."""
    settings.DEMO = True
    set_today(TODAY)
    return World(_office(), TODAY)


def _office() -> Office:
    from fordran.creditors.models import Creditor

    office = an_office(number=OWN, filter="import_from = 2025-06-01")
    Creditor.objects.filter(pk=office.creditor.pk).update(active=False)
    items = [
        an_item("1001", "1", row=2),
        an_item("1002", "2", row=3, amount=5_000, open=5_000),
        an_item("1003", "3", row=4, due=day("2026-02-02"), issued=day("2026-01-02")),
        an_item("1004", "4", row=5, due=day("2025-03-01"), issued=day("2025-02-01")),
        an_item("1005", "5", row=6, currency="EUR"),
        an_item("1006", "1", row=7, amount=250_000, open=200_000, due=day("2025-12-01"), issued=day("2025-11-01")),
        an_item("1007", "2", row=8, reminded=day("2026-02-02"), reminded_fee=6_000),
        an_item("1008", "3", row=9, due=day("2026-03-30"), issued=day("2026-02-01")),
    ]
    bring_in(office, items, TODAY)
    return open_office(Creditor.objects.get(pk=office.creditor.pk))


@pytest.fixture
def anna(setting_up: World) -> Client:
    return _client(setting_up, "anna")


def _client(world: World, name: str, role: str = "work", language: str = "sv") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(a_user(name, world.office, role))
    return client


def text_of(response: Any) -> str:
    """The page as it is read: no tags, no-break spaces as spaces."""
    html = re.sub(r"<(script|style).*?</\1>", "", response.content.decode(), flags=re.S)
    return " ".join(re.sub(r"<[^>]+>", "", html).replace("\u00a0", " ").replace("\u00ad", "").replace("&amp;", "&").split())


def hidden(response: Any) -> dict[str, str]:
    """What the open card sends along."""
    form = re.search(r'<form method="post" action="[^"]*/card".*?</form>', response.content.decode(), re.S)
    assert form is not None
    return dict(re.findall(r'<input type="hidden" name="(card|version|seen|once|remove)" value="([^"]*)"', form[0]))


def press(client: Client, world: World, card: str, values: dict[str, str], before: Any = None) -> Any:
    opened = before or client.get(world.url(f"settings/import-filter?edit={card}"))
    return client.post(world.url("settings/import-filter/card"), hidden(opened) | values)


# ---- the sentence and its count -----------------------------------------------------------------------------------


def test_the_rule_is_a_sentence_with_what_it_takes_today(anna: Client, setting_up: World) -> None:
    text = text_of(anna.get(setting_up.url("settings/import-filter")))
    assert "Vi tar med fakturor som förföll 2025-06-01 eller senare, när de har varit förfallna i 5 dagar" in text
    assert "om fakturabeloppet är minst 100 kr och kunden inte är undantagen." in text
    assert "I dag skulle 3 fakturor tas, 4 000,00 kr" in text
