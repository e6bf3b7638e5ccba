"""Money on account covers the oldest claim first and reaches no further than it does."""

from __future__ import annotations

from datetime import date

from fordran.process.on_account import OnAccount, RunningClaim, may_be_paid

OLD = RunningClaim(1, 7, "SEK", date(2026, 1, 30), "1001", 100_000)
NEW = RunningClaim(2, 7, "SEK", date(2026, 2, 10), "1002", 50_000)


def test_the_oldest_claim_is_covered_first_and_only_as_far_as_the_money_reaches() -> None:
    assert may_be_paid([OnAccount(1, 7, "SEK", 80_000)], [NEW, OLD]) == {1: 80_000}
    assert may_be_paid([OnAccount(1, 7, "SEK", 100_000)], [NEW, OLD]) == {1: 100_000}
    assert may_be_paid([OnAccount(1, 7, "SEK", 100_001)], [NEW, OLD]) == {1: 100_000, 2: 1}
    assert may_be_paid([OnAccount(1, 7, "SEK", 70_000), OnAccount(2, 7, "SEK", 500_000)], [NEW, OLD]) == {1: 100_000, 2: 50_000}


def test_neither_another_customers_money_nor_money_in_another_currency_covers_anything() -> None:
    assert may_be_paid([OnAccount(1, 8, "SEK", 80_000), OnAccount(2, 7, "EUR", 80_000)], [OLD, NEW]) == {}


def test_what_a_person_has_let_go_on_is_passed_by_and_the_money_may_be_for_the_next() -> None:
    let_go = RunningClaim(1, 7, "SEK", OLD.due_on, "1001", 100_000, let_go_to=4)
    assert may_be_paid([OnAccount(4, 7, "SEK", 80_000)], [let_go, NEW]) == {2: 50_000}
    assert may_be_paid([OnAccount(4, 7, "SEK", 50_000), OnAccount(5, 7, "SEK", 60_000)], [let_go, NEW]) == {1: 60_000, 2: 50_000}


def test_a_claim_of_nothing_is_not_asked_about() -> None:
    assert may_be_paid([OnAccount(1, 7, "SEK", 5)], [RunningClaim(1, 7, "SEK", OLD.due_on, "1001", 0)]) == {}
