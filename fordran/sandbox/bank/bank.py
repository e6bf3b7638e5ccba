"""The bank itself: money comes in, files go out each banking day, payment orders are taken, answered and executed.

A banking day: `begin` (yesterday's statements, what was late), `receive` (what debtors paid, booked today), `take_orders`,
`execute`, `tell` (today's giro files). All files of one holder lie in one folder, `from-bank/`, and are whole when they can be
seen; its orders are fetched from `to-bank/` and kept in `at-bank/`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from fordran.sandbox.bank.accounts import BGMAX, NOTICE, STATEMENT, Account, BankLived, Delayed, Entry, Incoming, Order
from fordran.sandbox.bank.answers import answer, late_answer
from fordran.sandbox.bank.bgmax import bgmax_file
from fordran.sandbox.bank.camt import notification, statement
from fordran.sandbox.bank.orders import OrderFile, Reason, read_orders
from fordran.sandbox.calendar import banking_day, banking_day_before, banking_days_later, is_banking_day
from fordran.sandbox.chance import chance, happens

FROM_BANK, TO_BANK, AT_BANK = "from-bank", "to-bank", "at-bank"


@dataclass(frozen=True, slots=True)
class Temper:
    """How often the bank makes trouble, per mille: of files, groups, transactions, executed orders, and daily files."""

    refuses_file: int = 10
    refuses_group: int = 15
    refuses_order: int = 25
    returns: int = 20
    late: int = 8


_TROUBLE = (("AC04", "the account is closed"), ("AC01", "there is no such number"))
USUAL, CALM = Temper(), Temper(0, 0, 0, 0, 0)


class Bank:
    """`folders`: a holder's key -> where its files are exchanged; a holder without one gets none."""

    def __init__(
        self, seed: str, folders: dict[str, Path] | None = None, *, temper: Temper = USUAL, lived: BankLived | None = None
    ) -> None:
        self.seed, self.folders, self.temper = seed, folders or {}, temper
        self.lived = lived if lived is not None else BankLived()
        for folder in self.folders.values():
            for name in (FROM_BANK, TO_BANK, AT_BANK):
                (folder / name).mkdir(mode=0o700, parents=True, exist_ok=True)

    def account(self, number: str) -> Account | None:
        return next((one for one in self.lived.accounts if one.is_called(number)), None)

    # ---- the day -----------------------------------------------------------------------------------------------------

    def begin(self, on: date) -> list[str]:
        """A banking day begins: what was late comes now, and the statements of the day before. Numbers of the payments that
        a file has now shown for the first time."""
        lived = self.lived
        if not is_banking_day(on) or (lived.opened_on is not None and on <= lived.opened_on):
            return []
        told: list[str] = []
        for late in [one for one in lived.delayed if one.on <= on]:
            lived.delayed.remove(late)
            self._write(late.key, late.name, late.content)
            told += late.numbers
        before = banking_day_before(on)
        if lived.opened_on is not None:
            for account in lived.accounts:
                told += self._state(account, before, on)
        lived.opened_on = on
        return told

    def receive(self, payments: Iterable[Incoming], on: date) -> None:
        """Booked today. Raises KeyError for an account that is not here."""
        for payment in payments:
            account = self.account(payment.account)
            if account is None:
                raise KeyError(f"no account {payment.account} in this bank")
            self.lived.serials += 1
            payment.serial = f"{on:%y%j}{self.lived.serials % 10_000_000:07d}"
            account.waiting.append(payment)
            account.balance += payment.amount

    def tell(self, on: date) -> list[str]:
        """The giro files and notifications of what came in today. Numbers of the payments in them."""
        told: list[str] = []
        for account in self.lived.accounts:
            if not account.waiting:
                continue
            came, account.waiting = account.waiting, []
            account.told += 1
            entries = self._entries(account, came, on)
            account.entries += entries
            giro = [entry for entry in entries if entry.kind == "giro"]
            numbers = [one.number for one in came]
            by_giro = [one.number for entry in giro for one in entry.incoming]
            if BGMAX in account.files and giro:
                number = f"{account.iban[4:]}"[-16:]
                content = bgmax_file(account.bankgiro, giro[0].incoming, on=on, deposit=account.deposits, account=number)
                told += self._put(account, f"BGMAX_{account.bankgiro}_{on:%Y%m%d}_{account.told:05d}.txt", content, by_giro, on)
            if NOTICE in account.files:
                name = f"camt054_{account.bankgiro or account.iban}_{on:%Y%m%d}_{account.told:05d}.xml"
                told += self._put(account, name, notification(account, entries, on, self._order), numbers, on)
        return told

    def _entries(self, account: Account, came: Sequence[Incoming], on: date) -> list[Entry]:
        giro = [one for one in came if one.account == account.bankgiro and one.account]
        entries: list[Entry] = []
        if giro:
            account.deposits += 1
            total = sum(one.amount for one in giro)
            entries.append(Entry(on, "giro", total, f"{account.bankgiro}{on:%y%m%d}{account.deposits % 1000:03d}", giro))
        entries += [Entry(on, "payment", one.amount, one.serial, [one]) for one in came if one not in giro]
        return entries

    def _state(self, account: Account, day: date, on: date) -> list[str]:
        if STATEMENT not in account.files:
            account.entries.clear()
            return []
        content = statement(account, day, self._order)
        numbers = [one.number for entry in account.entries for one in entry.incoming]
        account.statements += 1
        account.stated += sum(entry.amount for entry in account.entries)
        account.entries = []
        return self._put(account, f"camt053_{account.iban}_{day:%Y%m%d}.xml", content, numbers, on)

    # ---- payment orders ----------------------------------------------------------------------------------------------

    def take_orders(self, on: date) -> int:
        """Fetch, judge and answer what lies in the folders. How many files. What had been fetched when this bank was stopped
        before it was saved is judged now."""
        taken = 0
        for key, folder in sorted(self.folders.items()):
            left = [path for path in (folder / AT_BANK).iterdir() if f"{key}/{path.name}" not in self.lived.fetched]
            for path in sorted([*left, *(folder / TO_BANK).iterdir()]):
                if path.is_file() and not path.name.startswith("."):
                    content = path.read_bytes()
                    os.replace(path, folder / AT_BANK / path.name)
                    self.lived.fetched.append(f"{key}/{path.name}")
                    self._answer(key, content, on)
                    taken += 1
        return taken

    def _answer(self, key: str, content: bytes, on: date) -> None:
        mine = [account for account in self.lived.accounts if account.key == key]
        file = read_orders(content, mine, on)
        self._judge(file)
        if file.refused is None:
            self.lived.messages.append(file.message)
            for group in file.groups:
                for order in group.orders:
                    if group.refused is not None:
                        order.state, order.reason = "rejected", group.refused.code
                    order.on = banking_day(order.on)
                    self.lived.orders.append(order)
        self.lived.answers += 1
        self._write(key, f"pain002_{on:%Y%m%d}_{self.lived.answers:05d}.xml", answer(file, self.lived.answers, on))

    def _judge(self, file: OrderFile) -> None:
        """A double is never taken. Then the bank's temper; the same file meets the same temper."""
        if file.refused is None and file.message in self.lived.messages:
            file.refused = Reason("DU01", "a file with this MsgId has been taken before")
        if file.refused is not None:
            return
        temper = self.temper
        if happens(chance(self.seed, "file", file.message), temper.refuses_file):
            file.refused = Reason("NARR", "the agreement does not allow this file today")
            return
        for group in file.groups:
            if group.refused is None and happens(chance(self.seed, "group", file.message, group.name), temper.refuses_group):
                group.refused = Reason("AG01", "the account is blocked for payments")
            for order in group.orders:
                draw = chance(self.seed, "order", order.end_to_end)
                if order.payee_account in self.lived.closed:
                    order.state, order.reason, order.words = "rejected", "AC04", "the account is closed"
                elif order.state == "accepted" and happens(draw, temper.refuses_order):
                    order.state = "rejected"
                    order.reason, order.words = draw.choice(_TROUBLE)

    def execute(self, on: date) -> None:
        """What is due today leaves the account; what has been sent back comes in again."""
        if not is_banking_day(on):
            return
        groups: dict[tuple[str, str], list[int]] = {}
        for place, order in enumerate(self.lived.orders):
            if order.state == "accepted" and order.on <= on and self._pay(order, on):
                name = order.payment if order.together else f"{order.payment}\x1f{place}"
                groups.setdefault((order.message, name), []).append(place)
            elif order.state == "executed" and order.returns_on is not None and order.returns_on <= on:
                order.state, order.reason = "returned", "AC04"
                account = self._debited(order)
                account.balance += order.amount
                account.entries.append(Entry(on, "returned", order.amount, self._serial(on), orders=[place]))
        for places in groups.values():
            total = sum(self.lived.orders[place].amount for place in places)
            account = self._debited(self.lived.orders[places[0]])
            account.entries.append(Entry(on, "order", -total, self._serial(on), orders=places))

    def _pay(self, order: Order, on: date) -> bool:
        account = self._debited(order)
        if account.balance < order.amount:
            order.state, order.reason, order.words = "rejected", "AM04", "there is not enough money on the account"
            self.lived.answers += 1
            content = late_answer(order, self.lived.answers, on)
            self._write(account.key, f"pain002_{on:%Y%m%d}_{self.lived.answers:05d}.xml", content)
            return False
        order.state, order.executed_on = "executed", on
        account.balance -= order.amount
        payee = self.account(order.payee_account.partition(":")[2])
        draw = chance(self.seed, "returns", order.end_to_end)
        if payee is not None:
            payee.balance += order.amount
            payee.entries.append(Entry(on, "received", order.amount, self._serial(on), orders=[self.lived.orders.index(order)]))
        elif happens(draw, self.temper.returns):
            order.returns_on = banking_days_later(on, draw.randrange(1, 4))
        return True

    def _debited(self, order: Order) -> Account:
        account = self.account(order.debtor)
        assert account is not None  # an order from no account of ours was refused
        return account

    def _serial(self, on: date) -> str:
        self.lived.serials += 1
        return f"{on:%y%j}{self.lived.serials % 10_000_000:07d}"

    def _order(self, place: int) -> Order:
        return self.lived.orders[place]

    # ---- files -------------------------------------------------------------------------------------------------------

    def _put(self, account: Account, name: str, content: bytes, numbers: list[str], on: date) -> list[str]:
        """A daily file, which may come a day late."""
        if happens(chance(self.seed, "late", name), self.temper.late):
            self.lived.delayed.append(Delayed(banking_days_later(on, 1), account.key, name, content, numbers))
            return []
        self._write(account.key, name, content)
        return numbers

    def _write(self, key: str, name: str, content: bytes) -> None:
        folder = self.folders.get(key)
        if folder is None:
            return
        beside = folder / FROM_BANK / f".{name}.part"
        beside.write_bytes(content)
        os.replace(beside, folder / FROM_BANK / name)
