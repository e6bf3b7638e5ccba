"""Vouchers as journal transactions. The key stands first in the description, in brackets so that nobody else writes it by chance,
and is looked for there before every posting."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fordran.connectors.exact_json import decimal_of
from fordran.connectors.http import segment
from fordran.connectors.visma_net.lists import all_pages
from fordran.connectors.visma_net.refusals import Stale
from fordran.connectors.visma_net.values import text, wrapped
from fordran.connectors.visma_net.wire import Wire
from fordran.ports.erp import Done, VoucherLine, VoucherPosting
from fordran.ports.errors import Ambiguous, Declined, Malformed, PortError

PATH = "/v2/journaltransaction"
MOST_PAGES = 400
LONGEST_TEXT = 200
LONGEST_KEY = 60
LONGEST_REFERENCE = 15
KEPT_SECONDS = 600.0
_WAITING = ("Hold", "Balanced", "Scheduled")
_BEGINNING = date(1970, 1, 1)


@dataclass(frozen=True, slots=True)
class _Voucher:
    number: str
    waiting: bool
    etag: str


@dataclass(slots=True)
class _Seen:
    """The vouchers changed since a day, by the first word of their text, as they stood at a time of the clock."""

    since: date
    at: float
    by_word: dict[str, dict[str, _Voucher]] = field(default_factory=dict)


class Vouchers:
    """Looking a key up means reading all vouchers since its day. Those read are kept for ten minutes, so that a day's hundreds of
    vouchers do not each read those of all the others: only one process tells a creditor's errands at a time. `find`, which is
    asked when something is not known, always reads anew."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._seen: _Seen | None = None

    def post(self, errand: VoucherPosting) -> Done:
        """Raises Malformed when it does not balance or has a key that cannot be found again."""
        _see(errand)
        try:
            return self._post(errand)
        except PortError:
            self._seen = None
            raise

    def _post(self, errand: VoucherPosting) -> Done:
        done = self._known(errand)
        if done is not None:
            return done
        answer = self.wire.write("POST", PATH, _body(errand))
        number, etag = answer.number, answer.etag
        if not number:
            self._seen = None
            found = self._lookup(errand)
            if found is None:
                raise Ambiguous("Visma.net took the voucher and does not show it yet")
            number, etag = found.number, found.etag
        self._release(number, etag)
        if self._seen is not None:
            self._seen.by_word[_word(errand)] = {number: _Voucher(number, False, "")}
        return Done(number)

    def find(self, errand: VoucherPosting) -> Done | None:
        """The journal transaction that begins with our key; one that waits for its release is released."""
        self._seen = None
        return self._known(errand)

    def _known(self, errand: VoucherPosting) -> Done | None:
        found = self._lookup(errand)
        if found is None:
            return None
        if found.waiting:
            self._seen = None
            self._release(found.number, found.etag)
        return Done(found.number)

    def _lookup(self, errand: VoucherPosting) -> _Voucher | None:
        """Among all that was changed since the voucher's day, or since today for one dated ahead; two days for any time zone."""
        now = self.wire.clock.now()
        since = min(errand.on, _BEGINNING + timedelta(seconds=now)) - timedelta(days=2)
        seen = self._seen
        if seen is None or seen.since > since or now - seen.at > KEPT_SECONDS:
            seen = self._read(since, now)
            self._seen = seen
        found = seen.by_word.get(_word(errand), {})
        if len(found) > 1:
            raise Declined(f"{len(found)} vouchers in Visma.net begin with our key {errand.key}; look at {', '.join(found)}")
        return next(iter(found.values()), None)

    def _read(self, since: date, now: float) -> _Seen:
        """A list of several pages is read twice: while it is read, a record may slip over the edge between two pages."""
        seen = _Seen(since, now)
        query = {"lastModifiedDateTime": since.isoformat(), "module": "GL"}
        for _ in range(2):
            pages = 0
            for page in all_pages(self.wire, PATH, query, most_pages=MOST_PAGES, trust_total=False):
                pages += 1
                for record in page:
                    number, stamp = text(record, "batchNumber"), text(record, "timeStamp")
                    one = _Voucher(number, text(record, "status") in _WAITING, f'"{stamp}"' if stamp else "")
                    seen.by_word.setdefault(text(record, "description").partition(" ")[0], {})[number] = one
            if pages <= 1:
                break
        return seen

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


def _word(errand: VoucherPosting) -> str:
    return f"[{errand.key}]"


def _see(errand: VoucherPosting) -> None:
    if not errand.key or len(errand.key) > LONGEST_KEY or any(letter.isspace() for letter in errand.key):
        raise Malformed(f"the key of a voucher begins its text in Visma.net: 1 to {LONGEST_KEY} letters, and no space among them")
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
        "description": wrapped(f"{_word(errand)} {errand.text}".strip()[:LONGEST_TEXT]),
        "createVatTransaction": wrapped(False),
        "journalTransactionLines": [_line(line, errand) for line in errand.lines],
    }


def _line(line: VoucherLine, errand: VoucherPosting) -> dict[str, Any]:
    side = "debitAmountInCurrency" if line.debit_minor else "creditAmountInCurrency"
    return {
        "operation": "Insert",
        "accountNumber": wrapped(line.account),
        "referenceNumber": wrapped(errand.key[:LONGEST_REFERENCE]),
        "transactionDescription": wrapped((line.text or errand.text)[:LONGEST_TEXT]),
        side: wrapped(decimal_of(line.debit_minor or line.credit_minor)),
    }
