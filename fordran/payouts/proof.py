"""Proof of money out: what was collected is paid, under way or owed; each order's money is where its state says.

Reads only; `day.verify` runs it among its checks.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator

from fordran.cases.office import Office
from fordran.db.bulk import run
from fordran.payouts.hand_over import made_again
from fordran.payouts.models import LIVE, PaymentFile
from fordran.payouts.prepare import items_of
from fordran.process.bookings import Account

Found = Iterator[tuple[str, str]]


def money_out(office: Office) -> Found:
    """(record, sentence) for everything that does not agree."""
    yield from _owed(office)
    yield from _payouts(office)
    yield from _lines(office)
    yield from _orders(office)
    yield from _in_transit(office)
    yield from _refunds(office)
    yield from _files(office)


def _balances(office: Office, account: Account) -> dict[str, int]:
    """Credit less debit by currency, öre."""
    rows = run(
        """SELECT currency, sum(CASE WHEN credit = %(a)s THEN amount_minor ELSE -amount_minor END)::bigint FROM ledger_transfer
           WHERE creditor_id = %(c)s AND %(a)s IN (debit, credit) GROUP BY currency""",
        {"c": office.creditor.pk, "a": str(account)},
    )
    return {currency: minor for currency, minor in rows if minor}


def _owed(office: Office) -> Found:
    """What is owed to the creditor is what was collected and is in no payout, and payouts whose money came back."""
    if office.creditor.mode != "agency":
        return
    owed: dict[str, int] = defaultdict(int)
    for item in items_of(office.creditor.pk):
        owed[item.currency] += item.amount_minor
    rows = run(
        """SELECT p.currency, sum(p.amount_minor)::bigint FROM payouts_payout p WHERE p.creditor_id = %s AND NOT EXISTS (
               SELECT 1 FROM payouts_paymentorder o WHERE o.payout_id = p.id AND o.state = ANY (%s)) GROUP BY p.currency""",
        [office.creditor.pk, [*LIVE, "paid"]],
    )
    for currency, minor in rows:
        owed[currency] += minor
    booked = _balances(office, Account.PAYABLE)
    for currency in sorted(set(owed) | set(booked)):
        if owed[currency] != booked.get(currency, 0):
            yield (
                f"owed to {office.creditor.name} {currency}",
                f"payable is {booked.get(currency, 0)} öre; collected and not paid out {owed[currency]} öre",
            )


def _payouts(office: Office) -> Found:
    """A payout is the sum of its lines, and its transfers moved exactly that."""
    rows = run(
        """WITH line AS (
               SELECT payout_id, sum(amount_minor) AS amount, sum(amount_minor) FILTER (WHERE kind = 'collected') AS collected,
                      -sum(amount_minor) FILTER (WHERE kind IN ('kept', 'commission', 'case_fee')) AS earned,
                      -sum(amount_minor) FILTER (WHERE kind = 'vat') AS vat
               FROM payouts_payoutline WHERE creditor_id = %(c)s GROUP BY payout_id),
           share AS (
               SELECT key, sum(CASE WHEN debit = 'payable' THEN amount_minor ELSE -amount_minor END) AS minor FROM ledger_transfer
               WHERE creditor_id = %(c)s AND reason = 'office_share' GROUP BY key)
           SELECT p.number, ARRAY[p.amount_minor, p.collected_minor, p.earned_minor, p.vat_minor],
                  ARRAY[coalesce(l.amount, 0), coalesce(l.collected, 0), coalesce(l.earned, 0), coalesce(l.vat, 0)]::bigint[],
                  ARRAY[p.earned_minor, p.vat_minor], ARRAY[coalesce(e.minor, 0), coalesce(v.minor, 0)]::bigint[]
           FROM payouts_payout p LEFT JOIN line l ON l.payout_id = p.id
           LEFT JOIN share e ON e.key = 'payout ' || p.number || ' earned'
           LEFT JOIN share v ON v.key = 'payout ' || p.number || ' vat'
           WHERE p.creditor_id = %(c)s ORDER BY p.id""",
        {"c": office.creditor.pk},
    )
    for number, said, summed, share, booked in rows:
        if said != summed:
            yield f"payout {number}", f"amount, collected, earned and VAT are {said} öre, by its lines {summed} öre"
        if share != booked:
            yield f"payout {number}", f"earned and VAT are {share} öre, booked {booked} öre"


def _lines(office: Office) -> Found:
    """A collected line is its transfer, to the öre; one that corrects turns round every line of what it corrects."""
    rows = run(
        """SELECT p.number, l.transfer_id, l.amount_minor,
                  CASE WHEN t.reverses_id IS NULL THEN t.amount_minor ELSE -t.amount_minor END
           FROM payouts_payoutline l JOIN payouts_payout p ON p.id = l.payout_id
           LEFT JOIN ledger_transfer t ON t.id = l.transfer_id AND t.creditor_id = l.creditor_id
           WHERE l.creditor_id = %s AND l.kind = 'collected'
             AND (t.id IS NULL OR t.currency <> p.currency OR t.case_number <> coalesce(l.case_id, 0)
               OR t.payment_number <> coalesce(l.payment_id, 0)
               OR l.amount_minor <> CASE WHEN t.reverses_id IS NULL THEN t.amount_minor ELSE -t.amount_minor END)
           ORDER BY l.id""",
        [office.creditor.pk],
    )
    for number, transfer, said, moved in rows:
        yield f"payout {number} transfer {transfer}", f"the line says {said} öre, the transfer moved {moved} öre"
    rows = run(
        """SELECT c.transfer_id, c.corrects_id, c.minor, o.minor FROM (
               SELECT transfer_id, corrects_id, sum(amount_minor)::bigint AS minor FROM payouts_payoutline
               WHERE creditor_id = %(c)s AND corrects_id <> 0 GROUP BY 1, 2) c
           LEFT JOIN (SELECT transfer_id, sum(amount_minor)::bigint AS minor FROM payouts_payoutline
                      WHERE creditor_id = %(c)s GROUP BY 1) o ON o.transfer_id = c.corrects_id
           WHERE c.minor <> -coalesce(o.minor, 0) ORDER BY 1""",
        {"c": office.creditor.pk},
    )
    for transfer, corrects, minor, before in rows:
        yield f"transfer {transfer}", f"it corrects transfer {corrects} with {minor} öre, which was paid out with {before} öre"


def _orders(office: Office) -> Found:
    """Ordered once, back once if it came back, paid once if it is paid; released by another than who entered the account."""
    rows = run(
        """WITH moved AS (
               SELECT split_part(key, ' ', 2)::int AS number,
                      sum(amount_minor) FILTER (WHERE reason IN ('payout_ordered', 'refund_ordered')) AS out,
                      sum(amount_minor) FILTER (WHERE debit = 'in_transit' AND reason = 'payment_order_came_back') AS back,
                      sum(amount_minor) FILTER (WHERE reason = 'payment_order_paid') AS paid
               FROM ledger_transfer WHERE creditor_id = %(c)s AND key LIKE 'order %%' GROUP BY 1)
           SELECT o.number, o.state, o.amount_minor,
                  ARRAY[coalesce(m.out, 0), coalesce(m.back, 0), coalesce(m.paid, 0)]::bigint[],
                  o.released_by <> '' AND o.released_by = o.account_by, p.amount_minor
           FROM payouts_paymentorder o LEFT JOIN moved m ON m.number = o.number
           LEFT JOIN payouts_payout p ON p.id = o.payout_id
           WHERE o.creditor_id = %(c)s ORDER BY o.number""",
        {"c": office.creditor.pk},
    )
    for number, state, amount, moved, same_person, payout in rows:
        back = amount if state in ("rejected", "returned") else 0
        paid = amount if state in ("paid", "returned") else 0
        if moved != [amount, back, paid]:
            yield f"order {number}", f"{amount} öre, {state}: by its transfers out, back and paid {moved} öre"
        if same_person:
            yield f"order {number}", "the one who entered its account has released it"
        if payout is not None and payout != amount:
            yield f"order {number}", f"{amount} öre, its payout is {payout} öre"


def _in_transit(office: Office) -> Found:
    """Money in transit is the orders that are under way, and nothing else."""
    rows = run(
        """SELECT currency, sum(amount_minor)::bigint FROM payouts_paymentorder WHERE creditor_id = %s AND state = ANY (%s)
           GROUP BY currency""",
        [office.creditor.pk, list(LIVE)],
    )
    under_way, booked = dict(rows), _balances(office, Account.IN_TRANSIT)
    for currency in sorted(set(under_way) | set(booked)):
        if under_way.get(currency, 0) != booked.get(currency, 0):
            yield (
                f"in transit {currency}",
                f"{booked.get(currency, 0)} öre booked; orders under way come to {under_way.get(currency, 0)} öre",
            )


def _refunds(office: Office) -> Found:
    """What of a payment went back is what its orders say."""
    rows = run(
        """SELECT p.id, p.paid_back_minor, coalesce(o.minor, 0) FROM settlement_payment p LEFT JOIN (
               SELECT payment_id, sum(amount_minor)::bigint AS minor FROM payouts_paymentorder
               WHERE creditor_id = %(c)s AND kind = 'refund' AND state = ANY (%(out)s) GROUP BY 1) o ON o.payment_id = p.id
           WHERE p.creditor_id = %(c)s AND p.paid_back_minor <> coalesce(o.minor, 0) ORDER BY p.id""",
        {"c": office.creditor.pk, "out": [*LIVE, "paid"]},
    )
    for payment, said, ordered in rows:
        yield f"payment {payment}", f"{said} öre of it are said to go back; its orders come to {ordered} öre"


def _files(office: Office) -> Found:
    """The bytes that went to the bank are the bytes that their orders make. An erased file keeps its digest only."""
    for file in PaymentFile.objects.filter(creditor=office.creditor).order_by("number").iterator(chunk_size=20):
        if not file.content:
            continue
        if hashlib.sha256(bytes(file.content)).hexdigest() != file.sha256 or made_again(file) != bytes(file.content):
            yield f"file {file.message_id}", "its bytes are not those that its orders make"
