"""Which claims a payment is for, from what its references and texts point to. Pure: what points where was looked up before.

The payer chooses between debts (9 kap. 5 § handelsbalken), so a name goes before everything else. What fits more than one
customer is not guessed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from fordran.core.findings import Finding, finding
from fordran.core.reasons import Reason
from fordran.formats.bank import plain_reference
from fordran.formats.ocr import valid_ocr
from fordran.process.facts import Stage

RUNGS = ("case_ocr", "letter_ocr", "invoice_reference", "invoice_number")
"""In which order a reference is looked up; the first that is known decides."""

CONFIDENCE: Mapping[str, int] = {"case_ocr": 100, "letter_ocr": 100, "invoice_reference": 98, "invoice_number": 95}
CONFIDENCE_OF_TEXT: Mapping[str, int] = {"case_ocr": 95, "letter_ocr": 95, "invoice_reference": 90, "invoice_number": 85}
CONFIDENCE_OF_PAYER: Mapping[str, int] = {"identity": 90, "account": 85, "name": 75}
BY_TEXT, BY_PAYER, BY_PERSON = "text", "amount_and_payer", "person"

SHORTEST_OCR_IN_TEXT = 5

WHY: Mapping[str, Reason] = {
    "case_ocr": Reason.MATCHED_CASE_OCR, "letter_ocr": Reason.MATCHED_LETTER_OCR, "case": Reason.MATCHED_BY_PERSON,
    "invoice_reference": Reason.MATCHED_INVOICE_REFERENCE, "invoice_number": Reason.MATCHED_INVOICE_NUMBER,
    BY_TEXT: Reason.MATCHED_TEXT, BY_PAYER: Reason.MATCHED_AMOUNT_AND_PAYER, BY_PERSON: Reason.MATCHED_BY_PERSON,
    "ledger": Reason.MATCHED_IN_LEDGER,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pointed:
    """One thing that a reference of the payment is known as. `case` 0 = the invoice has no case."""

    hint: int  # which reference, in the payment's order
    text: str
    rung: str
    case: int
    number: str
    stage: str
    cause: str
    invoice: int
    invoice_number: str
    customer: int
    currency: str
    due_on: date

    @property
    def running(self) -> bool:
        return self.case != 0 and self.stage != Stage.CLOSED


@dataclass(frozen=True, slots=True)
class Found:
    """`cases` oldest first. `shares` in öre where the payer stated them; what is left of them is another claim's."""

    cases: tuple[int, ...]
    matched_by: str
    confidence: int
    because: Finding
    shares: tuple[tuple[int, int], ...] = ()
    keeps_rest: bool = False


@dataclass(frozen=True, slots=True)
class Puzzle:
    """Somebody or something must come first. `waits`: for a case that may be opened by itself."""

    because: Finding
    about_case: int = 0
    about_invoice: int = 0
    waits: bool = False


def choose(
    currency: str, parts: Sequence[tuple[str, int]], pointed: Sequence[Pointed], *, in_text: bool
) -> Found | Puzzle | None:
    """None when nothing that is known was named."""
    hints = _best_of_each(pointed, in_text)
    if not hints:
        return None
    clear = {n: rows for n, rows in hints.items() if len({r.customer for r in rows}) == 1}
    running = {n: rows for n, rows in ((n, _running(rows, currency)) for n, rows in clear.items()) if rows}
    doubtful = next((rows[0] for n, rows in hints.items() if n not in clear), None)
    elsewhere = next((rows[0] for n, rows in clear.items() if n not in running and not any(r.case for r in rows)), None)
    if running and not doubtful:
        shares = _shares(parts, running)
        if elsewhere is None or shares:
            return _found(running, shares, elsewhere is not None, in_text)
    if doubtful:
        return Puzzle(finding(Reason.SEVERAL_FIT, reference=doubtful.text))
    return _puzzle([r for rows in clear.values() for r in rows], elsewhere, currency)


def _best_of_each(pointed: Sequence[Pointed], in_text: bool) -> dict[int, list[Pointed]]:
    best: dict[int, list[Pointed]] = {}
    for row in sorted(pointed, key=lambda p: (p.hint, RUNGS.index(p.rung), p.due_on, p.case, p.invoice)):
        if in_text and row.rung == "invoice_reference" and not _surely_ocr(row.text):
            continue
        rows = best.setdefault(row.hint, [])
        if not rows or rows[0].rung == row.rung:
            rows.append(row)
    return best


def _surely_ocr(text: str) -> bool:
    return len(text) >= SHORTEST_OCR_IN_TEXT and valid_ocr(text)


def _running(rows: Sequence[Pointed], currency: str) -> list[Pointed]:
    return [r for r in rows if r.running and r.currency == currency]


def _found(
    running: Mapping[int, Sequence[Pointed]], shares: tuple[tuple[int, int], ...], keeps_rest: bool, in_text: bool
) -> Found:
    rows = sorted((r for found in running.values() for r in found), key=lambda r: (r.due_on, r.case))
    first = next(iter(running.values()))[0]
    table = CONFIDENCE_OF_TEXT if in_text else CONFIDENCE
    by = BY_TEXT if in_text else first.rung
    return Found(
        tuple(dict.fromkeys(r.case for r in rows)), by, min(table[r.rung] for r in rows),
        finding(WHY[by], reference=first.text), shares, keeps_rest,
    )  # fmt: skip


def _shares(parts: Sequence[tuple[str, int]], running: Mapping[int, Sequence[Pointed]]) -> tuple[tuple[int, int], ...]:
    """A split that the payer stated, where each part with a running case names exactly one; parts of others are left out."""
    if not parts or any(minor < 0 for _, minor in parts):
        return ()
    of_text = {rows[0].text: rows for rows in running.values()}
    shares: dict[int, int] = {}
    for reference, minor in parts:
        rows = of_text.get(plain_reference(reference), ())
        if len({r.case for r in rows}) > 1:
            return ()
        if rows:
            shares[rows[0].case] = shares.get(rows[0].case, 0) + minor
    return tuple(shares.items()) if set(shares) == {r.case for rows in running.values() for r in rows} else ()


def _puzzle(rows: Sequence[Pointed], elsewhere: Pointed | None, currency: str) -> Puzzle:
    other = next((r for r in rows if r.running and r.currency != currency), None)
    if other is not None:
        return Puzzle(finding(Reason.PAYMENT_CURRENCY_DIFFERS, currency=currency, case=other.number), other.case, other.invoice)
    closed = next((r for r in rows if r.case and not r.running), None)
    if closed is not None and elsewhere is None:
        return Puzzle(finding(Reason.PAID_ON_CLOSED_CASE, case=closed.number, why=closed.cause), closed.case, closed.invoice)
    row = elsewhere or rows[0]
    because = finding(Reason.INVOICE_WITHOUT_CASE, invoice=row.invoice_number)
    waits = row.currency == currency and len({r.invoice for r in rows}) == 1
    return Puzzle(because, about_invoice=row.invoice, waits=waits)
