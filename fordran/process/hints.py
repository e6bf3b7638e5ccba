"""What a payment names: its references as they are compared, and which words of its texts could be a reference at all.

A date, a telephone number or an account number in a text is not a reference, however well its check digit holds. What
stands in the reference field was put there as one, and is taken as it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import permutations

from fordran.core.sorting import sort_key
from fordran.formats.bank import plain_reference

SHORTEST_NUMBER = 4
"""Digits that a bare number in a text must have to be looked up; after a word such as *faktura* fewer will do."""

MOST_NAMED = 100
MOST_WORDS = 40
MOST_NAME_ORDERS = 24

_NAMES_AN_INVOICE = frozenset({
    "faktura", "fakturanr", "fakturanummer", "fakt", "fnr", "inv", "invoice", "no", "nr", "nummer", "ocr", "ref", "referens",
    "ärende", "ärendenr", "arende", "case",
})  # fmt: skip
_NAMES_SOMETHING_ELSE = frozenset({
    "konto", "kontonr", "kontonummer", "clearing", "clearingnr", "bg", "bankgiro", "pg", "plusgiro", "iban", "swish", "tel",
    "tfn", "telefon", "telefonnr", "mobil", "phone", "account", "kundnr", "kundnummer", "kund", "orgnr", "org", "personnr",
    "personnummer", "pnr", "datum", "date", "den", "dat", "kl",
})  # fmt: skip
_EDGES = ".,;:!?()[]{}<>\"'*#=_"
_ISO_DAY = re.compile(r"(\d{4})[-./]?(\d{2})[-./]?(\d{2})")
_SHORT_DAY = re.compile(r"(\d{2})(\d{2})(\d{2})|(\d{1,2})[/.](\d{1,2})(?:[-/.](?:\d{4}|\d{2}))?")
_PHONE = re.compile(r"(?:\+|00)\d[\d-]{6,}|0\d{1,3}-[\d-]{5,}|0\d{7,11}|46\d{8,9}")
_ACCOUNT = re.compile(r"\d{4}-\d{1}(?:[,-]\d+)+|\d{4}[-,]\d{6,}|[A-Za-z]{2}\d{2}[A-Za-z0-9]{11,30}")


def references_of(reference: str, references: Iterable[str]) -> tuple[str, ...]:
    """Each reference once, as it is compared, in the file's order; at most MOST_NAMED."""
    plain = (plain_reference(r) for r in (reference, *references))
    return tuple(dict.fromkeys(p for p in plain if p))[:MOST_NAMED]


def words_of(texts: Sequence[str]) -> tuple[str, ...]:
    """Words of the texts that could be a reference, as they are compared; at most MOST_WORDS."""
    found: dict[str, None] = {}
    before = ""
    for text in texts:
        for raw in text.split():
            token = raw.strip(_EDGES)
            if ":" in token or "=" in token:  # Faktura:1001
                head, _, token = token.replace("=", ":").rpartition(":")
                before = head.strip(_EDGES).casefold() or before
                token = token.strip(_EDGES)
            if not token:
                continue
            if _could_be(token, before):
                for part in _parts(token, before):
                    found.setdefault(plain_reference(part))
            before = token.casefold() if not any(c.isdigit() for c in token) else _still(before)
        before = ""
    return tuple(found)[:MOST_WORDS]


def _still(before: str) -> str:
    """`konto 1234 5678`, `tel 070 123 45 67`: what the word said holds for the digits after the first too."""
    return before if before in _NAMES_SOMETHING_ELSE or before in _NAMES_AN_INVOICE else ""


def _parts(token: str, before: str) -> list[str]:
    """The word itself, and what stands between / + and &: `1001/1002` names two."""
    pieces = [p.strip(_EDGES) for p in re.split(r"[/+&]", token)]
    return [token, *(p for p in pieces if p != token and _could_be(p, before))]


def _could_be(token: str, before: str) -> bool:
    if not any(c.isdigit() for c in token) or before in _NAMES_SOMETHING_ELSE:
        return False
    named = before in _NAMES_AN_INVOICE
    if named:
        return True
    if _is_day(token) or _PHONE.fullmatch(token) or _ACCOUNT.fullmatch(token):
        return False
    return sum(c.isdigit() for c in token) >= SHORTEST_NUMBER or any(c.isalpha() for c in token)


def _is_day(token: str) -> bool:
    found = _ISO_DAY.fullmatch(token)
    if found:
        return _exists(int(found[1]), int(found[2]), int(found[3]))
    found = _SHORT_DAY.fullmatch(token)
    if found is None:
        return False
    if found[1]:
        return _exists(2000 + int(found[1]), int(found[2]), int(found[3]))
    return 1 <= int(found[4]) <= 31 and 1 <= int(found[5]) <= 31


def _exists(year: int, month: int, day: int) -> bool:
    try:
        return 1900 <= date(year, month, day).year < 2100
    except ValueError:
        return False


def name_orders(payer: str) -> tuple[str, ...]:
    """A payer's name in every order of its words, as names are sorted: banks write `BERG ANNA` for Anna Berg.

    Longer names than four words in their own order and with the last word first only.
    """
    words = [w for w in re.split(r"[\s,]+", sort_key(payer)) if w]
    if not words:
        return ()
    if len(words) > 4:
        return (" ".join(words), " ".join([*words[1:], words[0]]))
    return tuple(dict.fromkeys(" ".join(order) for order in permutations(words)))[:MOST_NAME_ORDERS]


def payer_key(payer: str) -> str:
    """The same for the same name in any order and case; for telling payers apart."""
    return " ".join(sorted(w for w in re.split(r"[\s,.]+", sort_key(payer)) if w))
