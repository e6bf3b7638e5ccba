"""The most specific setting wins, field by field, and each value remembers who set it."""

from __future__ import annotations

from fordran.core.findings import Level
from fordran.process.policy import CreditorTerms, Layer, Limits, resolve_policy
from fordran.process.profile import CreditorProfile, PolicyBook
from tests.build import day

CUSTOMER, CLASS, GENERIC, NONE = Level.CUSTOMER, Level.CLASS, Level.GENERIC, Level.NONE


def test_each_field_goes_its_own_way() -> None:
    policy = resolve_policy(
        [
            (CUSTOMER, Layer(days=30)),
            (CLASS, Layer(days=20, pay_days=21, import_from=day("2024-01-01"))),
            (GENERIC, Layer(days=10, pay_days=14, import_from=day("2023-01-01"), late_payment_compensation=True)),
        ],
        CreditorTerms(),
    )
    assert (policy.days.value, policy.days.level) == (30, CUSTOMER)
    assert (policy.pay_days.value, policy.pay_days.level) == (21, CLASS)
    assert (policy.import_from.value, policy.import_from.level) == (day("2024-01-01"), CLASS)
    assert (policy.late_payment_compensation.value, policy.late_payment_compensation.level) == (True, GENERIC)
    assert (policy.demand_wait.value, policy.demand_wait.level) == (3, NONE)


def test_zero_and_no_are_values_and_not_absences() -> None:
    policy = resolve_policy(
        [(CUSTOMER, Layer(days=0, late_payment_compensation=False)), (GENERIC, Layer(days=10, late_payment_compensation=True))],
        CreditorTerms(),
    )
    assert (policy.days.value, policy.days.level) == (0, CUSTOMER)
    assert policy.late_payment_compensation.value is False


def test_the_two_ends_of_a_card_go_their_own_ways_and_currencies_do_not_mix() -> None:
    policy = resolve_policy(
        [
            (CUSTOMER, Layer(limits={"SEK": Limits(None, 70_000)})),
            (CLASS, Layer(limits={"SEK": Limits(20_000, 60_000), "NOK": Limits(1, 2)})),
            (GENERIC, Layer(limits={"SEK": Limits(10_000, 50_000), "EUR": Limits(5, None)})),
        ],
        CreditorTerms(),
    )
    assert policy.limits["SEK"].value == Limits(20_000, 70_000)
    assert [policy.limit_level("SEK", highest=end) for end in (False, True)] == [CLASS, CUSTOMER]
    assert (policy.limits["EUR"].value, policy.limits["EUR"].level) == (Limits(5, None), GENERIC)
    assert (policy.limits["NOK"].value, policy.limits["NOK"].level) == (Limits(1, 2), CLASS)


def test_the_book_gives_each_customer_its_own_settings() -> None:
    profile = CreditorProfile(
        "Bolaget", "5560160680", generic=Layer(days=5), classes={"EXPORT": Layer(days=20)}, customers={"7": Layer(days=40)}
    )
    book = PolicyBook(profile)
    told = {
        key: (book.policy(*key).days.value, book.policy(*key).days.level) for key in [("7", "EXPORT"), ("8", "EXPORT"), ("8", "")]
    }
    assert told == {("7", "EXPORT"): (40, CUSTOMER), ("8", "EXPORT"): (20, CLASS), ("8", ""): (5, GENERIC)}


def test_a_customer_whose_key_is_a_classs_name_is_not_mistaken_for_it() -> None:
    book = PolicyBook(CreditorProfile("Bolaget", "5560160680", generic=Layer(days=5), classes={"7": Layer(days=20)}))
    assert book.policy("7", "").days.value == 5


def test_where_nobody_says_anything_the_defaults_stand_at_no_level() -> None:
    policy = resolve_policy([(GENERIC, Layer())], CreditorTerms())
    assert (policy.days.value, policy.days.level) == (5, NONE)
    assert (policy.import_from.value, policy.import_from.level) == (None, NONE)
    assert policy.limits == {} and policy.friendly_notice.value is False and policy.after_own_reminder.value == "reminder"
