"""camt.054 (credit notification) and camt.053 (statement with details) as a Swedish bank writes them, versions 02 and 08.

The order of elements is the schema's. A deposit of giro payments is one entry with its payments as transactions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta

from fordran.sandbox.bank.accounts import Account, Entry, Incoming, Order
from fordran.sandbox.bank.xml import Branch, amount, day, direction, document, plain, some
from fordran.sandbox.numbers import BIC

_FAMILY = {"giro": ("RCDT", "DMCT"), "payment": ("RCDT", "DMCT"), "received": ("RCDT", "DMCT"), "order": ("ICDT", "DMCT"),
           "returned": ("ICDT", "RRTN")}  # fmt: skip


def notification(account: Account, entries: Sequence[Entry], on: date, find: Callable[[int], Order]) -> bytes:
    """Money in on `on`. The account is named as its payers know it: by its bankgiro, where it has one."""
    name = f"{account.iban[-8:]}-{on:%Y%m%d}-C"
    by_giro = bool(account.bankgiro)
    body: list[Branch | None] = [
        ("Id", name), _created(on, "05:40:00"), _account(account, by_giro=by_giro),
        _summary(entries), *(_entry(account, entry, find, giro_named=not by_giro) for entry in entries),
    ]  # fmt: skip
    return document(
        f"camt.054.001.{account.version}",
        ("BkToCstmrDbtCdtNtfctn", [("GrpHdr", [("MsgId", name), _created(on, "05:40:00")]), ("Ntfctn", body)]),
    )


def statement(account: Account, on: date, find: Callable[[int], Order]) -> bytes:
    """All that was booked on `on`, between the balance of the last statement and today's."""
    name = f"{account.iban[-8:]}-{on:%Y%m%d}-S"
    made = _created(on + timedelta(days=1), "03:15:00")
    closing = account.stated + sum(entry.amount for entry in account.entries)
    body: list[Branch | None] = [
        ("Id", name), ("ElctrncSeqNb", str(account.statements + 1)), made, _account(account, by_giro=False),
        _balance("OPBD", account.stated, account.currency, on), _balance("CLBD", closing, account.currency, on),
        _summary(account.entries), *(_entry(account, entry, find, giro_named=True) for entry in account.entries),
    ]  # fmt: skip
    return document(f"camt.053.001.{account.version}", ("BkToCstmrStmt", [("GrpHdr", [("MsgId", name), made]), ("Stmt", body)]))


def _created(on: date, at: str) -> Branch:
    return ("CreDtTm", f"{on.isoformat()}T{at}")


def _account(account: Account, *, by_giro: bool) -> Branch:
    servicer = ("FinInstnId", [("BIC" if account.version == "02" else "BICFI", BIC)])
    number = _number(account.bankgiro) if by_giro else ("Id", [("IBAN", account.iban)])
    return ("Acct", [number, ("Ccy", account.currency), ("Ownr", [("Nm", account.holder)]), ("Svcr", [servicer])])


def _number(bankgiro: str) -> Branch:
    return ("Id", [("Othr", [("Id", bankgiro), ("SchmeNm", [("Prtry", "BGNR")])])])


def _balance(code: str, minor: int, currency: str, on: date) -> Branch:
    kind = ("Tp", [("CdOrPrtry", [("Cd", code)])])
    return ("Bal", [kind, amount("Amt", minor, currency), direction(minor), day("Dt", on)])


def _summary(entries: Sequence[Entry]) -> Branch:
    def part(name: str, some_entries: list[Entry]) -> Branch:
        total = sum(abs(entry.amount) for entry in some_entries)
        return (name, [("NbOfNtries", str(len(some_entries))), ("Sum", plain(total))])

    credits = [entry for entry in entries if entry.amount >= 0]
    debits = [entry for entry in entries if entry.amount < 0]
    return ("TxsSummry", [part("TtlNtries", list(entries)), part("TtlCdtNtries", credits), part("TtlDbtNtries", debits)])


def _entry(account: Account, entry: Entry, find: Callable[[int], Order], *, giro_named: bool) -> Branch:
    status: Branch = ("Sts", "BOOK") if account.version == "02" else ("Sts", [("Cd", "BOOK")])
    family, sub = _FAMILY[entry.kind]
    code = ("BkTxCd", [("Domn", [("Cd", "PMNT"), ("Fmly", [("Cd", family), ("SubFmlyCd", sub)])])])
    if entry.incoming:
        to = account.bankgiro if giro_named else ""
        details = [_batch(entry), *(_payment(account.version, one, to) for one in entry.incoming)]
    else:
        orders = [find(place) for place in entry.orders]
        details = [None, *(_ordered(account.version, entry, order) for order in orders)]
        if len(orders) > 1:
            details[0] = ("Btch", [("NbOfTxs", str(len(orders))), amount("TtlAmt", entry.amount, account.currency),
                                   direction(entry.amount)])  # fmt: skip
    return (
        "Ntry",
        [
            ("NtryRef", entry.serial), amount("Amt", entry.amount, account.currency), direction(entry.amount), status,
            day("BookgDt", entry.on), day("ValDt", entry.on), ("AcctSvcrRef", entry.serial), code, ("NtryDtls", details),
        ],
    )  # fmt: skip


def _batch(entry: Entry) -> Branch | None:
    if entry.kind != "giro":
        return None
    currency = entry.incoming[0].currency
    return ("Btch", [("NbOfTxs", str(len(entry.incoming))), amount("TtlAmt", entry.amount, currency), direction(entry.amount)])


def _sums(version: str, minor: int, currency: str) -> list[Branch | None]:
    """Version 02 states a transaction's amount in its details, later ones beside its references."""
    if version == "02":
        return [("AmtDtls", [("TxAmt", [amount("Amt", minor, currency)])])]
    return [amount("Amt", minor, currency), direction(minor)]


def _payment(version: str, one: Incoming, to: str) -> Branch:
    address = [some("StrtNm", one.street), some("PstCd", one.postcode), some("TwnNm", one.town), ("Ctry", "SE")]
    scheme = ("SchmeNm", [("Cd", "COID")])
    number = ("Id", [("OrgId", [("Othr", [("Id", one.payer_number[-10:]), scheme])])]) if one.payer_number else None
    party: list[Branch | None] = [("Nm", one.payer[:70]), ("PstlAdr", address) if one.street else None, number]
    payer = ("Dbtr", party if version == "02" else [("Pty", party)])
    related = [
        payer if one.payer else None,
        ("DbtrAcct", [_number(one.payer_account)]) if one.payer_account else None,
        ("CdtrAcct", [_number(to)]) if to and one.account == to else None,
    ]
    remittance: list[Branch | None] = [("Ustrd", one.text[at : at + 140]) for at in range(0, len(one.text), 140)]
    if one.reference:
        kind = ("Tp", [("CdOrPrtry", [("Cd", "SCOR")])])
        remittance.append(("Strd", [("CdtrRefInf", [kind, ("Ref", one.reference[:35])])]))
    references = ("Refs", [("AcctSvcrRef", one.serial), ("EndToEndId", "NOTPROVIDED")])
    return (
        "TxDtls",
        [references, *_sums(version, one.amount, one.currency), some("RltdPties", related), some("RmtInf", remittance)],
    )


def _ordered(version: str, entry: Entry, order: Order) -> Branch:
    """A payment order that was executed, or whose money has come back."""
    references = (
        "Refs",
        [
            ("MsgId", order.message), ("AcctSvcrRef", entry.serial), ("PmtInfId", order.payment),
            some("InstrId", order.instruction), ("EndToEndId", order.end_to_end),
        ],
    )  # fmt: skip
    name: list[Branch | None] = [("Nm", order.payee[:70])]
    party = ("Cdtr", name if version == "02" else [("Pty", name)])
    reason = ("RtrInf", [("Rsn", [("Cd", order.reason or "AC04")])]) if entry.kind == "returned" else None
    return (
        "TxDtls",
        [
            references,
            *_sums(version, order.amount if entry.amount > 0 else -order.amount, order.currency),
            ("RltdPties", [party]),
            reason,
        ],
    )
