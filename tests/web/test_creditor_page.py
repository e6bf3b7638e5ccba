"""Borgenär on the pages: forgiving fields, each refusal, where values come from, and two people at the same time."""

from __future__ import annotations

import re
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from fordran.audit.models import Event
from fordran.cases.office import Office
from fordran.creditors.models import Creditor, FieldOrigin
from fordran.day import world
from fordran.sandbox.book import Place
from tests.build import an_office, day, switched_off
from tests.connectors.erp_surroundings import TestTime
from tests.erp.conftest import House, a_house
from tests.web.conftest import a_user, set_today


@pytest.fixture
def office(db: None, settings: Any) -> Office:
    """In own collection, with nothing sent yet."""
    settings.DEMO = True
    set_today(day("2026-02-04"))
    return switched_off(an_office())


@pytest.fixture
def house(office: Office, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    time = TestTime(datetime(2026, 2, 4, 8, tzinfo=UTC).timestamp())
    monkeypatch.setattr(world, "clock", lambda: time)
    for made in a_house(office, time):
        made.book.place = Place("Smedjegatan 14", "", "923 41", "Storås")
        yield made


def person(office: Office, name: str = "clara", role: str = "work", language: str = "sv") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(a_user(name, office, role))
    return client


def url(office: Office) -> str:
    return f"/{office.creditor.organisation_number}/settings/creditor"


def fields(text: str) -> dict[str, str]:
    """The form as a browser would send it."""
    found = {}
    for tag in re.findall(r"<input[^>]*>", text):
        attributes = dict(re.findall(r'([a-z-]+)="([^"]*)"', tag))
        kind = attributes.get("type", "text")
        if "name" in attributes and kind not in ("file", "checkbox") and (kind != "radio" or " checked" in tag):
            found[attributes["name"]] = attributes["value"].replace("&amp;", "&").replace("&#x27;", "'")
    return found


def filled(client: Client, office: Office, **changes: str) -> dict[str, str]:
    """The open form with some fields typed over; `__` stands for a dot."""
    text = client.get(url(office)).content.decode()
    return fields(text) | {name.replace("__", "."): value for name, value in changes.items()}


def said(answer: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", answer.content.decode()).replace("\u00a0", " ").split())


def test_what_is_typed_is_understood_and_said_back(office: Office) -> None:
    clara = person(office)
    form = filled(
        clara, office, creditor__debt_description="  Rör   och  el ", account__bankgiro="991 - 2346",
        account__plusgiro="1 23 45 67 4", account__iban="se35 5000 0000 0549 1000 0003", address__sender__postcode="SE-92341",
        contact__email=" EKO @granholms.example", contact__phone="010 000 44-20",
    )  # fmt: skip
    answer = clara.post(url(office), form, follow=True)
    text = said(answer)
    assert "Uppgifterna är sparade och gäller från första brevet." in text
    assert all(part in answer.content.decode() for part in ("991-2346", "923 41", "SE35 5000 0000 0549 1000 0003", "Rör och el"))
    creditor = Creditor.objects.get()
    assert (creditor.bankgiro, creditor.debt_description, creditor.contact_email) == (
        "9912346",
        "Rör och el",
        "EKO@granholms.example",
    )
    assert creditor.version == 1 and "Ändrat här av Clara Ek" in text


@pytest.mark.parametrize(("field", "typed", "sentence"), [
    ("creditor.debt_description", "", "Skriv vad skulderna avser"),
    ("account.bankgiro", "5050-1056", "Bankgironumret stämmer inte. Sista siffran är en kontrollsiffra"),
    ("account.plusgiro", "12 34 56-8", "Plusgironumret stämmer inte."),
    ("account.iban", "SE35 5000 0000 0549 1000 0004", "Ibannumret stämmer inte."),
    ("account.bankgiro", "", "Fyll i minst ett utbetalningskonto."),
    ("address.sender.postcode", "1234", "Postnumret ska ha fem siffror"),
    ("contact.email", "eko at granholms", "E-postadressen stämmer inte."),
    ("contact.phone", "ring oss", "Skriv bara siffror i telefonnumret."),
    ("contact.phone", "12 34", "Telefonnumret är för kort."),
    ("address.invoice.street", "x" * 101, "Högst 100 tecken får plats."),
])  # fmt: skip
def test_each_refusal_is_said_at_its_field_and_nothing_is_lost(office: Office, field: str, typed: str, sentence: str) -> None:
    clara = person(office)
    form = filled(clara, office, address__agreement__town="Storås") | {field: typed}
    answer = clara.post(url(office), form)
    body = answer.content.decode()
    assert answer.status_code == 422 and f'href="#f-{field}"' in body and f'id="f-{field}-e"' in body
    assert said(answer).count(sentence) == 2, "in the list and at the field"
    assert 'value="Storås"' in body and "<title>Fel: Borgenär" in body
    assert Creditor.objects.get().version == 0 and not Event.objects.filter(verb="settings changed").exists()


def test_a_refusal_is_english_to_who_reads_english(office: Office) -> None:
    answer = person(office, language="en").post(url(office), {"account.bankgiro": "1"})
    assert "The bankgiro number is not valid." in said(answer) and "Write what the debts concern" in said(answer)


def test_a_company_whose_owner_is_another_cannot_have_the_same_account(office: Office) -> None:
    an_office(number="559999-0123")
    Creditor.objects.filter(pk=office.creditor.pk).update(bankgiro="9912346")
    clara = person(office)
    answer = clara.post(url(office), filled(clara, office, account__bankgiro="5050-1055"))
    assert answer.status_code == 422 and "redan registrerat för ett annat företag" in said(answer)
    assert Creditor.objects.get(pk=office.creditor.pk).bankgiro == "9912346"


def test_who_may_read_sees_the_values_and_cannot_send_the_form(office: Office) -> None:
    rune = person(office, "rune", "read")
    a_user("signe", office, "sign")
    page = rune.get(url(office))
    text = said(page)
    assert "5050-1055" in text and "Byggarbeten" in text and ">Uppdatera</button>" not in page.content.decode()
    assert "Signe Ek kan ge dig rätt att ändra." in text
    assert rune.post(url(office), {"creditor.debt_description": "Annat"}).status_code == 403
    stranger = Client()
    stranger.force_login(a_user("sten"))
    assert stranger.get(url(office)).status_code == 404 and stranger.post(url(office), {}).status_code == 404
    assert Client().get(url(office)).status_code == 302
    assert Creditor.objects.get().debt_description == "Byggarbeten"


def test_the_later_of_two_is_told_and_a_second_press_saves(office: Office) -> None:
    clara, vera = person(office), person(office, "vera")
    hers, theirs = filled(clara, office, creditor__debt_description="Rör"), filled(vera, office, creditor__debt_description="El")
    vera.post(url(office), theirs)
    answer = clara.post(url(office), hers)
    text = said(answer)
    assert answer.status_code == 409 and Creditor.objects.get().debt_description == "El"
    assert "Nu står det: El. Ändrat av Vera Ek 2026-02-04" in text and 'value="Rör"' in answer.content.decode()
    again = clara.post(url(office), fields(answer.content.decode()))
    assert again.status_code == 302 and Creditor.objects.get().debt_description == "Rör"


def test_a_double_click_and_a_reload_do_their_work_once(office: Office) -> None:
    clara = person(office)
    form = filled(clara, office, creditor__debt_description="Rör")
    first, second = clara.post(url(office), form), clara.post(url(office), form)
    assert (first.status_code, second.status_code) == (302, 302) and first["Location"] == second["Location"]
    assert Creditor.objects.get().version == 1 and Event.objects.filter(verb="settings changed").count() == 1


def test_what_changes_nothing_is_no_change(office: Office) -> None:
    clara = person(office)
    answer = clara.post(url(office), filled(clara, office), follow=True)
    assert "Inget är ändrat." in said(answer)
    assert Creditor.objects.get().version == 0 and not Event.objects.filter(verb="settings changed").exists()


def test_the_events_hold_no_person(office: Office) -> None:
    clara = person(office)
    form = filled(clara, office, contact__name="Åsa Berg", contact__phone="010-000 44 20", address__sender__street="Nygatan 2")
    clara.post(url(office), form)
    told = Event.objects.get(verb="settings changed").data["changes"]
    assert told["address.sender.street"] == ["Storgatan 1", "Nygatan 2"] and told["contact.name"] == [None, "•"]
    assert "Åsa" not in str(told) and "44 20" not in str(told)


def test_the_address_is_fetched_and_what_a_person_typed_stays(house: House) -> None:
    office = house.office
    clara = person(office)
    answer = clara.post(url(office), filled(clara, office) | {"fetch": "invoice"}, follow=True)
    assert "Hämtat från Visma.net 2026-02-04" in said(answer) and 'value="Smedjegatan 14"' in answer.content.decode()
    assert Creditor.objects.get().addresses.get(kind="invoice").town == "Storås"
    clara.post(url(office), filled(clara, office, address__invoice__street="Box 118"))
    house.book.place = Place("Kvarngatan 3", "", "923 41", "Storås")
    answer = clara.post(url(office), filled(clara, office) | {"fetch": "all"}, follow=True)
    body = answer.content.decode()
    assert 'value="Box 118"' in body and "Visma.net har: Kvarngatan 3" in said(answer)
    clara.post(url(office), filled(clara, office) | {"use": "address.invoice.street"})
    assert Creditor.objects.get().addresses.get(kind="invoice").street == "Kvarngatan 3"
    assert FieldOrigin.objects.get(field="address.invoice.street").origin == "erp"


def test_an_account_in_the_erp_is_offered_and_never_taken_by_itself(house: House) -> None:
    office = house.office
    house.book.bankgiro = "991-2346"
    clara = person(office)
    answer = clara.post(url(office), filled(clara, office) | {"fetch": "all"}, follow=True)
    assert Creditor.objects.get().bankgiro == "50501055" and "Visma.net har: 991-2346" in said(answer)
    clara.post(url(office), filled(clara, office) | {"use": "account.bankgiro"})
    assert Creditor.objects.get().bankgiro == "9912346"


def test_an_erp_that_is_away_is_said_kindly_and_the_form_is_kept(house: House) -> None:
    office = house.office
    clara = person(office)
    form = filled(clara, office, creditor__debt_description="Rör")
    house.server.stop()
    answer = clara.post(url(office), form | {"fetch": "sender"})
    assert answer.status_code == 503 and "Vi når inte Visma.net just nu." in said(answer)
    assert 'value="Rör"' in answer.content.decode() and Creditor.objects.get().debt_description == "Byggarbeten"


def test_a_fetch_keeps_what_is_not_saved_yet(house: House) -> None:
    clara = person(house.office)
    form = filled(clara, house.office, creditor__debt_description="Rör")
    answer = clara.post(url(house.office), form | {"fetch": "agreement"})
    body = answer.content.decode()
    assert answer.status_code == 200 and 'value="Rör"' in body and 'value="Smedjegatan 14"' in body
    assert clara.post(url(house.office), fields(body)).status_code == 302
    assert Creditor.objects.get().debt_description == "Rör"


def test_what_is_missing_stands_on_top_with_a_link_to_its_field(office: Office) -> None:
    Creditor.objects.filter(pk=office.creditor.pk).update(debt_description="", bankgiro="")
    body = person(office).get(url(office)).content.decode()
    assert 'href="#f-creditor.debt_description"' in body and 'href="#f-account.bankgiro"' in body


def test_a_logo_is_drawn_anew_shown_and_taken_away(office: Office) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    clara = person(office)
    sent = a_png(300, 100) + b"<script>trailing</script>"
    clara.post(url(office), filled(clara, office) | {"logo": SimpleUploadedFile("logo.png", sent)})
    kept = bytes(Creditor.objects.get().logo or b"")
    assert (
        kept.startswith(b"\x89PNG")
        and b"script" not in kept
        and "data:image/png;base64" in clara.get(url(office)).content.decode()
    )
    for bad, sentence in ((b"GIF89a....", "PNG- eller JPEG-fil"), (b"\x89PNG" + b"0" * 1_000_001, "större än 1 MB")):
        answer = clara.post(url(office), filled(clara, office) | {"logo": SimpleUploadedFile("logo.png", bad)})
        assert answer.status_code == 422 and sentence in said(answer)
    clara.post(url(office), filled(clara, office) | {"remove_logo": "1"})
    assert Creditor.objects.get().logo is None


def a_png(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"".join(b"\0" + b"\x0b\x5a\x5c" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_behind_the_walls_the_erp_is_asked_with_only_this_creditors_rows(house: House, app_role: None) -> None:
    from django.db import connection

    from fordran.creditor_pages.tenancy import see_only

    clara = person(house.office)
    answer = clara.post(url(house.office), filled(clara, house.office) | {"fetch": "invoice"}, follow=True)
    assert 'value="Smedjegatan 14"' in answer.content.decode()
    see_only([])
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from erp_accesstoken")
        assert cursor.fetchone() == (0,), "its token lies behind the wall"
