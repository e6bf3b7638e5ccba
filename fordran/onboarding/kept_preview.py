"""The preview as a person reads and approves it: reckoned by the run's own functions, kept with its digest, and worth nothing
any more once the day, the settings or the ledger are others.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from django.db import connection, transaction

from fordran.audit.record import record_event
from fordran.cases.preview import Preview, coming, draft
from fordran.cases.preview_stored import preview_creditor
from fordran.cases.write import finding_as_row
from fordran.core.json_text import json_text
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.db.bulk import as_json, insert_many, run
from fordran.letters.store import to_json
from fordran.onboarding.basis import basis_of
from fordran.onboarding.models import Reckoning
from fordran.process.forecast import ForecastLetter
from fordran.process.select import Taken

DAYS = 30
AGES = ((1, 6), (7, 30), (31, 60), (61, 90), (91, 36_500))
"""Days since the due date, both ends included."""

DRAFTS_OF_A_KIND = 2
"""So many letters of each kind are kept whole, to be looked at."""

Share = Callable[[int], None]
"""Told how many per cent are reckoned."""


def ask(creditor: Creditor, today: date, by: str) -> Reckoning:
    """Write down that a preview is wanted; `reckon` makes it."""
    return Reckoning.objects.create(creditor=creditor, kind="preview", on=today, basis=basis_of(creditor), asked_by=by)


def latest(creditor: Creditor, kind: str = "preview") -> Reckoning | None:
    """The last one that was asked for."""
    return Reckoning.objects.filter(creditor=creditor, kind=kind).order_by("-id").first()


def is_fresh(row: Reckoning, creditor: Creditor, today: date) -> bool:
    """True while it says what would happen from today on."""
    return row.state == "done" and row.on == today and row.basis == basis_of(creditor)


def open_items(creditor: Creditor) -> int:
    """How large a preview would be."""
    return int(run("SELECT count(*) FROM invoices_invoice WHERE creditor_id = %s AND open_minor > 0", [creditor.pk])[0][0])


def reckon(row: Reckoning, share: Share | None = None) -> Reckoning:
    """Make the preview that was asked for, and keep it. Two at once make it twice; the second finds it done."""
    creditor = row.creditor
    preview = preview_creditor(creditor, row.on)

    def day_done(on: date) -> None:
        if share:
            share(round(90 * ((on - row.on).days + 1) / (DAYS + 1)))

    letters = coming(preview, DAYS, day_done)
    with transaction.atomic():
        row = Reckoning.objects.select_for_update().get(pk=row.pk)
        if row.state != "waiting":
            return row
        first = _first_letters(letters.letters)
        invoices = list(_invoices(row, preview, first))
        told = list(_letters(row, preview, letters.letters))
        with connection.cursor() as cursor:
            insert_many(cursor, "onboarding_previewinvoice", _INVOICE, invoices)
            insert_many(cursor, "onboarding_previewletter", _LETTER, told)
        row.sums = _sums(row.on, preview, letters.letters, len(letters.asks))
        row.digest = hashlib.sha256(json_text([[r[2:] for r in invoices], [r[2:-1] for r in told]]).encode()).hexdigest()
        row.state, row.share = "done", 100
        row.save(update_fields=["sums", "digest", "state", "share"])
        _forget_older(row)
    return row


def fail(row: Reckoning) -> None:
    Reckoning.objects.filter(pk=row.pk, state="waiting").update(state="failed")


def mark_read(row: Reckoning, by: str, today: date) -> None:
    """A person has read it. Raises Refused when it does not say what would happen any more."""
    if not is_fresh(row, row.creditor, today):
        raise Refused("the preview is not of today's settings and ledger: reckon it again", field="preview")
    if row.read_on is None:
        Reckoning.objects.filter(pk=row.pk).update(read_by=by, read_on=today)
        record_event(row.creditor_id, today, by, "preview read", row.creditor.organisation_number, digest=row.digest)
        row.read_by, row.read_on = by, today


def _forget_older(row: Reckoning) -> None:
    """The rows of earlier ones, which nobody asks for any more; what was read and approved stays in the history as a digest."""
    Reckoning.objects.filter(creditor=row.creditor, kind=row.kind, pk__lt=row.pk).delete()


# ---- rows -----------------------------------------------------------------------------------------------------------

_INVOICE = (
    "creditor_id", "reckoning_id", "place", "number", "customer_key", "due_on", "amount_minor", "open_minor", "currency",
    "taken", "reason", "level", "facts", "first_kind", "first_on",
)  # fmt: skip
_LETTER = (
    "creditor_id", "reckoning_id", "place", "on", "kind", "last_day", "customer_key", "invoices", "costs", "asked_minor",
    "currency", "content",
)  # fmt: skip


def _first_letters(letters: Sequence[ForecastLetter]) -> dict[str, ForecastLetter]:
    first: dict[str, ForecastLetter] = {}
    for letter in letters:  # day by day
        for claim in letter.claims:
            first.setdefault(claim.running.item.number, letter)
    return first


def _invoices(row: Reckoning, preview: Preview, first: dict[str, ForecastLetter]) -> Iterable[tuple[Any, ...]]:
    place = 0
    for item, person, candidate, verdict in preview.rows:
        if item.kind != "invoice":
            continue
        place += 1
        found, letter = verdict.because[0], first.get(item.number)
        facts = as_json(dict(finding_as_row(found)[1]))
        yield (
            row.creditor_id, row.pk, place, item.number, person.key, item.due_on, item.amount_minor, candidate.open_minor,
            item.currency, isinstance(verdict, Taken), str(found.reason), str(found.level), facts,
            letter.kind if letter else "", letter.on if letter else None,
        )  # fmt: skip


def _letters(row: Reckoning, preview: Preview, letters: Sequence[ForecastLetter]) -> Iterable[tuple[Any, ...]]:
    drawn: Counter[str] = Counter()
    for place, letter in enumerate(letters, 1):
        drawn[letter.kind] += 1
        kept = drawn[letter.kind] <= DRAFTS_OF_A_KIND
        content = to_json(draft(preview, letter, f"U{place:06d}")) if kept else None
        costs = [[c.running.item.number, str(cost.kind), cost.amount_minor] for c in letter.claims for cost in c.costs]
        yield (
            row.creditor_id, row.pk, place, letter.on, letter.kind, letter.last_day, letter.claims[0].running.person.key,
            as_json([c.running.item.number for c in letter.claims]), as_json(costs),
            sum(c.facts.steps[-1].asked_minor for c in letter.claims), letter.claims[0].running.item.currency, content,
        )  # fmt: skip


# ---- sums -----------------------------------------------------------------------------------------------------------


def _sums(on: date, preview: Preview, letters: Sequence[ForecastLetter], asks: int) -> dict[str, Any]:
    heaps = {name: _heap() for name in ("taken", "passed", "later", "running")}
    because: dict[str, dict[str, Any]] = defaultdict(_heap)
    ages = [{"first": first, "last": last, "taken": 0, "all": 0, "n": 0} for first, last in AGES]
    for item, _, candidate, verdict in preview.rows:
        if item.kind != "invoice":
            continue
        reason = str(verdict.because[0].reason)
        taken = isinstance(verdict, Taken)
        due = item.due_on < on
        name = "taken" if taken else "running" if reason == "already_taken" else "passed" if due else "later"
        _add(heaps[name], item.currency, candidate.open_minor)
        if name == "passed":
            _add(because[reason], item.currency, candidate.open_minor)
        if due and item.currency == "SEK" and name != "running":
            age = next(a for a in ages if a["first"] <= (on - item.due_on).days <= a["last"])
            age["n"] += 1
            age["all"] += candidate.open_minor
            age["taken"] += candidate.open_minor if taken else 0
    return {
        **heaps, "because": [{"reason": name, **heap} for name, heap in sorted(because.items(), key=lambda b: -b[1]["n"])],
        "ages": ages, "asks": asks, **_of_letters(letters),
        "not_ready": [name for name, _ in preview.profile.not_ready(on)],
    }  # fmt: skip


def _heap() -> dict[str, Any]:
    return {"n": 0, "minor": {}}


def _add(heap: dict[str, Any], currency: str, minor: int) -> None:
    heap["n"] += 1
    heap["minor"][currency] = heap["minor"].get(currency, 0) + minor


def _of_letters(letters: Sequence[ForecastLetter]) -> dict[str, Any]:
    """By kind, by day, and what they would cost the debtors, all in öre; costs are kronor by law."""
    kinds: Counter[str] = Counter(letter.kind for letter in letters)
    days: dict[str, Counter[str]] = defaultdict(Counter)
    costs: dict[tuple[str, int], int] = Counter()
    for letter in letters:
        days[letter.on.isoformat()][letter.kind] += 1
        for claim in letter.claims:
            for cost in claim.costs:
                costs[str(cost.kind), cost.amount_minor] += 1
    first = min(days, default=None)
    return {
        "letters": {"n": len(letters), "kinds": dict(kinds)},
        "costs": [{"kind": kind, "minor": minor, "n": n} for (kind, minor), n in sorted(costs.items())],
        "costs_minor": sum(minor * n for (_, minor), n in costs.items()),
        "first_day": {"on": first, "kinds": dict(days[first]), "n": sum(days[first].values())} if first else None,
        "days": [[on, dict(of_kind)] for on, of_kind in sorted(days.items())],
    }  # fmt: skip
