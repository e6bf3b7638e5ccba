"""pain.002: what the bank says of a file of payment orders, at three levels, each of which may be missing.

A rejection of the whole file or of one group says nothing of the orders in it one by one, and means them all. `GrpSts` itself
may be missing (seen in a bank's own samples). What is not told is not known: silence is never success.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import etree

from fordran.core.problems import Refused

REJECTED = "RJCT"
ACCEPTED = frozenset({"ACTC", "ACCP", "ACSP", "ACSC", "ACWC", "ACWP", "ACCC", "ACFC", "PDNG", "RCVD", "PATC"})
"""Taken for now. None of them is payment: that shows as a debit on the account."""

MOST_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class StatusTold:
    """One status. `payment_info` and `order` are empty at the levels above them; `order` is the end-to-end id."""

    status: str
    payment_info: str = ""
    order: str = ""
    reason_code: str = ""
    reason_text: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """`about` is the `MsgId` of the file that the bank answers. `told` from the whole down to the single order."""

    id: str
    about: str
    told: tuple[StatusTold, ...]


def is_status_report(content: bytes) -> bool:
    """By its namespace or first element, never by a file's name."""
    return re.search(rb"pain\.002\.001\.\d\d|<(?:\w+:)?CstmrPmtStsRpt[\s>]", content[:4096]) is not None


def read_status(content: bytes) -> StatusReport:
    """Any version: elements are found by their names. Raises Refused for what is no readable pain.002."""
    if len(content) > MOST_BYTES:
        raise Refused("the bank's answer is larger than 20 million bytes; that is no answer to orders of ours", record="pain.002")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True)
    try:
        document: Any = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise Refused(
            f"the bank's answer is broken XML at line {error.lineno}: ask the bank for it again", record="pain.002"
        ) from None
    report = document if _name(document) == "CstmrPmtStsRpt" else _child(document, "CstmrPmtStsRpt")
    if report is None:
        raise Refused("this is no pain.002: the element CstmrPmtStsRpt is missing", record="pain.002")
    whole = _child(report, "OrgnlGrpInfAndSts")
    about = _text(whole, "OrgnlMsgId")
    if not about:
        raise Refused("the bank's answer does not say which file it answers (OrgnlMsgId)", record="pain.002")
    return StatusReport(_text(report, "GrpHdr", "MsgId"), about, tuple(_told(report, whole)))


def _told(report: Any, whole: Any) -> Iterator[StatusTold]:
    if status := _text(whole, "GrpSts"):
        yield StatusTold(status, "", "", *_reason(whole))
    for info in _children(report, "OrgnlPmtInfAndSts"):
        name = _text(info, "OrgnlPmtInfId")
        if status := _text(info, "PmtInfSts"):
            yield StatusTold(status, name, "", *_reason(info))
        for order in _children(info, "TxInfAndSts"):
            identity = _text(order, "OrgnlEndToEndId") or _text(order, "OrgnlInstrId")
            if (status := _text(order, "TxSts")) and identity:
                yield StatusTold(status, name, identity, *_reason(order))


def _reason(element: Any) -> tuple[str, str]:
    """The first reason's code, and all that is said in words."""
    codes, words = [], []
    for reason in _children(element, "StsRsnInf"):
        codes.append(_text(reason, "Rsn", "Cd") or _text(reason, "Rsn", "Prtry"))
        words += [" ".join((one.text or "").split()) for one in _children(reason, "AddtlInf")]
    return next(filter(None, codes), ""), "; ".join(filter(None, words))[:500]


def _name(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _children(element: Any, name: str) -> Iterator[Any]:
    if element is not None:
        yield from element.iterchildren("{*}" + name)


def _child(element: Any, name: str) -> Any:
    return next(_children(element, name), None)


def _text(element: Any, *path: str) -> str:
    for name in path:
        element = _child(element, name)
    return (element.text or "").strip() if element is not None else ""
