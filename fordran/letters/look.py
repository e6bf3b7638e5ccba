"""Looking at a finished letter: a page as picture, the text that is really in the PDF, the number of pages."""

from __future__ import annotations

import struct
import threading
import zlib

import pypdfium2

_one_at_a_time = threading.Lock()
"""PDFium may be used by one thread at a time."""


def render_png(pdf: bytes, page: int = 1, dots_per_inch: int = 110) -> bytes:
    """One page as PNG; pages count from 1. Raises IndexError for a page that is not there."""
    with _one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        if not 1 <= page <= len(document):
            raise IndexError(f"the letter has {len(document)} pages, there is no page {page}")
        picture = document[page - 1].render(scale=dots_per_inch / 72, rev_byteorder=True)
        pixels, stride = bytes(picture.buffer), picture.stride
        width, height, channels = picture.width, picture.height, picture.n_channels
    rows = b"".join(b"\0" + pixels[y * stride : y * stride + width * channels] for y in range(height))
    colour = {1: 0, 3: 2, 4: 6}[channels]  # grey, red-green-blue, the same with alpha
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    body = _chunk(b"IHDR", header) + _chunk(b"IDAT", zlib.compress(rows)) + _chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def page_count(pdf: bytes) -> int:
    with _one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        return len(document)


def letter_text(pdf: bytes) -> str:
    """All text of the PDF, page by page."""
    with _one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return "\n".join(pages).replace("\r\n", "\n")
