"""What a creditor's people see of the connection: in plain words, with a button where something can be done."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fordran.creditor_pages import tenancy
from fordran.erp.errands import ask
from fordran.erp.models import Connection, Errand
from tests.build import day
from tests.erp.conftest import LATER, REMINDS, House
from tests.erp.test_tell import a_posting, told
from tests.web.conftest import a_user


@pytest.fixture
def client(house: House, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(tenancy, "legal_day", lambda: REMINDS)
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user("karin", house.office, "work"))
    return client


def page(client: Client, house: House, rest: str = "settings/erp") -> str:
    answer = client.get(f"/{house.office.creditor.organisation_number}/{rest}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_what_was_read_and_what_is_left_alone_is_told(house: House, client: Client) -> None:
    house.invoice("1001")
    house.invoice("1002", "2", left_alone=True)
    assert "Inget är läst än" in page(client, house)
    house.run(REMINDS)
    shown = page(client, house)
    assert "Visma.net ERP" in shown and "Första läsningen" in shown and "1 lämnas utanför inkasso" in shown
    overview = page(client, house, "")
    assert "Visma.net ERP" in overview and "allt är skrivet" in overview
    assert "Läsa affärssystemet och banken" in page(client, house, f"day/{REMINDS}")


def test_an_erp_that_cannot_be_read_is_told_on_the_overview_too(house: House, client: Client) -> None:
    Connection.objects.update(last_error="Visma.net does not answer", last_fetched_on=day("2026-02-03"))
    for rest in ("", "settings/erp"):
        assert "Affärssystemet har inte kunnat läsas i dag" in page(client, house, rest)


def test_a_refused_errand_has_its_reason_and_a_button(house: House, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    house.invoice("1001")
    house.run(REMINDS)
    ask(house.office, a_posting(invoice="finns ej"), REMINDS)
    told(house)
    errand = Errand.objects.get(key="F1")
    shown = page(client, house)
    assert "Betalning som stänger fakturan" in shown and errand.error.split()[0] in shown and "Försök igen" in shown
    address = f"/{house.office.creditor.organisation_number}/settings/erp/errands/{errand.pk}/retry"
    reader: Any = Client(headers={"accept-language": "sv"})
    reader.force_login(a_user("lena", house.office, "read"))
    assert reader.post(address).status_code == 403
    assert client.post(address).status_code == 302
    errand.refresh_from_db()
    assert (errand.state, errand.attempts) == ("waiting", 0)
    assert LATER


def test_a_creditor_without_an_erp_reads_what_to_do(house: House, client: Client) -> None:
    Connection.objects.update(active=False)
    assert "Inget affärssystem är kopplat" in page(client, house)
    assert "Skrivs tillbaka" not in page(client, house, "")
