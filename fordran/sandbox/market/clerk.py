"""What the creditor's clerks do in the ERP: book payments, credit, mend, take back, leave alone, learn of a move.

Each deed is planned long before it is done; one whose time has passed by (the invoice is paid meanwhile) is left undone.
"""

from __future__ import annotations

from fordran.sandbox.book import Application, Document, Receipt
from fordran.sandbox.calendar import banking_days_later
from fordran.sandbox.chance import happens
from fordran.sandbox.market.debtors import decide_after_own_reminder, money_seen
from fordran.sandbox.market.lived import Coming, Fate, Paid, Span
from fordran.sandbox.market.scene import Scene

FIRST_RECEIPT = 600_000
_DAYS_TO_FIND = {"by_text": (1, 4), "wrong_reference": (2, 6), "in_one_sum": (1, 4), "to_the_creditor": (1, 5)}
"""Banking days until a payment to the creditor's own account is booked; others the same day or the next."""


# ---- money -----------------------------------------------------------------------------------------------------------


def book_later(scene: Scene, paid: Paid) -> None:
    draw = scene.draw("book", *paid.invoices, paid.on, paid.amount, paid.way)
    least, most = _DAYS_TO_FIND.get(paid.way, (0, 1))
    on = banking_days_later(scene.today, draw.randrange(least, most + 1))
    lying = scene.draw("lying", paid.number)
    paid.left_lying = happens(lying, 10 * scene.character.left_lying)
    if paid.left_lying:
        on = scene.in_days(lying.randrange(20, 75))
    scene.plan(Coming(on, "book", half=draw.randrange(2), party=paid.party, invoices=paid.invoices[:1], payment=paid.number))


def book(scene: Scene, coming: Coming) -> None:
    """Against the invoices that were meant, as far as they are open; what is over stays on the payment."""
    paid = scene.lived.paid[coming.payment]
    fate = scene.lived.fates[paid.invoices[0]]
    if fate.mishap == "misbooked" and not paid.receipt and (wrong := _another(scene, paid)) is not None:
        receipt = _enter(scene, paid, [Application("invoice", wrong.number, min(paid.amount, wrong.balance))])
        scene.tell("booked_on_anothers", wrong.party, wrong.number, paid.amount, paid.currency)
        draw = scene.draw("unbook", receipt.number)
        again = Coming(scene.in_days(draw.randrange(2, 9)), "book_again", party=paid.party, invoices=paid.invoices[:1])
        again.payment = paid.number
        scene.plan(again)
        return
    if any((d := scene.document(name)) is not None and d.status == "hold" for name in paid.invoices):
        scene.plan(Coming(scene.in_days(2), "book", party=paid.party, invoices=paid.invoices[:1], payment=paid.number))
        return
    if _meant_is_oldest(scene, paid) and happens(scene.draw("on account", paid.number), 10 * scene.character.on_account):
        _book_on_account(scene, paid)
        return
    receipt = _enter(scene, paid, _against(scene, paid))
    scene.tell(
        "booked_in_part" if receipt.status == "open" else "booked", paid.party, paid.invoices[0], paid.amount, paid.currency
    )
    money_seen(scene, paid)
    _pay_back_later(scene, paid, receipt)


def _book_on_account(scene: Scene, paid: Paid) -> None:
    """Entered as the customer's and set against nothing: whoever looks there sees that money has come. Days later it is."""
    receipt = _enter(scene, paid, [])
    scene.tell("booked_on_account", paid.party, paid.invoices[0], paid.amount, paid.currency)
    money_seen(scene, paid)
    draw = scene.draw("use", receipt.number)
    scene.plan(Coming(scene.in_days(draw.randrange(3, 21)), "use_payment", half=draw.randrange(2), party=paid.party,
                      invoices=paid.invoices[:1], payment=paid.number))  # fmt: skip


def _meant_is_oldest(scene: Scene, paid: Paid) -> bool:
    """It is for one invoice, overdue, and none of the customer's that is open fell due before it: money on account is taken for
    the oldest debt. Invoices that will be moved about or taken back are left out."""
    fate, document = scene.lived.fates[paid.invoices[0]], scene.document(paid.invoices[0])
    if len(paid.invoices) > 1 or fate.mishap or document is None or document.due >= scene.today or not document.balance:
        return False
    others = (scene.document(name) for name in scene.lived.of_party.get(paid.party, ()))
    return document.status == "open" and not any(
        other.balance and other.currency == document.currency and (other.due, other.number) < (document.due, document.number)
        for other in others if other is not None
    )  # fmt: skip


def use_payment(scene: Scene, coming: Coming) -> None:
    """What stood on account is set against the invoice it was meant for."""
    paid = scene.lived.paid[coming.payment]
    document = scene.document(paid.invoices[0])
    if document is not None and document.status == "hold":
        coming.on = scene.in_days(2)
        scene.plan(coming)
        return
    receipt = scene.book.use(paid.receipt, _against(scene, paid))
    scene.tell("payment_used", paid.party, paid.invoices[0], paid.amount - receipt.unused, paid.currency)
    _pay_back_later(scene, paid, receipt)


def _pay_back_later(scene: Scene, paid: Paid, receipt: Receipt) -> None:
    if receipt.status == "open":
        on = scene.in_days(scene.draw("back", receipt.number).randrange(5, 26))
        scene.plan(Coming(on, "pay_back", party=paid.party, invoices=paid.invoices[:1], payment=paid.number))


def pay_back(scene: Scene, coming: Coming) -> None:
    paid = scene.lived.paid[coming.payment]
    amount = scene.book.pay_back(paid.receipt)
    if amount:
        scene.tell("paid_back", paid.party, paid.invoices[0], amount, paid.currency)


def book_again(scene: Scene, coming: Coming) -> None:
    """It stood on another's invoice: voided, and booked where it belongs."""
    paid = scene.lived.paid[coming.payment]
    back = scene.book.void(paid.receipt, scene.today)
    for part in back.applications:
        _owes_after_all(scene.lived.fates.get(part.number))
    scene.tell("voided", paid.party, paid.invoices[0], paid.amount, paid.currency)
    receipt = _enter(scene, paid, _against(scene, paid))
    scene.tell("booked_again", paid.party, paid.invoices[0], receipt.amount, paid.currency)
    money_seen(scene, paid)
    _pay_back_later(scene, paid, receipt)


def _owes_after_all(fate: Fate | None) -> None:
    """Another's money had paid it, or all but a rest that was asked for and paid: it is not clear any more."""
    if fate is not None and fate.clear_by == "payment" and fate.seen < fate.amount:
        fate.clear_since, fate.clear_by = None, ""


def _another(scene: Scene, paid: Paid) -> Document | None:
    """Somebody else's open invoice, the one whose sum is nearest."""
    candidates = [
        document for fate in reversed(list(scene.lived.fates.values())[-120:])
        if not fate.gone and fate.party != paid.party and (document := scene.document(fate.invoice)) is not None
        and document.status == "open" and document.currency == paid.currency and document.balance
    ]  # fmt: skip
    return min(candidates, key=lambda document: (abs(document.balance - paid.amount), document.number), default=None)


def _against(scene: Scene, paid: Paid) -> list[Application]:
    left, parts = paid.amount, []
    for name in paid.invoices:
        document = scene.document(name)
        if document is None or document.status == "hold" or document.currency != paid.currency:
            continue
        part = min(left, document.balance)
        if part:
            parts.append(Application("invoice", name, part))
            left -= part
    return parts


def _enter(scene: Scene, paid: Paid, parts: list[Application]) -> Receipt:
    lived, book = scene.lived, scene.book
    lived.receipts += 1
    while str(FIRST_RECEIPT + lived.receipts) in book.receipts:  # others book too
        lived.receipts += 1
    paid.receipt = str(FIRST_RECEIPT + lived.receipts)
    return book.add_receipt(
        Receipt(
            paid.receipt, "payment", paid.party, paid.on, paid.currency, paid.amount, reference=paid.reference, text=paid.text,
            method="1", applications=parts,
        )
    )  # fmt: skip


def direct_debit(scene: Scene, coming: Coming) -> None:
    """The bank draws what is owed on the due day. Where there is no money the customer has to pay as others do."""
    fate, document = open_invoice(scene, coming)
    if coming.turn != fate.turn:
        return
    draw = scene.draw("debit", fate.invoice, scene.today)
    fate.by_direct_debit[-1].until = scene.today
    if document is not None and happens(draw, 10 * scene.character.bounced):
        document.direct_debit = False
        scene.book.touch(document)
        scene.tell("direct_debit_bounced", fate.party, fate.invoice, document.balance, fate.currency)
        return
    scene.plan(Coming(scene.today, "pay", party=fate.party, invoices=[fate.invoice], currency=fate.currency,
                      reference=fate.ocr, way="direct_debit", turn=fate.turn))  # fmt: skip


def remind_itself(scene: Scene, coming: Coming) -> None:
    """The ERP's own reminder; it stops when the office comes."""
    fate, document = open_invoice(scene, coming)
    if document is None or not scene.reminds_itself:
        return
    document.reminded_on, document.reminder_level = scene.today, document.reminder_level + 1
    scene.book.touch(document)
    scene.tell("reminded_by_itself", fate.party, fate.invoice, document.balance, fate.currency)
    decide_after_own_reminder(scene, fate)
    draw = scene.draw("remind again", fate.invoice, document.reminder_level)
    if document.reminder_level < scene.character.reminders and happens(draw, 500):
        scene.plan(Coming(scene.in_days(draw.randrange(12, 25)), "remind_itself", invoices=[fate.invoice]))


# ---- credits ---------------------------------------------------------------------------------------------------------


def credit_whole(scene: Scene, coming: Coming) -> None:
    fate, document = open_invoice(scene, coming)
    if document is None:
        return
    amount = document.balance
    _note(scene, fate, amount, names=fate.invoice)
    fate.credited += amount
    scene.saw(fate, amount, "credit")
    if fate.credited >= fate.amount:
        scene.clear(fate, "credit")
    scene.tell("credit_whole", fate.party, fate.invoice, amount, fate.currency)


def credit_part(scene: Scene, coming: Coming) -> None:
    fate, document = open_invoice(scene, coming)
    if document is None:
        return
    amount = document.balance * scene.draw("part", fate.invoice).randrange(10, 60) // 10_000 * 100
    if amount:
        _note(scene, fate, amount, names=fate.invoice)
        fate.credited += amount
        scene.saw(fate, amount, "credit")
        scene.tell("credit_part", fate.party, fate.invoice, amount, fate.currency)


def credit_loose(scene: Scene, coming: Coming) -> None:
    """A note that names no invoice; the customer knows what it is for."""
    fate, document = open_invoice(scene, coming)
    if document is None:
        return
    draw = scene.draw("loose", fate.invoice)
    amount = document.balance if draw.randrange(3) == 0 else document.balance * draw.randrange(10, 90) // 10_000 * 100
    if amount:
        note = _note(scene, fate, amount, names="")
        fate.credited += amount
        scene.tell("credit_loose", fate.party, fate.invoice, amount, fate.currency)
        scene.plan(Coming(scene.in_days(draw.randrange(3, 26)), "set_credit", half=draw.randrange(2), invoices=[fate.invoice],
                          payment=note.number))  # fmt: skip


def set_credit(scene: Scene, coming: Coming) -> None:
    """The loose note is set against its invoice, as far as that is open."""
    note = scene.book.documents["credit_note", coming.payment]
    fate, document = open_invoice(scene, coming)
    if document is None:
        scene.tell("credit_stays_loose", fate.party, fate.invoice, note.balance, fate.currency)
        return
    amount = scene.book.set_against(note, fate.invoice)
    scene.saw(fate, amount, "credit")
    if fate.credited >= fate.amount and fate.seen >= fate.amount:
        scene.clear(fate, "credit")
    scene.tell("credit_set", fate.party, fate.invoice, amount, fate.currency)


def _note(scene: Scene, fate: Fate, amount: int, *, names: str) -> Document:
    scene.lived.credits += 1
    note = Document(
        "credit_note", str(80_000 + scene.lived.credits), fate.party, fate.currency, amount, amount, scene.today, scene.today,
        text=f"Kredit av {fate.invoice}" if names else "Kredit", credits=names,
    )  # fmt: skip
    return scene.book.credit(note)


# ---- left alone ------------------------------------------------------------------------------------------------------


def dispute(scene: Scene, coming: Coming) -> None:
    fate, document = open_invoice(scene, coming)
    if document is None or document.left_alone:
        return
    document.left_alone = True
    scene.book.touch(document)
    fate.alone.append(Span(scene.today))
    scene.tell("dispute", fate.party, fate.invoice, document.balance, fate.currency)
    draw = scene.draw("dispute", fate.invoice, scene.today)
    scene.plan(Coming(scene.in_days(draw.randrange(8, 45)), "dispute_over", half=draw.randrange(2), invoices=[fate.invoice]))


def dispute_over(scene: Scene, coming: Coming) -> None:
    """Two of five were right: the rest is credited. The others owe it still."""
    fate = scene.lived.fates[coming.invoices[0]]
    document = scene.document(fate.invoice)
    if document is None:
        return
    if document.status == "open" and scene.draw("right", fate.invoice, scene.today).randrange(5) < 2:
        credit_whole(scene, coming)
    document.left_alone = False
    scene.book.touch(document)
    fate.alone[-1].until = scene.today
    scene.tell("dispute_over", fate.party, fate.invoice, document.balance, fate.currency)


# ---- what is taken back ----------------------------------------------------------------------------------------------


def hold(scene: Scene, coming: Coming) -> None:
    fate, document = open_invoice(scene, coming)
    if document is not None:
        _take_back(scene, fate, document)
        draw = scene.draw("hold", fate.invoice)
        scene.plan(Coming(scene.in_days(draw.randrange(1, 13)), "release", half=draw.randrange(2), invoices=[fate.invoice]))


def delete(scene: Scene, coming: Coming) -> None:
    """Only what nobody has paid or credited anything of."""
    fate, document = open_invoice(scene, coming)
    if document is not None and document.balance == document.amount and not fate.paid:
        _take_back(scene, fate, document)
        scene.plan(Coming(scene.in_days(scene.draw("gone", fate.invoice).randrange(1, 6)), "gone", invoices=[fate.invoice]))


def _take_back(scene: Scene, fate: Fate, document: Document) -> None:
    document.status = "hold"
    scene.book.touch(document)
    fate.held.append(Span(scene.today))
    scene.tell("hold", fate.party, fate.invoice, document.balance, fate.currency)


def release(scene: Scene, coming: Coming) -> None:
    fate = scene.lived.fates[coming.invoices[0]]
    document = scene.document(fate.invoice)
    if document is not None:
        document.status = "open" if document.balance else "closed"
        scene.book.touch(document)
        fate.held[-1].until = scene.today
        scene.tell("release", fate.party, fate.invoice, document.balance, fate.currency)


def gone(scene: Scene, coming: Coming) -> None:
    fate = scene.lived.fates[coming.invoices[0]]
    document = scene.document(fate.invoice)
    if document is None:
        return
    if fate.paid or document.balance != document.amount:  # somebody paid it meanwhile
        release(scene, coming)
        return
    scene.book.delete("invoice", fate.invoice)
    fate.gone = True
    fate.held[-1].until = scene.today
    scene.clear(fate, "deleted")
    scene.tell("deleted", fate.party, fate.invoice, fate.amount, fate.currency)


def open_invoice(scene: Scene, coming: Coming) -> tuple[Fate, Document | None]:
    """The invoice's fate, and the document when it is still open."""
    fate = scene.lived.fates[coming.invoices[0]]
    document = scene.document(fate.invoice)
    if document is None or document.status != "open" or not document.balance:
        return fate, None
    return fate, document
