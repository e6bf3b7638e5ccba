"""A payment that names nothing: whose is it, and does its amount fit exactly one of what that payer is asked for?

The payer is known by its number, by an account it has paid from before, or by its name. An amount alone proves nothing, and
a disputed claim is never guessed to be what somebody paid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fordran.cases.load import Loaded, load_cases
from fordran.cases.office import Office
from fordran.core.findings import finding
from fordran.core.law import LawError
from fordran.core.reasons import Reason
from fordran.db.bulk import run
from fordran.process.country import Country
from fordran.process.facts import CaseFacts, HoldKind
from fordran.process.hints import name_orders
from fordran.process.interest import interest_due
from fordran.process.matching import BY_PAYER, CONFIDENCE_OF_PAYER, Found, Puzzle

MOST_CUSTOMERS = 20
"""An account from which more customers than this were paid for is an agent's, and says nothing of who pays."""

MOST_CASES = 200


@dataclass(frozen=True, slots=True)
class Unnamed:
    """A payment of which only the payer and the amount may tell something."""

    id: int
    on: date
    amount_minor: int
    currency: str


@dataclass(slots=True)
class Payers:
    """For each payment its customers with how they are known, and their running cases."""

    customers: dict[int, dict[int, str]] = field(default_factory=dict)
    cases: dict[int, list[Loaded]] = field(default_factory=dict)  # by customer
    letters: dict[int, list[tuple[int, tuple[int, ...]]]] = field(default_factory=dict)  # by customer: total, cases


def payers_of(office: Office, ids: Sequence[int]) -> Payers:
    """Look them up for these payments, in a constant number of statements."""
    payers = Payers(_customers(office.creditor.pk, ids))
    customers = sorted({customer for found in payers.customers.values() for customer in found})
    rows = run(
        """SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY customer_id ORDER BY due_on, id) AS n FROM cases_case
                           WHERE creditor_id = %s AND customer_id = ANY (%s) AND stage <> 'closed') c
           WHERE n <= %s ORDER BY id""",
        [office.creditor.pk, customers, MOST_CASES],
    )
    for case in load_cases(office.creditor.pk, [row[0] for row in rows], office.profile):
        payers.cases.setdefault(case.customer_id, []).append(case)
    for customer, total, cases in run(
        """SELECT l.customer_id, l.total_minor, array_agg(k.case_number ORDER BY k.case_number) FROM letters_letter l
           JOIN letters_lettercase k ON k.letter_id = l.id
           WHERE l.creditor_id = %s AND l.customer_id = ANY (%s) AND l.state = 'sent' AND l.kind <> 'confirmation'
           GROUP BY l.id HAVING count(*) > 1 ORDER BY l.id""",
        [office.creditor.pk, customers],
    ):
        payers.letters.setdefault(customer, []).append((total, tuple(cases)))
    return payers


def _customers(creditor: int, ids: Sequence[int]) -> dict[int, dict[int, str]]:
    told = run(
        """SELECT id, payer, payer_account, payer_index FROM settlement_payment
           WHERE id = ANY (%s) AND (payer <> '' OR payer_account <> '' OR payer_index IS NOT NULL) ORDER BY id""",
        [list(ids)],
    )
    asked = {
        "identity": [(payment, index) for payment, _, _, index in told if index is not None],
        "account": [(payment, account) for payment, _, account, _ in told if account],
        "name": [(payment, name) for payment, payer, _, _ in told if payer for name in name_orders(payer)],
    }
    rows = [row for how, pairs in asked.items() if pairs for row in _known_by(creditor, how, pairs)]
    found: dict[int, dict[int, str]] = defaultdict(dict)
    for payment, customer, how in sorted(rows, key=lambda r: (r[0], -CONFIDENCE_OF_PAYER[r[2]], r[1])):
        if len(found[payment]) < MOST_CUSTOMERS:
            found[payment].setdefault(customer, how)
    return dict(found)


_KNOWN_BY: Mapping[str, tuple[str, str]] = {
    "identity": ("bytea", """SELECT u.id FROM invoices_customer u
        WHERE u.creditor_id = %(creditor)s AND u.identity_index = n.sign"""),
    "account": ("text", """SELECT min(c.customer_id) FROM settlement_payment q
        JOIN settlement_allocation a ON a.payment_id = q.id JOIN cases_case c ON c.id = a.case_id
        WHERE q.creditor_id = %(creditor)s AND q.payer_account = n.sign AND q.payer_account <> '' AND q.id <> n.payment
          AND q.state = 'matched' AND q.kind = 'payment' HAVING count(DISTINCT c.customer_id) = 1"""),
    "name": ("text", """SELECT u.id FROM invoices_customer u WHERE u.creditor_id = %(creditor)s AND u.sort_name = n.sign"""),
}  # fmt: skip


def _known_by(creditor: int, how: str, pairs: Sequence[tuple[int, Any]]) -> list[tuple[int, int, str]]:
    """(payment, customer, how) for these (payment, sign). Sign by sign, each by its index: the planner, who has not heard yet
    of the payments that have just come in, would compare each sign with each of them."""
    kind, found = _KNOWN_BY[how]
    payments, signs = zip(*pairs, strict=True)
    rows = run(
        f"""SELECT n.payment, f.customer FROM unnest(%(payments)s::bigint[], %(signs)s::{kind}[]) AS n (payment, sign)
            CROSS JOIN LATERAL ({found} OFFSET 0) AS f (customer)""",
        {"creditor": creditor, "payments": list(payments), "signs": list(signs)},
    )
    return [(payment, customer, how) for payment, customer in rows]


def by_payer(office: Office, payments: Sequence[Unnamed]) -> dict[int, Found | Puzzle]:
    """For each payment the one case, or the cases of the one letter, that it fits; or why a person must look."""
    payers = payers_of(office, [p.id for p in payments])
    return {payment.id: _fit(office, payers, payment) for payment in payments}


def _fit(office: Office, payers: Payers, payment: Unnamed) -> Found | Puzzle:
    known = payers.customers.get(payment.id, {})
    fits: dict[tuple[int, ...], str] = {}
    seen = []
    for customer, how in known.items():
        cases = [c for c in payers.cases.get(customer, ()) if c.facts.claim.currency == payment.currency]
        seen += cases
        for case in cases:
            if not _disputed(case) and fits_one_of(payment.amount_minor, sums_of(case.facts, office.country, payment.on),
                                                   office.country, payment.currency):  # fmt: skip
                fits.setdefault((case.id,), how)
        alive = {c.id for c in cases if not _disputed(c)}
        for total, letter in payers.letters.get(customer, ()):
            if alive.issuperset(letter) and fits_one_of(payment.amount_minor, [total], office.country, payment.currency):
                fits.setdefault(letter, how)
    if len(fits) == 1:
        cases_found, how = next(iter(fits.items()))
        because = finding(Reason.MATCHED_AMOUNT_AND_PAYER, lack=how)
        return Found(cases_found, BY_PAYER, CONFIDENCE_OF_PAYER[how], because)
    if fits:
        return Puzzle(finding(Reason.SEVERAL_FIT), about_case=min(fits)[0])
    return Puzzle(finding(Reason.NOTHING_NAMED), about_case=seen[0].id if len(seen) == 1 else 0)


def _disputed(case: Loaded) -> bool:
    return any(hold.kind == HoldKind.DISPUTE for hold in case.facts.holds)


def sums_of(facts: CaseFacts, country: Country, on: date) -> Mapping[str, int]:
    """What one may take the claim to be: all that is owed on the day, what the latest letter asked, the capital alone."""
    costs = facts.costs_open_minor if facts.claim.currency == country.currency else 0
    total = facts.capital_minor + facts.interest_open_minor + costs
    try:
        total += max(0, interest_due(facts, country, on).to_book_minor)
    except LawError:
        pass
    sums = {"total": total, "capital": facts.capital_minor}
    letter = next((s for s in reversed(facts.steps) if s.sent and s.asked_minor), None)
    if letter is not None:
        sums["asked"] = letter.asked_minor
    return sums


def fits_one_of(amount_minor: int, sums: Mapping[str, int] | Iterable[int], country: Country, currency: str) -> bool:
    """True when the amount is one of these sums, or one rounded to whole kronor."""
    values = sums.values() if isinstance(sums, Mapping) else sums
    return any(minor > 0 and amount_minor in (minor, country.rounded(minor, currency)) for minor in values)
