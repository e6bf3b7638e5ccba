"""An account that was changed or approved in the database itself gets no money."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection

from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.creditors.models import PayoutAccount
from fordran.payouts.models import AccountSeal
from fordran.payouts.orders import release
from fordran.payouts.prepare import prepare_payouts
from fordran.payouts.terms import approve_account
from tests.payouts.test_payouts import pays
from tests.payouts.world import FRIDAY, sent_files

THIEFS = "5536-7742".replace("-", "")


def by_hand(statement: str) -> None:
    """Somebody who writes to the tables and does not hold the key."""
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("statement", [
    f"""DELETE FROM payouts_accountseal;
        DELETE FROM creditors_payoutaccount;
        INSERT INTO creditors_payoutaccount (creditor_id, kind, number, preferred, becomes_preferred, proposed_by, approved_on,
            approved_by) SELECT id, 'bankgiro', '{THIEFS}', true, false, 'kim', '2026-02-01', 'vera' FROM creditors_creditor""",
    "UPDATE creditors_payoutaccount SET approved_by = 'somebody'",
    "UPDATE payouts_accountseal SET digest = sha256(digest)",
    "DELETE FROM payouts_accountseal",
])  # fmt: skip
def test_what_was_changed_in_the_database_is_refused_when_a_payout_is_prepared(some: Office, statement: str) -> None:
    pays(some, [("1001", 106_137)])
    by_hand(statement)
    prepared = prepare_payouts(some, FRIDAY)
    assert prepared.payouts == [] and "without the seal" in prepared.problems[0] and "approve" in prepared.problems[1]


def test_one_put_in_as_approved_is_told_of_and_the_money_goes_where_it_went(some: Office) -> None:
    pays(some, [("1001", 106_137)])
    with connection.cursor() as cursor:  # four_eyes is content: two names
        cursor.execute(
            """UPDATE creditors_payoutaccount SET preferred = false;
               INSERT INTO creditors_payoutaccount (creditor_id, kind, number, preferred, becomes_preferred, proposed_by,
                   approved_on, approved_by) VALUES (%s, 'bankgiro', %s, true, false, 'kim', %s, 'vera')""",
            [some.creditor.pk, THIEFS, FRIDAY],
        )
    prepared = prepare_payouts(some, FRIDAY)
    assert [order.to_number for payout in prepared.payouts for order in payout.orders.all()] == ["9912346"]
    assert [f"…{THIEFS[-4:]}" in problem for problem in prepared.problems] == [True]


def test_an_order_is_not_released_once_its_account_was_changed(some: Office, tmp_path: Path) -> None:
    pays(some, [("1001", 106_137)])
    prepare_payouts(some, FRIDAY)
    by_hand("UPDATE creditors_payoutaccount SET approved_by = 'somebody'")
    with pytest.raises(Refused, match="no longer approved"):
        release(some.creditor, [1], by="kim", today=FRIDAY)
    assert sent_files(tmp_path) == []


def test_a_real_yes_seals_it_and_taking_the_account_away_takes_the_seal(some: Office) -> None:
    PayoutAccount.objects.update(approved_on=None, approved_by="")
    approve_account(some.creditor, "991-2346", by="vera", today=FRIDAY)
    pays(some, [("1001", 106_137)])
    prepared = prepare_payouts(some, FRIDAY)
    assert len(prepared.payouts) == 1 and prepared.problems == []
    PayoutAccount.objects.all().delete()
    assert not AccountSeal.objects.exists()
