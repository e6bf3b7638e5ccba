"""Redan påminda fakturor: found, marked by row, by date and by a list, taken back; read by all, changed by those who may."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fordran.audit.models import Event
from fordran.invoices.models import Invoice
from tests.build import an_item, an_office, bring_in, day
from tests.web.conftest import OWN, World, a_user, set_today
from tests.web.test_import_filter_page import TODAY, text_of


@pytest.fixture
def ledger(db: None, settings: Any) -> World:
    """Not switched on. Sixty invoices due in January, one that the ledger says has been reminded, one not due."""
    settings.DEMO = True
    set_today(TODAY)
    office = an_office(number=OWN, creditor="")
    items = [
        an_item(f"2{n:03d}", str(n % 7), row=n + 2, due=day(f"2026-01-{n % 28 + 1:02d}"), issued=day("2025-12-20"))
        for n in range(60)
    ]
    items += [
        an_item("3000", "1", row=100, reminded=day("2026-02-02"), reminded_fee=6_000),
        an_item("3001", "2", row=101, due=day("2026-03-01")),
    ]
    bring_in(office, items, TODAY)
    return World(office, TODAY)


def client_of(world: World, name: str = "anna", role: str = "work", language: str = "sv") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(a_user(name, world.office, role))
    return client


@pytest.fixture
def anna(ledger: World) -> Client:
    return client_of(ledger)


def at(world: World, rest: str = "") -> str:
    return world.url("settings/import-filter/reminded" + rest)


def marked() -> list[str]:
    return list(Invoice.objects.filter(marked_on__isnull=False).order_by("number").values_list("number", flat=True))


def once_of(response: Any) -> str:
    found = re.search(r'name="once" value="([^"]+)"', response.content.decode().split('id="main"')[1])
    assert found is not None
    return found[1]


def pk(number: str) -> int:
    return int(Invoice.objects.get(number=number).pk)


def test_those_nobody_says_anything_of_are_listed_by_key_and_counted(anna: Client, ledger: World) -> None:
    first = anna.get(at(ledger))
    text = text_of(first)
    assert "Inget sagt om 60" in text and "Redan påminda 1" in text and "60 fakturor" in text
    assert first.content.decode().count('name="invoice"') == 50
    after = re.search(r'href="([^"]*after=[^"]*)" rel="next"', first.content.decode())
    assert after is not None
    assert anna.get(at(ledger) + after[1].replace("&amp;", "&")).content.decode().count('name="invoice"') == 10
    assert "1 faktura" in text_of(anna.get(at(ledger, "?q=2005")))
    assert "Ingen faktura passar ”finns inte”" in text_of(anna.get(at(ledger, "?q=finns inte")))


def test_what_the_ledger_says_is_shown_and_cannot_be_taken_back_here(anna: Client, ledger: World) -> None:
    page = anna.get(at(ledger, "?show=said"))
    text = text_of(page)
    assert "3000" in text and "2026-02-02" in text and "60,00" in text and "Påminnelse utan avgift" in text
    assert 'name="invoice"' not in page.content.decode() and "Ta bort markeringen" not in text


def test_chosen_rows_are_marked_after_a_look_at_what_follows(anna: Client, ledger: World) -> None:
    asked = anna.get(at(ledger, f"/mark?invoice={pk('2001')}&invoice={pk('2002')}"))
    assert "2 fakturor, 2 000,00 kr." in text_of(asked) and "Markera 2 fakturor" in text_of(asked) and marked() == []
    form = {"once": once_of(asked), "invoice": [pk("2001"), pk("2002")], "reminded_on": "20 januari 2026", "fee": ""}
    answer = anna.post(at(ledger, "/mark"), form)
    assert answer.status_code == 302 and marked() == ["2001", "2002"]
    assert "2 fakturor är markerade som redan påminda." in text_of(anna.get(answer["location"]))
    again = anna.post(at(ledger, "/mark"), form)  # a double click
    assert again["location"] == answer["location"]
    assert Event.objects.filter(verb="marked as reminded").count() == 1
    said = text_of(anna.get(at(ledger, "?show=said")))
    assert "2026-01-20" in said and "Anna Ek 2026-02-04" in said and "vet inte" in said


def test_all_due_before_a_day_are_marked_at_once(anna: Client, ledger: World) -> None:
    asked = anna.get(at(ledger, "/mark?by=date&before=2026-01-11"))
    assert "Alla som förföll före 2026-01-11" in text_of(asked) and "Markera 24 fakturor" in text_of(asked)
    form = {"once": once_of(asked), "by": "date", "before": "2026-01-11", "reminded_on": "", "fee": ""}
    first = anna.post(at(ledger, "/mark"), form)
    assert len(marked()) == 24
    assert anna.post(at(ledger, "/mark"), form)["location"] == first["location"]  # the second press finds nothing left to mark
    assert "Inget sagt om 36" in text_of(anna.get(at(ledger)))


@pytest.mark.parametrize(
    ("values", "swedish", "english"),
    [
        ({"reminded_on": "2026-02-05", "fee": ""}, "Påminnelsen kan inte vara skickad senare än i dag.",
         "The reminder cannot have been sent later than today."),
        ({"reminded_on": "2026-01-02", "fee": ""}, "En av fakturorna förföll 2026-01-03.",
         "One of the invoices fell due on 2026-01-03."),
        ({"reminded_on": "", "fee": "60"}, "En avgift behöver sin dag.", "A fee needs its day."),
        ({"reminded_on": "i fjol", "fee": ""}, "Skriv datumet som ÅÅÅÅ-MM-DD", "YYYY-MM-DD"),
        ({"reminded_on": "2026-01-20", "fee": "-60"}, "Skriv ett belopp", "Write an amount"),
    ],
)  # fmt: skip
def test_a_mark_that_cannot_be_is_refused_with_what_was_typed(
    ledger: World, values: dict[str, str], swedish: str, english: str
) -> None:
    for language, sentence in (("sv", swedish), ("en", english)):
        client = client_of(ledger, language, language=language)
        answer = client.post(at(ledger, "/mark"), {"invoice": [pk("2001"), pk("2002")], **values})
        assert answer.status_code == 422 and sentence in text_of(answer)
        assert all(f'value="{typed}"' in answer.content.decode() for typed in values.values() if typed)
    assert marked() == []


def test_choosing_nothing_or_no_day_is_said_kindly(anna: Client, ledger: World) -> None:
    assert "Det finns inget att markera där" in text_of(anna.get(at(ledger, "/mark")))
    assert "Skriv datumet som" in text_of(anna.get(at(ledger, "/mark?by=date&before=nyss")))
    assert "Det finns inget att markera där" in text_of(anna.get(at(ledger, "/mark?by=date&before=2020-01-01")))
    assert "Det finns inget att markera där" in text_of(anna.get(at(ledger, "/mark?invoice=1e9&invoice=-5&invoice=x")))


def test_a_mark_is_taken_back(anna: Client, ledger: World) -> None:
    anna.post(at(ledger, "/mark"), {"invoice": [pk("2001"), pk("2002")], "reminded_on": "", "fee": ""})
    page = anna.get(at(ledger, "?show=said"))
    answer = anna.post(at(ledger, "/take-back"), {"once": once_of(page), "invoice": [pk("2001")]}, follow=True)
    assert "1 markering är borttagen." in text_of(answer) and marked() == ["2002"]


LIST = "Faktura;Påmind;Avgift\n2001;2026-01-20;60,00\n2002;;\n9999;2026-01-20;\n3000;2026-01-20;\n2003;2025-01-01;\n2004;x;\n"


def test_a_list_is_shown_before_it_is_stored_with_what_was_not_found(anna: Client, ledger: World) -> None:
    shown = anna.post(at(ledger, "/list"), {"file": SimpleUploadedFile("lista.csv", LIST.encode())})
    text = text_of(shown)
    assert shown.status_code == 200 and marked() == []
    assert "Fakturor som markeras1" in text and "Rader som inte hittades1" in text and "rad 4: 9999" in text
    assert "Rader som inte kan stämma2" in text and "1 rad säger reskontran redan är påmind." in text
    assert "1 rad utan dag och avgift hoppades över." in text
    rows = re.search(r"<textarea name=\"rows\"[^>]*>(.*?)</textarea>", shown.content.decode(), re.S)
    assert rows is not None
    form = {"once": once_of(shown), "confirmed": "1", "rows": rows[1]}
    answer = anna.post(at(ledger, "/list"), form)
    one = Invoice.objects.get(number="2001")
    assert (marked(), one.marked_reminded_on, one.marked_fee_minor) == (["2001"], day("2026-01-20"), 6_000)
    assert anna.post(at(ledger, "/list"), form)["location"] == answer["location"]
    assert Event.objects.filter(verb="marked as reminded").count() == 1


def test_pasted_numbers_are_a_list_and_tampered_lines_do_no_harm(anna: Client, ledger: World) -> None:
    shown = anna.post(at(ledger, "/list"), {"pasted": "2001\n2002"})
    assert "Fakturor som markeras2" in text_of(shown)
    anna.post(at(ledger, "/list"), {"once": once_of(shown), "rows": "2001\t\t\n2002\tigår\t\n\t\t\t\n3001\t2026-02-03\t\nx"})
    assert marked() == ["2001"]  # 3001 has not fallen due, so no reminder of it can have been sent


@pytest.mark.parametrize(("given", "sentence"), [
    ({}, "Välj en fil eller klistra in fakturanummer."),
    ({"pasted": "Faktura;Påmind\n2001;\n"}, "Vi hittade inga påminda fakturor i listan."),
    ({"file": SimpleUploadedFile("a.xlsx", b"PK\x03\x04 broken")}, "lista"),
])  # fmt: skip
def test_a_list_that_cannot_be_read_is_refused(anna: Client, ledger: World, given: dict[str, Any], sentence: str) -> None:
    answer = anna.post(at(ledger, "/list"), given)
    assert answer.status_code == 422 and sentence in text_of(answer)


def test_our_own_list_comes_back_filled_in(anna: Client, ledger: World) -> None:
    import python_calamine

    sheet = anna.get(at(ledger, "?as=xlsx&q=2001")).content
    rows = python_calamine.load_workbook(io.BytesIO(sheet)).get_sheet_by_name("Lista").to_python()
    assert rows[0] == ["Faktura", "Kund", "Förföll", "Öppet", "Valuta", "Påmind", "Avgift"] and rows[1][0] == "2001"
    shown = anna.post(at(ledger, "/list"), {"file": SimpleUploadedFile("redan-paminda.xlsx", sheet)})
    assert shown.status_code == 422 and "Vi hittade inga påminda" in text_of(shown)  # nothing was filled in


def test_who_may_only_read_sees_the_list_and_changes_nothing(ledger: World) -> None:
    client_of(ledger, "sigrid", "sign")
    reader = client_of(ledger, "rune", "read")
    page = reader.get(at(ledger))
    assert 'name="invoice"' not in page.content.decode() and "Sigrid Ek kan ge dig rätt att ändra." in text_of(page)
    for path in ("/mark", "/take-back", "/list"):
        assert reader.post(at(ledger, path), {"invoice": [pk("2001")]}).status_code == 403
    assert marked() == []


def test_an_empty_ledger_says_what_will_be_here(settings: Any, db: None) -> None:
    settings.DEMO = True
    set_today(TODAY)
    world = World(an_office(number=OWN), TODAY)
    client = client_of(world)
    assert "Inget att se över" in text_of(client.get(at(world)))
    assert "Ingen faktura är påmind sedan tidigare" in text_of(client.get(at(world, "?show=said")))


def test_as_the_pages_role_marks_and_settings_are_stored(ledger: World, anna: Client, app_role: None) -> None:
    from fordran.creditor_pages.tenancy import see_only
    from fordran.creditors.filter_form import the_layer

    see_only([ledger.office.creditor.pk])
    chosen = pk("2001")
    see_only([])
    assert anna.post(at(ledger, "/mark"), {"invoice": [chosen], "reminded_on": "", "fee": ""}).status_code == 302
    saved = anna.post(
        ledger.url("settings/import-filter/card"), {"card": "generic", "days": "7", "import_from": "", "version": "0"}
    )
    assert saved.status_code == 302
    see_only([ledger.office.creditor.pk])
    assert marked() == ["2001"] and the_layer(ledger.office.creditor).days == 7
