"""The same payment is known again; two that are alike are still two."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from fordran.formats.bank import BankFile, bank_identity, likeness, plain_reference, read_bank_file
from tests.formats.bank.bgmax_by_hand import deposit, end, file, payment, section, start

SAMPLES = Path(__file__).parents[3] / "samples" / "bank"
TEN = ["ten-bgmax.txt", "ten-camt.054.001.02.xml", "ten-camt.054.001.13.xml", "ten-camt.053.001.08.xml"]


def read(name: str) -> BankFile:
    result = read_bank_file((SAMPLES / name).read_bytes())
    assert result.problems == () and result.control_totals_agree
    return result


def alike(result: BankFile) -> Counter[str]:
    return Counter(likeness(deposit, payment) for deposit in result.deposits for payment in deposit.payments)


@pytest.mark.parametrize("name", TEN[1:])
def test_the_same_ten_payments_are_the_same_in_every_format(name: str) -> None:
    def told(result: BankFile) -> list[tuple[object, ...]]:
        return [
            (d.account, d.date, p.kind, p.amount_minor, p.currency, p.reference, p.references, p.payer, p.texts, p.serial)
            for d in result.deposits
            for p in d.payments
        ]

    assert len(told(read(TEN[0]))) == 10
    assert told(read(name)) == told(read(TEN[0]))
    assert alike(read(name)) == alike(read(TEN[0]))


def test_two_equal_payments_of_one_file_are_alike_and_counted_as_two() -> None:
    assert max(alike(read(TEN[0])).values()) == 2


def test_the_banks_own_identity_tells_them_apart() -> None:
    identities = [bank_identity(d, p) for d in read(TEN[0]).deposits for p in d.payments]
    assert len(set(identities)) == 10 and all(identities)


def test_without_a_serial_number_there_is_no_identity() -> None:
    content = file(start(), section(), payment(100, "1", serial=""), deposit(100, 1), end(1))
    (one,) = read_bank_file(content).deposits
    assert bank_identity(one, one.payments[0]) == ""


@pytest.mark.parametrize(
    ("written", "plain"),
    [("00000000000000001245", "1245"), (" 12 45 ", "1245"), ("0", "0"), ("000", "000"), ("", ""), ("F 0017", "f0017")],
)
def test_references_are_compared_without_filling(written: str, plain: str) -> None:
    assert plain_reference(written) == plain
