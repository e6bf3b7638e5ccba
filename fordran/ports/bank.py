"""The bank: files that come, and payment orders that go."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol


@dataclass(frozen=True, slots=True)
class FileFromBank:
    """`name` is the bank's; the content decides what it is (BgMax, camt.053, camt.054, pain.002)."""

    name: str
    content: bytes = field(repr=False)


class BankExchange(Protocol):
    """Where files are exchanged with a bank. Raises the errors of `ports.errors`."""

    @property
    def name(self) -> str: ...

    def waiting(self) -> Sequence[FileFromBank]:
        """What has come and has not been taken, oldest first."""
        ...

    def taken(self, file: FileFromBank) -> None:
        """The file has been taken in (or refused for good): it need not be shown again. Safe to say twice."""
        ...

    def order(self, name: str, content: bytes) -> str:
        """Hand a file of payment orders over. The same name with the same bytes is one order, however often it is said;
        the same name with other bytes is Malformed. Answers the exchange's own name for it."""
        ...
