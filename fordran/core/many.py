"""Making very many small objects at once."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

FEW = 500
"""So many cases are no crowd: a click on one must not disturb a server's other threads."""


@contextmanager
def many_objects() -> Iterator[None]:
    """While thousands of cases are judged the collector of cycles rests: nothing made there points back at what made it, and
    walking all of it again and again costs a fifth of the day."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
