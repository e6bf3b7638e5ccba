"""Why the ERP may have more or less open of a claim than we do: read from what happened, case by case."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from fordran.books.compare import Cause, Why, certain, perhaps
from fordran.books.entries import LOSSES
from fordran.core.reasons import Reason
from fordran.creditors.models import Creditor
from fordran.db.bulk import run

GIVEN_UP = (Reason.WITHDRAWN, Reason.SETTLED_AT_CREDITOR)


@dataclass(frozen=True, slots=True)
class _Paid:
    """What one payment paid of one case, net of what was taken back, öre. `parts_minor`: interest and costs; `other_minor`:
    capital that fell with it, by rounding or because interest paid before pays capital now."""

    case: int
    payment: int
    via: str
    capital_minor: int
    other_minor: int
    parts_minor: int


def causes_of(
    creditor: Creditor, cases: Sequence[int], *, posts: bool, asked: bool, read_on: date | None = None
) -> dict[int, list[Cause]]:
    """By case. `posts`: payments are posted in the ERP; `asked`: the ERP itself was asked, so that credit notes it has not
    applied yet still stand open there; `read_on`: else the day it was last read."""
    found: dict[int, list[Cause]] = defaultdict(list)
    if not cases:
        return found
    shares = _shares(creditor, cases) if posts else {}
    for paid in _paid(creditor, cases):
        found[paid.case] += _of_payment(paid, shares)
    if posts:
        for case, cause in _of_postings(creditor, cases, None if asked else read_on):
            found[case].append(cause)
    for case, cause in _of_closings(creditor, cases):
        found[case].append(cause)
    if asked:
        for case, cause in _of_credits_at_the_start(creditor, cases):
            found[case].append(cause)
    return found


def _paid(creditor: Creditor, cases: Sequence[int]) -> list[_Paid]:
    rows = run(
        """WITH moved AS (
               SELECT t.case_number, t.payment_number, coalesce(o.reason, t.reason) AS reason,
                      CASE WHEN t.credit = 'claims' THEN t.debit ELSE t.credit END AS part,
                      CASE WHEN t.debit = 'claims' THEN t.amount_minor ELSE -t.amount_minor END AS minor
               FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses_id
               WHERE t.creditor_id = %(c)s AND t.case_number = ANY (%(cases)s) AND t.payment_number <> 0)
           SELECT m.case_number, m.payment_number, p.via,
                  coalesce(sum(minor) FILTER (WHERE part = 'capital' AND reason = ANY (%(paying)s)), 0)::bigint,
                  coalesce(sum(minor) FILTER (WHERE part = 'capital' AND NOT reason = ANY (%(paying)s)), 0)::bigint,
                  coalesce(sum(minor) FILTER (WHERE part <> 'capital' AND reason = ANY (%(paying)s)), 0)::bigint
           FROM moved m JOIN settlement_payment p ON p.id = m.payment_number GROUP BY 1, 2, 3 ORDER BY 1, 2""",
        {"c": creditor.pk, "cases": list(cases), "paying": [
            str(r) for r in (Reason.PAYMENT_ALLOCATED, Reason.PAID_TO_CREDITOR, Reason.CREDIT_RECEIVED)
        ]},
    )  # fmt: skip
    return [_Paid(*row) for row in rows]


def _shares(creditor: Creditor, cases: Sequence[int]) -> dict[tuple[int, int], tuple[int, int]]:
    rows = run(
        """SELECT payment_number, case_number, net_minor, posted_minor FROM books_share
           WHERE creditor_id = %s AND case_number = ANY (%s)""",
        [creditor.pk, list(cases)],
    )
    return {(payment, case): (net, posted) for payment, case, net, posted in rows}


def _of_payment(paid: _Paid, shares: dict[tuple[int, int], tuple[int, int]]) -> list[Cause]:
    about = f"payment {paid.payment}"
    whole = paid.capital_minor + paid.other_minor
    if paid.via == "credit":
        return [perhaps(about, whole, Why.CREDIT_NOT_APPLIED)] if whole else []
    if paid.via == "creditor":
        return _of_direct(about, paid)
    share = shares.get((paid.payment, paid.case))
    if share is None:
        choices: list[tuple[int, Why | None]] = [(0, None), (whole, Why.NOT_POSTED)]
        if paid.parts_minor > 0:
            choices.append((-paid.parts_minor, Why.POSTED_IN_FULL))
        return [Cause(about, tuple(choices))] if whole or paid.parts_minor else []
    net, posted = share
    found = []
    if whole != net:
        found.append(certain(about, whole - net, Why.NOT_ASKED))
    if net != posted:
        found.append(certain(about, net - posted, Why.PAST_THE_ITEM))
    return found


def _of_direct(about: str, paid: _Paid) -> list[Cause]:
    found = []
    if paid.parts_minor or paid.capital_minor:
        choices: tuple[tuple[int, Why | None], ...] = ((paid.capital_minor, Why.DIRECT_NOT_SEEN),)
        if paid.parts_minor:
            choices = ((-paid.parts_minor, Why.DIRECT_IN_FULL), (0, None), *choices)
        else:
            choices = ((0, None), *choices)
        found.append(Cause(about, choices))
    if paid.other_minor:
        found.append(perhaps(about, paid.other_minor, Why.ROUNDED_HERE))
    return found


_WHY_NOT_DONE = {"refused": Why.ERRAND_REFUSED, "ambiguous": Why.ERRAND_AMBIGUOUS, "": Why.NOT_ASKED}


def _of_postings(creditor: Creditor, cases: Sequence[int], read_on: date | None) -> list[tuple[int, Cause]]:
    """Payments that the ERP does not hold yet, and payments that it still holds though they are to be taken back. With
    `read_on` also those that were done on that day or later, which what was read may not have yet."""
    rows = run(
        """SELECT (i ->> 0)::bigint, (i ->> 1)::bigint, p.key, coalesce(e.state, ''), e.done_on >= %(read)s,
                  p.void_on IS NOT NULL, coalesce(v.state, ''), v.done_on >= %(read)s
           FROM books_posting p CROSS JOIN LATERAL jsonb_array_elements(p.items) i
           LEFT JOIN erp_errand e ON e.creditor_id = p.creditor_id AND e.key = p.key
           LEFT JOIN erp_errand v ON v.creditor_id = p.creditor_id AND v.key = p.key || 'V'
           WHERE p.creditor_id = %(c)s AND (i ->> 0)::bigint = ANY (%(cases)s)
             AND NOT (coalesce(e.state, '') = 'done' AND p.void_on IS NULL AND (e.done_on >= %(read)s) IS NOT TRUE)
           ORDER BY p.id""",
        {"c": creditor.pk, "cases": list(cases), "read": read_on},
    )
    return [(case, cause) for case, *rest in rows for cause in _of_posting(*rest)]


def _of_posting(
    minor: int, key: str, state: str, later: bool | None, voided: bool, void_state: str, void_later: bool | None
) -> Iterator[Cause]:
    if state == "done":
        if later:
            yield perhaps(key, minor, Why.READ_BEFORE)
        if voided and void_state != "done":
            why = _WHY_NOT_DONE.get(void_state, Why.ERRAND_WAITING)
            yield perhaps(f"{key}V", -minor, why) if void_state == "ambiguous" else certain(f"{key}V", -minor, why)
        elif voided and void_later:
            yield perhaps(f"{key}V", -minor, Why.READ_BEFORE)
    elif voided:
        if state == "ambiguous":
            yield perhaps(key, -minor, Why.ERRAND_AMBIGUOUS)
    elif state in ("ambiguous", "overtaken"):  # a person may have settled it there
        yield perhaps(key, minor, Why.ERRAND_AMBIGUOUS if state == "ambiguous" else Why.ERRAND_REFUSED)
    else:
        yield certain(key, minor, _WHY_NOT_DONE.get(state, Why.ERRAND_WAITING))


def _of_closings(creditor: Creditor, cases: Sequence[int]) -> list[tuple[int, Cause]]:
    """Capital that was written off or given up; whether the ERP has closed the item is the creditor's deed there."""
    rows = run(
        """SELECT t.case_number, coalesce(o.reason, t.reason),
                  sum(CASE WHEN t.debit = 'claims' THEN t.amount_minor ELSE -t.amount_minor END)::bigint
           FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses_id
           WHERE t.creditor_id = %s AND t.case_number = ANY (%s) AND t.payment_number = 0 AND 'capital' IN (t.debit, t.credit)
             AND coalesce(o.reason, t.reason) = ANY (%s) GROUP BY 1, 2 ORDER BY 1, 2""",
        [creditor.pk, list(cases), [str(reason) for reason in (*LOSSES, *GIVEN_UP)]],
    )
    return [
        (case, perhaps(reason, minor, Why.GIVEN_UP if reason in GIVEN_UP else Why.LOSS_NOT_BOOKED))
        for case, reason, minor in rows
        if minor
    ]


def _of_credits_at_the_start(creditor: Creditor, cases: Sequence[int]) -> list[tuple[int, Cause]]:
    """A credit note that named the invoice when its case was opened lowered our claim; the ERP may not have applied it yet."""
    rows: list[tuple[Any, ...]] = run(
        """SELECT c.id, i.credited_minor FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           WHERE c.creditor_id = %s AND c.id = ANY (%s) AND i.credited_minor > 0""",
        [creditor.pk, list(cases)],
    )
    return [(case, perhaps("credit note", minor, Why.CREDIT_NOT_APPLIED)) for case, minor in rows]
