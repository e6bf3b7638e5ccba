"""A company's ledger is read for its set-up, once its agreement is accepted, and its days stay empty until it is switched on."""

from __future__ import annotations

from typing import Any

import pytest

from fordran.agreements import accept
from fordran.agreements.accept import Choice
from fordran.cases.models import Case
from fordran.core.problems import Refused
from fordran.creditor_pages import first_reading
from fordran.creditors.models import Creditor
from fordran.day.models import Shard
from fordran.day.run import run_day
from fordran.erp.models import Connection, FetchRun
from fordran.invoices.models import Customer, Invoice
from fordran.onboarding.first_read import read_now, reading_of
from fordran.sandbox.book import Document, Party, Place
from tests.build import IDENTITIES, day
from tests.onboarding.subscription import NEW, TODAY, Subscription
from tests.post import PostOffice


@pytest.fixture
def company(subscription: Subscription) -> Creditor:
    """Registered in own collection, with one overdue invoice in its ERP."""
    book = subscription.books[NEW]
    book.add_party(
        Party(
            "1", "Kund 1", identity=IDENTITIES[0].replace("-", ""), private=True, place=Place("Gatan 1", "", "123 45", "Staden")
        )
    )
    book.add_document(
        Document("invoice", "1001", "1", "SEK", 100_000, 100_000, issued=day("2025-12-30"), due=day("2026-01-30"), ocr="10019")
    )
    subscription.page.get(subscription.address())
    subscription.register(NEW)
    return Creditor.objects.get()


def accept_the_terms(company: Creditor, subscription: Subscription) -> None:
    paper = accept.paper_of(company, TODAY)
    accept.accept_plainly(company, subscription.maria, Choice(paper.sha256, "Jag får teckna avtal.", True), TODAY)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Companies whose reading was started in a process of its own; none is, here."""
    found: list[str] = []

    def note(creditor: Creditor, today: Any) -> None:
        found.append(creditor.organisation_number)

    monkeypatch.setattr(first_reading, "_start", note)
    return found


def test_nothing_is_read_before_the_agreement_is_accepted(company: Creditor) -> None:
    assert reading_of(company).state == "locked"
    with pytest.raises(Refused, match="has not accepted its agreement"):
        read_now(company, TODAY)
    assert not Customer.objects.exists()


def test_after_that_customers_and_what_is_open_are_read_and_nobody_is_written_to(
    company: Creditor, subscription: Subscription
) -> None:
    accept_the_terms(company, subscription)
    assert reading_of(company).state == "wanted"
    read_now(company, TODAY)
    assert reading_of(company).state == "done"
    assert Invoice.objects.get().number == "1001" and Customer.objects.get().name == "Kund 1"
    assert not Case.objects.exists()
    known = Connection.objects.get()
    assert known.posts_payments_since == known.marks_cases_since == TODAY  # tried with the ERP as it is connected


def test_an_erp_that_went_away_is_told_and_another_try_goes_on(company: Creditor, subscription: Subscription) -> None:
    accept_the_terms(company, subscription)
    subscription.server.withdraw(NEW)
    assert read_now(company, TODAY).error
    assert reading_of(company).state == "failed"
    page = subscription.page.get(f"/{company.organisation_number}/start/reading").content.decode()
    assert "Kundreskontran kunde inte läsas till slut" in page and "Försök igen" in page
    subscription.server.grant(NEW)
    read_now(company, TODAY)
    assert reading_of(company).state == "done" and Invoice.objects.exists()


def test_its_days_are_empty_until_it_is_switched_on_and_then_it_is_chosen_from(
    company: Creditor, subscription: Subscription
) -> None:
    accept_the_terms(company, subscription)
    read_now(company, TODAY)
    fetched = FetchRun.objects.count()
    assert run_day(TODAY, {"folder": PostOffice()}, [company]).problems == []
    assert not Case.objects.exists() and FetchRun.objects.count() == fetched and not Shard.objects.exists()
    Creditor.objects.update(active=True, activated_on=TODAY, debt_description="Trädgårdsarbeten")
    run_day(TODAY, {"folder": PostOffice()}, [company])
    assert Case.objects.get().invoice.number == "1001" and FetchRun.objects.count() > fetched


def test_switched_off_again_it_still_has_its_days(company: Creditor, subscription: Subscription) -> None:
    accept_the_terms(company, subscription)
    Creditor.objects.update(active=False, activated_on=TODAY)
    run_day(TODAY, {"folder": PostOffice()}, [company])
    assert FetchRun.objects.exists()


def test_the_pages_start_it_once_the_terms_are_accepted(
    company: Creditor, subscription: Subscription, started: list[str], django_capture_on_commit_callbacks: Any
) -> None:
    org = company.organisation_number
    with django_capture_on_commit_callbacks(execute=True):
        subscription.page.get(f"/{org}/agreement")
    assert started == []
    accept_the_terms(company, subscription)
    with django_capture_on_commit_callbacks(execute=True):
        subscription.page.get(f"/{org}/agreement")
    assert started == [org]
    page = subscription.page.get(f"/{org}/start/reading").content.decode()
    assert "Kundreskontran läses" in page and "every 1s" in page
    read_now(company, TODAY)
    done = subscription.page.get(f"/{org}/start/reading?watched=1")
    assert done["HX-Refresh"] == "true" and "Kundreskontran är läst" in done.content.decode()


def test_who_may_only_read_starts_nothing_again(company: Creditor, subscription: Subscription, started: list[str]) -> None:
    from django.test import Client

    from fordran.creditors.models import Membership
    from tests.access.conftest import a_person

    accept_the_terms(company, subscription)
    reader = a_person("rune")
    Membership.objects.create(user=reader, creditor=company, role="read")
    page = Client()
    page.force_login(reader)
    assert page.post(f"/{company.organisation_number}/start/reading/again").status_code == 403
    page.get(f"/{company.organisation_number}/start")
    assert started == []


def test_the_command_says_what_was_read_and_leaves_those_that_are_set_up_to_themselves(
    company: Creditor, subscription: Subscription
) -> None:
    from click.testing import CliRunner

    from fordran.cli import erp

    accept_the_terms(company, subscription)
    said = CliRunner().invoke(erp.command, ["fetch", "--all", "--on", TODAY.isoformat()])
    assert "no ERP is connected" in said.output
    said = CliRunner().invoke(erp.command, ["first-read", "--on", TODAY.isoformat()])
    assert said.exit_code == 0 and "Ekbackens Trädgård AB" in said.output and Invoice.objects.exists()
