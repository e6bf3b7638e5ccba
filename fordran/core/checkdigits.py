"""Check digits by modulus 10 (Luhn), as used by OCR, bankgiro, plusgiro, organisation and personal numbers."""

from __future__ import annotations

_DOUBLED = str.maketrans("0123456789", "0246813579")
"""Twice the digit, and of that the sum of its digits."""


def luhn_digit(digits: str) -> str:
    """The check digit to put after `digits` (0-9 only)."""
    total = sum(map(int, digits[-1::-2].translate(_DOUBLED))) + sum(map(int, digits[-2::-2]))
    return str(-total % 10)


def luhn_holds(digits: str) -> bool:
    """True when the last digit of `digits` is its check digit; False for anything but digits."""
    return len(digits) > 1 and digits.isascii() and digits.isdigit() and luhn_digit(digits[:-1]) == digits[-1]
