"""Laws of the engine that hold for all facts, not only for those we thought of. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

from fordran.core.findings import Level
from fordran.core.law import LawError
from fordran.process.apply import booked
from fordran.process.bookings import CASE_ACCOUNTS, COST_ACCOUNT, Account, Booking
from fordran.process.carry_out import carry_out
from fordran.process.country import CostAllowed
from fordran.process.decide import decide
from fordran.process.facts import (
    CaseFacts,
    Claim,
    ClaimKind,
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
    StepTaken,
)
from fordran.process.interest import interest_due
from fordran.process.outcomes import Act, Ask, Close, Wait
from fordran.process.policy import CreditorTerms, Layer, Limits, Policy, Rests, resolve_policy
from fordran.process.settle import book_interest, settle_credit, settle_payment, write_off
from tests.build import SE, a_claim, a_policy, carried_on, day, facts

# ---- all that a case can be -------------------------------------------------------------------------------------

days = st.dates(day("1998-01-01"), day("2031-12-31"))
maybe_days = st.none() | days
oere = st.integers(0, 10**9)
currencies = st.sampled_from(["SEK", "EUR", "NOK"])


def some(elements: st.SearchStrategy[Any], most: int = 3) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(elements, max_size=most).map(tuple)


claims = st.builds(
    Claim, invoice=st.just("1001"), currency=currencies, amount_minor=oere, due_on=days, issued_on=maybe_days, sent_on=maybe_days,
    arose_on=maybe_days, debtor=st.sampled_from(DebtorKind), kind=st.sampled_from(ClaimKind), due_agreed=st.booleans(),
    interest_text=st.booleans(), interest_rate=st.none() | st.decimals(0, 40, places=2), terms_agreed_on=maybe_days,
    reminded_on=maybe_days, reminded_fee_minor=st.none() | oere, creditor_is_business=st.booleans(), credit_minor=oere,
)  # fmt: skip
debtors = st.builds(
    Debtor, identity_known=st.booleans(), born_on=maybe_days, address_complete=st.booleans(),
    country=st.sampled_from(["SE", "NO", ""]), protected=st.booleans(), language=st.sampled_from(["sv", "en"]),
    email_known=st.booleans(),
)  # fmt: skip
movements = st.builds(Movement, on=days, amount_minor=st.integers(-(10**9), 10**9))
steps = st.builds(
    StepTaken, kind=st.sampled_from(StepKind), on=days, last_day=maybe_days, sent=st.booleans(), asked_minor=oere,
    interest_until=maybe_days,
)  # fmt: skip
costs = st.builds(
    Cost, kind=st.sampled_from(CostKind), amount_minor=st.integers(1, 45_000), on=days, waived_minor=oere, paid_minor=oere,
)  # fmt: skip
holds = st.builds(Hold, kind=st.sampled_from(HoldKind), since=days, until=maybe_days)
instructions = st.builds(Instruction, kind=st.sampled_from(InstructionKind), on=days)
payments = st.builds(
    PaymentSeen, on=days, amount_minor=oere, by_debtor=st.booleans(), credit=st.booleans(), at_creditor=st.booleans()
)
interruptions = st.builds(Interruption, kind=st.sampled_from(InterruptionKind), on=days)
any_facts = st.builds(
    CaseFacts, claim=claims, debtor=debtors, stage=st.sampled_from(Stage), opened_on=maybe_days, opening_minor=oere,
    movements=some(movements), interest_booked_minor=oere, interest_open_minor=oere, costs=some(costs), steps=some(steps),
    holds=some(holds, 2), instructions=some(instructions, 2), payments=some(payments), interruptions=some(interruptions, 2),
    procedure_version=st.none() | days,
)  # fmt: skip
near = st.dates(day("2025-12-01"), day("2026-06-30"))
lively_facts = st.builds(
    CaseFacts, opening_minor=st.integers(20_000, 10**7),
    claim=st.builds(
        Claim, invoice=st.just("1001"), currency=currencies, amount_minor=st.integers(20_000, 10**7),
        due_on=st.just(day("2025-11-28")),
        issued_on=st.none() | st.just(day("2025-10-29")), debtor=st.sampled_from(DebtorKind), due_agreed=st.booleans(),
        interest_text=st.booleans(), interest_rate=st.none() | st.decimals(0, 40, places=2),
        terms_agreed_on=st.none() | st.just(day("2025-01-01")),
    ),
    debtor=st.builds(Debtor, identity_known=st.just(True), address_complete=st.just(True), protected=st.booleans()),
    stage=st.sampled_from([Stage.OPEN, Stage.NOTICED, Stage.REMINDED, Stage.DEMANDED, Stage.AWAITING_CREDITOR]),
    opened_on=st.none() | st.just(day("2025-12-01")), movements=some(st.builds(Movement, near, st.integers(-9_000, 9_000))),
    interest_booked_minor=st.integers(0, 50_000), interest_open_minor=st.integers(0, 50_000), costs=some(costs, 1),
    steps=some(st.builds(StepTaken, kind=st.sampled_from(StepKind), on=near, last_day=st.none() | near)),
    payments=some(st.builds(PaymentSeen, near, st.integers(1, 9_000))),
    instructions=some(st.builds(Instruction, kind=st.sampled_from(
        [InstructionKind.GO_ON, InstructionKind.PAYMENT_ORDER, InstructionKind.SURVEILLANCE]), on=near), 2),
)  # fmt: skip
creditors = st.builds(
    CreditorTerms, mode=st.sampled_from(["own", "agency"]), permit=st.sampled_from(["", "FI 1"]), permit_until=maybe_days,
    claim_kinds=some(st.sampled_from(ClaimKind)), rests=st.dictionaries(currencies, st.builds(Rests, oere, oere), max_size=2),
    is_business=st.booleans(), sending_stopped=st.booleans(),
)  # fmt: skip
whole_days = st.none() | st.integers(0, 3650)
layers = st.builds(
    Layer, days=whole_days, import_from=maybe_days,
    limits=st.dictionaries(currencies, st.builds(Limits, st.none() | oere, st.none() | oere), max_size=3),
    friendly_notice=st.none() | st.booleans(), notice_days=whole_days, pay_days=whole_days, demand_wait=whole_days,
    demand_days=whole_days, choice_wait=whole_days, late_payment_compensation=st.none() | st.booleans(),
    after_own_reminder=st.sampled_from([None, "reminder", "demand"]),
)  # fmt: skip
policies = st.builds(lambda layer, creditor: resolve_policy([(Level.GENERIC, layer)], creditor), layers, creditors)


@settings(max_examples=800)
@given(any_facts | lively_facts, policies, days | near)
@example(CaseFacts(a_claim(amount_minor=5), Debtor(), opening_minor=0, costs=(Cost(CostKind.DEMAND, 500, day("2026-02-01")),)),
         a_policy(), day("2026-02-20"))  # fmt: skip
def test_decide_has_one_of_four_answers_for_everything_there_can_be(case: CaseFacts, policy: Policy, today: date) -> None:
    outcome = decide(case, policy, SE, today)
    assert isinstance(outcome, Act | Wait | Ask | Close)
    assert outcome.because or case.stage == Stage.CLOSED
    if isinstance(outcome, Wait) and outcome.until is not None:
        assert outcome.until > today, "what has come is not waited for"
    if isinstance(outcome, Act) and outcome.step.sends_letter:
        assert SE.is_banking_day(today) and not policy.creditor.sending_stopped
        assert outcome.last_day is None or outcome.last_day >= today + timedelta(days=8)
        assert not any(h.since <= today and (h.until is None or today <= h.until) for h in case.holds)
    if isinstance(outcome, Act):
        assert all(c.amount_minor > 0 and c.finding.source and c.finding.source.section for c in outcome.costs)
        assert outcome == decide(case, policy, SE, today), "the same facts give the same answer"


# ---- interest ---------------------------------------------------------------------------------------------------

first_half = st.dates(day("2024-02-01"), day("2026-12-31"))


@given(st.integers(1, 10**10), first_half, st.lists(first_half, min_size=5, max_size=5), st.none() | st.decimals(0, 30, places=2))
def test_interest_booked_five_times_equals_interest_booked_once_to_the_oere(
    minor: int, start: date, when: list[date], rate: Decimal | None
) -> None:
    case = facts(claim=a_claim(amount_minor=minor, due_on=start, issued_on=start, interest_rate=rate))
    often = case
    for on in sorted(when):
        often = booked(often, book_interest(often, SE, on, on))
    once = booked(case, book_interest(case, SE, max(when), max(when)))
    assert often.interest_booked_minor == once.interest_booked_minor == interest_due(case, SE, max(when)).total_minor


@given(st.integers(10_000, 10**8), st.lists(st.tuples(first_half, st.integers(1, 10**7)), max_size=4),
       st.lists(first_half, min_size=1, max_size=5), first_half)  # fmt: skip
def test_in_between_payments_change_what_runs_but_never_what_five_bookings_sum_to(
    minor: int, changes: list[tuple[date, int]], when: list[date], last: date
) -> None:
    """The capital's own history decides, whenever we happened to look."""
    due = day("2024-01-31")
    case = facts(claim=a_claim(amount_minor=minor, due_on=due, issued_on=due))
    history = tuple(sorted((Movement(on, -part) for on, part in changes), key=lambda m: m.on))
    case = replace(case, movements=history)
    often = case
    for on in sorted(when):
        if on <= last:
            often = booked(often, book_interest(often, SE, on, on))
    often = booked(often, book_interest(often, SE, last, last))
    assert often.interest_booked_minor == interest_due(case, SE, last).total_minor


@given(st.integers(1, 10**9), first_half, st.integers(0, 900), st.integers(0, 900))
def test_a_period_cut_in_two_has_the_same_exact_interest(minor: int, start: date, a: int, b: int) -> None:
    middle = min(start + timedelta(days=a), day("2026-12-31"))
    end = min(middle + timedelta(days=1 + b), day("2026-12-31"))
    assume(middle < end)
    whole = SE.interest(minor, (), start, end, None).exact
    assert (
        whole
        == SE.interest(minor, (), start, middle, None).exact + SE.interest(minor, (), middle + timedelta(days=1), end, None).exact
    )


# ---- costs ------------------------------------------------------------------------------------------------------

_RIGHT = {CostKind.REMINDER: 6_000, CostKind.DEMAND: 18_000, CostKind.INSTALMENT_PLAN: 17_000}


@given(st.permutations(list(CostKind)), st.integers(1, 4), st.lists(st.integers(1, 20), min_size=4, max_size=4))
def test_in_every_order_the_costs_come_to_the_larger_of_compensation_and_costs(
    order: list[CostKind], how_many: int, gaps: list[int]
) -> None:
    """Decision: reminder + demand + plan + compensation = max(450, reminder + demand + plan), through the gate itself."""
    policy = a_policy(late_payment_compensation=True)
    case = facts(claim=a_claim(debtor=DebtorKind.BUSINESS))
    on = day("2026-02-04")
    for kind, gap in zip(order[:how_many], gaps, strict=False):
        on += timedelta(days=gap)
        answer = SE.cost_allowed(kind, case, policy, on)
        if isinstance(answer, CostAllowed):
            case = replace(case, costs=(*case.costs, Cost(kind, answer.amount_minor, on)))
        if kind in (CostKind.REMINDER, CostKind.DEMAND):
            case = replace(case, steps=(*case.steps, StepTaken(StepKind(kind.value), on, on)))
        assert not isinstance(SE.cost_allowed(kind, case, policy, on), CostAllowed), "and never a second time"
    asked = order[:how_many]
    separate = sum(_RIGHT[kind] for kind in asked if kind in _RIGHT)
    expected = max(45_000, separate) if CostKind.LATE_PAYMENT in asked else separate
    assert sum(c.amount_minor for c in case.costs) == expected


# ---- settings ---------------------------------------------------------------------------------------------------


@given(layers, layers, layers)
def test_the_most_specific_setting_wins_field_by_field_and_knows_its_level(
    customer: Layer, class_: Layer, generic: Layer
) -> None:
    ladder = [(Level.CUSTOMER, customer), (Level.CLASS, class_), (Level.GENERIC, generic)]
    policy = resolve_policy(ladder, CreditorTerms())
    for name in ("days", "import_from", "friendly_notice", "notice_days", "pay_days", "demand_wait", "demand_days", "choice_wait",
                 "late_payment_compensation", "after_own_reminder"):  # fmt: skip
        chosen = getattr(policy, name)
        said = [(level, getattr(layer, name)) for level, layer in ladder if getattr(layer, name) is not None]
        if said:
            assert (chosen.level, chosen.value) == said[0]
        else:
            assert chosen.level == Level.NONE
    for currency in {c for _, layer in ladder for c in layer.limits}:
        for end in ("min_minor", "max_minor"):
            said = [(lv, getattr(la.limits[currency], end)) for lv, la in ladder if currency in la.limits
                    and getattr(la.limits[currency], end) is not None]  # fmt: skip
            assert getattr(policy.limits[currency].value, end) == (said[0][1] if said else None)
            if said:
                assert policy.limit_level(currency, highest=end == "max_minor") == said[0][0]


# ---- money ------------------------------------------------------------------------------------------------------


def of_case(bookings: tuple[Booking, ...]) -> dict[Account, int]:
    """What the bookings leave on each account of the case, debit less credit."""
    sums = dict.fromkeys(CASE_ACCOUNTS, 0)
    for b in bookings:
        for account, sign in ((b.debit, 1), (b.credit, -1)):
            if account in sums:
                sums[account] += sign * b.amount_minor
            else:
                assert account == Account.CLAIMS, "a part of a claim stands against the mirror and nothing else"
    return sums


def agrees(case: CaseFacts, opening: int, bookings: tuple[Booking, ...]) -> None:
    """The facts are what the books say, part by part, and nothing is below zero."""
    sums = of_case(bookings)
    assert opening + sums[Account.CAPITAL] == case.capital_minor >= 0
    assert sums[Account.INTEREST] == case.interest_open_minor >= 0
    for kind, account in COST_ACCOUNT.items():
        assert sums[account] == sum(c.amount_minor - c.waived_minor - c.paid_minor for c in case.costs if c.kind == kind) >= 0
    assert all(0 <= c.paid_minor and 0 <= c.waived_minor and c.paid_minor + c.waived_minor <= c.amount_minor for c in case.costs)


events = st.lists(
    st.tuples(st.sampled_from(["pay", "late", "credit", "creditor"]), st.integers(0, 60), st.integers(1, 200_000)), max_size=6
)


@settings(max_examples=300)
@given(st.integers(5_000, 500_000), events, st.booleans(), st.sampled_from([DebtorKind.CONSUMER, DebtorKind.BUSINESS]))
@example(100_000, [("pay", 10, 50_000), ("late", 5, 56_137)], False, DebtorKind.CONSUMER)
def test_whatever_is_paid_and_credited_the_books_balance_and_say_what_decide_is_told(
    minor: int, told: list[tuple[str, int, int]], compensation: bool, kind: DebtorKind
) -> None:
    policy = a_policy(late_payment_compensation=compensation)
    case = facts(claim=a_claim(amount_minor=minor, debtor=kind))
    posted: list[Booking] = []
    today, todo = day("2026-02-04"), list(told)
    end = day("2026-09-30")
    next_event = today + timedelta(days=todo[0][1]) if todo else end
    while today <= end:
        while todo and today >= next_event:
            what, _, paid = todo.pop(0)
            on = today - timedelta(days=9) if what == "late" else today
            owed = case.capital_minor + case.interest_open_minor + case.costs_open_minor
            if what == "credit":
                done = settle_credit(case, paid, on, SE, today=today)
                assert 0 <= done.allocated.capital_minor <= min(paid, owed)
            else:
                done = settle_payment(case, paid, on, SE, today=today, at_creditor=what == "creditor")
                a = done.allocated
                parts = (a.costs_minor, a.interest_minor, a.capital_minor, a.left_over_minor)
                assert min(parts) >= 0 and sum(parts) == paid, "not an öre is lost or made"
                most = interest_due(case, SE, on).total_minor - case.interest_booked_minor
                assert paid - a.left_over_minor <= owed + max(0, most), "never more than is owed"
            case = done.facts
            posted += done.bookings
            agrees(case, case.opening_minor, tuple(posted))
            next_event = today + timedelta(days=todo[0][1]) if todo else end
        outcome = decide(case, policy, SE, today)
        if isinstance(outcome, Close):
            left = write_off(case, today, SE.currency, outcome.cause)
            posted += left
            case = booked(case, left)
            agrees(case, case.opening_minor, tuple(posted))
            assert (case.capital_minor, case.interest_open_minor, case.costs_open_minor) == (0, 0, 0)
            break
        if isinstance(outcome, Act):
            case, bookings = carried_on(case, today, policy)
            posted += bookings
            agrees(case, case.opening_minor, tuple(posted))
        today += timedelta(days=1)
    kinds = [c.kind for c in case.costs]
    assert len(kinds) == len(set(kinds)), "each kind of cost once"


lively_policies = st.builds(
    a_policy, friendly_notice=st.booleans(), late_payment_compensation=st.booleans(), pay_days=st.integers(0, 30),
    after_own_reminder=st.sampled_from(["reminder", "demand"]),
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.filter_too_much], max_examples=200)
@given(lively_facts, lively_policies, near)
def test_a_step_changes_the_claim_by_its_bookings_and_asks_for_what_is_then_owed(
    case: CaseFacts, policy: Policy, today: date
) -> None:
    outcome = decide(case, policy, SE, today)
    assume(isinstance(outcome, Act))
    assert isinstance(outcome, Act)
    try:
        done = carry_out(case, outcome, SE, today)
    except LawError:
        raise AssertionError("what cannot be carried out must not be decided") from None
    assert all(b.amount_minor > 0 for b in done.bookings)
    assert [s.kind for s in done.facts.steps] == [*(s.kind for s in case.steps), outcome.step.kind]
    if outcome.step.to_stage:
        assert done.facts.stage == outcome.step.to_stage
    if outcome.step.sends_letter and outcome.step.kind != StepKind.NOTICE and case.claim.currency == SE.currency:
        assert done.step.asked_minor == (done.facts.capital_minor + done.facts.interest_open_minor + done.facts.costs_open_minor)
