"""What a person does on the pages: the consequence comes first, and only the confirmed deed changes anything."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fordran.cases.models import Case, Hold
from fordran.creditors.models import Exclusion
from fordran.letters.models import Batch, Letter
from fordran.settlement.models import Payment
from tests.build import an_item, bring_in, the_case
from tests.post import PostOffice
from tests.web.conftest import World
from tests.web.test_pages import text_of

ACTS: dict[str, tuple[dict[str, str], str, str]] = {
    # act: what is filled in, what the consequence says, what the case is afterwards
    "hold": ({"kind": "dispute", "reason": "fel pris"}, "Inga brev skickas", "reminded"),
    "payment": ({"amount": "1 061,37", "on": "2026-02-04"}, "Ärendet avslutas: betald till er", "closed"),
    "credit": ({"amount": "400", "on": "2026-02-04"}, "Kapitalet går från 1 000,00 kr till 600,00 kr", "reminded"),
    "waive": ({"kind": "reminder", "reason": "kulans"}, "Kostnaderna går från 60,00 kr till 0,00 kr", "reminded"),
    "withdraw": ({"reason": "sålt fel"}, "Ärendet avslutas: återkallad", "closed"),
    "write-off": ({"reason": "inget att hämta"}, "Det går inte att ångra", "closed"),
    "stop-customer": ({"reason": "kund i kris"}, "1 ärende hos kunden vilar", "reminded"),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_shows_its_consequence_changes_nothing_and_is_done_when_confirmed(world: World, clerk: Client, name: str) -> None:
    filled, consequence, stage = ACTS[name]
    address = world.url(f"cases/{the_case('1001').number}/{name}")
    assert clerk.get(address).status_code == 200
    before = _everything()
    shown = clerk.post(address, filled)
    assert consequence in text_of(shown) and "Inget är gjort än" in text_of(shown)
    assert _everything() == before
    done = clerk.post(address, {**filled, "confirm": "yes"})
    assert done.status_code == 302 and _everything() != before
    assert the_case("1001").stage == stage
    assert 'role="status"' in clerk.get(done["Location"]).content.decode()


def _everything() -> tuple[Any, ...]:
    case = the_case("1001")
    return (
        case.stage, case.capital_minor, case.interest_minor, case.costs_minor, case.held, case.decisions,
        Hold.objects.count(), Payment.objects.count(), Exclusion.objects.count(),
    )  # fmt: skip


def test_a_hold_is_lifted_and_the_case_goes_on(world: World, clerk: Client) -> None:
    address = world.url(f"cases/{the_case('1001').number}")
    clerk.post(f"{address}/hold", {"kind": "respite", "reason": "ring", "until": "10/2 2026", "confirm": "yes"})
    assert the_case("1001").held == "respite" and Hold.objects.get().until.isoformat() == "2026-02-10"
    assert "Anstånd" in text_of(clerk.get(address))
    clerk.post(f"{address}/lift", {"kind": "respite", "confirm": "yes"})
    assert the_case("1001").held == ""


@pytest.mark.parametrize(
    ("name", "filled", "says"),
    [
        ("hold", {"kind": "dispute"}, "Skriv ett skäl"),
        ("hold", {"kind": "respite", "reason": "x", "until": "2026-02-31"}, "finns inte"),
        ("payment", {"amount": "", "on": "2026-02-04"}, "Skriv ett belopp"),
        ("payment", {"amount": "1.234", "on": "2026-02-04"}, "på två sätt"),
        ("payment", {"amount": "100", "on": "i går"}, "ÅÅÅÅ-MM-DD"),
        ("payment", {"amount": "-5", "on": "2026-02-04"}, "större än noll"),
        ("withdraw", {}, "Skriv ett skäl"),
    ],
)
def test_what_is_wrong_is_said_at_the_field_and_on_top_and_what_was_typed_stays(
    world: World, clerk: Client, name: str, filled: dict[str, str], says: str
) -> None:
    answer = clerk.post(world.url(f"cases/{the_case('1001').number}/{name}"), filled)
    html = answer.content.decode()
    assert answer.status_code == 422 and html.count(says) >= 2 and 'id="errors"' in html and "<title>Fel:" in html
    for value in filled.values():
        assert f'value="{value}"' in html


def test_a_payment_of_tomorrow_is_refused_in_words(world: World, clerk: Client) -> None:
    answer = clerk.post(world.url(f"cases/{the_case('1001').number}/payment"), {"amount": "100", "on": "2026-02-05"})
    assert answer.status_code == 422 and Payment.objects.count() == 0


def test_paying_more_than_the_debt_says_so_before_it_is_registered(world: World, clerk: Client) -> None:
    answer = clerk.post(world.url(f"cases/{the_case('1001').number}/payment"), {"amount": "9000", "on": "2026-02-04"})
    assert "mer än hela skulden" in text_of(answer)


def test_a_closed_case_offers_no_acts_and_refuses_them(world: World, clerk: Client) -> None:
    address = world.url(f"cases/{the_case('1001').number}")
    clerk.post(f"{address}/withdraw", {"reason": "x", "confirm": "yes"})
    assert "Fler åtgärder" not in text_of(clerk.get(address))
    assert clerk.post(f"{address}/hold", {"kind": "dispute", "reason": "x", "confirm": "yes"}).status_code == 422


def test_unknown_acts_are_not_found(world: World, clerk: Client) -> None:
    assert clerk.get(world.url(f"cases/{the_case('1001').number}/explode")).status_code == 404


def _a_first_batch(world: World) -> None:
    """Letters that wait, since nobody has let any go before."""
    from fordran.creditors.models import Creditor
    from fordran.day.run import run_day

    Creditor.objects.filter(pk=world.office.creditor.pk).update(first_batch_approved_on=None)
    Batch.objects.all().delete()
    bring_in(world.office, [an_item("8001", "5"), an_item("8002", "6", row=3)], world.today, name="more")
    run_day(world.today, {"folder": PostOffice()}, [world.office.creditor])


def test_the_first_batch_waits_and_is_approved_by_number(world: World, clerk: Client, settings: Any) -> None:
    settings.DEMO = False
    _a_first_batch(world)
    settings.DEMO = True
    waiting = Letter.objects.filter(state="composed").count()
    page = clerk.get(world.url("letters"))
    assert waiting and f"Godkänn {waiting} brev" in text_of(page) and "första utskick" in text_of(page)
    assert "Godkänn utskicket" in text_of(clerk.get(world.url()))
    stale = clerk.post(world.url("letters/approve"), {"seen": str(waiting + 1)}, follow=True)
    assert "har ändrats" in text_of(stale) and Letter.objects.filter(state="composed").count() == waiting
    settings.DEMO = False  # nobody starts a process to send them
    clerk.post(world.url("letters/approve"), {"seen": str(waiting)})
    assert Letter.objects.filter(state="composed").count() == 0


def test_approving_needs_a_form_and_not_a_link(world: World, clerk: Client) -> None:
    assert clerk.get(world.url("letters/approve")).status_code == 405


def test_all_sending_is_stopped_and_let_go_again(world: World, clerk: Client) -> None:
    clerk.post(world.url("letters/stop"))
    world.office.creditor.refresh_from_db()
    assert world.office.creditor.sending_stopped_on == world.today
    assert "All utsändning är stoppad" in text_of(clerk.get(world.url()))
    clerk.post(world.url("letters/resume"))
    world.office.creditor.refresh_from_db()
    assert world.office.creditor.sending_stopped_on is None


def test_a_customer_is_excluded_with_reason_and_end_and_lifted_again(world: World, clerk: Client) -> None:
    add = world.url("settings/exclusions/add")
    for wrong in ({"key": "finns-inte", "reason": "x"}, {"key": "1", "reason": "x", "until": "2020-01-01"}):
        assert clerk.post(add, {"level": "customer", **wrong}).status_code == 422
    asked = clerk.post(add, {"level": "customer", "key": "1", "reason": "egen plan", "until": "2026-12-31"})
    assert asked.status_code == 200 and not Exclusion.objects.exists()
    rows = '[["customer", "egen plan", "2026-12-31", ["1"]]]'
    assert clerk.post(add, {"do": "store", "rows": rows, "running": "pause"}).status_code == 302
    again = clerk.post(add, {"level": "customer", "key": "1", "reason": "igen"})
    assert again.status_code == 422 and "redan exkluderad" in text_of(again)
    row = Exclusion.objects.get()
    resting = clerk.get(world.url(f"cases/{the_case('1001').number}"))
    assert "Ingenting händer medan ärendet vilar" in text_of(resting)
    assert "egen plan" in text_of(clerk.get(world.url("settings/exclusions")))
    assert clerk.get(world.url(f"settings/exclusions/{row.pk}/lift")).status_code == 200 and row.lifted_on is None
    clerk.post(world.url(f"settings/exclusions/{row.pk}/lift"))
    row.refresh_from_db()
    assert row.lifted_on == world.today and Case.objects.filter(held="").count() == 4
