"""Files that come in through a page: how large they may be, and what a refused bank file is shown as."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from django.core.files.uploadhandler import FileUploadHandler, StopUpload

from fordran.core.problems import Problem
from fordran.formats.bank import BankFile, Deposit, Payment, Reading

MOST_BYTES = 25_000_000
FORM_BYTES = 100_000
"""What a form may hold beside its file."""
NOT_EVEN_READ = 4 * MOST_BYTES

SETTLED_AT_ONCE = 2_000
"""A file with more payments is stored at once; setting them against their cases is left to the day's run."""

SHOWN_DEPOSITS, SHOWN_PROBLEMS, LONGEST_RECORD = 40, 50, 160


class Capped(FileUploadHandler):
    """A file that is too large is read to its end and thrown away, so that the page can say so; a huge one is cut off."""

    too_large = False

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803
        content_length: int,
        boundary: Any,
        encoding: str | None = None,  # noqa: N803
    ) -> None:
        self.too_large = content_length > MOST_BYTES + FORM_BYTES
        if content_length > NOT_EVEN_READ:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        return None if self.too_large else raw_data

    def file_complete(self, file_size: int) -> None:
        return None


@dataclass(slots=True)
class ToldDeposit:
    """A deposit of the file without its payments."""

    deposit: Deposit
    payments: int


@dataclass(slots=True)
class Refused:
    """What of a refused file could be read, as `payments read` tells it, and the records at fault as they stand in it."""

    name: str
    result: BankFile
    problems: Sequence[Problem]
    deposits: list[ToldDeposit] = field(default_factory=list)
    more_deposits: int = 0
    records: dict[str, str] = field(default_factory=dict)

    @property
    def shown(self) -> list[tuple[Problem, str]]:
        return [(problem, self.records.get(problem.record, "")) for problem in self.problems[:SHOWN_PROBLEMS]]

    @property
    def more_problems(self) -> int:
        return max(0, len(self.problems) - SHOWN_PROBLEMS)


def read_refused(file: BinaryIO, name: str, problems: Sequence[Problem], lang: str) -> Refused:
    """Read the file once more, this time to show it. Nothing of it is kept."""
    reading, counted = Reading(file, lang), 0
    deposits: list[ToldDeposit] = []
    more = 0
    for event in reading:
        if isinstance(event, Payment):
            counted += 1
        elif len(deposits) < SHOWN_DEPOSITS:
            deposits.append(ToldDeposit(event, counted))
            counted = 0
        else:
            more += 1
            counted = 0
    records = {} if str(reading.report.format).startswith("camt") else _records(file, reading, problems)
    return Refused(name, reading.result(), problems, deposits, more, records)


def _records(file: BinaryIO, reading: Reading, problems: Sequence[Problem]) -> dict[str, str]:
    """The lines that problems point at, as they stand in the file."""
    wanted = {int(p.record) for p in problems[:SHOWN_PROBLEMS] if p.record.isdecimal() and len(p.record) < 10}
    found: dict[str, str] = {}
    file.seek(0)
    for number, line in enumerate(re.split(rb"\r\n|\n|\r", file.read()), 1):
        if number in wanted:
            text = line.decode(reading.survey.encoding, errors="replace")
            found[str(number)] = "".join(c if c.isprintable() else "\u00b7" for c in text[:LONGEST_RECORD]).rstrip()
    return found


_QUOTED = re.compile(r"'[^']*'")


def without_values(problems: Sequence[Problem]) -> list[list[str]]:
    """Where and why, for the record of what was refused: what the file itself said is left out, since it may name a person."""
    return [[p.record, p.field, _QUOTED.sub("'…'", p.message)] for p in problems[:3]]
