"""What is put right: the due date, the amount or the customer of an invoice; the name, number, class or address of a customer."""

from __future__ import annotations

import random
from datetime import timedelta

from fordran.sandbox.market.clerk import credit_whole, open_invoice
from fordran.sandbox.market.debtors import decide_at_first
from fordran.sandbox.market.lived import Coming, Debtor, Span
from fordran.sandbox.market.people import LAST_NAMES, TOWNS, place
from fordran.sandbox.market.sales import new_invoice
from fordran.sandbox.market.scene import Scene
from fordran.sandbox.numbers import organisation_number

# ---- an invoice ------------------------------------------------------------------------------------------------------


def change_due(scene: Scene, coming: Coming) -> None:
    fate, document = open_invoice(scene, coming)
    if document is None:
        return
    document.due += timedelta(days=scene.draw("due", fate.invoice).randrange(7, 31))
    scene.book.touch(document)
    fate.due = document.due
    scene.tell("change_due", fate.party, fate.invoice, document.balance, fate.currency)
    if fate.left and not fate.letters:
        fate.turn += 1
        decide_at_first(scene, fate)


def change_amount(scene: Scene, coming: Coming) -> None:
    """Credited whole and billed anew, with another sum."""
    fate, document = open_invoice(scene, coming)
    if document is None or document.balance != document.amount or fate.paid:
        return
    credit_whole(scene, coming)
    amount = max(100_00, document.amount * scene.draw("amount", fate.invoice).randrange(60, 125) // 10_000 * 100)
    new = new_invoice(scene, scene.debtor(fate), amount, due=max(fate.due, scene.in_days(10)), follows=fate.invoice)
    scene.tell("change_amount", fate.party, new.invoice, amount, fate.currency)


def change_customer(scene: Scene, coming: Coming) -> None:
    """It was sent to the wrong one: taken back, moved to another, released."""
    fate, document = open_invoice(scene, coming)
    if document is None or document.balance != document.amount or fate.paid:
        return
    draw = scene.draw("other", fate.invoice)
    others = [one for one in scene.lived.debtors.values() if one.currency == fate.currency and one.party != fate.party]
    other = draw.choice(others)
    document.status = "hold"
    scene.book.touch(document)
    scene.tick(40)
    document.party, document.status = other.party, "open"
    document.recipient, document.place, fate.place = "", None, None
    document.direct_debit = other.direct_debit
    if fate.by_direct_debit and fate.by_direct_debit[-1].until is None:
        fate.by_direct_debit[-1].until = scene.today
    if other.direct_debit:
        fate.by_direct_debit.append(Span(scene.today))
    scene.book.touch(document)
    scene.lived.of_party[fate.party].remove(fate.invoice)
    scene.lived.of_party.setdefault(other.party, []).append(fate.invoice)
    fate.party, fate.when, fate.how = other.party, other.when, other.how
    fate.turn += 1
    scene.tell("change_customer", fate.party, fate.invoice, document.balance, fate.currency)
    decide_at_first(scene, fate)


# ---- a customer ------------------------------------------------------------------------------------------------------


def days_turns(scene: Scene) -> None:
    """What befalls customers today."""
    debtors = list(scene.lived.debtors.values())
    for what, rate in scene.character.turns.items():
        draw = scene.draw("turns", what, scene.today)
        for _ in range((rate * len(debtors) + draw.randrange(10_000)) // 10_000):
            debtor = debtors[draw.randrange(len(debtors))]
            _CUSTOMER[what](scene, debtor, draw)


def _move(scene: Scene, debtor: Debtor, draw: random.Random) -> None:
    """The customer is gone today; the ERP learns of it later."""
    debtor.place = place(draw)
    scene.tell("moved", debtor.party)
    scene.plan(Coming(scene.in_days(draw.randrange(5, 41)), "learn_address", half=draw.randrange(2), party=debtor.party))


def learn_address(scene: Scene, coming: Coming) -> None:
    party, debtor = scene.book.parties[coming.party], scene.lived.debtors[coming.party]
    if party.place != debtor.place:
        party.place = debtor.place
        scene.book.touch(party)
        scene.tell("change_address", debtor.party)


def _change_class(scene: Scene, debtor: Debtor, draw: random.Random) -> None:
    party = scene.book.parties[debtor.party]
    usual = {"consumer": "PRIVAT", "business": "FÖRETAG", "public": "OFFENTLIG"}[debtor.kind]
    party.class_id = "STAMKUND" if party.class_id == usual else usual
    scene.book.touch(party)
    scene.tell("change_class", debtor.party)


def _change_name(scene: Scene, debtor: Debtor, draw: random.Random) -> None:
    party = scene.book.parties[debtor.party]
    if debtor.kind == "consumer":
        debtor.name = f"{debtor.name.split()[0]} {draw.choice(LAST_NAMES)}"
    elif debtor.kind == "business":
        debtor.name = f"{debtor.name.removesuffix(' AB')} i {draw.choice(TOWNS)[1]} AB"
    else:
        return
    party.name = debtor.name
    scene.book.touch(party)
    scene.tell("change_name", debtor.party)


def _change_identity(scene: Scene, debtor: Debtor, draw: random.Random) -> None:
    """What was missing or mistyped is right now; where it was right, a company goes on under a new number."""
    party = scene.book.parties[debtor.party]
    if party.identity == debtor.identity:
        if debtor.kind != "business":
            return
        debtor.identity = organisation_number(draw)
    party.identity = debtor.identity
    scene.book.touch(party)
    scene.tell("change_identity", debtor.party)


def _leave_alone(scene: Scene, debtor: Debtor, draw: random.Random) -> None:
    party = scene.book.parties[debtor.party]
    if party.left_alone:
        return
    party.left_alone = True
    scene.book.touch(party)
    debtor.alone.append(Span(scene.today))
    scene.tell("customer_left_alone", debtor.party)
    scene.plan(Coming(scene.in_days(draw.randrange(15, 61)), "leave_alone_over", half=draw.randrange(2), party=debtor.party))


def leave_alone_over(scene: Scene, coming: Coming) -> None:
    party = scene.book.parties[coming.party]
    party.left_alone = False
    scene.book.touch(party)
    scene.lived.debtors[coming.party].alone[-1].until = scene.today
    scene.tell("customer_left_alone_over", coming.party)


_CUSTOMER = {
    "move": _move,
    "change_class": _change_class,
    "change_name": _change_name,
    "change_identity": _change_identity,
    "leave_alone": _leave_alone,
}
