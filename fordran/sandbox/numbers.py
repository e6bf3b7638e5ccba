"""Invented numbers of persons, companies and accounts. Their check digits are right, and nobody has them.

Personal numbers use the birth numbers 980 to 999, which are kept for tests. Organisation numbers are of the series 5599 and
21299, bankgiro numbers of the series 98 and 99, which are not in use; account numbers belong to a bank with the number 979,
which does not exist.
"""

from __future__ import annotations

import random
from datetime import date, timedelta

from fordran.core.checkdigits import luhn_digit, luhn_holds

BANK = "979"
BIC = "SANDSESS"


def with_check_digit(digits: str) -> str:
    return digits + luhn_digit(digits)


def personal_number(draw: random.Random, first: date = date(1935, 1, 1), last: date = date(2005, 12, 31)) -> str:
    """Twelve digits: `198001019807`."""
    born = first + timedelta(days=draw.randrange((last - first).days + 1))
    ten = with_check_digit(f"{born:%y%m%d}{draw.randrange(980, 1000)}")
    return f"{born:%Y}"[:2] + ten


def organisation_number(draw: random.Random, start: str = "5599") -> str:
    """Ten digits; `start` is four or five."""
    return with_check_digit(start + "".join(str(draw.randrange(10)) for _ in range(9 - len(start))))


def bankgiro(draw: random.Random) -> str:
    """Eight digits."""
    return with_check_digit(f"{draw.randrange(98, 100)}{draw.randrange(100_000):05d}")


def is_bankgiro(number: str) -> bool:
    return len(number) in (7, 8) and luhn_holds(number)


def is_plusgiro(number: str) -> bool:
    return 2 <= len(number) <= 8 and luhn_holds(number)


def iban(draw: random.Random) -> str:
    """A Swedish one, 24 signs."""
    return iban_of(f"{BANK}{draw.randrange(10**16):016d}0")


def iban_of(digits: str, country: str = "SE") -> str:
    """The account `digits` with its check digits (ISO 7064 mod 97-10)."""
    rest = int("".join(str(int(sign, 36)) for sign in f"{digits}{country}00")) % 97
    return f"{country}{98 - rest:02d}{digits}"


def is_iban(number: str) -> bool:
    if not (number.isascii() and number.isalnum() and number[:2].isalpha() and number[2:4].isdigit()):
        return False
    length = 24 if number[:2] == "SE" else len(number)
    if len(number) != length or not 15 <= length <= 34:
        return False
    return int("".join(str(int(sign, 36)) for sign in number[4:] + number[:4])) % 97 == 1
