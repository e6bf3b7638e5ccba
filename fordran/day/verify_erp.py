"""Proof of what the ERP was told: each deed once, nothing undone left standing there, nobody's work left half told.

Reads only; `day.verify` runs it among its checks. What the ERP itself holds is proved by `fordran reconcile`.
"""

from __future__ import annotations

from collections.abc import Iterator

from fordran.books.entries import CASE_REASONS
from fordran.cases.office import Office
from fordran.core.reasons import Reason
from fordran.day.tell import closed_marks_behind
from fordran.db.bulk import run
from fordran.erp.connections import connection_of

Found = Iterator[tuple[str, str]]

PAYING = (Reason.PAYMENT_ALLOCATED, Reason.ROUNDED, Reason.INTEREST_WAIVED_PAID_IN_TIME)
"""By which a payment lowers the open item: its share of capital, the öre that rounding took, and interest that it had paid and
that pays capital instead."""


def erp_told(office: Office) -> Found:
    """(record, sentence) for everything that does not agree."""
    yield from _twice(office)
    yield from _postings(office)
    yield from _shares(office)
    yield from _undone(office)
    yield from _left_alone(office)
    yield from _marks(office)


def _twice(office: Office) -> Found:
    """Two deeds that the ERP calls by one number, and one deed that was asked for under two keys."""
    rows = run(
        """SELECT kind, external_id, array_agg(key ORDER BY id) FROM erp_errand
           WHERE creditor_id = %s AND kind IN ('payment', 'voucher') AND state = 'done' AND external_id <> ''
           GROUP BY kind, external_id HAVING count(*) > 1 ORDER BY 1, 2""",
        [office.creditor.pk],
    )
    for kind, number, keys in rows:
        yield f"errand {keys[0]}", f"{kind} {number} of the ERP is the answer to {len(keys)} errands: {', '.join(keys)}"
    rows = run(
        """SELECT payload->>'voids', array_agg(key ORDER BY id) FROM erp_errand
           WHERE creditor_id = %s AND kind = 'void' AND state <> 'overtaken'
           GROUP BY 1 HAVING count(*) > 1 ORDER BY 1""",
        [office.creditor.pk],
    )
    for posting, keys in rows:
        yield f"errand {posting}", f"it is taken back by {len(keys)} errands: {', '.join(keys)}"


def _postings(office: Office) -> Found:
    """A posting that was asked for is an errand of the same items; one that is to be taken back has its void."""
    rows = run(
        """SELECT p.key, p.asked_on IS NOT NULL, e.id IS NOT NULL, v.id IS NOT NULL, p.void_on IS NOT NULL,
                  p.void_asked_on IS NOT NULL,
                  (SELECT sum((i->>1)::bigint) FROM jsonb_array_elements(p.items) i)::bigint,
                  (SELECT sum((i->>'amount_minor')::bigint) FROM jsonb_array_elements(e.payload->'items') i)::bigint
           FROM books_posting p
           LEFT JOIN erp_errand e ON e.creditor_id = p.creditor_id AND e.key = p.key AND e.kind = 'payment'
           LEFT JOIN erp_errand v ON v.creditor_id = p.creditor_id AND v.key = p.key || 'V' AND v.kind = 'void'
           WHERE p.creditor_id = %s ORDER BY p.id""",
        [office.creditor.pk],
    )
    for key, asked, errand, void, undone, void_asked, minor, told in rows:
        if asked != errand:
            yield f"posting {key}", "it was asked for, but no errand has its key" if asked else "an errand was never asked for"
        elif errand and minor != told:
            yield f"posting {key}", f"it is of {minor} öre, its errand of {told} öre"
        if void and not undone:
            yield f"posting {key}", "an errand takes it back, but it stands"
        if void_asked and asked and not void:
            yield f"posting {key}", "its taking back was asked for, but no errand says so"


def _shares(office: Office) -> Found:
    """What is said to be posted of a payment on a case is what the postings that stand come to."""
    rows = run(
        """WITH live AS (
               SELECT p.payment_number, (i->>0)::bigint AS case_number, sum((i->>1)::bigint)::bigint AS minor
               FROM books_posting p, jsonb_array_elements(p.items) i WHERE p.creditor_id = %(c)s AND p.void_on IS NULL
               GROUP BY 1, 2),
           kept AS (SELECT payment_number, case_number, posted_minor, net_minor FROM books_share WHERE creditor_id = %(c)s)
           SELECT coalesce(l.payment_number, k.payment_number), coalesce(l.case_number, k.case_number), coalesce(l.minor, 0),
                  coalesce(k.posted_minor, 0), coalesce(k.net_minor, 0)
           FROM live l FULL JOIN kept k ON k.payment_number = l.payment_number AND k.case_number = l.case_number
           WHERE coalesce(l.minor, 0) <> coalesce(k.posted_minor, 0) OR k.posted_minor > greatest(k.net_minor, 0)
           ORDER BY 1, 2""",
        {"c": office.creditor.pk},
    )
    for payment, case, live, posted, net in rows:
        yield (
            f"payment {payment}, case id {case}",
            f"{live} öre stand posted for the ERP, {posted} öre are said to be, and {net} öre were paid by the vouchers",
        )


def _undone(office: Office) -> Found:
    """No more stands posted for a payment on a case than it pays there now; of payments whose vouchers are all made and told."""
    rows = run(
        """WITH live AS (
               SELECT p.payment_number AS payment, (i->>0)::bigint AS case_number, sum((i->>1)::bigint)::bigint AS minor
               FROM books_posting p, jsonb_array_elements(p.items) i WHERE p.creditor_id = %(c)s AND p.void_on IS NULL
               GROUP BY 1, 2),
           paid AS (SELECT t.payment_number, t.case_number,
                           sum(CASE WHEN t.credit = 'capital' THEN t.amount_minor ELSE -t.amount_minor END)::bigint AS minor
                    FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses_id
                    WHERE t.creditor_id = %(c)s AND t.payment_number IN (SELECT payment FROM live)
                      AND 'capital' IN (t.debit, t.credit) AND coalesce(o.reason, t.reason) = ANY (%(paying)s) GROUP BY 1, 2)
           SELECT l.payment, l.case_number, l.minor, coalesce(a.minor, 0)
           FROM live l LEFT JOIN paid a ON a.payment_number = l.payment AND a.case_number = l.case_number
           WHERE l.minor > coalesce(a.minor, 0)
             AND NOT EXISTS (SELECT 1 FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses_id
                             WHERE t.payment_number = l.payment
                             AND (t.case_number = 0 OR coalesce(o.reason, t.reason) = ANY (%(reasons)s))
                             AND NOT EXISTS (SELECT 1 FROM books_covered v WHERE v.transfer_id = t.id))
             AND NOT EXISTS (SELECT 1 FROM ledger_transfer t JOIN books_covered v ON v.transfer_id = t.id
                             WHERE t.payment_number = l.payment AND v.voucher_id IS NOT NULL
                             AND NOT EXISTS (SELECT 1 FROM books_told d WHERE d.voucher_id = v.voucher_id))
           ORDER BY 1, 2""",
        {"c": office.creditor.pk, "reasons": [str(r) for r in CASE_REASONS], "paying": [str(r) for r in PAYING]},
    )
    for payment, case, live, paid in rows:
        yield (
            f"payment {payment}, case id {case}",
            f"{live} öre stand posted for the ERP, but the payment pays {paid} öre of its capital: no void was asked for",
        )


def _left_alone(office: Office) -> Found:
    """An errand is being told only while somebody is telling: the teller's lock ends with its session."""
    rows = run(
        """SELECT e.key FROM erp_errand e WHERE e.creditor_id = %(c)s AND e.state = 'sending' AND NOT EXISTS (
               SELECT 1 FROM pg_locks l
               WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1
                 AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
                 AND (l.classid::bigint << 32) | l.objid::bigint
                     = hashtextextended('errands of ' || %(c)s::text, 0)) ORDER BY e.id""",
        {"c": office.creditor.pk},
    )
    for (key,) in rows:
        yield f"errand {key}", "it was being told when its run stopped: the next day's run looks up what became of it"


def _marks(office: Office) -> Found:
    """The ERP's page of a case that ended before the last whole day says so, or is asked to."""
    known = connection_of(office.creditor)
    if known is None or not known.marks_cases:
        return
    last = run("SELECT max(day) FROM day_course WHERE creditor_id = %s AND state = 'finished'", [office.creditor.pk])[0][0]
    if last is None:
        return
    for number in closed_marks_behind(office.creditor.pk, known, last):
        yield f"case {number}", "it has ended, and the ERP was last told otherwise"
