"""A stored letter as PDF, as a picture and as text.

Drawn anew from its row each time: nothing personal lies in a cache on disk.
"""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from fordran.letters.as_text import Section, letter_sections
from fordran.letters.look import page_count, render_png
from fordran.letters.models import Letter
from fordran.letters.render import render_letter
from fordran.letters.store import digest, from_json, to_json
from fordran.process.letter import LetterContent


def content_of(letter: Letter) -> LetterContent | None:
    """None when retention has erased what the letter said. One that has not left is marked as a draft."""
    if not letter.content:
        return None
    content = from_json(letter.content)
    return replace(content, draft=True) if letter.state == "composed" else content


@lru_cache(maxsize=16)
def _pdf(_key: str, text: str) -> bytes:
    return render_letter(from_json(text))


def pdf_of(letter: Letter) -> bytes | None:
    content = content_of(letter)
    if content is None:
        return None
    text = to_json(content)
    return _pdf(digest(text), text)


def pages_of(letter: Letter) -> int:
    pdf = pdf_of(letter)
    return page_count(pdf) if pdf else 0


def picture_of(letter: Letter, page: int) -> bytes | None:
    """None for a page that is not there."""
    pdf = pdf_of(letter)
    if pdf is None:
        return None
    try:
        return render_png(pdf, page)
    except IndexError:
        return None


def text_of(content: LetterContent) -> tuple[Section, ...]:
    return letter_sections(content)
