"""Several companies, one bank and one clock, lived a day at a time.

    world = World(seed=7, first_day=date(2026, 1, 7), companies=[COMPANIES["own"]], directory=path)
    world.day(date(2026, 1, 7))          # or, with the office's first look in between: world.morning(..), world.noon(..)

Below `directory` each company has a folder with its key: `bank/` (from-bank, to-bank, at-bank) and `letters/`, which the office's
letter channel writes and the post empties; some have a `sales-bank/` too, for the account on their invoices. Everything that
happens follows from the seed, the days, and those folders.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import Any

from fordran.sandbox.bank.accounts import Incoming
from fordran.sandbox.bank.bank import USUAL, Bank, Temper
from fordran.sandbox.book import Book
from fordran.sandbox.calendar import ONE_DAY
from fordran.sandbox.market.lived import Lived, Paid
from fordran.sandbox.market.mail import read_folder
from fordran.sandbox.market.market import Market
from fordran.sandbox.world.clock import WorldClock, at_local
from fordran.sandbox.world.companies import Company, Numbers, accounts_of, empty_book, numbers_of, sales_folder
from fordran.sandbox.world.keep import VERSION, lines_of, take_line
from fordran.sandbox.world.report import WrongLetter, company_report, invoice_report, wrong_letters

MORNING, NOON = time(5, 0), time(11, 0)
LETTERS, BANK, SALES_BANK = "letters", "bank", "sales-bank"


@dataclass(slots=True)
class Member:
    """A company in this world."""

    company: Company
    numbers: Numbers
    book: Book
    market: Market
    letters: Path | None


class World:
    """Threads may call it; one thing happens at a time."""

    def __init__(
        self, seed: int, first_day: date, companies: Sequence[Company], directory: Path | None = None, *,
        temper: Temper = USUAL, past: bool = True,
    ) -> None:  # fmt: skip
        """`past`: live the time before the first day at once; only a world that is read from a file does without."""
        self.seed, self.first_day, self.directory, self.temper = seed, first_day, directory, temper
        self.clock = WorldClock(at_local(first_day, MORNING))
        self.lock = threading.RLock()
        self.last_day: date | None = None
        self.members: dict[str, Member] = {}
        folders = {}
        for company in companies:
            below = directory / company.key if directory is not None else None
            if below is not None:
                folders[company.key] = below / BANK
                if company.sales_files:
                    folders[sales_folder(company)] = below / SALES_BANK
                (below / LETTERS).mkdir(mode=0o700, parents=True, exist_ok=True)
            self.members[company.key] = self._member(company, below / LETTERS if below is not None else None)
        self.bank = Bank(f"{seed}/bank", folders, temper=temper)
        if past:
            self._live_the_past()

    def _member(self, company: Company, letters: Path | None) -> Member:
        numbers = numbers_of(company, self.seed)
        book = empty_book(company, numbers, self.local)
        character = company.character
        if company.erp == "fortnox":  # which has no payment without an invoice: what a clerk cannot enter nobody can see
            character = replace(character, on_account=0)
        market = Market(book, character, f"{self.seed}/{company.key}", tick=self.sleep)
        return Member(company, numbers, book, market, letters)

    def _live_the_past(self) -> None:
        """Each company lives it by itself, with a clock of its own, which ends at the first day."""
        for member in self.members.values():
            self.bank.lived.accounts += accounts_of(member.company, member.numbers)
            clock = WorldClock(at_local(self.first_day - member.company.character.past_days * ONE_DAY, MORNING))
            member.book.now, member.market.scene.tick = clock.local, clock.sleep
            member.market.live_the_past(self.first_day, partial(clock.not_before, at=MORNING))
            member.book.now, member.market.scene.tick = self.local, self.sleep

    # ---- the clock ---------------------------------------------------------------------------------------------------

    def now(self) -> float:
        """Seconds since 1970."""
        return self.clock.now()

    def sleep(self, seconds: float) -> None:
        """So much later it is; returns at once."""
        self.clock.sleep(seconds)

    def local(self) -> datetime:
        """What the ERPs stamp: Swedish time."""
        return self.clock.local()

    # ---- days --------------------------------------------------------------------------------------------------------

    def day(self, on: date) -> None:
        """Live up to the end of this day. Days that were lived are left alone."""
        with self.lock:
            self.morning(on)
            self.noon(on)

    def morning(self, on: date) -> None:
        """What lies before the office's first look: post, sales, payments of the day, the bank's files."""
        with self.lock:
            if on < (self.last_day or self.first_day) or on == self.last_day:
                return
            self._catch_up(on)
            self.clock.not_before(on, MORNING)
            self._shown(self.bank.begin(on), on)
            for key, member in self.members.items():
                mail = read_folder(member.letters, set(member.market.lived.known_letters)) if member.letters is not None else []
                self._pay_in(key, member.market.morning(on, mail), on)
            self._bank(on)
            self.last_day = on

    def noon(self, on: date) -> None:
        """What still happens that day before letters are written: clerks at work, and what the bank makes of new orders."""
        with self.lock:
            if self.last_day is None or on > self.last_day:
                self.morning(on)
            if on != self.last_day:
                return
            self.clock.not_before(on, NOON)
            for key, member in self.members.items():
                self._pay_in(key, member.market.noon(on), on)
            self._bank(on)

    def _catch_up(self, on: date) -> None:
        """Days that were skipped are lived first; the rest of the last one too."""
        day = self.last_day or self.first_day
        while day < on:
            self.day(day)
            day += ONE_DAY
        if self.last_day is not None and self.last_day < on:
            self.noon(self.last_day)

    def _pay_in(self, key: str, payments: Sequence[Paid], on: date) -> None:
        self.bank.receive([_as_incoming(key, paid) for paid in payments], on)

    def _bank(self, on: date) -> None:
        self.bank.take_orders(on)
        self.bank.execute(on)
        self._shown(self.bank.tell(on), on)

    def _shown(self, numbers: Sequence[str], on: date) -> None:
        for key, member in self.members.items():
            member.market.seen([one.partition("/")[2] for one in numbers if one.partition("/")[0] == key], on)

    def pay_in(self, key: str, amount: int, *, payer: str, reference: str = "", text: str = "", payer_account: str = "") -> None:
        """Somebody outside the market pays öre to the account on the company's letters; the bank tells it in its next file.
        Raises KeyError for a company that is not here, ValueError for no amount."""
        if amount <= 0:
            raise ValueError("an amount is whole öre above 0")
        with self.lock:
            number = f"stranger/{self.bank.lived.serials + 1}"
            incoming = Incoming(number, self.members[key].numbers.bankgiro, "SEK", amount, reference, text, payer)
            incoming.payer_account = payer_account
            self.bank.receive([incoming], self.last_day or self.first_day)

    # ---- what happened -----------------------------------------------------------------------------------------------

    def lived(self, key: str) -> Lived:
        return self.members[key].market.lived

    def wrong_letters(self) -> list[WrongLetter]:
        """Of all companies; the office did well when there is none."""
        with self.lock:
            return [wrong for key in self.members for wrong in wrong_letters(key, self.lived(key))]

    def report(self, *, invoices: bool = False) -> dict[str, Any]:
        """All that happened, as JSON holds it. With `invoices`, the truth about each of them."""
        with self.lock:
            companies: dict[str, Any] = {}
            for key in self.members:
                companies[key] = company_report(key, self.lived(key), self.bank)
                if invoices:
                    companies[key]["fates"] = [invoice_report(fate, self.lived(key)) for fate in self.lived(key).fates.values()]
            return {
                "seed": self.seed,
                "first_day": self.first_day.isoformat(),
                "last_day": self.last_day.isoformat() if self.last_day else None,
                "now": self.now(),
                "companies": companies,
            }

    # ---- as a file ---------------------------------------------------------------------------------------------------

    def snapshot(self) -> bytes:
        """All of it, the same bytes for the same world."""
        with self.lock:
            head = {
                "fordran_world": VERSION, "seed": self.seed, "first_day": self.first_day.isoformat(),
                "last_day": self.last_day.isoformat() if self.last_day else None, "now": repr(self.now()),
                "companies": {key: member.company.character.invoices_a_day for key, member in self.members.items()},
            }  # fmt: skip
            lines = [json.dumps(head)]
            for key, member in self.members.items():
                with member.book.lock:
                    lines += lines_of(f"book:{key}", member.book)
                    lines += lines_of(f"lived:{key}", member.market.lived)
            lines += lines_of("bank", self.bank.lived)
            return "".join(f"{line}\n" for line in lines).encode()

    def save(self, path: Path) -> None:
        """Whole or not at all."""
        beside = path.with_name(f".{path.name}.part")
        beside.write_bytes(self.snapshot())
        os.replace(beside, path)

    @classmethod
    def load(cls, path: Path, companies: Sequence[Company], directory: Path | None = None, *, temper: Temper = USUAL) -> World:
        """Go on with a world that was saved. `companies` must be those it was made with. Raises ValueError for a file that is
        no world, of another version, or of other companies."""
        with path.open(encoding="utf-8") as lines:
            try:
                head = json.loads(next(lines, "null"))
            except ValueError:
                head = None
            if not isinstance(head, dict) or head.get("fordran_world") != VERSION:
                raise ValueError(f"{path.name} is no world of version {VERSION}")
            if head["companies"] != {one.key: one.character.invoices_a_day for one in companies}:
                raise ValueError(f"{path.name} holds other companies: {', '.join(head['companies'])}")
            world = cls(head["seed"], date.fromisoformat(head["first_day"]), companies, directory, temper=temper, past=False)
            places = {"bank": world.bank.lived} | {
                f"{name}:{key}": thing
                for key, member in world.members.items()
                for name, thing in (("book", member.book), ("lived", member.market.lived))
            }
            for line in lines:
                row = json.loads(line)
                take_line(places[row[0]], row)
        world._settle_in(float(head["now"]), head["last_day"])
        return world

    def _settle_in(self, now: float, last_day: str | None) -> None:
        self.clock = WorldClock(now)
        self.last_day = date.fromisoformat(last_day) if last_day else None
        for member in self.members.values():
            member.book.remember_all()


def _as_incoming(key: str, paid: Paid) -> Incoming:
    """What went to the creditor itself is not seen by an office, whatever file it stands in."""
    whose = f"{key}-sales" if paid.to_creditor else key
    return Incoming(
        f"{whose}/{paid.number}", paid.account, paid.currency, paid.amount, paid.reference, paid.text, paid.payer,
        paid.place.street, paid.place.postcode, paid.place.town, paid.payer_account, paid.payer_number,
    )  # fmt: skip
