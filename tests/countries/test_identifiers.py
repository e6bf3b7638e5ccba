"""Numbers of persons, companies and accounts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.core.checkdigits import luhn_digit
from fordran.core.problems import Refused
from fordran.countries.se import identifiers as numbers
from fordran.countries.se.identifiers import Identity, IdentityKind, parse_identity
from fordran.process.facts import DebtorKind
from tests.countries.law_cases import day

TODAY = day("2026-03-20")


def with_check(nine: str) -> str:
    return nine + luhn_digit(nine)


def identity(text: str) -> Identity:
    return parse_identity(text, TODAY)


@pytest.mark.parametrize("text", ["556016-0680", "5560160680", "16556016-0680", "165560160680", " 556016 0680 "])
def test_an_organisation_number_is_read_in_every_spelling(text: str) -> None:
    found = identity(text)
    assert (found.kind, found.digits, found.shown, found.masked) == (
        IdentityKind.ORGANISATION, "5560160680", "556016-0680", "556016-0680",
    )  # fmt: skip
    assert found.born_on is None


def test_a_personal_number_gets_its_century_and_is_masked() -> None:
    ten = with_check("800101123")
    for text in (ten, f"{ten[:6]}-{ten[6:]}", f"19{ten}", f"19{ten[:6]}-{ten[6:]}"):
        found = identity(text)
        assert (found.kind, found.digits, found.born_on) == (IdentityKind.PERSONAL, f"19{ten}", day("1980-01-01"))
        assert found.masked == "19800101-••••"


def test_ten_digits_mean_the_latest_day_of_birth_that_is_not_in_the_future() -> None:
    assert identity(with_check("260320123")).born_on == day("2026-03-20")
    assert identity(with_check("260321123")).born_on == day("1926-03-21")


def test_a_plus_sign_means_a_hundred_years_earlier() -> None:
    ten = with_check("200101123")
    assert identity(f"{ten[:6]}-{ten[6:]}").born_on == day("2020-01-01")
    assert identity(f"{ten[:6]}+{ten[6:]}").born_on == day("1920-01-01")


def test_a_leap_day_finds_the_century_that_has_it() -> None:
    assert identity(with_check("000229123")).born_on == day("2000-02-29")


def test_a_coordination_number_has_60_added_to_the_day() -> None:
    found = identity("701063-2391")
    assert (found.kind, found.born_on) == (IdentityKind.COORDINATION, day("1970-10-03"))


@pytest.mark.parametrize(
    "text",
    ["", "12345", "556016-0681", "A556016068", "800132-1239", "203001011234", "19556016-0680", "556016+0680", "５５６０１６0680"],
)
def test_what_is_no_number_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse_identity(text, TODAY, "identity")
    assert refused.value.problems[0].field == "identity"
    assert not text or text not in refused.value.problems[0].message


def test_a_person_born_tomorrow_is_refused() -> None:
    with pytest.raises(Refused):
        identity("20" + with_check("270101123"))


@pytest.mark.parametrize(
    ("nine", "kind"),
    [
        ("202100548", DebtorKind.PUBLIC),
        ("212000014", DebtorKind.PUBLIC),
        ("222000014", DebtorKind.PUBLIC),
        ("232100001", DebtorKind.PUBLIC),
        ("556016068", DebtorKind.BUSINESS),
        ("969601234", DebtorKind.BUSINESS),
        ("769601234", DebtorKind.UNKNOWN),
        ("802001234", DebtorKind.UNKNOWN),
        ("252001234", DebtorKind.UNKNOWN),
        ("800101123", DebtorKind.CONSUMER),
        ("701063239", DebtorKind.CONSUMER),
    ],
)
def test_what_the_number_alone_says_of_the_debtor(nine: str, kind: DebtorKind) -> None:
    assert identity(with_check(nine)).debtor_kind == kind


@pytest.mark.parametrize(
    ("parse", "show", "text", "digits", "shown"),
    [
        (numbers.parse_bankgiro, numbers.show_bankgiro, "5050-1055", "50501055", "5050-1055"),
        (numbers.parse_bankgiro, numbers.show_bankgiro, "321-7254", "3217254", "321-7254"),
        (numbers.parse_plusgiro, numbers.show_plusgiro, "28 65 43-4", "2865434", "28 65 43-4"),
        (numbers.parse_plusgiro, numbers.show_plusgiro, with_check("1"), with_check("1"), f"1-{luhn_digit('1')}"),
        (
            numbers.parse_plusgiro,
            numbers.show_plusgiro,
            with_check("12345"),
            with_check("12345"),
            f"1 23 45-{luhn_digit('12345')}",
        ),
    ],
)
def test_giro_numbers_are_read_with_and_without_signs_and_shown_with_them(
    parse: Callable[[str], str], show: Callable[[str], str], text: str, digits: str, shown: str
) -> None:
    assert parse(text) == parse(digits) == digits
    assert show(digits) == shown


@pytest.mark.parametrize(
    ("parse", "text"),
    [
        (numbers.parse_bankgiro, "5050-1056"),
        (numbers.parse_bankgiro, "505010"),
        (numbers.parse_bankgiro, "505o1055"),
        (numbers.parse_plusgiro, "28 65 43-5"),
        (numbers.parse_plusgiro, "7"),
        (numbers.parse_ocr, "10018"),
        (numbers.parse_ocr, "1" * 26),
        (numbers.parse_postcode, "1234"),
        (numbers.parse_postcode, "012 34"),
        (numbers.parse_iban, "SE35 5000 0000 0549 1000 0004"),
        (numbers.parse_iban, "SE35 5000"),
    ],
)
def test_wrong_account_numbers_are_refused_with_a_sentence(parse: Callable[[str], str], text: str) -> None:
    with pytest.raises(Refused) as refused:
        parse(text)
    assert refused.value.problems[0].message.endswith(".")


def test_references_postcodes_and_ibans_are_read() -> None:
    assert numbers.parse_ocr("100 17") == "10017"
    assert numbers.parse_postcode("12345") == numbers.parse_postcode("SE-123 45") == "123 45"
    assert numbers.parse_iban("SE35 5000 0000 0549 1000 0003") == "SE3550000000054910000003"


@given(st.text(max_size=30))
def test_any_text_is_either_a_number_or_refused(text: str) -> None:
    for parse in (
        identity,
        numbers.parse_bankgiro,
        numbers.parse_plusgiro,
        numbers.parse_ocr,
        numbers.parse_postcode,
        numbers.parse_iban,
    ):
        try:
            parse(text)
        except Refused as refused:
            assert refused.problems[0].message
