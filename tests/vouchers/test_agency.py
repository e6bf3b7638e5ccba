"""An agency's creditor: what its books say of money that the agency has, keeps, pays out and gets back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fordran.books.make import make_vouchers
from fordran.books.reconcile import reconcile
from fordran.cases.office import Office, open_office
from fordran.creditors.models import Creditor
from fordran.ledger.models import Transfer
from fordran.ledger.post import balances
from fordran.payouts.models import PriceList
from fordran.payouts.price import KEEPABLE
from tests.build import later, the_case
from tests.payouts.test_money_out_holds import ON, _do, deeds
from tests.payouts.world import an_agency, some_cases, take
from tests.settlement.bank_day import bgmax
from tests.voucher_proofs import assert_claims_agree, assert_vouchers_hold, sums_by


@pytest.fixture
def some(db: None) -> Iterator[Office]:
    office = an_agency()
    some_cases(office)
    yield office


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds, st.sampled_from([0, 75, 1000]), st.frozensets(st.sampled_from(KEEPABLE)), st.sampled_from([0, 4_000]))
def test_whatever_is_paid_kept_or_sent_back_the_creditors_books_agree_with_the_agencys(
    some: Office, told: Any, permille: int, keeps: frozenset[str], fee: int
) -> None:
    with transaction.atomic():
        PriceList.objects.update(commission_permille=permille, keeps=sorted(keeps), case_fee_minor=fee)
        office = open_office(Creditor.objects.get(pk=some.creditor.pk))
        today = ON
        for n, (deed, case, minor) in enumerate(told):
            today = later(today, 1)
            _do(office, deed, case, minor, today, n)
            if n % 3 == 0:
                make_vouchers(office, today)
        make_vouchers(office, today)
        assert_vouchers_hold(office.creditor)
        assert_claims_agree(office.creditor)
        _books_agree(office)
        result = reconcile(office, today)
        assert result.unexplained == 0, [p for p in result.money if not p.ok] or result.differences
        transaction.set_rollback(True)


def _books_agree(office: Office) -> None:
    """Counted from the agency's transfers: its debt to the creditor, what it keeps, and what has reached the creditor."""
    theirs = sums_by(office.creditor, "role")
    ours = {name: total for (name, _), total in balances(office.creditor.pk).items()}
    paid_out = 0
    refunds_under_way = 0
    refunds = {t.key.split()[1] for t in Transfer.objects.filter(reason="refund_ordered")}
    for t in Transfer.objects.filter(key__startswith="order "):
        to_payer = t.key.split()[1] in refunds
        if t.debit == "in_transit" and t.credit == "client_bank" and not to_payer:
            paid_out += t.amount_minor
        if t.debit == "suspense" and t.credit == "in_transit" and not to_payer:
            paid_out -= t.amount_minor
        if to_payer and "in_transit" in (t.debit, t.credit):
            refunds_under_way += t.amount_minor if t.credit == "in_transit" else -t.amount_minor
    assert theirs.get(("bank",), 0) == paid_out
    assert theirs.get(("commission",), 0) == -ours.get("earned", 0)
    assert theirs.get(("vat_in",), 0) == -ours.get("vat", 0)
    assert theirs.get(("agency",), 0) == -ours.get("payable", 0) - ours.get("in_transit", 0) - refunds_under_way
    assert not theirs.get(("unidentified",)) and not theirs.get(("refunds",))


def test_a_payout_in_the_creditors_books(some: Office) -> None:
    """1 061.37 came in: 60.00 is kept, 75.00 commission, 33.75 VAT on both; 892.62 reaches the creditor."""
    take(bgmax([(106_137, the_case("1001").ocr, "Kund 0")], "2026-02-10"), "2026-02-10", some)
    for n, deed in enumerate(("prepare", "release", "drawn")):
        _do(some, deed, 0, 0, later(ON, 3 + n), n)
    make_vouchers(some, later(ON, 6))
    by_account = {account: minor for (account,), minor in sums_by(some.creditor, "account").items() if minor}
    assert by_account == {
        "1510": -100_000, "8313": -137, "3591": -6_000, "6062": 13_500, "2641": 3_375, "1930": 89_262,
    }  # fmt: skip
