"""The payment part at the foot: account numbers as people write them, the machine line, the Swish code."""

from __future__ import annotations

from functools import lru_cache

import zxingcpp

from fordran.core.checkdigits import luhn_digit
from fordran.core.money import NO_BREAK_SPACE
from fordran.formats.ocr import valid_ocr

SLIP_DOCUMENT = "41"
"""Document code of a bankgiro slip without a printed form."""

LARGEST_ON_LINE = 99_999_999_99
"""The machine line holds eight digits of kronor."""


def show_bankgiro(number: str) -> str:
    """`50501055` -> `5050-1055`, `5050105` -> `505-0105`; anything but 7 or 8 digits is shown as it is."""
    return f"{number[:-4]}-{number[-4:]}" if number.isdigit() and len(number) in (7, 8) else number


def show_plusgiro(number: str) -> str:
    """`1234567` -> `12 34 56-7`: pairs from the right before the check digit, no-break spaces."""
    if not number.isdigit() or not 2 <= len(number) <= 8:
        return number
    body = number[:-1]
    start = len(body) % 2
    pairs = ([body[:start]] if start else []) + [body[i : i + 2] for i in range(start, len(body), 2)]
    return f"{NO_BREAK_SPACE.join(pairs)}-{number[-1]}"


def show_iban(number: str) -> str:
    """In groups of four, no-break spaces."""
    plain = number.replace(" ", "")
    return NO_BREAK_SPACE.join(plain[i : i + 4] for i in range(0, len(plain), 4))


def show_organisation_number(number: str) -> str:
    """`5599234571` -> `559923-4571`; twelve digits as `19800101-1234`; anything else as it is."""
    plain = number.replace("-", "")
    return f"{plain[:-4]}-{plain[-4:]}" if plain.isdigit() and len(plain) in (10, 12) else number


def machine_line(ocr: str, amount_minor: int, bankgiro: str) -> tuple[str, ...]:
    """The groups of the line that a bank's machine reads: reference, amount with its check digit, receiver.

    Empty when there is nothing to read: no valid OCR, no bankgiro, an amount of 0 or of more than eight digits.
    """
    if not (valid_ocr(ocr) and bankgiro.isdigit() and 0 < amount_minor <= LARGEST_ON_LINE):
        return ()
    kronor, ore = divmod(amount_minor, 100)
    check = luhn_digit(f"{kronor}{ore:02d}")
    return ("#", ocr, "#", f"{kronor} {ore:02d}", check, ">", f"{bankgiro}#{SLIP_DOCUMENT}#")


@lru_cache(maxsize=256)
def qr_svg(text: str) -> str:
    """A QR code of `text` as SVG without quiet zone; the page leaves four modules of white around it."""
    code = zxingcpp.create_barcode(text, zxingcpp.BarcodeFormat.QRCode)
    return str(zxingcpp.write_barcode_to_svg(code, add_quiet_zones=False))
