"""Proves the books: what the tables keep beside the ledger is what the ledger sums to, and every cost has its paragraph.

Reads only; `fordran verify` runs it as the checker's role. Sums are counted by the database over whole tables; what needs
the law or a letter's words is read through in pieces. Each finding is one sentence that names the record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from fordran.books.proof import vouchers
from fordran.cases.office import Office, open_office
from fordran.creditors.models import Creditor
from fordran.day.verify_erp import erp_told
from fordran.day.verify_money import deposits, payments
from fordran.day.verify_read import cases_as_decided, charges_in_force, letters_as_sent
from fordran.db.bulk import run
from fordran.payouts.proof import money_out
from fordran.process.apply import CHARGES, INTEREST_BOOKED
from fordran.process.bookings import CASE_ACCOUNTS, COST_ACCOUNT, Account

MOST_FINDINGS = 1000
"""A check stops naming records after so many; one broken rule can touch a million."""


@dataclass(frozen=True, slots=True)
class Finding:
    check: str
    record: str
    message: str


@dataclass(slots=True)
class Report:
    findings: list[Finding] = field(default_factory=list)
    checked: dict[str, int] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        return not self.findings


Progress = Callable[[str], None]


def verify(creditors: Sequence[Creditor], progress: Progress | None = None) -> Report:
    """Everything of these creditors."""
    report = Report()
    for creditor in creditors:
        office = open_office(creditor)
        _count(report, creditor)
        for name, check in _CHECKS.items():
            if progress:
                progress(f"{creditor.name}: {name}")
            for number, (record, message) in enumerate(check(office)):
                if number == MOST_FINDINGS:
                    report.findings.append(Finding(name, creditor.name, "there are more findings of this kind"))
                    break
                report.findings.append(Finding(name, record, message))
    return report


def _count(report: Report, creditor: Creditor) -> None:
    for name, table in (
        ("transfers", "ledger_transfer"), ("cases", "cases_case"), ("charges", "cases_charge"), ("letters", "letters_letter"),
        ("payments", "settlement_payment"), ("allocations", "settlement_allocation"), ("deposits", "bank_deposit"),
        ("payouts", "payouts_payout"), ("payment orders", "payouts_paymentorder"), ("vouchers", "books_voucher"),
    ):  # fmt: skip
        rows = run(f"SELECT count(*) FROM {table} WHERE creditor_id = %s", [creditor.pk])  # noqa: S608 - our own names
        report.checked[name] = report.checked.get(name, 0) + rows[0][0]


Found = Iterator[tuple[str, str]]


# ---- the ledger by itself -----------------------------------------------------------------------------------------


def _transfers(office: Office) -> Found:
    """Positive, between two known accounts; a part of a claim moves against the mirror, in its own currency."""
    case_accounts, all_accounts = [str(a) for a in CASE_ACCOUNTS], [str(a) for a in Account]
    costs = [str(a) for a in COST_ACCOUNT.values()]
    rows = run(
        """SELECT t.id, t.debit, t.credit, t.amount_minor FROM ledger_transfer t LEFT JOIN cases_case c ON c.id = t.case_number
           WHERE t.creditor_id = %(creditor)s AND (
                 t.amount_minor <= 0 OR t.debit = t.credit OR t.debit <> ALL (%(all)s) OR t.credit <> ALL (%(all)s)
              OR (t.case_number <> 0 AND (c.id IS NULL OR c.creditor_id <> t.creditor_id))
              OR (t.debit = ANY (%(case)s)) <> (t.credit = 'claims') OR (t.credit = ANY (%(case)s)) <> (t.debit = 'claims')
              OR (t.case_number = 0) = ('claims' IN (t.debit, t.credit))
              OR ((t.debit IN ('capital', 'interest') OR t.credit IN ('capital', 'interest')) AND t.currency <> c.currency)
              OR ((t.debit = ANY (%(costs)s) OR t.credit = ANY (%(costs)s)) AND t.currency <> %(home)s))
           ORDER BY t.id""",
        {"creditor": office.creditor.pk, "all": all_accounts, "case": case_accounts, "costs": costs,
         "home": office.country.currency},
    )  # fmt: skip
    for transfer, debit, credit, minor in rows:
        yield f"transfer {transfer}", f"{minor} öre from {credit} to {debit} is no booking that can be"


def _reversals(office: Office) -> Found:
    rows = run(
        """SELECT t.id, o.id FROM ledger_transfer t JOIN ledger_transfer o ON o.id = t.reverses_id
           WHERE t.creditor_id = %s AND (t.debit, t.credit, t.amount_minor, t.currency, t.case_number, t.creditor_id)
                 IS DISTINCT FROM (o.credit, o.debit, o.amount_minor, o.currency, o.case_number, o.creditor_id) ORDER BY t.id""",
        [office.creditor.pk],
    )
    for transfer, original in rows:
        yield f"transfer {transfer}", f"it does not turn round transfer {original}, which it says it reverses"


_FUNDS = {
    "own": (Account.OWN_BANK, (Account.RECEIVED, Account.SUSPENSE, Account.REFUNDS, Account.ROUNDING, Account.IN_TRANSIT)),
    "agency": (
        Account.CLIENT_BANK,
        (
            Account.PAYABLE,
            Account.SUSPENSE,
            Account.REFUNDS,
            Account.ROUNDING,
            Account.IN_TRANSIT,
            Account.EARNED,
            Account.VAT,
        ),
    ),
}
"""Bank account and what it must cover."""


def _funds(office: Office) -> Found:
    """The money in the bank is, to the öre, what it is held for; nobody's share is below nothing. (Money out that nobody has
    explained yet may outweigh what waits in suspense; payment by payment that is proved in verify_money. A creditor whose payment
    was taken off its case after it was paid out owes until the next payout; that is proved in payouts.proof.)"""
    rows = run(
        """SELECT account, currency, sum(amount)::bigint FROM (
               SELECT debit AS account, currency, amount_minor AS amount FROM ledger_transfer WHERE creditor_id = %s
               UNION ALL SELECT credit, currency, -amount_minor FROM ledger_transfer WHERE creditor_id = %s) v
           GROUP BY account, currency ORDER BY currency, account""",
        [office.creditor.pk, office.creditor.pk],
    )
    sums = {(account, currency): total for account, currency, total in rows}
    bank, holders = _FUNDS[office.creditor.mode]
    others = {account for mode, (_, accounts) in _FUNDS.items() if mode != office.creditor.mode for account in accounts}
    for currency in sorted({currency for _, currency in sums}):
        record = f"{office.creditor.name} {currency}"
        held = -sum(sums.get((str(account), currency), 0) for account in holders)
        money = sums.get((str(bank), currency), 0)
        if money != held:
            yield record, f"{bank} holds {money} öre, but what it is held for comes to {held} öre"
        for account in holders:
            if account not in (Account.SUSPENSE, Account.PAYABLE) and sums.get((str(account), currency), 0) > 0:
                yield record, f"{account} is {-sums[(str(account), currency)]} öre, less than nothing"
        for account in sorted(others - set(holders)):
            if sums.get((str(account), currency), 0) != 0:
                yield record, f"{account} has no place in {office.creditor.mode} collection and is not zero"


# ---- cases against the ledger -------------------------------------------------------------------------------------


def _cases(office: Office) -> Found:
    """The sums on the case are the sums of its accounts; a closed one is empty and says why."""
    costs = [str(a) for a in COST_ACCOUNT.values()]
    rows = run(
        """WITH part AS (
               SELECT case_number, debit AS account, amount_minor AS amount, reason FROM ledger_transfer WHERE creditor_id = %(c)s
               UNION ALL SELECT case_number, credit, -amount_minor, reason FROM ledger_transfer WHERE creditor_id = %(c)s),
           total AS (
               SELECT case_number,
                      coalesce(sum(amount) FILTER (WHERE account = 'capital'), 0) AS capital,
                      coalesce(sum(amount) FILTER (WHERE account = 'capital' AND reason = 'case_opened'), 0) AS opening,
                      coalesce(sum(amount) FILTER (WHERE account = 'interest'), 0) AS interest,
                      coalesce(sum(amount) FILTER (WHERE account = 'interest' AND reason = ANY (%(booked)s)), 0) AS booked,
                      coalesce(sum(amount) FILTER (WHERE account = ANY (%(costs)s)), 0) AS costs
               FROM part WHERE case_number <> 0 GROUP BY case_number)
           SELECT k.number, k.stage, k.closed_cause, k.closed_on,
                  ARRAY[k.opening_minor, k.capital_minor, k.interest_booked_minor, k.interest_minor, k.costs_minor],
                  ARRAY[t.opening, t.capital, t.booked, t.interest, t.costs]::bigint[]
           FROM cases_case k LEFT JOIN total t ON t.case_number = k.id
           WHERE k.creditor_id = %(c)s AND (
                 (k.opening_minor, k.capital_minor, k.interest_booked_minor, k.interest_minor, k.costs_minor)
                     IS DISTINCT FROM (t.opening, t.capital, t.booked, t.interest, t.costs)
              OR (k.stage = 'closed') <> (k.closed_on IS NOT NULL) OR (k.stage = 'closed') <> (k.closed_cause <> '')
              OR (k.stage = 'closed' AND (k.capital_minor, k.interest_minor, k.costs_minor) <> (0, 0, 0))
              OR least(k.capital_minor, k.interest_minor, k.costs_minor) < 0)
           ORDER BY k.id""",
        {"c": office.creditor.pk, "booked": [str(r) for r in INTEREST_BOOKED], "costs": costs},
    )
    names = ("opening", "capital", "interest booked", "interest", "costs")
    for number, stage, cause, _on, kept, summed in rows:
        summed = summed or [0] * len(names)
        wrong = [f"{n} {k} öre, by its transfers {s} öre" for n, k, s in zip(names, kept, summed, strict=True) if k != s]
        yield f"case {number}", "; ".join(wrong) or f"it is {stage} ({cause or 'no cause'}) with {kept[1:]} öre: that cannot be"


def _charges(office: Office) -> Found:
    """Every cost has exactly its one transfer, and what is open of it is what its account sums to."""
    kinds = {str(account): str(kind) for kind, account in COST_ACCOUNT.items()}
    rows = run(
        """WITH kind (account, kind) AS (SELECT * FROM unnest(%(accounts)s::text[], %(kinds)s::text[])),
           charged AS (SELECT t.case_number, k.kind, count(*) AS n, sum(t.amount_minor) AS amount
                       FROM ledger_transfer t JOIN kind k ON k.account = t.debit
                       WHERE t.creditor_id = %(c)s AND t.reason = ANY (%(reasons)s) GROUP BY 1, 2),
           account AS (SELECT t.case_number, k.kind,
                              sum(CASE WHEN t.debit = k.account THEN t.amount_minor ELSE -t.amount_minor END) AS open
                       FROM ledger_transfer t JOIN kind k ON k.account IN (t.debit, t.credit)
                       WHERE t.creditor_id = %(c)s GROUP BY 1, 2),
           stored AS (SELECT case_id, kind, count(*) AS n, sum(amount_minor) AS amount,
                             coalesce(sum(amount_minor - waived_minor - paid_minor) FILTER (WHERE voided_on IS NULL), 0) AS open
                      FROM cases_charge WHERE creditor_id = %(c)s GROUP BY 1, 2)
           SELECT coalesce(g.case_number, s.case_id), coalesce(g.kind, s.kind), coalesce(g.n, 0), coalesce(s.n, 0),
                  coalesce(g.amount, 0)::bigint, coalesce(s.amount, 0)::bigint,
                  coalesce(a.open, 0)::bigint, coalesce(s.open, 0)::bigint
           FROM charged g FULL JOIN stored s ON s.case_id = g.case_number AND s.kind = g.kind
           LEFT JOIN account a ON a.case_number = coalesce(g.case_number, s.case_id) AND a.kind = coalesce(g.kind, s.kind)
           WHERE (coalesce(g.n, 0), coalesce(g.amount, 0), coalesce(a.open, 0))
                 <> (coalesce(s.n, 0), coalesce(s.amount, 0), coalesce(s.open, 0))
           ORDER BY 1, 2""",
        {"c": office.creditor.pk, "accounts": list(kinds), "kinds": list(kinds.values()), "reasons": [str(r) for r in CHARGES]},
    )
    for case, kind, booked, stored, amount, kept, is_open, kept_open in rows:
        yield (
            f"case id {case} {kind}",
            f"{stored} costs of {kept} öre, {kept_open} öre open; by its transfers {booked} of {amount} öre, {is_open} öre open",
        )


def _once(office: Office) -> Found:
    """One live cost of each kind an invoice, and one of its kind a letter."""
    rows = run(
        """SELECT 'invoice ' || i.number, c.kind, count(*) FROM cases_charge c JOIN invoices_invoice i ON i.id = c.invoice_id
           WHERE c.creditor_id = %s AND c.voided_on IS NULL GROUP BY i.id, i.number, c.kind HAVING count(*) > 1
           UNION ALL
           SELECT 'letter ' || l.number, c.kind, count(*) FROM cases_charge c JOIN cases_step s ON s.id = c.step_id
           JOIN letters_letter l ON l.id = s.letter_id
           WHERE c.creditor_id = %s AND c.voided_on IS NULL AND c.kind IN ('reminder', 'demand')
           GROUP BY l.id, l.number, c.kind HAVING count(*) > 1 ORDER BY 1, 2""",
        [office.creditor.pk, office.creditor.pk],
    )
    for record, kind, count in rows:
        yield record, f"it bears the cost of a {kind} {count} times"


def _allocations(office: Office) -> Found:
    """What a payment is said to have paid is what its transfers moved; no more of it is given out than came in."""
    costs = [str(a) for a in COST_ACCOUNT.values()]
    paying = ["payment_allocated", "paid_to_creditor", "payment_reversed", "credit_received", "credit_reversed"]
    rows = run(
        """WITH part AS (
               SELECT payment_number AS payment, case_number AS case_id, debit AS account, -amount_minor AS amount, reverses_id,
                      reason
               FROM ledger_transfer WHERE creditor_id = %(c)s AND payment_number <> 0 AND case_number <> 0
               UNION ALL SELECT payment_number, case_number, credit, amount_minor, reverses_id, reason
               FROM ledger_transfer WHERE creditor_id = %(c)s AND payment_number <> 0 AND case_number <> 0),
           moved AS (
               SELECT p.payment, p.case_id, coalesce(sum(p.amount) FILTER (WHERE p.account = ANY (%(costs)s)), 0) AS costs,
                      coalesce(sum(p.amount) FILTER (WHERE p.account = 'interest'), 0) AS interest,
                      coalesce(sum(p.amount) FILTER (WHERE p.account = 'capital'), 0) AS capital
               FROM part p LEFT JOIN ledger_transfer o ON o.id = p.reverses_id
               WHERE p.reason = ANY (%(paying)s) AND (o.id IS NULL OR o.reason = ANY (%(paying)s)) GROUP BY 1, 2),
           said AS (SELECT payment_id AS payment, case_id, sum(costs_minor) AS costs, sum(interest_minor) AS interest,
                           sum(capital_minor) AS capital FROM settlement_allocation WHERE creditor_id = %(c)s GROUP BY 1, 2)
           SELECT coalesce(m.payment, s.payment), coalesce(m.case_id, s.case_id),
                  ARRAY[s.costs, s.interest, s.capital]::bigint[], ARRAY[m.costs, m.interest, m.capital]::bigint[]
           FROM moved m FULL JOIN said s ON s.payment = m.payment AND s.case_id = m.case_id
           WHERE (coalesce(m.costs, 0), coalesce(m.interest, 0), coalesce(m.capital, 0))
                 <> (coalesce(s.costs, 0), coalesce(s.interest, 0), coalesce(s.capital, 0)) ORDER BY 1, 2""",
        {"c": office.creditor.pk, "costs": costs, "paying": paying},
    )
    for payment, case, said, moved in rows:
        yield (
            f"payment {payment}, case id {case}",
            f"said to pay (costs, interest, capital) {said} öre, its transfers moved {moved} öre",
        )
    rows = run(
        """SELECT p.id, p.amount_minor, coalesce(sum(a.costs_minor + a.interest_minor + a.capital_minor), 0)::bigint
           FROM settlement_payment p LEFT JOIN settlement_allocation a ON a.payment_id = p.id WHERE p.creditor_id = %s
           GROUP BY p.id
           HAVING coalesce(sum(a.costs_minor + a.interest_minor + a.capital_minor), 0) > p.amount_minor - p.taken_minor
              OR (p.reversed_on IS NOT NULL AND coalesce(sum(a.costs_minor + a.interest_minor + a.capital_minor), 0) <> 0)
           ORDER BY p.id""",
        [office.creditor.pk],
    )
    for payment, amount, given in rows:
        yield f"payment {payment}", f"{given} öre are given out of {amount} öre"


# ---- letters and steps --------------------------------------------------------------------------------------------


def _steps(office: Office) -> Found:
    """A letter and its steps say the same: sent, taken back, for how much; nothing left twice by one channel."""
    rows = run(
        """SELECT l.number, s.kind, c.number, l.state, s.sent, s.voided_on, s.asked_minor, k.asked_minor
           FROM letters_letter l JOIN cases_step s ON s.letter_id = l.id JOIN cases_case c ON c.id = s.case_id
           LEFT JOIN letters_lettercase k ON k.letter_id = l.id AND k.case_number = s.case_id
           WHERE l.creditor_id = %s AND ((l.state = 'voided') <> (s.voided_on IS NOT NULL)
              OR (s.voided_on IS NULL AND s.sent <> (l.state = 'sent')) OR k.id IS NULL OR k.asked_minor <> s.asked_minor
              OR (l.state = 'sent' AND s."on" <> l.sent_on))
           ORDER BY l.id, c.id""",
        [office.creditor.pk],
    )
    for letter, kind, case, state, sent, voided_on, asked, stood in rows:
        step = "taken back" if voided_on else "sent" if sent else "not sent"
        yield f"letter {letter}", f"it is {state} and asks {stood} öre; the {kind} in case {case} is {step} and asks {asked} öre"
    rows = run(
        """SELECT l.number, d.channel, count(*) FROM letters_dispatch d JOIN letters_letter l ON l.id = d.letter_id
           WHERE d.creditor_id = %s AND d.state = 'sent' GROUP BY l.id, l.number, d.channel HAVING count(*) > 1 ORDER BY 1""",
        [office.creditor.pk],
    )
    for letter, channel, count in rows:
        yield f"letter {letter}", f"it left {count} times by {channel}"


_CHECKS: dict[str, Callable[[Office], Found]] = {
    "transfers": _transfers,
    "reversals": _reversals,
    "funds": _funds,
    "cases": _cases,
    "costs": _charges,
    "once": _once,
    "paragraphs": charges_in_force,
    "allocations": _allocations,
    "deposits": deposits,
    "payments": payments,
    "money out": money_out,
    "vouchers": vouchers,
    "erp": erp_told,
    "decided": cases_as_decided,
    "steps": _steps,
    "letters": letters_as_sent,
}
