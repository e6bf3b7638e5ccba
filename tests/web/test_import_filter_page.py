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


def test_the_count_follows_what_is_typed_and_stores_nothing(anna: Client, setting_up: World) -> None:
    url = setting_up.url("settings/import-filter/rule")
    text = text_of(anna.get(url, {"card": "generic", "days": "2", "import_from": "1 mars 2025"}))
    assert "2025-03-01 eller senare, när de har varit förfallna i 2 dagar" in text
    assert "I dag skulle 5 fakturor tas, 6 000,00 kr" in text
    assert "Lördag 1 mars 2025." in text
    assert "Dag" not in text  # hints stand still; only what was understood is swapped
    dear = text_of(anna.get(url, {"card": "SEK", "min": "1500", "max": ""}))
    assert "minst 1 500 kr" in dear and "I dag skulle 1 faktura tas, 2 000,00 kr" in dear
    layer = the_layer(setting_up.office.creditor)
    assert (layer.days, layer.version, cards_of(layer)) == (5, 0, {"SEK": Limits(10_000, None)})


def test_half_typed_nonsense_is_left_out_of_the_count_and_said_so(anna: Client, setting_up: World) -> None:
    text = text_of(anna.get(setting_up.url("settings/import-filter/rule"), {"card": "generic", "days": "x", "import_from": ""}))
    assert "Antal dagar ska vara ett helt tal från 0. Det du skrev där är inte med i räkningen." in text
    assert "när de har varit förfallna i 5 dagar" in text and "hur gamla de än är" in text


def test_when_nothing_is_taken_the_rule_that_left_most_is_named(anna: Client, setting_up: World) -> None:
    text = text_of(anna.get(setting_up.url("settings/import-filter/rule"), {"card": "SEK", "min": "9000", "max": ""}))
    assert "I dag skulle 0 fakturor tas" in text and "Flest stoppas av regeln ”Under lägsta belopp”: 4 fakturor." in text


def test_a_currency_of_the_ledger_without_a_card_is_said(anna: Client, setting_up: World) -> None:
    text = text_of(anna.get(setting_up.url("settings/import-filter")))
    assert "Inget kort. 1 öppen faktura i EUR tas därför inte." in text


def test_the_page_asks_the_same_number_of_questions_however_many_cards(
    anna: Client, setting_up: World, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(60):
        anna.get(setting_up.url("settings/import-filter?edit=generic"))


# ---- Ok -----------------------------------------------------------------------------------------------------------


def test_generic_settings_are_saved_with_ok_and_stand_in_the_history(anna: Client, setting_up: World) -> None:
    answer = press(anna, setting_up, "generic", {"days": "7", "import_from": "2025-08-26"})
    assert answer.status_code == 302
    layer = the_layer(setting_up.office.creditor)
    assert (layer.days, layer.import_from, layer.version, layer.changed_by) == (7, date(2025, 8, 26), 1, "anna")
    event = Event.objects.get(verb="settings changed")
    assert event.data["changes"] == {"days": [5, 7], "import_from": ["2025-06-01", "2025-08-26"]} and event.actor == "anna"
    shown = text_of(anna.get(answer["location"]))
    assert "De generiska inställningarna är sparade och gäller från nästa körning." in shown
    assert "7 dagar efter förfallodagen" in shown


def test_a_card_is_saved_added_and_taken_away_again(anna: Client, setting_up: World) -> None:
    press(anna, setting_up, "SEK", {"min": "1 000", "max": "50.000,50"})
    press(anna, setting_up, "new", {"currency": "eur", "min": "10", "max": ""})
    creditor = setting_up.office.creditor
    assert cards_of(the_layer(creditor)) == {"SEK": Limits(100_000, 5_000_050), "EUR": Limits(1_000, None)}
    text = text_of(anna.get(setting_up.url("settings/import-filter")))
    assert "mellan 1 000 och 50 000,50 kr eller minst 10 EUR" in text and "Inget kort." not in text
    asked = anna.get(setting_up.url("settings/import-filter?remove=EUR"))
    assert "Utan kort tas inga fakturor i EUR." in text_of(asked)
    assert "EUR" in cards_of(the_layer(creditor))  # asking removes nothing
    press(anna, setting_up, "EUR", {}, asked)
    assert set(cards_of(the_layer(creditor))) == {"SEK"}


def test_sek_is_always_there(anna: Client, setting_up: World) -> None:
    asked = anna.get(setting_up.url("settings/import-filter?remove=SEK"))
    assert "Ta bort kortet" not in text_of(asked)
    press(anna, setting_up, "SEK", {"remove": "1"}, anna.get(setting_up.url("settings/import-filter?edit=SEK")))
    assert "SEK" in cards_of(the_layer(setting_up.office.creditor))


REFUSED = [
    ("generic", {"days": "-1", "import_from": ""}, "days", "Antal dagar ska vara ett helt tal från 0.",
     "Number of days must be a whole number, 0 or more."),
    ("generic", {"days": "sju", "import_from": ""}, "days", "Antal dagar ska vara ett helt tal från 0.",
     "Number of days must be a whole number, 0 or more."),
    ("generic", {"days": "3651", "import_from": ""}, "days", "Skriv ett helt tal från 0 till 3 650.",
     "Write a whole number from 0 to 3 650."),
    ("generic", {"days": "7", "import_from": "2026-02-30"}, "import_from", "Datumet 2026-02-30 finns inte.", "2026-02-30"),
    ("SEK", {"min": "600", "max": "500"}, "min", "Lägsta belopp (600,00 kr) är högre än högsta (500,00 kr).",
     "The lowest amount (600,00 kr) is above the highest (500,00 kr)."),
    ("SEK", {"min": "mycket", "max": ""}, "min", "Skriv ett belopp, till exempel 1 000 eller 1000,50.",
     "Write an amount, for example 1 000 or 1000.50."),
    ("SEK", {"min": "", "max": "-5"}, "max", "Skriv ett belopp, till exempel 1 000 eller 1000,50.",
     "Write an amount, for example 1 000 or 1000.50."),
    ("new", {"currency": "E1", "min": "", "max": ""}, "currency", "Skriv valutans tre bokstäver, till exempel EUR.",
     "Write the currency's three letters, for example EUR."),
    ("new", {"currency": "SEK", "min": "", "max": ""}, "currency", "Det finns redan ett kort för SEK.",
     "There already is a card for SEK."),
    ("further", {"pay_days": "9"}, "pay_days", "Skriv ett helt tal från 10 till 365.", "Write a whole number from 10 to 365."),
    ("further", {"interest_rate": "101"}, "interest_rate", "Skriv räntan i procent om året", "Write the interest in per cent"),
]  # fmt: skip


@pytest.mark.parametrize(("card", "values", "field", "swedish", "english"), REFUSED)
def test_what_cannot_be_is_refused_at_its_field_in_both_languages(
    setting_up: World, card: str, values: dict[str, str], field: str, swedish: str, english: str
) -> None:
    for language, sentence in (("sv", swedish), ("en", english)):
        client = _client(setting_up, f"p{language}", language=language)
        answer = press(client, setting_up, card, values)
        assert answer.status_code == 422
        html = answer.content.decode()
        assert sentence in text_of(answer) and f'href="#f-{field}"' in html and f'id="f-{field}-e"' in html
        assert all(f'value="{typed}"' in html for typed in values.values() if typed)  # what was typed is kept
    layer = the_layer(setting_up.office.creditor)
    assert (layer.version, layer.days, set(cards_of(layer))) == (0, 5, {"SEK"})
    assert not Event.objects.filter(verb="settings changed").exists()


NOTES = [
    ("generic", {"days": "7", "import_from": "2027-01-01"}, "Datumet ligger 331 dagar framåt. Inget hämtas före 2027-01-01.",
     "The date is 331 days ahead. Nothing is fetched before 2027-01-01."),
    ("generic", {"days": "3650", "import_from": ""}, "Med 3 650 dagar hämtas i praktiken inga fakturor.",
     "With 3 650 days, in practice no invoices are taken."),
    ("SEK", {"min": "99999", "max": ""}, "Med lägsta belopp 99 999,00 kr hämtas i praktiken inga fakturor.",
     "With the lowest amount 99 999,00 kr, in practice no invoices are taken."),
]  # fmt: skip


@pytest.mark.parametrize(("card", "values", "swedish", "english"), NOTES)
def test_the_guides_tricks_pass_with_a_note(
    setting_up: World, card: str, values: dict[str, str], swedish: str, english: str
) -> None:
    for language, sentence in (("sv", swedish), ("en", english)):
        client = _client(setting_up, f"p{language}", language=language)
        assert sentence in text_of(client.get(setting_up.url("settings/import-filter/rule"), {"card": card, **values}))
        assert press(client, setting_up, card, values).status_code == 302


def test_beside_each_field_stand_the_guides_hint_and_worked_example(anna: Client, setting_up: World) -> None:
    text = text_of(anna.get(setting_up.url("settings/import-filter?edit=generic")))
    assert "5–7 dagar rekommenderas" in text and "Dag 5 räknas med: det som förföll 2026-01-30 tas i dag." in text
    assert "med 2022-12-31 tas en faktura som förföll 2022-12-31 med; med 2023-01-01 tas den inte med." in text
    assert "Äldre som lämnas: 1 faktura, 1 000,00 kr." in text


# ---- two people, two presses, other roles -------------------------------------------------------------------------


def test_the_later_of_two_is_told_what_the_first_saved_and_a_second_press_saves(anna: Client, setting_up: World) -> None:
    bo = _client(setting_up, "bo")
    seen = bo.get(setting_up.url("settings/import-filter?edit=generic"))
    press(anna, setting_up, "generic", {"days": "9", "import_from": "2025-06-01"})
    told = press(bo, setting_up, "generic", {"days": "6", "import_from": "2025-06-01"}, seen)
    assert told.status_code == 409
    text = text_of(told)
    assert "Någon annan har ändrat det här sedan du öppnade det. Inget är sparat." in text
    assert text.count("Nu sparat:") == 1 and "Nu sparat: 9, ändrat av Anna Ek 2026-02-04." in text
    assert 'value="6"' in told.content.decode()
    assert the_layer(setting_up.office.creditor).days == 9
    assert press(bo, setting_up, "generic", {"days": "6", "import_from": "2025-06-01"}, told).status_code == 302
    assert the_layer(setting_up.office.creditor).days == 6


def test_two_people_at_two_cards_are_not_in_each_others_way(anna: Client, setting_up: World) -> None:
    bo = _client(setting_up, "bo")
    seen = bo.get(setting_up.url("settings/import-filter?edit=SEK"))
    press(anna, setting_up, "generic", {"days": "9", "import_from": ""})
    assert press(bo, setting_up, "SEK", {"min": "500", "max": ""}, seen).status_code == 302
    layer = the_layer(setting_up.office.creditor)
    assert (layer.days, cards_of(layer)["SEK"].min_minor, layer.version) == (9, 50_000, 2)


def test_ok_pressed_twice_saves_once(anna: Client, setting_up: World) -> None:
    opened = anna.get(setting_up.url("settings/import-filter?edit=generic"))
    first = press(anna, setting_up, "generic", {"days": "7", "import_from": ""}, opened)
    again = press(anna, setting_up, "generic", {"days": "7", "import_from": ""}, opened)
    assert first.status_code == again.status_code == 302 and first["location"] == again["location"]
    assert the_layer(setting_up.office.creditor).version == 1
    assert Event.objects.filter(verb="settings changed").count() == 1


def test_who_may_only_read_sees_it_all_and_is_told_who_can_give_more(anna: Client, setting_up: World) -> None:
    _client(setting_up, "sigrid", "sign")
    reader = _client(setting_up, "rune", "read")
    page = reader.get(setting_up.url("settings/import-filter?edit=generic"))
    assert '<form method="post" action="/' not in page.content.decode().split("fd-main")[1]
    assert "Du kan läsa den här sidan men inte ändra. Sigrid Ek kan ge dig rätt att ändra." in text_of(page)
    assert reader.post(setting_up.url("settings/import-filter/card"), {"card": "generic", "days": "1"}).status_code == 403
    assert reader.get(setting_up.url("settings/import-filter/rule"), {"card": "generic", "days": "1"}).status_code == 200


def test_further_settings_are_saved_and_what_is_left_as_it_was_stays_unset(anna: Client, setting_up: World) -> None:
    values = {"terms_agreed_from": "2020-01-01", "due_agreed": "yes", "pay_days": "14", "after_own_reminder": "demand",
              "rest_tiny": "5", "rest_costs": "100"}  # fmt: skip
    assert press(anna, setting_up, "further", values).status_code == 302
    creditor = setting_up.office.creditor
    layer = the_layer(creditor)
    assert (layer.pay_days, layer.after_own_reminder, layer.demand_wait, layer.terms_agreed_from) == (14, "demand", None, None)
    rest = creditor.rest_limits.get(currency="SEK")
    assert (rest.tiny_minor, rest.costs_minor) == (500, 10_000)
    changes = Event.objects.get(verb="settings changed").data["changes"]
    assert changes == {"pay_days": [None, 14], "after_own_reminder": [None, "demand"], "rests.SEK.tiny": [100, 500]}


def test_a_new_company_is_met_by_the_open_card_and_the_sek_card_that_is_missing(settings: Any, db: None) -> None:
    from fordran.creditors.models import AmountLimit, SettingsLayer

    settings.DEMO = True
    set_today(TODAY)
    office = an_office(number=OWN)
    AmountLimit.objects.all().delete()
    SettingsLayer.objects.all().delete()
    world = World(open_office(office.creditor), TODAY)
    client = _client(world, "ny")
    page = client.get(world.url("settings/import-filter"))
    text = text_of(page)
    assert 'id="f-days"' in page.content.decode()
    assert "Inget belopp är ifyllt än, så inga fakturor tas. Fyll i kortet SEK." in text
    assert "Ingen öppen faktura har förfallit än." in text
    assert press(client, world, "generic", {"days": "5", "import_from": "2026-01-01"}).status_code == 302
    assert press(client, world, "SEK", {"min": "", "max": ""}).status_code == 302
    assert "om fakturabeloppet är i kronor oavsett storlek" in text_of(client.get(world.url("settings/import-filter")))


def test_the_judgement_is_the_runs_own_with_a_generic_level_as_if(setting_up: World) -> None:
    office = setting_up.office
    as_if = with_generic(office, replace(office.profile.generic, days=0))
    assert count_filter(as_if, TODAY).taken.n == 4 and count_filter(office, TODAY).taken.n == 3


def test_a_large_ledger_is_counted_once_the_page_is_there(
    anna: Client, setting_up: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from fordran.creditor_pages.views import import_filter

    monkeypatch.setattr(import_filter, "LIVE", 2)
    page = anna.get(setting_up.url("settings/import-filter?edit=generic"))
    html = page.content.decode()
    assert "Räknar vad regeln tar i dag" in html and 'hx-trigger="load"' in html and 'hx-trigger="change"' in html
    assert "I dag skulle" not in text_of(page)
    later = text_of(anna.get(setting_up.url("settings/import-filter/rule?all=1")))
    assert "I dag skulle 3 fakturor tas" in later and "1 faktura verkar redan ha fått en." in later
    assert "I dag skulle 3 fakturor tas" in text_of(anna.get(setting_up.url("settings/import-filter?count=1")))  # without script
