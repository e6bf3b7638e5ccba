"""Text files: which encoding, which separator, and the rows."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import charset_normalizer

from fordran.core.problems import Refused
from fordran.formats.open_items.headers import HEADER_ROWS, header_score
from fordran.formats.open_items.item import ReadOptions
from fordran.formats.open_items.table import MOST_CHARACTERS, MOST_COLUMNS, MOST_ROWS, Row
from fordran.formats.open_items.words import refuse

DELIMITERS = (";", "\t", ",", "|")
_SEP_LINE = re.compile(r"\ufeff?sep=(.)\r?\n", re.IGNORECASE)
_SENTINEL = "\x1e"  # a record of its own after the last line: an unclosed quotation mark would swallow it
_EXCEL_TEXT = re.compile(r'="([^"]*)"')  # ="00123" keeps leading zeros in Excel; it is the text 00123, never a formula

# Swedish letters as DOS, Mac and Windows wrote them, between letters or at a word's edge.
_SWEDISH = {
    "cp1252": re.compile(rb"[A-Za-z ][\xe5\xe4\xf6\xc5\xc4\xd6\xe9]|[\xe5\xe4\xf6\xc5\xc4\xd6\xe9][A-Za-z]"),
    "cp850": re.compile(rb"[A-Za-z ][\x86\x84\x94\x8f\x8e\x99\x82]|[\x86\x84\x94\x8f\x8e\x99\x82][A-Za-z]"),
    "mac_roman": re.compile(rb"[A-Za-z ][\x8c\x8a\x9a\x81\x80\x85\x8e]|[\x8c\x8a\x9a\x81\x80\x85\x8e][A-Za-z]"),
}


def decode(content: bytes, lang: str, name: str) -> tuple[str, str]:
    """(text, encoding): by mark, else UTF-8, else UTF-16 without mark, else the 8-bit code with most Swedish letters."""
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if content.startswith(mark):
            try:
                return content.decode(encoding), encoding.removesuffix("-sig")
            except UnicodeDecodeError:
                break
    start = content[:4000]
    if b"\0" in start:
        for encoding, zeros in (("utf-16-le", start[1::2]), ("utf-16-be", start[::2])):
            if zeros.count(0) > 0.8 * len(zeros):
                try:
                    return content.decode(encoding), encoding
                except UnicodeDecodeError:
                    break
        raise _junk(lang, name)
    try:
        return content.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return _decode_eight_bits(content)


def _decode_eight_bits(content: bytes) -> tuple[str, str]:
    scores = {encoding: len(letters.findall(content)) for encoding, letters in _SWEDISH.items()}
    best = max(scores, key=lambda encoding: scores[encoding])  # the first, cp1252, wins a tie
    try:
        if scores[best] or best == "cp1252":
            return content.decode(best), best
    except UnicodeDecodeError:
        pass
    guess = charset_normalizer.from_bytes(content[:200_000]).best()
    if guess is not None:
        try:
            return content.decode(guess.encoding), guess.encoding
        except (UnicodeDecodeError, LookupError):
            pass
    return content.decode("latin-1"), "latin-1"


def _junk(lang: str, name: str) -> Refused:
    what = "en binärfil" if lang == "sv" else "a binary file"
    return refuse("not_a_table", lang, record=name, what=what)


def _check_is_text(text: str, lang: str, name: str) -> None:
    start = text[:20_000]
    odd = sum(1 for c in start if (ord(c) < 32 and c not in "\t\r\n\f\x1a") or 0x7F <= ord(c) < 0x9F or c == "\ufffd")
    if "\0" in text or odd * 50 > len(start):
        raise _junk(lang, name)
    opening = start.lstrip("\ufeff \t\r\n").lower()
    what = (
        "HTML" if opening.startswith(("<!doctype", "<html", "<table", "<head")) or "<table" in opening[:500]
        else "XML" if opening.startswith("<")
        else "JSON" if opening.startswith(("{", "[{"))
        else ""
    )  # fmt: skip
    if what:
        raise refuse("not_a_table", lang, record=name, what=what)


@dataclass(frozen=True, slots=True)
class TextTable:
    text: str
    encoding: str
    delimiter: str
    lang: str
    name: str
    has_excel_text: bool = False
    kind: str = "csv"
    sheet: str = ""
    notes: tuple[str, ...] = ()

    def rows(self) -> Iterator[Row]:
        """Raises Refused when rows run together or a cap is broken."""
        number = 0
        lines: list[str] = []  # those of the record being read
        reader = csv.reader(self._noted(lines), delimiter=self.delimiter)
        while True:
            number += 1
            try:
                cells = next(reader)
            except StopIteration:
                raise refuse("open_quote", self.lang, record=self.name, row=number - 1) from None
            except csv.Error:
                raise refuse("long_cell", self.lang, record=self.name, row=number, limit=MOST_CHARACTERS) from None
            if cells == [_SENTINEL]:
                return
            if number > MOST_ROWS + HEADER_ROWS:
                raise refuse("too_many_rows", self.lang, record=self.name, limit=MOST_ROWS)
            if len(lines) > 1 and self._runs_together(cells, lines):
                raise refuse("open_quote", self.lang, record=self.name, row=number)
            lines.clear()
            yield number, self._checked(cells, number)

    def _noted(self, lines: list[str]) -> Iterator[str]:
        for line in itertools.chain(io.StringIO(self.text, newline=""), [_SENTINEL]):
            lines.append(line)
            yield line

    def _checked(self, cells: list[str], number: int) -> Sequence[str]:
        if len(cells) > MOST_COLUMNS and any(cell.strip() for cell in cells[MOST_COLUMNS:]):
            raise refuse("too_many_columns", self.lang, record=self.name, limit=MOST_COLUMNS)
        if cells and max(map(len, cells)) > MOST_CHARACTERS:
            raise refuse("long_cell", self.lang, record=self.name, row=number, limit=MOST_CHARACTERS)
        if self.has_excel_text:
            cells = [kept[1] if (kept := _EXCEL_TEXT.fullmatch(cell)) else cell for cell in cells]
        return cells

    def _runs_together(self, cells: list[str], lines: list[str]) -> bool:
        """True when a record of several lines is no text with line breaks but rows joined by a stray quotation mark:
        its quotation marks do not pair up, or a cell holds what looks like a line of the table."""
        try:
            list(csv.reader(lines, delimiter=self.delimiter, strict=True))
        except csv.Error:
            return True
        rare_in_prose = self.delimiter != ","
        return any(
            "\n" in cell
            and (
                any(line.count(self.delimiter) >= 3 for line in cell.splitlines()[1:])
                or (rare_in_prose and cell.count(self.delimiter) >= 3)
            )
            for cell in cells
        )


def read_text(content: bytes, name: str, options: ReadOptions) -> TextTable:
    """Raises Refused for anything that is not text in rows and columns."""
    text, encoding = decode(content, options.lang, name)
    _check_is_text(text, options.lang, name)
    text = text.rstrip("\x1a \t\r\n\f").replace(_SENTINEL, " ")
    if not text:
        raise refuse("empty_file", options.lang, record=name)
    text += "\n"
    excel_text = '="' in text
    stated = _SEP_LINE.match(text)
    if stated and stated[1] in DELIMITERS:
        # The line stays as an empty row, so that the numbers of the rows below it are the file's own.
        return TextTable("\n" + text[stated.end() :], encoding, stated[1], options.lang, name, excel_text)
    return TextTable(text, encoding, _delimiter(text, options), options.lang, name, excel_text)


def _delimiter(text: str, options: ReadOptions) -> str:
    """The separator under which the most headers are recognised; then the one that gives most columns."""
    start = text[:200_000]

    def worth(delimiter: str) -> tuple[int, int]:
        try:
            rows = list(itertools.islice(csv.reader(io.StringIO(start, newline=""), delimiter=delimiter), 50))
        except csv.Error:
            return (0, 0)
        score = max((header_score(row, options.mapping) for row in rows[:HEADER_ROWS]), default=0)
        widths = [len(row) for row in rows if row]
        return score, sorted(widths)[len(widths) // 2] if widths else 0

    return max(DELIMITERS, key=worth)
