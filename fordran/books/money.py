"""The bank's side of the proof: what came to the account is what it is held for, and the vouchers say the same."""

from __future__ import annotations

from dataclasses import dataclass

from fordran.cases.office import Office
from fordran.db.bulk import run
from fordran.settlement.allocate import bank_of


@dataclass(frozen=True, slots=True)
class Waits:
    """A payment of which something is not explained, or is to be paid back."""

    payment: int
    state: str
    minor: int
    reason: str


@dataclass(frozen=True, slots=True)
class MoneyProof:
    """One currency, öre. In own collection `bank` is the creditor's account; for an agency, its account for client money.

    bank = to_claims + own - gone + waits + to_pay_back + rounding + other. `own`: the creditor's, for no claim; `gone`: ordered
    out to the creditor or kept by the office; `other`: under way, or the office's and still on the account. `held`: what is held
    for the creditor, which is to_claims + own - gone. `of_files`: deposits told by the bank's files; `of_files_booked`: what was
    booked of them. `vouchers`: what the creditor's vouchers say of the account (of an agency: of the claim on it), `books`: what
    it should be; the difference is money no voucher says yet.
    """

    currency: str
    bank: int
    to_claims: int
    own: int
    gone: int
    held: int
    waits: int
    to_pay_back: int
    rounding: int
    other: int
    of_files: int
    of_files_booked: int
    vouchers: int
    books: int
    not_vouchered: int
    waiting: tuple[Waits, ...]

    @property
    def ok(self) -> bool:
        mine = self.to_claims + self.own - self.gone
        others = self.waits + self.to_pay_back + self.rounding + self.other
        return (
            self.held == mine
            and self.bank == mine + others
            and self.of_files == self.of_files_booked
            and self.books - self.vouchers == self.not_vouchered
        )


def prove_money(office: Office) -> list[MoneyProof]:
    """One proof for each currency in which money has moved."""
    sums = _balances(office.creditor.pk)
    currencies = sorted({currency for _, currency in sums})
    return [_proof(office, currency, sums) for currency in currencies]


def _balances(creditor: int) -> dict[tuple[str, str], int]:
    rows = run(
        """SELECT account, currency, sum(minor)::bigint FROM (
               SELECT debit AS account, currency, amount_minor AS minor FROM ledger_transfer
               WHERE creditor_id = %s AND case_number = 0
               UNION ALL SELECT credit, currency, -amount_minor FROM ledger_transfer WHERE creditor_id = %s AND case_number = 0) m
           GROUP BY 1, 2""",
        [creditor, creditor],
    )
    return {(account, currency): minor for account, currency, minor in rows}


def _proof(office: Office, currency: str, sums: dict[tuple[str, str], int]) -> MoneyProof:
    creditor = office.creditor.pk
    own_mode = office.creditor.mode == "own"
    bank = str(bank_of(office.creditor))
    held = -sums.get(("received" if own_mode else "payable", currency), 0)
    other = -sum(sums.get((name, currency), 0) for name in ("in_transit", "earned", "vat"))
    return MoneyProof(
        currency, sums.get((bank, currency), 0), _of_claims(creditor, currency), _for_no_claim(creditor, currency),
        _gone(creditor, currency), held, -sums.get(("suspense", currency), 0), -sums.get(("refunds", currency), 0),
        -sums.get(("rounding", currency), 0), other, *_files(creditor, currency, bank),
        *_vouchers(creditor, currency, sums, own_mode), _waiting(creditor, currency),
    )  # fmt: skip


def _of_claims(creditor: int, currency: str) -> int:
    """What payments to the bank paid of claims, by the claims' own accounts."""
    rows = run(
        """SELECT coalesce(sum(CASE WHEN t.debit = 'claims' THEN t.amount_minor ELSE -t.amount_minor END), 0)::bigint
           FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses_id
           WHERE t.creditor_id = %s AND t.currency = %s AND t.case_number <> 0
             AND coalesce(o.reason, t.reason) = 'payment_allocated'""",
        [creditor, currency],
    )
    return int(rows[0][0])


def _for_no_claim(creditor: int, currency: str) -> int:
    rows = run(
        """SELECT coalesce(sum(CASE WHEN t.debit = 'suspense' THEN t.amount_minor ELSE -t.amount_minor END), 0)::bigint
           FROM ledger_transfer t LEFT JOIN ledger_transfer o ON o.id = t.reverses_id
           WHERE t.creditor_id = %s AND t.currency = %s AND coalesce(o.reason, t.reason) = 'paid_on_invoice'""",
        [creditor, currency],
    )
    return int(rows[0][0])


def _gone(creditor: int, currency: str) -> int:
    rows = run(
        """SELECT coalesce(sum(CASE WHEN debit = 'payable' THEN amount_minor ELSE -amount_minor END), 0)::bigint
           FROM ledger_transfer WHERE creditor_id = %s AND currency = %s AND case_number = 0
             AND (('payable' = debit AND credit IN ('in_transit', 'earned', 'vat'))
               OR ('payable' = credit AND debit IN ('in_transit', 'earned', 'vat')))""",
        [creditor, currency],
    )
    return int(rows[0][0])


def _files(creditor: int, currency: str, bank: str) -> tuple[int, int]:
    """Deposits of the bank's files, less what other files had told and what is only shown; and what was booked of them."""
    rows = run(
        """SELECT coalesce((SELECT sum(amount_minor - known_minor - shown_minor) FROM bank_deposit
                            WHERE creditor_id = %(c)s AND currency = %(currency)s), 0)::bigint,
                  coalesce((SELECT sum(CASE WHEN t.debit = %(bank)s THEN t.amount_minor ELSE -t.amount_minor END)
                            FROM ledger_transfer t JOIN settlement_payment p ON p.id = t.payment_number
                            WHERE t.creditor_id = %(c)s AND t.currency = %(currency)s AND t.case_number = 0
                              AND t.reverses_id IS NULL AND p.deposit_id IS NOT NULL AND %(bank)s IN (t.debit, t.credit)
                              AND t.reason IN ('payment_received', 'deducted', 'reversed_by_bank')), 0)::bigint""",
        {"c": creditor, "currency": currency, "bank": bank},
    )
    return int(rows[0][0]), int(rows[0][1])


def _vouchers(creditor: int, currency: str, sums: dict[tuple[str, str], int], own_mode: bool) -> tuple[int, int, int]:
    """The vouchers' bank account, what it should be, and what of that no voucher says yet. Of an agency: its debt to the
    creditor, beside the claim on it in the creditor's books."""
    role = "bank" if own_mode else "agency"
    accounts = ["own_bank"] if own_mode else ["payable", "in_transit"]
    said = run(
        """SELECT coalesce(sum(l.debit_minor - l.credit_minor), 0)::bigint FROM books_voucherline l
           JOIN books_voucher v ON v.id = l.voucher_id WHERE v.creditor_id = %s AND v.currency = %s AND l.role = %s""",
        [creditor, currency, role],
    )
    refunds = _refunds_under_way(creditor, currency) if not own_mode else 0
    books = sum(sums.get((name, currency), 0) for name in accounts) * (1 if own_mode else -1) - refunds
    uncovered = run(
        """SELECT coalesce(sum(CASE WHEN t.debit = ANY (%(a)s) THEN t.amount_minor ELSE 0 END)
                         - sum(CASE WHEN t.credit = ANY (%(a)s) THEN t.amount_minor ELSE 0 END), 0)::bigint
           FROM ledger_transfer t LEFT JOIN books_covered c ON c.transfer_id = t.id
           WHERE t.creditor_id = %(c)s AND t.currency = %(currency)s AND t.case_number = 0
             AND (t.debit = ANY (%(a)s) OR t.credit = ANY (%(a)s)) AND (c.id IS NULL OR c.without IN ('before_us', 'unknown'))""",
        {"a": accounts, "c": creditor, "currency": currency},
    )
    return int(said[0][0]), books, int(uncovered[0][0]) * (1 if own_mode else -1)


def _refunds_under_way(creditor: int, currency: str) -> int:
    """Money for payers in payment orders: in transit too, but not the creditor's."""
    rows = run(
        """SELECT coalesce(sum(CASE WHEN t.credit = 'in_transit' THEN t.amount_minor ELSE -t.amount_minor END), 0)::bigint
           FROM ledger_transfer t WHERE t.creditor_id = %s AND t.currency = %s AND 'in_transit' IN (t.debit, t.credit)
             AND EXISTS (SELECT 1 FROM ledger_transfer r WHERE r.creditor_id = t.creditor_id
                         AND r.key = 'order ' || split_part(t.key, ' ', 2) || ' refund_ordered')""",
        [creditor, currency],
    )
    return int(rows[0][0])


def _waiting(creditor: int, currency: str) -> tuple[Waits, ...]:
    rows = run(
        """SELECT id, state, held_minor + refund_minor, coalesce(because ->> 0, '') FROM settlement_payment
           WHERE creditor_id = %s AND currency = %s AND (held_minor <> 0 OR refund_minor <> 0) ORDER BY id LIMIT 500""",
        [creditor, currency],
    )
    return tuple(Waits(*row) for row in rows)
