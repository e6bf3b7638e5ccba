"""The text inside a Swish QR code that a payer's app fills in, and how a Swish number is shown."""

from __future__ import annotations

from fordran.core.money import NO_BREAK_SPACE

LONGEST_MESSAGE = 50
LOCKED = 0
"""Lock mask: no bit set = payee, amount and message cannot be changed by the payer."""


def swish_qr_text(number: str, amount_minor: int, reference: str) -> str:
    """`1231181189`, 905116, `202600418729` -> `C1231181189;9051,16;202600418729;0`.

    `number` is 6 to 15 digits, `amount_minor` öre above 0 (Swish pays SEK only), `reference` digits only.
    Raises ValueError otherwise.
    """
    if not (number.isascii() and number.isdigit() and 6 <= len(number) <= 15):
        raise ValueError("a Swish number is 6 to 15 digits without spaces")
    if amount_minor <= 0:
        raise ValueError("a Swish code needs an amount above 0")
    if not (reference.isascii() and reference.isdigit() and len(reference) <= LONGEST_MESSAGE):
        raise ValueError("the message of a Swish code is the OCR reference: digits only")
    return f"C{number};{amount_minor // 100},{amount_minor % 100:02d};{reference};{LOCKED}"


def show_swish(number: str) -> str:
    """`1231181189` -> `123 118 11 89`; other lengths in groups of three from the left. No-break spaces."""
    sizes = (3, 3, 2, 2) if len(number) == 10 else (3,) * (len(number) // 3 + 1)
    groups, start = [], 0
    for size in sizes:
        groups.append(number[start : start + size])
        start += size
    return NO_BREAK_SPACE.join(group for group in groups if group)
