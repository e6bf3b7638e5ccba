"""OCR references as Swedish banks check them: digits only, 2 to 25, length digit and check digit last.

The length digit is the last digit of the whole length, both control digits counted; the check digit is modulus 10.
A reference with both is valid under every level of control that a bank offers.
"""

from __future__ import annotations

from fordran.core.checkdigits import luhn_digit, luhn_holds

LONGEST = 25
SHORTEST = 2


def make_ocr(number: int | str) -> str:
    """`20260041870` -> `2026004187038`: `number`, its length digit, its check digit.

    `number` is 1 to 23 digits. Raises ValueError otherwise.
    """
    digits = str(number)
    if not (digits.isascii() and digits.isdigit() and len(digits) <= LONGEST - 2):
        raise ValueError(f"an OCR reference is made of 1 to {LONGEST - 2} digits, not of {digits!r}")
    with_length = f"{digits}{(len(digits) + 2) % 10}"
    return with_length + luhn_digit(with_length)


def valid_ocr(reference: str, length_digit: bool = False) -> bool:
    """True when `reference` (digits only) has 2 to 25 digits and its check digit holds; with `length_digit` that too."""
    if not SHORTEST <= len(reference) <= LONGEST or not luhn_holds(reference):
        return False
    return not length_digit or (len(reference) > SHORTEST and int(reference[-2]) == len(reference) % 10)
