"""The town that the walks go through: one ERP and one BankID, and for every walk a database, pages and a worker of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.web.walk.town import Town, outside, town


@pytest.fixture(scope="session")
def surroundings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, dict[str, str]]]:
    with outside(tmp_path_factory.mktemp("outside")) as found:
        yield found


@pytest.fixture
def place(django_db_setup: None, server: Any, django_db_blocker: Any, surroundings: tuple[str, dict[str, str]]) -> Iterator[Town]:
    with django_db_blocker.unblock(), town(server, *surroundings) as made:
        yield made
