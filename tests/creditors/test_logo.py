"""A logo is what its pixels are: nothing else of the file is kept, and one that lies is refused before it is unpacked."""

from __future__ import annotations

import struct
import zlib

import pytest

from fordran.core.problems import Refused
from fordran.creditors.logo import MOST_BYTES, read_logo


def a_png(width: int, height: int, *, more: bytes = b"", said: tuple[int, int] | None = None) -> bytes:
    """A green picture with half its light let through. `said`: what its header says instead."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    rows = zlib.compress(b"".join(b"\0" + b"\x0b\x5a\x5c\x80" * width for _ in range(height)))
    head = struct.pack(">IIBBBBB", *(said or (width, height)), 8, 6, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + more + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def size_of(png: bytes) -> tuple[int, int]:
    return struct.unpack(">II", png[16:24])


@pytest.mark.parametrize(("size", "kept"), [((300, 100), (300, 100)), ((2000, 500), (800, 200)), ((100, 1000), (32, 320))])
def test_a_picture_fits_in_its_frame_and_is_never_made_larger(size: tuple[int, int], kept: tuple[int, int]) -> None:
    assert size_of(read_logo(a_png(*size))) == kept


def test_what_came_with_the_picture_is_gone() -> None:
    text = b"Comment\0Maria Ek, Smedjegatan 14"
    chunk = struct.pack(">I", len(text)) + b"tEXt" + text + struct.pack(">I", zlib.crc32(b"tEXt" + text))
    kept = read_logo(a_png(200, 50, more=chunk) + b"<script>alert(1)</script>")
    assert b"Maria" not in kept and b"script" not in kept


@pytest.mark.parametrize("content", [
    b"", b"GIF89a", b"<svg xmlns='http://www.w3.org/2000/svg'/>", a_png(200, 50)[:120], b"\xff\xd8\xff\xff",
    b"\xff\xd8" + b"\0" * 99,
    a_png(200, 50, said=(40_000, 40_000)), a_png(200, 50, said=(0, 50)), a_png(8, 8), b"\x89PNG\r\n\x1a\n" + b"\0" * (MOST_BYTES),
])  # fmt: skip
def test_what_is_no_picture_or_lies_about_its_size_is_refused(content: bytes) -> None:
    with pytest.raises(Refused) as refused:
        read_logo(content)
    assert refused.value.problems[0].field == "logo"
