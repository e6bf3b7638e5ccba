"""The same settings lived through on the year that has been: what would have been taken, sent and charged, month by month.

The invoices of the year come from the mirror, and where an ERP is connected from the ERP itself, which also knows those that
are settled by now; they are read for this alone and not kept. Payments are set in on the days on which they were made then.
What it cannot know stands in docs/adr/0323.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from fordran.cases.load import ITEM_COLUMNS, ITEM_WIDTH, PERSON_COLUMNS, item_from, person_from
from fordran.cases.office import open_office
from fordran.core.json_text import json_text
from fordran.creditors.models import Creditor
from fordran.day import world
from fordran.db.bulk import run
from fordran.formats.ocr import make_ocr
from fordran.invoices.from_erp import item_of
from fordran.onboarding.basis import basis_of
from fordran.onboarding.models import Reckoning
from fordran.ports.erp import Erp, ErpItem, ItemState
from fordran.ports.errors import PortError
from fordran.process.country import Country
from fordran.process.forecast import Running
from fordran.process.items import Credits, Item, Person, candidate_of
from fordran.process.policy import Layer
from fordran.process.profile import CreditorProfile, PolicyBook
from fordran.process.relive import Paid, Past, Relived, relive

DAYS = 365
SOON_DAYS = 7
"""Money that came so soon after the first letter was on its way, most likely."""

Share = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class _Invoice:
    """An invoice of the year, and what was set against it."""

    item: Item
    customer: str
    paid: tuple[Paid, ...]


def ask(creditor: Creditor, today: date, by: str) -> Reckoning:
    """Write down that a trial is wanted; `reckon` makes it."""
    return Reckoning.objects.create(creditor=creditor, kind="year", on=today, basis=basis_of(creditor), asked_by=by)


def reckon(row: Reckoning, share: Share | None = None) -> Reckoning:
    """Live the year that ended on the day before the reckoning's, and keep the sums of each month."""
    creditor, last = row.creditor, row.on - timedelta(days=1)
    first = row.on - timedelta(days=DAYS)
    office = open_office(creditor)
    profile = as_then(replace(office.profile, active=True, sending_stopped=False))
    invoices, told_by_erp = _gather(creditor, first, share)
    claims = list(_claims(creditor, invoices, profile, office.country, first))

    def day_done(on: date) -> None:
        if share:
            share(30 + round(65 * ((on - first).days + 1) / DAYS))

    lived = relive(claims, profile, office.country, first, last, day_done)
    with transaction.atomic():
        row = Reckoning.objects.select_for_update().get(pk=row.pk)
        if row.state != "waiting":
            return row
        row.sums = {**_sums(claims, lived, first, last), "told_by_erp": told_by_erp, "invoices": len(claims)}
        row.digest = hashlib.sha256(json_text(row.sums).encode()).hexdigest()
        row.state, row.share = "done", 100
        row.save(update_fields=["sums", "digest", "state", "share"])
        Reckoning.objects.filter(creditor=creditor, kind="year", pk__lt=row.pk).delete()
    return row


def as_then(profile: CreditorProfile) -> CreditorProfile:
    """The settings as they would have stood a year ago: only *importera efter* is a date, so only that moves."""

    def moved(layer: Layer) -> Layer:
        return layer if layer.import_from is None else replace(layer, import_from=layer.import_from - timedelta(days=DAYS))

    return replace(
        profile, generic=moved(profile.generic), classes={key: moved(layer) for key, layer in profile.classes.items()},
        customers={key: moved(layer) for key, layer in profile.customers.items()},
    )  # fmt: skip


# ---- the invoices of the year ---------------------------------------------------------------------------------------


def _gather(creditor: Creditor, first: date, share: Share | None) -> tuple[dict[str, _Invoice], bool]:
    """Every invoice that was open at some time of the year, by number, and whether the ERP could be asked."""
    found = {one.item.number: one for one in _from_mirror(creditor, first)}
    erp = world.erp_of(creditor)
    if erp is None:
        return found, False
    try:
        for told in _from_erp(erp, first, share):
            found[told.item.number] = told
    except PortError:
        return found, False
    return found, True


def _from_mirror(creditor: Creditor, first: date) -> Iterator[_Invoice]:
    paid: dict[int, list[Paid]] = defaultdict(list)
    for invoice, kind, minor, on in run(
        """SELECT invoice_id, kind, amount_minor, "on" FROM invoices_application
           WHERE creditor_id = %s AND gone_on IS NULL AND "on" IS NOT NULL ORDER BY "on", id""",
        [creditor.pk],
    ):
        paid[invoice].append(Paid(on, minor, kind != "payment"))
    rows = run(
        f"""SELECT i.id, u.key, {ITEM_COLUMNS} FROM invoices_invoice i JOIN invoices_customer u ON u.id = i.customer_id
            WHERE i.creditor_id = %s AND i.kind = 'invoice' AND (i.open_minor > 0 OR i.due_on >= %s) ORDER BY i.due_on, i.id""",
        [creditor.pk, first],
    )
    for invoice, customer, *item in rows:
        yield _Invoice(item_from(item[:ITEM_WIDTH]), customer, tuple(paid[invoice]))


def _from_erp(erp: Erp, first: date, share: Share | None) -> Iterator[_Invoice]:
    """All that has changed since the year began: what was paid during it, too."""
    since, place, read = erp.since_day(first), "", 0
    while True:
        page = erp.items(since, place)
        read += len(page.records)
        for told in page.records:
            if told.kind == "invoice" and told.state in (ItemState.OPEN, ItemState.CLOSED):
                yield _Invoice(item_of(told), told.customer, _applied(told))
        if share and page.total:
            share(min(30, round(30 * read / page.total)))
        if not page.place:
            return
        place = page.place


def _applied(told: ErpItem) -> tuple[Paid, ...]:
    return tuple(Paid(a.on, a.amount_minor, a.kind != "payment") for a in told.applied if a.on is not None and a.amount_minor > 0)


def _claims(
    creditor: Creditor, invoices: dict[str, _Invoice], profile: CreditorProfile, country: Country, first: date
) -> Iterable[Past]:
    """Each as the ledger had it when it was written: all of it open, and not reminded, for then we would have reminded."""
    people = _people(creditor)
    book, none = PolicyBook(profile), Credits({}, {})
    for number, one in enumerate(sorted(invoices.values(), key=lambda one: (one.item.due_on, one.item.number)), 1):
        person = people.get(one.customer)
        settled = sum(paid.minor for paid in one.paid)
        opened = min(one.item.amount_minor, one.item.open_minor + settled)
        if person is None or opened <= 0:
            continue
        item = replace(one.item, open_minor=opened, reminded_on=None, reminded_fee_minor=None, missing=False, rests="")
        person = person.written_to(item)
        candidate = candidate_of(item, person, profile, book, none)
        policy = book.policy(person.key, person.class_key)
        start = max(first, item.issued_on or item.due_on)
        running = Running(number, f"U{number:06d}", make_ocr(f"9{number:08d}"), item, person, policy, candidate, None, start)
        yield Past(running, _last_is_whole(one.paid, item.open_minor))


def _last_is_whole(paid: tuple[Paid, ...], opened_minor: int) -> tuple[Paid, ...]:
    """Marked where the sums come to all that was open."""
    if not paid or sum(one.minor for one in paid) < opened_minor:
        return paid
    ordered = sorted(paid, key=lambda one: one.on)
    return (*ordered[:-1], replace(ordered[-1], whole=True))


def _people(creditor: Creditor) -> dict[str, Person]:
    rows = run(f"SELECT {PERSON_COLUMNS} FROM invoices_customer u WHERE u.creditor_id = %s", [creditor.pk])
    return {row[0]: person_from(row) for row in rows}


# ---- sums -----------------------------------------------------------------------------------------------------------


def _sums(claims: list[Past], lived: Relived, first: date, last: date) -> dict[str, Any]:
    """By month, and in all. Öre; costs are kronor by law, money is of claims in kronor."""
    months: dict[str, dict[str, Any]] = {}
    for name in _months(first, last):
        months[name] = {"taken": 0, "letters": Counter(), "costs_minor": 0, "received_minor": 0}
    first_letter: dict[int, date] = {}
    for letter in lived.letters:
        month = months[letter.on.isoformat()[:7]]
        month["letters"][letter.kind] += 1
        month["costs_minor"] += sum(cost.amount_minor for claim in letter.claims for cost in claim.costs)
        for claim in letter.claims:
            first_letter.setdefault(claim.running.case, letter.on)
    taken = [past.running for past in claims if past.running.facts is not None]
    for running in taken:
        assert running.facts is not None and running.facts.opened_on is not None
        months[running.facts.opened_on.isoformat()[:7]]["taken"] += 1
    for on, minor in lived.received:
        months[on.isoformat()[:7]]["received_minor"] += minor
    soon = sum(
        1 for case, on in first_letter.items()
        if case in lived.paid_at_last and (lived.paid_at_last[case] - on).days <= SOON_DAYS
    )  # fmt: skip
    kinds: Counter[str] = Counter(letter.kind for letter in lived.letters)
    return {
        "first": first.isoformat(), "last": last.isoformat(),
        "months": [[name, {**month, "letters": dict(month["letters"])}] for name, month in months.items()],
        "taken": len(taken), "taken_minor": sum(r.facts.opening_minor for r in taken if r.facts and r.item.currency == "SEK"),
        "letters": {"n": len(lived.letters), "kinds": dict(kinds)},
        "costs_minor": sum(month["costs_minor"] for month in months.values()),
        "written_to": len(first_letter), "soon": soon,
        "paid": sum(1 for case in first_letter if case in lived.paid_at_last), "asks": len(lived.asks),
    }  # fmt: skip


def _months(first: date, last: date) -> Iterator[str]:
    year, month = first.year, first.month
    while (year, month) <= (last.year, last.month):
        yield f"{year}-{month:02d}"
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
