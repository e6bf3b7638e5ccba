"""Bad input gets a clear answer that names the record and the field; nothing is stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Problem:
    """`record` is a row number, a table or a file; `field` a column, option or key; either may be empty."""

    record: str
    field: str
    message: str

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


class Refused(Exception):
    """The whole input or an option is refused; the command line answers with exit code 2."""

    def __init__(self, problems: Sequence[Problem] | str, field: str = "", record: str = "") -> None:
        self.problems = [Problem(record, field, problems)] if isinstance(problems, str) else list(problems)
        super().__init__("; ".join(p.message for p in self.problems))
