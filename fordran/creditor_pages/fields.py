"""Forgiving fields: what a person types is understood or refused with a sentence, never guessed."""

from __future__ import annotations

import re
from datetime import date

from fordran.core.money import parse_kronor
from fordran.creditor_pages.words import t


class Wrong(ValueError):
    """One sentence, in the visitor's language, on what to write instead."""


_YMD = re.compile(r"(\d{4})[-/. ]?(\d{1,2})[-/. ]?(\d{1,2})")
_DMY = re.compile(r"(\d{1,2})[/. ](\d{1,2})[/. ](\d{4})")


def read_day(text: str) -> date:
    """`2026-11-24`, `20261124` or `24/11 2026`; day before month, as Swedes write it. Raises Wrong."""
    clean = " ".join(text.split())
    year_first, day_first = _YMD.fullmatch(clean), _DMY.fullmatch(clean)
    try:
        if year_first:
            return date(int(year_first[1]), int(year_first[2]), int(year_first[3]))
        if day_first:
            return date(int(day_first[3]), int(day_first[2]), int(day_first[1]))
    except ValueError:
        raise Wrong(t("Datumet {text} finns inte.", text=clean)) from None
    raise Wrong(t("Skriv datumet som ÅÅÅÅ-MM-DD, till exempel 2026-11-24."))


def read_sum(text: str) -> int:
    """Kronor in any usual way of writing -> öre, more than nothing. `1.234` may mean two things and is refused."""
    clean = re.sub(r"(?i)\s|kr|sek|\u00a0", "", text)
    if re.fullmatch(r"\d{1,3}([.,])\d{3}", clean):
        raise Wrong(t("{text} kan läsas på två sätt. Skriv hela kronor utan punkt, eller med två decimaler.", text=text.strip()))
    if re.fullmatch(r"\d{1,3}(\.\d{3})+,\d{1,2}", clean):
        clean = clean.replace(".", "")
    try:
        amount = parse_kronor(clean)
    except ValueError:
        raise Wrong(t("Skriv ett belopp, till exempel 1 000 eller 1000,50.")) from None
    if amount <= 0:
        raise Wrong(t("Beloppet ska vara större än noll."))
    return amount
