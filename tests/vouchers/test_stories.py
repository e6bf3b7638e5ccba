"""Every story in scenarios/ is played, and its vouchers are proved from what happened."""

from __future__ import annotations

from pathlib import Path

import pytest

from fordran.books.entries import INCOME
from fordran.books.make import make_vouchers
from fordran.books.models import Covered, Voucher
from fordran.books.reconcile import reconcile
from fordran.cases.office import open_office
from fordran.creditors.models import Creditor
from fordran.day.story import play
from fordran.day.story_file import read_story
from fordran.day.world import letter_channels
from fordran.ledger.models import Transfer
from fordran.ledger.post import balances
from fordran.settlement.models import Allocation
from tests.voucher_proofs import assert_claims_agree, assert_vouchers_hold, sums_by

STORIES = sorted((Path(__file__).resolve().parents[2] / "scenarios").glob("*.toml"))


@pytest.mark.parametrize("path", STORIES, ids=lambda path: path.stem)
def test_the_vouchers_of_a_story_say_all_its_money_once(path: Path, db: None, tmp_path: Path) -> None:
    played = play(read_story(path.read_text("utf-8")), {"folder": letter_channels(str(tmp_path))["folder"]})
    creditor = Creditor.objects.get()
    make_vouchers(open_office(creditor), played.last)
    assert_vouchers_hold(creditor)
    assert_claims_agree(creditor)
    assert_income_is_what_was_paid(creditor)
    assert_bank_agrees(creditor)
    result = reconcile(open_office(creditor), played.last)
    assert result.unexplained == 0, [d for d in result.differences if d.unexplained_minor] or result.money
    before = (Voucher.objects.count(), Covered.objects.count())
    make_vouchers(open_office(creditor), played.last)
    assert (Voucher.objects.count(), Covered.objects.count()) == before


def assert_income_is_what_was_paid(creditor: Creditor) -> None:
    """Over a case's life: what the debtor paid in interest and costs, less interest that went over to capital."""
    by_case = sums_by(creditor, "case_number", "role")
    cases = {case for case, _ in by_case} - {0}
    for case in cases:
        income = -sum(by_case.get((case, str(role)), 0) for role in INCOME)
        paid = sum(sum(a) for a in Allocation.objects.filter(case_id=case).values_list("costs_minor", "interest_minor"))
        moved = 0
        for t in Transfer.objects.filter(case_number=case, reason="interest_waived_paid_in_time", credit="capital"):
            moved += 0 if Transfer.objects.filter(reverses=t).exists() else t.amount_minor
        assert income == paid - moved, case


def assert_bank_agrees(creditor: Creditor) -> None:
    """Own collection: what the bank, the unexplained and the owed-back hold is the same in both books."""
    ours = balances(creditor.pk)
    theirs = sums_by(creditor, "role")
    if creditor.mode == "own":
        for account, role in (("own_bank", "bank"), ("suspense", "unidentified"), ("refunds", "refunds")):
            assert sum(v for (name, _), v in ours.items() if name == account) == theirs.get((role,), 0), account
    else:
        assert -sum(v for (name, _), v in ours.items() if name in ("payable", "in_transit")) == theirs.get(("agency",), 0)
        assert not theirs.get(("unidentified",))
