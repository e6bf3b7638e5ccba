"""The table of steps: whole, reachable, and never shorter than custom and law ask."""

from __future__ import annotations

from fordran.countries.registry import COUNTRIES, country
from fordran.countries.se.procedure import BY_INSTRUCTION, POLICY_LEAST, STEPS
from fordran.process.country import Wait
from fordran.process.facts import CostKind, Stage, StepKind
from fordran.process.policy import DEFAULTS
from tests.countries.law_cases import day


def test_sweden_is_registered_under_its_code() -> None:
    assert country("SE") is COUNTRIES["SE"] and country("SE").code == "SE"


def test_each_stage_before_the_courts_is_reached_and_has_a_way_on() -> None:
    reached = {Stage.OPEN} | {step.to_stage for step in STEPS}
    left = {stage for step in STEPS for stage in step.from_stages}
    assert left <= reached
    assert reached - left - {None} == {Stage.PAYMENT_ORDER, Stage.SURVEILLANCE}


def test_each_row_of_a_stage_is_of_its_own_kind() -> None:
    for stage in Stage:
        kinds = [step.kind for step in STEPS if stage in step.from_stages]
        assert len(kinds) == len(set(kinds))


def test_every_letter_with_a_cost_sets_a_last_day_and_asks_for_the_compensation_first() -> None:
    for step in STEPS:
        if step.may_cost:
            assert step.sends_letter and step.pay_setting and step.may_cost[0] == CostKind.LATE_PAYMENT


def test_notice_and_rest_letter_are_free() -> None:
    assert all(not step.may_cost for step in STEPS if step.kind in (StepKind.NOTICE, StepKind.RESIDUAL))


def test_the_waits_are_those_of_law_and_custom() -> None:
    waits = {(step.kind, step.from_stages[0]): (step.wait, step.wait_least) for step in STEPS}
    assert waits[(StepKind.REMINDER, Stage.NOTICED)] == (Wait.SENT, 7)
    assert waits[(StepKind.DEMAND, Stage.REMINDED)] == (Wait.LAST_DAY, 3)
    assert waits[(StepKind.AWAIT_CREDITOR, Stage.DEMANDED)] == (Wait.LAST_DAY, 4)


def test_every_step_says_why_it_is_there() -> None:
    assert all(step.source is not None for step in STEPS)


def test_settings_cannot_go_below_the_waits_and_the_defaults_do_not() -> None:
    for step in STEPS:
        assert POLICY_LEAST[step.wait_setting][0] >= step.wait_least
    for name, (least, source) in POLICY_LEAST.items():
        default = getattr(DEFAULTS, name)
        assert source is not None and (default >= least or (name, default) == ("demand_days", 0)), name


def test_nobody_goes_to_court_without_being_told() -> None:
    assert set(BY_INSTRUCTION) == {step.kind for step in STEPS if Stage.AWAITING_CREDITOR in step.from_stages}


def test_the_table_is_dated() -> None:
    assert country("SE").procedure.on(day("2026-03-20")) == STEPS
