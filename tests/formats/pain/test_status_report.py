"""What the bank answers, at all three levels, any of which may be missing."""

from __future__ import annotations

from pathlib import Path

import pytest

from fordran.core.problems import Refused
from fordran.formats.pain import is_status_report, read_status

SAMPLES = Path("/".join(["", "work", "shared", "samples", "pain"]))


def an_answer(body: str, about: str = "F-1-20260306-1", group: str = "", version: str = "03") -> bytes:
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.002.001.{version}"><CstmrPmtStsRpt>
<GrpHdr><MsgId>BANK-1</MsgId><CreDtTm>2026-03-06T10:00:00</CreDtTm></GrpHdr>
<OrgnlGrpInfAndSts><OrgnlMsgId>{about}</OrgnlMsgId><OrgnlMsgNmId>pain.001.001.03</OrgnlMsgNmId>{group}</OrgnlGrpInfAndSts>
{body}</CstmrPmtStsRpt></Document>""".encode()


def test_a_rejected_file_a_rejected_group_and_rejected_orders_are_told_apart() -> None:
    reason = "<StsRsnInf><Rsn><Cd>AC01</Cd></Rsn><AddtlInf>Wrong  account</AddtlInf><AddtlInf>Look again</AddtlInf></StsRsnInf>"
    whole = read_status(an_answer("", group=f"<GrpSts>RJCT</GrpSts>{reason}")).told
    assert [(t.status, t.payment_info, t.order, t.reason_code, t.reason_text) for t in whole] == [
        ("RJCT", "", "", "AC01", "Wrong account; Look again")
    ]
    body = f"""<OrgnlPmtInfAndSts><OrgnlPmtInfId>F-1-20260306-1-1</OrgnlPmtInfId><PmtInfSts>PART</PmtInfSts>
        <TxInfAndSts><OrgnlEndToEndId>A</OrgnlEndToEndId><TxSts>ACCP</TxSts></TxInfAndSts>
        <TxInfAndSts><OrgnlEndToEndId>B</OrgnlEndToEndId><TxSts>RJCT</TxSts>{reason}</TxInfAndSts></OrgnlPmtInfAndSts>"""
    parts = read_status(an_answer(body, version="10"))
    assert parts.about == "F-1-20260306-1"
    assert [(t.status, t.payment_info, t.order) for t in parts.told] == [
        ("PART", "F-1-20260306-1-1", ""), ("ACCP", "F-1-20260306-1-1", "A"), ("RJCT", "F-1-20260306-1-1", "B"),
    ]  # fmt: skip


@pytest.mark.parametrize("content", [b"", b"<x/>", b"<Document><CstmrPmtStsRpt>", an_answer("", about="")])
def test_what_is_no_answer_is_refused_with_a_sentence(content: bytes) -> None:
    with pytest.raises(Refused):
        read_status(content)


def test_it_is_known_by_its_content() -> None:
    assert is_status_report(an_answer(""))
    assert not is_status_report(b'<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.02">')


def test_an_entity_is_never_unfolded() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "F-1">]><Document><CstmrPmtStsRpt><OrgnlGrpInfAndSts><OrgnlMsgId>&a;</OrgnlMsgId>'
    with pytest.raises(Refused):
        read_status(bomb + b"</OrgnlGrpInfAndSts></CstmrPmtStsRpt></Document>")


@pytest.mark.parametrize(("level", "told"), [
    ("group", [("RJCT", "", "", "DU01")]),
    ("payment", [("RJCT", "PMTINFID-COM-SCE25-1707-01", "", "NARR")]),
    ("txn", [("RJCT", "PMTINFID-950-TEST2-2807-01", "", ""),
             ("RJCT", "PMTINFID-950-TEST2-2807-01", "ENDTOENDID-950-TEST2-2807-02", "NARR"),
             ("RJCT", "PMTINFID-950-TEST2-2807-01", "ENDTOENDID-950-TEST2-2807-01", "NARR")]),
])  # fmt: skip
def test_a_banks_own_samples_are_read_at_each_level(level: str, told: list[tuple[str, ...]]) -> None:
    path = SAMPLES / f"iso20022js-nordea-pain_002_v3_{level}_reject.xml"
    if not path.is_file():
        pytest.skip("others' samples are not on this machine")
    found = read_status(path.read_bytes()).told
    assert [(t.status, t.payment_info, t.order, t.reason_code) for t in found] == told
