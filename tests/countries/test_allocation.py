"""The order in which a payment settles one debt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fordran.countries.se.country import COUNTRY
from tests.countries.law_cases import day

TODAY = day("2026-03-20")


def test_costs_first_then_interest_then_capital() -> None:
    found = COUNTRY.allocate(24_000, 1_250, 100_000, 50_000, TODAY)
    assert (found.costs_minor, found.interest_minor, found.capital_minor, found.left_over_minor) == (24_000, 1_250, 24_750, 0)
    assert found.order == ("costs", "interest", "capital") and "9 kap. 5 §" in str(found.source)


def test_paying_exactly_the_invoice_leaves_as_much_capital_as_there_were_costs_and_interest() -> None:
    found = COUNTRY.allocate(24_000, 1_250, 100_000, 100_000, TODAY)
    assert 100_000 - found.capital_minor == 25_250


_amount = st.integers(0, 10**9)


@given(_amount, _amount, _amount, _amount)
def test_nothing_is_lost_and_no_part_is_overpaid(costs: int, interest: int, capital: int, payment: int) -> None:
    found = COUNTRY.allocate(costs, interest, capital, payment, TODAY)
    parts = (found.costs_minor, found.interest_minor, found.capital_minor)
    assert sum(parts) + found.left_over_minor == payment
    assert all(0 <= part <= owed for part, owed in zip(parts, (costs, interest, capital), strict=True))
    assert found.capital_minor == 0 or (found.costs_minor, found.interest_minor) == (costs, interest)
    assert found.left_over_minor == 0 or parts == (costs, interest, capital)


def test_less_than_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="less than nothing"):
        COUNTRY.allocate(0, 0, 100, -1, TODAY)


def test_less_than_fifty_oere_may_be_left_out_of_a_payment_in_kronor() -> None:
    assert COUNTRY.enough_for(106_137, "SEK") == 106_100
    assert COUNTRY.enough_for(106_149, "SEK") == 106_100
    assert COUNTRY.enough_for(106_150, "SEK") == 106_150
    assert COUNTRY.enough_for(106_137, "EUR") == 106_137
