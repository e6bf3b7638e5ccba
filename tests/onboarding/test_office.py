"""An office from a file: what is wrong is named, what companies have stays theirs."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from fordran.audit.models import Event
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, Office, OfficeAccount
from fordran.onboarding.office_file import apply_office, read_office
from fordran.onboarding.register import office_for
from tests.onboarding.subscription import NEW, OFFICE, TODAY, Subscription


def test_the_same_file_twice_is_one_office(db: None) -> None:
    for _ in range(2):
        apply_office(OFFICE, by="command line", today=TODAY)
    office = Office.objects.get()
    assert (office.name, office.organisation_number, office.permit, office.permit_until) == (
        "Kravbyrån Sundhamn AB", "5599000022", "2025-0417", date(2035, 12, 31),
    )  # fmt: skip
    assert sorted(office.accounts.values_list("kind", "number")) == [("bankgiro", "98000003"), ("bankgiro", "98000011")]
    assert office.price_list.startswith("[[price]]") and "commission = 8" in office.price_list


def test_everything_that_is_wrong_is_named_at_once() -> None:
    text = '[office]\nnumber = "559900-0023"\nuntil = "snart"\naccounts = ["9800-0004"]\ncolour = "red"\n'
    text += '[[price]]\ncommission = "mycket"'
    with pytest.raises(Refused) as refused:
        read_office(text)
    assert {problem.field for problem in refused.value.problems} >= {"name", "permit", "number", "until", "accounts", "colour"}
    assert any(problem.record == "[price]" for problem in refused.value.problems)


def test_a_file_with_accounts_of_another_office_is_refused_whole(db: None) -> None:
    apply_office(OFFICE, by="command line", today=TODAY)
    with pytest.raises(Refused, match="another office's"):
        apply_office(
            OFFICE.replace("559900-0022", "559900-0006").replace("Sundhamn AB", "Nord AB"), by="command line", today=TODAY
        )
    assert Office.objects.count() == 1


def test_a_new_permit_reaches_its_companies_and_their_accounts_stay(subscription: Subscription, office: Any) -> None:
    subscription.page.get(subscription.address())
    subscription.register(NEW, mode="agency")
    taken = OfficeAccount.objects.get(taken_by__isnull=False)
    other = OFFICE.replace("2025-0417", "2036-0001").replace("2035-12-31", "2045-12-31").replace('"9800-0003", "9800-0011"', "")
    apply_office(other, by="command line", today=TODAY)
    creditor = Creditor.objects.get()
    assert (creditor.permit, creditor.permit_until) == ("2036-0001", date(2045, 12, 31))
    assert [one.pk for one in OfficeAccount.objects.all()] == [taken.pk]  # the free one went, since the file does not name it
    assert office_for(TODAY) is None
    assert Event.objects.filter(creditor_id=creditor.pk, verb="permit renewed").exists()


def test_the_command_shows_which_accounts_are_free(subscription: Subscription, office: Any) -> None:
    from click.testing import CliRunner

    from fordran.cli import office as command

    subscription.page.get(subscription.address())
    subscription.register(NEW, mode="agency")
    said = CliRunner().invoke(command.command, ["show"]).output
    assert "98000003  Ekbackens Trädgård AB" in said and "98000011  free" in said
