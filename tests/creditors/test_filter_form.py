"""Settings of a level changed by a person: what is refused, what is kept for the history, and who is told of whom."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from fordran.audit.models import Event
from fordran.core.problems import Refused
from fordran.creditors.filter_form import Changed, cards_of, check_card, check_values, save_card, save_values, the_layer
from fordran.creditors.load import load_profile
from fordran.process.policy import Limits, Rests
from tests.build import an_office, day

pytestmark = pytest.mark.django_db
TODAY = day("2026-02-04")


def save(creditor: Any, values: dict[str, Any], version: int = 0, **more: Any) -> Any:
    return save_values(creditor, values, version=version, by="anna", today=TODAY, **more)


@pytest.mark.parametrize(
    ("name", "value"),
    [("days", -1), ("days", 3651), ("pay_days", 9), ("notice_days", 6), ("demand_wait", 2), ("choice_wait", 3), ("pay_days", 366),
     ("after_own_reminder", "never"), ("interest_rate", Decimal("100.1")), ("demand_days", 7)],
)  # fmt: skip
def test_nothing_goes_below_the_law_or_beyond_reason(name: str, value: Any) -> None:
    creditor = an_office().creditor
    with pytest.raises(Refused) as refused:
        save(creditor, {name: value})
    assert [problem.field for problem in refused.value.problems] == [name]
    assert the_layer(creditor).version == 0 and not Event.objects.filter(verb="settings changed").exists()


def test_what_law_allows_and_what_inherits_is_stored_as_the_run_reads_it() -> None:
    creditor = an_office().creditor
    save(creditor, {"days": 0, "import_from": date(2026, 1, 1), "demand_days": 0, "pay_days": None})
    generic = load_profile(creditor).generic
    assert (generic.days, generic.import_from, generic.demand_days, generic.pay_days) == (0, date(2026, 1, 1), 0, None)


@pytest.mark.parametrize(
    ("currency", "card", "field"),
    [("SEK", Limits(2, 1), "min"), ("SEK", Limits(-1, None), "min"), ("SEK", Limits(None, -1), "max"),
     ("sek", Limits(), "currency"),
     ("EURO", Limits(), "currency"), ("E1R", Limits(), "currency")],
)  # fmt: skip
def test_a_card_that_cannot_be_is_refused_at_its_field(currency: str, card: Limits, field: str) -> None:
    with pytest.raises(Refused) as refused:
        check_card(currency, card)
    assert [problem.field for problem in refused.value.problems] == [field]


def test_both_ends_equal_or_open_are_a_card() -> None:
    for card in (Limits(), Limits(0, 0), Limits(100, 100), Limits(None, 5), Limits(5, None)):
        check_card("EUR", card)


def test_a_class_may_begin_above_where_the_generic_level_ends() -> None:
    creditor = an_office().creditor
    save_card(creditor, "SEK", Limits(None, 100_000), version=0, by="anna", today=TODAY)
    layer = save_card(
        creditor, "SEK", Limits(99_999_900, None), version=0, by="anna", today=TODAY, level="class", key="VIP"
    )  # fmt: skip
    assert cards_of(layer) == {"SEK": Limits(99_999_900, None)}
    assert Event.objects.filter(verb="settings changed", data__key="VIP", subject="class-settings").count() == 1


def test_another_version_stores_nothing_and_tells_how_it_stands() -> None:
    creditor = an_office().creditor
    save(creditor, {"days": 7})
    with pytest.raises(Changed) as changed:
        save(creditor, {"days": 9}, version=0)
    assert (changed.value.layer.days, changed.value.layer.changed_by, changed.value.layer.changed_on) == (7, "anna", TODAY)
    assert the_layer(creditor).days == 7
    assert save(creditor, {"days": 9}, version=1).version == 2


def test_saving_what_is_stored_already_is_no_change() -> None:
    creditor = an_office().creditor
    assert save(creditor, {"days": 5}).version == 0
    assert not Event.objects.filter(verb="settings changed").exists()


def test_small_rests_are_saved_with_the_level_and_told_in_the_history() -> None:
    creditor = an_office().creditor
    assert save(creditor, {}, rests={"SEK": Rests(500, 10_000)}).version == 1
    assert load_profile(creditor).rests == {"SEK": Rests(500, 10_000)}
    assert Event.objects.get(verb="settings changed").data["changes"] == {"rests.SEK.tiny": [100, 500]}


def test_a_setting_that_does_not_exist_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="colour"):
        check_values(an_office().creditor, {"colour": 1})
