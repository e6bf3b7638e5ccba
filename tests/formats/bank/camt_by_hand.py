"""camt files of any version, from a few words: what a version writes differently is written differently."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

IBAN = "SE3550000000054910000003"


@dataclass(frozen=True)
class Part:
    """A TxDtls."""

    amount: str = ""
    references: Sequence[str] = ()
    texts: Sequence[str] = ()
    payer: str = ""
    currency: str = "SEK"
    direction: str = ""
    serial: str = ""
    documents: Sequence[tuple[str, str, str]] = ()  # (number, element, amount)
    instructed: str = ""
    more: str = ""


def part(one: Part, version: int) -> str:
    amount = f'<Amt Ccy="{one.currency}">{one.amount}</Amt>'
    body = f"<Refs><AcctSvcrRef>{one.serial}</AcctSvcrRef></Refs>" if one.serial else ""
    if one.amount and version >= 3:
        body += amount
    if one.direction and version >= 3:
        body += f"<CdtDbtInd>{one.direction}</CdtDbtInd>"
    if one.amount and version < 3:
        body += f"<AmtDtls><TxAmt>{amount}</TxAmt></AmtDtls>"
    if one.instructed:
        body += f'<AmtDtls><InstdAmt><Amt Ccy="{one.currency}">{one.instructed}</Amt></InstdAmt></AmtDtls>'
    if one.payer:
        name = f"<Nm>{one.payer}</Nm>"
        body += f"<RltdPties><Dbtr>{f'<Pty>{name}</Pty>' if version >= 8 else name}</Dbtr></RltdPties>"
    remittance = "".join(f"<Ustrd>{text}</Ustrd>" for text in one.texts)
    remittance += "".join(f"<Strd><CdtrRefInf><Ref>{ref}</Ref></CdtrRefInf></Strd>" for ref in one.references)
    remittance += "".join(
        f"<Strd><RfrdDocInf><Nb>{number}</Nb></RfrdDocInf><RfrdDocAmt><{element} Ccy='SEK'>{sum_}</{element}></RfrdDocAmt></Strd>"
        for number, element, sum_ in one.documents
    )
    if remittance:
        body += f"<RmtInf>{remittance}</RmtInf>"
    return f"<TxDtls>{body}{one.more}</TxDtls>"


def entry(
    amount: str,
    *parts: Part,
    version: int = 8,
    direction: str = "CRDT",
    status: str = "BOOK",
    day: str = "2026-10-05",
    currency: str = "SEK",
    serial: str = "",
    reversal: bool = False,
    batch: str = "",
    more: str = "",
) -> str:
    """`parts` stand in one NtryDtls; `batch` is what stands before them there, `more` at the entry's end."""
    state = f"<Sts><Cd>{status}</Cd></Sts>" if version >= 8 else f"<Sts>{status}</Sts>"
    details = "".join(part(one, version) for one in parts)
    return (
        f'<Ntry><Amt Ccy="{currency}">{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>'
        f"{'<RvslInd>true</RvslInd>' if reversal else ''}{state}<BookgDt><Dt>{day}</Dt></BookgDt>"
        f"{f'<AcctSvcrRef>{serial}</AcctSvcrRef>' if serial else ''}"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn></BkTxCd>"
        f"{f'<NtryDtls>{batch}{details}</NtryDtls>' if parts or batch else ''}{more}</Ntry>"
    )


def balance(code: str, amount: str, *, direction: str = "CRDT", currency: str = "SEK", day: str = "2026-10-05") -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>{amount}</Amt>"
        f"<CdtDbtInd>{direction}</CdtDbtInd><Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def account(number: str = IBAN) -> str:
    if number.startswith("SE"):
        return f"<Acct><Id><IBAN>{number}</IBAN></Id><Ccy>SEK</Ccy></Acct>"
    return f"<Acct><Id><Othr><Id>{number}</Id><SchmeNm><Prtry>BGNR</Prtry></SchmeNm></Othr></Id></Acct>"


def document(*body: str, kind: str = "053", version: int = 8, acct: str = account(), namespace: str | None = None) -> bytes:
    """One statement (053) or notification (054); `body` follows its account."""
    message, held = {"053": ("BkToCstmrStmt", "Stmt"), "054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}[kind]
    if namespace is None:
        namespace = f"urn:iso:std:iso:20022:tech:xsd:camt.{kind}.001.{version:02d}"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{namespace}"><{message}>'
        f"<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-10-06T04:10:00+02:00</CreDtTm></GrpHdr>"
        f"<{held}><Id>S1</Id><CreDtTm>2026-10-06T04:10:00+02:00</CreDtTm>{acct}\n{''.join(one + chr(10) for one in body)}"
        f"</{held}></{message}></Document>\n"
    ).encode()
