"""Who changed what, from what to what: told once, in words, and never with a name of a customer."""

from __future__ import annotations

import io
import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import python_calamine
from django.test import Client

from fordran.audit.models import Event
from fordran.cases.office import Office
from fordran.creditors.history import UNSAID, record_change
from tests.web.conftest import World
from tests.web.seen import said


def test_only_what_differs_is_written_and_nothing_when_nothing_does(world: World) -> None:
    creditor = world.office.creditor
    assert not record_change(creditor, world.today, "vera", "import-filter", {"days": (5, 5), "name": (None, "")})
    changes: dict[str, tuple[object, object]] = {
        "days": (5, 7), "import_from": (None, date(2026, 1, 1)), "interest_rate": (Decimal("8.000"), Decimal(9)),
        "contact.name": ("Sven Ek", "Eva Ek"),
    }  # fmt: skip
    assert record_change(creditor, world.today, "vera", "import-filter", changes, unsaid=["contact.name"])
    event = Event.objects.get(verb="settings changed")
    assert event.data["changes"] == {
        "days": [5, 7], "import_from": [None, "2026-01-01"], "interest_rate": ["8", "9"], "contact.name": [UNSAID, UNSAID],
    }  # fmt: skip
    with pytest.raises(TypeError):
        record_change(creditor, world.today, "vera", "creditor", {"logo": (None, b"png")})


@pytest.fixture
def lived(world: World, clerk: Client) -> World:
    """Days at a class, an account, and two who were excluded."""
    clerk.post(world.url("settings/classes/add"), {"key": "BYGG", "version": "0", "days": "30", "limits.SEK.max": "5000"})
    record_change(world.office.creditor, world.today, "maria", "creditor",
                  {"address.sender.street": ("Storgatan 1", "Lillgatan 2"), "contact.email": ("a@b.example", "c@d.example")},
                  unsaid=["contact.email"])  # fmt: skip
    rows = '[["customer", "", "", ["1", "2"]]]'
    clerk.post(world.url("settings/exclusions/add"), {"do": "store", "rows": rows, "running": "pause"})
    return world


def test_old_and_new_stand_in_words_newest_first(lived: World, clerk: Client) -> None:
    page = said(clerk.get(lived.url("settings/history")))
    assert "Antal dagar – blev 30" in page and "Högsta tillåtna belopp, SEK – blev 5 000,00 kr" in page
    assert "Avsändaradress: Gatuadress Storgatan 1 blev Lillgatan 2" in page and "Kontakt: E-post visas inte" in page
    assert "2 kunder eller klasser" in page and "2 pågående ärenden vilar" in page
    assert page.index("Exkluderades") < page.index("Avsändaradress") < page.index("Antal dagar")
    assert "Kund 1" not in page


def test_it_is_filtered_by_page_person_day_and_customer(lived: World, clerk: Client) -> None:
    address = lived.url("settings/history")
    assert "Avsändaradress" not in said(clerk.get(address, {"place": "exclusions"}))
    assert "Antal dagar" not in said(clerk.get(address, {"person": "maria"}))
    assert "Inga ändringar här" in said(clerk.get(address, {"until": "2020-01-01"}))
    assert "Exkluderades" in said(clerk.get(address, {"q": "2"})) and "Antal dagar" in said(clerk.get(address, {"q": "BYGG"}))


def test_a_thousand_changes_come_in_pages_that_say_how_many(
    world: World, clerk: Client, django_assert_max_num_queries: Any
) -> None:
    for n in range(120):
        record_change(world.office.creditor, world.today, "maria", "import-filter", {"days": (n, n + 1)})
    with django_assert_max_num_queries(25):
        page = clerk.get(world.url("settings/history")).content.decode()
    assert "120 ändringar" in page and page.count("<tr>") == 51
    follow = re.search(r'href="(\?after=[^"]+)" rel="next"', page)
    assert follow and "120 ändringar" in clerk.get(world.url("settings/history") + follow[1]).content.decode()


def test_the_sheet_has_a_line_for_each_field(lived: World, clerk: Client) -> None:
    answer = clerk.get(lived.url("settings/history"), {"as": "xlsx"})
    book = python_calamine.load_workbook(io.BytesIO(answer.content))
    rows = book.get_sheet_by_index(1).to_python()
    assert rows[0][0] == "Dag" and any(row[5:8] == ["Antal dagar", "–", "30"] for row in rows)


def test_nobody_reads_anothers_history(lived: World, other: Office, clerk: Client) -> None:
    record_change(other.creditor, lived.today, "vera", "import-filter", {"days": (5, 77)})
    assert "77" not in said(clerk.get(lived.url("settings/history")))
