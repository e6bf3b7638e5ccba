"""A letter as a parcel for one channel: by e-mail without the identity number."""

from __future__ import annotations

from dataclasses import dataclass, replace

from fordran.letters.look import page_count
from fordran.letters.sheet import address_lines, has_identity, without_identity
from fordran.letters.words import Words
from fordran.ports.post import Parcel
from fordran.process.letter import LetterContent


@dataclass(frozen=True, slots=True)
class Packed:
    """`content` is what is rendered for this channel."""

    content: LetterContent
    parcel: Parcel

    def with_pdf(self, pdf: bytes) -> Parcel:
        return replace(self.parcel, pdf=pdf, pages=page_count(pdf))


def parcel_of(content: LetterContent, channel: str, email: str = "") -> Packed:
    shown = without_identity(content) if channel == "smtp" else content
    words = Words(content.language, content.mode)
    return Packed(shown, Parcel(
        number=content.number, kind=content.kind, pdf=b"", language=content.language,
        recipient=address_lines(content, words), sender=content.sender.name, email=email, reply_to=content.contact_email,
        has_identity=has_identity(shown), dated_on=content.dated_on,
    ))  # fmt: skip
