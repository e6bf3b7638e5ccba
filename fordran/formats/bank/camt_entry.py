"""One entry of a camt file (`Ntry`) and its transactions (`TxDtls`) as a deposit and its payments.

The direction stands in `CdtDbtInd`, also for a reversal: a reversed credit is a debit with `RvslInd` true.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from fordran.formats.bank.camt_tree import Element, child, children, find, local, text_of, texts_of
from fordran.formats.bank.fields import (
    decimal_minor,
    is_currency,
    is_digits,
    iso_day,
    note_day,
    note_reference,
    tidy,
    without_hyphen,
)
from fordran.formats.bank.report import Report, shown
from fordran.formats.bank.result import Deposit, Event, Kind, Part, Payment

MOST_PARTS_KEPT = 100
_BOOKED = frozenset({"BOOK", "BOOKED", "PAID"})
_NOT_A_NAME = frozenset({"NOT AVAILABLE", "NOTAVAILABLE", "NOT PROVIDED", "NOTPROVIDED", "NA", "N/A"})
_TRUE = frozenset({"true", "1"})
_SIGNS = {"CRDT": 1, "DBIT": -1}


@dataclass(frozen=True, slots=True)
class Transaction:
    """What one `TxDtls` says. `amount` is None when it states none in the entry's currency; `firm` is False for one that
    may differ from what was booked (an instructed amount)."""

    amount: int | None
    firm: bool
    returned: bool
    payment: Payment  # all but kind and amount


@dataclass(slots=True)
class Entry:
    """An `Ntry` being read. `amount` is None when the entry cannot be used; its problem is then told."""

    report: Report
    place: str
    number: int
    account: str
    amount: int | None = None
    sign: int = 1
    currency: str = ""
    booked: bool = False
    reversal: bool = False
    day: date | None = None
    serial: str = ""
    text: str = ""
    transactions: int = 0
    total: int = 0  # of the transactions, signed
    batch: tuple[int, int] = (0, 0)  # transactions and their sum when the last batch was checked
    batches: int = 0
    split: bool = False  # payments are being told one by one
    held: list[Transaction] = field(default_factory=list)

    @property
    def counts(self) -> bool:
        """Booked, and readable."""
        return self.booked and self.amount is not None

    @property
    def signed(self) -> int:
        return self.sign * (self.amount or 0)

    @property
    def running(self) -> int:
        """The transactions so far, also while the first one waits."""
        waiting = self.held[0].amount if self.transactions == 1 and self.held else None
        return self.total + (waiting or 0)

    def take(self, transaction: Transaction) -> tuple[Event, ...]:
        """The first transaction waits, since a lone one may leave its amount to the entry."""
        if self.split:
            return self._tell(transaction)
        if self.held and self.transactions == 2 and self.held[0].amount is not None:
            self.split = True
            first = self.held.pop()
            return (*self._tell(first), *self._tell(transaction))
        if len(self.held) < MOST_PARTS_KEPT:
            self.held.append(transaction)
        return ()

    def _tell(self, transaction: Transaction) -> tuple[Event, ...]:
        if transaction.amount is None:
            self.report.disagreement("part_without_amount", transaction.payment.record, "Amt")
            return ()
        self.total += transaction.amount
        return (self._payment(transaction, transaction.amount),)

    def _payment(self, transaction: Transaction, amount: int) -> Payment:
        kind: Kind = "payment"
        if self.reversal or transaction.returned:
            kind = "reversal"
        elif amount < 0:
            kind = "deduction" if self.sign > 0 else "other_debit"
        parts = transaction.payment.parts
        if parts and sum(part.amount_minor for part in parts) != abs(amount):
            self.report.note("n_split_differs", transaction.payment.record)
            parts = ()
        return replace(transaction.payment, kind=kind, amount_minor=amount, parts=parts)

    def check_batch(self, batch: Element) -> None:
        """The batch's own number and sum, against the transactions of the same details."""
        self.batches += 1
        before, before_sum = self.batch
        number = self.transactions - before
        self.batch = (self.transactions, self.running)
        stated_sum = child(batch, "TtlAmt")
        stated_number = text_of(batch, "NbOfTxs")
        if number == 0:
            return
        if stated_sum is not None and (stated_sum.get("Ccy") or self.currency) != self.currency:
            self.report.note("n_batch_not_compared", self.place)
            return
        if is_digits(stated_number) and int(stated_number[:15]) != number:
            self.report.disagreement("batch_count", self.place, "Btch NbOfTxs", stated=stated_number, counted=number)
        minor = decimal_minor((stated_sum.text or "").strip()) if stated_sum is not None else None
        counted = abs(self.running - before_sum)
        if self.split and minor is not None and minor != counted:
            self.report.disagreement(
                "batch_sum", self.place, "Btch TtlAmt", stated=self.report.money(minor), counted=self.report.money(counted)
            )

    def finish(self) -> tuple[Event, ...]:
        """At the end of the entry: the payment that waited, and the deposit. Nothing for an entry that does not count."""
        if not self.counts:
            return ()
        events: tuple[Event, ...] = ()
        if self.split:
            self._compare(self.total)
        elif self.transactions <= 1:
            events = (self._alone(),)
        else:
            self.report.note("n_whole_batch", self.place)
            events = (self._whole(),)
        return (*events, self._deposit(self.signed))

    def _compare(self, counted: int) -> None:
        if counted != self.signed:
            money = self.report.money
            self.report.disagreement("parts_sum", self.place, "Amt", stated=money(self.signed), counted=money(counted))

    def _alone(self) -> Payment:
        if not self.held:
            if self.batches:
                self.report.note("n_batch_without_parts", self.place)
            texts = (self.text,) if self.text else ()
            blank = Payment("payment", 0, self.currency, texts=texts, deposit=self.number, record=self.place, serial=self.serial)
            return self._payment(Transaction(None, False, False, blank), self.signed)
        only = self.held[0]
        if only.firm and only.amount is not None:
            self._compare(only.amount)
        if not only.payment.serial:
            only = replace(only, payment=replace(only.payment, serial=self.serial))
        return self._payment(only, self.signed)

    def _whole(self) -> Payment:
        """Parts that cannot be told apart: one payment, with their references and texts as hints."""
        payments = [one.payment for one in self.held]
        references = [ref for one in payments for ref in (one.reference, *one.references) if ref]
        payers = {one.payer for one in payments}
        whole = Payment(
            "payment", 0, self.currency,
            reference="",
            references=tuple(dict.fromkeys(references))[:MOST_PARTS_KEPT],
            payer=payers.pop() if len(payers) == 1 else "",
            texts=tuple(dict.fromkeys(text for one in payments for text in one.texts))[:MOST_PARTS_KEPT],
            deposit=self.number, record=self.place, serial=self.serial,
        )  # fmt: skip
        returned = all(one.returned for one in self.held)
        return self._payment(Transaction(None, False, returned, whole), self.signed)

    def _deposit(self, amount: int) -> Deposit:
        return Deposit(self.number, self.account, self.currency, self.day, amount, serial=self.serial, record=self.place)

    def broken_off(self) -> tuple[Event, ...]:
        """The file stopped inside this entry."""
        if not self.counts:
            return ()
        events: tuple[Event, ...] = ()
        if self.held and self.held[0].amount is not None and self.held[0].firm:
            events = self._tell(self.held.pop(0))
        return (*events, self._deposit(self.total)) if self.split or events else ()


def read_head(element: Element, place: str, account: str, number: int, report: Report) -> Entry:
    """What stands in the entry before its details."""
    entry = Entry(report, place, number, account)
    entry.booked = _is_booked(element, place, report)
    entry.reversal = text_of(element, "RvslInd") in _TRUE
    entry.serial = text_of(element, "AcctSvcrRef") or text_of(element, "NtryRef")
    entry.text = tidy(text_of(element, "AddtlNtryInf"))
    direction = text_of(element, "CdtDbtInd")
    amount = child(element, "Amt")
    if amount is None:
        report.problem("missing", place, "Amt", name="Amt")
        return entry
    minor = decimal_minor((amount.text or "").strip())
    entry.currency = amount.get("Ccy") or ""
    if minor is None:
        report.problem("not_an_amount", place, "Amt", value=shown(amount.text or ""))
        return entry
    if not is_currency(entry.currency):
        report.problem("not_a_currency", place, "Amt Ccy", value=shown(entry.currency))
        return entry
    if direction not in _SIGNS:
        report.problem("not_a_code", place, "CdtDbtInd", value=shown(direction), codes="CRDT DBIT")
        return entry
    entry.amount, entry.sign = minor, _SIGNS[direction]
    if entry.booked:
        entry.day = _booking_day(element, place, report)
        if entry.currency != "SEK":
            report.note("n_currency", place, currency=entry.currency)
    return entry


def _is_booked(element: Element, place: str, report: Report) -> bool:
    """`Sts` is a code until version 07, and holds a code or the bank's own word from version 08 on."""
    status = child(element, "Sts")
    own = text_of(status, "Prtry") if status is not None else ""
    code = (text_of(status, "Cd") or (status.text or "").strip() or own) if status is not None else ""
    if not code:
        report.problem("missing", place, "Sts", name="Sts")
        return False
    if code.upper() not in _BOOKED:
        report.note("n_not_booked", place, status=shown(code))
        return False
    if code != "BOOK":
        report.note("n_own_status", place, status=shown(code))
    return True


def _booking_day(element: Element, place: str, report: Report) -> date | None:
    for name in ("BookgDt", "ValDt"):
        held = child(element, name)
        written = (text_of(held, "Dt") or text_of(held, "DtTm")) if held is not None else ""
        if not written:
            continue
        day = iso_day(written)
        if day is None:
            report.problem("not_a_date", place, name, value=shown(written), pattern="YYYY-MM-DD")
            return None
        note_day(day, place, report)
        if name == "ValDt":
            report.note("n_value_date", place)
        return day
    report.problem("missing", place, "BookgDt", name="BookgDt")
    return None


def read_transaction(element: Element, entry: Entry, report: Report) -> Transaction:
    """One `TxDtls`."""
    place = f"{entry.place} TxDtls {entry.transactions}"
    amount, firm = _amount(element, entry.currency)
    direction = text_of(element, "CdtDbtInd")
    sign = _SIGNS.get(direction, entry.sign)
    references, parts, texts = _remittance(element, place, report)
    more = tidy(text_of(element, "AddtlTxInf"))
    if more:
        texts.append(more)
    for reference in references:
        note_reference(reference, place, report)
    payer = payer_account = payer_number = account = ""
    parties = child(element, "RltdPties")
    if parties is not None:
        payer, payer_number = _party(child(parties, "Dbtr"))
        payer_account = account_number(child(parties, "DbtrAcct"), place, report)
        if entry.sign > 0:  # on money out it is somebody else's
            account = account_number(child(parties, "CdtrAcct"), place, report)
    for text in (payer, *references, *texts):
        if "\ufffd" in text:
            report.problem("lost_bytes", place, "text", text=shown(text))
    refs = child(element, "Refs")
    serial = ""
    if refs is not None:
        serial = text_of(refs, "AcctSvcrRef") or text_of(refs, "TxId") or text_of(refs, "ClrSysRef")
    payment = Payment(
        "payment", 0, entry.currency,
        reference=references[0] if references else "",
        references=tuple(references[1:]),
        payer=payer,
        texts=tuple(texts),
        deposit=entry.number,
        record=place,
        serial=serial,
        parts=parts,
        account=account if account != entry.account else "",
        payer_account=payer_account,
        payer_number=payer_number,
    )  # fmt: skip
    returned = child(element, "RtrInf") is not None
    return Transaction(None if amount is None else sign * amount, firm, returned, payment)


def _amount(element: Element, currency: str) -> tuple[int | None, bool]:
    """The transaction's amount in the entry's currency, and whether it is what was booked.

    Version 03 and later state it in `Amt`; before that it stands in the details, where the instructed amount may differ
    from what was booked by charges.
    """
    details = child(element, "AmtDtls")
    candidates = [(child(element, "Amt"), True)]
    if details is not None:
        candidates += [
            (find(details, "TxAmt", "Amt"), True),
            (find(details, "CntrValAmt", "Amt"), True),
            (find(details, "InstdAmt", "Amt"), False),
        ]
    for held, firm in candidates:
        if held is not None and (held.get("Ccy") or currency) == currency:
            minor = decimal_minor((held.text or "").strip())
            if minor is not None:
                return minor, firm
    return None, False


def _party(element: Element | None) -> tuple[str, str]:
    """(name, number) of a party; from version 08 on they stand one level deeper, in `Pty`."""
    if element is None:
        return "", ""
    held = child(element, "Pty")
    party = element if held is None else held
    name = tidy(text_of(party, "Nm"))
    if name.upper() in _NOT_A_NAME:
        name = ""
    identity = child(party, "Id")
    number = ""
    if identity is not None:
        number = text_of(identity, "OrgId", "Othr", "Id") or text_of(identity, "PrvtId", "Othr", "Id")
    return name, number.replace("-", "")


def account_number(element: Element | None, place: str, report: Report) -> str:
    """The number in an account element: its IBAN, else what stands in `Othr`; "" when there is none."""
    if element is None:
        return ""
    iban = text_of(element, "Id", "IBAN")
    return iban.replace(" ", "") if iban else without_hyphen(text_of(element, "Id", "Othr", "Id"), place, report)


def _remittance(element: Element, place: str, report: Report) -> tuple[list[str], tuple[Part, ...], list[str]]:
    """(references, the split they state, texts) of what the payer wrote."""
    references: list[str] = []
    numbers: list[str] = []
    texts: list[str] = []
    parts: list[Part] = []
    whole_split = True
    for remittance in children(element, "RmtInf"):
        for one in remittance:
            name = local(one)
            if name == "Ustrd":
                if text := tidy(one.text or ""):
                    texts.append(text)
            elif name == "Strd":
                reference = tidy(text_of(one, "CdtrRefInf", "Ref"))
                documents = [tidy(n) for held in children(one, "RfrdDocInf") if (n := text_of(held, "Nb"))]
                if reference:
                    references.append(reference)
                numbers += documents
                texts += [tidy(text) for text in texts_of(one, "AddtlRmtInf")]
                part = _part(reference or (documents[0] if documents else ""), one)
                if part is None:
                    whole_split = False
                else:
                    parts.append(part)
    every = list(dict.fromkeys([*references, *numbers]))
    return every, tuple(parts) if whole_split and len(parts) > 1 else (), texts


def _part(reference: str, structured: Element) -> Part | None:
    """What the payer meant for one document: the remitted amount, or the credit note's, which is negative."""
    amounts = child(structured, "RfrdDocAmt")
    if amounts is None:
        return None
    for name, sign in (("RmtdAmt", 1), ("CdtNoteAmt", -1), ("DuePyblAmt", 1)):
        written = text_of(amounts, name)
        minor = decimal_minor(written) if written else None
        if minor is not None:
            return Part(reference, sign * minor)
    return None
