"""An agency's world for tests, and a bank that answers in files written by hand."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree

from fordran.cases.office import Office, open_office
from fordran.creditors.models import Creditor
from fordran.day.run import run_day
from fordran.payouts.terms import apply_settings, approve_account
from fordran.settlement.settle_new import settle_new
from tests.build import SETTINGS, an_item, bring_in, day, later
from tests.formats.bank import camt_by_hand as camt
from tests.post import PostOffice
from tests.settlement.bank_day import import_file

AGENCY = """mode = "agency"
permit = "A-1"
permit_until = 2030-01-01
office_name = "Byrån AB"
office_number = "559999-0123"
"""
PAYOUTS = """
[payouts]
schedule = "weekly"
weekday = "friday"
minimum = 100
[[payouts.from]]
kind = "bankgiro"
number = "5050-1055"
[[payouts.from]]
kind = "iban"
number = "SE35 5000 0000 0549 1000 0003"
bic = "ESSESESS"
[[price]]
from = 2025-01-01
commission = 7.5
office_keeps = ["reminder", "demand"]
vat = 25
[[payout]]
kind = "bankgiro"
number = "991-2346"
preferred = true
"""
START = day("2026-02-01")
FRIDAY = day("2026-02-13")
CASES = 4


def an_agency(payouts: str = PAYOUTS, *, creditor: str = AGENCY, approved: bool = True, number: str = "556016-0680") -> Office:
    text = SETTINGS.replace("556016-0680", number) % {"creditor": creditor, "filter": "", "rest": payouts}
    made = apply_settings(text)
    Creditor.objects.filter(pk=made.pk).update(first_batch_approved_on=day("2020-01-01"))
    made.refresh_from_db()
    if approved and "[[payout]]" in payouts:
        approve_account(made, "991-2346", by="vera", today=START)
    return open_office(made)


def some_cases(office: Office, cases: int = CASES) -> None:
    """Invoices of 1 000 kronor, reminded on 4 February: 1 061.37 each, of which 60.00 is the reminder and 1.37 interest."""
    bring_in(office, [an_item(str(1001 + n), customer=str(n), reference=f"88{n}8") for n in range(cases)], START)
    for n in range(5):
        report = run_day(later(START, n), {"folder": PostOffice()})
        assert report.problems == [], report.problems


def take(data: bytes, on: Any, office: Office) -> None:
    import_file(data, on)
    settle_new(office, on if not isinstance(on, str) else day(on))


# ---- the bank's side --------------------------------------------------------------------------------------------


def sent_files(folder: Path) -> list[Any]:
    """The files of orders that lie for the bank, read by nothing of ours."""
    return [etree.fromstring(path.read_bytes()) for path in sorted((folder / "to-bank").glob("*.xml"))]


def orders_in(document: Any) -> list[tuple[str, int, str]]:
    """(end-to-end id, öre, account) of each order."""
    found = []
    for order in document.iterfind(".//{*}CdtTrfTxInf"):
        amount = order.find("{*}Amt/{*}InstdAmt").text.replace(".", "")
        account = order.find("{*}CdtrAcct/{*}Id")
        number = account.findtext("{*}IBAN") or account.findtext("{*}Othr/{*}Id")
        found.append((order.findtext("{*}PmtId/{*}EndToEndId"), int(amount), number))
    return found


def message_id(document: Any) -> str:
    return str(document.findtext(".//{*}GrpHdr/{*}MsgId"))


def answer(folder: Path, name: str, content: bytes) -> None:
    (folder / "from-bank").mkdir(parents=True, exist_ok=True)
    (folder / "from-bank" / name).write_bytes(content)


def statement(entries: Iterable[tuple[int, str]], on: str, *, account: str = "5050-1055", returned: bool = False) -> bytes:
    """Debits of the account, (öre, end-to-end id); with `returned`, payments of ours that came back."""
    made = []
    for minor, identity in entries:
        more = f"<Refs><EndToEndId>{identity}</EndToEndId></Refs>" if identity else ""
        more += "<RtrInf><Rsn><Cd>AC04</Cd></Rsn></RtrInf>" if returned else ""
        text = f"{minor / 100:.2f}"
        one = replace(camt.Part(text), more=more, texts=("Kontot är avslutat",) if returned else ())
        made.append(camt.entry(text, one, direction="CRDT" if returned else "DBIT", day=on))
    return camt.document(*made, kind="053", acct=camt.account(account))


def bodies(text: str) -> str:
    return re.sub(r"\s+", " ", text)
