"""A creditor's logo: read from what was uploaded, and drawn anew as PNG, so that nothing else than its pixels is ever kept."""

from __future__ import annotations

import struct
import tempfile
from pathlib import Path

import typst

from fordran.core.problems import Refused

MOST_BYTES = 1_000_000
LEAST_PIXELS, MOST_PIXELS = 16, 4_000
"""Of width and height: what a header may say before anything is unpacked."""

WIDTH, HEIGHT = 800, 320
"""Pixels that the kept picture fits in."""

TOO_LARGE = "the file is larger than 1 MB"
NO_PICTURE = "the file is no PNG or JPEG picture"
WRONG_SIZE = "the picture must be from 16 to 4000 pixels wide and high"

_PNG, _JPEG = b"\x89PNG\r\n\x1a\n", b"\xff\xd8"


def read_logo(content: bytes) -> bytes:
    """The picture as PNG, at most 800 x 320 pixels. Raises Refused, field `logo`."""
    if len(content) > MOST_BYTES:
        raise Refused(TOO_LARGE, "logo")
    kind, width, height = _header(content)
    if not (LEAST_PIXELS <= width <= MOST_PIXELS and LEAST_PIXELS <= height <= MOST_PIXELS):
        raise Refused(WRONG_SIZE, "logo")
    scale = min(1.0, WIDTH / width, HEIGHT / height)
    source = (
        "#set page(width: auto, height: auto, margin: 0pt, fill: none)\n"
        f'#image("logo", format: "{kind}", width: {max(1, round(width * scale))}pt, height: {max(1, round(height * scale))}pt, '
        'fit: "stretch")\n'
    )
    with tempfile.TemporaryDirectory(prefix="fordran-logo-") as place:
        (Path(place) / "logo").write_bytes(content)
        (Path(place) / "page.typ").write_text(source, encoding="utf-8")
        try:
            drawn = typst.compile(str(Path(place) / "page.typ"), root=place, format="png", ppi=72.0)
        except RuntimeError:  # what the reader of pictures makes of a broken one
            raise Refused(NO_PICTURE, "logo") from None
    assert isinstance(drawn, bytes)
    return drawn


def _header(content: bytes) -> tuple[str, int, int]:
    """Kind, width and height as the file's first bytes say. Raises Refused."""
    if content.startswith(_PNG) and content[12:16] == b"IHDR" and len(content) > 24:
        width, height = struct.unpack(">II", content[16:24])
        return "png", width, height
    if content.startswith(_JPEG):
        place = 2
        while place + 9 < len(content) and content[place] == 0xFF:
            marker, length = content[place + 1], struct.unpack(">H", content[place + 2 : place + 4])[0]
            if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
                height, width = struct.unpack(">HH", content[place + 5 : place + 9])
                return "jpg", width, height
            place += 2 + length
    raise Refused(NO_PICTURE, "logo")
