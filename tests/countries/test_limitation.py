"""When a claim is barred, and what breaks the period."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.core.findings import Finding
from fordran.core.law import NotInForce
from fordran.core.reasons import Reason
from fordran.countries.se.country import COUNTRY
from fordran.countries.se.limitation import at_the_latest, of_case
from fordran.process.country import Limitation
from fordran.process.facts import Claim, DebtorKind, Interruption, InterruptionKind, PaymentSeen
from tests.countries.law_cases import a_case, a_claim, day

TODAY = day("2026-03-20")


def period(claim: Claim, *interruptions: tuple[str, InterruptionKind], today: date = TODAY) -> Limitation:
    found = COUNTRY.limitation(claim, [Interruption(kind, day(on)) for on, kind in interruptions], today)
    assert isinstance(found, Limitation)
    return found


def reasons(found: Limitation) -> list[Reason]:
    return [f.reason for f in found.findings]


@pytest.mark.parametrize(
    ("kind", "until"),
    [
        (DebtorKind.CONSUMER, "2028-06-15"),
        (DebtorKind.UNKNOWN, "2028-06-15"),
        (DebtorKind.BUSINESS, "2035-06-15"),
        (DebtorKind.PUBLIC, "2035-06-15"),
    ],
)
def test_three_years_for_consumers_and_unknown_debtors_ten_for_others(kind: DebtorKind, until: str) -> None:
    found = period(a_claim(debtor=kind, arose_on=day("2025-06-15"), issued_on=day("2025-07-01")))
    assert (found.starts_on, found.alive_until) == (day("2025-06-15"), day(until))
    assert found.barred_on == day(until) + timedelta(days=1)


def test_the_29th_of_february_ends_on_the_28th() -> None:
    assert period(a_claim(arose_on=day("2024-02-29"))).alive_until == day("2027-02-28")


def test_weekends_do_not_lengthen_it() -> None:
    assert period(a_claim(arose_on=day("2023-12-24"))).alive_until == day("2026-12-24")


def test_the_invoice_day_alone_starts_it_with_a_finding() -> None:
    assert reasons(period(a_claim(issued_on=day("2026-02-08")))) == [Reason.LIMITATION_FROM_INVOICE_DAY]
    assert reasons(period(a_claim(arose_on=day("2026-02-08")))) == []


def test_the_earliest_day_starts_it() -> None:
    assert period(a_claim(arose_on=day("2026-02-20"), issued_on=day("2026-02-08"))).starts_on == day("2026-02-08")


def test_without_any_day_there_is_a_finding_and_the_due_day_is_the_latest_start() -> None:
    claim = a_claim(issued_on=None, due_on=day("2023-03-01"))
    found = COUNTRY.limitation(claim, (), TODAY)
    assert isinstance(found, Finding) and found.reason == Reason.LIMITATION_START_UNKNOWN
    assert at_the_latest(claim, (), TODAY).barred_on == day("2026-03-02")


def test_a_claim_older_than_the_act_has_no_period_but_is_barred_all_the_same() -> None:
    claim = a_claim(issued_on=day("1975-01-01"), debtor=DebtorKind.BUSINESS)
    with pytest.raises(NotInForce):
        COUNTRY.limitation(claim, (), TODAY)
    assert at_the_latest(claim, (), TODAY).barred_on < TODAY


@pytest.mark.parametrize("kind", list(InterruptionKind))
def test_each_kind_of_interruption_gives_a_new_period_of_the_same_length(kind: InterruptionKind) -> None:
    found = period(a_claim(arose_on=day("2023-06-01")), ("2025-01-10", kind))
    assert found.alive_until == day("2028-01-10")
    assert reasons(found) == [Reason.LIMITATION_INTERRUPTED]


def test_an_interruption_on_the_last_day_counts_and_the_day_after_it_does_not() -> None:
    claim = a_claim(arose_on=day("2022-06-01"))
    assert period(claim, ("2025-06-01", InterruptionKind.RECEIPT)).alive_until == day("2028-06-01")
    late = period(claim, ("2025-06-02", InterruptionKind.ACKNOWLEDGED))
    assert late.alive_until == day("2025-06-01") and reasons(late) == [Reason.BARRED]


def test_a_late_interruption_revives_nothing_for_those_after_it_either() -> None:
    claim = a_claim(arose_on=day("2019-01-01"))
    found = period(claim, ("2022-03-01", InterruptionKind.RECEIPT), ("2024-03-01", InterruptionKind.RECEIPT))
    assert found.alive_until == day("2022-01-01")


def test_what_has_not_happened_yet_does_not_count() -> None:
    claim = a_claim(arose_on=day("2024-06-01"))
    assert period(claim, ("2026-05-01", InterruptionKind.RECEIPT)).alive_until == day("2027-06-01")


def test_the_watch_days_and_the_last_posting_day() -> None:
    found = period(a_claim(arose_on=day("2024-08-31")))
    assert found.alive_until == day("2027-08-31")
    assert found.watch_days == (day("2027-02-28"), day("2027-06-02"), day("2027-08-01"))
    assert found.last_posting_day == day("2027-08-17")


@pytest.mark.parametrize(
    ("today", "reason"),
    [
        ("2027-02-27", None),
        ("2027-02-28", Reason.LIMITATION_WATCH),
        ("2027-08-17", Reason.LIMITATION_WATCH),
        ("2027-08-18", Reason.BARRED_SOON),
        ("2027-08-31", Reason.BARRED_SOON),
        ("2027-09-01", Reason.BARRED),
    ],
)
def test_the_findings_follow_the_calendar(today: str, reason: Reason | None) -> None:
    found = period(a_claim(arose_on=day("2024-08-31")), today=day(today))
    assert reasons(found) == ([reason] if reason else [])


def test_a_payment_by_the_debtor_acknowledges_and_one_by_another_or_a_credit_does_not() -> None:
    claim = a_claim(arose_on=day("2024-01-01"))
    paid = day("2025-05-05")
    for payment, until in (
        (PaymentSeen(paid, 100), "2028-05-05"),
        (PaymentSeen(paid, 100, by_debtor=False), "2027-01-01"),
        (PaymentSeen(paid, 100, credit=True), "2027-01-01"),
    ):
        assert of_case(a_case(claim=claim, payments=(payment,)), TODAY).alive_until == day(until)


_breaks = st.lists(
    st.builds(Interruption, st.sampled_from(InterruptionKind), st.dates(date(2015, 1, 1), date(2030, 1, 1))), max_size=6
)


@given(st.dates(date(2015, 1, 1), date(2026, 1, 1)), _breaks, st.dates(date(2026, 1, 1), date(2031, 1, 1)))
def test_more_interruptions_never_shorten_a_living_claim(start: date, breaks: list[Interruption], today: date) -> None:
    claim = a_claim(arose_on=start, issued_on=None)
    alone = COUNTRY.limitation(claim, (), today)
    found = COUNTRY.limitation(claim, breaks, today)
    assert isinstance(alone, Limitation) and isinstance(found, Limitation)
    assert found.alive_until >= alone.alive_until
