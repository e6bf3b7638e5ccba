"""Check digits by modulus 10 (Luhn), as used by OCR, bankgiro, plusgiro, organisation and personal numbers."""

from __future__ import annotations


def luhn_digit(digits: str) -> str:
    """The check digit to put after `digits` (0-9 only)."""
    total = 0
    for position, digit in enumerate(reversed(digits)):
        product = int(digit) * (2 if position % 2 == 0 else 1)
        total += product - 9 if product > 9 else product
    return str(-total % 10)


def luhn_holds(digits: str) -> bool:
    """True when the last digit of `digits` is its check digit; False for anything but digits."""
    return len(digits) > 1 and digits.isascii() and digits.isdigit() and luhn_digit(digits[:-1]) == digits[-1]
