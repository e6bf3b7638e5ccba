"""What the ERP is to be told of our vouchers: payments on its open items, and journal entries for the rest.

Of each voucher, capital that a payment to the bank paid becomes `PaymentPosting`: it closes the open item. Everything else
becomes one `VoucherPosting`, in which the account of those payments stands where the voucher says customer claims. Both together
come to the voucher. A payment is posted for what the ERP still holds open and never for more; a payment that is taken back is
voided there whole, and what of it still stands is posted anew when that is done (ADR 0241).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.db.models import Q

from fordran.books import models
from fordran.books.entries import Kind, Line
from fordran.books.make import TEXTS, lock_books, make_vouchers, stored
from fordran.books.plan import AccountPlan, Role
from fordran.books.plans import plan_of
from fordran.cases.office import Office
from fordran.creditors.models import Creditor
from fordran.db.bulk import run
from fordran.erp.errands import ask
from fordran.erp.models import Connection
from fordran.erp.models import Errand as Row
from fordran.ports.erp import PaidItem, PaymentPosting, PaymentVoid, VoucherLine, VoucherPosting

AT_A_TIME = 200
"""Vouchers in a piece."""


@dataclass(slots=True)
class Asked:
    payments: int = 0
    voids: int = 0
    vouchers: int = 0


def ask_errands(office: Office, today: date) -> Asked:
    """Bring the vouchers up to date and leave an errand for everything that the ERP is to be told and has not been asked yet.
    Run again it asks nothing; of a creditor whose connection posts neither payments nor vouchers nothing is asked."""
    asked = Asked()
    make_vouchers(office, today)
    connection = Connection.objects.filter(creditor=office.creditor).first()
    if connection is None or not (connection.posts_payments or connection.posts_vouchers):
        return asked
    while _lay_out_piece(office.creditor, connection):
        pass
    with transaction.atomic():
        lock_books(office.creditor.pk)
        _ask_voids(office, today, asked)
        _ask_payments(office, plan_of(office.creditor), today, asked)
        _ask_vouchers(office, today, asked)
    return asked


# ---- what is to be told -------------------------------------------------------------------------------------------


@transaction.atomic
def _lay_out_piece(creditor: Creditor, connection: Connection) -> int:
    """Vouchers that have not been laid out yet: their payments and what is left of them. How many."""
    lock_books(creditor.pk)
    rows = models.Voucher.objects.filter(creditor=creditor, told__isnull=True)
    vouchers = list(rows.order_by("number", "id")[:AT_A_TIME])
    if not vouchers:
        return 0
    plan, lines = plan_of(creditor), stored([voucher.pk for voucher in vouchers])
    by_bank = _paid_to_bank(creditor, lines)
    short: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    on_items = [v for v in vouchers if connection.posts_payments and _from(v, connection.posts_payments_since)]
    _lay_out_payments(creditor, plan, on_items, lines, by_bank, short)
    for voucher in vouchers:
        entries: list[tuple[str, int, int]] = []
        if connection.posts_vouchers and _from(voucher, connection.posts_vouchers_since):
            paid = by_bank if voucher in on_items else set()
            entries = _rest(creditor, plan, voucher, lines[voucher.pk], paid, short[voucher.pk])
        models.Told.objects.create(creditor=creditor, voucher=voucher, key=f"{voucher.series}{voucher.number}", lines=entries)
    return len(vouchers)


def _from(voucher: models.Voucher, since: date | None) -> bool:
    return since is not None and voucher.made_on >= since


def _paid_to_bank(creditor: Creditor, lines: Mapping[int, Sequence[Line]]) -> set[int]:
    """Of the payments in these lines those that came to the bank; the creditor itself has booked the others."""
    numbers = sorted({line.payment_number for of_one in lines.values() for line in of_one} - {0})
    rows = run(
        "SELECT id FROM settlement_payment WHERE creditor_id = %s AND id = ANY (%s) AND via = 'bank'", [creditor.pk, numbers]
    )
    return {row[0] for row in rows}


def _on_items(line: Line, by_bank: set[int]) -> bool:
    return line.role == Role.CUSTOMER_CLAIMS and line.payment_number in by_bank


def payment_account(creditor: Creditor, plan: AccountPlan, currency: str) -> str:
    """The account in the ERP that payments posted there go to."""
    return plan.payment_account or plan.account(Role.BANK if creditor.mode == "own" else Role.AGENCY, currency)


def _rest(
    creditor: Creditor, plan: AccountPlan, voucher: models.Voucher, lines: Sequence[Line], by_bank: set[int],
    short: Mapping[str, int],
) -> list[tuple[str, int, int]]:  # fmt: skip
    """(account, debit, credit) of all that the postings do not say. A loss is not told: to book it, with its VAT, and to close
    the item is the creditor's own deed in its ERP."""
    if voucher.kind == Kind.LOSSES:
        return []
    sums: dict[str, int] = defaultdict(int)
    through = payment_account(creditor, plan, voucher.currency)
    for line in lines:
        sums[through if _on_items(line, by_bank) else line.account] += line.debit_minor - line.credit_minor
    for account, minor in short.items():
        sums[account] += minor
    return [(account, max(minor, 0), max(-minor, 0)) for account, minor in sorted(sums.items()) if minor]


@dataclass(slots=True)
class _Change:
    """Of one payment: what the new vouchers did to its capital, by case, and the last of them."""

    voucher: models.Voucher
    by_case: dict[int, int] = field(default_factory=lambda: defaultdict(int))


def _lay_out_payments(
    creditor: Creditor, plan: AccountPlan, vouchers: Sequence[models.Voucher], lines: Mapping[int, Sequence[Line]],
    by_bank: set[int], short: dict[int, dict[str, int]],
) -> None:  # fmt: skip
    changes: dict[int, _Change] = {}
    for voucher in vouchers:
        for line in lines[voucher.pk]:
            if _on_items(line, by_bank):
                change = changes.setdefault(line.payment_number, _Change(voucher))
                change.voucher = voucher
                change.by_case[line.case_number] += line.credit_minor - line.debit_minor
    about = _cases(creditor, sorted({case for change in changes.values() for case in change.by_case}))
    for payment, change in sorted(changes.items()):
        left_out = _lay_out_payment(creditor, payment, change, about)
        if left_out:  # more than the ERP holds open: on its account of customer claims, past the item
            voucher = change.voucher
            short[voucher.pk][plan.account(Role.CUSTOMER_CLAIMS, voucher.currency)] -= left_out
            short[voucher.pk][payment_account(creditor, plan, voucher.currency)] += left_out


@dataclass(frozen=True, slots=True)
class _CaseThere:
    """`postable_minor`: öre of the item that payments of ours may close, over all payments."""

    customer: int
    postable_minor: int


def _cases(creditor: Creditor, ids: Sequence[int]) -> dict[int, _CaseThere]:
    """What the ERP has open of an item without us: what we took over, less its own credits and payments straight to it."""
    rows = run(
        """SELECT c.id, c.customer_id, c.opening_minor - coalesce(sum(a.costs_minor + a.interest_minor + a.capital_minor), 0)
           FROM cases_case c
           LEFT JOIN (settlement_allocation a JOIN settlement_payment p ON p.id = a.payment_id AND p.via <> 'bank')
               ON a.case_id = c.id
           WHERE c.creditor_id = %s AND c.id = ANY (%s) GROUP BY c.id""",
        [creditor.pk, list(ids)],
    )
    return {case: _CaseThere(customer, max(0, int(minor))) for case, customer, minor in rows}


def _lay_out_payment(creditor: Creditor, payment: int, change: _Change, about: Mapping[int, _CaseThere]) -> int:
    """Bring the postings of a payment to what they should be. Öre more that could not be posted on items (or fewer)."""
    left_out = 0
    lowered: set[int] = set()
    more: dict[int, int] = {}
    for case, minor in sorted(change.by_case.items()):
        share, _ = models.Share.objects.get_or_create(creditor=creditor, payment_number=payment, case_number=case)
        taken = run(
            """SELECT coalesce(sum(posted_minor), 0)::bigint FROM books_share
               WHERE creditor_id = %s AND case_number = %s AND id <> %s""",
            [creditor.pk, case, share.pk],
        )[0][0]
        share.net_minor += minor
        room = max(share.posted_minor, about[case].postable_minor - taken)  # what is posted stays, whatever came to the ERP since
        posted = max(0, min(share.net_minor, room))
        left_out += minor - (posted - share.posted_minor)
        if posted < share.posted_minor:
            lowered.add(case)
        elif posted > share.posted_minor:
            more[case] = posted - share.posted_minor
        share.posted_minor = posted
        share.save()
    after = _void(creditor, payment, lowered, change.voucher.on) if lowered else []
    if lowered:
        kept = models.Share.objects.filter(creditor=creditor, payment_number=payment, posted_minor__gt=0)
        standing = _standing(creditor, payment)
        more = {s.case_number: s.posted_minor - standing[s.case_number] for s in kept}
    _post(creditor, payment, {case: minor for case, minor in more.items() if minor > 0}, change.voucher, after)
    return left_out


def _live(creditor: Creditor, payment: int) -> list[models.Posting]:
    return list(models.Posting.objects.filter(creditor=creditor, payment_number=payment, void_on=None).order_by("id"))


def _standing(creditor: Creditor, payment: int) -> dict[int, int]:
    """Öre by case of the postings that are not to be taken back."""
    standing: dict[int, int] = defaultdict(int)
    for posting in _live(creditor, payment):
        for case, minor in posting.items:
            standing[case] += minor
    return standing


def _void(creditor: Creditor, payment: int, cases: set[int], on: date) -> list[models.Posting]:
    """Every posting of the payment that holds one of the cases is to be taken back, whole. Those that must be gone from the
    ERP before their items can be paid anew."""
    touched = [posting for posting in _live(creditor, payment) if cases & {case for case, _ in posting.items}]
    for posting in touched:
        posting.void_on = max(on, posting.on)
        posting.save(update_fields=["void_on"])
    gone_first = (posting if posting.asked_on else posting.after for posting in touched)
    return [posting for posting in gone_first if posting is not None]


def _post(
    creditor: Creditor, payment: int, items: Mapping[int, int], voucher: models.Voucher, after: Sequence[models.Posting]
) -> None:
    """One posting for each customer."""
    if not items:
        return
    owners = dict(run("SELECT id, customer_id FROM cases_case WHERE id = ANY (%s)", [sorted(items)]))
    number = models.Posting.objects.filter(creditor=creditor, payment_number=payment).count()
    for customer in sorted(set(owners.values())):
        number += 1
        models.Posting.objects.create(
            creditor=creditor, key=f"FP{payment}-{number}", payment_number=payment, customer_id=customer, voucher=voucher,
            on=voucher.on, currency=voucher.currency, after=after[-1] if after else None,
            items=[[case, minor] for case, minor in sorted(items.items()) if owners[case] == customer],
        )  # fmt: skip


# ---- asking -------------------------------------------------------------------------------------------------------


def _ask_voids(office: Office, today: date, asked: Asked) -> None:
    """What was never asked for is dropped. `erp` knows what to do with one that is still under way."""
    rows = models.Posting.objects.filter(creditor=office.creditor, void_on__isnull=False, void_asked_on=None)
    for posting in rows.order_by("id"):
        if posting.asked_on is not None:
            # The ERP's own number of the payment is filled in when it is told.
            errand = PaymentVoid(f"{posting.key}V", posting.key, "", posting.void_on or today)
            asked.voids += ask(office, errand, today, about_payment=posting.payment_number)
        posting.void_asked_on = today
        posting.save(update_fields=["void_asked_on"])


def _ask_payments(office: Office, plan: AccountPlan, today: date, asked: Asked) -> None:
    creditor = office.creditor
    rows = models.Posting.objects.filter(creditor=creditor, asked_on=None, void_on=None)
    waiting = list(rows.select_related("customer", "after").order_by("id"))
    documents = _documents(creditor, {case for posting in waiting for case, _ in posting.items})
    done = _undone_there(creditor, [posting.after for posting in waiting if posting.after])
    for posting in waiting:
        if posting.after and posting.after.pk not in done:
            continue  # the item is not open again yet
        items = tuple(PaidItem(*documents[case], minor) for case, minor in posting.items)
        account = payment_account(creditor, plan, posting.currency)
        errand = PaymentPosting(
            posting.key, posting.customer.key, posting.currency, posting.on, account, items, f"Fordran {posting.key}"
        )
        asked.payments += ask(office, errand, today, about_payment=posting.payment_number)
        posting.asked_on = today
        posting.save(update_fields=["asked_on"])


def _undone_there(creditor: Creditor, postings: Sequence[models.Posting]) -> set[int]:
    """Of these postings those that the ERP does not hold any more, or never did."""
    keys = [f"{posting.key}V" for posting in postings]
    done = set(Row.objects.filter(creditor=creditor, key__in=keys, state="done").values_list("key", flat=True))
    return {posting.pk for posting in postings if posting.asked_on is None or f"{posting.key}V" in done}


def _documents(creditor: Creditor, cases: set[int]) -> dict[int, tuple[str, str]]:
    """The invoice's number and the ERP's own kind of document, by case."""
    rows = run(
        """SELECT c.id, i.number, i.erp_document FROM cases_case c JOIN invoices_invoice i ON i.id = c.invoice_id
           WHERE c.creditor_id = %s AND c.id = ANY (%s)""",
        [creditor.pk, sorted(cases)],
    )
    return {case: (number, document) for case, number, document in rows}


def _ask_vouchers(office: Office, today: date, asked: Asked) -> None:
    rows = models.Told.objects.filter(~Q(lines=[]), creditor=office.creditor, asked_on=None)
    for told in rows.select_related("voucher").order_by("id"):
        voucher = told.voucher
        lines = tuple(VoucherLine(account, debit, credit) for account, debit, credit in told.lines)
        text = f"{told.key} {TEXTS[Kind(voucher.kind)]}"
        asked.vouchers += ask(office, VoucherPosting(told.key, voucher.on, voucher.currency, text, lines), today)
        told.asked_on = today
        told.save(update_fields=["asked_on"])
