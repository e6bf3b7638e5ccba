"""Try on last year, on the pages."""

from __future__ import annotations

from django.test import Client

from fordran.creditors.models import SettingsLayer
from tests.web.conftest import World


def test_the_trial_is_made_on_request_and_says_what_it_cannot_know(world: World, clerk: Client) -> None:
    SettingsLayer.objects.filter(creditor=world.office.creditor).update(days=1)
    assert "Så går det till" in clerk.get(world.url("start/last-year")).content.decode()
    assert clerk.post(world.url("start/last-year/again")).headers["Location"] == world.url("start/last-year")
    answer = clerk.get(world.url("start/last-year"))
    html = answer.content.decode()
    assert answer.context["sums"]["taken"] == 4
    assert "Vad provet inte kan veta" in html and "Affärssystemet kunde inte frågas" in html
    assert clerk.get(world.url("start/last-year?as=xlsx")).status_code == 200
    SettingsLayer.objects.filter(creditor=world.office.creditor).update(days=9)
    assert "har ändrats sedan dess" in clerk.get(world.url("start/last-year")).content.decode()


def test_who_only_reads_cannot_start_it(world: World, reader: Client) -> None:
    assert reader.get(world.url("start/last-year")).status_code == 200
    assert reader.post(world.url("start/last-year/again")).status_code == 403
