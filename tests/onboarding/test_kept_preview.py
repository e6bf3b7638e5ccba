"""A preview is kept with its digest, holds while nothing changes, and is approved as what was read."""

from __future__ import annotations

from datetime import timedelta

import pytest

from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor, SettingsLayer
from fordran.db.bulk import run
from fordran.onboarding.kept_preview import ask, is_fresh, latest, mark_read, reckon
from fordran.onboarding.models import PreviewInvoice, PreviewLetter, Reckoning
from fordran.onboarding.reckoning import is_under_way, make
from tests.build import an_item, an_office, bring_in, day, later, switched_off

TODAY = day("2026-02-04")


@pytest.fixture
def office(db: None) -> Office:
    """Two customers with reminders due today, one invoice too small, one that falls due in the month."""
    office = switched_off(an_office(approved=False))
    items = [
        an_item("1001", "1"), an_item("1002", "1"), an_item("1003", "2"),
        an_item("1004", "2", open=5_000, amount=5_000), an_item("1005", "1", due=day("2026-02-10")),
    ]  # fmt: skip
    bring_in(office, items, TODAY)
    return office


def _made(office: Office) -> Reckoning:
    return reckon(ask(office.creditor, TODAY, "clara"))


def test_its_sums_are_those_of_its_rows(office: Office) -> None:
    row = _made(office)
    sums = row.sums
    assert (sums["taken"]["n"], sums["passed"]["n"], sums["later"]["n"]) == (3, 1, 1)
    assert sums["taken"]["minor"] == {"SEK": 300_000}
    assert [b["reason"] for b in sums["because"]] == ["below_lowest_amount"]
    assert sums["first_day"] == {"on": "2026-02-04", "kinds": {"reminder": 2}, "n": 2}
    letters = PreviewLetter.objects.filter(reckoning=row)
    assert letters.count() == sums["letters"]["n"]
    assert sums["costs_minor"] == sum(minor for letter in letters for _, _, minor in letter.costs)
    assert PreviewInvoice.objects.filter(reckoning=row, taken=True).count() == 3
    assert PreviewInvoice.objects.get(reckoning=row, number="1005").first_on is not None


def test_the_same_ledger_and_settings_give_the_same_digest(office: Office) -> None:
    assert _made(office).digest == _made(office).digest
    assert Reckoning.objects.count() == 1  # only the latest is kept


def test_it_is_old_as_soon_as_the_day_a_setting_or_the_ledger_is_another(office: Office) -> None:
    row = _made(office)
    creditor = office.creditor
    assert is_fresh(row, creditor, TODAY)
    assert not is_fresh(row, creditor, TODAY + timedelta(days=1))
    SettingsLayer.objects.filter(creditor=creditor).update(days=7)
    assert not is_fresh(row, creditor, TODAY)
    SettingsLayer.objects.filter(creditor=creditor).update(days=5)
    assert is_fresh(row, creditor, TODAY)
    bring_in(office, [an_item("1006", "2")], TODAY, name="more")
    assert not is_fresh(row, creditor, TODAY)


def test_switching_on_makes_no_preview_old(office: Office) -> None:
    row = _made(office)
    Creditor.objects.filter(pk=office.creditor.pk).update(active=True)
    assert is_fresh(row, Creditor.objects.get(pk=office.creditor.pk), TODAY)


def test_reading_is_kept_once_and_an_old_one_cannot_be_read(office: Office) -> None:
    row = _made(office)
    mark_read(row, "clara", TODAY)
    mark_read(row, "rune", TODAY)
    kept = latest(office.creditor)
    assert kept is not None and (kept.read_by, kept.read_on) == ("clara", TODAY)
    with pytest.raises(Refused, match="reckon it again"):
        mark_read(row, "clara", later(TODAY, 1))


def test_letters_that_are_kept_whole_are_drafts(office: Office) -> None:
    row = _made(office)
    contents = [letter.content for letter in PreviewLetter.objects.filter(reckoning=row).exclude(content=None)]
    assert contents and all(content["draft"] for content in contents)


def test_one_that_nobody_makes_any_more_is_not_under_way(office: Office) -> None:
    row = ask(office.creditor, TODAY, "clara")
    assert is_under_way(row)  # its maker may still be on the way
    run("UPDATE onboarding_reckoning SET made_at = now() - interval '1 minute' WHERE id = %s", [row.pk])
    assert not is_under_way(row)
    assert make(row).state == "done"
    row.refresh_from_db()
    assert not is_under_way(row)


def test_made_twice_it_is_made_once(office: Office) -> None:
    row = ask(office.creditor, TODAY, "clara")
    first, second = reckon(row), reckon(row)
    assert first.digest == second.digest
    assert PreviewInvoice.objects.filter(reckoning=row).count() == 5
