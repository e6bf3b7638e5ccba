"""What the tests of this room share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fordran.cases.office import Office
from tests.books import assert_books_hold
from tests.build import an_office
from tests.post import PostOffice


@pytest.fixture
def post() -> PostOffice:
    return PostOffice()


@pytest.fixture
def office(db: None) -> Office:
    return an_office()


@pytest.fixture
def books_hold_in_the_end(db: None) -> Iterator[None]:
    """Every invariant, and the product's own proof, after the test."""
    yield
    assert_books_hold()
