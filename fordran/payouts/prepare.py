"""What a creditor is to be paid, line by line, and its booking.

Every line begins with one transfer of the books: a part of a claim that a payment paid. A transfer stands in one payout only.
One that turns round an earlier transfer (a payment taken off its case) turns round that transfer's lines too, to the öre, at
the price of then. A sum below the minimum, or below nothing, waits; nothing of it is stored.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction

from fordran.audit.record import record_event
from fordran.cases.office import Office
from fordran.core.money import money_in_words
from fordran.core.reasons import Reason
from fordran.db.bulk import insert_many, run
from fordran.ledger.looked_at import begin_to_look, note_looked
from fordran.ledger.post import Posting, post
from fordran.payouts.models import Payout
from fordran.payouts.orders import Wanted, lock_orders, propose, why_not
from fordran.payouts.price import OWN, Part, Prices, case_fee, parts_of
from fordran.payouts.schedule import last_day
from fordran.payouts.sealed import broken
from fordran.payouts.terms import Plan, approved_account, plan_of, prices_of
from fordran.process.bookings import Account, Booking

PAID_CAUSES = ("paid", "paid_in_time", "paid_to_creditor", "settled_at_creditor", "rest_written_off", "tiny_rest_written_off")
"""Closed with the claim paid, but for small rests: these bear the fixed fee."""


READER = "payouts"


@dataclass(frozen=True, slots=True)
class Item:
    """One transfer that no payout holds yet. `amount_minor` is below nothing for one that turns round another."""

    transfer: int
    on: date
    booked_on: date
    amount_minor: int
    currency: str
    component: str
    case: int
    payment: int
    reverses: int


@dataclass(frozen=True, slots=True)
class Line:
    part: Part
    on: date
    case: int = 0
    payment: int = 0
    transfer: int = 0
    corrects: int = 0


@dataclass(frozen=True, slots=True)
class Sums:
    """Öre. `amount` is what the creditor gets; collected = amount + earned + vat."""

    amount: int
    collected: int
    earned: int
    vat: int


@dataclass(slots=True)
class Prepared:
    payouts: list[Payout] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def items_of(creditor: int, after: int = 0) -> list[Item]:
    """All that was collected for the creditor and stands in no payout, of transfers after this one."""
    rows = run(
        """SELECT t.id, t."on", t.booked_on, CASE WHEN t.reverses_id IS NULL THEN t.amount_minor ELSE -t.amount_minor END,
                  t.currency, CASE WHEN t.case_number = 0 THEN %(own)s WHEN t.reverses_id IS NULL THEN t.credit ELSE t.debit END,
                  t.case_number, t.payment_number, coalesce(t.reverses_id, 0)
           FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses_id
           JOIN settlement_payment p ON p.id = t.payment_number AND p.via = 'bank'
           WHERE t.creditor_id = %(c)s AND t.id > %(after)s AND t.payment_number <> 0
             AND ((t.case_number <> 0 AND coalesce(o.reason, t.reason) = 'payment_allocated')
               OR (t.case_number = 0 AND coalesce(o.reason, t.reason) = 'paid_on_invoice'))
             AND NOT EXISTS (SELECT 1 FROM payouts_payoutline l WHERE l.transfer_id = t.id AND l.kind = 'collected')
           ORDER BY t.id""",
        {"c": creditor, "own": OWN, "after": after},
    )
    return [Item(*row) for row in rows]


def lines_of(items: Sequence[Item], prices: Prices, before: Mapping[int, Sequence[Part]]) -> list[Line]:
    """The lines of these items. `before` has the parts of transfers that earlier payouts hold and these turn round."""
    known: dict[int, list[Part]] = {transfer: list(parts) for transfer, parts in before.items()}
    lines: list[Line] = []
    for item in sorted(items, key=lambda i: i.transfer):
        if item.reverses:
            parts = [Part(p.kind, p.component, -p.amount_minor) for p in known[item.reverses]]
        else:
            parts = list(parts_of(prices.on(item.on), item.component, item.amount_minor))
            known[item.transfer] = parts
        lines += [Line(p, item.on, item.case, item.payment, item.transfer, item.reverses) for p in parts]
    return lines


def sums_of(lines: Sequence[Line]) -> Sums:
    by_kind: dict[str, int] = defaultdict(int)
    for line in lines:
        by_kind[line.part.kind] += line.part.amount_minor
    vat, collected = -by_kind["vat"], by_kind["collected"]
    earned = -(by_kind["kept"] + by_kind["commission"] + by_kind["case_fee"])
    return Sums(collected - earned - vat, collected, earned, vat)


def ripe(items: Sequence[Item], day: date, paid_before: set[int]) -> list[Item]:
    """What was booked up to `day`; and what has been turned round since, so that nothing known to be wrong is paid."""
    chosen = {i.transfer for i in items if not i.reverses and i.booked_on <= day}
    return [i for i in items if i.transfer in chosen or (i.reverses and (i.reverses in chosen or i.reverses in paid_before))]


@dataclass(frozen=True, slots=True)
class Coming:
    """A payout as it would be: its lines and sums."""

    currency: str
    lines: tuple[Line, ...]
    sums: Sums


def coming(office: Office, day: date) -> Iterator[Coming]:
    """What a payout of everything booked up to `day` would hold, by currency. Reads only."""
    creditor, prices = office.creditor.pk, prices_of(office.creditor)
    items = items_of(creditor, begin_to_look(creditor, READER).after)
    before = _parts_before(creditor, [i.reverses for i in items if i.reverses])
    chosen = ripe(items, day, set(before))
    fees = _fee_lines(office, prices, day)
    home = office.country.currency
    for currency in sorted({i.currency for i in chosen} | ({home} if fees else set())):
        lines = lines_of([i for i in chosen if i.currency == currency], prices, before)
        lines += fees if currency == home else []
        yield Coming(currency, tuple(lines), sums_of(lines))


def _parts_before(creditor: int, transfers: Sequence[int]) -> dict[int, list[Part]]:
    found: dict[int, list[Part]] = defaultdict(list)
    rows = run(
        """SELECT transfer_id, kind, component, amount_minor FROM payouts_payoutline
           WHERE creditor_id = %s AND transfer_id <> 0 AND transfer_id = ANY (%s) ORDER BY id""",
        [creditor, list(transfers)],
    )
    for transfer, kind, component, minor in rows:
        found[transfer].append(Part(kind, component, minor))
    return dict(found)


def _fee_lines(office: Office, prices: Prices, day: date) -> list[Line]:
    """Fees of cases paid up to `day` that have borne none; and back, of cases that are open again."""
    if not any(price.case_fee_minor for price in prices.lists):
        return []
    rows = run(
        """SELECT c.id, c.closed_on, c.closed_cause = ANY (%(paid)s) AND c.closed_on <= %(day)s,
                  coalesce(l.fee, 0)::bigint, coalesce(l.vat, 0)::bigint
           FROM cases_case c LEFT JOIN (
               SELECT case_id, sum(amount_minor) FILTER (WHERE kind = 'case_fee') AS fee,
                      sum(amount_minor) FILTER (WHERE kind = 'vat') AS vat
               FROM payouts_payoutline WHERE creditor_id = %(c)s AND component = 'case_fee' GROUP BY case_id
           ) l ON l.case_id = c.id
           WHERE c.creditor_id = %(c)s AND ((c.stage = 'closed' AND c.closed_cause = ANY (%(paid)s)) <> (coalesce(l.fee, 0) <> 0))
           ORDER BY c.id""",
        {"c": office.creditor.pk, "paid": list(PAID_CAUSES), "day": day},
    )
    lines: list[Line] = []
    for case, closed_on, bears, fee, vat in rows:
        if fee:
            back = [Part("case_fee", "case_fee", -fee), *([Part("vat", "case_fee", -vat)] if vat else [])]
            lines += [Line(part, day, case) for part in back]
        elif bears:
            lines += [Line(part, closed_on, case) for part in case_fee(prices.on(closed_on))]
    return lines


# ---- storing ----------------------------------------------------------------------------------------------------


@transaction.atomic
def prepare_payouts(office: Office, today: date) -> Prepared:
    """The payouts of the latest payout day that has come, each with its order, which waits for a person. Done once for
    (creditor, currency, day); on a day that is no banking day nothing is done. In own collection there is nothing to pay out."""
    prepared = Prepared()
    if office.creditor.mode != "agency" or not office.country.is_banking_day(today):
        return prepared
    lock_orders(office.creditor.pk)
    prepared.problems += [f"{office.creditor.name}: {why}" for why in broken(office.creditor)]
    plan = plan_of(office.creditor)
    day = last_day(plan.schedule, office.country, today)
    done = set(Payout.objects.filter(creditor=office.creditor, day__gte=day).values_list("currency", flat=True))
    look = begin_to_look(office.creditor.pk, READER)
    for found in coming(office, day):
        if found.currency not in done and found.sums.amount >= plan.minimum(found.currency):
            _store(office, plan, found, day, today, prepared)
    note_looked(look, min((item.transfer for item in items_of(office.creditor.pk, look.after)), default=None))
    return prepared


def _store(office: Office, plan: Plan, found: Coming, day: date, today: date, prepared: Prepared) -> None:
    creditor, currency = office.creditor, found.currency
    sums = found.sums
    said = f"{creditor.name}: {money_in_words(sums.amount, currency)} is to be paid out, but "
    payee = approved_account(creditor, currency, office.country.currency)
    if payee is None:
        prepared.problems.append(said + "no account for it is approved; a second person must approve one")
        return
    number = f"U{day.year}-{Payout.objects.filter(creditor=creditor).count() + 1:06d}"
    address = office.profile.addresses.get("sender")
    payout = Payout(
        creditor=creditor, number=number, currency=currency, day=day, prepared_on=today, amount_minor=sums.amount,
        collected_minor=sums.collected, earned_minor=sums.earned, vat_minor=sums.vat,
    )  # fmt: skip
    wanted = Wanted(
        payee, creditor.name, sums.amount, currency, "approved account", message=f"Utbetalning {number}", reference=plan.ocr,
        town=address.town if address else "", country=address.country if address else "SE", payout=payout,
    )  # fmt: skip
    why = why_not(office, wanted, today)
    if why:
        prepared.problems.append(said + why)
        return
    payout.save()
    with connection.cursor() as cursor:
        insert_many(cursor, "payouts_payoutline", _LINE, [_row(creditor.pk, payout.pk, line) for line in found.lines])
        post(cursor, creditor.pk, list(_office_share(payout, sums, today)), booked_on=today)
    propose(office, wanted, today)
    record_event(creditor.pk, today, "fordran", "payout prepared", number, amount=sums.amount, currency=currency)
    prepared.payouts.append(payout)


_LINE = (
    "creditor_id", "payout_id", "kind", "component", "amount_minor", "case_id", "payment_id", "transfer_id", "corrects_id", "on",
)  # fmt: skip


def _row(creditor: int, payout: int, line: Line) -> tuple[Any, ...]:
    part = line.part
    return (
        creditor, payout, part.kind, part.component, part.amount_minor, line.case or None, line.payment or None, line.transfer,
        line.corrects, line.on,
    )  # fmt: skip


def _office_share(payout: Payout, sums: Sums, today: date) -> Iterator[Posting]:
    """Commission, fees and what is kept; VAT on them. The other way where corrections outweigh."""
    for account, minor in ((Account.EARNED, sums.earned), (Account.VAT, sums.vat)):
        if minor:
            debit, credit = (Account.PAYABLE, account) if minor > 0 else (account, Account.PAYABLE)
            booking = Booking(debit, credit, abs(minor), payout.currency, today, Reason.OFFICE_SHARE)
            yield Posting(f"payout {payout.number} {account}", booking)
