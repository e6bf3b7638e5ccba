"""How customers pay. What they know is their invoices, the letters that reached them, and what they themselves have done."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date, timedelta

from fordran.sandbox.book import Place
from fordran.sandbox.calendar import banking_days_later
from fordran.sandbox.chance import happens
from fordran.sandbox.market.lived import Coming, Fate, LetterGot, Paid
from fordran.sandbox.market.mail import MailedLetter
from fordran.sandbox.market.scene import Scene

_MOVED_BY = {
    "on_time": {"notice": 600, "reminder": 900, "demand": 950, "residual": 850},
    "late": {"notice": 400, "reminder": 850, "demand": 900, "residual": 800},
    "after_reminder": {"notice": 100, "reminder": 850, "demand": 900, "residual": 750},
    "after_demand": {"demand": 800, "residual": 600},
    "never": {"demand": 20},
}
"""How many of a thousand letters of a kind make such a customer pay."""

_DISPUTED = 25
"""Of a thousand letters that reach somebody who has not paid."""


# ---- plans -----------------------------------------------------------------------------------------------------------


def decide_at_first(scene: Scene, fate: Fate) -> None:
    """When the invoice has come."""
    if fate.by_direct_debit and fate.by_direct_debit[-1].until is None:
        scene.plan(Coming(fate.due, "direct_debit", party=fate.party, invoices=[fate.invoice], turn=fate.turn))
        return
    draw = scene.draw("first", fate.invoice, fate.due)
    if fate.when == "on_time":
        on = max(fate.issued + timedelta(days=1), fate.due - timedelta(days=draw.randrange(6)))
    elif fate.when == "late":
        on = fate.due + timedelta(days=1 + draw.randrange(1 + 2 * scene.debtor(fate).days_late))
    else:
        return
    plan_payment(scene, draw, [fate], on=on)


def decide_after_own_reminder(scene: Scene, fate: Fate) -> None:
    """The creditor's own ERP has reminded: before the office came."""
    draw = scene.draw("own reminder", fate.invoice)
    if fate.left and fate.when in ("late", "after_reminder") and happens(draw, 800):
        fate.turn += 1
        plan_payment(scene, draw, [fate], on=scene.in_days(draw.randrange(4, 15)))


def plan_payment(scene: Scene, draw: random.Random, fates: list[Fate], *, on: date, letter: MailedLetter | None = None) -> None:
    """One payment or several, in the customer's manner, which it keeps to two times out of three."""
    debtor = scene.debtor(fates[0])
    way = debtor.how if happens(draw, 660) else "exact"
    asks = letter.asks if letter is not None else {fates[0].currency: 0}
    for currency, amount in asks.items():
        coming = Coming(
            on, "pay", party=debtor.party, invoices=[fate.invoice for fate in fates], currency=currency, amount=amount,
            account=letter.account(currency) if letter is not None else "",
            reference=letter.ocr if letter is not None else fates[0].ocr, way=way, turn=fates[0].turn,
            credited=sum(fate.credited for fate in fates), letter=letter.name if letter is not None else "",
        )  # fmt: skip
        _in_manner(scene, draw, coming, fates)


def _in_manner(scene: Scene, draw: random.Random, coming: Coming, fates: list[Fate]) -> None:
    if coming.way == "to_the_creditor":
        coming.account, coming.reference = "", fates[0].ocr
    elif coming.way == "wrong_reference":
        coming.reference = _mistyped(coming.reference, draw)
    elif coming.way == "by_text":
        coming.reference, coming.text = "", f"{draw.choice(('Faktura', 'fakt', 'Betalning', 'inv'))} {coming.invoices[0]}"
    scene.plan(coming)
    if coming.way == "twice":
        later = coming.on + timedelta(days=draw.randrange(1, 8))
        scene.plan(_again(coming, later, "again"))
    elif coming.way == "partly" and happens(draw, 500):
        later = coming.on + timedelta(days=draw.randrange(8, 30))
        scene.plan(_again(coming, later, "the_rest"))


def _again(coming: Coming, on: date, way: str) -> Coming:
    return Coming(
        on, "pay", party=coming.party, invoices=list(coming.invoices), currency=coming.currency, amount=coming.amount,
        account=coming.account, reference=coming.reference, text=coming.text, way=way, turn=coming.turn,
        credited=coming.credited, letter=coming.letter,
    )  # fmt: skip


def _mistyped(reference: str, draw: random.Random) -> str:
    if not reference:
        return reference
    at = draw.randrange(len(reference))
    digit = reference[at]
    other = str((int(digit) + draw.randrange(1, 10)) % 10) if digit.isdigit() else "0"
    return reference[:at] + other + reference[at + 1 :]


# ---- letters ---------------------------------------------------------------------------------------------------------


def letter_posted(scene: Scene, letter: MailedLetter) -> bool:
    """The post takes it; False when it comes back, since nobody of that name lives there any more."""
    fates = [fate for invoice in letter.invoices if (fate := scene.lived.fates.get(invoice)) is not None]
    scene.lived.known_letters.append(letter.name)
    debtor = scene.debtor(fates[0]) if fates else None
    arrives = debtor is not None and any(_stands_on(place, letter.recipient) for place in (debtor.place, fates[0].place) if place)
    for fate in fates:
        total, whole = letter.asks.get(fate.currency, 0), set(letter.asks) <= {fate.currency}
        got = LetterGot(letter.name, letter.kind, letter.dated_on, letter.last_day, total, letter.ocr, arrives, whole, fate.party)
        fate.letters.append(got)
    if debtor is None:
        scene.tell("letter_about_nothing_known")
        return False
    scene.tell(f"letter_{letter.kind or 'unknown'}", debtor.party, fates[0].invoice, letter.asks.get(fates[0].currency, 0))
    draw = scene.draw("post", debtor.party, letter.kind, *sorted(letter.invoices), letter.dated_on)
    if not arrives:
        scene.lived.returned.append(letter.name)
        scene.tell("letter_returned", debtor.party, fates[0].invoice)
        scene.plan(Coming(scene.in_days(draw.randrange(4, 11)), "learn_address", party=debtor.party))
        return False
    scene.lived.letters[letter.name] = letter
    on = banking_days_later(letter.dated_on, draw.randrange(1, 4))
    scene.plan(Coming(on, "read", party=debtor.party, invoices=sorted(letter.invoices), letter=letter.name, way=letter.kind))
    return True


def _stands_on(place: Place, lines: tuple[str, ...]) -> bool:
    return place.street in lines and any(line.startswith(f"{place.postcode} ") for line in lines)


def read_the_letter(scene: Scene, coming: Coming) -> None:
    """The letter lies on the table. Who thinks that nothing is owed puts it away."""
    letter = scene.lived.letters.pop(coming.letter)
    fates = [fate for name in letter.invoices if (fate := scene.lived.fates.get(name)) is not None and not fate.gone]
    if not fates or letter.kind == "confirmation" or not letter.asks:
        return
    debtor = scene.debtor(fates[0])
    draw = scene.draw("read", debtor.party, letter.kind, *sorted(letter.invoices), letter.dated_on)
    if not any(fate.left for fate in fates) and letter.kind != "residual":
        scene.tell("letter_to_one_who_had_paid", debtor.party, fates[0].invoice)
        return
    if fates[0].left and happens(draw, _DISPUTED):
        scene.plan(Coming(scene.in_days(draw.randrange(1, 5)), "dispute", half=draw.randrange(2), invoices=[fates[0].invoice]))
        return
    if not happens(draw, _MOVED_BY[debtor.when].get(letter.kind, 0)):
        return
    fates[0].turn += 1
    plan_payment(scene, draw, fates, on=_day_to_pay(scene, draw, letter), letter=letter)


def _day_to_pay(scene: Scene, draw: random.Random, letter: MailedLetter) -> date:
    """Most keep the letter's last day."""
    if letter.last_day is None:
        return scene.in_days(draw.randrange(2, 12))
    room = (letter.last_day - scene.today).days
    if room < 1 or happens(draw, 150):
        return max(letter.last_day, scene.today) + timedelta(days=draw.randrange(1, 14))
    return scene.in_days(draw.randrange(1, room + 1))


# ---- paying ----------------------------------------------------------------------------------------------------------


def pay(scene: Scene, coming: Coming, book_later: Callable[[Scene, Paid], None]) -> Paid | None:
    """The bank books it today. None when the customer has thought better of it; `book_later` when the money went to the
    creditor's own account, for its clerk to find."""
    fates = [scene.lived.fates[name] for name in coming.invoices]
    fates = [fate for fate in fates if not fate.gone and fate.party == coming.party]
    if not fates or fates[0].turn != coming.turn:
        return None
    owed = sum(fate.left for fate in fates if fate.currency == coming.currency)
    costs_only = bool(coming.letter) and coming.currency != fates[0].currency  # a euro letter's costs stay in kronor
    if not owed and coming.way != "again" and not costs_only and not _rest_was_asked(fates, coming):
        return None
    amount = owed if coming.way != "again" else sum(fate.amount - fate.credited for fate in fates)
    if coming.amount:
        amount = max(0, coming.amount - sum(fate.credited for fate in fates) + coming.credited)
    amount, fates = _how_much(scene, coming, amount, owed, fates)
    if amount <= 0:
        return None
    paid = _let_go(scene, coming, amount, fates)
    if paid.to_creditor:
        book_later(scene, paid)
    return paid


def _rest_was_asked(fates: list[Fate], coming: Coming) -> bool:
    """A letter asks for costs and interest when the invoice itself has been paid."""
    return any(got.name == coming.letter and got.kind == "residual" for fate in fates for got in fate.letters)


def _how_much(scene: Scene, coming: Coming, amount: int, owed: int, fates: list[Fate]) -> tuple[int, list[Fate]]:
    draw = scene.draw("how much", coming.party, coming.way, *coming.invoices, coming.turn)
    if coming.way == "partly":
        return amount * draw.randrange(40, 85) // 10_000 * 100, fates
    if coming.way == "the_rest":
        return (owed if owed else 0), fates
    if coming.way == "krona_short" and amount > 300:
        return amount - 100, fates
    if coming.way == "in_one_sum":
        more = _others_due(scene, coming, fates)
        if more:
            coming.text = f"Faktura {', '.join(fate.invoice for fate in (*fates, *more))}"
            return amount + sum(fate.left for fate in more), [*fates, *more]
        coming.way = "exact"
    return amount, fates


def _others_due(scene: Scene, coming: Coming, fates: list[Fate]) -> list[Fate]:
    """The customer's other invoices that are due, or nearly."""
    soon = scene.in_days(25)
    theirs = [scene.lived.fates[number] for number in scene.lived.of_party.get(coming.party, ())]
    found = [
        fate for fate in theirs
        if fate.currency == coming.currency and fate.due <= soon and fate.left and not fate.gone and fate not in fates
    ]  # fmt: skip
    return sorted(found, key=lambda fate: (fate.due, fate.invoice))[:4]


def _let_go(scene: Scene, coming: Coming, amount: int, fates: list[Fate]) -> Paid:
    lived, book, debtor = scene.lived, scene.book, scene.lived.debtors[coming.party]
    lived.payments += 1
    own = book.bankgiro if coming.currency == "SEK" else book.iban
    account = coming.account or own
    paid = Paid(
        f"B{lived.payments:07d}", scene.today, coming.party, debtor.name, coming.currency, amount, account, coming.reference,
        coming.text, coming.way, [fate.invoice for fate in fates],
        to_creditor=account == own and coming.account != own,  # own collection prints it on letters too
        payer_account=debtor.bankgiro, payer_number=debtor.identity if debtor.kind != "consumer" else "", place=debtor.place,
    )  # fmt: skip
    left = amount
    for fate in fates:
        part = min(left, fate.left) if fate.currency == paid.currency else 0
        fate.paid += part
        left -= part
        paid.parts[fate.invoice] = part
        if fate is not fates[0] and part:
            fate.turn += 1
    lived.paid[paid.number] = paid
    where = "to_creditor" if paid.to_creditor else "to_office"
    scene.tell(f"paid_{where}_{paid.way}", paid.party, paid.invoices[0], amount, paid.currency)
    return paid


def money_seen(scene: Scene, paid: Paid) -> None:
    """A bank's file for the office, or the ERP, shows the payment from today on."""
    paid.seen_on = scene.today
    for name, part in paid.parts.items():
        fate = scene.lived.fates[name]
        scene.saw(fate, part, "payment")
        for got in fate.letters:
            in_time = got.last_day is None or paid.on <= got.last_day
            if got.whole and got.reference == paid.reference and paid.amount == got.total and in_time and got.kind != "notice":
                scene.clear(fate, "payment")
