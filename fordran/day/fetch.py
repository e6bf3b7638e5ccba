"""The ERP is read: what changed since the last reading, page by page, and once a day what is open there at all.

Each page is committed with the place where the next one begins, so a reading that was stopped, or killed, goes on from there;
the first load of a large ledger may take several sittings. When the last page is in, running cases are told, once, in the
transaction that also keeps what to ask with the next time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date

from django.db import connection, transaction

from fordran.audit.trail import in_run, log
from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day.react import Reacted
from fordran.day.react_erp import react_to_erp
from fordran.db.bulk import run
from fordran.erp import fetch_run, take_in
from fordran.erp.connections import connection_of
from fordran.erp.models import Connection, FetchRun
from fordran.invoices.receive_erp import lock_mirror, note_credits, note_gone
from fordran.ports.erp import Erp, ErpItem, RecordProblem
from fordran.ports.errors import Malformed, PortError, Unusable

MOST_SINGLES = 500
"""Invoices asked for one by one in a sweep; more wait for the next sweep, for then something else is wrong."""

SINGLES_AT_A_TIME = 50

_LOCK = "hashtextextended('reading of ' || %s::text, 0)"

Progress = Callable[[FetchRun], None]
"""Called after each page with the row that says how far the reading has come."""


@dataclass(slots=True)
class Fetched:
    """What a reading did. `error`: the ERP could not be had, or not to the end; what was taken in stays."""

    pages: int = 0
    records: int = 0
    changed: int = 0
    refused: int = 0
    reacted: Reacted = field(default_factory=Reacted)
    error: str = ""

    def counts(self) -> dict[str, int]:
        """What is worth saying, by name."""
        told = {
            "records": self.records, "changed": self.changed, "refused": self.refused, "paid": self.reacted.paid,
            "credited": self.reacted.credited, "closed": self.reacted.closed, "back": self.reacted.back,
            "questions": self.reacted.questions,
        }  # fmt: skip
        return {name: number for name, number in told.items() if number}


def fetch(office: Office, erp: Erp, today: date, progress: Progress | None = None, *, sweep: bool = True) -> Fetched:
    """Read the ERP and tell the cases. Not inside a transaction. Never raises what the ERP does: `error` says it, and the
    connection remembers it. Raises Refused when no ERP is connected. `sweep` = also what is open, once a day."""
    done = Fetched()
    with in_run(office.creditor.pk, today), _only_reader(office.creditor.pk):
        known = connection_of(office.creditor)
        if known is None:
            raise Refused(f"{office.creditor.name} has no ERP connected: fordran erp connect", field="--creditor")
        try:
            _Reading(office, erp, known, today, done, progress).read()
            known.refresh_from_db()
            if sweep and known.last_swept_on != today:
                _Sweep(office, erp, known, today, done, progress).read()
            Connection.objects.filter(pk=known.pk).update(last_fetched_on=today, last_error="")
            log.info("ERP read", pages=done.pages, records=done.records, changed=done.changed, refused=done.refused)
        except PortError as error:
            log.warning("ERP not read", exc_info=error, pages=done.pages)
            done.error = str(error)
            Connection.objects.filter(pk=known.pk).update(last_error=done.error)
    return done


@contextmanager
def _only_reader(creditor: int) -> Iterator[None]:
    """One process at a time reads a creditor's ERP; the lock ends with its database session."""
    run(f"SELECT pg_advisory_lock({_LOCK})", [creditor])
    try:
        yield
    finally:
        run(f"SELECT pg_advisory_unlock({_LOCK})", [creditor])


def is_read(creditor: int) -> bool:
    """Whether a process reads this creditor's ERP now. Inside a transaction: where none does, none begins before its end."""
    return not run(f"SELECT pg_try_advisory_xact_lock({_LOCK})", [creditor])[0][0]


class _Reading:
    """Customers first, then items: an item's customer is there before it."""

    def __init__(
        self, office: Office, erp: Erp, known: Connection, today: date, done: Fetched, progress: Progress | None
    ) -> None:
        self.office, self.erp, self.known, self.today = office, erp, known, today
        self.done, self.progress = done, progress
        self.row = self._row()

    def _row(self) -> FetchRun:
        return fetch_run.begin(self.known, self.today)

    def read(self) -> None:
        try:
            self._read()
        except PortError as error:
            fetch_run.failed(self.row, str(error))
            if isinstance(error, Malformed) and self.row.place:
                # Perhaps the place is none any more: the next attempt begins this stage anew.
                FetchRun.objects.filter(pk=self.row.pk).update(place="")
            raise

    def _read(self) -> None:
        while self.row.stage == "customers":
            self._customers()
        while self.row.stage == "items":
            self._items()

    def _customers(self) -> None:
        page = self.erp.customers(self.row.since, self.row.place)
        with transaction.atomic():
            taken = take_in.customers(self.office, page.records, self.today)
            self._page(len(page.records), taken.new + taken.changed, page.place, page.total, [*page.refused, *taken.refused])
            if not page.place:
                self.row.next_customers = page.since or self.row.since
                fetch_run.next_stage(self.row, "items")
        self._say()

    def _items(self) -> None:
        page = self.erp.items(self.row.since_items, self.row.place)
        new_customers = take_in.look_up_customers(self.office, self.erp, page.records)
        with transaction.atomic():
            anew = self.row.kind == "first"
            taken = take_in.items(self.office, page.records, new_customers, self.today, anew=anew)
            self._page(len(page.records), taken.new + taken.changed, page.place, page.total, [*page.refused, *taken.refused])
            if not page.place:
                self.row.next_items = page.since or self.row.since_items
                fetch_run.next_stage(self.row, "cases")
                self.row.state = "done"
                self.row.save()
                Connection.objects.filter(pk=self.known.pk).update(
                    since_customers=self.row.next_customers, since_items=self.row.next_items
                )
                self._tell_cases()
        self._say()

    def _tell_cases(self) -> None:
        lock_mirror(self.office.creditor)
        with connection.cursor() as cursor:
            credited = note_credits(cursor, self.office.creditor)
        self.known.refresh_from_db()
        told = react_to_erp(self.office, self.known, self.today, credited)
        Creditor.objects.filter(pk=self.office.creditor.pk).update(last_ledger_on=self.today)
        for name in Reacted.__slots__:
            setattr(self.done.reacted, name, getattr(self.done.reacted, name) + getattr(told, name))

    def _page(self, records: int, changed: int, place: str, total: int | None, refused: list[RecordProblem]) -> None:
        fetch_run.page_done(self.row, records=records, changed=changed, place=place, total=total, refused=refused)
        self.done.pages += 1
        self.done.records += records
        self.done.changed += changed
        self.done.refused += len(refused)

    def _say(self) -> None:
        row = self.row
        log.info("page read", fetch=row.pk, kind=row.kind, stage=row.stage, pages=row.pages, records=row.records)
        if self.progress:
            self.progress(self.row)


class _Sweep(_Reading):
    """What the ERP has open, by number, set beside the mirror: finds what was deleted there, and what slipped through a list
    that shifted while it was read. Nothing is concluded from absence alone: each such invoice is asked for by itself."""

    def _row(self) -> FetchRun:
        return fetch_run.begin_sweep(self.known, self.today)

    def _read(self) -> None:
        while self.row.stage == "numbers":
            self._numbers()
        while self.row.stage == "singles":
            self._singles()

    def _numbers(self) -> None:
        page = self.erp.open_numbers(self.row.place)
        with transaction.atomic():
            run(
                """INSERT INTO erp_seennumber (creditor_id, run_id, number)
                   SELECT %s, %s, number FROM unnest(%s::text[]) AS n (number) ON CONFLICT DO NOTHING""",
                [self.office.creditor.pk, self.row.pk, list(page.records)],
            )
            self._page(len(page.records), 0, page.place, page.total, list(page.refused))
            if not page.place:
                fetch_run.next_stage(self.row, "singles")
        self._say()

    def _differing(self) -> list[tuple[str, str]]:
        """(number, the ERP's kind of document) of the next invoices that are open on one side only."""
        rows = run(
            """SELECT coalesce(i.number, s.number), coalesce(i.erp_document, '')
               FROM (SELECT number, erp_document FROM invoices_invoice WHERE creditor_id = %(c)s AND kind = 'invoice'
                     AND open_minor > 0 AND missing_since IS NULL) i
               FULL JOIN (SELECT number FROM erp_seennumber WHERE run_id = %(run)s) s ON s.number = i.number
               WHERE (i.number IS NULL OR s.number IS NULL) AND coalesce(i.number, s.number) > %(after)s
               ORDER BY 1 LIMIT %(most)s""",
            {"c": self.office.creditor.pk, "run": self.row.pk, "after": self.row.place, "most": SINGLES_AT_A_TIME},
        )
        return [(row[0], row[1]) for row in rows]

    def _singles(self) -> None:
        asked = self._differing()
        found: list[ErpItem] = []
        gone: list[str] = []
        refused: list[RecordProblem] = []
        for number, document in asked:
            try:
                item = self.erp.item(number, document)
            except Unusable as error:  # it is there: neither gone nor known
                refused.append(RecordProblem(number, "", str(error)))
                continue
            if item is None:
                gone.append(number)
            else:
                found.append(item)
        new_customers = take_in.look_up_customers(self.office, self.erp, found)
        with transaction.atomic():
            taken = take_in.items(self.office, found, new_customers, self.today, anew=True)
            changed = taken.new + taken.changed + note_gone(self.office.creditor, gone, self.today)
            last = asked[-1][0] if asked else ""
            self._page(len(asked), changed, last, (self.row.total or 0) + len(asked), [*refused, *taken.refused])
            if len(asked) < SINGLES_AT_A_TIME or (self.row.total or 0) >= MOST_SINGLES:
                run("DELETE FROM erp_seennumber WHERE run_id = %s", [self.row.pk])
                fetch_run.next_stage(self.row, "cases")
                self.row.state = "done"
                self.row.save()
                Connection.objects.filter(pk=self.known.pk).update(last_swept_on=self.today)
                self._tell_cases()
        self._say()
