"""What is not taken at all, and which letters wait for a person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from fordran.core.reasons import Reason
from fordran.countries.se.country import COUNTRY
from fordran.countries.se.procedure import STEPS
from fordran.countries.se.refusals import of_age_on
from fordran.process.country import Step
from fordran.process.facts import CaseFacts, Claim, ClaimKind, Debtor, DebtorKind, Stage, StepKind
from tests.countries.law_cases import a_case, a_claim, day

TODAY = day("2026-03-20")
ALL = tuple(ClaimKind)


def refused(claim: Claim, *, born: str = "", declared: tuple[ClaimKind, ...] = ALL) -> list[Reason]:
    return [f.reason for f in COUNTRY.refusals(claim, declared, day(born) if born else None, TODAY)]


def test_ordinary_invoices_rent_and_electricity_are_taken() -> None:
    for kind in (ClaimKind.GOODS_SERVICES, ClaimKind.RENT, ClaimKind.ELECTRICITY):
        assert refused(a_claim(kind=kind)) == []


@pytest.mark.parametrize("debtor", list(DebtorKind))
def test_credit_is_refused_whoever_owes_it_and_even_if_declared(debtor: DebtorKind) -> None:
    assert refused(a_claim(kind=ClaimKind.CREDIT, debtor=debtor)) == [Reason.CLAIM_KIND_REFUSED]


def test_other_claims_need_a_person() -> None:
    assert refused(a_claim(kind=ClaimKind.OTHER)) == [Reason.CLAIM_KIND_NEEDS_PERSON]


def test_a_kind_that_was_not_declared_is_refused() -> None:
    only = (ClaimKind.GOODS_SERVICES,)
    assert refused(a_claim(kind=ClaimKind.RENT), declared=only) == [Reason.CLAIM_KIND_NOT_DECLARED]
    assert refused(a_claim(), declared=only) == []
    assert refused(a_claim(kind=ClaimKind.RENT), declared=()) == []  # nothing declared yet: another gate says so


def test_a_debtor_is_grown_on_the_18th_birthday_and_not_the_day_before() -> None:
    claim = a_claim(issued_on=day("2026-03-20"), due_on=day("2026-04-20"))
    assert refused(claim, born="2008-03-20") == []
    assert refused(claim, born="2008-03-21") == [Reason.DEBTOR_UNDER_AGE]


def test_a_debt_from_before_the_18th_birthday_is_refused() -> None:
    assert refused(a_claim(arose_on=day("2026-01-31")), born="2008-02-01") == [Reason.DEBTOR_WAS_UNDER_AGE]
    assert refused(a_claim(arose_on=day("2026-02-01")), born="2008-02-01") == []


def test_one_born_on_the_29th_of_february_is_grown_on_the_first_of_march() -> None:
    assert of_age_on(day("2008-02-29")) == day("2026-03-01")


def test_a_barred_claim_is_refused_from_the_day_after_its_last() -> None:
    assert refused(a_claim(arose_on=day("2023-03-20"))) == []
    assert refused(a_claim(arose_on=day("2023-03-19"))) == [Reason.BARRED]


def test_a_claim_of_unknown_age_is_barred_at_the_latest_by_its_due_day() -> None:
    assert refused(a_claim(issued_on=None, due_on=day("2023-03-19"))) == [Reason.BARRED]


# ---- obstacles --------------------------------------------------------------------------------------------------


def step(kind: StepKind, stage: Stage) -> Step:
    return next(s for s in STEPS if s.kind == kind and stage in s.from_stages)


def obstacles(kind: StepKind, stage: Stage, case: CaseFacts) -> list[Reason]:
    return [f.reason for f in COUNTRY.obstacles(step(kind, stage), replace(case, stage=stage), TODAY)]


def test_a_known_debtor_with_a_whole_address_meets_no_obstacle() -> None:
    assert obstacles(StepKind.DEMAND, Stage.REMINDED, a_case()) == []


def test_without_identity_or_address_the_reminder_goes_and_the_demand_waits() -> None:
    case = a_case(debtor=Debtor())
    assert obstacles(StepKind.REMINDER, Stage.OPEN, case) == []
    assert obstacles(StepKind.RESIDUAL, Stage.REMINDED, case) == []
    assert obstacles(StepKind.DEMAND, Stage.REMINDED, case) == [Reason.IDENTITY_MISSING, Reason.ADDRESS_INCOMPLETE]
    assert obstacles(StepKind.RESIDUAL, Stage.DEMANDED, case) == [Reason.IDENTITY_MISSING, Reason.ADDRESS_INCOMPLETE]


def test_an_address_abroad_gets_notice_and_reminder_only() -> None:
    case = a_case(debtor=Debtor(identity_known=True, address_complete=True, country="NO"))
    assert obstacles(StepKind.NOTICE, Stage.OPEN, case) == obstacles(StepKind.REMINDER, Stage.OPEN, case) == []
    assert obstacles(StepKind.DEMAND, Stage.REMINDED, case) == [Reason.ADDRESS_ABROAD]


@pytest.mark.parametrize(
    ("kind", "stage"),
    [(StepKind.NOTICE, Stage.OPEN), (StepKind.REMINDER, Stage.OPEN), (StepKind.DEMAND, Stage.REMINDED)],
)
def test_a_protected_debtors_letters_are_all_a_persons_decision(kind: StepKind, stage: Stage) -> None:
    case = a_case(debtor=Debtor(identity_known=True, address_complete=True, protected=True))
    assert obstacles(kind, stage, case) == [Reason.PROTECTED_IDENTITY]


def test_in_the_last_14_days_before_limitation_a_person_decides() -> None:
    on_time, late = a_claim(arose_on=day("2023-04-03")), a_claim(arose_on=day("2023-04-02"))
    assert obstacles(StepKind.REMINDER, Stage.OPEN, a_case(claim=on_time)) == []
    assert obstacles(StepKind.REMINDER, Stage.OPEN, a_case(claim=late)) == [Reason.BARRED_SOON]


def test_an_unknown_kind_of_debtor_is_no_obstacle() -> None:
    assert obstacles(StepKind.DEMAND, Stage.REMINDED, a_case(claim=a_claim(debtor=DebtorKind.UNKNOWN))) == []


def test_a_step_without_a_letter_meets_no_obstacle() -> None:
    assert obstacles(StepKind.AWAIT_CREDITOR, Stage.DEMANDED, a_case(debtor=Debtor(protected=True))) == []
