"""What the ERP is to be told: asked for once under a key, done at most once, whatever is killed when.

    waiting --(committed as sending)--> the ERP --> done
       ^                                  |-> refused    it said no; tried again on later days, MOST_ATTEMPTS times
       |--- could not be had -------------|-> ambiguous  it may have been done: looked up in the next run, then a person
    overtaken: something newer, or its undoing, came before it was told

`ask` is the only way in. An errand found `sending` belongs to a run that was stopped: it is looked up before anything else.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.db import transaction

from fordran.audit.record import record_event
from fordran.audit.trail import in_run, log
from fordran.cases.office import Office
from fordran.core.problems import Refused
from fordran.creditors.keys import HIDDEN
from fordran.db.bulk import as_json, run
from fordran.erp.models import Errand as Row
from fordran.letters.models import Letter
from fordran.letters.render import render_many
from fordran.letters.store import from_json
from fordran.ports.erp import (
    CaseMark,
    Done,
    Erp,
    Errand,
    LetterCopy,
    PaidItem,
    PaymentPosting,
    PaymentVoid,
    VoucherLine,
    VoucherPosting,
)
from fordran.ports.errors import Ambiguous, Declined, Malformed, NotAllowed, PortError, Unavailable

MOST_ATTEMPTS = 5
"""Days on which a refused errand is tried again by itself; then only a person does."""

KINDS: dict[str, type[Errand]] = {
    "payment": PaymentPosting, "void": PaymentVoid, "voucher": VoucherPosting, "mark": CaseMark, "letter": LetterCopy,
}  # fmt: skip
"""In the order in which they are told: money first."""

_NAME = {shape: name for name, shape in KINDS.items()}


@transaction.atomic
def ask(
    office: Office, errand: Errand, today: date, *, about_case: int = 0, about_letter: int = 0, about_payment: int = 0
) -> bool:
    """Write the errand down, to be told when the ERP is next spoken to. False: it was asked for before.

    Raises Refused when another errand has the key: one key is one thing told, for ever.
    """
    payload = payload_of(errand)
    kind = _NAME[type(errand)]
    new = run(
        """INSERT INTO erp_errand (creditor_id, key, kind, payload, asked_on, state, attempts, next_on, error, external_id,
                                   about_case, about_letter, about_payment)
           VALUES (%s, %s, %s, %s, %s, 'waiting', 0, %s, '', '', %s, %s, %s)
           ON CONFLICT (creditor_id, key) DO NOTHING RETURNING id""",
        [office.creditor.pk, errand.key, kind, as_json(payload), today, today, about_case, about_letter, about_payment],
    )
    if new:
        return True
    known = Row.objects.get(creditor=office.creditor, key=errand.key)
    if known.kind != kind or known.payload != payload:
        raise Refused(f"{errand.key} was asked for before with other contents: give this errand a key of its own", field="key")
    return False


def payload_of(errand: Errand) -> dict[str, Any]:
    """As it is stored. A letter's bytes are made when it is told, from the letter's row."""
    plain = asdict(errand)
    plain.pop("content", None)
    found: dict[str, Any] = json.loads(as_json(plain))
    return found


def errand_of(kind: str, payload: dict[str, Any]) -> Errand:
    """The errand as it was asked for; a LetterCopy still without its bytes."""
    values = dict(payload)
    if "on" in values:
        values["on"] = date.fromisoformat(values["on"])
    if kind == "payment":
        values["items"] = tuple(PaidItem(**item) for item in values["items"])
    if kind == "voucher":
        values["lines"] = tuple(VoucherLine(**line) for line in values["lines"])
    return KINDS[kind](**values)


# ---- telling --------------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class Told:
    """What a run did, in errands."""

    done: int = 0
    refused: int = 0
    ambiguous: int = 0
    waiting: int = 0
    problems: list[str] = field(default_factory=list)


Progress = Callable[[int], None]


def run_errands(office: Office, erp: Erp, today: date, progress: Progress | None = None) -> Told:
    """Tell the ERP everything that waits and whose day has come. Not inside a transaction: each errand is committed as
    being told before the ERP is called, and its answer after. One that is refused stops no other; an ERP that cannot be
    had stops the run, and what waits goes on waiting."""
    told = Told()
    with in_run(office.creditor.pk, today), _only_teller(office.creditor.pk):
        run_ = _Run(office, erp, today, told)
        try:
            run_.finish_begun()
            run_.cancel_voided()
            while (row := run_.begin()) is not None:
                run_.tell(row)
                if progress:
                    progress(told.done + told.refused + told.ambiguous)
        except (Unavailable, NotAllowed) as error:
            told.problems.append(f"{office.creditor.name}: the ERP could not be told: {error}")
    told.waiting = Row.objects.filter(creditor=office.creditor, state__in=["waiting", "sending"]).count()
    return told


@contextmanager
def _only_teller(creditor: int) -> Iterator[None]:
    """One process at a time speaks for a creditor; the lock ends with its database session."""
    lock = "hashtextextended('errands of ' || %s::text, 0)"
    run(f"SELECT pg_advisory_lock({lock})", [creditor])
    try:
        yield
    finally:
        run(f"SELECT pg_advisory_unlock({lock})", [creditor])


class _Run:
    def __init__(self, office: Office, erp: Erp, today: date, told: Told) -> None:
        self.office, self.erp, self.today, self.told = office, erp, today, told
        self.creditor = office.creditor.pk

    def finish_begun(self) -> None:
        """Errands of a run that was stopped, and those we do not know of: what became of them? Not done = told again."""
        for row in Row.objects.filter(creditor_id=self.creditor, state__in=["sending", "ambiguous"]).order_by("id"):
            if not self.erp.can(KINDS[row.kind]):
                continue
            try:
                found = self.erp.find(self._errand(row, content=False))
            except (Declined, Malformed, Ambiguous) as error:
                self._set(row, "ambiguous", error=str(error))
                self._say(row, error)
                continue
            except (Unavailable, NotAllowed) as error:
                self._set(row, "ambiguous", error=str(error))  # nobody is telling it, and nobody knows what became of it
                raise
            if found is None:
                self._set(row, "waiting")
            else:
                self._done(row, found)

    def cancel_voided(self) -> None:
        """A payment that is to be taken back before the ERP ever had it is not posted at all."""
        run(
            """WITH undone AS (
                   SELECT v.id AS void, p.id AS payment FROM erp_errand v JOIN erp_errand p
                     ON p.creditor_id = v.creditor_id AND p.kind = 'payment' AND p.key = v.payload->>'voids'
                   WHERE v.creditor_id = %(c)s AND v.kind = 'void' AND v.state IN ('waiting', 'refused')
                     AND p.state IN ('waiting', 'refused', 'overtaken')),
               kept AS (UPDATE erp_errand e SET state = 'overtaken' FROM undone WHERE e.id = undone.payment)
               UPDATE erp_errand e SET state = 'done', done_on = %(on)s, error = '' FROM undone WHERE e.id = undone.void""",
            {"c": self.creditor, "on": self.today},
        )

    def begin(self) -> Row | None:
        """The next errand whose day has come, written down as being told."""
        order = " ".join(f"WHEN '{name}' THEN {place}" for place, name in enumerate(KINDS))
        rows = run(
            f"""UPDATE erp_errand SET state = 'sending', attempts = attempts + 1 WHERE id = (
                    SELECT e.id FROM erp_errand e WHERE e.creditor_id = %s AND (e.next_on IS NULL OR e.next_on <= %s)
                      AND (e.state = 'waiting' OR (e.state = 'refused' AND e.attempts < %s))
                      AND NOT (e.kind = 'void' AND EXISTS (
                          SELECT 1 FROM erp_errand p WHERE p.creditor_id = e.creditor_id AND p.key = e.payload->>'voids'
                          AND p.state NOT IN ('done', 'overtaken')))
                    ORDER BY CASE e.kind {order} END, e.id LIMIT 1 FOR UPDATE SKIP LOCKED) RETURNING id""",
            [self.creditor, self.today, MOST_ATTEMPTS],
        )
        return Row.objects.get(pk=rows[0][0]) if rows else None

    def tell(self, row: Row) -> None:
        """One call. Raises Unavailable and NotAllowed, after the errand was put back."""
        try:
            if not self.erp.can(KINDS[row.kind]):
                raise Declined("this ERP cannot be told such a thing; switch it off for this connection")
            self._done(row, self.erp.do(self._errand(row)))
        except (Unavailable, NotAllowed) as error:
            # Nothing was tried as far as the ERP is concerned, so it does not count.
            self._set(row, "waiting", error=str(error), attempts=row.attempts - 1)
            raise
        except Ambiguous as error:
            self._ambiguous(row, error)
        except (PortError, Refused) as error:
            self._set(row, "refused", error=str(error), next_on=self.today + timedelta(days=1))
            self.told.refused += 1
            self._say(row, error)

    def _ambiguous(self, row: Row, error: Ambiguous) -> None:
        """Asked at once what became of it. "Not done" is not believed yet: the ERP may still be at it."""
        try:
            found = self.erp.find(self._errand(row, content=False))
        except PortError:
            found = None
        if found is not None:
            self._done(row, found)
            return
        self._set(row, "ambiguous", error=str(error))
        self.told.ambiguous += 1
        self._say(row, error)

    def _errand(self, row: Row, *, content: bool = True) -> Errand:
        """With what is not stored: the letter's bytes, the ERP's own number of a payment, a customer's hidden number."""
        errand = errand_of(row.kind, row.payload)
        if isinstance(errand, LetterCopy) and content:
            letter = Letter.objects.get(creditor_id=self.creditor, pk=row.about_letter)
            if letter.content in ("", "{}"):
                raise Declined("what the letter said has been erased since its time was up")
            return replace(errand, content=next(iter(render_many([from_json(letter.content)]))))
        if isinstance(errand, PaymentVoid) and not errand.external_id:
            posted = Row.objects.filter(creditor_id=self.creditor, key=errand.voids).first()
            return replace(errand, external_id=posted.external_id if posted else "")
        if isinstance(errand, PaymentPosting) and errand.customer.startswith(HIDDEN) and errand.items:
            item = self.erp.item(errand.items[0].invoice, errand.items[0].document)
            if item is None:
                raise Declined(f"invoice {errand.items[0].invoice} is not in the ERP any more")
            return replace(errand, customer=item.customer)
        return errand

    def _done(self, row: Row, done: Done) -> None:
        self._set(row, "done", external_id=done.external_id, done_on=self.today, error="")
        self.told.done += 1

    def _set(self, row: Row, state: str, **values: Any) -> None:
        Row.objects.filter(pk=row.pk).update(state=state, **values)
        about = {"letter": row.about_letter} if row.about_letter else {}
        log.info("errand told", errand=row.key, kind=row.kind, state=state, attempt=values.get("attempts", row.attempts), **about)

    def _say(self, row: Row, error: Exception) -> None:
        self.told.problems.append(f"{self.office.creditor.name}: {row.key}: {error}")


def retry(office: Office, key: str, *, by: str, today: date) -> Row:
    """A person wants a refused or ambiguous errand told again. An ambiguous one is looked up first all the same. Raises
    Refused."""
    row = Row.objects.filter(creditor=office.creditor, key=key).first()
    if row is None:
        raise Refused(f"there is no errand {key!r} of {office.creditor.name}", field="KEY")
    if row.state not in ("refused", "ambiguous", "waiting"):
        raise Refused(f"errand {key} is {row.state}: there is nothing to try again", field="KEY")
    state = "ambiguous" if row.state == "ambiguous" else "waiting"
    Row.objects.filter(pk=row.pk).update(state=state, attempts=0, next_on=today)
    record_event(office.creditor.pk, today, by, "errand tried again", key)
    row.refresh_from_db()
    return row


def give_up(office: Office, key: str, *, by: str, today: date) -> None:
    """A person has settled it in the ERP, or it need not be told. Raises Refused."""
    changed = Row.objects.filter(creditor=office.creditor, key=key, state__in=["waiting", "refused", "ambiguous"]).update(
        state="overtaken", error=""
    )
    if not changed:
        raise Refused(f"there is no open errand {key!r} of {office.creditor.name}", field="KEY")
    record_event(office.creditor.pk, today, by, "errand given up", key)
