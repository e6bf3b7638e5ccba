"""The shape of pain.001, version 03 and 09: which elements, how often, in which order. A part of the schema, written as a table.

Source: ISO 20022, message definitions pain.001.001.03 and pain.001.001.09. What no Swedish bank takes (cheques, equivalent
amounts, regulatory reporting) is left out and so refused.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from lxml import etree

Element = Any

_TEXT35, _TEXT70, _TEXT140 = r".{1,35}", r".{1,70}", r".{1,140}"
_AMOUNT = r"\d{1,15}(\.\d{1,5})?"
_DAY, _TIME = r"\d{4}-\d\d-\d\d", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?"
_COUNTRY = r"[A-Z]{2}"
_BIC = r"[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?"

#: type -> its children in order: "Name" once, "Name?" at most once, "Name*" any number, "Name+" at least once; the type of each.
_SEQUENCES: dict[str, str] = {
    "Document": "CstmrCdtTrfInitn:Initiation",
    "Initiation": "GrpHdr:Header PmtInf+:Instruction",
    "Header": "MsgId:35 CreDtTm:time NbOfTxs:count CtrlSum?:amount InitgPty:Party",
    "Instruction": "PmtInfId:35 PmtMtd:method BtchBookg?:yes NbOfTxs?:count CtrlSum?:amount PmtTpInf?:Type ReqdExctnDt:Execution "
    "Dbtr:Party DbtrAcct:Account DbtrAgt:Agent UltmtDbtr?:Party ChrgBr?:bearer CdtTrfTxInf+:Transaction",
    "Type": "InstrPrty?:priority SvcLvl?:Code LclInstrm?:Code CtgyPurp?:Code",
    "Code": "Cd?:4 Prtry?:35",
    "System": "Cd?:5 Prtry?:35",
    "Party": "Nm?:140 PstlAdr?:Address Id?:Identity CtryOfRes?:country CtctDtls?:Contact",
    "Contact": "NmPrfx?:4 Nm?:140 PhneNb?:35 MobNb?:35 FaxNb?:35 EmailAdr?:140",
    "Address": "AdrTp?:4 Dept?:70 SubDept?:70 StrtNm?:70 BldgNb?:16 BldgNm?:35 PstBx?:16 PstCd?:16 TwnNm?:35 CtrySubDvsn?:35 "
    "Ctry?:country AdrLine*:70",
    "Identity": "OrgId?:Organisation PrvtId?:Organisation",
    "Organisation": "BICOrBEI?:bic AnyBIC?:bic LEI?:35 Othr*:Other",
    "Other": "Id:35 SchmeNm?:Code Issr?:35",
    "Account": "Id:AccountId Tp?:Code Ccy?:currency Nm?:70",
    "AccountId": "IBAN?:iban Othr?:AccountOther",
    "AccountOther": "Id:34 SchmeNm?:Code Issr?:35",
    "Agent": "FinInstnId:Institution BrnchId?:Branch",
    "Branch": "Id?:35 Nm?:140",
    "Institution": "BIC?:bic BICFI?:bic ClrSysMmbId?:Member Nm?:140 PstlAdr?:Address Othr?:Other",
    "Member": "ClrSysId?:System MmbId:35",
    "Transaction": "PmtId:PaymentId PmtTpInf?:Type Amt:Amount ChrgBr?:bearer UltmtDbtr?:Party CdtrAgt?:Agent Cdtr?:Party "
    "CdtrAcct?:Account UltmtCdtr?:Party Purp?:Code RmtInf?:Remittance",
    "PaymentId": "InstrId?:35 EndToEndId:35 UETR?:36",
    "Amount": "InstdAmt:money",
    "Remittance": "Ustrd*:140 Strd*:Structured",
    "Structured": "RfrdDocInf*:Referred RfrdDocAmt?:ReferredAmount CdtrRefInf?:Reference Invcr?:Party Invcee?:Party "
    "AddtlRmtInf*:140",
    "Referred": "Tp?:DocumentType Nb?:35 RltdDt?:day",
    "ReferredAmount": "DuePyblAmt?:money CdtNoteAmt?:money RmtdAmt?:money",
    "Reference": "Tp?:ReferenceType Ref?:35",
    "ReferenceType": "CdOrPrtry:ReferenceCode Issr?:35",
    "ReferenceCode": "Cd?:reference Prtry?:35",
    "DocumentType": "CdOrPrtry:DocumentCode Issr?:35",
    "DocumentCode": "Cd?:document Prtry?:35",
}
_LEAVES: dict[str, str] = {
    "4": r".{1,4}", "5": r".{1,5}", "16": r".{1,16}", "34": r".{1,34}", "35": _TEXT35, "36": r".{36}", "70": _TEXT70,
    "140": _TEXT140, "time": _TIME, "day": _DAY, "count": r"\d{1,15}", "amount": r"\d{1,17}(\.\d{1,17})?", "money": _AMOUNT,
    "method": "TRF", "yes": "true|false|0|1", "priority": "HIGH|NORM", "bearer": "SLEV|SHAR|DEBT|CRED", "country": _COUNTRY,
    "reference": "RADM|RPIN|FXDR|DISP|PUOR|SCOR",
    "document": "MSIN|CNFA|DNFA|CINV|CREN|DEBN|HIRI|SBIN|CMCN|SOAC|DISP|BOLD|VCHR|AROI|TSUT", "bic": _BIC,
    "currency": r"[A-Z]{3}", "iban": r"[A-Z]{2}\d\d[A-Za-z0-9]{1,30}",
}  # fmt: skip
_ONLY = {"BIC": "03", "BICOrBEI": "03", "BICFI": "09", "AnyBIC": "09", "LEI": "09", "UETR": "09", "BldgNm": "09", "PstBx": "09"}
"""Elements that one of the two versions lacks."""

_ONE_OF = {"AccountId", "Code", "System", "Identity", "ReferenceCode", "DocumentCode"}
"""Types of which exactly one child is there."""

_CHILD = re.compile(r"(\w+)([?*+]?):(\w+)")


def misshapen(root: Element, version: str) -> str:
    """What is wrong with the document, in English; "" = it has the right shape. `version` is 03 or 09."""
    return _sequence(root, "Document", version)


def local(element: Element) -> str:
    return str(etree.QName(element).localname)


def _sequence(element: Element, kind: str, version: str) -> str:
    children = [child for child in element if isinstance(child.tag, str)]
    if (element.text or "").strip():
        return f"{local(element)} holds text where elements belong"
    at = 0
    for name, often, inner in _CHILD.findall(_SEQUENCES[kind]):
        found = 0
        while at < len(children) and local(children[at]) == name and (found == 0 or often in ("*", "+")):
            wrong = _one(children[at], inner, version)
            if wrong:
                return wrong
            at, found = at + 1, found + 1
        if not found and often in ("", "+"):
            return f"{name} is missing in {local(element)}"
        if found and _ONLY.get(name, version) != version:
            return f"{name} is not an element of version {version}"
    if at < len(children):
        return f"{local(children[at])} does not belong where it stands in {local(element)}"
    if kind in _ONE_OF and len(children) != 1:
        return f"{local(element)} must hold one element"
    return ""


def _one(element: Element, kind: str, version: str) -> str:
    if kind == "Execution":  # a day in version 03, a choice from 08 on
        if version == "03":
            return _leaf(element, "day")
        children = list(element)
        alone = len(children) == 1 and local(children[0]) == "Dt" and not (element.text or "").strip()
        return _leaf(children[0], "day") if alone else "ReqdExctnDt must hold one Dt and nothing else"
    if kind in _SEQUENCES:
        return _sequence(element, kind, version)
    return _leaf(element, kind)


def _exists(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


def _leaf(element: Element, kind: str) -> str:
    text = element.text or ""
    if len(element):
        return f"{local(element)} holds elements where text belongs"
    if not re.fullmatch(_LEAVES[kind], text) or text != text.strip():
        return f"{local(element)} has no value of its type"
    if kind in ("day", "time") and not _exists(text):
        return f"{local(element)} is no day that exists"
    if kind == "money" and not re.fullmatch(r"[A-Z]{3}", element.get("Ccy") or ""):
        return f"{local(element)} has no currency"
    return ""
