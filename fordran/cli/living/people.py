"""What the people of an office do in a day: look through letters, let money go, clear what waits, answer questions.

Chance is drawn from the seed and the thing's own number, so that the same life is lived the same twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from random import Random

from fordran.cases import acts
from fordran.cases.models import Case
from fordran.cases.office import Office
from fordran.cases.on_account import is_about_money
from fordran.core.problems import Refused
from fordran.day.speak import approve_batch, waiting
from fordran.erp import errands
from fordran.erp.models import Errand
from fordran.payouts.again import is_owed, order_again
from fordran.payouts.models import PaymentFile, PaymentOrder
from fordran.payouts.orders import release
from fordran.ports.post import LetterChannel
from fordran.settlement import suspense
from fordran.settlement.candidates import Waiting, work_list

LOOKS_AT = 200
LOOKS_FOR_MONEY = 45
"""Days that a claim rests for money on account before somebody says that it goes on; the clerk uses it or pays it back first."""


class People:
    """Two of them: `by` does the daily work, `second` lets money go."""

    def __init__(self, seed: int, by: str, second: str) -> None:
        self.seed, self.by, self.second = seed, by, second
        self.done: dict[str, int] = {}

    def _dice(self, *what: object) -> Random:
        return Random(f"{self.seed}/{what}")  # noqa: S311  chance, not a secret

    def _count(self, what: str, number: int = 1) -> None:
        self.done[what] = self.done.get(what, 0) + number

    def morning(self, office: Office, today: date) -> None:
        """Before the day is run: money that waits, cases that ask, orders that the bank refused, errands the ERP refused."""
        self._clear(office, today)
        self._answer(office, today)
        self._orders(office, today)
        self._errands(office, today)

    def evening(self, office: Office, today: date, channels: Mapping[str, LetterChannel]) -> None:
        """After the day was run: letters that wait are looked through and let go."""
        if not office.country.is_banking_day(today) or not waiting(office.creditor):
            return
        try:
            approve_batch(office.creditor, by=self.by, today=today, channels=channels)
            self._count("batches approved")
        except Refused:
            return  # the last look at the ERP has stopped them all

    def _clear(self, office: Office, today: date) -> None:
        for row in work_list(office, limit=LOOKS_AT):
            payment = row.payment
            if (today - payment.learnt_on).days < self._dice("clear", payment.key).randint(2, 9):
                continue
            try:
                self._clear_one(office, row, today)
            except Refused:
                self._count("left for the bank to explain")

    def _clear_one(self, office: Office, row: Waiting, today: date) -> None:
        payment = row.payment
        if payment.kind != "payment":
            return
        best = next((c for c in row.candidates if c.stage != "closed" and c.currency == payment.currency), None)
        if row.suggested == "match" and best is not None and best.score >= 60:
            suspense.match_by_hand(payment, Case.objects.get(pk=best.case), by=self.by, today=today, reason="Ser ut att höra dit")
            self._count("payments matched by hand")
        elif (today - payment.learnt_on).days > 12:
            suspense.refund(payment, by=self.by, today=today, reason="Gäller inget ärende")
            self._count("refunds decided")

    def _answer(self, office: Office, today: date) -> None:
        running = Case.objects.filter(creditor=office.creditor).exclude(stage="closed")
        for case in running.filter(held__in=("dispute", "question")).order_by("id"):
            held = case.holds.filter(lifted_on__isnull=True, kind=case.held).order_by("id").first()
            if held is None or (today - held.since).days < self._dice("answer", case.number).randint(3, 20):
                continue
            of_money = is_about_money(held.reason)
            if of_money and (today - held.since).days < LOOKS_FOR_MONEY:
                continue
            if not of_money and self._dice("right", case.number).random() < 0.3:
                acts.instruct(case, kind="withdraw", reason="Kunden hade rätt", by=self.by, today=today)
                self._count("claims withdrawn")
            else:
                acts.lift_hold(case, kind=held.kind, by=self.by, today=today)
                self._count("questions answered")
        for case in running.filter(held="", stage="awaiting_creditor").order_by("id"):
            dice = self._dice("choice", case.number)
            after, kind = dice.randint(5, 40), dice.choice(("surveillance", "write-off", "surveillance", ""))
            if kind and (today - case.stage_on).days >= after:
                acts.instruct(case, kind=kind, reason="Valt i listan", by=self.by, today=today)
                self._count(f"chosen: {kind}")

    def _orders(self, office: Office, today: date) -> None:
        orders = PaymentOrder.objects.filter(creditor=office.creditor)
        for order in orders.filter(state__in=("rejected", "returned"), payout__isnull=False).select_related("payout"):
            if order.payout is not None and is_owed(order.payout):
                try:
                    order_again(order.payout, by=self.by, today=today)
                    self._count("payouts ordered again")
                except Refused:
                    continue
        for file in PaymentFile.objects.filter(creditor=office.creditor, state="ambiguous"):
            self._count(f"payment file {file.message_id} is not known to have arrived")
        for order in orders.filter(state="proposed").order_by("number"):
            by = self.second if order.account_by != self.second else self.by
            try:
                release(office.creditor, [order.number], by=by, today=today)
                self._count("orders released")
            except Refused:
                self._count("orders that could not be released")

    def _errands(self, office: Office, today: date) -> None:
        for errand in Errand.objects.filter(creditor=office.creditor, state__in=("refused", "ambiguous")).order_by("id"):
            try:
                errands.retry(office, errand.key, by=self.by, today=today)
                self._count("errands told again")
            except Refused:
                continue
