"""What a page says the filter takes today is what the day then takes, whatever the settings."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordran.cases import filter_count
from fordran.cases.filter_count import count_filter, judged_today, with_generic
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.reasons import Reason
from fordran.creditors.models import AmountLimit, Exclusion, SettingsLayer
from fordran.day.run import run_day
from fordran.process.policy import Layer, Limits
from tests.build import an_item, an_office, bring_in, day
from tests.post import PostOffice

pytestmark = pytest.mark.django_db
TODAY = day("2026-02-04")


def a_mixed_ledger(office: Office) -> None:
    """Thirty invoices of ten customers in three classes: old and new, small and large, two currencies, a credit note."""
    items = []
    for n in range(30):
        due = TODAY - timedelta(days=(n * 7) % 90 - 3)
        items.append(
            an_item(
                str(1000 + n), str(n % 10), row=n + 2, due=due, issued=due - timedelta(days=30), class_=f"K{n % 3}",
                amount=(n + 1) * 9_000, open=(n + 1) * 9_000, currency="EUR" if n % 11 == 5 else "SEK",
                reminded=TODAY - timedelta(days=1) if n % 13 == 2 and due < TODAY - timedelta(days=1) else None,
            )
        )  # fmt: skip
    items.append(an_item("K1", "3", row=40, kind="credit", amount=20_000, open=20_000, class_="K0"))
    bring_in(office, items, TODAY)


_days = st.none() | st.integers(0, 120)
_since = st.none() | st.integers(-10, 120).map(lambda n: TODAY - timedelta(days=n))
_ends = st.tuples(st.none() | st.integers(0, 300_000), st.none() | st.integers(0, 300_000)).map(
    lambda two: Limits(*(sorted(two) if None not in two else two))  # type: ignore[type-var]
)
_cards = st.dictionaries(st.sampled_from(["SEK", "EUR"]), _ends, max_size=2)
_layer = st.builds(Layer, days=_days, import_from=_since, limits=_cards)


def store(office: Office, level: str, key: str, layer: Layer) -> None:
    row = SettingsLayer.objects.create(
        creditor=office.creditor, level=level, key=key, days=layer.days, import_from=layer.import_from
    )
    for currency, card in layer.limits.items():
        AmountLimit.objects.create(
            creditor=office.creditor, layer=row, currency=currency, min_minor=card.min_minor, max_minor=card.max_minor
        )


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
@given(generic=_layer, of_class=_layer, of_customer=_layer, excluded=st.sets(st.sampled_from("0123456789"), max_size=2))
def test_the_count_is_what_the_day_takes(
    generic: Layer, of_class: Layer, of_customer: Layer, excluded: set[str], django_db_blocker: Any
) -> None:
    from django.db import transaction

    with transaction.atomic():
        office = an_office()
        a_mixed_ledger(office)
        SettingsLayer.objects.all().delete()
        for level, key, layer in (("class", "K1", of_class), ("customer", "4", of_customer)):
            store(office, level, key, layer)
        for key in excluded:
            Exclusion.objects.create(creditor=office.creditor, level="customer", key=key)
        as_if = with_generic(open_office(office.creditor), generic)
        said = count_filter(as_if, TODAY)  # the generic level is only typed so far
        store(office, "generic", "", generic)
        run_day(TODAY, {"folder": PostOffice()}, [office.creditor])
        taken = Case.objects.filter(creditor=office.creditor)
        assert said.taken.n == taken.count()
        assert sum(said.taken.minor.values()) == sum(taken.values_list("opening_minor", flat=True))
        transaction.set_rollback(True)


def test_every_invoice_is_either_taken_or_left_for_one_reason() -> None:
    office = an_office()
    a_mixed_ledger(office)
    found = count_filter(open_office(office.creditor), TODAY)
    due = sum(1 for _ in judged_today(office, TODAY))
    assert found.taken.n + found.left.n == due == found.taken.n + sum(heap.n for heap in found.because.values())
    assert found.most is not None and found.most[1].n == max(heap.n for heap in found.because.values())
    assert Reason.CURRENCY_NOT_TAKEN in found.because and found.left_by(Reason.BARRED).n == 0


def test_pieces_of_any_size_give_the_same_count(monkeypatch: pytest.MonkeyPatch) -> None:
    office = an_office()
    a_mixed_ledger(office)
    office = open_office(office.creditor)
    whole = count_filter(office, TODAY)
    monkeypatch.setattr(filter_count, "AT_A_TIME", 4)
    assert len(filter_count._ranges(office.creditor.pk, TODAY)) > 2
    assert count_filter(office, TODAY) == whole


def test_what_has_a_case_is_counted_no_more() -> None:
    office = an_office()
    a_mixed_ledger(office)
    before = count_filter(open_office(office.creditor), TODAY)
    run_day(TODAY, {"folder": PostOffice()}, [office.creditor])
    after = count_filter(open_office(office.creditor), TODAY)
    assert (after.taken.n, after.left.n) == (0, before.left.n)
    assert replace(before.left, n=0).minor == after.left.minor


def test_nothing_due_is_nothing_to_count() -> None:
    office = an_office()
    found = count_filter(office, date(2026, 1, 1))
    assert (found.taken.n, found.left.n, found.most) == (0, 0, None)
