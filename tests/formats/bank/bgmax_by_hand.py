"""BgMax records, column by column from the manual's tables, so that a test can write any file, also a wrong one."""

from __future__ import annotations

from collections.abc import Sequence

BANKGIRO = "9912346"


def start(mark: str = "P", version: str = "01", stamp: str = "20261005173035010331") -> str:
    return f"01{'BGMAX':<20}{version}{stamp}{mark}".ljust(80)


def section(bankgiro: str = BANKGIRO, plusgiro: str = "", currency: str = "SEK") -> str:
    return f"05{bankgiro:>010}{plusgiro:>10}{currency}".ljust(80)


def payment(
    amount: int,
    reference: str = "",
    *,
    code: str = "2",
    record: str = "20",
    sender: str = "0",
    channel: str = "1",
    serial: str = "000120000018",
    image: str = "0",
    deduction: str = " ",
) -> str:
    """TK20 and TK21; with `record` 22 and 23 also the extra references. A reference with code 2 stands to the right."""
    placed = f"{reference:>25}" if code == "2" else f"{reference:<25}"
    return f"{record}{sender:>010}{placed}{amount:018d}{code}{channel}{serial:<12}{image}{deduction}".ljust(80)


def extra(reference: str, amount: int = 0, *, record: str = "22", code: str = "2") -> str:
    return payment(amount, reference, code=code, record=record)


def text(content: str) -> str:
    return f"25{content:<50}".ljust(80)


def name(payer: str, more: str = "") -> str:
    return f"26{payer:<35}{more:<35}".ljust(80)


def address(street: str, postcode: str, town: str, country: str = "") -> list[str]:
    return [f"27{street:<35}{postcode:<9}".ljust(80), f"28{town:<35}{country:<35}".ljust(80)]


def organisation(number: str) -> str:
    return f"29{number:>012}".ljust(80)


def deposit(
    amount: int,
    count: int,
    *,
    day: str = "20261005",
    account: str = "58410000010098",
    serial: str = "00056",
    currency: str = "SEK",
    kind: str = " ",
) -> str:
    return f"15{account:>035}{day}{serial}{amount:018d}{currency}{count:08d}{kind}"


def end(payments: int, deductions: int = 0, references: int = 0, deposits: int = 1) -> str:
    return f"70{payments:08d}{deductions:08d}{references:08d}{deposits:08d}".ljust(80)


def file(*records: str | Sequence[str], encoding: str = "iso-8859-1", line_end: str = "\r\n") -> bytes:
    """Records as bytes; every one of them ends its line."""
    flat = [one for record in records for one in ([record] if isinstance(record, str) else record)]
    return "".join(record + line_end for record in flat).encode(encoding)


def simple(*records: str) -> bytes:
    """A file of one payment of 100.00; `records` follow the payment."""
    return file(start(), section(), payment(10_000, "2026004187038"), *records, deposit(10_000, 1), end(1, deposits=1))
