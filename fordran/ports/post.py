"""How a finished letter leaves: by whom it is carried, what it needs to know, and what it answers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Parcel:
    """A letter ready to go. `number` is the letter's own; it may stand in file names, for it says nothing of the debt."""

    number: str
    kind: str  # notice, reminder, demand, residual, confirmation
    pdf: bytes
    language: str  # sv or en
    recipient: tuple[str, ...]  # the lines in the window, name first
    sender: str  # who writes, by name
    email: str = ""  # of the recipient; needed by e-mail only
    reply_to: str = ""  # where an answer by e-mail goes
    pages: int = 1
    dated_on: date | None = None  # the letter's own date
    has_identity: bool = False  # an identity number is printed in the PDF: such a letter never goes by e-mail


@dataclass(frozen=True, slots=True)
class Receipt:
    """`status`: sent or failed. `external_id` is the channel's own name for what it took."""

    status: str
    external_id: str
    note: str = ""


class LetterChannel(Protocol):
    """A way out. Every channel is safe to ask twice: the same key sends at most one letter.

    `assumes_posted_same_day`: handing over is not yet posting (somebody must print and carry it), but we take it
    to be posted the same day until a person says otherwise. False where the sending itself is the handing over.
    """

    @property
    def name(self) -> str: ...

    @property
    def assumes_posted_same_day(self) -> bool: ...

    def send(self, parcel: Parcel, key: str) -> Receipt:
        """Hand over once. The same key with the same bytes gives the same receipt where the channel can tell.

        Raises Unavailable (nothing left: try again), Declined, NotAllowed, Malformed (a person must look) or
        Ambiguous (it may have left: look up, never send again unasked).
        """
        ...

    def look_up(self, key: str) -> Receipt | None:
        """What became of `key`; None = the channel does not know it or cannot tell."""
        ...
