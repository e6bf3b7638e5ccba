"""Writes a SIE file of type 4I: vouchers for another program to take in, no balances. Pure.

As SIE-gruppen describes "SIE filformat" 4B and 4C: one record a line, a label with `#`, fields between blanks, texts in quotes
with `\\"` for a quote inside; text as code page 437, which the format calls PC8; amounts with a point, debit positive and credit
negative; each voucher's transactions between braces, adding up to nothing.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from fordran.core.problems import Problem, Refused

ENCODING = "cp437"


@dataclass(frozen=True, slots=True)
class SieAccount:
    number: str
    name: str


@dataclass(frozen=True, slots=True)
class SieLine:
    """`amount_minor`: hundredths, debit positive."""

    account: str
    amount_minor: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class SieVoucher:
    series: str
    number: int
    on: date
    text: str
    lines: Sequence[SieLine]
    made_on: date | None = None


@dataclass(frozen=True, slots=True)
class SieFile:
    """`year`: first and last day of the financial year that the vouchers fall in. `currency` only where it is not SEK."""

    company: str
    organisation_number: str
    made_on: date
    year: tuple[date, date]
    accounts: Sequence[SieAccount]
    vouchers: Sequence[SieVoucher]
    currency: str = "SEK"
    program: tuple[str, str] = ("Fordran", "0.1")


_SAID_OTHERWISE = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‐": "-", "‑": "-", "’": "'", "‘": "'", "”": '"', "“": '"', "…": "...", "€": "EUR",
     "\u00a0": " ", "\u202f": " ", "ø": "o", "Ø": "O", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "ł": "l", "Ł": "L", "đ": "d",
     "Đ": "D", "œ": "oe", "Œ": "Oe", "×": "x", "©": "(c)", "®": "(r)", "™": "(tm)", "õ": "o", "Õ": "O", "§": "par."}
)  # fmt: skip


def folded(text: str) -> tuple[str, bool]:
    """The text in the characters of code page 437, on one line, and whether anything had to be said otherwise.

    An accent that the page lacks is left off; a character that nothing stands for becomes a question mark.
    """
    said: list[str] = []
    for character in unicodedata.normalize("NFC", " ".join(text.split())):
        if _has(character):
            said.append(character)
            continue
        plain = "".join(
            c for c in unicodedata.normalize("NFKD", character.translate(_SAID_OTHERWISE)) if not unicodedata.combining(c)
        )
        said.append("".join(c if _has(c) else "?" for c in plain) or "?")
    result = "".join(said)
    return result, result != text


def _has(character: str) -> bool:
    if character < " " or character == "\x7f":
        return False
    try:
        character.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return True


def write(file: SieFile) -> bytes:
    """The file's bytes. Raises Refused with every problem: a voucher that does not balance, has no lines, names an account
    that is not listed or falls outside the year."""
    problems = [*_problems(file)]
    if problems:
        raise Refused(problems)
    return "".join(f"{line}\r\n" for line in _records(file)).encode(ENCODING)


def _problems(file: SieFile) -> Iterator[Problem]:
    known = {account.number for account in file.accounts}
    for voucher in file.vouchers:
        name = f"{voucher.series}{voucher.number}"
        rest = sum(line.amount_minor for line in voucher.lines)
        if rest:
            yield Problem(name, "amount", f"its debits and credits differ by {rest} öre; a voucher must come to nothing")
        if not voucher.lines:
            yield Problem(name, "lines", "a voucher needs lines")
        if not file.year[0] <= voucher.on <= file.year[1]:
            yield Problem(name, "on", f"{voucher.on} is outside the financial year {file.year[0]} to {file.year[1]}")
        for line in voucher.lines:
            if line.account not in known:
                yield Problem(name, "account", f"account {line.account} is not in the list of accounts; add it")


def _records(file: SieFile) -> Iterator[str]:
    yield "#FLAGGA 0"
    yield f"#PROGRAM {_text(file.program[0])} {_text(file.program[1])}"
    yield "#FORMAT PC8"
    yield f"#GEN {_day(file.made_on)}"
    yield "#SIETYP 4"
    yield f"#ORGNR {_organisation(file.organisation_number)}"
    yield f"#FNAMN {_text(file.company)}"
    yield f"#RAR 0 {_day(file.year[0])} {_day(file.year[1])}"
    if file.currency != "SEK":
        yield f"#VALUTA {file.currency}"
    for account in sorted(file.accounts, key=lambda a: a.number):
        yield f"#KONTO {account.number} {_text(account.name)}"
    for voucher in file.vouchers:
        made = f" {_day(voucher.made_on)}" if voucher.made_on else ""
        yield f'#VER {_text(voucher.series)} "{voucher.number}" {_day(voucher.on)} {_text(voucher.text)}{made}'
        yield "{"
        yield from (f"   #TRANS {line.account} {{}} {_amount(line.amount_minor)}{_line_text(line)}" for line in voucher.lines)
        yield "}"


def _line_text(line: SieLine) -> str:
    """The transaction's own day stands before its text, and is left empty: it is the voucher's."""
    return f' "" {_text(line.text)}' if line.text else ""


def _text(text: str) -> str:
    return '"' + folded(text)[0].replace("\\", "/").replace('"', '\\"') + '"'


def _organisation(number: str) -> str:
    digits = "".join(c for c in number if c.isdigit())
    return f"{digits[:-4]}-{digits[-4:]}" if len(digits) >= 10 else digits or '""'


def _day(on: date) -> str:
    return on.strftime("%Y%m%d")


def _amount(minor: int) -> str:
    return f"{'-' if minor < 0 else ''}{abs(minor) // 100}.{abs(minor) % 100:02d}"


def accounts_of(vouchers: Iterable[SieVoucher]) -> list[str]:
    """The accounts that the vouchers use, in order."""
    return sorted({line.account for voucher in vouchers for line in voucher.lines})
