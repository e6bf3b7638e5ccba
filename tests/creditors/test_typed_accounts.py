"""Accounts as people type them: understood whatever the signs between, refused with the field that is wrong."""

from __future__ import annotations

import pytest

from fordran.core.problems import Refused
from fordran.creditors.accounts import CLEARING, NO_ACCOUNT, read_account, read_accounts, said


@pytest.mark.parametrize(("kind", "typed", "stored", "shown"), [
    ("bankgiro", "5050-1055", "50501055", "5050-1055"),
    ("bankgiro", " 991 2346 ", "9912346", "991-2346"),
    ("plusgiro", "1234567 4", "12345674", "1 23 45 67-4"),
    ("account", "6112, 123 456 789", "6112-123456789", "6112, 123456789"),
    ("account", "8327-9, 123 456 789-0", "83279-1234567890", "8327-9, 1234567890"),
    ("iban", "se35 5000 0000 0549 1000 0003", "SE3550000000054910000003", "SE35 5000 0000 0549 1000 0003"),
    ("iban", "DE89 3704 0044 0532 0130 00", "DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
])  # fmt: skip
def test_hyphens_and_spaces_are_forgiven_and_the_usual_form_is_said_back(kind: str, typed: str, stored: str, shown: str) -> None:
    assert read_account(kind, typed) == stored
    assert said(kind, stored).replace("\u00a0", " ") == shown.replace("\u00a0", " ")


@pytest.mark.parametrize(("kind", "typed"), [
    ("bankgiro", "5050-1056"), ("bankgiro", "505"), ("bankgiro", "femtio"), ("plusgiro", "12345675"),
    ("account", "123456789012345"), ("account", "611, 12"), ("account", "8327-8, 1234567"),
    ("iban", "SE35 5000 0000 0549 1000 0004"), ("iban", "SE35 5000"),
    ("iban", "5050-1055"),
])  # fmt: skip
def test_a_wrong_one_is_refused_at_its_own_field(kind: str, typed: str) -> None:
    with pytest.raises(Refused) as refused:
        read_account(kind, typed)
    assert [problem.field for problem in refused.value.problems] == [f"account.{kind}"]


def test_a_clearing_number_does_not_begin_with_nought() -> None:
    with pytest.raises(Refused, match=CLEARING[:20]):
        read_account("account", "0112, 1234567")


def test_all_that_is_wrong_is_said_at_once_and_nothing_at_all_is_said_too() -> None:
    with pytest.raises(Refused) as refused:
        read_accounts({"bankgiro": "1", "iban": "2", "plusgiro": ""})
    assert [p.field for p in refused.value.problems] == ["account.bankgiro", "account.iban"]
    with pytest.raises(Refused, match=NO_ACCOUNT):
        read_accounts({"bankgiro": " ", "account": " , "})
    assert read_accounts({"bankgiro": "5050-1055", "iban": ""}) == {"bankgiro": "50501055"}
