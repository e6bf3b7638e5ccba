"""Vouchers. The key stands first in the text, in round brackets (Fortnox takes no square ones), and is looked for among the
vouchers of the same day and series before every posting. A voucher in Fortnox is booked by being made: one call."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fordran.connectors.exact_json import Record, decimal_of
from fordran.connectors.fortnox.items import BOOKS
from fordran.connectors.fortnox.lists import all_of
from fordran.connectors.fortnox.values import allowed, text
from fordran.connectors.fortnox.wire import Wire
from fordran.ports.erp import Done, VoucherLine, VoucherPosting
from fordran.ports.errors import Ambiguous, Declined, Malformed

PATH = "/3/vouchers"
LONGEST_KEY = 60
LONGEST_TEXT = 200
LONGEST_LINE = 100
MOST_A_DAY = 50_000


class Vouchers:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.settings = wire.settings

    def post(self, errand: VoucherPosting) -> Done:
        """Raises Malformed when it does not balance or has a key that cannot be found again."""
        _see(errand)
        done = self.find(errand)
        if done is not None:
            return done
        body = self.wire.write("POST", PATH, {"Voucher": self._body(errand)})
        made = body.get("Voucher") if isinstance(body, Mapping) else None
        if not isinstance(made, Mapping) or not text(made, "VoucherNumber"):
            raise Ambiguous("Fortnox took the voucher and does not say under which number")
        return Done(_name(made))

    def find(self, errand: VoucherPosting) -> Done | None:
        day = errand.on.isoformat()
        query = {
            "voucherseries": self.settings.voucher_series,
            "financialyeardate": day,
            "fromdate": day,
            "todate": day,
        }
        found = {
            _name(row)
            for row in all_of(self.wire, PATH, "Vouchers", query, most=MOST_A_DAY)
            if text(row, "Description").partition(" ")[0] == _word(errand)
        }
        if len(found) > 1:
            raise Declined(f"several vouchers in Fortnox begin with our key {errand.key}; look at {', '.join(sorted(found))}")
        return Done(found.pop()) if found else None

    def _body(self, errand: VoucherPosting) -> dict[str, Any]:
        return {
            "Description": allowed(f"{_word(errand)} {errand.text}", LONGEST_TEXT),
            "VoucherSeries": self.settings.voucher_series,
            "TransactionDate": errand.on.isoformat(),
            "VoucherRows": [_row(line) for line in errand.lines],
        }


def _word(errand: VoucherPosting) -> str:
    return f"({errand.key})"


def _name(voucher: Record) -> str:
    """Series and number are told anew each financial year: `A 17 (3)`, with the year's id in Fortnox."""
    return f"{text(voucher, 'VoucherSeries')} {text(voucher, 'VoucherNumber')} ({text(voucher, 'Year')})"


def _row(line: VoucherLine) -> dict[str, Any]:
    said: dict[str, Any] = {
        "Account": int(line.account),
        "Debit": decimal_of(line.debit_minor),
        "Credit": decimal_of(line.credit_minor),
    }
    if line.text:
        said["TransactionInformation"] = allowed(line.text, LONGEST_LINE)
    return said


def _see(errand: VoucherPosting) -> None:
    key = errand.key
    if not key or len(key) > LONGEST_KEY or any(letter.isspace() for letter in key) or allowed(key, LONGEST_KEY) != key:
        raise Malformed(f"the key of a voucher begins its text in Fortnox: 1 to {LONGEST_KEY} letters and digits, and no space")
    if errand.currency != BOOKS:
        raise Declined(f"Fortnox keeps its books in {BOOKS}; a voucher in {errand.currency} must be made there by hand")
    debit, credit = (sum(getattr(line, side) for line in errand.lines) for side in ("debit_minor", "credit_minor"))
    if debit != credit or not debit:
        raise Malformed(f"voucher {key} does not balance: debit {debit}, credit {credit}")
    for line in errand.lines:
        if line.debit_minor < 0 or line.credit_minor < 0 or bool(line.debit_minor) == bool(line.credit_minor):
            raise Malformed(f"each line of voucher {key} must have a debit or a credit above zero, and not both")
        if not (line.account.isascii() and line.account.isdigit() and len(line.account) == 4):
            raise Declined(f"{line.account!r} is no account in Fortnox, which has four digits; change it in the settings")
