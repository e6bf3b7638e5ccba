"""Payments and credits that the ERP has set against invoices of ours, told to their cases once and with their own days.

The open sum in the ERP decides how much is new, its list of applications decides what it was. So a payment is never counted
twice: neither one that came to our bank and was posted there by us, nor a credit note first seen open and then applied.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fordran.cases.office import Office
from fordran.core.findings import finding
from fordran.core.reasons import Reason
from fordran.db.bulk import numbers, run
from fordran.erp.models import Connection
from fordran.ports.erp import OURS
from fordran.settlement.allocate import Receipt, allocate
from fordran.settlement.find import because_of
from fordran.settlement.models import Payment
from fordran.settlement.pay import Money, receive
from fordran.settlement.undo import reverse_payment

BY = "erp"
HOW = "ledger"
"""How such a payment found its case: the ledger itself says."""


@dataclass(slots=True)
class Unknown:
    """`minor`: by how many öre the ERP's open sum is lower than all we know explains; below nothing = higher."""

    case: int
    invoice: int
    currency: str
    running: bool
    minor: int
    credited_minor: int  # by open credit notes that name the invoice
    ours_gone: int  # payments that we posted and somebody took back in the ERP
    parts: list[tuple[int, str, str, int, date | None]] = field(default_factory=list)  # id, kind, number, öre, on


@dataclass(slots=True)
class TakenBack:
    cases: list[int] = field(default_factory=list)
    minor: dict[int, int] = field(default_factory=dict)  # by case


@dataclass(slots=True)
class ToldMoney:
    payments: int = 0
    credits: int = 0
    cases: set[int] = field(default_factory=set)


def take_back(office: Office, on: date) -> TakenBack:
    """Payments and credits that the ERP has voided, or changed the amount of, never were: closed cases come back."""
    done = TakenBack()
    rows = run(
        """SELECT a.id, a.payment, c.id FROM invoices_application a JOIN cases_case c ON c.invoice_id = a.invoice_id
           WHERE a.creditor_id = %s AND a.payment <> 0 AND (a.gone_on IS NOT NULL OR NOT a.told) ORDER BY a.id""",
        [office.creditor.pk],
    )
    for _, number, case in rows:
        payment = Payment.objects.get(pk=number)
        if payment.reversed_on is None:
            reverse_payment(payment, by=BY, today=on, office=office)
            done.cases.append(case)
            done.minor[case] = done.minor.get(case, 0) + payment.amount_minor
    run("UPDATE invoices_application SET payment = 0 WHERE id = ANY(%s::bigint[])", [numbers(row[0] for row in rows)])
    return done


def money_unknown(office: Office, known: Connection, invoices: Sequence[int]) -> dict[int, Unknown]:
    """Of these invoices, and all with applications that no case was told of: what we do not know yet, by case."""
    rows = run(
        """WITH looked AS (
               SELECT c.id, c.invoice_id, c.currency, c.stage, c.opening_minor, i.open_minor, i.credited_minor, i.number
               FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
               WHERE c.creditor_id = %(c)s AND i.missing_since IS NULL AND (c.invoice_id = ANY(%(ids)s::bigint[]) OR EXISTS (
                   SELECT 1 FROM invoices_application a WHERE a.invoice_id = c.invoice_id AND NOT a.told))),
           ours AS (
               SELECT a.id, a.invoice_id, a.amount_minor, a.gone_on FROM invoices_application a
               WHERE a.kind = 'payment' AND a.invoice_id IN (SELECT invoice_id FROM looked) AND (
                   a.reference = %(ours)s
                OR EXISTS (SELECT 1 FROM erp_errand e WHERE e.creditor_id = %(c)s AND e.kind = 'payment' AND e.key = a.reference)
                OR EXISTS (SELECT 1 FROM erp_errand e WHERE e.creditor_id = %(c)s AND e.kind = 'payment'
                           AND e.key = split_part(a.reference, ' ', 1))
                OR EXISTS (SELECT 1 FROM erp_errand e WHERE e.creditor_id = %(c)s AND e.kind = 'payment'
                           AND e.external_id = a.number))),
           told AS (
               SELECT a.case_id, sum(a.capital_minor + a.interest_minor + a.costs_minor) AS minor
               FROM settlement_allocation a JOIN settlement_payment p ON p.id = a.payment_id
               WHERE a.case_id IN (SELECT id FROM looked)
                 AND (p.via <> 'bank' OR %(since)s::date IS NULL OR p.learnt_on < %(since)s) GROUP BY a.case_id),
           posted AS (
               SELECT t.invoice, sum(t.amount_minor) AS minor
               FROM erp_errand e
                   CROSS JOIN LATERAL jsonb_to_recordset(e.payload->'items') AS t (invoice text, amount_minor bigint)
               WHERE %(since)s::date IS NOT NULL AND e.creditor_id = %(c)s AND e.kind = 'payment'
                 AND e.state IN ('done', 'sending', 'ambiguous') AND NOT EXISTS (
                     SELECT 1 FROM erp_errand v WHERE v.creditor_id = e.creditor_id AND v.kind = 'void' AND v.state = 'done'
                     AND v.payload->>'voids' = e.key)
               GROUP BY t.invoice)
           SELECT l.id, l.invoice_id, l.currency, l.stage <> 'closed',
                  l.opening_minor - greatest(l.open_minor - l.credited_minor, 0)
                  - coalesce((SELECT minor FROM told WHERE case_id = l.id), 0)
                  - CASE WHEN EXISTS (SELECT 1 FROM invoices_application a WHERE a.invoice_id = l.invoice_id)
                         THEN CASE WHEN %(since)s::date IS NULL THEN 0 ELSE coalesce((SELECT sum(o.amount_minor) FROM ours o
                             WHERE o.invoice_id = l.invoice_id AND o.gone_on IS NULL), 0) END
                         ELSE coalesce((SELECT minor FROM posted WHERE invoice = l.number), 0) END,
                  l.credited_minor,
                  coalesce((SELECT sum(o.amount_minor) FROM ours o
                            WHERE o.invoice_id = l.invoice_id AND o.gone_on IS NOT NULL), 0),
                  (SELECT array_agg(o.id) FROM ours o WHERE o.invoice_id = l.invoice_id)
           FROM looked l ORDER BY l.id""",
        {"c": office.creditor.pk, "ids": numbers(sorted(set(invoices))), "since": known.posts_payments_since, "ours": OURS},
    )
    found = {row[0]: Unknown(row[0], row[1], row[2], row[3], int(row[4]), row[5], int(row[6])) for row in rows}
    ours = {part for row in rows for part in row[7] or ()}
    by_invoice = {about.invoice: about for about in found.values()}
    for part, invoice, *said in run(
        """SELECT id, invoice_id, kind, number, amount_minor, "on" FROM invoices_application
           WHERE invoice_id = ANY(%s::bigint[]) AND NOT told AND gone_on IS NULL ORDER BY "on" NULLS LAST, id""",
        [numbers(by_invoice)],
    ):
        if part not in ours:
            by_invoice[invoice].parts.append((part, *said))
    return found


def tell_money(office: Office, unknown: dict[int, Unknown], on: date, mark: str, lower: dict[int, int]) -> ToldMoney:
    """Book what is new, credits before payments. `mark` makes the keys of this telling its own; `lower` is by how many öre
    the invoice's own amount was lowered, by case: that is a credit. Inside a transaction."""
    told = ToldMoney()
    payments: list[tuple[int, Payment]] = []
    paid_by: dict[int, int] = {}  # place in `payments` -> application
    for about in unknown.values():
        if not about.running or about.minor <= 0:
            continue
        for via, part, key, minor, day in _pieces(about, on, lower.get(about.case, 0)):
            key = f"erp {key} of invoice {about.invoice}, {mark}"
            told.cases.add(about.case)
            if via == "credit":
                payment = receive(office, Money(key, "credit", day, minor, about.currency), on, [about.case], HOW)
                told.credits += 1
                if part and payment is not None:
                    run("UPDATE invoices_application SET payment = %s WHERE id = %s", [payment.pk, part])
                continue
            if part:
                paid_by[len(payments)] = part
            payments.append((about.case, _payment(office, key, day, minor, about, on)))
            told.payments += 1
    _set_against(office, payments, paid_by, on)
    run(
        "UPDATE invoices_application SET told = true WHERE invoice_id = ANY(%s::bigint[]) AND NOT told",
        [numbers(about.invoice for about in unknown.values())],
    )
    return told


def _pieces(about: Unknown, on: date, lowered: int) -> list[tuple[str, int, str, int, date]]:
    """(via, application or 0, what, öre, day) of what is new, in the order in which it is booked."""
    left = about.minor
    pieces: list[tuple[str, int, str, int, date]] = []

    def take(via: str, part: int, what: str, most: int, day: date | None) -> None:
        nonlocal left
        minor = min(most, left)
        if minor > 0:
            left -= minor
            pieces.append((via, part, what, minor, min(day or on, on)))

    for part, kind, number, minor, day in about.parts:
        if kind in ("credit", "write_off"):
            take("credit", part, f"{kind} {number}", minor, day)
    take("credit", 0, "lower amount", lowered, None)
    for part, kind, number, minor, day in about.parts:
        if kind not in ("credit", "write_off"):
            take("creditor", part, f"{kind} {number}", minor, day)
    take("credit", 0, "open credit note", about.credited_minor, None)
    take("creditor", 0, "open sum", left, None)
    return pieces


def _payment(office: Office, key: str, day: date, minor: int, about: Unknown, on: date) -> Payment:
    because: Any = json.loads(because_of(finding(Reason.MATCHED_IN_LEDGER)))
    return Payment(
        creditor=office.creditor, key=key, via="creditor", on=day, learnt_on=on, amount_minor=minor, currency=about.currency,
        state="found", cases=[about.case], matched_by=HOW, because=because, confidence=100,
    )  # fmt: skip


def _set_against(office: Office, payments: Sequence[tuple[int, Payment]], paid_by: dict[int, int], on: date) -> None:
    """All of them together: as many statements for a thousand as for one."""
    made = Payment.objects.bulk_create([payment for _, payment in payments])
    if not made:
        return
    run(
        """UPDATE invoices_application a SET payment = v.payment FROM unnest(%s::bigint[], %s::bigint[]) AS v (id, payment)
           WHERE a.id = v.id""",
        [list(paid_by.values()), [made[place].pk for place in paid_by]],
    )
    receipts = [
        Receipt(payment.pk, "creditor", payment.on, payment.amount_minor, payment.currency, (case,), HOW)
        for (case, _), payment in zip(payments, made, strict=True)
    ]
    allocate(office, receipts, on)
