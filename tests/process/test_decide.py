"""What is due today: each branch of the judgement, its day and the day before."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from fordran.core.reasons import Reason
from fordran.process.decide import decide, earliest_day, next_step
from fordran.process.facts import (
    CaseFacts,
    Cost,
    CostKind,
    Debtor,
    DebtorKind,
    Hold,
    HoldKind,
    Instruction,
    InstructionKind,
    Interruption,
    InterruptionKind,
    Movement,
    PaymentSeen,
    Stage,
    StepKind,
)
from fordran.process.outcomes import Act, Ask, Close, Wait
from fordran.process.policy import CreditorTerms, Rests
from tests.build import (
    DEMANDED,
    DUE,
    KNOWN_DEBTOR,
    REMINDED,
    SE,
    a_claim,
    a_policy,
    a_step,
    day,
    demanded,
    facts,
    later,
    reasons,
    reminded,
)

POLICY = a_policy()
REMINDER_DAY, DEMAND_DAY, CHOICE_DAY = day("2026-02-04"), day("2026-02-19"), day("2026-03-06")


def act(case: CaseFacts, today: date, **settings: Any) -> Act:
    outcome = decide(case, a_policy(**settings), SE, today)
    assert isinstance(outcome, Act), outcome
    return outcome


def wait(case: CaseFacts, today: date, policy: Any = POLICY) -> Wait:
    outcome = decide(case, policy, SE, today)
    assert isinstance(outcome, Wait), outcome
    return outcome


def ask(case: CaseFacts, today: date, policy: Any = POLICY) -> Ask:
    outcome = decide(case, policy, SE, today)
    assert isinstance(outcome, Ask), outcome
    return outcome


def close(case: CaseFacts, today: date, policy: Any = POLICY) -> Reason:
    outcome = decide(case, policy, SE, today)
    assert isinstance(outcome, Close), outcome
    return outcome.cause


def costs_of(outcome: Act) -> dict[CostKind, int]:
    return {cost.kind: cost.amount_minor for cost in outcome.costs}


# ---- the ordinary road ------------------------------------------------------------------------------------------


def test_the_reminder_goes_on_day_n_with_its_cost_and_ten_days_moved_to_a_banking_day() -> None:
    found = act(facts(), REMINDER_DAY)
    assert (found.step.kind, found.last_day, costs_of(found)) == (
        StepKind.REMINDER,
        day("2026-02-16"),
        {CostKind.REMINDER: 6_000},
    )
    assert wait(facts(opened_on=DUE), later(REMINDER_DAY, -1)).until == REMINDER_DAY


def test_a_missed_day_is_caught_up_with_the_first_step_and_not_the_second() -> None:
    found = act(facts(), day("2026-04-15"))
    assert (found.step.kind, found.last_day) == (StepKind.REMINDER, day("2026-04-27"))


def test_the_demand_goes_on_the_third_banking_day_after_the_reminders_last_day() -> None:
    found = act(reminded(), DEMAND_DAY)
    assert (found.step.kind, found.last_day, costs_of(found)) == (StepKind.DEMAND, day("2026-03-02"), {CostKind.DEMAND: 18_000})
    before = wait(reminded(), later(DEMAND_DAY, -1))
    assert before.until == DEMAND_DAY and reasons(before) == [Reason.WAITS_FOR_LAST_DAY]
    assert before.next_step is not None and before.next_step.kind == StepKind.DEMAND


def test_the_creditor_is_asked_on_the_fourth_banking_day_after_the_demands_last_day() -> None:
    assert act(demanded(), CHOICE_DAY).step.kind == StepKind.AWAIT_CREDITOR
    assert wait(demanded(), later(CHOICE_DAY, -1)).until == CHOICE_DAY


def test_at_the_end_of_the_road_a_person_is_asked_and_nothing_more_is_sent() -> None:
    case = demanded(stage=Stage.AWAITING_CREDITOR, steps=(REMINDED, DEMANDED, a_step(StepKind.AWAIT_CREDITOR, "2026-03-06")))
    for n in (0, 1, 30, 200):
        assert reasons(ask(case, later(CHOICE_DAY, n))) == [Reason.END_OF_AUTOMATIC_PROCEDURE]


@pytest.mark.parametrize(
    ("told", "kind", "stage"),
    [
        (InstructionKind.PAYMENT_ORDER, StepKind.PAYMENT_ORDER, Stage.PAYMENT_ORDER),
        (InstructionKind.SURVEILLANCE, StepKind.SURVEILLANCE, Stage.SURVEILLANCE),
    ],
)
def test_the_creditors_choice_is_a_step_of_its_own(told: InstructionKind, kind: StepKind, stage: Stage) -> None:
    case = demanded(stage=Stage.AWAITING_CREDITOR, instructions=(Instruction(told, CHOICE_DAY),))
    found = act(case, CHOICE_DAY)
    assert (found.step.kind, found.step.to_stage) == (kind, stage)
    done = replace(case, stage=stage, steps=(*case.steps, a_step(kind, "2026-03-06")))
    assert wait(done, later(CHOICE_DAY, 40)).until is None


def test_the_last_of_two_choices_counts() -> None:
    told = (Instruction(InstructionKind.PAYMENT_ORDER, CHOICE_DAY), Instruction(InstructionKind.SURVEILLANCE, CHOICE_DAY))
    assert act(demanded(stage=Stage.AWAITING_CREDITOR, instructions=told), CHOICE_DAY).step.kind == StepKind.SURVEILLANCE


def test_every_wait_counts_from_the_letter_that_was_really_sent() -> None:
    late = replace(REMINDED, on=day("2026-02-11"), last_day=day("2026-02-23"))
    assert wait(reminded(steps=(late,)), DEMAND_DAY).until == day("2026-02-26")


def test_a_letter_that_has_not_left_holds_everything_back() -> None:
    waiting = replace(REMINDED, sent=False)
    found = wait(reminded(steps=(waiting,)), later(DEMAND_DAY, 60))
    assert found.until is None and reasons(found) == [Reason.LETTER_NOT_SENT_YET]


def test_no_letter_goes_on_a_day_that_is_no_banking_day() -> None:
    saturday = day("2026-02-07")
    assert wait(facts(), saturday).until == day("2026-02-09")
    assert reasons(wait(facts(), saturday)) == [Reason.NOT_A_BANKING_DAY]


def test_what_is_due_on_a_saturday_waits_for_monday_from_the_start() -> None:
    case = facts(opened_on=DUE)
    assert wait(case, later(DUE, 4), a_policy(days=8)).until == day("2026-02-09")


def test_a_due_day_on_midsummer_eve_is_not_reminded_before_the_tuesday() -> None:
    case = facts(claim=a_claim(due_on=day("2023-06-23"), issued_on=day("2023-05-24")), opened_on=day("2023-06-24"))
    assert wait(case, day("2023-06-26"), a_policy(days=0)).until == day("2023-06-27")
    assert act(case, day("2023-06-27"), days=0).step.kind == StepKind.REMINDER


@pytest.mark.parametrize(("setting", "shorter"), [("demand_wait", 0), ("pay_days", 1), ("demand_days", 1), ("choice_wait", 0)])
def test_a_setting_below_the_least_shortens_nothing(setting: str, shorter: int) -> None:
    policy = {setting: shorter}
    assert act(facts(), REMINDER_DAY, **policy).last_day == day("2026-02-16")
    assert isinstance(decide(reminded(), a_policy(**policy), SE, later(DEMAND_DAY, -1)), Wait)
    assert act(reminded(), DEMAND_DAY, **policy).last_day == day("2026-03-02")
    assert isinstance(decide(demanded(), a_policy(**policy), SE, later(CHOICE_DAY, -1)), Wait)


def test_a_setting_above_the_least_lengthens() -> None:
    assert act(facts(), REMINDER_DAY, pay_days=20).last_day == day("2026-02-24")
    assert wait(reminded(), DEMAND_DAY, a_policy(demand_wait=10)).until == day("2026-03-02")
    assert wait(demanded(), CHOICE_DAY, a_policy(choice_wait=10)).until == day("2026-03-16")


# ---- the friendly notice ----------------------------------------------------------------------------------------


def test_a_friendly_notice_is_the_first_letter_when_it_is_on_and_costs_nothing() -> None:
    found = act(facts(), REMINDER_DAY, friendly_notice=True)
    assert (found.step.kind, found.last_day, found.costs) == (StepKind.NOTICE, None, ())


def test_the_reminder_follows_at_least_seven_days_after_the_notice_was_sent() -> None:
    noticed = facts(stage=Stage.NOTICED, steps=(a_step(StepKind.NOTICE, "2026-02-04"),))
    policy = a_policy(friendly_notice=True, notice_days=2)
    assert wait(noticed, day("2026-02-10"), policy).until == day("2026-02-11")
    outcome = decide(noticed, policy, SE, day("2026-02-11"))
    assert isinstance(outcome, Act) and outcome.step.kind == StepKind.REMINDER and costs_of(outcome) == {CostKind.REMINDER: 6_000}


def test_a_notice_switched_off_in_mid_process_does_not_strand_the_case() -> None:
    noticed = facts(stage=Stage.NOTICED, steps=(a_step(StepKind.NOTICE, "2026-02-04"),))
    assert act(noticed, day("2026-02-11")).step.kind == StepKind.REMINDER


# ---- reminded by the creditor itself ----------------------------------------------------------------------------

OWN = a_claim(reminded_on=day("2026-02-03"), reminded_fee_minor=0)


def test_one_whom_the_creditor_reminded_gets_our_reminder_without_cost() -> None:
    found = act(facts(claim=OWN), REMINDER_DAY)
    assert (found.step.kind, found.costs) == (StepKind.REMINDER, ())
    assert Reason.REMINDED_BEFORE_US in reasons(found)


def test_the_creditors_own_reminder_replaces_the_friendly_notice() -> None:
    assert act(facts(claim=OWN), REMINDER_DAY, friendly_notice=True).step.kind == StepKind.REMINDER


def test_where_the_creditor_says_so_its_own_reminder_counts_once_it_is_ten_days_old() -> None:
    setting = {"after_own_reminder": "demand"}
    assert wait(facts(claim=OWN), day("2026-02-12"), a_policy(**setting)).until == day("2026-02-13")
    found = act(facts(claim=OWN), day("2026-02-13"), **setting)
    assert (found.step.kind, costs_of(found)) == (StepKind.DEMAND, {CostKind.DEMAND: 18_000})


def test_without_an_own_reminder_that_setting_changes_nothing() -> None:
    assert act(facts(), REMINDER_DAY, after_own_reminder="demand").step.kind == StepKind.REMINDER


# ---- costs ------------------------------------------------------------------------------------------------------


def test_a_reminder_that_was_not_agreed_goes_without_cost_and_says_why() -> None:
    found = act(facts(claim=a_claim(terms_agreed_on=None)), REMINDER_DAY)
    assert found.costs == () and Reason.REMINDER_COST_NOT_AGREED in reasons(found)


def test_a_business_pays_the_compensation_instead_of_the_reminder_where_the_creditor_asks_for_it() -> None:
    business = a_claim(debtor=DebtorKind.BUSINESS)
    found = act(facts(claim=business), REMINDER_DAY, late_payment_compensation=True)
    assert costs_of(found) == {CostKind.LATE_PAYMENT: 45_000}
    assert Reason.CONTAINED_IN_COMPENSATION in reasons(found)
    after = facts(
        claim=business, stage=Stage.REMINDED, steps=(REMINDED,), costs=(Cost(CostKind.LATE_PAYMENT, 45_000, REMINDED.on),)
    )
    assert act(after, DEMAND_DAY, late_payment_compensation=True).costs == ()


@pytest.mark.parametrize("kind", [DebtorKind.CONSUMER, DebtorKind.UNKNOWN])
def test_no_compensation_is_asked_of_a_consumer_or_one_who_may_be_one(kind: DebtorKind) -> None:
    found = act(facts(claim=a_claim(debtor=kind)), REMINDER_DAY, late_payment_compensation=True)
    assert costs_of(found) == {CostKind.REMINDER: 6_000}


# ---- holds ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", list(HoldKind))
@pytest.mark.parametrize("case", [facts(), reminded(), demanded()], ids=["open", "reminded", "demanded"])
def test_a_hold_of_any_kind_stops_everything(kind: HoldKind, case: CaseFacts) -> None:
    held = replace(case, holds=(Hold(kind, day("2026-02-01")),))
    found = wait(held, day("2026-03-18"))
    assert found.until is None and reasons(found) == [Reason.HELD]


def test_a_hold_counts_through_its_last_day_and_the_case_goes_on_the_day_after() -> None:
    held = facts(holds=(Hold(HoldKind.RESPITE, day("2026-02-01"), REMINDER_DAY),))
    assert wait(held, REMINDER_DAY).until == later(REMINDER_DAY, 1)
    assert act(held, later(REMINDER_DAY, 1)).step.kind == StepKind.REMINDER


def test_of_several_holds_the_longest_counts() -> None:
    holds = (Hold(HoldKind.RESPITE, DUE, day("2026-02-10")), Hold(HoldKind.MANUAL, DUE, day("2026-02-20")))
    assert wait(facts(holds=holds), REMINDER_DAY).until == day("2026-02-21")
    assert wait(facts(holds=(*holds, Hold(HoldKind.DISPUTE, DUE))), REMINDER_DAY).until is None


def test_a_hold_that_has_not_begun_stops_nothing() -> None:
    assert act(facts(holds=(Hold(HoldKind.MANUAL, later(REMINDER_DAY, 1)),)), REMINDER_DAY).step.kind == StepKind.REMINDER


def test_a_hold_does_not_keep_a_paid_claim_open() -> None:
    paid = demanded(
        movements=(Movement(day("2026-02-25"), -100_000),), payments=(PaymentSeen(day("2026-02-25"), 100_000),),
        holds=(Hold(HoldKind.DISPUTE, DUE),),
    )  # fmt: skip
    assert close(paid, day("2026-02-25")) == Reason.PAID_IN_TIME


# ---- who may be sent what ---------------------------------------------------------------------------------------


def test_without_a_checked_number_the_reminder_goes_and_the_demand_asks() -> None:
    nobody = Debtor(address_complete=True)
    assert act(facts(debtor=nobody), REMINDER_DAY).step.kind == StepKind.REMINDER
    assert reasons(ask(reminded(debtor=nobody), DEMAND_DAY)) == [Reason.IDENTITY_MISSING]


def test_a_demand_asks_for_all_that_is_lacking_at_once() -> None:
    found = ask(reminded(debtor=Debtor(country="NO")), DEMAND_DAY)
    assert set(reasons(found)) == {Reason.ADDRESS_ABROAD, Reason.IDENTITY_MISSING, Reason.ADDRESS_INCOMPLETE}
    assert found.next_step is not None and found.next_step.kind == StepKind.DEMAND


def test_the_question_is_not_put_before_the_step_is_due() -> None:
    assert isinstance(decide(reminded(debtor=Debtor()), POLICY, SE, later(DEMAND_DAY, -1)), Wait)


def test_protected_identity_makes_even_the_reminder_a_persons_decision() -> None:
    assert reasons(ask(facts(debtor=replace(KNOWN_DEBTOR, protected=True)), REMINDER_DAY)) == [Reason.PROTECTED_IDENTITY]


def test_a_person_who_says_go_on_is_obeyed_for_that_step() -> None:
    nameless = replace(KNOWN_DEBTOR, identity_known=False)
    told = (Instruction(InstructionKind.GO_ON, DEMAND_DAY),)
    assert act(reminded(debtor=nameless, instructions=told), DEMAND_DAY).step.kind == StepKind.DEMAND


@pytest.mark.parametrize(("debtor", "reason"), [
    (replace(KNOWN_DEBTOR, protected=True), Reason.PROTECTED_IDENTITY),
    (replace(KNOWN_DEBTOR, country="NO"), Reason.ADDRESS_ABROAD),
])  # fmt: skip
def test_no_go_on_makes_a_file_for_a_protected_person_or_a_demand_abroad(debtor: Debtor, reason: Reason) -> None:
    told = (Instruction(InstructionKind.GO_ON, DEMAND_DAY),)
    assert reasons(ask(reminded(debtor=debtor, instructions=told), DEMAND_DAY)) == [reason]


def test_one_go_on_answers_one_question_and_not_the_next() -> None:
    """Said on the very day the reminder went out: the demand is a new letter and a new question."""
    protected = replace(KNOWN_DEBTOR, protected=True)
    told = (Instruction(InstructionKind.GO_ON, REMINDED.on),)
    assert reasons(ask(reminded(debtor=protected, instructions=told), DEMAND_DAY)) == [Reason.PROTECTED_IDENTITY]


# ---- the creditor -----------------------------------------------------------------------------------------------


def test_stopped_sending_lets_no_letter_out_and_abandons_no_case() -> None:
    found = wait(facts(), REMINDER_DAY, a_policy(CreditorTerms(sending_stopped=True)))
    assert reasons(found) == [Reason.CREDITOR_DISABLED] and found.next_step is not None


@pytest.mark.parametrize(
    ("terms", "reason"),
    [
        (CreditorTerms(mode="agency"), Reason.PERMIT_MISSING),
        (CreditorTerms(mode="agency", permit="FI 1"), Reason.PERMIT_MISSING),
        (CreditorTerms(mode="agency", permit="FI 1", permit_until=later(DEMAND_DAY, -1)), Reason.PERMIT_EXPIRED),
    ],
)
def test_an_agency_without_a_permit_in_force_sends_no_demand_whatever_a_person_says(terms: CreditorTerms, reason: Reason) -> None:
    told = (Instruction(InstructionKind.GO_ON, DEMAND_DAY),)
    for case in (reminded(), reminded(instructions=told)):
        assert reasons(ask(case, DEMAND_DAY, a_policy(terms))) == [reason]


def test_a_permit_holds_through_its_last_day() -> None:
    terms = CreditorTerms(mode="agency", permit="FI 1", permit_until=DEMAND_DAY)
    assert isinstance(decide(reminded(), a_policy(terms), SE, DEMAND_DAY), Act)


def test_own_collection_needs_no_permit() -> None:
    assert act(reminded(), DEMAND_DAY).step.kind == StepKind.DEMAND


# ---- law that is not known --------------------------------------------------------------------------------------

FAR = facts(claim=a_claim(due_on=day("2026-12-11"), issued_on=day("2026-11-11")), opened_on=day("2026-12-16"))


def test_a_letter_that_needs_a_rate_nobody_knows_waits_and_names_the_last_known_day() -> None:
    found = wait(FAR, day("2027-01-11"))
    assert reasons(found) == [Reason.RATE_NOT_YET_KNOWN]
    assert found.because[0].fact("known_until") == day("2026-12-31")


def test_a_letter_that_needs_no_rate_goes_on() -> None:
    agreed = replace(FAR, claim=replace(FAR.claim, interest_rate=None, due_agreed=False, interest_text=False))
    assert act(agreed, day("2027-01-11")).step.kind == StepKind.REMINDER
    notice = decide(FAR, a_policy(friendly_notice=True), SE, day("2027-01-11"))
    assert isinstance(notice, Act) and notice.step.kind == StepKind.NOTICE


# ---- limitation -------------------------------------------------------------------------------------------------

OLD = a_claim(issued_on=day("2023-02-10"), due_on=day("2023-03-10"))


def test_a_claim_lives_through_its_last_day_and_is_closed_the_day_after() -> None:
    case = facts(claim=OLD, opened_on=day("2026-01-05"), holds=(Hold(HoldKind.MANUAL, DUE),))
    assert isinstance(decide(case, POLICY, SE, day("2026-02-10")), Wait)
    assert close(case, day("2026-02-11")) == Reason.BARRED


def test_in_the_last_fourteen_days_nothing_is_posted_without_a_person() -> None:
    case = facts(claim=OLD, opened_on=day("2026-01-05"))
    assert act(case, day("2026-01-27")).step.kind == StepKind.REMINDER
    assert reasons(ask(case, day("2026-01-28"))) == [Reason.BARRED_SOON]


def test_a_payment_by_the_debtor_starts_the_period_anew_and_a_credit_does_not() -> None:
    paid = PaymentSeen(day("2025-06-02"), 20_000)
    case = facts(claim=OLD, opened_on=day("2025-05-05"), movements=(Movement(paid.on, -20_000),), payments=(paid,))
    assert not isinstance(decide(case, POLICY, SE, day("2026-02-11")), Close)
    credited = replace(case, payments=(replace(paid, by_debtor=False, credit=True),))
    assert close(credited, day("2026-02-11")) == Reason.BARRED


def test_proof_of_receipt_breaks_the_period_and_a_letter_merely_sent_does_not() -> None:
    sent = facts(
        claim=OLD,
        opened_on=day("2025-05-05"),
        stage=Stage.REMINDED,
        steps=(a_step(StepKind.REMINDER, "2025-05-06", "2025-05-16"),),
    )
    assert close(sent, day("2026-02-11")) == Reason.BARRED
    received = replace(sent, interruptions=(Interruption(InterruptionKind.RECEIPT, day("2025-05-08")),))
    assert not isinstance(decide(received, POLICY, SE, day("2026-02-11")), Close)


def test_nothing_barred_is_demanded_even_when_a_person_says_go_on_and_no_start_is_known() -> None:
    unknown = a_claim(issued_on=None, due_on=day("2022-03-10"))
    case = facts(
        claim=unknown, opened_on=day("2025-01-07"), instructions=(Instruction(InstructionKind.GO_ON, day("2025-06-02")),)
    )
    outcome = decide(case, POLICY, SE, day("2025-06-02"))
    assert not isinstance(outcome, Act), outcome


# ---- small rests ------------------------------------------------------------------------------------------------

PAID_ON = day("2026-02-12")


def with_rest(capital: int = 0, interest: int = 0, cost: int = 0, opening: int = 100_000) -> CaseFacts:
    """A reminded case of which all but these parts was paid on 12 February."""
    return reminded(
        opening_minor=opening, movements=(Movement(PAID_ON, capital - opening),), interest_open_minor=interest,
        interest_booked_minor=interest, costs=(Cost(CostKind.REMINDER, 6_000, REMINDED.on, paid_minor=6_000 - cost),),
        payments=(PaymentSeen(PAID_ON, opening - capital + 6_000 - cost),),
    )  # fmt: skip


def test_a_rest_below_one_krona_is_written_off_at_once() -> None:
    assert close(with_rest(interest=99), PAID_ON) == Reason.TINY_REST_WRITTEN_OFF
    assert close(with_rest(capital=99), PAID_ON) == Reason.TINY_REST_WRITTEN_OFF
    assert isinstance(decide(with_rest(interest=100), POLICY, SE, PAID_ON), Wait)


def test_a_rest_below_one_hundred_kronor_is_shown_gets_no_letter_and_goes_after_thirty_days() -> None:
    case = replace(with_rest(interest=137, cost=6_000), payments=(PaymentSeen(PAID_ON, 100_000),))
    until = later(PAID_ON, 30)
    for n in range(30):
        found = wait(case, later(PAID_ON, n))
        assert (found.until, reasons(found)) == (until, [Reason.REST_LEFT_ALONE])
    assert close(case, until) == Reason.REST_WRITTEN_OFF


def test_a_rest_of_one_hundred_kronor_is_claimed() -> None:
    case = replace(with_rest(interest=4_000, cost=6_000), payments=(PaymentSeen(PAID_ON, 100_000),))
    assert Reason.REST_LEFT_ALONE not in reasons(decide(case, POLICY, SE, PAID_ON))


def test_it_does_not_matter_which_part_the_laws_order_left_unpaid() -> None:
    """The debtor paid exactly the invoice: costs and interest took their share first, and capital is what is left."""
    case = replace(with_rest(capital=6_137), payments=(PaymentSeen(PAID_ON, 100_000),))
    assert reasons(decide(case, POLICY, SE, PAID_ON)) == [Reason.REST_LEFT_ALONE]


def test_with_less_than_the_capital_paid_a_rest_is_claimed_however_small() -> None:
    case = replace(with_rest(capital=9_000), payments=(PaymentSeen(PAID_ON, 91_000),))
    assert Reason.REST_LEFT_ALONE not in reasons(decide(case, POLICY, SE, PAID_ON))


def test_the_creditor_sets_its_own_limits_for_small_rests() -> None:
    policy = a_policy(CreditorTerms(rests={"SEK": Rests(0, 0)}))
    for case in (with_rest(interest=99), replace(with_rest(capital=6_137), payments=(PaymentSeen(PAID_ON, 100_000),))):
        assert not {Reason.REST_LEFT_ALONE, Reason.TINY_REST_WRITTEN_OFF} & set(reasons(decide(case, policy, SE, PAID_ON)))


def test_a_whole_invoice_of_ninety_kronor_is_no_rest() -> None:
    assert act(facts(claim=a_claim(amount_minor=9_000)), REMINDER_DAY).step.kind == StepKind.REMINDER


def test_a_claim_that_came_to_us_as_a_rest_of_less_than_a_krona_is_written_off() -> None:
    assert close(facts(opening_minor=99), REMINDER_DAY) == Reason.TINY_REST_WRITTEN_OFF


def test_costs_in_kronor_are_not_added_to_a_rest_in_euro() -> None:
    euro = replace(
        with_rest(capital=0, cost=6_000), claim=a_claim(currency="EUR"), payments=(PaymentSeen(PAID_ON, 100_000),)
    )  # fmt: skip
    found = wait(euro, PAID_ON, a_policy(limits={}, all_currencies=True))
    assert reasons(found) == [Reason.REST_LEFT_ALONE] and found.because[0].fact("currency") == "SEK"


# ---- part payments ----------------------------------------------------------------------------------------------


def part_paid(case: CaseFacts, on: str = "2026-02-12", minor: int = 50_000) -> CaseFacts:
    return replace(case, movements=(Movement(day(on), -minor),), payments=(PaymentSeen(day(on), minor),))


@pytest.mark.parametrize(
    ("case", "on", "first"), [(reminded(), "2026-02-12", DEMAND_DAY), (demanded(), "2026-02-25", CHOICE_DAY)]
)
def test_after_a_part_payment_the_debtor_is_told_what_is_left_before_the_next_step(case: CaseFacts, on: str, first: date) -> None:
    case = part_paid(case, on)
    assert isinstance(decide(case, POLICY, SE, later(first, -1)), Wait)
    found = act(case, first)
    assert (found.step.kind, found.costs, found.step.to_stage) == (StepKind.RESIDUAL, (), None)
    assert found.last_day is not None and found.last_day >= later(first, 10)


def test_after_the_rest_letter_the_next_step_waits_for_its_last_day() -> None:
    rest = a_step(StepKind.RESIDUAL, "2026-02-19", "2026-03-02", asked_minor=56_000)
    case = part_paid(reminded(steps=(REMINDED, rest)))
    assert wait(case, day("2026-03-04")).until == day("2026-03-05")
    assert act(case, day("2026-03-05")).step.kind == StepKind.DEMAND


def test_a_payment_before_the_first_letter_makes_no_rest_letter() -> None:
    assert act(part_paid(facts(), "2026-02-03"), REMINDER_DAY).step.kind == StepKind.REMINDER


# ---- the end ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "cause"),
    [
        (InstructionKind.WITHDRAW, Reason.WITHDRAWN),
        (InstructionKind.WRITE_OFF, Reason.WRITTEN_OFF),
        (InstructionKind.SETTLED_AT_CREDITOR, Reason.SETTLED_AT_CREDITOR),
    ],
)
def test_a_person_can_end_a_case_at_any_stage_even_a_held_one(kind: InstructionKind, cause: Reason) -> None:
    for case in (facts(), reminded(), demanded(stage=Stage.PAYMENT_ORDER)):
        told = replace(case, instructions=(Instruction(kind, DUE),), holds=(Hold(HoldKind.MANUAL, DUE),))
        assert close(told, REMINDER_DAY) == cause


@pytest.mark.parametrize(
    ("payment", "cause"),
    [
        (PaymentSeen(day("2026-02-16"), 106_137), Reason.PAID_IN_TIME),
        (PaymentSeen(day("2026-02-17"), 106_137), Reason.PAID),
        (PaymentSeen(day("2026-02-12"), 100_000, by_debtor=False, credit=True), Reason.CREDITED),
        (PaymentSeen(day("2026-02-12"), 106_137, at_creditor=True), Reason.PAID_TO_CREDITOR),
    ],
)
def test_a_settled_case_closes_with_its_cause(payment: PaymentSeen, cause: Reason) -> None:
    case = reminded(movements=(Movement(payment.on, -100_000),), payments=(payment,))
    assert close(case, payment.on) == cause


def test_a_closed_case_is_left_alone_for_ever() -> None:
    case = facts(stage=Stage.CLOSED, instructions=(Instruction(InstructionKind.GO_ON, REMINDER_DAY),))
    assert wait(case, later(REMINDER_DAY, 400)).until is None


def test_nothing_may_happen_before_the_case_was_opened() -> None:
    case = facts(opened_on=day("2026-02-10"))
    step = next_step(case, POLICY, SE, REMINDER_DAY)
    assert step is not None and earliest_day(step, case, POLICY, SE) == day("2026-02-10")


@pytest.mark.parametrize("n", range(120))
def test_from_one_letter_to_the_next_the_debtor_always_has_the_time_the_letter_gave(n: int) -> None:
    """Started on any day of a season, no step comes before the last day of the letter before it and its wait."""
    start = DUE + timedelta(days=5 + n)
    case = facts(opened_on=start)
    sent: list[tuple[StepKind, date, date | None]] = []
    today = start
    while len(sent) < 3 and today < start + timedelta(days=120):
        outcome = decide(case, POLICY, SE, today)
        if isinstance(outcome, Act):
            assert SE.is_banking_day(today) or not outcome.step.sends_letter
            if sent and sent[-1][2] is not None:
                least = 3 if outcome.step.kind == StepKind.DEMAND else 4
                assert today >= SE.add_banking_days(sent[-1][2], least)
            sent.append((outcome.step.kind, today, outcome.last_day))
            step = a_step(outcome.step.kind, today.isoformat(), outcome.last_day.isoformat() if outcome.last_day else None)
            case = replace(case, steps=(*case.steps, step), stage=outcome.step.to_stage or case.stage)
        today += timedelta(days=1)
    assert [kind for kind, _, _ in sent] == [StepKind.REMINDER, StepKind.DEMAND, StepKind.AWAIT_CREDITOR]
