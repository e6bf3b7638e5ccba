"""The invented bank of the demonstration: a BgMax file for a day, with the slips of the pen that payers make.

Records are written column by column after Bankgirot's manual, and read by the real reader like any bank's file.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from random import Random

BANK_ACCOUNT = "58410000010098"
LONGEST_NAME, LONGEST_TEXT = 35, 50


@dataclass(frozen=True, slots=True)
class Slip:
    """What a payer sends: öre, a reference as typed, a name as the bank writes it, a message. `number` is the bank's own."""

    amount_minor: int
    reference: str
    payer: str
    number: int
    text: str = ""
    currency: str = "SEK"


def write_bgmax(slips: Sequence[Slip], bankgiro: str, on: date, *, wrong_by: int = 0) -> bytes:
    """A file with a deposit for each currency; `wrong_by` öre in the last sum makes it one that must be refused."""
    day, records, deposits = on.strftime("%Y%m%d"), [], 0
    records.append(f"01{'BGMAX':<20}01{day}050000000000P")
    for currency in sorted({slip.currency for slip in slips}, reverse=True):
        own = [slip for slip in slips if slip.currency == currency]
        records.append(f"05{bankgiro:>010}{'':>10}{currency}")
        for slip in own:
            records += _payment(slip)
        deposits += 1
        total = sum(slip.amount_minor for slip in own)
        records.append(
            f"15{BANK_ACCOUNT:>035}{day}{on.timetuple().tm_yday * 10 + deposits:05d}{total:018d}{currency}{len(own):08d}"
        )
    if wrong_by:
        last = records[-1]
        records[-1] = f"{last[:50]}{int(last[50:68]) + wrong_by:018d}{last[68:]}"
    records.append(f"70{len(slips):08d}{0:08d}{0:08d}{deposits:08d}")
    return "".join(f"{record:<80}\r\n" for record in records).encode("iso-8859-1", errors="replace")


def _spelled(name: str) -> str:
    """As a file in ISO 8859-1 can write it: Šimon is Simon there, Åsa is Åsa."""
    return "".join(c if ord(c) < 256 else (unicodedata.normalize("NFD", c)[0] if c != "Ł" else "L") for c in name)


def _payment(slip: Slip) -> list[str]:
    code = "2" if slip.reference.isdigit() else "3" if slip.reference else "0"
    reference = f"{slip.reference:>25}" if code == "2" else f"{slip.reference:<25}"
    records = [f"20{'0':>010}{reference}{slip.amount_minor:018d}{code}1{slip.number:012d}0 "]
    if slip.text:
        records.append(f"25{slip.text[:LONGEST_TEXT]:<50}")
    if slip.payer:
        records.append(f"26{_spelled(slip.payer)[:LONGEST_NAME]:<35}{'':<35}")
    return records


def as_typed(slip: Slip, invoice: str, chance: Random) -> Slip:
    """Most pay as the letter says; some mistype the number, put the invoice in the message, or say nothing at all."""
    roll = chance.random()
    if roll < 0.08:
        return as_mistyped(slip if roll < 0.04 else replace(slip, payer=""), chance)
    if roll < 0.13:
        return replace(slip, reference="", text=f"Faktura {invoice}")
    if roll < 0.15:
        return replace(slip, reference="", text="betalning enligt brev")
    if roll < 0.19:
        return replace(slip, reference="", payer=_relative(slip.payer, chance), text="")
    return slip


def as_mistyped(slip: Slip, chance: Random) -> Slip:
    """One digit of the reference wrong."""
    reference, at = slip.reference, chance.randrange(len(slip.reference))
    other = str((int(reference[at]) + chance.randrange(1, 10)) % 10)
    return replace(slip, reference=reference[:at] + other + reference[at + 1 :])


def _relative(payer: str, chance: Random) -> str:
    """Somebody else of the family pays; a firm pays in its own name."""
    first, _, last = payer.partition(" ")
    if not last.isalpha() or not last.istitle():
        return payer
    return f"{chance.choice(tuple(n for n in RELATIVES if n != first))} {last}"


RELATIVES = ("Lennart", "Birgitta", "Kjell", "Anette", "Håkan", "Solveig")

STRANGERS = (
    ("Föreningen Storåsdagen", "Hyra av tält, tack för hjälpen"), ("Anita Marklund", "Julklapp till Elsa"),
    ("Norrbygdens Kiosk", "Ref 4711"), ("", "Betalning"),
)  # fmt: skip
"""Money that has come to the wrong account."""
