"""Several claims in one letter: who shares it, and that it costs the debtor one fee of its kind."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from fordran.core.reasons import Reason
from fordran.process.decide import decide
from fordran.process.facts import CaseFacts, ClaimKind, CostKind, DebtorKind
from fordran.process.join import Ready, join_letters
from fordran.process.outcomes import Act
from fordran.process.policy import Policy
from tests.build import DUE, SE, a_claim, a_policy, day, facts, later, reminded

TODAY = day("2026-02-19")


def ready(
    number: int, case: CaseFacts | None = None, *, debtor: str = "kim", today: date = TODAY, policy: Policy | None = None
) -> Ready:
    case = case or reminded(claim=a_claim(invoice=str(number)))
    act = decide(case, policy or a_policy(), SE, today)
    assert isinstance(act, Act)
    return Ready(number, debtor, case, act)


def costs(letter: tuple[Ready, ...]) -> dict[int, list[CostKind]]:
    return {r.case: [c.kind for c in r.act.costs] for r in letter}


def test_claims_of_one_debtor_share_a_letter_and_the_oldest_bears_the_one_cost() -> None:
    young = ready(1, reminded(claim=a_claim(invoice="A")))
    old = ready(2, reminded(claim=a_claim(invoice="B", due_on=later(DUE, -3))))
    (letter,) = join_letters([young, old])
    assert [r.case for r in letter] == [2, 1]
    assert costs(letter) == {2: [CostKind.DEMAND], 1: []}
    told = letter[1].act.because
    assert [f.fact("invoice") for f in told if f.reason == Reason.BORNE_BY_ANOTHER_CASE] == ["B"]
    assert Reason.DEMAND_COST not in [f.reason for f in told]


def test_claims_sent_to_different_addresses_are_two_letters_and_the_debtor_pays_for_one() -> None:
    home, office = ("Gatan 1", "123 45 Staden"), ("Kontoret", "543 21 Byn")
    first, second, third = (replace(ready(number), address=to) for number, to in ((1, home), (2, office), (3, home)))
    letters = join_letters([third, second, first])
    assert [[r.case for r in letter] for letter in letters] == [[1, 3], [2]]
    assert [costs(letter) for letter in letters] == [{1: [CostKind.DEMAND], 3: []}, {2: []}]


def test_the_order_of_reading_changes_nothing() -> None:
    three = [ready(n, reminded(claim=a_claim(invoice=str(n), due_on=later(DUE, n - 3)))) for n in (1, 2, 3)]
    assert join_letters(three) == join_letters(reversed(three))


def test_different_debtors_get_different_letters_with_a_cost_each() -> None:
    letters = join_letters([ready(1), ready(2, debtor="lo")])
    assert sorted(len(letter) for letter in letters) == [1, 1]
    assert all(costs(letter) == {letter[0].case: [CostKind.DEMAND]} for letter in letters)


def test_claims_of_different_kind_or_currency_are_not_mixed() -> None:
    rent = reminded(claim=a_claim(invoice="2", kind=ClaimKind.RENT))
    euro = reminded(claim=a_claim(invoice="3", currency="EUR"))
    assert len(join_letters([ready(1), ready(2, rent), ready(3, euro)])) == 3


def test_a_reminder_and_a_demand_are_two_letters() -> None:
    letters = join_letters([ready(1), ready(2, facts(claim=a_claim(invoice="2")))])
    assert [len(letter) for letter in letters] == [1, 1]


def test_where_the_oldest_may_not_bear_the_cost_the_next_that_may_bears_it() -> None:
    """The oldest claim's terms were not agreed; the second's were."""
    old = facts(claim=a_claim(invoice="1", due_on=later(DUE, -3), terms_agreed_on=None))
    young = facts(claim=a_claim(invoice="2"))
    (letter,) = join_letters([ready(1, old), ready(2, young)])
    assert costs(letter) == {1: [], 2: [CostKind.REMINDER]}


def test_the_compensation_belongs_to_the_invoice_so_each_bears_its_own() -> None:
    policy = a_policy(late_payment_compensation=True)
    cases = [facts(claim=a_claim(invoice=str(n), debtor=DebtorKind.BUSINESS)) for n in (1, 2)]
    (letter,) = join_letters([ready(n, c, policy=policy) for n, c in enumerate(cases, 1)])
    assert costs(letter) == {1: [CostKind.LATE_PAYMENT], 2: [CostKind.LATE_PAYMENT]}


def test_one_who_shared_a_letter_whose_cost_another_bore_can_never_bear_that_cost_itself() -> None:
    shared = replace(reminded(), costs=())
    answer = SE.cost_allowed(CostKind.REMINDER, shared, a_policy(), TODAY)
    assert getattr(answer, "reason", None) == Reason.REMINDER_COST_ALREADY_TAKEN
