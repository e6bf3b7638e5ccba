"""A BgMax section and the payment in it, while their records are being read."""

from __future__ import annotations

from dataclasses import dataclass, field

from fordran.formats.bank.fields import note_reference
from fordran.formats.bank.report import Report
from fordran.formats.bank.result import Part, Payment


@dataclass(slots=True)
class Draft:
    """The payment whose records are being read."""

    line: int
    sign: int
    amount: int
    sender: str
    reference: str
    code: str
    serial: str
    extra: list[Part] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    payer: str = ""
    number: str = ""

    def payment(self, currency: str, deposit: int, report: Report) -> Payment:
        """When its last record has been read."""
        amount = self.sign * self.amount
        parts: tuple[Part, ...] = ()
        references: tuple[str, ...] = ()
        if self.extra:
            parts = self._split(amount, report)
            references = tuple(part.reference for part in self.extra if part.reference)
        for reference in (self.reference, *references):
            note_reference(reference, self.line, report)
        return Payment(
            kind="payment" if self.sign > 0 else "deduction",
            amount_minor=amount,
            currency=currency,
            reference=self.reference,
            references=references,
            payer=self.payer,
            texts=tuple(self.texts),
            deposit=deposit,
            record=str(self.line),
            serial=self.serial,
            reference_code=self.code,
            parts=parts,
            payer_account=self.sender,
            payer_number=self.number,
        )

    def _split(self, amount: int, report: Report) -> tuple[Part, ...]:
        """The part amounts, when there are any and they sum to the payment."""
        if not any(part.amount_minor for part in self.extra):
            return ()
        if sum(part.amount_minor for part in self.extra) != amount:
            report.note("n_split_differs", self.line)
            return ()
        return tuple(self.extra)


@dataclass(slots=True)
class Section:
    """The section being read, and what its payments come to."""

    line: int
    account: str
    currency: str
    total: int = 0
    payments: int = 0
