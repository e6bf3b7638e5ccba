"""What debtors and clerks act on: the ERP's ledger, what is remembered, chance, and the agenda of things to come."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from fordran.sandbox.book import Book, Document
from fordran.sandbox.calendar import ONE_DAY, banking_day
from fordran.sandbox.chance import chance
from fordran.sandbox.market.character import Character
from fordran.sandbox.market.lived import Coming, Debtor, Fate, Happening, Lived


@dataclass(slots=True)
class Scene:
    """`tick` lets some seconds of the world's clock pass, so that no two changes bear the same time."""

    book: Book
    character: Character
    seed: str
    lived: Lived
    tick: Callable[[int], None]
    today: date = date.min

    @property
    def reminds_itself(self) -> bool:
        """The ERP still reminds: nobody collects for the company yet."""
        return self.lived.began is None or (self.character.keeps_reminding and not self.lived.known_letters)

    def draw(self, *names: object) -> random.Random:
        return chance(self.seed, *names)

    def plan(self, coming: Coming) -> None:
        """Put it in the agenda, on a banking day that is not over."""
        lived = self.lived
        coming.on = banking_day(max(coming.on, self.today))
        if coming.on == lived.noon_of:
            coming.on = banking_day(coming.on + ONE_DAY)
        lived.agenda.setdefault(coming.on, []).append(coming)

    def in_days(self, days: int) -> date:
        return self.today + timedelta(days=days)

    def tell(self, what: str, party: str = "", invoice: str = "", amount: int = 0, currency: str = "") -> None:
        self.lived.happened.append(Happening(self.today, what, party, invoice, amount, currency))
        self.tick(1 + (7 * len(self.lived.happened)) % 23)

    def document(self, invoice: str) -> Document | None:
        return self.book.documents.get(("invoice", invoice))

    def debtor(self, fate: Fate) -> Debtor:
        return self.lived.debtors[fate.party]

    def saw(self, fate: Fate, amount: int, by: str) -> None:
        """ERP and bank files now show so much more of what was paid or credited. Clear, when nothing more had been asked: a
        notice asks for the invoice alone."""
        fate.seen += amount
        if fate.seen >= fate.amount and all(got.kind == "notice" for got in fate.letters):
            self.clear(fate, by)

    def clear(self, fate: Fate, by: str) -> None:
        if fate.clear_since is None:
            fate.clear_since, fate.clear_by = self.today, by
