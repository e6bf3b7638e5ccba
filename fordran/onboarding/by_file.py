"""A ledger that comes as a file: kept sealed while a person says which column is what, then taken in as the day's picture."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date

from django.db import transaction

from fordran.agreements.standing import is_locked
from fordran.audit.record import record_event
from fordran.cases.office import open_office
from fordran.core.problems import Problem, Refused
from fordran.creditors.models import Creditor
from fordran.day.react import react_to_ledger
from fordran.db.seals import seal, unseal
from fordran.erp.connections import connection_of
from fordran.formats.open_items import FIELDS, LedgerFile, ReadOptions, Sample, read_open_items, sample_of
from fordran.invoices.receive import Picture, Received, import_picture
from fordran.onboarding.models import LedgerUpload

MOST_BYTES = 25_000_000
MOST_ROWS = 60_000
"""Taken in while a person waits; a longer file is for `fordran ledger import`."""

TOO_MANY, NO_ROWS = "the file has too many rows for a page", "not one row of the file can be used"


@dataclass(frozen=True, slots=True)
class Looked:
    """A kept file as it is read with the person's columns. `ledger` None: it cannot be read so, `problems` say why."""

    name: str
    sample: Sample
    ledger: LedgerFile | None
    problems: tuple[Problem, ...] = ()


def has_no_ledger(creditor: Creditor) -> bool:
    """True for a company without an ERP that has not handed in a file yet, and may."""
    return creditor.last_ledger_on is None and connection_of(creditor) is None and not is_locked(creditor)


def keep(creditor: Creditor, name: str, content: bytes, *, by: str, today: date, lang: str) -> None:
    """Keep the file, in the place of one that was sent before and not taken in. Raises Refused for what is no table."""
    sample_of(content, name, ReadOptions(lang=lang, max_bytes=MOST_BYTES))
    sealed = seal(base64.b64encode(content).decode(), creditor.pk)
    digest = hashlib.sha256(content).hexdigest()
    LedgerUpload.objects.update_or_create(
        creditor=creditor, defaults={"name": name[-200:], "sha256": digest, "content_sealed": sealed, "by": by, "on": today}
    )


def kept(creditor: Creditor) -> LedgerUpload | None:
    return LedgerUpload.objects.filter(creditor=creditor).first()


def forget(creditor: Creditor) -> None:
    LedgerUpload.objects.filter(creditor=creditor).delete()


def look(
    upload: LedgerUpload, columns: Mapping[str, str] | None, *, dates: str = "", currency: str = "SEK", lang: str = "sv"
) -> Looked:
    """Read it with these columns (header -> field, "" = not read); None = as guessed. Raises Refused for what is no table."""
    content = _content(upload)
    sample = sample_of(content, upload.name, ReadOptions(lang=lang, max_bytes=MOST_BYTES))
    try:
        options = _options(sample, columns, dates, currency, lang)
        return Looked(upload.name, sample, read_open_items(content, upload.name, options))
    except Refused as refused:
        return Looked(upload.name, sample, None, tuple(refused.problems))


@transaction.atomic
def take_in(creditor: Creditor, upload: LedgerUpload, looked: Looked, *, accept_shrunk: bool, by: str, today: date) -> Received:
    """The picture of the ledger today; running cases learn of it. The kept file goes. Raises Refused, as `import_picture`."""
    ledger = looked.ledger
    if ledger is None:
        raise Refused(list(looked.problems))
    if not ledger.items:
        raise Refused(NO_ROWS, field="file")
    if ledger.rows > MOST_ROWS:
        raise Refused(TOO_MANY, field="file")
    office = open_office(creditor)
    totals = {currency: asdict(total) for currency, total in ledger.totals.items()}
    picture = Picture(ledger.items, ledger.refused, ledger.sha256, ledger.name, totals=totals)
    received = import_picture(creditor, picture, on=today, country=office.country, accept_shrunk=accept_shrunk)
    if not received.known_already:
        react_to_ledger(office, today)
        record_event(
            creditor.pk, today, by, "ledger file taken in", ledger.sha256[:16], rows=ledger.rows, accepted=ledger.accepted,
            new=received.new, changed=received.changed, missing=received.missing,
        )  # fmt: skip
    upload.delete()
    return received


def _content(upload: LedgerUpload) -> bytes:
    return base64.b64decode(unseal(upload.content_sealed, upload.creditor_id))


def _options(sample: Sample, columns: Mapping[str, str] | None, dates: str, currency: str, lang: str) -> ReadOptions:
    """Every field is said: what has no column is not guessed behind the person's back. Raises Refused where one has two."""
    pairs: tuple[tuple[str, str], ...] = ()
    if columns is not None:
        by_field: dict[str, list[str]] = {}
        for header, field in columns.items():
            if field and header in sample.headers:
                by_field.setdefault(field, []).append(header)
        twice = [Problem(", ".join(headers), field, "twice") for field, headers in by_field.items() if len(headers) > 1]
        if twice:
            raise Refused(twice)
        pairs = tuple((field, by_field.get(field, [""])[0]) for field in FIELDS)
    return ReadOptions(currency=currency, mapping=pairs, dates=dates or None, lang=lang, max_bytes=MOST_BYTES)
