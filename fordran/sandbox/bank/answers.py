"""pain.002, version 03 beside pain.001.001.03 and 10 beside 09: accepted, or rejected at one of three levels.

As banks do it: a rejection stands at the level it concerns, and the levels below are then left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fordran.sandbox.bank.accounts import Order
from fordran.sandbox.bank.orders import OrderFile, Reason
from fordran.sandbox.bank.xml import Branch, document, some
from fordran.sandbox.numbers import BIC

_ANSWERS = {"03": "03", "09": "10"}


def answer(file: OrderFile, number: int, on: date) -> bytes:
    """What became of a file that was taken, or not."""
    if file.refused is not None:
        return _document(file.version, number, on, _original(file.message, file.version, "RJCT", file.refused), [])
    groups: list[Branch | None] = []
    statuses = set()
    for group in file.groups:
        if group.refused is not None:
            statuses.add("RJCT")
            groups.append(("OrgnlPmtInfAndSts", [("OrgnlPmtInfId", group.name), ("PmtInfSts", "RJCT"), _why(group.refused)]))
            continue
        refused = [order for order in group.orders if order.state == "rejected"]
        status = "ACCP" if not refused else ("RJCT" if len(refused) == len(group.orders) else "PART")
        statuses.add(status)
        if refused:
            told = [_transaction(order) for order in refused]
            groups.append(("OrgnlPmtInfAndSts", [("OrgnlPmtInfId", group.name), ("PmtInfSts", status), *told]))
    whole = statuses.pop() if len(statuses) == 1 else "PART"
    if whole == "RJCT":
        whole = ""  # every group is rejected: it is said of the groups, and nothing of the file
    return _document(file.version, number, on, _original(file.message, file.version, whole), groups)


def late_answer(order: Order, number: int, on: date) -> bytes:
    """An order that was accepted and could not be carried out on its day."""
    info: Branch = ("OrgnlPmtInfAndSts", [("OrgnlPmtInfId", order.payment), _transaction(order)])
    return _document(order.version, number, on, _original(order.message, order.version, ""), [info])


def _document(version: str, number: int, on: date, original: Branch, groups: Sequence[Branch | None]) -> bytes:
    servicer = ("InitgPty", [("Id", [("OrgId", [("BICOrBEI" if version == "03" else "AnyBIC", BIC)])])])
    header = ("GrpHdr", [("MsgId", f"{BIC}-{on:%Y%m%d}-{number:05d}"), ("CreDtTm", f"{on.isoformat()}T09:30:00"), servicer])
    return document(f"pain.002.001.{_ANSWERS[version]}", ("CstmrPmtStsRpt", [header, original, *groups]))


def _original(message: str, version: str, status: str, reason: Reason | None = None) -> Branch:
    return (
        "OrgnlGrpInfAndSts",
        [
            ("OrgnlMsgId", message or "NOTPROVIDED"), ("OrgnlMsgNmId", f"pain.001.001.{version}"), some("GrpSts", status),
            _why(reason) if reason is not None else None,
        ],
    )  # fmt: skip


def _why(reason: Reason) -> Branch:
    return ("StsRsnInf", [("Rsn", [("Cd", reason.code)]), some("AddtlInf", reason.words[:105])])


def _transaction(order: Order) -> Branch:
    return (
        "TxInfAndSts",
        [
            some("OrgnlInstrId", order.instruction), ("OrgnlEndToEndId", order.end_to_end), ("TxSts", "RJCT"),
            _why(Reason(order.reason, order.words)),
        ],
    )  # fmt: skip
