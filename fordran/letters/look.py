"""Looking at a finished letter: a page as picture, the text that is really in the PDF, the number of pages."""

from __future__ import annotations

import io

import pypdfium2

ZERO_WIDTH_SPACE = "\u200b"


def render_png(pdf: bytes, page: int = 1, dots_per_inch: int = 110) -> bytes:
    """One page as PNG; pages count from 1. Raises IndexError for a page that is not there."""
    with pypdfium2.PdfDocument(pdf) as document:
        if not 1 <= page <= len(document):
            raise IndexError(f"the letter has {len(document)} pages, there is no page {page}")
        picture = document[page - 1].render(scale=dots_per_inch / 72).to_pil()
    out = io.BytesIO()
    picture.save(out, format="PNG")
    return out.getvalue()


def page_count(pdf: bytes) -> int:
    with pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def letter_text(pdf: bytes) -> str:
    """All text of the PDF, page by page, without the marks that only say where a line may break."""
    with pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return "\n".join(pages).replace(ZERO_WIDTH_SPACE, "").replace("\r\n", "\n")
