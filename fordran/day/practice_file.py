"""A BgMax file to try the pages of the demonstration with, written column by column after Bankgirot's manual."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from fordran.cases.models import Case
from fordran.creditors.models import Creditor

_BANK_ACCOUNT = "58410000010098"
_LONGEST_NAME, _LONGEST_TEXT = 35, 50
_STRANGER = ("Föreningen Storåsdagen", "Hyra av tält, tack för hjälpen")


@dataclass(frozen=True, slots=True)
class _Slip:
    """What a payer sends: öre, a reference as typed, a name as the bank writes it, a message. `number` is the bank's own."""

    amount_minor: int
    reference: str
    payer: str
    number: int
    text: str = ""


def practice_file(creditor: Creditor, today: date, *, broken: bool) -> bytes:
    """Four that pay what they owe, one with a digit wrong, one from a stranger. `broken`: its last sum is a krona too much."""
    rows = Case.objects.filter(creditor=creditor, currency="SEK", held="", stage__in=("reminded", "demanded"))
    cases = list(rows.select_related("customer", "invoice").order_by("due_on", "id")[:5])
    slips = [
        _Slip(
            case.capital_minor + case.interest_minor + case.costs_minor, case.ocr if n < 4 else _mistyped(case.ocr),
            case.customer.name, 900_000_000_000 + case.pk,
        )
        for n, case in enumerate(cases)
    ]  # fmt: skip
    who, text = _STRANGER
    slips.append(_Slip(125_000, "", who, 990_000_000_000 + today.toordinal(), text))
    return _written(slips, creditor.bankgiro, today, wrong_by=100 if broken else 0)


def _mistyped(reference: str) -> str:
    """Its last digit but one is another, so the check digit no longer holds."""
    return f"{reference[:-2]}{(int(reference[-2]) + 1) % 10}{reference[-1]}"


def _written(slips: Sequence[_Slip], bankgiro: str, on: date, *, wrong_by: int) -> bytes:
    """With one deposit, in kronor, whose sum is `wrong_by` öre too much."""
    day, total = on.strftime("%Y%m%d"), sum(slip.amount_minor for slip in slips) + wrong_by
    records = [f"01{'BGMAX':<20}01{day}050000000000P", f"05{bankgiro:>010}{'':>10}SEK"]
    for slip in slips:
        records += _payment(slip)
    serial = on.timetuple().tm_yday * 10 + 1
    records.append(f"15{_BANK_ACCOUNT:>035}{day}{serial:05d}{total:018d}SEK{len(slips):08d}")
    records.append(f"70{len(slips):08d}{0:08d}{0:08d}{1:08d}")
    return "".join(f"{record:<80}\r\n" for record in records).encode("iso-8859-1", errors="replace")


def _payment(slip: _Slip) -> list[str]:
    code = "2" if slip.reference else "0"
    records = [f"20{'0':>010}{slip.reference:>25}{slip.amount_minor:018d}{code}1{slip.number:012d}0 "]
    if slip.text:
        records.append(f"25{slip.text[:_LONGEST_TEXT]:<50}")
    records.append(f"26{_spelled(slip.payer)[:_LONGEST_NAME]:<35}{'':<35}")
    return records


def _spelled(name: str) -> str:
    """As a file in ISO 8859-1 can write it: Šimon is Simon there, Åsa is Åsa."""
    return "".join(c if ord(c) < 256 else (unicodedata.normalize("NFD", c)[0] if c != "Ł" else "L") for c in name)
