"""Vouchers as journal transactions. The key stands first in the description, and is looked for there before every posting."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from fordran.connectors.visma_net.lists import Query, all_pages
from fordran.connectors.visma_net.refusals import Stale
from fordran.connectors.visma_net.values import Record, decimal_of, text, wrapped
from fordran.connectors.visma_net.wire import Wire, segment
from fordran.ports.erp import Done, VoucherLine, VoucherPosting
from fordran.ports.errors import Ambiguous, Declined, Malformed

PATH = "/v2/journaltransaction"
MOST_PAGES = 400
LONGEST_TEXT = 200
_WAITING = ("Hold", "Balanced", "Scheduled")
_BEGINNING = date(1970, 1, 1)


class Vouchers:
    def __init__(self, wire: Wire) -> None:
        self.wire = wire

    def post(self, errand: VoucherPosting) -> Done:
        """Raises Malformed when it does not balance or has a key that cannot be found again."""
        _see(errand)
        done = self.find(errand)
        if done is not None:
            return done
        answer = self.wire.write("POST", PATH, _body(errand))
        number, etag = answer.number, answer.etag
        if not number:
            found = self._lookup(errand)
            if found is None:
                raise Ambiguous("Visma.net took the voucher and does not show it yet")
            number, etag = text(found, "batchNumber"), ""
        self._release(number, etag)
        return Done(number)

    def find(self, errand: VoucherPosting) -> Done | None:
        """The journal transaction that begins with our key; one that waits for its release is released."""
        found = self._lookup(errand)
        if found is None:
            return None
        number = text(found, "batchNumber")
        if text(found, "status") in _WAITING:
            stamp = text(found, "timeStamp")
            self._release(number, f'"{stamp}"' if stamp else "")
        return Done(number)

    def _lookup(self, errand: VoucherPosting) -> Record | None:
        """Among all that was changed since the voucher's day, or since today for one dated ahead; two days for any time zone.

        A list of several pages is read twice before the voucher is said not to be there: while it is read, a record may slip
        over the edge between two pages.
        """
        today = _BEGINNING + timedelta(seconds=self.wire.clock.now())
        since = min(errand.on, today) - timedelta(days=2)
        query = {"lastModifiedDateTime": since.isoformat(), "module": "GL"}
        for _ in range(2):
            found, pages = self._begin_with(errand.key, query)
            if len(found) > 1:
                raise Declined(f"{len(found)} vouchers in Visma.net begin with our key {errand.key}; look at {', '.join(found)}")
            if found or pages <= 1:
                break
        return next(iter(found.values()), None)

    def _begin_with(self, key: str, query: Query) -> tuple[dict[str, Record], int]:
        """The vouchers whose text begins with the key, by number; and how many pages there were."""
        found: dict[str, Record] = {}
        pages = 0
        for page in all_pages(self.wire, PATH, query, most_pages=MOST_PAGES, trust_total=False):
            pages += 1
            found |= {text(one, "batchNumber"): one for one in page if f"{text(one, 'description')} ".startswith(f"{key} ")}
        return found, pages

    def _release(self, number: str, etag: str) -> None:
        path = f"{PATH}/{segment(number)}"
        try:
            self.wire.write("POST", f"{path}/action/release", etag=etag)
        except Declined as error:  # among them Stale: somebody was there before us
            now = self.wire.read(path)
            record = now.body if now is not None and isinstance(now.body, Mapping) else None
            if record is not None and text(record, "status") not in _WAITING:
                return
            if not isinstance(error, Stale) or record is None or now is None:
                raise
            self.wire.write("POST", f"{path}/action/release", etag=now.etag or f'"{text(record, "timeStamp")}"')


def _see(errand: VoucherPosting) -> None:
    if not errand.key or any(letter.isspace() for letter in errand.key):
        raise Malformed("the key of a voucher begins its text in Visma.net: it must be there, without spaces")
    debit, credit = (sum(getattr(line, side) for line in errand.lines) for side in ("debit_minor", "credit_minor"))
    if debit != credit or not debit:
        raise Malformed(f"voucher {errand.key} does not balance: debit {debit}, credit {credit}")
    if any(
        line.debit_minor < 0 or line.credit_minor < 0 or bool(line.debit_minor) == bool(line.credit_minor)
        for line in errand.lines
    ):
        raise Malformed(f"each line of voucher {errand.key} must have a debit or a credit above zero, and not both")


def _body(errand: VoucherPosting) -> dict[str, Any]:
    return {
        "hold": wrapped(False),
        "transactionDate": wrapped(errand.on),
        "currencyId": wrapped(errand.currency),
        "description": wrapped(f"{errand.key} {errand.text}".strip()[:LONGEST_TEXT]),
        "createVatTransaction": wrapped(False),
        "journalTransactionLines": [_line(line, errand) for line in errand.lines],
    }


def _line(line: VoucherLine, errand: VoucherPosting) -> dict[str, Any]:
    side = "debitAmountInCurrency" if line.debit_minor else "creditAmountInCurrency"
    return {
        "operation": "Insert",
        "accountNumber": wrapped(line.account),
        "referenceNumber": wrapped(errand.key),
        "transactionDescription": wrapped((line.text or errand.text)[:LONGEST_TEXT]),
        side: wrapped(decimal_of(line.debit_minor or line.credit_minor)),
    }
