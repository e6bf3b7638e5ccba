"""pain.001.001.03 and .09: a file of payment orders, valid against the ISO schema, the same bytes for the same orders.

Orders are grouped by what stands once for a group (`PmtInf`): the day, the paying account, the currency. Sums are of the
amounts as printed. `MsgId` is the bank's key against doubles: the same orders must go under the same key, others never.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from lxml import etree

from fordran.core.money import plain_kronor
from fordran.formats.pain.dialects import VERSIONS, Dialect, Giro
from fordran.formats.pain.payee import Payee
from fordran.formats.pain.text import plain_text

MOST_ID = 35
NAME_LENGTH = 70
Element = Any
"""An lxml element; lxml has no types of its own."""


@dataclass(frozen=True, slots=True)
class Payer:
    """Who pays. `accounts`: (currency, account, BIC of its bank or ""), in the order they are preferred."""

    name: str
    organisation_number: str  # ten digits, or the number that the bank has given its customer
    accounts: tuple[tuple[str, Payee, str], ...]
    town: str = ""
    country: str = "SE"


@dataclass(frozen=True, slots=True)
class Order:
    """One payment. `amount_minor` > 0, in hundredths of `currency`. `reference` is an OCR number; with it no text goes along.

    `end_to_end_id` comes back in every answer of the bank: at most 35 signs, once only.
    """

    end_to_end_id: str
    payee: Payee
    name: str
    amount_minor: int
    currency: str
    execute_on: date
    reference: str = ""
    message: str = ""
    town: str = ""
    country: str = "SE"
    bic: str = ""  # of the payee's bank, where it is known


@dataclass(frozen=True, slots=True)
class PaymentGroup:
    """Orders that stand in one `PmtInf`."""

    id: str
    execute_on: date
    account: Payee
    bic: str
    currency: str
    orders: tuple[Order, ...]


def cannot_pay(order: Order, payer: Payer, dialect: Dialect) -> str:
    """Why this order cannot stand in a file of this dialect, as one sentence that says what to do; "" when it can."""
    if order.amount_minor <= 0:
        return "the amount must be more than nothing"
    if order.currency not in {"SEK", "EUR"}:
        return f"payment files carry kronor and euro only, not {order.currency}: pay this one in the bank"
    if _paying_account(order, payer, dialect) is None:
        return f"there is no account to pay {order.currency} from: name one under [[payouts.from]] in the settings file"
    if order.currency != "SEK" and order.payee.kind != "iban":
        return f"{order.currency} can only be paid to an IBAN: enter one"
    if order.payee.kind == "account" and dialect.accounts_as_iban:
        return "this bank wants bank accounts as IBAN: enter the IBAN of the account"
    if not plain_text(order.name, NAME_LENGTH):
        return "the payee's name is missing: banks demand it"
    return ""


def group(message_id: str, orders: Sequence[Order], payer: Payer, dialect: Dialect) -> tuple[PaymentGroup, ...]:
    """The groups in the order they stand in the file; their ids are the file's with a number. Raises ValueError for an order
    that `cannot_pay` names."""
    groups: dict[tuple[date, str, str, str], list[Order]] = {}
    for order in orders:
        why = cannot_pay(order, payer, dialect)
        account = _paying_account(order, payer, dialect)
        if why or account is None:
            raise ValueError(f"order {order.end_to_end_id}: {why}")
        groups.setdefault((order.execute_on, order.currency, account[1].kind, account[1].number), []).append(order)
    bics = {(payee.kind, payee.number): bic for _, payee, bic in payer.accounts}
    return tuple(
        PaymentGroup(f"{message_id}-{number}", on, Payee(kind, account), bics[kind, account], currency, tuple(found))
        for number, ((on, currency, kind, account), found) in enumerate(sorted(groups.items()), 1)
    )


def _paying_account(order: Order, payer: Payer, dialect: Dialect) -> tuple[str, Payee, str] | None:
    fitting = [account for account in payer.accounts if account[0] == order.currency]
    giro = order.payee.kind == "bankgiro" and dialect.giro_from_giro
    wanted = [a for a in fitting if (a[1].kind == "bankgiro") == giro]
    return next(iter(wanted or fitting), None)


def write_orders(
    message_id: str, made_on: date, orders: Sequence[Order], payer: Payer, dialect: Dialect, version: str = "03"
) -> bytes:
    """The file. Dated at noon of `made_on`: the bank tells files apart by `message_id`, never by the minute.

    Raises ValueError for no orders, an id that is too long or stands twice, an unknown version, or an order that
    `cannot_pay` names: all of it is to be asked before.
    """
    if version not in VERSIONS:
        raise ValueError(f"pain.001.001.{version} is not written here")
    ids = [order.end_to_end_id for order in orders]
    if not orders or len(set(ids)) != len(ids) or max(map(len, [f"{message_id}-{len(ids)}", *ids])) > MOST_ID:
        raise ValueError("a file has orders, each with an id of its own of at most 35 signs")
    space = f"urn:iso:std:iso:20022:tech:xsd:pain.001.001.{version}"
    document: Element = etree.Element(f"{{{space}}}Document", nsmap={None: space})
    pen = _Pen(space, dialect, version)
    initiation = pen.add(document, "CstmrCdtTrfInitn")
    header = pen.add(initiation, "GrpHdr")
    pen.add(header, "MsgId", message_id)
    pen.add(header, "CreDtTm", f"{made_on.isoformat()}T12:00:00")
    pen.totals(header, orders)
    pen.party(header, "InitgPty", payer)
    for info in group(message_id, orders, payer, dialect):
        pen.payment_info(initiation, info, payer)
    etree.indent(document, space=" ")
    return bytes(etree.tostring(document, xml_declaration=True, encoding="UTF-8")) + b"\n"


@dataclass(slots=True)
class _Pen:
    """Adds elements in the order of the schema."""

    space: str
    dialect: Dialect
    version: str

    def add(self, parent: Element, name: str, text: str | None = None, **attributes: str) -> Element:
        made = etree.SubElement(parent, f"{{{self.space}}}{name}", attributes)
        made.text = text
        return made

    def path(self, parent: Element, *names: str, text: str | None = None) -> Element:
        for name in names:
            parent = self.add(parent, name)
        parent.text = text
        return parent

    def totals(self, parent: Element, orders: Sequence[Order]) -> None:
        self.add(parent, "NbOfTxs", str(len(orders)))
        self.add(parent, "CtrlSum", plain_kronor(sum(order.amount_minor for order in orders)))

    def party(self, parent: Element, name: str, payer: Payer) -> None:
        made = self.add(parent, name)
        self.add(made, "Nm", plain_text(payer.name, NAME_LENGTH))
        self.address(made, payer.town, payer.country)
        other = self.path(made, "Id", "OrgId", "Othr")
        self.add(other, "Id", payer.organisation_number)
        if self.dialect.organisation_scheme:
            how = "Cd" if self.dialect.organisation_scheme_is_code else "Prtry"
            self.path(other, "SchmeNm", how, text=self.dialect.organisation_scheme)

    def address(self, parent: Element, town: str, country: str) -> None:
        made = self.add(parent, "PstlAdr")
        if said := plain_text(town, 35):
            self.add(made, "TwnNm", said)
        self.add(made, "Ctry", country or "SE")

    def payment_info(self, parent: Element, info: PaymentGroup, payer: Payer) -> None:
        made = self.add(parent, "PmtInf")
        self.add(made, "PmtInfId", info.id)
        self.add(made, "PmtMtd", "TRF")
        self.add(made, "BtchBookg", "false")  # so that each order shows by itself on the account
        self.totals(made, info.orders)
        level = "SEPA" if info.currency == "EUR" else self.dialect.service_level
        if level:
            self.path(made, "PmtTpInf", "SvcLvl", "Cd", text=level)
        day = self.add(made, "ReqdExctnDt")
        (day if self.version == "03" else self.add(day, "Dt")).text = info.execute_on.isoformat()
        self.party(made, "Dbtr", payer)
        account = self.add(made, "DbtrAcct")
        self.account(account, info.account)
        self.add(account, "Ccy", info.currency)
        self.agent_of_payer(self.add(made, "DbtrAgt"), info)
        self.add(made, "ChrgBr", "SLEV")
        for order in info.orders:
            self.order(made, order)

    def agent_of_payer(self, parent: Element, info: PaymentGroup) -> None:
        institution = self.add(parent, "FinInstnId")
        giro = {"bankgiro": self.dialect.bankgiro, "plusgiro": self.dialect.plusgiro}.get(info.account.kind)
        if info.bic:
            self.bic(institution, info.bic)
        elif giro is not None:
            self.agent(institution, giro)
        elif info.account.kind == "account":
            self.member(institution, info.account.clearing)
        else:
            self.path(institution, "Othr", "Id", text="NOTPROVIDED")

    def order(self, parent: Element, order: Order) -> None:
        made = self.add(parent, "CdtTrfTxInf")
        ids = self.add(made, "PmtId")
        self.add(ids, "InstrId", order.end_to_end_id)
        self.add(ids, "EndToEndId", order.end_to_end_id)
        self.add(self.add(made, "Amt"), "InstdAmt", plain_kronor(order.amount_minor), Ccy=order.currency)
        self.agent_of_payee(made, order)
        payee = self.add(made, "Cdtr")
        self.add(payee, "Nm", plain_text(order.name, NAME_LENGTH))
        self.address(payee, order.town, order.country)
        self.account(self.add(made, "CdtrAcct"), order.payee)
        self.remittance(made, order)

    def agent_of_payee(self, parent: Element, order: Order) -> None:
        """An IBAN names its bank itself, so its agent may be left out."""
        giro = {"bankgiro": self.dialect.bankgiro, "plusgiro": self.dialect.plusgiro}.get(order.payee.kind)
        if giro is not None:
            self.agent(self.path(parent, "CdtrAgt", "FinInstnId"), giro)
        elif order.payee.kind == "account":
            self.member(self.path(parent, "CdtrAgt", "FinInstnId"), order.payee.clearing)
        elif order.bic:
            self.bic(self.path(parent, "CdtrAgt", "FinInstnId"), order.bic)

    def agent(self, institution: Element, giro: Giro) -> None:
        if giro.bic:
            self.bic(institution, giro.bic)
        else:
            self.member(institution, giro.member)

    def bic(self, institution: Element, bic: str) -> None:
        self.add(institution, "BIC" if self.version == "03" else "BICFI", bic)

    def member(self, institution: Element, member: str) -> None:
        made = self.add(institution, "ClrSysMmbId")
        self.path(made, "ClrSysId", "Cd", text="SESBA")
        self.add(made, "MmbId", member)

    def account(self, parent: Element, payee: Payee) -> None:
        identity = self.add(parent, "Id")
        if payee.kind == "iban":
            self.add(identity, "IBAN", payee.number)
            return
        other = self.add(identity, "Othr")
        giro = {"bankgiro": self.dialect.bankgiro, "plusgiro": self.dialect.plusgiro}.get(payee.kind)
        self.add(other, "Id", payee.number if giro else payee.bban)
        proprietary = giro is not None and giro.proprietary
        self.path(other, "SchmeNm", "Prtry" if proprietary else "Cd", text=giro.scheme if giro else "BBAN")

    def remittance(self, parent: Element, order: Order) -> None:
        if order.reference:
            structured = self.path(parent, "RmtInf", "Strd")
            if self.dialect.states_remitted:
                amount = self.add(structured, "RfrdDocAmt")
                self.add(amount, "RmtdAmt", plain_kronor(order.amount_minor), Ccy=order.currency)
            found = self.add(structured, "CdtrRefInf")
            self.path(found, "Tp", "CdOrPrtry", "Cd", text="SCOR")
            self.add(found, "Ref", order.reference)
        elif text := plain_text(order.message, self.dialect.text_length if order.currency == "SEK" else 140):
            self.path(parent, "RmtInf", "Ustrd", text=text)
