"""Kundinställningar and Parameterinställningar: values of their own, what they inherit, and who is told when two change them."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from fordran.audit.models import Event
from fordran.cases.choose import judge_invoices
from fordran.cases.office import Office, open_office
from fordran.creditors.levels import resolved
from fordran.creditors.load import load_profile
from fordran.creditors.models import SettingsLayer
from fordran.process.select import Taken
from tests.build import an_item, an_office, bring_in, day
from tests.web.conftest import OWN, World, a_user, set_today
from tests.web.seen import said

TODAY = day("2026-02-20")


@pytest.fixture
def world(db: None, settings: Any) -> World:
    """Twelve overdue invoices of 1 000 kronor nobody has taken yet: even numbers are of the class BYGG."""
    settings.DEMO = True
    office = an_office(number=OWN)
    items = [an_item(str(1001 + n), str(n + 1), row=n + 2, class_="BYGG" if n % 2 else "") for n in range(12)]
    bring_in(office, items, TODAY)
    set_today(TODAY)
    return World(office, TODAY)


def own(level: str = "class", key: str = "BYGG") -> SettingsLayer:
    return SettingsLayer.objects.get(level=level, key=key)


def add(world: World, client: Client, level: str = "class", key: str = "BYGG", version: int = 0, **values: str) -> Any:
    return client.post(world.url(f"settings/{'classes' if level == 'class' else 'customers'}/add"),
                       {"key": key, "version": version, **values})  # fmt: skip


def taken_today(office: Office) -> set[str]:
    judged = judge_invoices(open_office(office.creditor), TODAY, due_only=True)
    return {one.item.number for one in judged if isinstance(one.verdict, Taken)}


def test_a_class_gets_days_and_limits_of_its_own_and_the_list_shows_only_them(world: World, clerk: Client) -> None:
    answer = add(world, clerk, days="30", **{"limits.SEK.max": "5 000"})
    assert answer.status_code == 302
    layer = own()
    assert (layer.days, layer.changed_by, layer.version, layer.limits.get().max_minor) == (30, "clara", 1, 500_000)
    shown = said(clerk.get(world.url("settings/classes")))
    assert "Antal dagar 30" in shown and "5 000,00 kr" in shown and "Clara Ek" in shown and "6 kunder" in shown
    assert "Importera efter" not in shown


def test_the_form_says_what_an_empty_field_inherits_and_from_which_level(world: World, clerk: Client) -> None:
    add(world, clerk, days="30")
    page = said(clerk.get(world.url("settings/customers/add"), {"key": "2"}))
    assert "Ärver 30 Kundklass" in page and "Ärver 100,00 kr Generisk" in page and "Kund 2" in page
    assert "Ärver 5 Generisk" in said(clerk.get(world.url("settings/customers/add"), {"key": "1"}))


def test_what_the_page_would_take_today_is_what_the_run_takes(world: World, clerk: Client) -> None:
    page = said(clerk.get(world.url("settings/classes/add"), {"key": "BYGG"}))
    assert "tas i dag 6 fakturor , 6 000,00 kr" in page
    typed = {"key": "BYGG", "days": "25", "version": "0"}
    part = said(clerk.post(world.url("settings/classes/live"), typed))
    assert "tas i dag inga fakturor" in part and "6 förfallna lämnas" in part
    add(world, clerk, days="25")
    assert taken_today(world.office) == {"1001", "1003", "1005", "1007", "1009", "1011"}


def test_a_customer_goes_before_its_class_field_by_field(world: World, clerk: Client) -> None:
    add(world, clerk, days="25", **{"limits.SEK.min": "500"})
    add(world, clerk, "customer", "2", days="3")
    page = said(clerk.get(world.url("settings/applies"), {"customer": "2"}))
    assert "Gäller för Kund 2: 3 dagar (kunden själv)." in page
    assert "Antal dagar 3 Kund 5 25 3" in page and "500,00 kr Kundklass 100,00 kr 500,00 kr –" in page
    assert "1002" in taken_today(world.office) and "1004" not in taken_today(world.office)


def test_the_sentence_names_days_and_start_with_their_levels_and_an_exclusion_with_who(world: World, clerk: Client) -> None:
    SettingsLayer.objects.filter(level="generic").update(import_from=day("2026-01-01"))
    add(world, clerk, days="25")
    clerk.post(world.url("settings/exclusions/add"), {"key": "2", "reason": "egen plan"})
    page = said(clerk.get(world.url("settings/applies"), {"customer": "2"}))
    assert "Gäller för Kund 2: 25 dagar (kundklass BYGG), från 2026-01-01 (generisk)." in page
    assert "Kunden är exkluderad tills vidare, av Clara Ek: egen plan" in page
    assert "Kundklass" in said(clerk.get(world.url("settings/applies"), {"class": "BYGG"}))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"days": "-1"}, "Antal dagar ska vara ett helt tal från 0."),
        ({"days": "fem"}, "Antal dagar ska vara ett helt tal från 0."),
        ({"limits.SEK.min": "600", "limits.SEK.max": "500"}, "Lägsta belopp (600,00 kr) är högre än högsta (500,00 kr)."),
        ({"limits.SEK.min": "mycket"}, "Skriv ett belopp, till exempel 1 000 eller 1000,50."),
        ({"import_from": "2026-02-30"}, "Datumet 2026-02-30 finns inte."),
        ({"pay_days": "3"}, "Skriv ett helt tal från 10 till 365."),
        ({}, "Fyll i minst ett värde."),
    ],
    ids=["negative", "text", "crossed", "amount", "day", "below-the-law", "nothing"],
)  # fmt: skip
def test_what_cannot_be_is_said_at_the_field_and_nothing_is_stored(
    world: World, clerk: Client, values: dict[str, str], sentence: str
) -> None:
    answer = add(world, clerk, **values)
    page = answer.content.decode()
    assert answer.status_code == 422 and sentence in said(answer)
    assert all(f'value="{text}"' in page for text in values.values())
    assert not SettingsLayer.objects.filter(level="class").exists()


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"days": "3000"}, "Med 3 000 dagar hämtas i praktiken inga fakturor från den här kundklassen."),
        ({"import_from": "2027-02-20"}, "Datumet ligger 365 dagar framåt. Inget hämtas före 2027-02-20"),
        ({"limits.SEK.min": "1 000 000"}, "Med lägsta belopp 1 000 000,00 kr hämtas i praktiken inga fakturor."),
    ],
    ids=["days", "start", "lowest"],
)  # fmt: skip
def test_the_guides_trick_for_a_class_passes_with_a_sentence_that_nothing_is_taken(
    world: World, clerk: Client, values: dict[str, str], sentence: str
) -> None:
    assert add(world, clerk, **values).status_code == 302
    assert sentence in said(clerk.get(world.url("settings/classes")))
    assert sentence in said(clerk.get(world.url(f"settings/classes/{own().pk}")))
    assert len(taken_today(world.office)) == 6


def test_a_class_lowest_above_the_generic_highest_passes_with_a_sentence(world: World, clerk: Client) -> None:
    generic = SettingsLayer.objects.get(level="generic")
    generic.limits.update(max_minor=50_000_00)
    assert add(world, clerk, **{"limits.SEK.min": "60 000"}).status_code == 302
    assert "Med de här värdena tas inga fakturor." in said(clerk.get(world.url("settings/classes")))


def test_two_who_change_the_same_level_see_each_other_and_a_second_press_saves(world: World, clerk: Client) -> None:
    add(world, clerk, days="10")
    address = world.url(f"settings/classes/{own().pk}")
    seen = own().version
    maria = Client(headers={"accept-language": "sv"})
    maria.force_login(a_user("maria", world.office))
    assert maria.post(address, {"version": seen, "days": "20"}).status_code == 302
    clash = clerk.post(address, {"version": seen, "days": "30"})
    assert clash.status_code == 409 and own().days == 20
    assert "Maria Ek har ändrat inställningarna medan du skrev" in said(clash) and "Nu sparat: 20" in said(clash)
    assert 'value="30"' in clash.content.decode()
    version = re.search(r'name="version" value="(\d+)"', clash.content.decode())
    assert version and clerk.post(address, {"version": version[1], "days": "30"}).status_code == 302
    assert own().days == 30


def test_a_double_click_stores_once_and_leads_to_the_same_place(world: World, clerk: Client) -> None:
    key = "0a000000-0000-4000-8000-000000000001"
    first = add(world, clerk, days="10", once=key)
    second = add(world, clerk, days="10", once=key)
    assert first.status_code == second.status_code == 302
    assert Event.objects.filter(verb="settings changed").count() == 1


def test_adding_one_that_has_values_already_leads_to_them(world: World, clerk: Client) -> None:
    add(world, clerk, days="10")
    answer = clerk.get(world.url("settings/classes/add"), {"key": "BYGG"})
    assert answer.status_code == 302 and answer["Location"] == world.url(f"settings/classes/{own().pk}")


def test_removing_says_what_then_holds_and_asks_again_when_it_was_changed(world: World, clerk: Client) -> None:
    add(world, clerk, days="10")
    layer = own()
    address = world.url(f"settings/classes/{layer.pk}/remove")
    assert "Antal dagar 10 5 Generisk" in said(clerk.get(address))
    assert clerk.post(address, {"version": layer.version - 1}).status_code == 409
    assert clerk.post(address, {"version": layer.version}).status_code == 302
    assert not SettingsLayer.objects.filter(level="class").exists()
    assert clerk.post(address, {"version": layer.version}).status_code == 302  # once more does no harm
    changes = Event.objects.filter(verb="settings changed").latest("id").data["changes"]
    assert changes == {"days": [10, None]}


def test_customers_are_found_by_number_and_name_and_only_ones_own(world: World, other: Office, clerk: Client) -> None:
    part = clerk.get(world.url("settings/search"), {"kind": "customer", "q": "kund 1", "as": "f"}).content.decode()
    assert part.count('role="option"') == 4 and part.index('data-key="1"') < part.index('data-key="10"')
    assert 'data-key="12"' in clerk.get(world.url("settings/search"), {"kind": "customer", "q": "12"}).content.decode()
    assert "Främmande" not in clerk.get(world.url("settings/search"), {"q": "främmande"}).content.decode().replace(
        "”främmande”", ""
    )
    classes = clerk.get(world.url("settings/search"), {"kind": "class", "q": "by"}).content.decode()
    assert 'data-level="class" data-key="BYGG"' in classes and "6 kunder" in classes


def test_without_script_the_search_is_a_form_whose_answers_are_links(world: World, clerk: Client) -> None:
    page = clerk.get(world.url("settings/customers/add"), {"q": "kund 12"}).content.decode()
    assert 'href="?key=12"' in page
    unknown = clerk.get(world.url("settings/customers/add"), {"key": "finns inte"})
    assert unknown.status_code == 422 and "Det finns ingen kund med numret finns inte." in said(unknown)
    typed = clerk.get(world.url("settings/classes/add"), {"key": "NY KLASS"})
    assert typed.status_code == 200 and "Ingen kund har kundklassen NY KLASS i dag" in said(typed)


def test_a_reader_sees_the_lists_and_changes_nothing(world: World, reader: Client) -> None:
    assert "settings/classes/add" not in reader.get(world.url("settings/classes")).content.decode()
    assert reader.get(world.url("settings/classes/add")).status_code == 403
    assert add(world, reader, days="10").status_code == 403 and not SettingsLayer.objects.filter(level="class").exists()


def test_many_levels_come_in_pages_of_the_same_work(world: World, clerk: Client, django_assert_max_num_queries: Any) -> None:
    SettingsLayer.objects.bulk_create(
        SettingsLayer(creditor=world.office.creditor, level="customer", key=f"K{n:05}", days=9) for n in range(3_000)
    )  # fmt: skip
    with django_assert_max_num_queries(35):
        page = clerk.get(world.url("settings/customers")).content.decode()
    assert "3\u00a0000 kunder med egna värden" in page and "K00049" in page and "K00050" not in page
    follow = re.search(r'href="(\?after=[^"]+)" rel="next"', page)
    assert follow and "K00050" in clerk.get(world.url("settings/customers") + follow[1]).content.decode()
    assert "K02999" in clerk.get(world.url("settings/customers"), {"q": "K02999"}).content.decode()


def test_what_a_page_says_holds_is_what_the_run_resolves(world: World, clerk: Client) -> None:
    add(world, clerk, days="25", notice_days="9", **{"limits.SEK.min": "500", "limits.SEK.max": "9 000"})
    add(world, clerk, "customer", "2", **{"limits.SEK.max": "8 000"}, late_payment_compensation="yes")
    office = open_office(world.office.creditor)
    policy = office.book.policy("2", "BYGG")
    found = {one.field: one for one in resolved(load_profile(office.creditor), customer="2", class_key="BYGG")}
    card = policy.limits["SEK"].value
    assert (found["limits.SEK.min"].value, found["limits.SEK.max"].value) == (card.min_minor, card.max_minor)
    assert (found["limits.SEK.min"].level, found["limits.SEK.max"].level) == policy.limit_levels["SEK"]
    for name in ("days", "import_from", "notice_days", "pay_days", "late_payment_compensation", "after_own_reminder"):
        chosen = getattr(policy, name)
        assert (found[name].value, found[name].level) == (chosen.value, chosen.level), name


def test_the_pages_stand_in_english_too(world: World, clerk: Client) -> None:
    english = {"headers": {"accept-language": "en"}}
    add(world, clerk, days="3000")
    assert "With 3 000 days, in practice no invoices from this class are taken." in said(
        clerk.get(world.url("settings/classes"), **english)
    )
    assert "Applies to Kund 2: 3000 days (class BYGG)." in said(
        clerk.get(world.url("settings/applies"), {"customer": "2"}, **english)
    )
