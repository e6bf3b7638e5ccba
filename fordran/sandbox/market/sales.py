"""New customers and new invoices, every banking day."""

from __future__ import annotations

import random
from datetime import date, timedelta

from fordran.core.checkdigits import luhn_digit
from fordran.formats.ocr import make_ocr
from fordran.sandbox.book import Document, Party, Place
from fordran.sandbox.chance import happens, one_of
from fordran.sandbox.market.character import CLASS_OF, CLASSES
from fordran.sandbox.market.debtors import decide_at_first
from fordran.sandbox.market.lived import Coming, Debtor, Fate, Span
from fordran.sandbox.market.people import LAST_NAMES, mail_address, name_and_number, place, telephone
from fordran.sandbox.market.scene import Scene
from fordran.sandbox.numbers import bankgiro

FIRST_INVOICE = 20_000
FIRST_CUSTOMER = 1_000
_SOON = ("hold", "delete", "change_customer", "change_amount", "change_due")
"""What is found out soon after the invoice has gone; the rest may come at any time."""


def open_for_business(scene: Scene) -> None:
    scene.book.classes.update(CLASSES)
    for _ in range(scene.character.customers):
        new_customer(scene)


def new_customer(scene: Scene) -> Debtor:
    lived, character = scene.lived, scene.character
    lived.parties += 1
    number = str(FIRST_CUSTOMER + lived.parties)
    draw = scene.draw("customer", number)
    kind = one_of(draw, character.kinds)
    name, identity = name_and_number(draw, kind)
    debtor = Debtor(
        number, kind, name, place(draw), when=one_of(draw, character.when), how=one_of(draw, character.how),
        days_late=draw.randrange(3, 22), currency="EUR" if happens(draw, 10 * character.euro) else "SEK",
        bankgiro=bankgiro(draw) if kind != "consumer" else "", identity=identity,
    )  # fmt: skip
    debtor.direct_debit = debtor.currency == "SEK" and happens(draw, 10 * character.direct_debit)
    lived.debtors[number] = debtor
    known = "" if happens(draw, 10 * character.no_identity) else identity
    if known and happens(draw, 15):
        known = _one_digit_off(known, draw)
    scene.book.add_party(
        Party(
            number, name, CLASS_OF[kind], known, private=kind == "consumer",
            place=Place() if happens(scene.draw("no address", number), 10 * character.no_address) else debtor.place,
            email="" if happens(draw, 10 * character.no_mail) else mail_address(name, draw), phone=telephone(draw),
            language="en" if happens(draw, 10 * character.english) else "sv", currency=debtor.currency,
            terms_days=draw.choice(character.terms),
        )
    )  # fmt: skip
    scene.tell("new_customer", number)
    return debtor


def _one_digit_off(number: str, draw: random.Random) -> str:
    """A slip that no check digit shows: another birth or series number, with its own check digit."""
    at = len(number) - 2
    body = number[:at] + str((int(number[at]) + 1 + draw.randrange(9)) % 10)
    return body + luhn_digit(body[-9:])


def days_sales(scene: Scene) -> None:
    mean = scene.character.invoices_a_day
    draw = scene.draw("sales", scene.today)
    for number in range(draw.randrange(mean // 2, mean + mean - mean // 2 + 1)):
        one = scene.draw("sale", scene.today, number)
        customers = list(scene.lived.debtors.values())
        debtor = new_customer(scene) if happens(one, 10 * scene.character.new_customer) else one.choice(customers)
        first, last = scene.character.amounts
        amount = first + int((last - first) * one.random() ** 3) // 100 * 100 + one.choice((0, 0, 0, 50, 25, 90))
        new_invoice(scene, debtor, amount)


def new_invoice(scene: Scene, debtor: Debtor, amount: int, *, due: date | None = None, follows: str = "") -> Fate:
    """Billed today."""
    lived = scene.lived
    lived.invoices += 1
    number = str(FIRST_INVOICE + lived.invoices)
    draw = scene.draw("invoice", number)
    party = scene.book.parties[debtor.party]
    if due is None:
        due = scene.in_days(party.terms_days)
    document = Document(
        "invoice", number, debtor.party, debtor.currency, amount, amount, scene.today, due,
        text=f"{draw.choice(scene.character.things)} {scene.today:%Y-%m}", ocr=make_ocr(number),
    )  # fmt: skip
    document.direct_debit = debtor.direct_debit
    if happens(draw, 10 * scene.character.other_place):
        document.recipient, document.place = f"{party.name}, c/o {draw.choice(LAST_NAMES)}", place(draw)
    scene.book.add_document(document)
    fate = Fate(number, debtor.party, debtor.currency, amount, scene.today, due, debtor.when, debtor.how, document.ocr)
    fate.follows, fate.place = follows, document.place
    if document.direct_debit:
        fate.by_direct_debit.append(Span(scene.today))
    lived.fates[number] = fate
    lived.of_party.setdefault(debtor.party, []).append(number)
    scene.tell("invoice", debtor.party, number, amount, debtor.currency)
    decide_at_first(scene, fate)
    _draw_mishap(scene, draw, fate)
    if scene.reminds_itself and happens(draw, 10 * scene.character.reminds_itself):
        scene.plan(Coming(due + timedelta(days=draw.randrange(8, 20)), "remind_itself", invoices=[number]))
    return fate


def _draw_mishap(scene: Scene, draw: random.Random, fate: Fate) -> None:
    mishaps = scene.character.mishaps
    chosen = one_of(draw, {**mishaps, "": max(0, 1000 - sum(mishaps.values()))})
    fate.mishap = chosen
    if chosen in ("", "misbooked"):
        return
    late = (fate.due - fate.issued).days + 40
    days = draw.randrange(2, 12) if chosen in _SOON and draw.randrange(2) else draw.randrange(3, late)
    scene.plan(Coming(scene.in_days(days), chosen, half=draw.randrange(2), invoices=[fate.invoice]))
