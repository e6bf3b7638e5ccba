"""The gate: what a debtor may be charged, and that no order of events gets past it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.core.findings import Finding
from fordran.core.law import Dated, NotInForce, Since
from fordran.core.reasons import Reason
from fordran.countries.se import fees
from fordran.countries.se.country import COUNTRY
from fordran.countries.se.sources import INKASSOKOSTNADSLAGEN
from fordran.process.country import CostAllowed
from fordran.process.facts import CaseFacts, ClaimKind, Cost, CostKind, DebtorKind, Movement, StepKind, StepTaken
from tests.countries.law_cases import DUE, a_case, a_claim, a_policy, day

AFTER = DUE + timedelta(days=6)
ASKED = a_policy(late_payment_compensation=True)
NOT_ASKED = a_policy()


def ask(kind: CostKind, facts: CaseFacts, today: date = AFTER, policy: object = NOT_ASKED) -> CostAllowed | Finding:
    return COUNTRY.cost_allowed(kind, facts, policy, today)  # type: ignore[arg-type]


def reason(answer: CostAllowed | Finding) -> Reason:
    assert isinstance(answer, Finding)
    return answer.reason


def amount(answer: CostAllowed | Finding) -> int:
    assert isinstance(answer, CostAllowed)
    return answer.amount_minor


# ---- amounts ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "first", "before", "now"),
    [
        ("reminder", "2003-07-01", None, 5_000),
        ("reminder", "2013-03-16", 5_000, 6_000),
        ("demand", "2003-07-01", None, 16_000),
        ("demand", "2013-03-16", 16_000, 18_000),
        ("instalment-plan", "2003-07-01", None, 15_000),
        ("instalment-plan", "2013-03-16", 15_000, 17_000),
        ("late-payment", "2013-03-16", None, 45_000),
        ("application", "2009-01-01", None, 30_000),
        ("legal-work", "2006-07-01", None, 34_000),
        ("legal-work", "2014-01-01", 34_000, 38_000),
        ("enforcement", "2008-01-01", None, 60_000),
    ],
)
def test_each_amount_holds_from_its_day_and_not_the_day_before(kind: str, first: str, before: int | None, now: int) -> None:
    value = fees.FEES[kind]
    assert value.on(day(first)) == now
    yesterday = day(first) - timedelta(days=1)
    if before is None:
        with pytest.raises(NotInForce):
            value.on(yesterday)
    else:
        assert value.on(yesterday) == before


# ---- reminder ---------------------------------------------------------------------------------------------------


def test_a_reminder_agreed_in_time_costs_sixty_kronor_and_says_where_it_stands() -> None:
    answer = ask(CostKind.REMINDER, a_case())
    assert amount(answer) == 6_000
    assert isinstance(answer, CostAllowed) and answer.finding.source is not None
    assert answer.finding.source.section.startswith("4 §") and answer.in_force == day("2013-03-16")


def test_a_reminder_that_was_not_agreed_is_free() -> None:
    assert reason(ask(CostKind.REMINDER, a_case(claim=a_claim(terms_agreed_on=None)))) == Reason.REMINDER_COST_NOT_AGREED


def test_terms_agreed_the_day_the_debt_arose_are_in_time_and_the_day_after_too_late() -> None:
    arose = day("2026-01-15")
    assert amount(ask(CostKind.REMINDER, a_case(claim=a_claim(arose_on=arose, terms_agreed_on=arose)))) == 6_000
    late = a_claim(arose_on=arose, terms_agreed_on=arose + timedelta(days=1))
    assert reason(ask(CostKind.REMINDER, a_case(claim=late))) == Reason.REMINDER_COST_AGREED_TOO_LATE


def test_the_earliest_known_day_counts_as_the_day_the_debt_arose() -> None:
    claim = a_claim(issued_on=day("2026-01-10"), arose_on=day("2026-02-01"), terms_agreed_on=day("2026-01-20"))
    assert reason(ask(CostKind.REMINDER, a_case(claim=claim))) == Reason.REMINDER_COST_AGREED_TOO_LATE


def test_without_a_known_day_the_agreement_is_not_proven() -> None:
    claim = a_claim(issued_on=None, arose_on=None)
    assert reason(ask(CostKind.REMINDER, a_case(claim=claim))) == Reason.REMINDER_COST_NOT_AGREED


def test_the_creditors_own_reminder_uses_up_the_right_with_or_without_fee() -> None:
    for fee in (None, 0, 5_000):
        claim = a_claim(reminded_on=DUE + timedelta(days=2), reminded_fee_minor=fee)
        assert reason(ask(CostKind.REMINDER, a_case(claim=claim))) == Reason.REMINDED_BEFORE_US


def test_a_reminder_cost_is_never_charged_again_even_when_it_was_waived() -> None:
    waived = (Cost(CostKind.REMINDER, 6_000, AFTER, waived_minor=6_000),)
    assert reason(ask(CostKind.REMINDER, a_case(costs=waived))) == Reason.REMINDER_COST_ALREADY_TAKEN


def test_a_case_whose_reminder_went_in_a_joint_letter_can_never_bear_that_cost() -> None:
    case = a_case(steps=(StepTaken(StepKind.REMINDER, AFTER, AFTER),))
    assert reason(ask(CostKind.REMINDER, case, AFTER + timedelta(days=20))) == Reason.REMINDER_COST_ALREADY_TAKEN


@pytest.mark.parametrize("kind", list(CostKind))
def test_nothing_costs_anything_before_the_day_after_the_moved_due_day(kind: CostKind) -> None:
    claim = a_claim(due_on=day("2026-04-03"), debtor=DebtorKind.BUSINESS, due_agreed=True)  # moves to Tuesday 7 April
    assert reason(ask(kind, a_case(claim=claim), day("2026-04-07"), ASKED)) == Reason.NOT_DUE_BY_LAW
    assert amount(ask(kind, a_case(claim=claim), day("2026-04-08"), ASKED)) > 0


@pytest.mark.parametrize("kind", list(CostKind))
def test_nothing_may_be_charged_on_a_paid_claim(kind: CostKind) -> None:
    case = a_case(movements=(Movement(DUE, -100_000),))
    assert reason(ask(kind, case, policy=ASKED)) == Reason.NOT_OPEN


# ---- demand, plan -----------------------------------------------------------------------------------------------


def test_a_demand_needs_no_agreement_and_is_charged_once() -> None:
    case = a_case(claim=a_claim(terms_agreed_on=None))
    assert amount(ask(CostKind.DEMAND, case)) == 18_000
    assert reason(ask(CostKind.DEMAND, replace(case, costs=(Cost(CostKind.DEMAND, 18_000, AFTER),)))) == (
        Reason.DEMAND_COST_ALREADY_TAKEN
    )


def test_one_plan_may_cost_and_no_second() -> None:
    assert amount(ask(CostKind.INSTALMENT_PLAN, a_case())) == 17_000
    again = a_case(costs=(Cost(CostKind.INSTALMENT_PLAN, 17_000, AFTER),))
    assert reason(ask(CostKind.INSTALMENT_PLAN, again)) == Reason.PLAN_COST_ALREADY_TAKEN


# ---- compensation -----------------------------------------------------------------------------------------------


def a_business_case(**changes: object) -> CaseFacts:
    claim = a_claim(**({"debtor": DebtorKind.BUSINESS, "due_agreed": True} | changes))
    return a_case(claim=claim)


def test_compensation_is_off_unless_the_creditor_asks_for_it() -> None:
    assert reason(ask(CostKind.LATE_PAYMENT, a_business_case())) == Reason.COMPENSATION_NOT_ASKED
    assert amount(ask(CostKind.LATE_PAYMENT, a_business_case(), policy=ASKED)) == 45_000
    assert amount(ask(CostKind.LATE_PAYMENT, a_business_case(debtor=DebtorKind.PUBLIC), policy=ASKED)) == 45_000


@pytest.mark.parametrize(
    ("changes", "lack"),
    [
        ({"debtor": DebtorKind.CONSUMER}, "debtor_business"),
        ({"debtor": DebtorKind.UNKNOWN}, "debtor_business"),
        ({"creditor_is_business": False}, "creditor_business"),
        ({"kind": ClaimKind.RENT}, "goods_services"),
        ({"arose_on": date(2013, 3, 15)}, "old_contract"),
        ({"issued_on": None}, "debt_day"),
        ({"due_agreed": False, "issued_on": date(2026, 3, 1)}, "interest"),
    ],
)
def test_compensation_is_refused_when_a_condition_fails(changes: dict[str, object], lack: str) -> None:
    answer = ask(CostKind.LATE_PAYMENT, a_business_case(**changes), policy=ASKED)
    assert reason(answer) == Reason.COMPENSATION_NOT_ALLOWED
    assert isinstance(answer, Finding) and answer.fact("lack") == lack


def test_a_contract_of_the_first_day_gives_compensation() -> None:
    assert amount(ask(CostKind.LATE_PAYMENT, a_business_case(arose_on=date(2013, 3, 16)), policy=ASKED)) == 45_000


def test_compensation_waits_for_the_thirtieth_day_where_no_due_day_was_agreed() -> None:
    case = a_business_case(due_agreed=False, issued_on=day("2026-03-01"))
    assert reason(ask(CostKind.LATE_PAYMENT, case, day("2026-03-30"), ASKED)) == Reason.COMPENSATION_NOT_ALLOWED
    assert amount(ask(CostKind.LATE_PAYMENT, case, day("2026-03-31"), ASKED)) == 45_000


def charge(case: CaseFacts, kind: CostKind, on: date) -> CaseFacts:
    """Ask the gate, and do what it allows: charge the cost and, for letters, mark the step as taken."""
    answer = ask(kind, case, on, ASKED)
    if isinstance(answer, CostAllowed):
        case = replace(case, costs=(*case.costs, Cost(kind, answer.amount_minor, on)))
    step = {CostKind.REMINDER: StepKind.REMINDER, CostKind.DEMAND: StepKind.DEMAND}.get(kind)
    return replace(case, steps=(*case.steps, StepTaken(step, on, on))) if step else case


def total(case: CaseFacts) -> int:
    return sum(cost.amount_minor for cost in case.costs)


def test_after_a_paid_reminder_the_compensation_is_390_and_the_demand_nothing() -> None:
    case = charge(a_business_case(), CostKind.REMINDER, AFTER)
    case = charge(case, CostKind.LATE_PAYMENT, AFTER + timedelta(days=20))
    assert [cost.amount_minor for cost in case.costs] == [6_000, 39_000]
    assert reason(ask(CostKind.DEMAND, case, AFTER + timedelta(days=20), ASKED)) == Reason.CONTAINED_IN_COMPENSATION


@pytest.mark.parametrize("order", list(permutations(CostKind)))
def test_in_every_order_the_whole_is_the_compensation(order: tuple[CostKind, ...]) -> None:
    case = a_business_case()
    for number, kind in enumerate(order):
        case = charge(case, kind, AFTER + timedelta(days=20 * number))
        paid = [k for k in order[: number + 1] if k != CostKind.LATE_PAYMENT]
        asked = sum(fees.FEES[k].on(AFTER) for k in paid)
        assert total(case) == (max(45_000, asked) if CostKind.LATE_PAYMENT in order[: number + 1] else asked)


@given(
    st.permutations(list(CostKind)),
    st.booleans(),
    st.tuples(*[st.integers(1_000, 60_000)] * 3),
    st.integers(0, 4),
)
def test_in_every_order_and_with_any_amounts_the_whole_is_the_larger_of_the_two(
    order: list[CostKind], agreed: bool, amounts: tuple[int, int, int], left_out: int
) -> None:
    kinds = (CostKind.REMINDER, CostKind.DEMAND, CostKind.INSTALMENT_PLAN)
    book = dict(zip(kinds, amounts, strict=True))
    order = [kind for n, kind in enumerate(order) if n != left_out]
    case = a_business_case(**({} if agreed else {"terms_agreed_on": None}))
    with pytest.MonkeyPatch.context() as patch:
        for kind, most in book.items():
            patch.setitem(fees.FEES, kind.value, Dated("test", Since(date(2013, 3, 16), most, INKASSOKOSTNADSLAGEN())))
        for number, kind in enumerate(order):
            case = charge(case, kind, AFTER + timedelta(days=20 * number))
    may = [k for k in order if k in book and (agreed or k != CostKind.REMINDER)]
    asked = sum(book[k] for k in may)
    most = max(45_000, asked) if CostKind.LATE_PAYMENT in order else asked
    assert total(case) <= most
    plan_was_hidden = CostKind.INSTALMENT_PLAN in may and not case.was_charged(CostKind.INSTALMENT_PLAN)
    if not plan_was_hidden:  # a plan that cost nothing leaves no trace in the facts; then less is asked, never more
        assert total(case) == most


# ---- the creditor's own reminder --------------------------------------------------------------------------------


def test_a_stated_fee_of_an_earlier_reminder_is_claimable_within_the_cap_of_its_day() -> None:
    on = DUE + timedelta(days=3)
    answer = COUNTRY.earlier_reminder_cost(a_claim(reminded_on=on, reminded_fee_minor=5_000))
    assert amount(answer) == 5_000
    assert amount(COUNTRY.earlier_reminder_cost(a_claim(reminded_on=on, reminded_fee_minor=9_500))) == 6_000


def test_an_earlier_fee_without_agreement_or_date_or_before_the_due_day_is_not_claimable() -> None:
    on = DUE + timedelta(days=3)
    for claim in (
        a_claim(reminded_on=on, reminded_fee_minor=6_000, terms_agreed_on=None),
        a_claim(reminded_on=None, reminded_fee_minor=6_000),
        a_claim(reminded_on=DUE, reminded_fee_minor=6_000),
        a_claim(reminded_on=on, reminded_fee_minor=None),
        a_claim(reminded_on=on, reminded_fee_minor=0),
    ):
        assert isinstance(COUNTRY.earlier_reminder_cost(claim), Finding)
