"""Numbers of persons, companies and accounts: read, checked, shown. No message here repeats the number itself.

Organisation and personal numbers, bankgiro, plusgiro and OCR end in a check digit by modulus 10. A coordination number
(samordningsnummer) is a personal number with 60 added to the day. In ten digits a personal number lacks its century: the
latest that is not in the future is meant, or a hundred years before that where `+` stands for the hyphen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from fordran.core.checkdigits import luhn_holds
from fordran.core.problems import Refused
from fordran.process.facts import DebtorKind

HIDDEN = "••••"


class IdentityKind(StrEnum):
    ORGANISATION = "organisation"
    PERSONAL = "personal"
    COORDINATION = "coordination"


@dataclass(frozen=True, slots=True)
class Identity:
    """`digits` are ten for an organisation, twelve (with century) for a person: one spelling for each number."""

    kind: IdentityKind
    digits: str
    born_on: date | None = None

    @property
    def shown(self) -> str:
        """`556016-0680`, `19800101-1234`."""
        return f"{self.digits[:-4]}-{self.digits[-4:]}"

    @property
    def masked(self) -> str:
        """`19800101-••••` for a person; an organisation's number is public and shown whole."""
        return self.shown if self.kind == IdentityKind.ORGANISATION else f"{self.digits[:-4]}-{HIDDEN}"

    @property
    def debtor_kind(self) -> DebtorKind:
        """What the number alone says (a file or a setting goes before it)."""
        if self.kind != IdentityKind.ORGANISATION:
            return DebtorKind.CONSUMER
        if self.digits.startswith(("202", "212", "222", "232")):
            return DebtorKind.PUBLIC
        return DebtorKind.BUSINESS if self.digits[0] in "59" else DebtorKind.UNKNOWN


_IDENTITY = re.compile(r"(?P<century>\d\d)?(?P<six>\d{6})(?P<sign>[-+]?)(?P<four>\d{4})")


def parse_identity(text: str, today: date, field: str = "identity") -> Identity:
    """An organisation, personal or coordination number, 10 or 12 digits, with or without hyphen. Raises Refused."""
    compact = re.sub(r"[\s\u00a0]", "", text).replace("\u2010", "-").replace("\u2013", "-")
    found = _IDENTITY.fullmatch(compact)
    if not found or not compact.isascii():
        raise Refused("Write the number with 10 or 12 digits, for example 556016-0680.", field)
    ten = found["six"] + found["four"]
    if not luhn_holds(ten):
        raise Refused("The number's last digit, its check digit, is wrong; check every digit.", field)
    if ten[2] >= "2":
        if found["sign"] == "+" or found["century"] not in (None, "16"):
            raise Refused("An organisation number has 10 digits, or 12 that begin with 16.", field)
        return Identity(IdentityKind.ORGANISATION, ten)
    return _person(found["century"], ten, found["sign"] == "+", today, field)


def personal_digits(text: str) -> str:
    """The last ten digits of a personal or coordination number, century and signs left out; empty for anything else."""
    found = _IDENTITY.fullmatch(re.sub(r"\s", "", text))
    if not found:
        return ""
    ten = found["six"] + found["four"]
    month, day = int(ten[2:4]), int(ten[4:6]) % 60
    return ten if luhn_holds(ten) and 1 <= month <= 12 and 1 <= day <= 31 else ""


def parse_organisation_number(text: str, today: date, field: str = "organisation_number") -> Identity:
    """An organisation number, or the personal number of a sole trader. Raises Refused."""
    return parse_identity(text, today, field)


def _person(century: str | None, ten: str, hundred: bool, today: date, field: str) -> Identity:
    day = int(ten[4:6])
    kind = IdentityKind.COORDINATION if day > 60 else IdentityKind.PERSONAL
    years = [int(century) * 100 + int(ten[:2])] if century else _years(int(ten[:2]), hundred, today)
    for year in years:
        try:
            born = date(year, int(ten[2:4]), day - 60 if day > 60 else day)
        except ValueError:
            continue
        if born <= today and year >= 1800:
            return Identity(kind, f"{year:04d}{ten[2:]}", born)
    raise Refused("The number's first digits are not a day of birth; check them.", field)


def birthday(text: str, today: date) -> date | None:
    """The day of birth that a personal number tells even where its check digit is wrong; None for anything else. For rules
    that protect the young: a slip of the pen must not take the protection away."""
    found = _IDENTITY.fullmatch(re.sub(r"\s", "", text))
    if not found or found["six"][2] >= "2":
        return None
    try:
        return _person(found["century"], found["six"] + found["four"], found["sign"] == "+", today, "").born_on
    except Refused:
        return None


def _years(two: int, hundred: bool, today: date) -> list[int]:
    """The years that two digits may mean, likeliest first: the latest not in the future, a century earlier after `+`."""
    latest = today.year - (today.year - two) % 100
    return [latest - 100] if hundred else [latest, latest - 100]


def _digits(text: str) -> str:
    return re.sub(r"[\s\u00a0\u2010\u2013-]", "", text)


def parse_bankgiro(text: str, field: str = "bankgiro") -> str:
    """7 or 8 digits with a check digit, hyphen or not -> digits. Raises Refused."""
    digits = _digits(text)
    if not re.fullmatch(r"[0-9]{7,8}", digits):
        raise Refused("A bankgiro number has 7 or 8 digits, for example 5050-1055.", field)
    if not luhn_holds(digits):
        raise Refused("The bankgiro number's last digit, its check digit, is wrong; check every digit.", field)
    return digits


def show_bankgiro(digits: str) -> str:
    """`50501055` -> `5050-1055`."""
    return f"{digits[:-4]}-{digits[-4:]}"


def parse_plusgiro(text: str, field: str = "plusgiro") -> str:
    """2 to 8 digits with a check digit -> digits. Raises Refused."""
    digits = _digits(text)
    if not re.fullmatch(r"[0-9]{2,8}", digits):
        raise Refused("A plusgiro number has 2 to 8 digits, for example 28 65 43-4.", field)
    if not luhn_holds(digits):
        raise Refused("The plusgiro number's last digit, its check digit, is wrong; check every digit.", field)
    return digits


def show_plusgiro(digits: str) -> str:
    """`2865434` -> `28 65 43-4`: pairs counted from the right."""
    body = digits[:-1]
    first = len(body) % 2
    pairs = [body[:first]] if first else []
    pairs += [body[n : n + 2] for n in range(first, len(body), 2)]
    return f"{' '.join(pairs)}-{digits[-1]}"


def parse_ocr(text: str, field: str = "reference") -> str:
    """2 to 25 digits with a check digit -> digits. Raises Refused."""
    digits = _digits(text)
    if not re.fullmatch(r"[0-9]{2,25}", digits):
        raise Refused("An OCR number has 2 to 25 digits.", field)
    if not luhn_holds(digits):
        raise Refused("The OCR number's last digit, its check digit, is wrong.", field)
    return digits


def parse_postcode(text: str, field: str = "postcode") -> str:
    """Five digits, the first not 0 -> `123 45`. Raises Refused."""
    digits = re.sub(r"^(?:SE|S)-?", "", _digits(text).upper())
    if not re.fullmatch(r"[1-9][0-9]{4}", digits):
        raise Refused("A Swedish postcode has five digits, for example 123 45.", field)
    return f"{digits[:3]} {digits[3:]}"


def parse_iban(text: str, field: str = "iban") -> str:
    """An IBAN of any country, spaces or not -> letters and digits; check by ISO 7064 mod 97-10. Raises Refused."""
    compact = re.sub(r"[\s\u00a0]", "", text).upper()
    if not re.fullmatch(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}", compact) or (compact[:2] == "SE" and len(compact) != 24):
        raise Refused("An IBAN begins with a country code; a Swedish one has SE and 22 digits.", field)
    if int("".join(str(int(sign, 36)) for sign in compact[4:] + compact[:4])) % 97 != 1:
        raise Refused("The IBAN's check digits are wrong; check every character.", field)
    return compact
