"""Which invoices are taken: each rule, the order of the rules, and the days and sums at their very edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from fordran.core.findings import Level
from fordran.core.reasons import Reason
from fordran.process.facts import ClaimKind, Debtor, DebtorKind
from fordran.process.items import Item, Person, candidate_of, spread_credits
from fordran.process.policy import CreditorTerms, Layer, Limits, Policy, Rests
from fordran.process.profile import CreditorProfile, ExclusionRow, PolicyBook
from fordran.process.select import Candidate, Exclusion, PassedOver, Taken, select
from tests.build import DUE, SE, a_candidate, a_claim, a_policy, day, later

FIRST = later(DUE, 5)  # day N


def verdict(candidate: Candidate, policy: Policy, today: date = FIRST) -> Reason:
    return select(candidate, policy, SE, today).because[0].reason


# ---- days -------------------------------------------------------------------------------------------------------


def test_on_day_n_an_invoice_is_taken_and_the_day_before_it_is_not() -> None:
    policy = a_policy(days=5)
    assert isinstance(select(a_candidate(), policy, SE, FIRST), Taken)
    assert verdict(a_candidate(), policy, later(FIRST, -1)) == Reason.NOT_DUE_LONG_ENOUGH


@pytest.mark.parametrize("days", [1, 3, 7, 30, 365, 1000])
def test_the_filter_counts_calendar_days_from_the_due_day_on_the_invoice(days: int) -> None:
    policy = a_policy(days=days)
    assert verdict(a_candidate(), policy, DUE + timedelta(days=days - 1)) in (Reason.NOT_DUE_LONG_ENOUGH, Reason.NOT_DUE_BY_LAW)
    taken = select(a_candidate(), policy, SE, max(DUE + timedelta(days=days), day("2026-02-02")))
    assert isinstance(taken, Taken) and taken.finding.fact("days") == days


def test_with_no_days_at_all_the_law_still_waits_for_the_day_after_the_due_day() -> None:
    policy = a_policy(days=0)
    assert verdict(a_candidate(), policy, DUE) == Reason.NOT_DUE_BY_LAW
    assert verdict(a_candidate(), policy, later(DUE, 1)) == Reason.WITHIN_FILTER


@pytest.mark.parametrize(
    ("due", "moved"),
    [
        ("2023-06-23", "2023-06-26"),  # Midsummer Eve
        ("2020-12-24", "2020-12-28"),
        ("2021-12-31", "2022-01-03"),
        ("2023-04-07", "2023-04-11"),
        ("2024-06-06", "2024-06-07"),
    ],
)
def test_the_law_counts_from_the_moved_day_while_the_filter_does_not(due: str, moved: str) -> None:
    claim = a_claim(due_on=day(due), issued_on=later(day(due), -30))
    policy = a_policy(days=1)
    for n in range((day(moved) - day(due)).days + 1):
        assert verdict(a_candidate(claim=claim), policy, later(day(due), n)) in (
            Reason.NOT_DUE_LONG_ENOUGH,
            Reason.NOT_DUE_BY_LAW,
        )
    found = select(a_candidate(claim=claim), policy, SE, day(moved))
    assert isinstance(found, PassedOver) and found.finding.fact("moved_to") == day(moved)
    assert verdict(a_candidate(claim=claim), policy, later(day(moved), 1)) == Reason.WITHIN_FILTER


def test_the_trick_with_absurd_days_keeps_a_class_out_and_is_never_refused() -> None:
    policy = a_policy(class_=Layer(days=3650), days=5)
    found = select(a_candidate(), policy, SE, later(DUE, 365))
    assert isinstance(found, PassedOver)
    assert (found.finding.reason, found.finding.level) == (Reason.NOT_DUE_LONG_ENOUGH, Level.CLASS)


def test_the_trick_with_an_absurd_amount_keeps_a_class_out_and_names_the_class() -> None:
    policy = a_policy(class_=Layer(limits={"SEK": Limits(min_minor=99_999_999_900)}))
    found = select(a_candidate(), policy, SE, FIRST)
    assert isinstance(found, PassedOver)
    assert (found.finding.reason, found.finding.level) == (Reason.BELOW_LOWEST_AMOUNT, Level.CLASS)


# ---- import from ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("import_from", "taken"), [("2023-01-01", 0), ("2022-12-31", 20), ("2022-12-30", 20)])
def test_the_guides_twenty_invoices_due_on_new_years_eve(import_from: str, taken: int) -> None:
    policy = a_policy(import_from=day(import_from))
    due = day("2022-12-31")
    found = [
        select(a_candidate(claim=a_claim(invoice=str(n), due_on=due, issued_on=day("2022-12-01"))), policy, SE, day("2023-01-10"))
        for n in range(20)
    ]
    assert sum(isinstance(v, Taken) for v in found) == taken
    left = {(v.finding.reason, v.finding.level, v.finding.fact("import_from")) for v in found if isinstance(v, PassedOver)}
    assert left in (set(), {(Reason.DUE_BEFORE_IMPORT_FROM, Level.GENERIC, day("2023-01-01"))})


def test_without_import_from_there_is_no_lower_bound() -> None:
    old = a_claim(due_on=day("2024-06-03"), issued_on=day("2024-05-02"))
    assert verdict(a_candidate(claim=old), a_policy()) == Reason.WITHIN_FILTER


# ---- amounts and currencies -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (9_999, Reason.BELOW_LOWEST_AMOUNT),
        (10_000, Reason.WITHIN_FILTER),
        (5_000_000, Reason.WITHIN_FILTER),
        (5_000_001, Reason.ABOVE_HIGHEST_AMOUNT),
    ],
)
def test_the_limits_count_the_invoice_total_and_include_both_ends(amount: int, reason: Reason) -> None:
    policy = a_policy(limits={"SEK": Limits(10_000, 5_000_000)})
    assert verdict(a_candidate(claim=a_claim(amount_minor=amount)), policy) == reason


def test_the_limits_look_at_the_total_and_not_at_what_is_left_open() -> None:
    policy = a_policy(limits={"SEK": Limits(10_000, None)})
    assert verdict(a_candidate(open_minor=5_000), policy) == Reason.WITHIN_FILTER
    assert verdict(a_candidate(claim=a_claim(amount_minor=9_000), open_minor=9_000), policy) == Reason.BELOW_LOWEST_AMOUNT


def test_the_level_that_is_named_is_that_of_the_end_that_decided() -> None:
    policy = a_policy(limits={"SEK": Limits(200_000, 300_000)}, class_=Layer(limits={"SEK": Limits(None, 250_000)}))
    low = select(a_candidate(), policy, SE, FIRST)
    high = select(a_candidate(claim=a_claim(amount_minor=250_001)), policy, SE, FIRST)
    assert [found.because[0].level for found in (low, high)] == [Level.GENERIC, Level.CLASS]


def test_a_missing_end_is_open() -> None:
    huge = a_candidate(claim=a_claim(amount_minor=10**12))
    assert verdict(huge, a_policy(limits={"SEK": Limits(min_minor=1)})) == Reason.WITHIN_FILTER
    assert (
        verdict(a_candidate(claim=a_claim(amount_minor=1)), a_policy(limits={"SEK": Limits(None, 500)})) == Reason.WITHIN_FILTER
    )


def test_a_currency_without_a_card_is_not_taken() -> None:
    euro = a_candidate(claim=a_claim(currency="EUR"))
    assert verdict(euro, a_policy()) == Reason.CURRENCY_NOT_TAKEN
    assert verdict(euro, a_policy(limits={"SEK": Limits(), "EUR": Limits()})) == Reason.WITHIN_FILTER
    assert verdict(euro, a_policy(limits={}, all_currencies=True)) == Reason.WITHIN_FILTER


def test_a_limit_in_kronor_says_nothing_of_euro() -> None:
    policy = a_policy(limits={"SEK": Limits(10_000, 20_000), "EUR": Limits(1_000, None)})
    assert verdict(a_candidate(claim=a_claim(currency="EUR", amount_minor=1_000)), policy) == Reason.WITHIN_FILTER


# ---- exclusions -------------------------------------------------------------------------------------------------


def test_an_excluded_customer_is_passed_over_through_the_last_day_and_taken_the_day_after() -> None:
    candidate = a_candidate(exclusions=(Exclusion(Level.CUSTOMER, FIRST, "avtal"),))
    found = select(candidate, a_policy(), SE, FIRST)
    assert isinstance(found, PassedOver)
    assert (found.finding.reason, found.finding.level) == (Reason.CUSTOMER_EXCLUDED, Level.CUSTOMER)
    assert found.finding.fact("until") == FIRST and found.finding.fact("why") == "avtal"
    assert verdict(candidate, a_policy(), later(FIRST, 1)) == Reason.WITHIN_FILTER


def test_an_exclusion_without_end_holds_until_it_is_lifted() -> None:
    assert verdict(a_candidate(exclusions=(Exclusion(Level.CLASS),)), a_policy(), later(FIRST, 900)) == Reason.CLASS_EXCLUDED


def test_the_customers_own_exclusion_is_named_before_that_of_its_class() -> None:
    both = (Exclusion(Level.CLASS), Exclusion(Level.CUSTOMER))
    assert verdict(a_candidate(exclusions=both), a_policy()) == Reason.CUSTOMER_EXCLUDED


def test_an_ended_exclusion_of_the_customer_leaves_that_of_its_class_in_force() -> None:
    both = (Exclusion(Level.CLASS), Exclusion(Level.CUSTOMER, later(FIRST, -1)))
    assert verdict(a_candidate(exclusions=both), a_policy()) == Reason.CLASS_EXCLUDED


def test_an_exclusion_by_key_meets_that_customer_and_that_class_only() -> None:
    rows = (ExclusionRow(Level.CUSTOMER, "7"), ExclusionRow(Level.CLASS, "KOMMUN"))
    book = PolicyBook(CreditorProfile("Bolaget", "5560160680", exclusions=rows))
    assert [e.level for e in book.exclusions("7", "PRIVAT")] == [Level.CUSTOMER]
    assert [e.level for e in book.exclusions("8", "KOMMUN")] == [Level.CLASS]
    assert book.exclusions("8", "7") == () and book.exclusions("KOMMUN", "PRIVAT") == ()


# ---- what is not a claim ----------------------------------------------------------------------------------------


def test_a_credit_note_is_never_taken_however_overdue_it_is() -> None:
    assert verdict(a_candidate(is_credit=True), a_policy(), later(FIRST, 300)) == Reason.NOT_AN_INVOICE


@pytest.mark.parametrize("open_minor", [0, -1])
def test_nothing_open_is_nothing_to_take(open_minor: int) -> None:
    assert verdict(a_candidate(open_minor=open_minor), a_policy()) == Reason.NOT_OPEN


def test_an_invoice_missing_in_the_latest_picture_is_not_taken() -> None:
    assert verdict(a_candidate(missing_in_ledger=True), a_policy()) == Reason.MISSING_IN_LEDGER


def test_a_hold_counts_through_its_last_day() -> None:
    assert verdict(a_candidate(held=True, held_until=FIRST), a_policy()) == Reason.INVOICE_HELD
    assert verdict(a_candidate(held=True, held_until=later(FIRST, -1)), a_policy()) == Reason.WITHIN_FILTER
    assert verdict(a_candidate(held=True), a_policy(), later(FIRST, 900)) == Reason.INVOICE_HELD


@pytest.mark.parametrize(
    ("amount", "open_minor", "reason"),
    [
        (100_000, 99, Reason.SMALL_REST),
        (100_000, 100, Reason.WITHIN_FILTER),
        (50, 50, Reason.WITHIN_FILTER),  # a whole invoice is no rest, however small
        (150, 120, Reason.WITHIN_FILTER),
    ],
)
def test_a_tiny_rest_of_an_invoice_is_not_taken(amount: int, open_minor: int, reason: Reason) -> None:
    candidate = a_candidate(claim=a_claim(amount_minor=amount), open_minor=open_minor)
    assert verdict(candidate, a_policy()) == reason


def test_the_creditor_says_what_a_tiny_rest_is_in_each_currency() -> None:
    terms = CreditorTerms(rests={"SEK": Rests(tiny_minor=5_000)})
    assert verdict(a_candidate(open_minor=4_999), a_policy(terms)) == Reason.SMALL_REST
    assert verdict(a_candidate(open_minor=5_000), a_policy(terms)) == Reason.WITHIN_FILTER


# ---- the law above the filter -----------------------------------------------------------------------------------


def test_a_kind_of_claim_that_was_not_declared_is_not_taken() -> None:
    rent = a_candidate(claim=a_claim(kind=ClaimKind.RENT))
    assert verdict(rent, a_policy()) == Reason.CLAIM_KIND_NOT_DECLARED
    assert verdict(rent, a_policy(CreditorTerms(claim_kinds=(ClaimKind.RENT,)))) == Reason.WITHIN_FILTER


def test_consumer_credit_is_refused_even_when_declared() -> None:
    declared = a_policy(CreditorTerms(claim_kinds=tuple(ClaimKind)))
    assert verdict(a_candidate(claim=a_claim(kind=ClaimKind.CREDIT)), declared) == Reason.CLAIM_KIND_REFUSED


def test_a_minor_is_refused_and_so_is_one_who_was_a_minor_when_the_debt_arose() -> None:
    child = Debtor(born_on=day("2010-01-01"))
    grown = Debtor(born_on=day("2008-01-15"))
    assert verdict(a_candidate(debtor=child), a_policy()) == Reason.DEBTOR_UNDER_AGE
    assert verdict(a_candidate(debtor=grown), a_policy()) == Reason.DEBTOR_WAS_UNDER_AGE
    assert verdict(a_candidate(debtor=Debtor(born_on=day("2007-12-30"))), a_policy()) == Reason.WITHIN_FILTER


def test_a_claim_on_a_consumer_is_barred_three_years_after_it_arose() -> None:
    claim = a_claim(issued_on=day("2023-01-15"), due_on=day("2023-02-14"))
    assert verdict(a_candidate(claim=claim), a_policy(), day("2026-01-15")) == Reason.WITHIN_FILTER
    assert verdict(a_candidate(claim=claim), a_policy(), day("2026-01-16")) == Reason.BARRED
    business = replace(claim, debtor=DebtorKind.BUSINESS)
    assert verdict(a_candidate(claim=business), a_policy(), day("2026-01-16")) == Reason.WITHIN_FILTER


def test_without_an_invoice_day_the_invoice_is_taken_and_a_remark_says_so() -> None:
    found = select(a_candidate(claim=a_claim(issued_on=None)), a_policy(), SE, FIRST)
    assert isinstance(found, Taken)
    assert Reason.ISSUED_ON_MISSING in [f.reason for f in found.because]


def test_an_invoice_reminded_by_the_creditor_is_taken_and_a_remark_says_so() -> None:
    found = select(a_candidate(claim=a_claim(reminded_on=later(DUE, 3))), a_policy(), SE, FIRST)
    assert isinstance(found, Taken)
    assert Reason.REMINDED_BEFORE_US in [f.reason for f in found.because]


# ---- the order of the rules -------------------------------------------------------------------------------------


def test_the_first_rule_that_says_no_is_the_one_that_is_told() -> None:
    """Everything is wrong with this one; taking away one fault at a time shows the order."""
    claim = a_claim(currency="EUR", due_on=day("2022-01-10"), issued_on=day("2021-12-10"), amount_minor=500, credit_minor=1,
                    kind=ClaimKind.CREDIT)  # fmt: skip
    candidate = a_candidate(
        claim=claim, is_credit=True, open_minor=0, missing_in_ledger=True, held=True,
        exclusions=(Exclusion(Level.CUSTOMER),),
    )  # fmt: skip
    policy = a_policy(import_from=day("2023-01-01"), days=3650, limits={"SEK": Limits(), "EUR": Limits(1_000, None)})
    no_card = a_policy(import_from=day("2023-01-01"), days=3650)
    told = [verdict(candidate, no_card)]
    candidate = replace(candidate, is_credit=False)
    told.append(verdict(candidate, no_card))
    candidate = replace(candidate, open_minor=500)
    told.append(verdict(candidate, no_card))
    candidate = replace(candidate, missing_in_ledger=False)
    told.append(verdict(candidate, no_card))
    candidate = replace(candidate, exclusions=())
    told.append(verdict(candidate, no_card))
    told.append(verdict(candidate, policy))
    policy = a_policy(days=3650, limits={c: chosen.value for c, chosen in policy.limits.items()})
    told.append(verdict(candidate, policy))
    policy = a_policy(days=5, limits={"EUR": Limits(1_000, None)})
    told.append(verdict(candidate, policy))
    policy = a_policy(days=5, limits={"EUR": Limits()})
    told.append(verdict(candidate, policy))
    candidate = replace(candidate, held=False)
    told.append(verdict(candidate, policy))
    candidate = replace(candidate, claim=replace(claim, credit_minor=0))
    told.append(verdict(candidate, policy))
    assert told == [
        Reason.NOT_AN_INVOICE, Reason.NOT_OPEN, Reason.MISSING_IN_LEDGER, Reason.CUSTOMER_EXCLUDED, Reason.CURRENCY_NOT_TAKEN,
        Reason.DUE_BEFORE_IMPORT_FROM, Reason.NOT_DUE_LONG_ENOUGH, Reason.BELOW_LOWEST_AMOUNT, Reason.INVOICE_HELD,
        Reason.OPEN_CREDIT, Reason.CLAIM_KIND_REFUSED,
    ]  # fmt: skip


# ---- credits ----------------------------------------------------------------------------------------------------

PROFILE = CreditorProfile("Bolaget", "5560160680", due_agreed=True, generic=Layer(limits={"SEK": Limits()}))
KIM = Person("1", "Kim", kind=DebtorKind.CONSUMER)


def an_invoice(number: str, due: str, open_minor: int = 100_000, **more: object) -> Item:
    return Item(number, "invoice", "SEK", open_minor, open_minor, day(due), day("2025-12-01"), **more)  # type: ignore[arg-type]


def a_credit(number: str, minor: int, credits: str = "", currency: str = "SEK") -> Item:
    return Item(number, "credit", currency, minor, minor, day("2026-01-05"), credits=credits)


def looked_at(*items: Item) -> dict[str, Reason]:
    book = PolicyBook(PROFILE)
    credits = spread_credits([("1", item) for item in items])
    return {
        item.number: verdict(candidate_of(item, KIM, PROFILE, book, credits), book.policy("1", ""))
        for item in items
        if item.kind == "invoice"
    }


def test_a_credit_that_names_no_invoice_covers_the_oldest_and_they_are_passed_over() -> None:
    found = looked_at(
        an_invoice("3", "2026-01-20"), an_invoice("1", "2026-01-05"), an_invoice("2", "2026-01-12"), a_credit("K", 150_000)
    )
    assert found == {"1": Reason.OPEN_CREDIT, "2": Reason.OPEN_CREDIT, "3": Reason.WITHIN_FILTER}


def test_an_invoice_covered_in_part_is_passed_over_too() -> None:
    assert looked_at(an_invoice("1", "2026-01-05"), a_credit("K", 1)) == {"1": Reason.OPEN_CREDIT}


def test_a_credit_that_names_its_invoice_reduces_that_one_and_no_other() -> None:
    items = (an_invoice("1", "2026-01-05"), an_invoice("2", "2026-01-12"), a_credit("K", 100_000, credits="2"))
    assert looked_at(*items) == {"1": Reason.WITHIN_FILTER, "2": Reason.NOT_OPEN}
    credits = spread_credits([("1", item) for item in items])
    assert credits.named == {"2": 100_000} and credits.covering == {}


def test_a_credit_in_another_currency_or_of_another_customer_covers_nothing() -> None:
    assert looked_at(an_invoice("1", "2026-01-05"), a_credit("K", 100_000, currency="EUR")) == {"1": Reason.WITHIN_FILTER}
    credits = spread_credits([("1", an_invoice("1", "2026-01-05")), ("2", a_credit("K", 100_000))])
    assert credits.covering == {}


def test_a_credit_in_euro_takes_nothing_off_an_invoice_in_kronor_that_it_names() -> None:
    assert looked_at(an_invoice("1", "2026-01-05"), a_credit("K", 100_000, credits="1", currency="EUR")) == {
        "1": Reason.WITHIN_FILTER
    }


def test_what_a_named_credit_took_is_not_covered_a_second_time() -> None:
    items = (
        an_invoice("1", "2026-01-05"),
        an_invoice("2", "2026-01-12"),
        a_credit("A", 100_000, credits="1"),
        a_credit("B", 40_000),
    )
    credits = spread_credits([("1", item) for item in items])
    assert credits.covering == {"2": 40_000}


def test_a_named_credit_larger_than_its_invoice_leaves_the_other_invoices_alone() -> None:
    assert looked_at(an_invoice("1", "2026-01-05"), an_invoice("2", "2026-01-06"), a_credit("K", 150_000, credits="1")) == {
        "1": Reason.NOT_OPEN, "2": Reason.WITHIN_FILTER,
    }  # fmt: skip


def test_a_credit_that_names_an_unknown_invoice_is_set_against_the_oldest() -> None:
    assert looked_at(an_invoice("1", "2026-01-05"), a_credit("K", 500, credits="finns inte")) == {"1": Reason.OPEN_CREDIT}
