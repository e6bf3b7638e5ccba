"""BgMax as Bankgirot writes it, layout 01: 80 columns, ISO 8859-1.

Source: Bankgirot, Bankgiro Inbetalningar, Teknisk manual, November 2019. One section and one deposit for each file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from fordran.core.checkdigits import luhn_holds
from fordran.sandbox.bank.accounts import Incoming

LINE_END = "\r\n"
_BY_BANK = "1"  # channel: electronic, from a bank


def bgmax_file(bankgiro: str, payments: Sequence[Incoming], *, on: date, deposit: int, account: str) -> bytes:
    """All payments of a day to one bankgiro. `deposit` is the deposit's number this year, `account` up to 16 digits."""
    total = sum(payment.amount for payment in payments)
    records = [f"01{'BGMAX':<20}01{on:%Y%m%d}053000000000P", f"05{bankgiro:0>10}{'':10}SEK"]
    for payment in payments:
        records += _payment(payment)
    records.append(f"15{account:0>35}{on:%Y%m%d}{deposit:05d}{total:018d}SEK{len(payments):08d} ")
    extra = sum(record[:2] == "22" for record in records)
    records.append(f"70{len(payments):08d}{0:08d}{extra:08d}{1:08d}")
    text = "".join(f"{record[:80]:<80}{LINE_END}" for record in records)
    return text.encode("iso-8859-1", "replace")


def _payment(payment: Incoming) -> list[str]:
    reference, code = _reference(payment.reference)
    sender = payment.payer_account if payment.payer_account.isdigit() else ""
    head = f"{sender:0>10}{reference}{payment.amount:018d}{code}{_BY_BANK}{payment.serial:0>12}0"
    records = [f"20{head}"]
    records += [f"25{payment.text[at : at + 50]:<50}" for at in range(0, len(payment.text), 50)]
    if payment.payer:
        records.append(f"26{payment.payer[:35]:<35}")
    if payment.street:
        records.append(f"27{payment.street[:35]:<35}{payment.postcode.replace(' ', ''):<9}")
        records.append(f"28{payment.town[:35]:<35}")
    if payment.payer_number.isdigit():
        records.append(f"29{payment.payer_number[-10:]:0>12}")
    return records


def _reference(reference: str) -> tuple[str, str]:
    """25 columns and the code: 2 for one that the bank checked, 3 for any other, 0 for none."""
    if not reference:
        return f"{'':25}", "0"
    if luhn_holds(reference) and len(reference) <= 25:
        return f"{reference:>25}", "2"
    return f"{reference[:25]:<25}", "3"
