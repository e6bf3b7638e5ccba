"""The demonstration: an invented company that lives day by day through the real daily run.

What happens outside is invented here (what the ledger lists, who pays which letter, what a clerk decides); what happens
inside is the product itself. Each day is worked out from the seed and the tables, so a stopped build goes on where it was.
"""

from __future__ import annotations

import hashlib
import io
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from importlib.resources import files
from typing import Any

from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Sum

from fordran.bank.models import BankFile
from fordran.cases import acts
from fordran.cases.models import Case
from fordran.cases.office import Office, open_office
from fordran.core.problems import Refused
from fordran.creditors.apply import apply_profile
from fordran.creditors.models import Creditor, Membership
from fordran.creditors.settings_file import read_settings
from fordran.day.demo_bank import STRANGERS, Slip, as_mistyped, as_typed, write_bgmax
from fordran.day.demo_people import FIRST_DAY, LAST_DAY, Bill, LooseCredit, World, dice, invent, organisation_number
from fordran.day.models import Today
from fordran.day.react import react_to_ledger
from fordran.day.run import run_day
from fordran.day.speak import approve_batch, send_approved, waiting
from fordran.formats.bank import Reading
from fordran.formats.open_items.item import OpenItem
from fordran.invoices.receive import Picture, import_picture
from fordran.letters.models import Letter, LetterCase
from fordran.ports.post import LetterChannel
from fordran.settlement import suspense
from fordran.settlement.candidates import work_list
from fordran.settlement.models import Allocation
from fordran.settlement.take_in import take_in

CLERK = "maria.ek"
LAST_KNOWN = date(2026, 12, 30)
"""The rates of the half-year after are not decided yet, so the world stops here."""

Progress = Callable[[int, int], None]


def is_built() -> bool:
    row = Today.objects.first()
    return row is not None and row.on >= LAST_DAY


def build(channels: Mapping[str, LetterChannel], progress: Progress | None = None) -> None:
    """Live from the first day, or from where a stopped build left off, to the last. Raises Refused when a day fails."""
    world, creditor = invent(), _company()
    row = Today.objects.first()
    first = row.on + timedelta(days=1) if row else FIRST_DAY
    days = (LAST_DAY - FIRST_DAY).days + 1
    for number in range((LAST_DAY - first).days + 1):
        live(world, creditor, first + timedelta(days=number), channels)
        if progress:
            progress((first - FIRST_DAY).days + number + 1, days)


def one_more_day(channels: Mapping[str, LetterChannel]) -> date:
    """Let the day after today pass. Raises Refused where the law's rates end."""
    row = Today.objects.first()
    if row is None:
        raise Refused("there is no demonstration yet: start it with `fordran demo`")
    coming: date = row.on + timedelta(days=1)
    if coming > LAST_KNOWN:
        raise Refused(
            f"the demonstration ends on {LAST_KNOWN}, where the known reference rates end; begin anew with `fordran demo --new`"
        )
    live(invent(), Creditor.objects.get(organisation_number=organisation_number()), coming, channels)
    return coming


def send_approved_today(channels: Mapping[str, LetterChannel]) -> int:
    """Letters that were approved on the pages leave. How many."""
    row = Today.objects.get(id=1)
    return send_approved(open_office(Creditor.objects.get(organisation_number=organisation_number())), row.on, channels).sent


@transaction.atomic
def _company() -> Creditor:
    text = (files("fordran.day") / "demo.toml").read_text(encoding="utf-8")
    number = organisation_number()
    known = Creditor.objects.filter(organisation_number=number).first()
    if known:
        return known
    creditor = apply_profile(read_settings(text.replace("ORGANISATION_NUMBER", number)))
    Creditor.objects.filter(pk=creditor.pk).update(activated_on=FIRST_DAY)
    user, _ = get_user_model().objects.get_or_create(
        username=CLERK, defaults={"first_name": "Maria", "last_name": "Ek", "email": "maria.ek@granholms.example"}
    )
    user.set_unusable_password()  # the demonstration's own door is the only one
    user.save()
    Membership.objects.get_or_create(user=user, creditor=creditor, defaults={"role": "sign"})
    creditor.refresh_from_db()
    return creditor


def live(world: World, creditor: Creditor, today: date, channels: Mapping[str, LetterChannel]) -> None:
    """One day: the ledger's list, what debtors do, what the clerk does, the daily run, and the clerk's approval."""
    creditor.refresh_from_db()
    office = open_office(creditor)
    bills = {bill.number: bill for bill in world.bills}
    moves = list(_moves(creditor, bills, today))
    if office.country.is_banking_day(today):
        _ledger(office, world, today, moves)
        _bank_file(office, moves, today)
        for move in moves:
            _debtor_moves(office, move, today)
        _clerk_decides(creditor, today)
        _clerk_clears(office, today)
    report = run_day(today, channels, [creditor])
    if report.problems:
        raise Refused(f"{today}: {report.problems[0]}")
    if today < LAST_DAY and waiting(creditor) and office.country.is_banking_day(today):
        approve_batch(creditor, by=CLERK, today=today, channels=channels)
    Today.objects.update_or_create(id=1, defaults={"on": today})


# ---- what the ledger lists


def _ledger(office: Office, world: World, today: date, moves: list[Move]) -> None:
    """The whole list of open items as the company's own system would show it this morning."""
    known = _known(office.creditor)
    direct = {m.case_id: m.amount_minor for m in moves if m.how == "direct"}
    items: list[OpenItem] = []
    for bill in world.bills:
        if bill.issued > today or (bill.gone_from and bill.gone_from <= today and (not bill.gone_to or today < bill.gone_to)):
            continue
        case = known.get(bill.number)
        left = _open_without_case(bill, today) if case is None else case.open_minor - direct.get(case.id, 0)
        if case is not None and bill.pays_on and bill.pays_on <= today and not case.closed:
            left = 0  # paid at last, straight to the company
        if left <= 0 and (case is None or not case.listed):
            continue
        items.append(_item(len(items) + 2, bill, max(left, 0), today))
        if bill.credit_on and bill.credit_on <= today and (case is None or not case.closed):
            items.append(_credit_item(len(items) + 2, bill))
    for credit in world.credits:
        if credit.since <= today < credit.until:
            items.append(_loose_credit_item(len(items) + 2, credit))
    listed = "\n".join(f"{i.invoice};{i.open};{i.due}" for i in items)
    picture = Picture(items, sha256=hashlib.sha256(listed.encode()).hexdigest(), name=f"öppna-poster-{today}.csv")
    import_picture(office.creditor, picture, on=today, country=office.country, accept_shrunk=True)
    react_to_ledger(office, today)


@dataclass(frozen=True, slots=True)
class _Known:
    id: int
    open_minor: int
    closed: bool
    listed: bool  # the list still has it, or should say once that it is settled


def _known(creditor: Creditor) -> dict[str, _Known]:
    """What the company's books hold open of each bill that has a case: what was open, less everything paid."""
    paid: dict[int, int] = defaultdict(int)
    rows = Allocation.objects.filter(creditor=creditor).values("case_id")
    for row in rows.annotate(c=Sum("capital_minor"), i=Sum("interest_minor"), k=Sum("costs_minor")):
        paid[row["case_id"]] = int(row["c"] + row["i"] + row["k"])
    found = {}
    for case in Case.objects.filter(creditor=creditor).select_related("invoice"):
        closed = case.stage == "closed"
        keeps = closed and case.closed_cause == "withdrawn"
        left = 0 if closed and not keeps else max(case.opening_minor - paid[case.pk], 0)
        found[case.invoice.number] = _Known(case.pk, left, closed, not closed or case.invoice.open_minor > 0)
    return found


def _open_without_case(bill: Bill, today: date) -> int:
    return 0 if bill.pays_on and bill.pays_on <= today else bill.amount_minor


def _item(row: int, bill: Bill, left: int, today: date) -> OpenItem:
    who = bill.customer
    due = bill.due_later if bill.due_later and bill.due_changed_on and bill.due_changed_on <= today else bill.due
    seen = bill.reminded if bill.reminded and bill.reminded <= today else None
    return OpenItem(
        row, bill.number, due, left, bill.amount_minor, who.name, who.key, who.class_key, issued=bill.issued, arose=bill.arose,
        currency=bill.currency, text=bill.text, identity=who.identity, debtor=who.debtor, street=who.street,
        postcode=who.postcode, town=who.town, country=who.country, email=who.email, language=who.language,
        terms_agreed=who.terms_agreed, reminded=seen, reminded_fee=bill.reminded_fee_minor if seen else None,
    )  # fmt: skip


def _credit_item(row: int, bill: Bill) -> OpenItem:
    who = bill.customer
    return OpenItem(row, f"{bill.number}K", bill.credit_on or bill.due, bill.credit_minor, bill.credit_minor, who.name, who.key,
                    who.class_key, issued=bill.credit_on, currency=bill.currency, credits=bill.number, kind="credit")  # fmt: skip


def _loose_credit_item(row: int, credit: LooseCredit) -> OpenItem:
    who, amount = credit.customer, credit.amount_minor
    return OpenItem(row, credit.number, credit.since, amount, amount, who.name, who.key, who.class_key, issued=credit.since,
                    kind="credit")  # fmt: skip


# ---- what debtors do when they get a letter


@dataclass(frozen=True, slots=True)
class Move:
    """`how`: bank (to the account on the letter), direct (straight to the company), dispute, respite."""

    how: str
    case_id: int
    currency: str
    amount_minor: int
    reference: str
    key: str


REACTIONS = {
    # kind of letter: (pays it, pays the bare invoice, part, straight to the company, disputes, asks for time)
    "notice": (0.30, 0.05, 0.02, 0.06, 0.00, 0.00),
    "reminder": (0.42, 0.03, 0.08, 0.07, 0.05, 0.05),
    "demand": (0.36, 0.03, 0.08, 0.04, 0.06, 0.06),
    "residual": (0.62, 0.00, 0.05, 0.02, 0.01, 0.02),
}
WAYS = ("full", "bare", "part", "direct", "dispute", "respite")


def _moves(creditor: Creditor, bills: Mapping[str, Bill], today: date) -> Iterator[Move]:
    """Who reacts today to a letter that was sent some days ago. The same letter always gets the same answer."""
    letters = Letter.objects.filter(creditor=creditor, state="sent", sent_on__gte=today - timedelta(days=40), sent_on__lt=today)
    first_case = dict(LetterCase.objects.filter(letter__in=letters).order_by("-id").values_list("letter_id", "case_number"))
    cases = Case.objects.select_related("invoice").in_bulk(set(first_case.values()))
    for letter in letters.order_by("id"):
        case = cases.get(first_case.get(letter.pk, 0))
        if case is None or case.stage == "closed" or case.held or letter.kind not in REACTIONS:
            continue
        chance = dice("reaction", case.invoice.number, letter.kind)
        roll, reacts_after = chance.random(), chance.choice((2, 3, 4, 5, 6, 7, 8, 8, 9, 9, 10, 10, 11, 13, 16))
        if letter.sent_on is None:
            continue
        day = letter.sent_on + timedelta(days=reacts_after)
        if _moved_to_weekday(day) != today:
            continue
        for how, share in zip(WAYS, REACTIONS[letter.kind], strict=True):
            if roll < share:
                yield _move(how, case, letter, chance)
                break
            roll -= share


def _moved_to_weekday(day: date) -> date:
    return day + timedelta(days=max(0, 7 - day.weekday())) if day.weekday() > 4 else day


def _move(how: str, case: Case, letter: Letter, chance: Any) -> Move:
    amount, key = letter.total_minor, f"demo {letter.number} {how}"
    if how == "bare":
        amount = case.capital_minor
    elif how == "part":
        amount = max(int(letter.total_minor * chance.uniform(0.25, 0.7)) // 100 * 100, 100_00)
    elif how == "direct":
        amount = case.capital_minor
    way = "bank" if how in ("full", "bare", "part") else how
    return Move(way, case.pk, letter.currency, amount, letter.ocr, key)


def _debtor_moves(office: Office, move: Move, today: date) -> None:
    case = Case.objects.get(pk=move.case_id)
    if case.stage == "closed" or case.held:
        return
    if move.how == "dispute":
        acts.place_hold(case, kind="dispute", reason=dice("why", move.key).choice(DISPUTES), by=CLERK, today=today)
    elif move.how == "respite":
        until = today + timedelta(days=dice("until", move.key).choice((21, 30, 45)))
        acts.place_hold(case, kind="respite", reason="Kunden har ringt och bett om anstånd", by=CLERK, today=today, until=until)


# ---- what the bank sends


def _bank_file(office: Office, moves: list[Move], today: date) -> None:
    """The day's file, if any money came. A day that was stopped half-way has its file already."""
    creditor = office.creditor
    slips = [slip for move in moves if move.how == "bank" for slip in [_slip(move, today)] if slip]
    slips += _more_money(creditor, today)
    if not slips or BankFile.objects.filter(creditor=creditor, on=today).exists():
        return
    data = write_bgmax(slips, creditor.bankgiro, today)
    take_in(Reading(io.BytesIO(data)), name=f"bgmax-{today}.txt", on=today, by="bank")


def _slip(move: Move, today: date) -> Slip | None:
    case = Case.objects.select_related("customer", "invoice").get(pk=move.case_id)
    if case.stage == "closed" or case.held:
        return None
    number = int(hashlib.sha256(move.key.encode()).hexdigest()[:10], 16) % 10**12
    slip = Slip(move.amount_minor, move.reference, case.customer.name, number, currency=move.currency)
    return as_typed(slip, case.invoice.number, dice("typed", move.key))


def _more_money(creditor: Creditor, today: date) -> list[Slip]:
    """Now and then somebody pays a second time, or to the wrong account."""
    chance, found = dice("more money", today.isoformat()), []
    if chance.random() < 0.12:
        over = Case.objects.filter(creditor=creditor, stage="closed", closed_cause__startswith="paid", currency="SEK")
        case = over.filter(closed_on__lt=today).select_related("customer").order_by("-closed_on", "id").first()
        if case is not None:
            found.append(Slip(case.opening_minor, case.ocr, case.customer.name, chance.randrange(10**11)))
    if chance.random() < 0.08:
        who, text = chance.choice(STRANGERS)
        found.append(Slip(chance.randrange(15_000, 400_000, 5_000), "", who, chance.randrange(10**11), text))
    return found


def practice_file(creditor: Creditor, today: date, *, broken: bool) -> bytes:
    """A file to try the pages with: four that pay what they owe, one with a digit wrong, one from a stranger. `broken`: its
    last sum is a krona too much."""
    rows = Case.objects.filter(creditor=creditor, currency="SEK", held="", stage__in=("reminded", "demanded"))
    cases = list(rows.select_related("customer", "invoice").order_by("due_on", "id")[:5])
    slips = [
        Slip(case.capital_minor + case.interest_minor + case.costs_minor, case.ocr, case.customer.name, 900_000_000_000 + case.pk)
        for case in cases
    ]
    slips[4:] = [as_mistyped(slip, dice("practice", slip.number)) for slip in slips[4:]]
    who, text = STRANGERS[0]
    slips.append(Slip(125_000, "", who, 990_000_000_000 + today.toordinal(), text))
    return write_bgmax(slips, creditor.bankgiro, today, wrong_by=100 if broken else 0)


DISPUTES = (
    "Kunden säger att arbetet inte är färdigt",
    "Kunden anser att materialet var fel",
    "Kunden har fått fel timpris enligt offerten",
    "Kunden säger att fakturan är betald i maj",
)


# ---- what the clerk does


def _clerk_decides(creditor: Creditor, today: date) -> None:
    """Some choices are made, some disputes answered, some questions looked at; the rest waits on the overview."""
    rows = Case.objects.filter(creditor=creditor, held="").exclude(stage="closed")
    for case in rows.filter(stage="awaiting_creditor").order_by("id"):
        chance = dice("choice", case.number)
        after, kind = (
            chance.randint(3, 12),
            chance.choices(("payment-order", "surveillance", "write-off", ""), (34, 16, 4, 46))[0],
        )
        if kind and (today - case.stage_on).days >= after:
            acts.instruct(case, kind=kind, reason="Valt i listan", by=CLERK, today=today)
    for case in Case.objects.filter(creditor=creditor, held__in=("dispute", "question")).exclude(stage="closed").order_by("id"):
        held = case.holds.filter(lifted_on__isnull=True, kind=case.held).order_by("id").first()
        chance = dice("answer", case.number, case.held)
        if held is None or chance.random() < 0.4 or (today - held.since).days < chance.randint(5, 25):
            continue
        acts.lift_hold(case, kind=held.kind, by=CLERK, today=today)
        if held.kind == "dispute" and chance.random() < 0.35:
            case.refresh_from_db()
            if case.stage != "closed":
                acts.instruct(case, kind="withdraw", reason="Kunden hade rätt", by=CLERK, today=today)


def _clerk_clears(office: Office, today: date) -> None:
    """Money that has waited some days: set against what it is likely for, paid back where it was paid twice; or left alone."""
    for row in work_list(office, limit=100):
        payment = row.payment
        if (today - payment.learnt_on).days < dice("clears", payment.key).randint(5, 16):
            continue
        best = next((c for c in row.candidates if c.stage != "closed"), None)
        asked_about = (today - payment.learnt_on).days > 20
        known = best is not None and bool({"name", "near", "identity", "account"} & set(best.signs))
        if row.suggested == "refund" or (asked_about and not known):
            suspense.refund(payment, by=CLERK, today=today, reason="Gäller inget ärende")
        elif row.suggested == "match" and best is not None and (best.score >= 70 or asked_about):
            suspense.match_by_hand(payment, Case.objects.get(pk=best.case), by=CLERK, today=today, reason="Valt i listan")
