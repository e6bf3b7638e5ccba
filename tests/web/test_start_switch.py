"""The switch: what is missing is listed, what was read is what is approved, and turning it off leaves running cases running."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from fordran.access.models import Seat
from fordran.audit.models import Event
from fordran.cases.models import Case
from fordran.creditors.models import Creditor, Organisation, SettingsLayer
from fordran.day.run import run_days
from fordran.letters.models import Letter
from fordran.onboarding.models import Reckoning
from fordran.onboarding.switch import tell_administrators
from tests.build import an_item, an_office, bring_in, day, switched_off
from tests.post import PostOffice
from tests.web.conftest import OWN, World, a_user, set_today

TODAY = day("2026-02-04")


@pytest.fixture
def new(db: None, settings: Any) -> World:
    settings.DEMO = True
    office = switched_off(an_office(number=OWN, approved=False))
    bring_in(office, [an_item("1001", "1"), an_item("1002", "2")], TODAY)
    set_today(TODAY)
    return World(office, TODAY)


@pytest.fixture
def signer(new: World) -> Client:
    client = Client(headers={"accept-language": "sv"})
    client.force_login(a_user("maria", new.office, "sign"))
    return client


def stored(new: World) -> Creditor:
    return Creditor.objects.get(pk=new.office.creditor.pk)


def read_preview(new: World, client: Client) -> Reckoning:
    client.post(new.url("start/preview/again"))
    row = Reckoning.objects.get(creditor=new.office.creditor)
    client.post(new.url("start/preview/read"), {"digest": row.digest})
    return row


def press(new: World, client: Client, **more: Any) -> Any:
    row = Reckoning.objects.filter(creditor=new.office.creditor).first()
    fields = {"active": "on", "version": stored(new).version, "digest": row.digest if row else ""} | more
    return client.post(new.url("start/activate"), {name: value for name, value in fields.items() if value is not None})


def test_what_is_missing_is_listed_with_links_and_nothing_is_switched_on(new: World, signer: Client) -> None:
    Creditor.objects.filter(pk=new.office.creditor.pk).update(debt_description="", bankgiro="")
    answer = press(new, signer)
    html = answer.content.decode()
    assert answer.status_code == 422
    assert "Skuldbeskrivningen saknas." in html and "Kontot att betala till saknas." in html
    assert new.url("settings/creditor") in html and new.url("start/preview") in html
    assert not stored(new).active


def test_saving_with_a_read_preview_starts_the_service_and_says_so(new: World, signer: Client) -> None:
    row = read_preview(new, signer)
    shown = signer.get(new.url("start/activate")).content.decode()
    assert "omkring 2 fakturor" in shown and "2 påminnelser" in shown
    answer = press(new, signer)
    assert answer.status_code == 302
    assert "Grattis, tjänsten är igång." in signer.get(answer.headers["Location"]).content.decode()
    creditor = stored(new)
    assert (creditor.active, creditor.activated_on, creditor.version) == (True, TODAY, 1)
    event = Event.objects.get(creditor_id=creditor.pk, verb="switched on")
    assert (event.actor, event.data["digest"]) == ("maria", row.digest)
    assert creditor.first_batch_approved_on is None  # the first letters wait for a person


def test_a_preview_that_is_not_read_or_not_of_today_approves_nothing(new: World, signer: Client) -> None:
    signer.post(new.url("start/preview/again"))
    assert "Förhandsgranskningen är inte läst." in press(new, signer).content.decode()
    read_preview(new, signer)
    SettingsLayer.objects.filter(creditor=new.office.creditor).update(days=1)
    answer = press(new, signer)
    assert answer.status_code == 422 and "gäller inte längre" in answer.content.decode()
    assert not stored(new).active


def test_another_digest_than_the_kept_one_approves_nothing(new: World, signer: Client) -> None:
    read_preview(new, signer)
    assert press(new, signer, digest="something else").status_code == 422
    assert not stored(new).active


def test_the_second_of_two_is_told_and_a_double_click_does_no_harm(new: World, signer: Client) -> None:
    read_preview(new, signer)
    old = stored(new).version
    Creditor.objects.filter(pk=new.office.creditor.pk).update(version=old + 1)
    answer = press(new, signer, version=old)
    assert answer.status_code == 409 and "Någon annan har ändrat" in answer.content.decode()
    assert press(new, signer).status_code == 302
    assert press(new, signer).status_code == 302
    assert Event.objects.filter(verb="switched on").count() == 1


def test_only_who_may_sign_switches(new: World, signer: Client) -> None:
    read_preview(new, signer)
    worker = Client(headers={"accept-language": "sv"})
    worker.force_login(a_user("clara", new.office, "work"))
    assert "Du får inte slå på eller av tjänsten" in worker.get(new.url("start/activate")).content.decode()
    assert press(new, worker).status_code == 403
    assert not stored(new).active


def test_the_first_letters_may_go_unasked_when_somebody_chooses_so(new: World, signer: Client) -> None:
    read_preview(new, signer)
    press(new, signer, unasked="on")
    assert stored(new).first_batch_approved_on == TODAY
    assert Event.objects.get(verb="switched on").data["asks_first"] is False


def test_turned_off_nothing_new_is_taken_and_running_cases_go_on(new: World, signer: Client) -> None:
    read_preview(new, signer)
    press(new, signer, unasked="on")
    post = PostOffice()
    run_days(TODAY, day("2026-02-06"), {"folder": post}, [stored(new)])
    assert Letter.objects.filter(kind="reminder", state="sent").count() == 2
    shown = signer.get(new.url("start/activate")).content.decode()
    assert "2 pågående ärenden fortsätter tills du pausar eller återkallar dem." in shown
    assert press(new, signer, active=None).status_code == 302
    assert not stored(new).active
    bring_in(new.office, [an_item("2001", "1")], day("2026-02-07"), name="new")
    run_days(day("2026-02-07"), day("2026-03-03"), {"folder": post}, [stored(new)])
    assert not Case.objects.filter(invoice__number="2001").exists()
    assert Letter.objects.filter(kind="demand", state="sent").count() == 2


def test_turned_off_with_a_pause_no_letter_leaves(new: World, signer: Client) -> None:
    read_preview(new, signer)
    press(new, signer, unasked="on")
    post = PostOffice()
    run_days(TODAY, day("2026-02-06"), {"folder": post}, [stored(new)])
    press(new, signer, active=None, running="stop")
    assert stored(new).sending_stopped_on == TODAY
    run_days(day("2026-02-07"), day("2026-03-03"), {"folder": post}, [stored(new)])
    assert not Letter.objects.filter(kind="demand", state="sent").exists()


def test_administrators_are_told_where_e_mail_is_set_up(new: World, settings: Any, mailoutbox: list[Any]) -> None:
    organisation = Organisation.objects.create(name="Granholms", created_on=TODAY)
    Creditor.objects.filter(pk=new.office.creditor.pk).update(organisation=organisation)
    boss = a_user("anna")
    type(boss).objects.filter(pk=boss.pk).update(email="anna@granholms.example")
    Seat.objects.create(organisation=organisation, user=boss, administrator=True)
    settings.EMAIL_HOST = ""
    assert tell_administrators(stored(new), on=True, today=TODAY) == 0
    settings.EMAIL_HOST = "smtp.example"
    assert tell_administrators(stored(new), on=True, today=TODAY) == 1
    assert mailoutbox[0].to == ["anna@granholms.example"] and "igång" in mailoutbox[0].subject


def test_before_anything_has_happened_the_overview_is_what_is_left_to_do(new: World, signer: Client) -> None:
    assert signer.get(new.url()).headers["Location"] == new.url("start")
    read_preview(new, signer)
    press(new, signer)
    assert "inget har hänt än" in signer.get(new.url()).content.decode()
