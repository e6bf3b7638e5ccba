"""Plays a story: what happened is learnt through the same doors as ever, each day is run as ever, and a diary comes out.

Meant for a scratch database. The first batch and batches of unusual size are approved at once, on the same day.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from fordran.cases import acts
from fordran.cases.models import Case
from fordran.cases.office import open_office
from fordran.core.law import NotYetKnown
from fordran.core.problems import Problem, Refused
from fordran.core.reasons import Reason
from fordran.creditors.apply import apply_profile
from fordran.creditors.models import Creditor
from fordran.day.diary import Told, read_diary
from fordran.day.react import react_to_ledger
from fordran.day.run import run_day
from fordran.day.speak import approve_batch, waiting
from fordran.day.story_bank import StoryBank
from fordran.day.story_file import Event, Story
from fordran.db.bulk import run
from fordran.formats.open_items.item import OpenItem
from fordran.invoices.models import Customer
from fordran.invoices.receive import Picture, import_picture
from fordran.letters.models import LetterCase
from fordran.ports.post import LetterChannel
from fordran.process.country import Country
from fordran.process.facts import HoldKind
from fordran.settlement.models import Payment
from fordran.settlement.pay import Money, receive, register_direct, reverse_payment

BY = "story"
LONGEST = timedelta(days=400)
"""A story without a last day is followed at most so long after its last event."""

_PERSON = (
    "customer", "class", "identity", "debtor", "street", "street2", "postcode", "town", "country", "email", "phone", "language",
)  # fmt: skip
_CLAIM = (
    "issued", "arose", "currency", "text", "reference", "credits", "claim", "terms_agreed", "due_agreed", "interest_text",
    "interest_rate", "reminded", "reminded_fee",
)  # fmt: skip
_TERMS = ("terms_agreed", "due_agreed", "interest_text", "interest_rate", "reminded", "reminded_fee")


@dataclass(frozen=True, slots=True)
class Played:
    diary: list[dict[str, Any]]
    cases: list[dict[str, Any]]
    last: date


def play(story: Story, channels: Mapping[str, LetterChannel], progress: Callable[[date], None] | None = None) -> Played:
    """Play in the current database, which must be empty. Raises Refused when the story cannot be."""
    if Creditor.objects.exists():
        raise Refused("a story is played in an empty database")
    missing = story.profile.not_ready(story.first)
    if missing:
        raise Refused([Problem("", name, sentences.split(" | ")[-1]) for name, sentences in missing])
    creditor = apply_profile(story.profile)
    Creditor.objects.filter(pk=creditor.pk).update(first_batch_approved_on=story.first)
    creditor.refresh_from_db()
    player = _Player(story, creditor, channels)
    last = player.play(progress)
    diary, cases = read_diary(open_office(creditor), player.told, story.language)
    return Played(diary, cases, last)


def last_known_day(country: Country) -> date:
    """The last day for which the country knows its interest rate."""
    try:
        country.interest(100, (), date(9000, 1, 1), date(9000, 1, 1), None)
    except NotYetKnown as missing:
        return missing.known_until
    return date.max


@dataclass(slots=True)
class _Player(StoryBank):
    invoices: dict[str, dict[str, Any]] = field(default_factory=dict)  # number -> fields of its row, as last told
    people: dict[str, dict[str, Any]] = field(default_factory=dict)  # customer -> fields of the person
    terms: dict[str, dict[str, Any]] = field(default_factory=dict)  # customer -> terms that hold for all its invoices
    credits: dict[str, dict[str, Any]] = field(default_factory=dict)
    stages: dict[int, str] = field(default_factory=dict)

    # ---- the days

    def play(self, progress: Callable[[date], None] | None) -> date:
        known = last_known_day(open_office(self.creditor).country)
        events = list(self.story.events)
        if (self.story.last or events[-1].on) > known:
            raise Refused(f"the story goes beyond {known}, the last day for which the reference rate is known", field="to")
        end = self.story.last or min(events[-1].on + LONGEST, known)
        day: date | None = self.story.first
        while day is not None and day <= end:
            today = [e for e in events if e.on == day]
            self._learn(today, day)
            self._run(day)
            self._note(day)
            if progress:
                progress(day)
            reached, day = day, self._next(day, events)
        return self.story.last or reached

    def _next(self, day: date, events: list[Event]) -> date | None:
        """The next day on which something can happen; days between would change nothing."""
        tomorrow = day + timedelta(days=1)
        coming = [e.on for e in events if e.on > day][:1]
        reviews = run(
            """SELECT min(greatest(review_on, %s)) FROM cases_case
               WHERE creditor_id = %s AND review_on IS NOT NULL AND stage <> 'closed'""",
            [tomorrow, self.creditor.pk],
        )[0][0]
        if reviews is not None:
            coming.append(reviews)
        coming += self._may_be_taken(tomorrow)
        if waiting(self.creditor) or self._thanks_may_come(day):
            coming.append(tomorrow)
        return min(coming, default=None)

    def _may_be_taken(self, tomorrow: date) -> list[date]:
        """The days on which time alone may change the word on an invoice that has no case."""
        rows = run(
            """SELECT i.due_on + 1, s.reason, s.facts ->> 'first_day', s.facts ->> 'moved_to', s.facts ->> 'until'
               FROM invoices_invoice i LEFT JOIN invoices_selection s ON s.invoice_id = i.id
               WHERE i.creditor_id = %s AND i.kind = 'invoice' AND i.open_minor > 0
                 AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)""",
            [self.creditor.pk],
        )
        days = []
        for after_due, reason, first_day, moved_to, until in rows:
            if reason is None:
                days.append(after_due)
            elif reason == Reason.NOT_DUE_LONG_ENOUGH:
                days.append(date.fromisoformat(first_day))
            elif reason == Reason.NOT_DUE_BY_LAW:
                days.append(date.fromisoformat(moved_to) + timedelta(days=1))
            elif until is not None:
                days.append(date.fromisoformat(until) + timedelta(days=1))
        return [max(day, tomorrow) for day in days]

    def _thanks_may_come(self, day: date) -> bool:
        recent = Case.objects.filter(creditor=self.creditor, closed_on__gt=day - timedelta(days=8))
        return self.story.profile.confirms_payments and recent.exists()

    def _run(self, day: date) -> None:
        self._day(day)
        if waiting(self.creditor) and open_office(self.creditor).country.is_banking_day(day):
            approve_batch(self.creditor, by=BY, today=day, channels=self.channels)
            self._day(day)

    def _day(self, day: date) -> None:
        report = run_day(day, self.channels, [self.creditor])
        if report.problems:
            raise RuntimeError(f"{day}: {'; '.join(report.problems)}")

    def _note(self, day: date) -> None:
        """What no table remembers for ever: the last word on an invoice before a later one, and cases that came back."""
        rows = run(
            """SELECT i.number, i.open_minor, i.currency, s.reason, s.level, s.facts FROM invoices_selection s
               JOIN invoices_invoice i ON i.id = s.invoice_id WHERE s.creditor_id = %s AND s."on" = %s AND NOT s.taken
               ORDER BY i.due_on, i.id""",
            [self.creditor.pk, day],
        )
        self.told += [Told(day, "passed_over", None, *row) for row in rows]
        self._note_waiting(day)
        cases = Case.objects.filter(creditor=self.creditor).order_by("id").values_list("id", "invoice__number", "stage")
        for case, number, stage in cases:
            if self.stages.get(case) == "closed" and stage != "closed":
                self.told.append(Told(day, "stage", case, number, None, "", Reason.CASE_REOPENED, stage, {}))
            self.stages[case] = stage

    # ---- what is learnt

    def _learn(self, events: list[Event], day: date) -> None:
        rows: list[OpenItem] = []
        for event in events:
            try:
                if event.do in ("invoice", "credit", "terms", "address"):
                    rows += getattr(self, f"_{event.do}")(event)
                    continue
                self._ledger(rows, day)
                rows = []
                getattr(self, f"_{event.do}")(event)
            except Refused as refused:
                raise Refused([Problem(event.record, p.field, p.message) for p in refused.problems]) from None
        self._ledger(rows, day)
        self.creditor.refresh_from_db()

    def _ledger(self, rows: list[OpenItem], day: date) -> None:
        if not rows:
            return
        office = open_office(self.creditor)
        latest = {(row.kind, row.invoice): row for row in rows}
        sha = hashlib.sha256(repr((day, len(self.told), list(latest.values()))).encode()).hexdigest()
        self.creditor.refresh_from_db()
        picture = Picture(tuple(latest.values()), sha256=sha, name=BY, partial=True)
        import_picture(self.creditor, picture, on=day, country=office.country)
        react_to_ledger(office, day)

    def _customer(self, values: Mapping[str, Any], known: str = "") -> str:
        """The customer's key: its number, else its name. What is told of the person is remembered."""
        name = values.get("customer", "")
        key = values.get("customer_id") or next((k for k, p in self.people.items() if name and p.get("customer") == name), "")
        key = key or name or known
        person = self.people.setdefault(key, {"customer": key})
        person.update({n: values[n] for n in _PERSON if n in values})
        return key

    def _item(self, fields: Mapping[str, Any]) -> OpenItem:
        person = self.people[fields["customer_id"]]
        told = {**self.terms.get(fields["customer_id"], {}), **fields}
        open_minor = _open(told)
        return OpenItem(
            row=2, invoice=told["invoice"], due=told["due"], open=open_minor, amount=told.get("amount", open_minor),
            customer_id=told["customer_id"], class_=person.get("class", ""), kind=told["kind"],
            **{n: person[n] for n in _PERSON if n in person and n != "class"},
            **{n: told[n] for n in _CLAIM if n in told},
        )  # fmt: skip

    def _invoice(self, event: Event) -> list[OpenItem]:
        known = self.invoices.get(event.get("invoice"), {})
        key = self._customer(event.values, known.get("customer_id", ""))
        row = {**known, **{n: v for n, v in event.values.items() if n not in _PERSON}, "customer_id": key, "kind": "invoice"}
        if known and "amount" in event.values and "open" not in event.values:  # what was paid before stays paid
            row["open"] = _open(known) + event.values["amount"] - known.get("amount", _open(known))
        self.invoices[row["invoice"]] = row
        return [self._item(row)]

    def _credit(self, event: Event) -> list[OpenItem]:
        """A credit names its invoice in `credits`, or in `invoice` where it has no number of its own."""
        own, target = event.get("invoice"), event.get("credits")
        if target is None and own in self.invoices:
            own, target = f"K-{own}-{event.number}", own
        named = self.invoices.get(target or "", {})
        known = self.credits.get(own or "", {})
        key = self._customer(event.values, known.get("customer_id") or named.get("customer_id", ""))
        if not key:
            raise Refused("say whose credit it is: customer, or the invoice that it credits", field="customer")
        row = {"due": event.on, "currency": named.get("currency", "SEK"), **known,
               **{n: v for n, v in event.values.items() if n not in _PERSON},
               "invoice": own or f"K-{event.number}", "credits": target or "", "customer_id": key, "kind": "credit"}  # fmt: skip
        self.credits[row["invoice"]] = row
        return [self._item(row)]

    def _terms(self, event: Event) -> list[OpenItem]:
        new = {n: event.values[n] for n in _TERMS if n in event.values}
        if event.get("invoice"):
            row = self._told(event.get("invoice"))
            row.update(new)
            return [self._item(row)]
        if event.get("customer") or event.get("customer_id"):
            key = self._customer(event.values)
            self.terms.setdefault(key, {}).update(new)
        else:
            own = {"terms_agreed_from" if n == "terms_agreed" else n: v for n, v in new.items() if not n.startswith("reminded")}
            Creditor.objects.filter(pk=self.creditor.pk).update(**own)
            return []
        return [self._item(row) for row in self.invoices.values() if row["customer_id"] == key]

    def _address(self, event: Event) -> list[OpenItem]:
        known = self._told(event.get("invoice"))["customer_id"] if event.get("invoice") else ""
        key = self._customer({**event.values, "customer_id": event.get("customer_id") or known})
        rows = [self._item(row) for row in self.invoices.values() if row["customer_id"] == key]
        if not rows:
            raise Refused(f"no invoice of {key!r} has been told of yet", field="customer")
        if event.get("protected") is not None:
            self._ledger(rows, event.on)
            Customer.objects.filter(creditor=self.creditor, key=key).update(protected=event.get("protected"))
        return rows

    def _told(self, number: str) -> dict[str, Any]:
        if number not in self.invoices:
            raise Refused(f"invoice {number} has not been told of yet", field="invoice")
        return self.invoices[number]

    # ---- money and deeds

    def _case(self, event: Event) -> Case:
        number = event.get("invoice")
        self._told(number)
        case = Case.objects.filter(creditor=self.creditor, invoice__number=number, invoice__kind="invoice").first()
        if case is None:
            raise Refused(f"invoice {number} has no case on {event.on} yet", field="invoice")
        return case

    def _paid_before_us(self, event: Event) -> bool:
        """What is paid on an invoice that we have not taken is the creditor's own matter: its ledger shows less open."""
        number = event.get("invoice")
        if number is None or Case.objects.filter(creditor=self.creditor, invoice__number=number).exists():
            return False
        row = self._told(number)
        row.setdefault("amount", _open(row))
        row["open"] = max(0, _open(row) - event.get("amount"))
        self._ledger([self._item(row)], event.on)
        return True

    def _payment(self, event: Event) -> None:
        if self._paid_before_us(event):
            return
        reference = event.get("reference") or event.get("invoice")
        if event.get("invoice") and event.get("reference") == "letter":
            reference = self._letter_ocr(event)
        currency = event.get("currency") or self.invoices.get(event.get("invoice") or "", {}).get("currency", "SEK")
        money = Money(
            f"{BY} {event.number}", "bank", event.get("booked") or event.on, event.get("amount"), currency, reference,
            event.get("payer") or "", (event.get("text"),) if event.get("text") else (),
        )  # fmt: skip
        receive(open_office(self.creditor), money, event.on)

    def _letter_ocr(self, event: Event) -> str:
        letter = LetterCase.objects.filter(case_number=self._case(event).pk, letter__state="sent").order_by("-letter_id").first()
        if letter is None:
            raise Refused(f"no letter about invoice {event.get('invoice')} has been sent yet", field="reference")
        return letter.letter.ocr

    def _direct(self, event: Event) -> None:
        if not self._paid_before_us(event):
            register_direct(self._case(event), amount_minor=event.get("amount"), on=event.get("booked") or event.on, by=BY,
                            today=event.on, key=f"{BY} {event.number}")  # fmt: skip

    def _reverse(self, event: Event) -> None:
        """The latest payment or credit of the invoice, or the payment told of by the event with that number."""
        payments = Payment.objects.filter(creditor=self.creditor, reversed_on__isnull=True)
        if event.get("payment"):
            payments = payments.filter(pk=self._paid(event).pk)
        elif event.get("invoice"):
            payments = payments.filter(allocations__case=self._case(event))
        else:
            payments = payments.filter(reference=event.get("reference"))
        payment = payments.order_by("-id").first()
        if payment is None:
            raise Refused("there is no payment to take back", field="invoice")
        if payment.via == "credit":
            self._credit_taken_back(event)
        reverse_payment(payment, by=BY, today=event.on)

    def _credit_taken_back(self, event: Event) -> None:
        notes = [row for row in self.credits.values() if row["credits"] == event.get("invoice") and row.get("open") != 0]
        if notes:
            notes[-1].setdefault("amount", notes[-1].get("open", 0))
            notes[-1]["open"] = 0
            self._ledger([self._item(notes[-1])], event.on)

    def _hold(self, event: Event, kind: str = HoldKind.MANUAL) -> None:
        acts.place_hold(self._case(event), kind=event.get("kind") or kind, reason=_why(event), by=BY, today=event.on,
                        until=event.get("until"))  # fmt: skip

    def _dispute(self, event: Event) -> None:
        self._hold(event, HoldKind.DISPUTE)

    def _lift(self, event: Event) -> None:
        case = self._case(event)
        live = case.holds.filter(lifted_on__isnull=True).order_by("-id").first()
        if live is None:
            raise Refused(f"case {case.number} has no live hold", field="invoice")
        acts.lift_hold(case, kind=event.get("kind") or live.kind, by=BY, today=event.on)

    def _instruct(self, event: Event) -> None:
        acts.instruct(self._case(event), kind=event.get("kind"), by=BY, today=event.on, reason=_why(event))

    def _waive(self, event: Event) -> None:
        acts.waive_cost(self._case(event), kind=event.get("kind"), reason=_why(event), by=BY, today=event.on)

    def _proof(self, event: Event) -> None:
        acts.note_interruption(self._case(event), kind=event.get("kind"), on=event.on, proof=_why(event), by=BY, today=event.on)

    def _exclude(self, event: Event) -> None:
        level = "class" if event.get("class") else "customer"
        key = event.get("class") or self._customer(event.values)
        acts.exclude(self.creditor, level=level, key=key, reason=_why(event), by=BY, today=event.on, until=event.get("until"))


def _open(row: Mapping[str, Any]) -> int:
    found: int = row["open"] if "open" in row else row.get("amount", 0)
    return found


def _why(event: Event) -> str:
    return event.get("reason") or event.get("text") or "as told in the story"
