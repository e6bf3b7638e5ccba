"""One transaction of a camt entry (`TxDtls`): its amount, what the payer wrote, and who that was."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from fordran.formats.bank.camt_tree import Element, by_name, child, children, find, local, text_of, texts_of, written
from fordran.formats.bank.fields import decimal_minor, note_reference, tidy, without_hyphen
from fordran.formats.bank.report import Report, shown
from fordran.formats.bank.result import Part

SIGNS = {"CRDT": 1, "DBIT": -1}
_NOT_A_NAME = frozenset({"NOT AVAILABLE", "NOTAVAILABLE", "NOT PROVIDED", "NOTPROVIDED", "NA", "N/A"})


class Owner(Protocol):
    """What a transaction takes from its entry when it does not say so itself."""

    currency: str
    sign: int
    account: str


@dataclass(slots=True)
class Transaction:
    """What one `TxDtls` says. `amount` is signed, and None when it states none in the entry's currency; `firm` is False
    for one that may differ from what was booked (an instructed amount)."""

    record: str
    amount: int | None = None
    firm: bool = False
    returned: bool = False
    references: list[str] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    parts: tuple[Part, ...] = ()
    payer: str = ""
    payer_number: str = ""
    payer_account: str = ""
    account: str = ""
    serial: str = ""
    order_ids: tuple[str, ...] = ()  # by which whoever sent an order knows it again, the narrowest first


def read_transaction(element: Element, owner: Owner, place: str, report: Report) -> Transaction:
    """One `TxDtls`; `place` names it in messages."""
    held = by_name(element)
    found = Transaction(place, returned="RtrInf" in held)
    amount, found.firm = _amount(held, owner.currency, place, report)
    if amount is not None:
        found.amount = SIGNS.get(written(held.get("CdtDbtInd")), owner.sign) * amount
    if "RmtInf" in held:
        _remittance(element, found)
    more = tidy(written(held.get("AddtlTxInf")))
    if more:
        found.texts.append(more)
    for reference in found.references:
        note_reference(reference, place, report)
    parties = held.get("RltdPties")
    if parties is not None:
        _read_parties(parties, owner, found, report)
    for text in (found.payer, *found.references, *found.texts):
        if "\ufffd" in text:
            report.problem("lost_bytes", place, "text", text=shown(text))
    refs = held.get("Refs")
    if refs is not None:
        found.serial = text_of(refs, "AcctSvcrRef") or text_of(refs, "TxId") or text_of(refs, "ClrSysRef")
        ids = (text_of(refs, name) for name in ("EndToEndId", "InstrId", "PmtInfId", "MsgId"))
        found.order_ids = tuple(dict.fromkeys(one for one in ids if one and one != "NOTPROVIDED"))
    return found


def _read_parties(parties: Element, owner: Owner, found: Transaction, report: Report) -> None:
    held = by_name(parties)
    found.payer, found.payer_number = _party(held.get("Dbtr"))
    found.payer_account = account_number(held.get("DbtrAcct"), found.record, report)
    if owner.sign > 0:  # on money out it is somebody else's
        account = account_number(held.get("CdtrAcct"), found.record, report)
        found.account = account if account != owner.account else ""


def _amount(held: dict[str, Element], currency: str, place: str, report: Report) -> tuple[int | None, bool]:
    """The transaction's amount in the entry's currency, and whether it is what was booked.

    Version 03 and later state it in `Amt`; before that it stands in the details, where the instructed amount may differ
    from what was booked by charges.
    """
    minor = _in_currency(held.get("Amt"), currency, place, report)
    if minor is not None:
        return minor, True
    details = held.get("AmtDtls")
    if details is not None:
        for name in ("TxAmt", "CntrValAmt", "InstdAmt"):
            minor = _in_currency(find(details, name, "Amt"), currency, place, report)
            if minor is not None:
                return minor, name != "InstdAmt"
    return None, False


def _in_currency(amount: Element | None, currency: str, place: str, report: Report) -> int | None:
    if amount is None or (amount.get("Ccy") or currency) != currency:
        return None
    minor = decimal_minor(written(amount))
    if minor is None:
        report.problem("not_an_amount", place, "Amt", value=shown(written(amount)))
    return minor


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


def _remittance(element: Element, found: Transaction) -> None:
    """What the payer wrote: references, invoice numbers after them, the split that they state, and texts."""
    references: list[str] = []
    numbers: list[str] = []
    parts: list[Part | None] = []
    for remittance in children(element, "RmtInf"):
        for one in remittance:
            name = local(one)
            if name == "Ustrd":
                text = tidy(written(one))
                if text:
                    found.texts.append(text)
            elif name == "Strd":
                reference = tidy(text_of(one, "CdtrRefInf", "Ref"))
                documents = [number for held in children(one, "RfrdDocInf") if (number := tidy(text_of(held, "Nb")))]
                if reference:
                    references.append(reference)
                numbers += documents
                found.texts += [tidy(text) for text in texts_of(one, "AddtlRmtInf")]
                parts.append(_part(reference or (documents[0] if documents else ""), one))
    found.references = list(dict.fromkeys([*references, *numbers]))
    stated = tuple(part for part in parts if part is not None)
    if len(stated) == len(parts) > 1:
        found.parts = stated


def _part(reference: str, structured: Element) -> Part | None:
    """What the payer meant for one document: the remitted amount, or the credit note's, which is negative."""
    amounts = child(structured, "RfrdDocAmt")
    if amounts is None:
        return None
    for name, sign in (("RmtdAmt", 1), ("CdtNoteAmt", -1), ("DuePyblAmt", 1)):
        text = text_of(amounts, name)
        minor = decimal_minor(text) if text else None
        if minor is not None:
            return Part(reference, sign * minor)
    return None
