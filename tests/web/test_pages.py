"""What stands on the pages: states, words, filters, sums."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.test import Client

from fordran.cases import acts
from fordran.cases.models import Case
from fordran.letters.models import Letter
from tests.build import an_item, an_office, bring_in, day, the_case
from tests.web.addresses import every_address
from tests.web.conftest import OTHER, World, a_user


def text_of(answer: Any) -> str:
    """The page's words, without tags, with ordinary spaces."""
    html = re.sub(r"<(script|style|svg).*?</\1>", " ", answer.content.decode(), flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html).replace("\u00a0", " ").replace("&nbsp;", " "))


def test_no_page_carries_script_or_style_of_its_own(world: World, clerk: Client) -> None:
    for name, address in every_address(world.office.creditor):
        html = clerk.get(address).content
        if html.startswith(b"<!doctype"):
            assert not re.search(rb"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:", html), name


def test_every_page_has_a_title_a_heading_and_the_company(world: World, clerk: Client) -> None:
    for name, address in every_address(world.office.creditor):
        answer = clerk.get(address)
        html = answer.content.decode("utf-8", "replace")
        if answer.status_code == 200 and html.startswith("<!doctype"):
            assert len(re.findall(r"<h1", html)) == 1, name
            title = re.search(r"<title>(.*?)</title>", html, re.S)
            assert title and title[1].endswith("· Fordran") and world.office.creditor.name in unescape(title[1]), name


def test_a_new_creditor_is_told_what_will_be_where(db: None, settings: Any) -> None:
    settings.DEMO = False
    office = an_office(number=OTHER)
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user("nils", office))
    org = office.creditor.organisation_number
    for page, words in {
        "": "Tjänsten är igång, och inget har hänt än",
        "cases": "Inga ärenden här",
        "letters": "Inget brev väntar",
        "letters/all": "Inga brev än",
        "invoices": "Inga öppna fakturor här",
        "invoices/coming": "Inga brev de kommande 30 dagarna",
        "settings/customers": "Ingen kund har egna inställningar",
        "settings/exclusions": "Inga kunder är exkluderade",
    }.items():
        assert words in text_of(client.get(f"/{org}/{page}")), page


def test_an_unknown_address_says_so_and_leads_back(world: World, clerk: Client) -> None:
    answer = clerk.get(world.url("nowhere"))
    assert answer.status_code == 404 and "Sidan finns inte" in text_of(answer)


def test_the_list_finds_a_case_by_what_people_have_at_hand(world: World, clerk: Client) -> None:
    case = the_case("1003")
    for words in (case.number, case.ocr, "1003", "KUND 3", case.ocr[:3] + " " + case.ocr[3:]):
        assert case.number in text_of(clerk.get(world.url("cases"), {"q": words})), words
    assert "Inget ärende passar" in text_of(clerk.get(world.url("cases"), {"q": "finns inte"}))


def test_filters_stand_in_the_address_and_the_sum_is_of_the_whole_selection(world: World, clerk: Client) -> None:
    acts.place_hold(the_case("1001"), kind="dispute", reason="fel", by="clara", today=world.today)
    page = text_of(clerk.get(world.url("cases"), {"view": "resting", "hold": "dispute"}))
    assert "1 ärende i urvalet" in page and the_case("1002").number not in page
    reminded = text_of(clerk.get(world.url("cases"), {"stage": "reminded"}))
    total = sum(c.capital_minor + c.interest_minor + c.costs_minor for c in Case.objects.filter(creditor=world.office.creditor))
    assert f"4 ärenden i urvalet {total // 100:,}".replace(",", " ") in reminded
    assert "Inga ärenden" not in text_of(clerk.get(world.url("cases"), {"low": "1 000", "high": "2000"}))
    assert "passar filtren" in text_of(clerk.get(world.url("cases"), {"low": "5000"}))
    assert "Beloppsfiltret används inte" in text_of(clerk.get(world.url("cases"), {"low": "mycket"}))


def test_pages_follow_each_other_without_losing_or_repeating_a_row(world: World, clerk: Client) -> None:
    from fordran.creditor_pages import tables

    items = [an_item(str(3000 + n), str(n % 9 + 1), row=n + 2) for n in range(tables.ROWS + 20)]
    bring_in(world.office, items, world.today, name="many")
    from fordran.day.run import run_day
    from tests.post import PostOffice

    run_day(world.today, {"folder": PostOffice()}, [world.office.creditor])
    for sort in ("due", "name", "next", "amount"):
        seen: list[str] = []
        address = world.url(f"cases?sort={sort}")
        for _ in range(9):
            html = clerk.get(address).content.decode()
            seen += re.findall(r'class="fd-key"><a href="[^"]*/cases/([^"]+)"', html)
            onward = re.search(r'href="(\?[^"]*after=[^"]*)" rel="next"', html)
            if not onward:
                break
            address = world.url("cases") + onward[1].replace("&amp;", "&")
        assert len(seen) == len(set(seen)) == Case.objects.filter(creditor=world.office.creditor).count(), sort


@pytest.mark.parametrize("after", ["x", "W10", "WyJhIiwgMV0", "ÅÄÖ", "WyIyMDI2LTAxLTMwIiwgIm5laiJd"])
def test_a_broken_place_in_a_list_is_its_beginning(world: World, clerk: Client, after: str) -> None:
    assert clerk.get(world.url("cases"), {"after": after}).status_code == 200


def test_the_case_page_says_what_is_next_what_it_costs_and_where_each_krona_comes_from(world: World, clerk: Client) -> None:
    case = the_case("1001")
    page = text_of(clerk.get(world.url(f"cases/{case.number}")))
    assert re.search(r"Nästa steg inkassokrav \d{4}-\d\d-\d\d , om inget betalas innan", page)
    assert "180,00 kr läggs på skulden" in page
    assert "Kapital 1 000,00 0,00 1 000,00" in page
    assert "Lagen (1981:739)" in page and "Räntelagen (1975:635)" in page
    assert "Tagen från kundreskontran" in page and "Påminnelse skickad" in page


def test_identity_numbers_are_never_whole_on_a_page(world: World, clerk: Client) -> None:
    for name, address in every_address(world.office.creditor):
        html = clerk.get(address).content
        for number in (b"640823-3234", b"6408233234", b"811228-9874", b"8112289874", b"670919-9530", b"6709199530"):
            assert number not in html, name
    assert "19811228-••••" in text_of(clerk.get(world.url(f"cases/{the_case('1001').number}")))


def test_a_protected_address_is_not_shown(world: World, clerk: Client) -> None:
    case = the_case("1001")
    case.customer.protected = True
    case.customer.save()
    page = text_of(clerk.get(world.url(f"cases/{case.number}")))
    assert "Skyddade uppgifter" in page and "Gatan 1" not in page


def test_names_are_text_and_nothing_else(world: World, clerk: Client) -> None:
    case = the_case("1001")
    case.customer.name = "<script>alert(1)</script>"
    case.customer.save()
    for address in ("cases", f"cases/{case.number}", "invoices", f"cases/{case.number}/hold"):
        assert b"<script>alert" not in clerk.get(world.url(address)).content
    assert b"<script>alert" not in clerk.get(world.url("cases"), {"q": "<script>alert(1)</script>"}).content


def test_why_not_taken_stands_beside_each_invoice(world: World, clerk: Client) -> None:
    bring_in(world.office, [an_item("7001", "8", due=day("2026-02-01"))], world.today, name="new")
    from fordran.day.run import run_day
    from tests.post import PostOffice

    run_day(world.today, {"folder": PostOffice()}, [world.office.creditor])
    page = text_of(clerk.get(world.url("invoices"), {"decision": "left"}))
    assert "7001" in page and "1001" not in page.split("Faktura för faktura")[1]
    assert "Inte förfallen länge nog" in page
    assert "Inte förfallen än" in text_of(clerk.get(world.url("invoices"), {"decision": "later"}))
    taken = text_of(clerk.get(world.url("invoices"), {"decision": "taken"}))
    assert "1001" in taken.split("Faktura för faktura")[1] and "Generisk" in taken


def test_an_invoice_that_left_the_ledger_before_it_was_taken_is_not_open(world: World, clerk: Client) -> None:
    everything = [an_item(str(1001 + n), str(n + 1), row=n + 2) for n in range(4)]
    bring_in(world.office, [*everything, an_item("7002", "8", due=day("2026-04-01"))], world.today, name="later")
    assert "7002" in text_of(clerk.get(world.url("invoices")))
    later = world.today + timedelta(days=1)
    bring_in(world.office, everything, later, partial=False)
    assert "7002" not in text_of(clerk.get(world.url("invoices")))


def test_the_letter_is_shown_as_picture_as_text_and_as_file(world: World, clerk: Client) -> None:
    letter = Letter.objects.filter(creditor=world.office.creditor).order_by("id")[0]
    page = clerk.get(world.url(f"letters/{letter.number}"))
    assert "Att betala" in text_of(page) and "Bankgiro" in text_of(page)
    picture = clerk.get(world.url(f"letters/{letter.number}/page-1.png"))
    assert picture["Content-Type"] == "image/png" and picture.content.startswith(b"\x89PNG")
    assert clerk.get(world.url(f"letters/{letter.number}/page-9.png")).status_code == 404
    assert clerk.get(world.url(f"letters/{letter.number}/letter.pdf")).content.startswith(b"%PDF")


def test_an_erased_letter_says_that_it_is_erased(world: World, clerk: Client) -> None:
    letter = Letter.objects.filter(creditor=world.office.creditor).order_by("id")[0]
    try:
        Letter.objects.filter(pk=letter.pk).update(content="")
    except Exception:
        pytest.skip("the database keeps what a letter said")
    assert "gallrat" in text_of(clerk.get(world.url(f"letters/{letter.number}")))
    assert clerk.get(world.url(f"letters/{letter.number}/page-1.png")).status_code == 404


def test_the_law_book_is_on_the_pages_with_its_unsure_items_first(world: World, clerk: Client) -> None:
    html = clerk.get(world.url("law")).content.decode()
    assert html.index("Unsure") < html.index("<table") and "1981:739" in html


def test_language_and_theme_are_chosen_and_kept(world: World, clerk: Client) -> None:
    clerk.post("/language", {"language": "en", "next": world.url("cases")})
    assert "Cases" in text_of(clerk.get(world.url("cases"))) and '<html lang="en"' in clerk.get(world.url()).content.decode()
    clerk.post("/theme", {"theme": "dark", "next": world.url()})
    assert 'data-bs-theme="dark"' in clerk.get(world.url()).content.decode()
    assert clerk.post("/language", {"language": "en", "next": "https://evil.example/"})["Location"] == "/"
