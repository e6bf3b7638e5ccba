"""A running case rests while its customer has money in the ERP that is set against nothing: perhaps it is paid already.

The question is a hold like any other. It goes by itself when the money is set against an invoice or gone, and a person may say
that the claim goes on. Its reason names the latest credit that was known (`Asked.upto`), so that one that comes later asks
anew, and the same one never does. See docs/adr/0335.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from fordran.audit.record import record_event
from fordran.cases.models import Case, Hold
from fordran.cases.office import Office
from fordran.core.findings import Finding, finding
from fordran.core.reasons import Reason
from fordran.db.bulk import numbers, run
from fordran.process.facts import HoldKind
from fordran.process.on_account import OnAccount, RunningClaim, may_be_paid

_LOOSE = """SELECT k.id, k.customer_id, k.currency, k.open_minor, k.number FROM invoices_invoice k
    WHERE k.creditor_id = %(creditor)s AND k.kind = 'credit' AND k.open_minor > 0 AND k.missing_since IS NULL
      AND NOT EXISTS (SELECT 1 FROM invoices_invoice i WHERE i.creditor_id = k.creditor_id AND i.kind = 'invoice'
                      AND i.number = k.credits AND i.currency = k.currency AND i.open_minor > 0)"""
"""Credits that name no open invoice. One that does lowers that invoice, and is told to its case."""


@dataclass(slots=True)
class Asked:
    """`new` were asked about just now, `over` go on again by themselves: cases."""

    new: list[int] = field(default_factory=list)
    over: list[int] = field(default_factory=list)


def ask_of_money_on_account(office: Office, on: date, by: str) -> Asked:
    """Place and lift the questions, as the mirror of the ERP stands now. Doing it twice does nothing more. Inside a transaction;
    letters not yet sent are the caller's to take back, and the cases to review."""
    creditor = office.creditor.pk
    credits = [OnAccount(*row[:4]) for row in run(_LOOSE, {"creditor": creditor})]
    asked = dict(
        run(
            """SELECT h.case_id, h.id FROM cases_hold h JOIN cases_case c ON c.id = h.case_id
               WHERE h.creditor_id = %s AND h.kind = %s AND h.lifted_on IS NULL AND split_part(h.reason, ' ', 1) = %s
                 AND c.stage <> 'closed'""",
            [creditor, HoldKind.QUESTION, Reason.CREDIT_ON_ACCOUNT],
        )
    )
    done = Asked()
    if not credits and not asked:
        return done
    claims = _running(office, sorted({credit.customer for credit in credits}), by)
    covered = may_be_paid(credits, claims)
    latest: dict[int, int] = {}
    for credit in credits:
        latest[credit.customer] = max(latest.get(credit.customer, 0), credit.row)
    for claim in claims:
        if claim.case in covered and claim.case > 0:
            _ask(office, claim.case, f"{Reason.CREDIT_ON_ACCOUNT} {latest[claim.customer]}", on, by, done)
    done.over = sorted(asked.keys() - covered.keys())
    Hold.objects.filter(pk__in=[asked[case] for case in done.over]).update(lifted_on=on, lifted_by=by)
    _show([*done.new, *done.over])
    names = dict(Case.objects.filter(pk__in=[*done.new, *done.over]).values_list("pk", "number"))
    for case in done.new:
        record_event(creditor, on, by, "hold placed", names[case], kind=HoldKind.QUESTION, reason=Reason.CREDIT_ON_ACCOUNT)
    for case in done.over:
        record_event(creditor, on, by, "hold lifted", names[case], kind=HoldKind.QUESTION, reason=Reason.CREDIT_ON_ACCOUNT)
    return done


def _running(office: Office, customers: Sequence[int], by: str) -> list[RunningClaim]:
    """The running cases of the customers, and their open invoices without one: those the filter passes over for the same money,
    which can cover no other claim then. Theirs are numbers below nothing."""
    rows = run(
        """SELECT c.id, c.customer_id, c.currency, c.due_on, i.number,
                  c.capital_minor + c.interest_minor + CASE WHEN c.currency = %(own)s THEN c.costs_minor ELSE 0 END,
                  coalesce((SELECT max(split_part(h.reason, ' ', 2)::bigint) FROM cases_hold h
                            WHERE h.case_id = c.id AND h.kind = %(question)s AND h.lifted_on IS NOT NULL
                              AND h.lifted_by <> %(by)s AND split_part(h.reason, ' ', 1) = %(reason)s), 0)
           FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           WHERE c.creditor_id = %(creditor)s AND c.customer_id = ANY(%(customers)s::bigint[]) AND c.stage <> 'closed'
           UNION ALL
           SELECT -i.id, i.customer_id, i.currency, i.due_on, i.number, greatest(i.open_minor - i.credited_minor, 0), 0
           FROM invoices_invoice i
           WHERE i.creditor_id = %(creditor)s AND i.customer_id = ANY(%(customers)s::bigint[]) AND i.kind = 'invoice'
             AND i.open_minor > 0 AND i.missing_since IS NULL
             AND NOT EXISTS (SELECT 1 FROM cases_case c WHERE c.invoice_id = i.id)
           ORDER BY 1""",
        {
            "own": office.country.currency, "question": HoldKind.QUESTION, "by": by, "reason": Reason.CREDIT_ON_ACCOUNT,
            "creditor": office.creditor.pk, "customers": numbers(customers),
        },
    )  # fmt: skip
    return [RunningClaim(*row) for row in rows]


def _ask(office: Office, case: int, reason: str, on: date, by: str, done: Asked) -> None:
    """A case that rests with another question is asked about this one when that is answered."""
    hold, new = Hold.objects.get_or_create(
        creditor=office.creditor, case_id=case, kind=HoldKind.QUESTION, lifted_on=None,
        defaults={"reason": reason, "since": on, "placed_by": by},
    )  # fmt: skip
    if new:
        done.new.append(case)
    elif is_about_money(hold.reason) and hold.reason != reason:
        Hold.objects.filter(pk=hold.pk).update(reason=reason)


def _show(cases: Sequence[int]) -> None:
    run(
        """UPDATE cases_case c SET held = coalesce((SELECT h.kind FROM cases_hold h WHERE h.case_id = c.id
               AND h.lifted_on IS NULL ORDER BY h.id DESC LIMIT 1), '') WHERE c.id = ANY(%s::bigint[])""",
        [numbers(cases)],
    )


# ---- in words ---------------------------------------------------------------------------------------------------------


def is_about_money(reason: str) -> bool:
    """Whether a hold with this reason asks of money on account."""
    return reason.split(" ")[0] == Reason.CREDIT_ON_ACCOUNT


def what_is_on_account(case: Case) -> Finding:
    """The question with what its customer has on account now, in öre of the case's currency, and in which records of the ERP."""
    rows = run(
        f"{_LOOSE} AND k.customer_id = %(customer)s AND k.currency = %(currency)s ORDER BY k.id",
        {"creditor": case.creditor_id, "customer": case.customer_id, "currency": case.currency},
    )
    return finding(
        Reason.CREDIT_ON_ACCOUNT, credit_minor=sum(row[3] for row in rows) or None, currency=case.currency,
        records=", ".join(row[4] for row in rows) or None,
    )  # fmt: skip
