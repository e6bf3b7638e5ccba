"""One company's market, a day at a time.

A day has a morning and a noon, so that something can still happen between the office's first look and its letters. The same seed
gives the same days, whatever letters came in whatever order, as long as the same letters came.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta

from fordran.sandbox.book import Book
from fordran.sandbox.calendar import ONE_DAY, is_banking_day
from fordran.sandbox.market import clerk, debtors, mending, sales
from fordran.sandbox.market.character import Character
from fordran.sandbox.market.lived import Coming, Lived, Paid
from fordran.sandbox.market.mail import MailedLetter
from fordran.sandbox.market.scene import Scene

Deed = Callable[[Scene, Coming], None]

_DEEDS: dict[str, Deed] = {
    "read": debtors.read_the_letter,
    "book": clerk.book,
    "book_again": clerk.book_again,
    "use_payment": clerk.use_payment,
    "pay_back": clerk.pay_back,
    "direct_debit": clerk.direct_debit,
    "remind_itself": clerk.remind_itself,
    "credit_whole": clerk.credit_whole,
    "credit_part": clerk.credit_part,
    "credit_loose": clerk.credit_loose,
    "set_credit": clerk.set_credit,
    "dispute": clerk.dispute,
    "dispute_over": clerk.dispute_over,
    "hold": clerk.hold,
    "release": clerk.release,
    "delete": clerk.delete,
    "gone": clerk.gone,
    "change_due": mending.change_due,
    "change_amount": mending.change_amount,
    "change_customer": mending.change_customer,
    "learn_address": mending.learn_address,
    "leave_alone_over": mending.leave_alone_over,
}


def _no_time(seconds: int) -> None:
    return None


class Market:
    """`seed` names all chance. `tick` moves the world's clock between two changes of the ledger."""

    def __init__(
        self, book: Book, character: Character, seed: str, *, lived: Lived | None = None, tick: Callable[[int], None] = _no_time
    ) -> None:
        self.scene = Scene(book, character, seed, lived if lived is not None else Lived(), tick)

    @property
    def lived(self) -> Lived:
        return self.scene.lived

    def live_the_past(self, first_day: date, at_day: Callable[[date], None] = lambda day: None) -> None:
        """The time before the office comes on `first_day`: customers, invoices, the ERP's own reminders. `at_day` is told
        each day before it is lived, so that the clock can be set."""
        day = first_day - timedelta(days=self.scene.character.past_days)
        self.scene.today = day
        at_day(day)
        sales.open_for_business(self.scene)
        while day < first_day:
            at_day(day)
            self.day(day)
            day += ONE_DAY
        self.lived.began = first_day

    def day(self, on: date, mail: Sequence[MailedLetter] = ()) -> list[Paid]:
        """Morning and noon at once. What debtors paid to the office that day, in the order in which the bank got it."""
        return [*self.morning(on, mail), *self.noon(on)]

    def morning(self, on: date, mail: Sequence[MailedLetter] = ()) -> list[Paid]:
        """`mail` is what was posted since the last morning. Doing a morning twice does nothing the second time."""
        lived = self.lived
        if lived.morning_of is not None and on <= lived.morning_of:
            return []
        lived.morning_of = self.scene.today = on
        for letter in sorted(mail, key=lambda one: (one.dated_on, sorted(one.invoices), one.kind, one.name)):
            debtors.letter_posted(self.scene, letter)
        if not is_banking_day(on):
            return []
        with self.scene.book.lock:
            mending.days_turns(self.scene)
            sales.days_sales(self.scene)
            return self._half(0)

    def noon(self, on: date) -> list[Paid]:
        lived = self.lived
        if lived.noon_of is not None and on <= lived.noon_of:
            return []
        if lived.morning_of != on:
            raise ValueError(f"{on} has had no morning")
        paid: list[Paid] = []
        if is_banking_day(on):
            with self.scene.book.lock:
                paid = self._half(1)
        lived.noon_of = on
        return paid

    def seen(self, payments: Iterable[str], on: date) -> None:
        """A bank's file for the office shows these payments."""
        self.scene.today = on
        for number in payments:
            paid = self.lived.paid[number]
            if paid.seen_on is None:
                debtors.money_seen(self.scene, paid)

    def _half(self, half: int) -> list[Paid]:
        """What is planned for this half of today, and what follows from it the same half day."""
        agenda, paid = self.lived.agenda, []
        while True:
            today = agenda.get(self.scene.today, [])
            ready = sorted((one for one in today if one.half <= half), key=lambda one: one.order)
            if not ready:
                break
            agenda[self.scene.today] = [one for one in today if one.half > half]
            for one in ready:
                if one.what == "pay":
                    done = debtors.pay(self.scene, one, clerk.book_later)
                    if done is not None and (not done.to_creditor or done.left_lying):
                        paid.append(done)
                else:
                    _DEEDS[one.what](self.scene, one)
        if not agenda.get(self.scene.today, [0]):
            del agenda[self.scene.today]
        return paid
