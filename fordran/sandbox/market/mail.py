"""Letters as debtors get them: a PDF is opened and read, and nothing else is known of it.

The folder is the one that the office's letters are printed from: `index.csv` names the files. What a letter asks for, to
which account, under which number and by when is read from its text, as a person reads it. PDFium, which gives us the text, may
be used by one thread at a time; nobody else in the process may use it while this module does.
"""

from __future__ import annotations

import csv
import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import pypdfium2

INDEX = "index.csv"
TITLES = {
    "Har du glömt att betala?": "notice",
    "Did you forget to pay?": "notice",
    "Betalningspåminnelse": "reminder",
    "Payment reminder": "reminder",
    "Inkassokrav": "demand",
    "Collection demand": "demand",
    "Kvar att betala": "residual",
    "Left to pay": "residual",
    "Tack, allt är betalt": "confirmation",
    "Thank you, all is paid": "confirmation",
}
_LABELS = {
    "bankgiro": ("Bankgiro",),
    "plusgiro": ("Plusgiro",),
    "iban": ("IBAN",),
    "ocr": ("OCR-nummer", "OCR number"),
    "amount": ("Belopp", "Amount"),
    "last_day": ("Senast", "No later than"),
}
_SUM = re.compile(r"(\d[\d\s.,]*[.,]\d\d)\s*(kr|[A-Z]{3})")
_INVOICE = re.compile(r"(?:Faktura|Invoice) (\S+?)(?:,.*)?")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class MailedLetter:
    """What stands in a letter. `asks` is öre by currency; a letter that asks for nothing has none."""

    name: str
    kind: str  # notice, reminder, demand, residual, confirmation; "" = cannot be told
    dated_on: date
    recipient: tuple[str, ...]
    invoices: tuple[str, ...]
    asks: dict[str, int] = field(default_factory=dict)
    ocr: str = ""
    bankgiro: str = ""
    plusgiro: str = ""
    iban: str = ""
    last_day: date | None = None

    def account(self, currency: str) -> str:
        """Where a debtor would pay this currency: only kronor can go to a giro. "" = the letter does not say."""
        giro = self.bankgiro or self.plusgiro
        return giro or self.iban if currency == "SEK" else self.iban


def read_folder(folder: Path, known: Sequence[str] | set[str] = ()) -> list[MailedLetter]:
    """The letters in the folder that are not in `known` (names of files), in the order of their names.

    A letter that the index lists and that is not there (the post has fetched it) is left out.
    """
    index = folder / INDEX
    if not index.exists():
        return []
    with index.open(encoding="utf-8-sig", newline="") as lines:
        names = sorted({row["file"] for row in csv.DictReader(lines, delimiter=";")} - set(known))
    paths = [folder / name for name in names]
    return [read_letter(path.name, path.read_bytes()) for path in paths if path.is_file()]


def read_letter(name: str, pdf: bytes) -> MailedLetter:
    """Raises ValueError when the letter bears no date: nobody could say when it was written."""
    lines = [_plain(line) for line in _text(pdf).splitlines()]
    at = next((n for n, line in enumerate(lines) if re.match(r"(Datum|Date) \d{4}-", line)), None)
    if at is None:
        raise ValueError(f"{name}: the letter bears no date")
    slip = {key: _field(lines, labels) for key, labels in _LABELS.items()}
    last = _DAY.search(slip["last_day"])
    return MailedLetter(
        name=name,
        kind=_kind(lines[at:]),
        dated_on=date.fromisoformat(lines[at].split()[1]),
        recipient=tuple(line for line in lines[1:at] if line),
        invoices=tuple(dict.fromkeys(found[1] for line in lines[at:] if (found := _INVOICE.fullmatch(line)))),
        asks={("SEK" if unit == "kr" else unit): _minor(number) for number, unit in _SUM.findall(slip["amount"])},
        ocr=slip["ocr"],
        bankgiro=slip["bankgiro"].replace("-", ""),
        plusgiro=re.sub(r"[\s-]", "", slip["plusgiro"]),
        iban=slip["iban"].replace(" ", ""),
        last_day=date.fromisoformat(last[0]) if last else None,
    )


def _text(pdf: bytes) -> str:
    with _one_at_a_time, pypdfium2.PdfDocument(pdf) as document:
        return "\n".join(page.get_textpage().get_text_bounded() for page in document)


def _plain(line: str) -> str:
    """Any space is a space; the mark of a word that was broken between lines goes."""
    return " ".join(line.replace("\ufffe", "").replace("\x02", "").split())


def _kind(lines: list[str]) -> str:
    for line in lines:
        for title, kind in TITLES.items():
            if line.startswith(title):
                return kind
    return ""


def _field(lines: list[str], labels: tuple[str, ...]) -> str:
    """What stands under a label of the payment part, which comes last in a letter."""
    found = [lines[n + 1] for n, line in enumerate(lines[:-1]) if line in labels]
    return found[-1] if found else ""


def _minor(number: str) -> int:
    return int(re.sub(r"\D", "", number))
