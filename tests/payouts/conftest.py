"""What the tests of this room share: an agency that collects for Granholms, with a price list and an approved account."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fordran.cases.office import Office
from fordran.connectors.registry import bank_exchange
from fordran.ports.bank import BankExchange
from tests.payouts.world import an_agency, some_cases


@pytest.fixture
def office(db: None) -> Office:
    return an_agency()


@pytest.fixture
def some(office: Office) -> Iterator[Office]:
    some_cases(office)
    yield office


@pytest.fixture
def bank(tmp_path: Path) -> BankExchange:
    return bank_exchange("folder", {"directory": str(tmp_path / "bank")})
