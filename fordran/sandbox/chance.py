"""Chance that can be had again: every draw has a name, and the same name draws the same.

What happens to one invoice does not depend on what else happened that day, nor on the order in which it was looked at.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Mapping


def chance(*names: object) -> random.Random:
    """The source of chance with this name, always at its beginning."""
    text = "\x1f".join(str(name) for name in names)
    return random.Random(int.from_bytes(hashlib.blake2b(text.encode(), digest_size=8).digest(), "big"))


def one_of(draw: random.Random, weights: Mapping[str, int]) -> str:
    """One of the names, each as often as its weight says."""
    at = draw.randrange(sum(weights.values()))
    for name, weight in weights.items():
        at -= weight
        if at < 0:
            return name
    raise AssertionError("the weights have a sum")


def happens(draw: random.Random, per_mille: int) -> bool:
    return draw.randrange(1000) < per_mille
