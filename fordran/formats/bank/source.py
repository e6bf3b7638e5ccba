"""The bytes of a bank's file, before it is known what they are: digest, encoding, lost characters, and lines.

Everything here reads in pieces, so a file of any length takes the same memory.
"""

from __future__ import annotations

import codecs
import hashlib
import io
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from fordran.formats.bank.report import Report, shown

LONGEST_LINE = 4_000
_PIECE = 1 << 20
_HEAD = 4_096
_TAIL = 200
_LOST = codecs.encode("\ufffd", "utf-8")
_LOST_SIGNS = ("\ufffd", "\xef\xbf\xbd")  # the latter: its bytes, in a file that is read as ISO 8859-1
_ODD_ENDS = {"\n": "LF", "\r": "CR"}


@dataclass(frozen=True, slots=True)
class Survey:
    """What one pass over the bytes tells. `lost` is True when a replacement character (U+FFFD) stands in them."""

    sha256: str
    encoding: str  # "utf-8" when all bytes are that and some need it, else "iso-8859-1"
    mark: bool
    lost: bool
    head: str
    head_bytes: bytes
    tail: str


def survey(file: BinaryIO) -> Survey:
    """Read `file` once and go back to its start."""
    file.seek(0)
    digest = hashlib.sha256()
    decoder = codecs.getincrementaldecoder("utf-8")()
    is_utf8, needs_utf8, lost = True, False, False
    head = b""
    tail = b""
    while piece := file.read(_PIECE):
        digest.update(piece)
        if len(head) < _HEAD:
            head = (head + piece)[:_HEAD]
        lost = lost or _LOST in tail[-2:] + piece
        tail = (tail + piece)[-_TAIL:]
        if is_utf8 and (needs_utf8 or not piece.isascii()):
            needs_utf8 = True
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                is_utf8 = False
    if is_utf8:
        try:
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            is_utf8 = False
    file.seek(0)
    mark = head.startswith(codecs.BOM_UTF8)
    return Survey(
        digest.hexdigest(),
        "utf-8" if is_utf8 and needs_utf8 else "iso-8859-1",
        mark,
        lost,
        _as_text(head),
        head,
        tail.decode("utf-8", errors="replace"),
    )


def _as_text(head: bytes) -> str:
    """The file's beginning as text, to tell what it is. Only XML may be in UTF-16."""
    for marks, encoding in (((codecs.BOM_UTF16_LE, b"<\0"), "utf-16-le"), ((codecs.BOM_UTF16_BE, b"\0<"), "utf-16-be")):
        if head.startswith(marks):
            text = head.decode(encoding, errors="replace").lstrip("\ufeff \t\r\n")
            if text.startswith("<"):
                return text
    return head.removeprefix(codecs.BOM_UTF8).decode("utf-8", errors="replace")


def lines(file: BinaryIO, seen: Survey, report: Report, *, note_ends: bool = True) -> Iterator[tuple[int, str]]:
    """(line number, text without its end). Stops with a problem at a line that no such file has."""
    wrapper = io.TextIOWrapper(file, encoding=seen.encoding, errors="strict", newline="")
    number = 0
    try:
        while line := wrapper.readline(LONGEST_LINE):
            number += 1
            if line.endswith("\r\n"):
                text = line[:-2]
            elif line[-1] in "\r\n":
                text = line[:-1]
                if note_ends:
                    note_ends = False
                    report.note("n_line_ends", number, ends=_ODD_ENDS[line[-1]])
            else:
                text = line  # the last line of the file, or one that is too long
                if len(line) >= LONGEST_LINE:
                    report.problem("long_line", number, limit=LONGEST_LINE)
                    return
            if number == 1:
                text = text.removeprefix("\ufeff").removeprefix("\xef\xbb\xbf")
            if seen.lost and any(sign in text for sign in _LOST_SIGNS):
                report.problem("lost_bytes", number, "text", text=shown(text))
            yield number, text
    finally:
        wrapper.detach()


def note_encoding(seen: Survey, report: Report) -> None:
    """The notes for a text file whose manual says ISO 8859-1."""
    if seen.mark:
        report.note("n_mark", 1)
    elif seen.encoding == "utf-8":
        report.note("n_utf8", 1)


def composed(text: str) -> str:
    """Letters with their marks as one character each (o + ¨ -> ö), so that columns can be counted."""
    return unicodedata.normalize("NFC", text)
