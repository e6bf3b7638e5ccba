"""The bank in a story: files with payments, and what a person does about money that waits."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, Any

from fordran.core.problems import Refused
from fordran.creditors.models import Creditor
from fordran.day.diary import Told
from fordran.day.story_file import Event, Story
from fordran.db.bulk import run
from fordran.formats.bank import BankFile, Deposit, Payment
from fordran.settlement import models, suspense
from fordran.settlement.find import from_json
from fordran.settlement.take_in import take_in
from fordran.settlement.undo import unmatch

if TYPE_CHECKING:
    from fordran.cases.models import Case

BY = "story"
_SIGN = {"payment": 1, "deduction": -1, "reversal": -1}


@dataclass(frozen=True, slots=True)
class StoryFile:
    """A file that a story tells of: one deposit. The same story tells the same file."""

    format: str
    account: str
    booked: date
    payments: tuple[Payment, ...]

    @property
    def sha256(self) -> str:
        return hashlib.sha256(repr((self.format, self.account, self.booked, self.payments)).encode()).hexdigest()

    def __iter__(self) -> Iterator[Payment | Deposit]:
        yield from self.payments
        total = sum(p.amount_minor for p in self.payments)
        yield Deposit(1, self.account, self.payments[0].currency, self.booked, total, record="1")

    def result(self) -> BankFile:
        return BankFile(self.format, "", (), True, (), (), self.sha256)


@dataclass(slots=True)
class StoryBank:
    """The bank's part of the player. Payments of a file are numbered `event.place`: 3.2 is the second of event 3."""

    story: Story
    creditor: Creditor
    channels: Any
    told: list[Told] = field(default_factory=list)
    files: dict[int, StoryFile] = field(default_factory=dict)
    places: dict[int, list[int]] = field(default_factory=dict)  # of an event, the payments that its file was first to tell of
    waits: set[tuple[int, str]] = field(default_factory=set)

    def _case(self, event: Event) -> Case:
        raise NotImplementedError

    def _letter_ocr(self, event: Event) -> str:
        raise NotImplementedError

    def _bank_file(self, event: Event) -> None:
        again = self.files.get(int(event.get("again"))) if str(event.get("again") or "").isdigit() else None
        if event.get("payments"):
            file = self._file(event)
        elif again is not None:
            file = StoryFile(event.get("format") or again.format, again.account, again.booked, again.payments)
        else:
            raise Refused(f"event {event.get('again')} told of no bank file", field="again")
        self.files[event.number] = file
        before = {row[0] for row in run("SELECT id FROM settlement_payment WHERE creditor_id = %s", [self.creditor.pk])}
        take_in(file, name=f"{BY} {event.number}", on=event.on, by=BY)
        new = models.Payment.objects.filter(creditor=self.creditor).exclude(pk__in=before).order_by("pk")
        self.places[event.number] = [payment.pk for payment in new]

    def _file(self, event: Event) -> StoryFile:
        payments = []
        for number, row in enumerate(event.get("payments"), 1):
            kind = row.get("kind", "payment")
            reference = row.get("reference") or row.get("invoice") or ""
            if row.get("invoice") and row.get("reference") == "letter":
                reference = self._letter_ocr(Event(event.on, event.do, row, event.number))
            payments.append(
                Payment(
                    kind, _SIGN[kind] * row["amount"], row.get("currency", "SEK"), reference, payer=row.get("payer", ""),
                    texts=(row["text"],) if row.get("text") else (), deposit=1, record=str(number),
                )
            )  # fmt: skip
        account = self.creditor.bankgiro or self.creditor.plusgiro or self.creditor.iban
        return StoryFile(event.get("format") or "bgmax", account, event.get("booked") or event.on, tuple(payments))

    def _paid(self, event: Event) -> models.Payment:
        """The payment that an event told of: its number, or number and place for one in a file."""
        number, _, place = str(event.get("payment")).partition(".")
        payments = models.Payment.objects.filter(creditor=self.creditor)
        found = payments.filter(key=f"{BY} {number}").first()
        of_file = self.places.get(int(number), []) if number.isdigit() else []
        if found is None and of_file and (place or "1").isdigit() and int(place or 1) <= len(of_file):
            found = payments.get(pk=of_file[int(place or 1) - 1])
        if found is None:
            raise Refused(f"no payment {event.get('payment')} has been told of", field="payment")
        return found

    def _match(self, event: Event) -> None:
        suspense.match_by_hand(
            self._paid(event), self._case(event), by=BY, today=event.on, amount_minor=event.get("amount"),
            reason=event.get("reason") or "",
        )  # fmt: skip

    def _unmatch(self, event: Event) -> None:
        if event.get("payment"):
            payment = self._paid(event)
        else:
            payment = models.Payment.objects.filter(allocations__case=self._case(event), state="matched").order_by("-pk")[0]
        unmatch(payment, reason=event.get("reason") or "as told in the story", by=BY, today=event.on)

    def _refund(self, event: Event) -> None:
        suspense.refund(self._paid(event), by=BY, today=event.on, reason=event.get("reason") or "")

    def _set_off(self, event: Event) -> None:
        suspense.set_off(self._paid(event), self._case(event), told=event.get("reason"), by=BY, today=event.on)

    def _note_waiting(self, day: date) -> None:
        """Money that began to wait; no table remembers that for ever."""
        rows = run(
            """SELECT id, state, held_minor, currency, because FROM settlement_payment
               WHERE creditor_id = %s AND state IN ('suspense', 'waiting') ORDER BY id""",
            [self.creditor.pk],
        )
        now = {(row[0], row[1]) for row in rows}
        for payment, state, minor, currency, because in rows:
            if (payment, state) not in self.waits:
                reason, facts = from_json(because)[:2]
                self.told.append(Told(day, "waits", None, "", minor, currency, reason, state, facts))
        self.waits = now
