"""What the tests of this room share."""

from __future__ import annotations

import pytest

from fordran.cases.office import Office
from tests.build import an_office
from tests.post import PostOffice


@pytest.fixture
def post() -> PostOffice:
    return PostOffice()


@pytest.fixture
def office(db: None) -> Office:
    return an_office()
