"""Proof of the money that came to the bank: every payment of every file is booked once, every deposit comes to its sum, and
what a payment's row says of it is what its transfers moved."""

from __future__ import annotations

from collections.abc import Iterator

from fordran.cases.office import Office
from fordran.db.bulk import run
from fordran.settlement.allocate import bank_of

Found = Iterator[tuple[str, str]]


def deposits(office: Office) -> Found:
    """Each deposit is the sum of its payments that are booked, those another file had told of, and money out that is only
    shown; and the bank account moved by exactly that on that day."""
    creditor = office.creditor.pk
    rows = run(
        """SELECT d.id, d.on, d.currency, d.amount_minor, d.known_minor, d.shown_minor,
                  coalesce(sum(p.amount_minor * p.direction) FILTER (WHERE p.state <> 'shown'), 0)::bigint
           FROM bank_deposit d LEFT JOIN settlement_payment p ON p.deposit_id = d.id WHERE d.creditor_id = %s GROUP BY d.id
           HAVING d.amount_minor <> d.known_minor + d.shown_minor
                  + coalesce(sum(p.amount_minor * p.direction) FILTER (WHERE p.state <> 'shown'), 0) ORDER BY d.id""",
        [creditor],
    )
    for deposit, on, currency, amount, known, shown, told in rows:
        yield (
            f"deposit {deposit} of {on}",
            f"it is {amount} öre {currency}; booked {told}, known before {known}, shown {shown} öre",
        )
    rows = run(
        """WITH told AS (SELECT p."on", p.currency, sum(p.amount_minor * p.direction)::bigint AS minor FROM settlement_payment p
                         WHERE p.creditor_id = %(c)s AND p.via = 'bank' AND p.state <> 'shown' GROUP BY 1, 2),
                booked AS (SELECT t."on", t.currency,
                                  sum(CASE WHEN t.debit = %(bank)s THEN t.amount_minor ELSE -t.amount_minor END)::bigint AS minor
                           FROM ledger_transfer t WHERE t.creditor_id = %(c)s AND %(bank)s IN (t.debit, t.credit)
                             AND t.case_number = 0 AND t.reason IN ('payment_received', 'deducted', 'reversed_by_bank')
                           GROUP BY 1, 2)
           SELECT coalesce(t."on", b."on"), coalesce(t.currency, b.currency), coalesce(t.minor, 0), coalesce(b.minor, 0)
           FROM told t FULL JOIN booked b ON b."on" = t."on" AND b.currency = t.currency
           WHERE coalesce(t.minor, 0) <> coalesce(b.minor, 0) ORDER BY 1, 2""",
        {"c": creditor, "bank": str(bank_of(office.creditor))},
    )
    for on, currency, told, booked in rows:
        yield f"bank account {on} {currency}", f"payments of the day come to {told} öre, {booked} öre are booked"


def payments(office: Office) -> Found:
    """Every payment that came to the bank was booked once; what waits and what is to be paid back is what its transfers say."""
    rows = run(
        """WITH part AS (
               SELECT payment_number AS id, debit AS account, amount_minor AS minor, reason, reverses_id FROM ledger_transfer
               WHERE creditor_id = %(c)s AND payment_number <> 0 AND case_number = 0
               UNION ALL SELECT payment_number, credit, -amount_minor, reason, reverses_id FROM ledger_transfer
               WHERE creditor_id = %(c)s AND payment_number <> 0 AND case_number = 0),
           total AS (
               SELECT id, coalesce(sum(-minor) FILTER (WHERE account = 'suspense'), 0)::bigint AS held,
                      coalesce(sum(-minor) FILTER (WHERE account = 'refunds'), 0)::bigint AS refund,
                      coalesce(sum(minor) FILTER (WHERE account = %(bank)s AND reverses_id IS NULL), 0)::bigint AS came,
                      count(*) FILTER (WHERE account = %(bank)s AND reverses_id IS NULL) AS times
               FROM part GROUP BY id),
           taken AS (SELECT takes_from_id AS id, sum(amount_minor)::bigint AS minor FROM settlement_payment
                     WHERE creditor_id = %(c)s AND takes_from_id IS NOT NULL GROUP BY 1)
           SELECT p.id, p.state, p.amount_minor * p.direction, coalesce(t.came, 0), coalesce(t.times, 0), p.held_minor,
                  coalesce(t.held, 0) - CASE WHEN p.takes_from_id IS NULL THEN 0 ELSE -p.amount_minor END
                      - coalesce(k.minor, 0), p.refund_minor, coalesce(t.refund, 0), p.taken_minor, coalesce(k.minor, 0)
           FROM settlement_payment p LEFT JOIN total t ON t.id = p.id LEFT JOIN taken k ON k.id = p.id
           WHERE p.creditor_id = %(c)s AND p.via = 'bank' AND p.state <> 'shown' AND (
                 coalesce(t.times, 0) <> 1 OR coalesce(t.came, 0) <> p.amount_minor * p.direction
              OR p.held_minor <> coalesce(t.held, 0) - CASE WHEN p.takes_from_id IS NULL THEN 0 ELSE -p.amount_minor END
                                 - coalesce(k.minor, 0)
              OR p.refund_minor <> coalesce(t.refund, 0) OR p.taken_minor <> coalesce(k.minor, 0)
              OR (p.held_minor < 0 AND p.direction > 0) OR p.refund_minor < 0
              OR (p.held_minor <> 0) <> (p.state IN ('new', 'found', 'suspense', 'waiting')))
           ORDER BY p.id""",
        {"c": office.creditor.pk, "bank": str(bank_of(office.creditor))},
    )
    for payment, state, amount, came, times, held, held_booked, refund, refund_booked, taken, taken_by in rows:
        yield (
            f"payment {payment}",
            f"{amount} öre, {state}: booked {times} times with {came} öre; waiting {held} öre, by its transfers {held_booked}; "
            f"to pay back {refund} öre, by its transfers {refund_booked}; taken out {taken} öre, by others {taken_by}",
        )
