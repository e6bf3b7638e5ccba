"""Exkludera kunder: one, many, a class or a list, with running cases asked about by themselves."""

from __future__ import annotations

import html
import io
import re
from typing import Any

import pytest
import xlsxwriter
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from fordran.audit.models import Event
from fordran.cases.models import Case
from fordran.creditors.models import Exclusion
from fordran.invoices.models import Customer
from tests.build import the_case
from tests.web.conftest import World
from tests.web.seen import said


def add(world: World, client: Client, **values: Any) -> Any:
    return client.post(world.url("settings/exclusions/add"), values)


def hidden(answer: Any) -> dict[str, str]:
    """The summary's form, as the browser would send it."""
    found = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', answer.content.decode())
    return {name: html.unescape(value) for name, value in found}


def store(world: World, client: Client, summary: Any, **more: str) -> Any:
    return client.post(world.url("settings/exclusions/add"), {**hidden(summary), **more})


@pytest.fixture
def resting(world: World) -> World:
    """Three customers without cases beside the four that have one."""
    Customer.objects.bulk_create(
        Customer(creditor=world.office.creditor, key=f"T{n}", name=f"Tyst {n}", search_text=f"tyst {n}", class_key="TYST")
        for n in range(3)
    )
    return world


def test_one_without_cases_is_excluded_at_once_and_needs_no_reason(resting: World, clerk: Client) -> None:
    assert add(resting, clerk, picked="customer:T1").status_code == 302
    row = Exclusion.objects.get()
    assert (row.key, row.reason, row.until_on, row.placed_by) == ("T1", "", None, "clara")


def test_running_cases_are_asked_about_and_nothing_is_stored_before_the_answer(world: World, clerk: Client) -> None:
    summary = add(world, clerk, picked="customer:1", reason="egen plan", until="2026-12-31")
    assert "1 pågående ärende berörs." in said(summary) and not Exclusion.objects.exists()
    assert all(words in said(summary) for words in ("Låt dem fortsätta", "Pausa dem", "Återkalla dem"))
    assert store(world, clerk, summary, running="go-on").status_code == 302
    assert Exclusion.objects.get().reason == "egen plan" and the_case("1001").reason != "held"


@pytest.mark.parametrize(("running", "reason", "stage"), [("pause", "held", "reminded"), ("withdraw", "withdrawn", "closed")])
def test_running_cases_rest_or_are_withdrawn(world: World, clerk: Client, running: str, reason: str, stage: str) -> None:
    summary = add(world, clerk, numbers="1\n2")
    assert "2 pågående ärenden berörs." in said(summary)
    store(world, clerk, summary, running=running)
    assert (the_case("1001").reason, the_case("1002").stage) == (reason, stage)
    assert the_case("1003").stage == "reminded" and the_case("1003").reason != "held"


def test_to_withdraw_much_one_types_how_many(world: World, clerk: Client) -> None:
    Case.objects.update(capital_minor=5_000_000)
    summary = add(world, clerk, numbers="1,2")
    refused = store(world, clerk, summary, running="withdraw")
    assert refused.status_code == 422 and "Skriv 2 i rutan" in said(refused) and not Exclusion.objects.exists()


def test_a_double_press_excludes_once(world: World, clerk: Client) -> None:
    summary = add(world, clerk, numbers="1,2")
    assert store(world, clerk, summary).status_code == store(world, clerk, summary).status_code == 302
    assert Exclusion.objects.count() == 2 and Event.objects.filter(verb="excluded").count() == 1


def test_enter_in_the_search_field_searches(resting: World, clerk: Client) -> None:
    found = add(resting, clerk, q="tyst 1")
    assert found.status_code == 200 and 'value="customer:T1"' in found.content.decode()


def test_a_whole_class_is_picked_by_search_without_script(resting: World, clerk: Client) -> None:
    found = add(resting, clerk, do="find", q="tyst", picked="customer:1")
    page = found.content.decode()
    assert found.status_code == 200 and 'value="class:TYST"' in page and 'value="customer:T0"' in page
    assert re.search(r'value="customer:1"[^>]*checked', page)
    add(resting, clerk, picked="class:TYST")
    assert Exclusion.objects.get().level == "class"
    assert "TYST" in said(clerk.get(resting.url("settings/exclusions")))


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({}, "Välj minst en kund eller kundklass"),
        ({"numbers": "1\nfinns-inte"}, "finns-inte"),
        ({"numbers": "1", "until": "2020-01-01"}, "Dagen har redan varit."),
        ({"numbers": "1", "until": "snart"}, "Skriv datumet som ÅÅÅÅ-MM-DD"),
        ({"picked": "class:FINNS INTE"}, "FINNS INTE"),
    ],
    ids=["nobody", "unknown", "past", "no day", "class"],
)
def test_what_cannot_be_is_said_and_kept(world: World, clerk: Client, values: dict[str, str], sentence: str) -> None:
    answer = add(world, clerk, reason="mitt skäl", **values)
    assert answer.status_code == 422 and sentence in said(answer) and "mitt skäl" in answer.content.decode()
    assert not Exclusion.objects.exists()


def a_file(*lines: str, name: str = "lista.csv") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, "\r\n".join(lines).encode("cp1252"))


def test_a_list_is_shown_with_what_was_not_found_and_stored_in_one_go(resting: World, clerk: Client) -> None:
    file = a_file("Kundnummer;Skäl;Till och med", "T0;Egen plan;2026-12-31", "T1;;", "okänd;;", "T2;;2026-13-01")
    summary = clerk.post(resting.url("settings/exclusions/upload"), {"file": file, "reason": "ur listan"})
    page = said(summary)
    assert summary.status_code == 200 and not Exclusion.objects.exists()
    assert "1 nummer finns inte i kundreskontran" in page and "okänd" in page
    assert "1 rad går inte att använda" in page and "Rad 5, T2:" in page
    assert store(resting, clerk, summary).status_code == 302
    found = {row.key: (row.reason, str(row.until_on)) for row in Exclusion.objects.all()}
    assert found == {"T0": ("Egen plan", "2026-12-31"), "T1": ("ur listan", "None")}


def test_a_workbook_is_a_list_too_and_junk_is_refused(resting: World, clerk: Client) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as book:
        book.add_worksheet().write_column(0, 0, ["Kundnr", "T0", "T1"])
    address = resting.url("settings/exclusions/upload")
    file = SimpleUploadedFile("lista.xlsx", stream.getvalue())
    assert "Exkludera 2 kunder" in said(clerk.post(address, {"file": file}))
    for content in (b"", b"%PDF-1.7\x00\x00\x00", b"Kundnummer\r\n"):
        answer = clerk.post(address, {"file": SimpleUploadedFile("fil.csv", content)})
        assert answer.status_code == 422 and not Exclusion.objects.exists()
    assert clerk.post(address, {}).status_code == 422


def test_what_a_browser_sends_back_is_judged_once_more(world: World, clerk: Client) -> None:
    for rows in ("", "{", "[[1]]", '[["customer", "", "", ["okänd"]]]', '[["generic", "", "", ["1"]]]'):
        assert add(world, clerk, do="store", rows=rows).status_code == 422
    assert not Exclusion.objects.exists()


def test_who_is_excluded_already_is_said_and_an_ended_one_is_greyed(resting: World, clerk: Client) -> None:
    add(resting, clerk, picked="customer:T0")
    again = add(resting, clerk, picked="customer:T0")
    assert again.status_code == 422 and "redan exkluderad" in said(again)
    both = add(resting, clerk, numbers="T0,T1,T2")
    assert "1 är redan exkluderad och ändras inte." in said(both)
    Exclusion.objects.update(until_on="2026-01-31")
    page = clerk.get(resting.url("settings/exclusions")).content.decode()
    assert "is-over" in page and "har gått ut" in page


def test_lifting_twice_does_no_harm(resting: World, clerk: Client) -> None:
    add(resting, clerk, picked="customer:T0")
    lift = resting.url(f"settings/exclusions/{Exclusion.objects.get().pk}/lift")
    assert clerk.get(lift).status_code == 200
    assert clerk.post(lift).status_code == clerk.post(lift).status_code == 302
    assert Event.objects.filter(verb="exclusion lifted").count() == 1


def test_ten_thousand_come_in_pages_of_the_same_work(world: World, clerk: Client, django_assert_max_num_queries: Any) -> None:
    Exclusion.objects.bulk_create(
        Exclusion(creditor=world.office.creditor, level="customer", key=f"X{n:05}") for n in range(10_000)
    )
    with django_assert_max_num_queries(30):
        page = clerk.get(world.url("settings/exclusions")).content.decode()
    assert "10\u00a0000 exkluderade" in page and "X00049" in page and "X00050" not in page
    follow = re.search(r'href="(\?after=[^"]+)" rel="next"', page)
    assert follow and "X00050" in clerk.get(world.url("settings/exclusions") + follow[1]).content.decode()


def test_the_erps_own_marks_are_shown_and_cannot_be_changed_here(resting: World, clerk: Client) -> None:
    assert "Undantagna i affärssystemet" not in said(clerk.get(resting.url("settings/exclusions")))
    Customer.objects.filter(key="T1").update(left_alone=True)
    assert "Undantagna i affärssystemet 1" in said(clerk.get(resting.url("settings/exclusions")))
    page = clerk.get(resting.url("settings/exclusions"), {"view": "erp"}).content.decode()
    assert "Tyst 1" in page and "Lyft" not in page


def test_a_reader_sees_and_changes_nothing(world: World, reader: Client) -> None:
    assert reader.get(world.url("settings/exclusions")).status_code == 200
    for address in ("add", "upload"):
        assert reader.get(world.url(f"settings/exclusions/{address}")).status_code == 403
    assert add(world, reader, numbers="1").status_code == 403 and not Exclusion.objects.exists()


def test_a_long_list_comes_back_from_the_browser_whole(world: World, clerk: Client) -> None:
    Customer.objects.bulk_create(
        Customer(creditor=world.office.creditor, key=f"L{n:05}", name=f"Lång {n}") for n in range(20_000)
    )
    file = a_file("Kundnummer;Skäl", *(f"L{n:05};år {n % 3}" for n in range(20_000)))
    summary = clerk.post(world.url("settings/exclusions/upload"), {"file": file})
    assert "Exkludera 20 000 kunder" in said(summary) and "och 19 950 till" in said(summary)
    assert store(world, clerk, summary).status_code == 302
    assert Exclusion.objects.filter(reason="år 1").count() == 6_667 and Exclusion.objects.count() == 20_000
