"""Days as files write them. `03/04/2026` alone says nothing; the column's other values decide, or the person does."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fordran.formats.open_items.words import CellRefused, shown

ORDERS = ("ymd", "dmy", "mdy")
FIRST_YEAR, LAST_YEAR = 1900, 2200

_YEAR_FIRST = re.compile(r"(\d{4})([-/. ])(\d{1,2})\2(\d{1,2})", re.ASCII)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_YEAR_LAST = re.compile(r"(\d{1,2}) ?([-/. ]) ?(\d{1,2})(?: ?\2 ?| |-)(\d{4})", re.ASCII)
_SHORT_YEAR = re.compile(r"\d{1,2}([-/. ])\d{1,2}\1\d{2}|\d{6}|\d{1,2}/\d{1,2} \d{2}", re.ASCII)
_DAY_NAME_YEAR = re.compile(r"(\d{1,2})[-. ]{0,2}([a-zåäö]{3,9})\.?[-,. ]{0,2}(\d{4})", re.IGNORECASE)
_NAME_DAY_YEAR = re.compile(r"([a-zåäö]{3,9})\.? (\d{1,2}),? (\d{4})", re.IGNORECASE)
_TIME = re.compile(
    r"(?<=\d)[T ]{1,2}(?P<clock>\d{1,2}[:.]\d{2}(?:[:.]\d{2}(?:[.,]\d+)?)?)(?: ?[ap]m)?(?P<zone>Z| ?[+-]\d{2}:?\d{2})?$",
    re.IGNORECASE | re.ASCII,
)
_MONTHS = ("jan", "feb", "mar", "apr", "maj may", "jun", "jul", "aug", "sep", "okt oct", "nov", "dec")
_FULL_NAMES = (
    "januari january februari february mars march april maj may juni june juli july augusti august september sept "
    "oktober october november december"
).split()


@dataclass(frozen=True, slots=True)
class Pair:
    """Two numbers before a year: day and month in an order that is not written. `day_first` = the style is used for
    day-month only (`24.12.2026`, `24/12 2026`, `24/12-2026`), which holds unless the column proves the opposite."""

    first: int
    second: int
    year: int
    text: str
    day_first: bool

    @property
    def proves(self) -> str:
        if self.first > 12 >= self.second:
            return "dmy"
        return "mdy" if self.second > 12 >= self.first else ""

    def day(self, order: str) -> date:
        day, month = (self.first, self.second) if order == "dmy" else (self.second, self.first)
        if month > 12 >= day:
            raise CellRefused("date_order", value=shown(self.text), order=order)
        return _day(self.year, month, day, self.text)


def _day(year: int, month: int, day: int, text: str) -> date:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise CellRefused("odd_year", value=shown(text))
    try:
        return date(year, month, day)
    except ValueError:
        raise CellRefused("no_such_day", value=shown(text)) from None


def _month(name: str) -> int | None:
    name = name.lower()
    if len(name) > 3 and name not in _FULL_NAMES:
        return None
    return next((number for number, names in enumerate(_MONTHS, 1) if name[:3] in names.split()), None)


def understand(cell: object) -> date | Pair:
    """A cell -> the day, or a pair whose order must be decided. Raises CellRefused."""
    if isinstance(cell, datetime):
        return _day(cell.year, cell.month, cell.day, str(cell))
    if isinstance(cell, date):
        return _day(cell.year, cell.month, cell.day, str(cell))
    if isinstance(cell, int | float) and not isinstance(cell, bool):
        return _from_number(cell)
    if not isinstance(cell, str):
        raise CellRefused("not_a_date", value=shown(cell))
    return _from_text(" ".join(cell.split()), cell)


def _from_number(number: float) -> date:
    """A number cell: 20261124, or the spreadsheet's count of days since 1899-12-30 (from 1954 to 2119)."""
    if 10_000_000 <= number < 100_000_000 and number == int(number):
        text = str(int(number))
        return _day(int(text[:4]), int(text[4:6]), int(text[6:]), text)
    if 20_000 <= number < 80_000:
        return date(1899, 12, 30) + timedelta(days=int(number))
    raise CellRefused("not_a_date", value=shown(number))


def _from_text(text: str, cell: str) -> date | Pair:
    clock = _TIME.search(text)
    if clock:
        if clock["zone"] and clock["clock"].strip("0:.,"):
            raise CellRefused("date_zone", value=shown(cell))
        text = text[: clock.start()]
    found = _YEAR_FIRST.fullmatch(text)
    if found:
        return _day(int(found[1]), int(found[3]), int(found[4]), cell)
    found = _COMPACT.fullmatch(text)
    if found:
        return _day(int(found[1]), int(found[2]), int(found[3]), cell)
    found = _YEAR_LAST.fullmatch(text)
    if found:
        day_first = found[2] == "." or (found[2] == "/" and text[-5] in " -")
        return Pair(int(found[1]), int(found[3]), int(found[4]), cell, day_first)
    if _SHORT_YEAR.fullmatch(text):
        raise CellRefused("short_year", value=shown(cell))
    found = _DAY_NAME_YEAR.fullmatch(text)
    month = _month(found[2]) if found else None
    if found and month:
        return _day(int(found[3]), month, int(found[1]), cell)
    found = _NAME_DAY_YEAR.fullmatch(text)
    month = _month(found[1]) if found else None
    if found and month:
        return _day(int(found[3]), month, int(found[2]), cell)
    raise CellRefused("not_a_date", value=shown(cell))


class Unclear(Exception):
    """The column as a whole does not say which order it uses; `code` names the sentence."""

    def __init__(self, code: str, **facts: str) -> None:
        super().__init__(code)
        self.code, self.facts = code, facts


def decide_order(cells: Iterable[object]) -> str:
    """The order of day and month in one column: "dmy", "mdy", "ymd" (no other found), or "" (single cells unclear).

    Raises Unclear when no value, or contradicting values, decide a column of such dates, and when real dates beside
    day-month text suggest that a spreadsheet has swapped the ones it could.
    """
    proofs: dict[str, str] = {}
    unclear = hinted = ""
    clear_text, pairs, real_days = False, False, []
    for cell in cells:
        try:
            seen = understand(cell)
        except CellRefused:
            continue
        if isinstance(seen, date):
            clear_text = clear_text or isinstance(cell, str)
            if not isinstance(cell, str):
                real_days.append(seen.day)
            continue
        pairs = True
        if seen.proves:
            proofs.setdefault(seen.proves, seen.text)
        elif seen.first > 12 or seen.second > 12:
            continue  # no day in any order; the row says so
        elif seen.day_first:
            hinted = seen.text
        elif seen.first != seen.second:
            unclear = seen.text
    if len(proofs) > 1:
        raise Unclear("dates_mixed", value=shown(proofs["dmy"]), other=shown(proofs["mdy"]))
    if proofs:
        order, text = next(iter(proofs.items()))
        if real_days and max(real_days) <= 12:
            raise Unclear("dates_swapped", value=shown(text))
        return order
    if hinted:
        return "dmy"
    if unclear and not clear_text and not real_days:
        raise Unclear("dates_unclear", value=shown(unclear))
    return "" if pairs else "ymd"


def read_day(cell: object, order: str) -> date:
    """A cell -> the day. `order` is the column's: "dmy" or "mdy"; "ymd" and "" take no day-month text. Raises CellRefused."""
    seen = understand(cell)
    if isinstance(seen, date):
        return seen
    if order in ("dmy", "mdy"):
        return seen.day(order)
    if order == "" and (seen.first == seen.second or min(seen.first, seen.second) > 12):
        return seen.day("dmy")
    if order == "":
        raise CellRefused("date_unclear", value=shown(cell))
    raise CellRefused("date_order", value=shown(cell), order="ymd")
