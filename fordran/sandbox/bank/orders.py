"""pain.001 as a strict Swedish bank takes it: the shape first, then sums and numbers, then each account.

What is wrong is sorted by how much it stops: the whole file, one group of it (`PmtInf`), or one transaction. Codes are those of
ISO 20022's external code list of reasons.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lxml import etree

from fordran.sandbox.bank.accounts import Account, Order
from fordran.sandbox.bank.shape import local, misshapen
from fordran.sandbox.numbers import is_bankgiro, is_iban, is_plusgiro

Element = Any
_NAMESPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:pain\.001\.001\.(03|09)")
_SIGNS = re.compile(r"[0-9A-Za-zåäöÅÄÖ/\-?:().,'+ ]*")
_FARTHEST = timedelta(days=365)
_LATEST = timedelta(days=5)


@dataclass(frozen=True, slots=True)
class Reason:
    code: str
    words: str


@dataclass(slots=True)
class Group:
    """A `PmtInf`."""

    name: str
    orders: list[Order] = field(default_factory=list)
    refused: Reason | None = None


@dataclass(slots=True)
class OrderFile:
    """What a file says. `refused`: the whole of it. A refused order has state rejected and its reason."""

    message: str = ""
    version: str = "03"
    count: str = ""
    groups: list[Group] = field(default_factory=list)
    refused: Reason | None = None


def read_orders(content: bytes, accounts: Sequence[Account], today: date) -> OrderFile:
    """Never raises for what a customer may send."""
    found = OrderFile()
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        root: Element = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        found.refused = Reason("FF01", f"the file is no XML: line {error.lineno}")
        return found
    space = _NAMESPACE.fullmatch(etree.QName(root).namespace or "")
    if space is None or root.getroottree().docinfo.doctype:
        found.refused = Reason("FF01", "the file is no pain.001.001.03 or .09")
        return found
    found.version = space[1]
    found.message = _text(root, "CstmrCdtTrfInitn", "GrpHdr", "MsgId")
    found.count = _text(root, "CstmrCdtTrfInitn", "GrpHdr", "NbOfTxs")
    if wrong := misshapen(root, found.version):
        found.refused = Reason("FF01", wrong)
        return found
    initiation = _child(root, "CstmrCdtTrfInitn")
    found.groups = [_group(one, found, accounts, today) for one in _children(initiation, "PmtInf")]
    header = _child(initiation, "GrpHdr")
    transactions = [one for info in _children(initiation, "PmtInf") for one in _children(info, "CdtTrfTxInf")]
    found.refused = _sums(header, transactions) or _who(header, "InitgPty")
    names = [group.name for group in found.groups]
    if len(set(names)) != len(names):
        found.refused = Reason("DU02", "a PmtInfId stands twice")
    return found


def _sums(holder: Element, transactions: list[Element]) -> Reason | None:
    """Number and sum, as they are printed."""
    count = _text(holder, "NbOfTxs")
    if count and int(count) != len(transactions):
        return Reason("AM18", f"NbOfTxs says {count}, there are {len(transactions)}")
    stated = _text(holder, "CtrlSum")
    total = sum((Decimal(_text(one, "Amt", "InstdAmt")) for one in transactions), Decimal(0))
    if stated and Decimal(stated) != total:
        return Reason("AM10", f"CtrlSum says {stated}, the transactions come to {total}")
    return None


def _who(holder: Element, name: str) -> Reason | None:
    if not _text(holder, name, "Id", "OrgId", "Othr", "Id"):
        return Reason("BE16", f"{name} must bear an organisation number")
    return None


def _group(info: Element, file: OrderFile, accounts: Sequence[Account], today: date) -> Group:
    group = Group(_text(info, "PmtInfId"))
    transactions = list(_children(info, "CdtTrfTxInf"))
    number = _account(_child(info, "DbtrAcct"))
    payer = next((one for one in accounts if one.is_called(number.partition(":")[2]) and one.files), None)
    when = _text(info, "ReqdExctnDt") if file.version == "03" else _text(info, "ReqdExctnDt", "Dt")
    on = _day(when)
    if payer is None:
        group.refused = Reason("AC02", "the account to pay from is not yours")
    elif on is None or on > today + _FARTHEST or on < today - _LATEST:
        group.refused = Reason("DT01", "the day is none on which a payment can be made")
    else:
        group.refused = _sums(info, transactions) or _who(info, "Dbtr")
    together = _text(info, "BtchBookg") in ("true", "1")
    for one in transactions:
        order = _order(one, file, group.name, payer, max(on or today, today))
        order.together, order.version = together, file.version
        reason = _refuses(one, order, payer)
        if reason is not None:
            order.state, order.reason, order.words = "rejected", reason.code, reason.words
        group.orders.append(order)
    return group


def _order(one: Element, file: OrderFile, group: str, payer: Account | None, on: date) -> Order:
    money = _child(one, "Amt", "InstdAmt")
    amount = Decimal(money.text) * 100
    return Order(
        file.message, group, _text(one, "PmtId", "InstrId"), _text(one, "PmtId", "EndToEndId"), payer.iban if payer else "",
        int(amount) if amount == int(amount) else -1, money.get("Ccy"), on, _text(one, "Cdtr", "Nm"),
        _account(_child(one, "CdtrAcct")), _text(one, "RmtInf", "Strd", "CdtrRefInf", "Ref"),
        " ".join((text.text or "") for text in _children(_child(one, "RmtInf"), "Ustrd")),
    )  # fmt: skip


def _refuses(one: Element, order: Order, payer: Account | None) -> Reason | None:
    """Why the bank will not carry this order."""
    if order.amount <= 0:
        return Reason("AM01" if order.amount == 0 else "AM12", "the amount must be more than nothing, with two decimals")
    if payer is not None and order.currency != payer.currency:
        return Reason("AM03", "the account is in another currency")
    if not order.payee:
        return Reason("BE22", "the payee's name is missing")
    if not all(_SIGNS.fullmatch(text) for text in (order.payee, order.text)):
        return Reason("CH16", "a text holds signs that cannot be carried")
    if len(list(_children(_child(one, "RmtInf"), "Strd"))) > 1:
        return Reason("CH17", "more than one structured reference")
    return _refuses_account(_child(one, "CdtrAgt", "FinInstnId"), order)


def _refuses_account(agent: Element, order: Order) -> Reason | None:
    kind, _, number = order.payee_account.partition(":")
    member = _text(agent, "ClrSysMmbId", "MmbId")
    bic = _text(agent, "BIC") or _text(agent, "BICFI")
    if member and _text(agent, "ClrSysMmbId", "ClrSysId", "Cd") != "SESBA":
        return Reason("RC04", "the clearing system is not SESBA")
    if kind == "iban":
        return None if is_iban(number) else Reason("AC01", "the IBAN's check digits are wrong")
    if order.currency != "SEK":
        return Reason("AC01", "other money than kronor goes to an IBAN only")
    if kind == "bankgiro":
        if (member, bic) not in (("9900", ""), ("", "BGABSESS")):
            return Reason("RC01", "a bankgiro's agent is the member 9900 of SESBA, or BGABSESS")
        return None if is_bankgiro(number) else Reason("AC01", "there is no such bankgiro number")
    if kind == "plusgiro" or (kind == "bban" and (member in ("9960", "9500") or bic == "NDEASESS")):
        return None if is_plusgiro(number) else Reason("AC01", "there is no such plusgiro number")
    if kind == "bban":
        if not re.fullmatch(r"\d{4}", member):
            return Reason("RC01", "a bank account needs its clearing number: four digits")
        return None if re.fullmatch(r"\d{5,12}", number) else Reason("AC01", "an account number has digits only")
    return Reason("AC01", "no account to pay to")


def _account(element: Element) -> str:
    """`iban:..`, `bankgiro:..`, `plusgiro:..` or `bban:..`; "" for any other."""
    if iban := _text(element, "Id", "IBAN"):
        return f"iban:{iban}"
    number = _text(element, "Id", "Othr", "Id")
    scheme = _text(element, "Id", "Othr", "SchmeNm", "Prtry") or _text(element, "Id", "Othr", "SchmeNm", "Cd")
    kind = {"BGNR": "bankgiro", "PGNR": "plusgiro", "BBAN": "bban"}.get(scheme, "")
    return f"{kind}:{number}" if kind and number.isdigit() else ""


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _children(element: Element, name: str) -> Iterator[Element]:
    if element is not None:
        yield from (child for child in element if isinstance(child.tag, str) and local(child) == name)


def _child(element: Element, *path: str) -> Element:
    for name in path:
        element = next(_children(element, name), None)
    return element


def _text(element: Element, *path: str) -> str:
    found = _child(element, *path)
    return (found.text or "").strip() if found is not None else ""
