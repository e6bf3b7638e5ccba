"""The preview on the pages: reckoned on request, read, exported, old when something changes, and never for strangers."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from fordran.creditors.models import SettingsLayer
from fordran.onboarding.models import PreviewLetter, Reckoning
from tests.build import an_item, an_office, bring_in, day, switched_off
from tests.web.conftest import OWN, World, a_user, set_today

TODAY = day("2026-02-04")


@pytest.fixture
def new(db: None, settings: Any) -> World:
    """A company that is set up but not switched on, with a ledger."""
    settings.DEMO = True
    office = switched_off(an_office(number=OWN, approved=False))
    items = [an_item("1001", "1"), an_item("1002", "1"), an_item("1003", "2"), an_item("1004", "2", open=5_000, amount=5_000),
             an_item("1005", "1", due=day("2026-02-10")), an_item("1006", "2", due=day("2026-02-02"))]  # fmt: skip
    bring_in(office, items, TODAY)
    set_today(TODAY)
    return World(office, TODAY)


@pytest.fixture
def signer(new: World) -> Client:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user("maria", new.office, "sign"))
    return client


def made(new: World, client: Client) -> Reckoning:
    assert client.post(new.url("start/preview/again")).status_code == 302
    return Reckoning.objects.get(creditor=new.office.creditor)


def test_it_is_reckoned_when_somebody_asks_and_says_every_invoice(new: World, signer: Client) -> None:
    assert "Räkna fram förhandsgranskningen" in signer.get(new.url("start/preview")).content.decode()
    assert not Reckoning.objects.exists()
    row = made(new, signer)
    answer = signer.get(new.url("start/preview"))
    html = answer.content.decode()
    assert answer.status_code == 200 and answer.context["fresh"]
    for number in ("1001", "1002", "1003", "1004", "1005", "1006"):
        assert number in html
    assert "Under lägsta belopp" in html
    assert "2 dagar, tas" in html  # 1006 is too new
    assert row.sums["taken"]["n"] == 3


def test_filters_and_search_keep_to_their_rows(new: World, signer: Client) -> None:
    made(new, signer)

    def numbers(query: str) -> list[str]:
        return [row.number for row in signer.get(new.url(f"start/preview?{query}")).context["found"].rows]

    assert numbers("decision=taken") == ["1001", "1002", "1003"]
    assert numbers("decision=passed&reason=below_lowest_amount") == ["1004"]
    assert numbers("decision=later") == ["1005"]
    assert sorted(numbers("q=Kund 2")) == ["1003", "1004", "1006"]


def test_excel_has_every_row_and_every_letter(new: World, signer: Client) -> None:
    row = made(new, signer)

    def lines(query: str) -> list[list[Any]]:
        content = signer.get(new.url(f"start/preview?{query}")).content
        return CalamineWorkbook.from_filelike(io.BytesIO(content)).get_sheet_by_name("Lista").to_python()

    assert len(lines("as=xlsx")) == 1 + 6
    assert len(lines("as=xlsx&list=letters")) == 1 + row.sums["letters"]["n"]


def test_a_changed_setting_makes_it_old_and_reading_it_is_refused_until_it_is_reckoned_again(new: World, signer: Client) -> None:
    row = made(new, signer)
    SettingsLayer.objects.filter(creditor=new.office.creditor).update(days=1)
    answer = signer.get(new.url("start/preview"))
    assert "gäller inte längre" in answer.content.decode()
    signer.post(new.url("start/preview/read"), {"digest": row.digest})
    row.refresh_from_db()
    assert row.read_on is None
    made(new, signer)
    fresh = Reckoning.objects.get(creditor=new.office.creditor)
    answer = signer.post(new.url("start/preview/read"), {"digest": fresh.digest})
    assert answer.headers["Location"] == new.url("start/activate")
    fresh.refresh_from_db()
    assert (fresh.read_by, fresh.read_on) == ("maria", TODAY)


def test_a_digest_that_is_not_the_shown_one_reads_nothing(new: World, signer: Client) -> None:
    row = made(new, signer)
    signer.post(new.url("start/preview/read"), {"digest": "another"})
    row.refresh_from_db()
    assert row.read_on is None


def test_a_letter_can_be_looked_at_as_a_draft(new: World, signer: Client) -> None:
    row = made(new, signer)
    kept = PreviewLetter.objects.filter(reckoning=row).exclude(content=None).first()
    assert kept is not None
    answer = signer.get(new.url(f"start/preview/letters/{kept.place}"))
    assert answer.status_code == 200 and "Ett utkast" in answer.content.decode()
    picture = signer.get(new.url(f"start/preview/letters/{kept.place}/page-1.png"))
    assert picture.content.startswith(b"\x89PNG")
    assert signer.get(new.url("start/preview/letters/999")).status_code == 404


def test_who_only_reads_may_look_and_not_reckon(new: World, signer: Client) -> None:
    made(new, signer)
    reader = Client(headers={"accept-language": "sv"})
    reader.force_login(a_user("rune", new.office, "read"))
    assert reader.get(new.url("start/preview")).status_code == 200
    assert reader.post(new.url("start/preview/again")).status_code == 403


def test_the_page_costs_the_same_however_many_rows_it_has(new: World, signer: Client, django_assert_max_num_queries: Any) -> None:
    made(new, signer)
    with django_assert_max_num_queries(38):
        signer.get(new.url("start/preview"))
