"""A bank file that pays the letters of a world: most to the öre, others in part, too much or to a stranger."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from bench.world import BANKGIRO, PAID


def bgmax(letters: Sequence[tuple[str, int]]) -> Iterator[str]:
    """Its records. `letters` are (OCR, öre asked for). 85 in 100 pay exactly, 10 in part, 2 too much, 3 with a reference
    nobody knows."""
    for record in _records(letters):
        yield record + "\r\n"


def _records(letters: Sequence[tuple[str, int]]) -> Iterator[str]:
    chance = random.Random(3)
    yield f"01{'BGMAX':<20}01{PAID:%Y%m%d}173035010331P".ljust(80)
    yield f"05{BANKGIRO:>010}{'':>10}SEK".ljust(80)
    total = 0
    for n, (ocr, due) in enumerate(letters):
        kind = chance.random()
        amount = due if kind < 0.85 or kind >= 0.97 else (max(1, due // 3) if kind < 0.95 else due + 5_000)
        reference = ocr if kind < 0.97 else f"9{n:08d}"
        yield f"20{1000 + n:>010}{reference:>25}{amount:018d}21{n:012d}0 ".ljust(80)
        total += amount
    yield f"15{'58410000010098':>035}{PAID:%Y%m%d}00056{total:018d}SEK{len(letters):08d} "
    yield f"70{len(letters):08d}{0:08d}{0:08d}{1:08d}".ljust(80)
