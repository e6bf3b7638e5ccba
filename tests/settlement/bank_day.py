"""Bank files for tests: written by hand, byte by byte, and taken in by the real reader."""

from __future__ import annotations

import io
from collections.abc import Iterable
from datetime import date

from fordran.day.run import run_day
from fordran.formats.bank import Reading
from fordran.settlement.take_in import TakenIn, take_in
from tests.build import day, later
from tests.formats.bank import bgmax_by_hand as bg
from tests.formats.bank import camt_by_hand as camt
from tests.post import PostOffice

BANKGIRO = "50501055"
"""Of `tests.build.SETTINGS`."""

Row = tuple[int, str, str]
"""Öre, reference, payer."""


def bgmax(rows: Iterable[Row | list[str]], on: str, *, serial: str = "00056", first: int = 1, account: str = BANKGIRO) -> bytes:
    """A file of one deposit. A row is (öre, reference, payer), or records of its own; negative öre are deductions."""
    records: list[str] = []
    total, payments, deductions = 0, 0, 0
    for number, row in enumerate(rows, first):
        minor, reference, payer = row
        total += minor
        payments += minor > 0
        deductions += minor < 0
        code = "2" if reference.isdigit() else "3"
        records.append(bg.payment(abs(minor), reference, code=code, record="20" if minor > 0 else "21",
                                  serial=f"{number:012d}" if first else "", deduction="0" if minor < 0 else " "))  # fmt: skip
        if payer:
            records.append(bg.name(payer))
    stamp = on.replace("-", "")
    return bg.file(
        bg.start(), bg.section(account), records, bg.deposit(total, payments + deductions, day=stamp, serial=serial),
        bg.end(payments, deductions),
    )  # fmt: skip


def camt054(rows: Iterable[Row], on: str, *, version: int = 8, account: str = "5050-1055", reversal: bool = False) -> bytes:
    """A notification with one entry a payment."""
    entries = [
        camt.entry(
            f"{abs(minor) / 100:.2f}", camt.Part(f"{abs(minor) / 100:.2f}", [reference] if reference else [], payer=payer),
            version=version, day=on, direction="CRDT" if minor > 0 else "DBIT", reversal=reversal or minor < 0,
        )
        for minor, reference, payer in rows
    ]  # fmt: skip
    return camt.document(*entries, kind="054", version=version, acct=camt.account(account))


def import_file(data: bytes, on: str | date, name: str = "file") -> TakenIn:
    reading = Reading(io.BytesIO(data))
    return take_in(reading, name=name, on=day(on) if isinstance(on, str) else on, by="test")


def live(post: PostOffice, first: str, last: str | None = None) -> None:
    """Every day from `first` to `last`, both included, without trouble."""
    start, end = day(first), day(last or first)
    for n in range((end - start).days + 1):
        assert run_day(later(start, n), {"folder": post}).problems == []
