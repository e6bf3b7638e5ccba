"""Bank files for the tests of the pages."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from fordran.formats.bank import Reading
from fordran.settlement.take_in import TakenIn, take_in
from tests.build import day
from tests.settlement.bank_day import Row, bgmax


def read_in(creditor: Any, rows: Iterable[Row], on: str, name: str = "bgmax.txt", serial: str = "00056") -> TakenIn:
    """Read a file of one deposit for the creditor on the day of its deposit; of two with one account it is this one's."""
    reading = Reading(io.BytesIO(bgmax(list(rows), on, serial=serial)))
    return take_in(reading, name=name, on=day(on), by="clara", creditors=[creditor.pk])
