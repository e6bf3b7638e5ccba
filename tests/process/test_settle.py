"""What money does to a claim. The figures are counted by hand: 1 000 kronor at 10 % is 27.397 öre a day in 2026."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fordran.core.reasons import Reason
from fordran.process.bookings import Account
from fordran.process.decide import decide
from fordran.process.facts import CaseFacts, CostKind, DebtorKind, Stage
from fordran.process.outcomes import Close
from fordran.process.settle import Settled, settle_credit, settle_payment, waive_cost, write_off
from tests.build import SE, a_claim, a_policy, carried_on, day, facts

REMINDED, _ = carried_on(facts(), day("2026-02-04"))
"""Asked 1 061.37 on 4 February: 1 000 + 1.37 for five days + 60; to be paid by 16 February."""
DEMANDED, _ = carried_on(REMINDED, day("2026-02-19"))
"""Asked 1 245.48 on 19 February: 1 000 + 5.48 for twenty days + 60 + 180; by 2 March."""


def pay(case: CaseFacts, minor: int, on: str, today: str | None = None) -> Settled:
    return settle_payment(case, minor, day(on), SE, today=day(today or on))


def left(case: CaseFacts) -> tuple[int, int, int]:
    return case.capital_minor, case.interest_open_minor, case.costs_open_minor


def parts(done: Settled) -> tuple[int, int, int, int]:
    a = done.allocated
    return a.costs_minor, a.interest_minor, a.capital_minor, a.left_over_minor


def total(done: Settled, reason: Reason) -> int:
    return sum(b.amount_minor for b in done.bookings if b.reason == reason)


def test_the_letters_ask_what_was_counted_by_hand() -> None:
    assert (REMINDED.steps[-1].asked_minor, REMINDED.steps[-1].last_day) == (106_137, day("2026-02-16"))
    assert (DEMANDED.steps[-1].asked_minor, DEMANDED.steps[-1].last_day) == (124_548, day("2026-03-02"))


# ---- the law's order --------------------------------------------------------------------------------------------


def test_a_part_payment_goes_to_costs_then_interest_to_that_day_then_capital() -> None:
    done = pay(REMINDED, 50_000, "2026-02-24")  # 25 days: 684.93
    assert parts(done) == (6_000, 685, 43_315, 0)
    assert left(done.facts) == (56_685, 0, 0)


def test_too_little_for_the_costs_pays_nothing_else() -> None:
    done = pay(REMINDED, 5_000, "2026-02-24")
    assert parts(done) == (5_000, 0, 0, 0) and left(done.facts) == (100_000, 685, 1_000)


def test_among_costs_the_oldest_is_paid_first() -> None:
    done = pay(DEMANDED, 10_000, "2026-03-10")
    assert {c.kind: c.paid_minor for c in done.facts.costs} == {CostKind.REMINDER: 6_000, CostKind.DEMAND: 4_000}


def test_exactly_the_invoice_paid_late_leaves_a_rest_of_capital_that_gets_no_letter() -> None:
    done = pay(REMINDED, 100_000, "2026-02-17")  # 18 days: 493
    assert parts(done) == (6_000, 493, 93_507, 0) and left(done.facts) == (6_493, 0, 0)
    assert decide(done.facts, a_policy(), SE, day("2026-02-17")).because[0].reason == Reason.REST_LEFT_ALONE


def test_more_than_is_owed_is_left_over() -> None:
    done = pay(REMINDED, 200_000, "2026-02-24")
    assert done.left_over_minor == 200_000 - 106_685 and left(done.facts) == (0, 0, 0)
    assert done.facts.payments[-1].amount_minor == 106_685


# ---- in time, and late ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("on", ["2026-02-04", "2026-02-10", "2026-02-16"])
def test_the_letters_total_by_its_last_day_settles_the_claim(on: str) -> None:
    done = pay(REMINDED, 106_137, on)
    assert done.in_time and left(done.facts) == (0, 0, 0) and done.left_over_minor == 0
    outcome = decide(done.facts, a_policy(), SE, day(on))
    assert isinstance(outcome, Close) and outcome.cause == Reason.PAID_IN_TIME


def test_the_interest_from_the_letter_to_the_payment_is_waived_in_the_books() -> None:
    done = pay(REMINDED, 106_137, "2026-02-16")
    assert total(done, Reason.INTEREST_WAIVED_PAID_IN_TIME) == 466 - 137


def test_the_day_after_the_last_day_the_debtor_owes_from_the_day_after_the_letter() -> None:
    done = pay(REMINDED, 106_137, "2026-02-17")
    assert not done.in_time and total(done, Reason.INTEREST_WAIVED_PAID_IN_TIME) == 0
    assert sum(left(done.facts)) == 493 - 137  # 5 to 17 February


def test_one_who_pays_more_than_the_letter_asked_in_time_gets_all_of_the_rest_back() -> None:
    done = pay(REMINDED, 110_000, "2026-02-16")
    assert done.left_over_minor == 110_000 - 106_137 and left(done.facts) == (0, 0, 0)


def test_a_letter_paid_in_two_parts_in_time_is_settled_too() -> None:
    first = pay(REMINDED, 50_000, "2026-02-10")
    assert not first.in_time
    second = pay(first.facts, 56_137, "2026-02-16")
    assert second.in_time and left(second.facts) == (0, 0, 0) and second.left_over_minor == 0


def test_a_krona_too_little_does_not_settle() -> None:
    done = pay(REMINDED, 106_099, "2026-02-16")
    assert not done.in_time and sum(left(done.facts)) == 466 - 137 + 38


def test_the_sum_in_whole_kronor_settles_and_its_oere_are_rounded_off() -> None:
    done = pay(REMINDED, 106_100, "2026-02-16")
    assert done.in_time and left(done.facts) == (0, 0, 0)
    assert [(b.amount_minor, b.reason) for b in done.bookings if b.reason == Reason.ROUNDED] == [(37, Reason.ROUNDED)]


def test_a_payment_that_lacks_more_than_rounding_rounds_nothing_off() -> None:
    done = pay(REMINDED, 106_087, "2026-02-16")
    assert left(done.facts)[0] > 0 and not any(b.reason == Reason.ROUNDED for b in done.bookings)


def test_a_demand_paid_in_time_settles_with_both_costs() -> None:
    done = pay(DEMANDED, 124_548, "2026-03-02")
    assert done.in_time and left(done.facts) == (0, 0, 0)
    assert sum(c.paid_minor for c in done.facts.costs) == 24_000


def test_paying_the_old_reminders_total_after_the_demand_does_not_settle() -> None:
    done = pay(DEMANDED, 106_137, "2026-02-24")
    assert not done.in_time and sum(left(done.facts)) == 124_000 + 685 - 106_137


def test_a_letter_that_has_not_left_cannot_be_paid_in_time() -> None:
    waiting = replace(REMINDED, steps=(replace(REMINDED.steps[0], sent=False),))
    assert not pay(waiting, 106_137, "2026-02-16").in_time


# ---- crossing ---------------------------------------------------------------------------------------------------


def test_a_payment_booked_before_the_letter_was_sent_takes_its_cost_away() -> None:
    """Booked on Tuesday the 3rd, seen on Thursday the 5th; the reminder left on the 4th. Four days: 110 öre."""
    done = pay(REMINDED, 100_110, "2026-02-03", today="2026-02-05")
    assert total(done, Reason.COST_WAIVED) == 6_000
    assert left(done.facts) == (0, 0, 0) and done.left_over_minor == 0


def test_the_invoice_paid_before_the_letter_leaves_no_more_than_the_interest_to_that_day() -> None:
    done = pay(REMINDED, 100_000, "2026-02-03", today="2026-02-05")
    assert sum(left(done.facts)) == 110 and done.facts.costs_open_minor == 0


def test_a_payment_on_the_very_day_the_letter_was_sent_owes_its_cost() -> None:
    done = pay(REMINDED, 100_110, "2026-02-04", today="2026-02-05")
    assert total(done, Reason.COST_WAIVED) == 0


def test_a_part_payment_before_the_letter_does_not_take_the_cost_away() -> None:
    assert total(pay(REMINDED, 99_999, "2026-02-03", today="2026-02-05"), Reason.COST_WAIVED) == 0


def test_a_payment_between_reminder_and_demand_takes_only_the_demands_cost_away() -> None:
    done = pay(DEMANDED, 106_493, "2026-02-17", today="2026-02-20")  # 18 days: 493
    assert {c.kind: (c.paid_minor, c.waived_minor) for c in done.facts.costs} == {
        CostKind.REMINDER: (6_000, 0), CostKind.DEMAND: (0, 18_000),
    }  # fmt: skip
    assert left(done.facts) == (0, 0, 0)


def test_the_cost_counts_from_the_day_the_letter_was_really_sent() -> None:
    """Dated the 4th, posted the 6th: one who paid on the 5th had paid before it was sent."""
    posted_late = replace(REMINDED, steps=(replace(REMINDED.steps[0], on=day("2026-02-06")),))
    done = pay(posted_late, 100_164, "2026-02-05", today="2026-02-09")
    assert total(done, Reason.COST_WAIVED) == 6_000


def test_a_payment_learnt_late_lowers_the_interest_that_was_counted_on_money_already_paid() -> None:
    """Half was paid on 9 February; the demand of the 19th counted on the whole. Learnt on the 23rd."""
    done = pay(DEMANDED, 50_000, "2026-02-09", today="2026-02-23")
    assert total(done, Reason.INTEREST_TOO_HIGH_BEFORE) == 548 - 274
    assert parts(done) == parts(pay(REMINDED, 50_000, "2026-02-09")) == (6_000, 274, 43_726, 0)


def test_a_payment_from_before_the_demand_pays_the_demands_cost_only_with_what_is_left_over() -> None:
    done = pay(DEMANDED, 60_000, "2026-02-09", today="2026-02-23")
    assert {c.kind: c.paid_minor for c in done.facts.costs} == {CostKind.REMINDER: 6_000, CostKind.DEMAND: 0}


# ---- credits ----------------------------------------------------------------------------------------------------


def credit(case: CaseFacts, minor: int, on: str) -> Settled:
    return settle_credit(case, minor, day(on), SE, today=day(on))


def test_a_credit_of_the_whole_takes_interest_and_costs_with_it() -> None:
    done = credit(DEMANDED, 100_000, "2026-02-24")
    assert left(done.facts) == (0, 0, 0)
    assert total(done, Reason.COST_FELL_WITH_CASE) == 24_548 and total(done, Reason.CREDIT_RECEIVED) == 100_000
    outcome = decide(done.facts, a_policy(), SE, day("2026-02-24"))
    assert isinstance(outcome, Close) and outcome.cause == Reason.CREDITED


def test_a_credit_of_a_part_lowers_the_capital_as_if_it_had_never_been_owed() -> None:
    done = credit(REMINDED, 40_000, "2026-02-24")
    assert done.facts.capital_minor == 60_000 and done.facts.costs_open_minor == 6_000
    later_on = pay(done.facts, 66_000 + 411, "2026-02-24")  # 25 days on 600 kronor: 410.96
    assert left(later_on.facts) == (0, 0, 0)


def test_interest_booked_on_what_was_credited_is_taken_back() -> None:
    done = credit(DEMANDED, 90_000, "2026-02-19")
    assert total(done, Reason.INTEREST_TOO_HIGH_BEFORE) == 548 - 55
    assert done.facts.interest_open_minor == 55


def test_a_credit_larger_than_the_claim_takes_the_claim_and_no_more() -> None:
    done = credit(REMINDED, 150_000, "2026-02-24")
    assert done.left_over_minor == 50_000 and left(done.facts) == (0, 0, 0)


# ---- waivers ----------------------------------------------------------------------------------------------------


def test_only_what_is_open_of_a_cost_is_waived() -> None:
    paid = pay(REMINDED, 2_000, "2026-02-24").facts
    (booking,) = waive_cost(paid, CostKind.REMINDER, day("2026-02-25"), "SEK", Reason.COST_WAIVED)
    assert (booking.amount_minor, booking.debit, booking.credit) == (4_000, Account.CLAIMS, Account.REMINDER_COST)
    assert waive_cost(facts(), CostKind.REMINDER, day("2026-02-25"), "SEK", Reason.COST_WAIVED) == ()


def test_a_write_off_empties_every_part() -> None:
    assert sum(b.amount_minor for b in write_off(DEMANDED, day("2026-02-24"), "SEK", Reason.WRITTEN_OFF)) == sum(left(DEMANDED))


def test_a_compensation_is_paid_as_a_cost() -> None:
    policy = a_policy(late_payment_compensation=True)
    case, _ = carried_on(facts(claim=a_claim(debtor=DebtorKind.BUSINESS)), day("2026-02-04"), policy)
    assert case.steps[-1].asked_minor == 100_000 + 137 + 45_000 and case.stage == Stage.REMINDED
    done = pay(case, 50_000, "2026-02-10")
    assert parts(done)[0] == 45_000
