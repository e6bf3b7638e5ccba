"""From bytes to the answer: what file it is, by its content and never by its name, and then its own reader."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import BinaryIO

from fordran.formats.bank.bgmax import is_bgmax, read_bgmax
from fordran.formats.bank.camt import read_camt
from fordran.formats.bank.report import Report, shown
from fordran.formats.bank.result import BankFile, Deposit, Event, Payment
from fordran.formats.bank.source import Survey, lines, note_encoding, survey
from fordran.formats.bank.swish_report import is_swish_report, read_swish

_OLD_OCR = frozenset({"00", "10", "20", "30", "40", "50", "90"})
_OTHER_FILES = (
    (b"%PDF", "PDF"),
    (b"PK\x03\x04", "zip, Excel"),
    (b"\xd0\xcf\x11\xe0", "Excel, Word"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"II*\0", "TIFF"),
    (b"MM\0*", "TIFF"),
    (b"\x1f\x8b", "gzip"),
)


class Reading:
    """A file being read, once: iterate over it for each `Payment` and, after its payments, its `Deposit`.

    Memory stays the same whatever the file holds. What is wrong shows at the end: `problems`, `notes`, `totals_agree`.
    Nothing may be kept of a file that ends with a problem.
    """

    def __init__(self, file: BinaryIO, lang: str = "en") -> None:
        self.report = Report(lang)
        self.survey = survey(file)
        self._file = file

    @property
    def sha256(self) -> str:
        """Of the bytes: the same file is known by it."""
        return self.survey.sha256

    def __iter__(self) -> Iterator[Event]:
        report = self.report
        yield from _events(self._file, self.survey, report)
        if self.survey.lost and not report.problems:
            report.problem("lost_bytes", "", "text", text=shown("\ufffd"))

    def result(self, deposits: tuple[Deposit, ...] = ()) -> BankFile:
        """The answer, after the last event. A file of no known format agrees with nothing."""
        report = self.report
        agree = report.totals_agree and report.format is not None
        return BankFile(report.format, report.version, deposits, agree, report.problems, report.notes, self.sha256)


def read_bank_file(source: bytes | BinaryIO, lang: str = "en") -> BankFile:
    """The whole file at once. Raises nothing for bad content: what is wrong is in `BankFile.problems`.

    `lang` ("sv" or "en") is the language of problems and notes. The same bytes give the same answer.
    """
    reading = Reading(io.BytesIO(source) if isinstance(source, bytes) else source, lang)
    deposits: list[Deposit] = []
    waiting: dict[int, list[Payment]] = {}
    for event in reading:
        if isinstance(event, Payment):
            waiting.setdefault(event.deposit, []).append(event)
        else:
            deposits.append(replace(event, payments=tuple(waiting.pop(event.number, ()))))
    return reading.result(tuple(deposits))


def json_pieces(reading: Reading, more: Mapping[str, object] | None = None) -> Iterator[str]:
    """The answer as JSON, written while the file is read: the payments of a deposit come before its sum. `more` comes last."""

    def plain(value: object) -> str:
        return json.dumps(value, ensure_ascii=False)

    yield '{"deposits": ['
    opened, any_deposit = False, False
    for event in reading:
        if isinstance(event, Payment):
            yield ",\n  " if opened else (',\n {"payments": [\n  ' if any_deposit else '\n {"payments": [\n  ')
            opened = True
            yield plain(event.as_dict())
        else:
            if not opened:
                yield ',\n {"payments": [' if any_deposit else '\n {"payments": ['
            opened, any_deposit = False, True
            yield "], " + plain(event.head())[1:]
    rest = reading.result().as_dict()
    del rest["deposits"]
    rest |= more or {}
    yield "],\n " + json.dumps(rest, ensure_ascii=False, indent=1)[1:].lstrip()


def _events(file: BinaryIO, seen: Survey, report: Report) -> Iterator[Event]:
    head = seen.head.lstrip(" \t\r\n")
    if not head.replace("\0", "").strip().strip("\x1a"):
        report.problem("empty_file")
        return
    for mark, what in _OTHER_FILES:
        if seen.head_bytes.startswith(mark):
            report.problem("not_a_bank_file", what=what)
            return
    if head.startswith("<"):
        whole = re.search(rf"</{re.escape(_root_name(head))}\s*>\s*$", seen.tail) is not None
        yield from read_camt(file, report, what=_xml_name(head), whole=whole)
        return
    first_lines = re.split(r"\r\n|\r|\n", head)[:3]
    if is_bgmax(first_lines[0]):
        report.format = "bgmax"
        note_encoding(seen, report)
        yield from read_bgmax(lines(file, seen, report), report)
    elif is_swish_report(first_lines):
        report.format = "swish"
        yield from read_swish(_without_notes(file, seen, report), report)
    else:
        _refuse(first_lines, report)


def _without_notes(file: BinaryIO, seen: Survey, report: Report) -> Iterator[tuple[int, str]]:
    """Any line end and encoding is right in a report that no manual describes so far."""
    return lines(file, seen, report, note_ends=False)


def _xml_name(head: str) -> str:
    """`pain.001.001.03`, or the name of the first element."""
    found = re.search(r"urn:iso:std:iso:20022:tech:xsd:([a-z]{4}\.\d{3}\.\d{3}\.\d{2})", head)
    return found[1] if found else f"XML <{_root_name(head)}>"


def _root_name(head: str) -> str:
    found = re.search(r"<([A-Za-z_][\w.:-]{0,60})", head)
    return found[1] if found else "?"


def _refuse(first_lines: list[str], report: Report) -> None:
    codes = [line[:2] for line in first_lines if line.strip()]
    if codes[0] == "00" and len(codes) > 1 and all(code in _OLD_OCR for code in codes):
        report.problem("old_ocr", 1, "record type")
    elif "AUTOGIRO" in first_lines[0][:30].upper():
        report.problem("autogiro", 1, "record type")
    else:
        report.problem("not_a_bank_file", 1, "record type", what=shown(first_lines[0][:20]))
